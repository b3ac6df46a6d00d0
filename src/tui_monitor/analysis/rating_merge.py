"""Rating changes of many origins, each event once.

A broker's call reaches the tape as a row of a provider's table and as headlines of several feeds, for the home line
and for the United States line. They are one event when the same house, under any of its names, acted on the same
company within ``WINDOW`` and nothing that both state contradicts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from tui_monitor.analysis.rating_text.change import to_rating_change
from tui_monitor.analysis.rating_text.firms import firm_key
from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.grades import grade_step
from tui_monitor.analysis.rating_text.lexicon import words
from tui_monitor.analysis.rating_text.model import ordered
from tui_monitor.domain.rating import Action, Origin, RatingChange

__all__ = ["TOLERANCE", "WINDOW", "MergedRating", "merge", "to_rating_change"]

WINDOW = timedelta(days=3)
"""How far apart two reports of one event may be: feeds repeat a call of Friday night on Monday."""

TOLERANCE = 0.005
"""Targets that differ by less than this fraction are the same number, rounded."""

_LEGAL_WORDS = words(
    "inc ltd limited corp corporation co company plc ag sa nv se group holdings holding the adr ads class a"
)
_LEGAL_TAILS = ("有限公司", "控股", "集团", "股份", "-sw", "-w", "-s", "-b")


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedRating:
    """One event with all its reports."""

    change: RatingChange
    """The event: each fact from the report that states most; its time is that of the first report."""
    parts: tuple[RatingChange, ...]
    """The reports, oldest first."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all reports: the event is read when any of them is."""
        return frozenset(part.key for part in self.parts)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where the reports were read, each once, in the order of the reports."""
        return tuple(dict.fromkeys(part.origin for part in self.parts))

    @property
    def sources(self) -> tuple[str, ...]:
        """The feeds and providers of the reports, each once."""
        return tuple(dict.fromkeys(part.source for part in self.parts if part.source))


def merge(
    changes: Iterable[RatingChange], line_group: Mapping[str, str] | Callable[[str], str] | None = None
) -> list[MergedRating]:
    """Return the events behind ``changes``, newest first.

    ``line_group`` gives one name to all lines of a company: with ``{"BABA": "9988.HK"}`` both symbols are the same
    company. Symbols that it does not know stand for themselves. The answer does not depend on the order of ``changes``.
    """
    group = _grouping(line_group)
    open_events: dict[str, list[_Event]] = {}
    events: list[_Event] = []
    # A report that names no firm can only join an event that is there already.
    for change in sorted(changes, key=lambda item: (item.firm is None, item.time, item.key)):
        report = _Report(change, *_company_keys(change, group))
        firm = firm_key(change.firm)
        candidates = open_events.setdefault(firm, []) if firm is not None else events
        event = _event_of(report, candidates, timely=firm is not None)
        if event is None:
            event = _Event([report])
            events.append(event)
            if firm is not None:
                candidates.append(event)
        else:
            event.reports.append(report)
    merged = [event.merged() for event in events]
    merged.sort(key=lambda item: (item.change.time, item.change.key), reverse=True)
    return merged


def _event_of(report: _Report, candidates: list[_Event], *, timely: bool) -> _Event | None:
    for event in reversed(candidates):
        if event.takes(report):
            return event
        # Events of one firm stand in the order of their first reports: the others are older still.
        if timely and report.change.time - event.reports[0].change.time > WINDOW:
            break
    return None


def _grouping(line_group: Mapping[str, str] | Callable[[str], str] | None) -> Callable[[str], str]:
    if line_group is None:
        return lambda symbol: symbol
    if isinstance(line_group, Mapping):
        return lambda symbol: line_group.get(symbol, symbol)
    return line_group


@dataclass(slots=True)
class _Report:
    change: RatingChange
    lines: frozenset[str]
    name: str | None


@dataclass(slots=True)
class _Event:
    reports: list[_Report]

    def takes(self, report: _Report) -> bool:
        """Tell whether ``report`` is another report of this event: it agrees with every one that is here."""
        return all(_same_event(member, report) for member in self.reports)

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


def _name_key(name: str | None) -> str | None:
    if not name:
        return None
    key = lower(fold(name)).strip()
    for tail in _LEGAL_TAILS:
        key = key.removesuffix(tail)
    words = [word for word in key.replace(",", " ").replace(".", " ").split() if word not in _LEGAL_WORDS]
    return " ".join(words) or key or None


def _same_event(one: _Report, other: _Report) -> bool:
    first, second = one.change, other.change
    if abs(first.time - second.time) > WINDOW:
        return False
    if one.lines and other.lines:
        if not one.lines & other.lines:
            return False
    elif one.name is None or one.name != other.name:
        return False
    return _compatible(first, second)


def _compatible(first: RatingChange, second: RatingChange) -> bool:
    """Tell whether nothing that both reports state contradicts, and something that both state agrees."""
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
