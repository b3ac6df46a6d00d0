"""Rating changes of many origins, each event once.

A broker's call reaches the tape as a row of a provider's table and as headlines of several feeds, for the home line
and for the United States line. They are one event when the same house, under any of its names, acted on the same
company within ``WINDOW`` and nothing that both state contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from tui_monitor.analysis.rating_text.change import to_rating_change
from tui_monitor.analysis.rating_text.firms import firm_key
from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.grades import grade_step
from tui_monitor.analysis.rating_text.lexicon import words
from tui_monitor.analysis.rating_text.model import ordered
from tui_monitor.domain.rating import Action, MergedRating, Origin, RatingChange

__all__ = ["TOLERANCE", "WINDOW", "MergedRating", "merge", "to_rating_change"]

WINDOW = timedelta(days=3)
"""How far apart two reports of one event may be: feeds repeat a call of Friday night on Monday."""

TOLERANCE = 0.005
"""Targets that differ by less than this fraction are the same number, rounded."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# The same few hundred names come again with every merging.
_firm_key = lru_cache(maxsize=4096)(firm_key)

_LEGAL_WORDS = words(
    "inc ltd limited corp corporation co company plc ag sa nv se group holdings holding the adr ads class a"
)
_LEGAL_TAILS = ("有限公司", "控股", "集团", "股份", "-sw", "-w", "-s", "-b")


def merge(
    changes: Iterable[RatingChange], line_group: Mapping[str, str] | Callable[[str], str] | None = None
) -> list[MergedRating]:
    """Return the events behind ``changes``, newest first.

    ``line_group`` gives one name to all lines of a company: with ``{"BABA": "9988.HK"}`` both symbols are the same
    company. Symbols that it does not know stand for themselves. The answer does not depend on the order of ``changes``.
    """
    group = _grouping(line_group)
    shelf = _Shelf()
    events: list[_Event] = []
    # A report that names no firm can only join an event that is there already.
    for change in sorted(changes, key=lambda item: (item.firm is None, item.time, item.key)):
        report = _Report(change, *_company_keys(change, group), _firm_key(change.firm))
        event = next((one for one in shelf.near(report) if one.takes(report)), None)
        if event is None:
            event = _Event(len(events), [report])
            events.append(event)
        else:
            event.reports.append(report)
        shelf.put(event, report)
    merged = [event.merged() for event in events]
    merged.sort(key=lambda item: (item.change.time, item.change.key), reverse=True)
    return merged


class _Shelf:
    """Events by company, house and stretch of time, so that a report is compared with its neighbours only."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, str | None, int], list[_Event]] = {}

    def near(self, report: _Report) -> list[_Event]:
        """Return the events that ``report`` may be one more report of, the newest first."""
        found: dict[int, _Event] = {}
        stretch = _stretch(report.change)
        for name in report.names:
            for at in (stretch - 1, stretch, stretch + 1):
                for event in self._places.get((name, report.firm, at), ()):
                    found[event.number] = event
        return [found[number] for number in sorted(found, reverse=True)]

    def put(self, event: _Event, report: _Report) -> None:
        """Let ``event`` be found by what ``report``, one of its own, tells; and by those that name no house."""
        stretch = _stretch(report.change)
        for name in report.names:
            for firm in {report.firm, None}:
                place = self._places.setdefault((name, firm, stretch), [])
                if event not in place[-1:]:
                    place.append(event)


def _stretch(change: RatingChange) -> int:
    return int((change.time - _EPOCH) / WINDOW)


def _grouping(line_group: Mapping[str, str] | Callable[[str], str] | None) -> Callable[[str], str]:
    if line_group is None:
        return lambda symbol: symbol
    if isinstance(line_group, Mapping):
        return lambda symbol: line_group.get(symbol, symbol)
    return line_group


class _Report(msgspec.Struct, eq=False):
    change: RatingChange
    lines: frozenset[str]
    name: str | None
    firm: str | None

    @property
    def names(self) -> frozenset[str]:
        """What its company is found by; a name and a symbol are never taken for each other."""
        return self.lines if self.name is None else self.lines | {f"name {self.name}"}


class _Event(msgspec.Struct, eq=False):
    number: int
    reports: list[_Report]

    def takes(self, report: _Report) -> bool:
        """Tell whether ``report`` is another report of this event: it contradicts none, and agrees with one."""
        if not all(_compatible(member.change, report.change) for member in self.reports):
            return False
        same = [_same_company(member, report) for member in self.reports]
        return False not in same and True in same

    def merged(self) -> MergedRating:
        parts = tuple(sorted((report.change for report in self.reports), key=lambda part: (part.time, part.key)))
        if len(parts) == 1:
            return MergedRating(change=parts[0], parts=parts)
        rich = sorted(parts, key=_richness, reverse=True)
        priced = next((part for part in rich if part.target is not None), rich[0])
        graded = max(rich, key=lambda part: (part.to_grade is not None) + (part.from_grade is not None))
        actions = ordered({action for part in parts for action in (part.action, *part.actions)})
        if len(actions) > 1:
            actions = tuple(action for action in actions if action is not Action.REITERATE)
        change = replace(
            parts[0],
            symbol=priced.symbol or _first(part.symbol for part in rich),
            home_symbol=_first(part.home_symbol for part in rich),
            company=_first(part.company for part in rich),
            firm=_first(part.firm for part in rich),
            action=actions[0],
            actions=actions,
            from_grade=graded.from_grade,
            to_grade=graded.to_grade,
            target=priced.target,
            prior_target=priced.prior_target,
            currency=priced.currency,
            url=_first(part.url for part in rich),
        )
        return MergedRating(change=change, parts=parts)


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)


def _richness(change: RatingChange) -> tuple[int, bool]:
    facts = (
        change.symbol, change.company, change.firm, change.from_grade, change.to_grade, change.target,
        change.prior_target, change.currency,
    )  # fmt: skip
    return sum(fact is not None for fact in facts), change.origin is Origin.TABLE


def _company_keys(change: RatingChange, group: Callable[[str], str]) -> tuple[frozenset[str], str | None]:
    lines = frozenset(group(symbol) for symbol in (change.symbol, change.home_symbol) if symbol)
    return lines, _name_key(change.company)


@lru_cache(maxsize=4096)
def _name_key(name: str | None) -> str | None:
    if not name:
        return None
    key = lower(fold(name)).strip()
    for tail in _LEGAL_TAILS:
        key = key.removesuffix(tail)
    words = [word for word in key.replace(",", " ").replace(".", " ").split() if word not in _LEGAL_WORDS]
    return " ".join(words) or key or None


def _same_company(one: _Report, other: _Report) -> bool | None:
    """Return whether both reports are about one company; ``None`` where they cannot tell."""
    if one.lines and other.lines:
        return bool(one.lines & other.lines)
    if one.name is None or other.name is None:
        return None
    if one.name == other.name:
        return True
    # A name in Chinese says nothing about one in English.
    return False if one.name.isascii() == other.name.isascii() else None


def _compatible(first: RatingChange, second: RatingChange) -> bool:
    """Tell whether nothing that both reports state contradicts, and something that both state agrees."""
    if abs(first.time - second.time) > WINDOW:
        return False
    one, other = {first.action, *first.actions}, {second.action, *second.actions}
    for up, down in ((Action.UPGRADE, Action.DOWNGRADE), (Action.RAISE_TARGET, Action.CUT_TARGET)):
        if (up in one and down in other) or (down in one and up in other):
            return False
    steps = [grade_step(change.to_grade) for change in (first, second) if change.to_grade]
    if len(steps) == 2 and None not in steps and steps[0] != steps[1]:
        return False
    same_target = _same_target(first, second)
    if same_target is False:
        return False
    if first.firm is None or second.firm is None:
        return bool(one & other) and same_target is True
    return bool(one & other) or same_target is True


def _same_target(first: RatingChange, second: RatingChange) -> bool | None:
    """Return whether both name the same target price; ``None`` where they cannot be compared."""
    if first.target is None or second.target is None or first.currency != second.currency:
        return None
    return abs(first.target - second.target) <= TOLERANCE * max(abs(first.target), abs(second.target))
