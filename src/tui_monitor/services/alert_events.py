"""Rating changes and headlines that alert rules wait for: each publication is told once, and only what is new.

What was published before a rule was there is no news to it, nor is what has no date: the first answer of a source
reaches back for months. What was published while the program did not run is told at its next start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from tui_monitor.domain.alert import AlertEvent, AlertKind, AlertRule, Mark, Wording, is_resting
from tui_monitor.domain.headline_filter import HeadlineFilter, parse_filter
from tui_monitor.domain.rating import Origin
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.rating import MergedRating
    from tui_monitor.present.view import View
    from tui_monitor.store.alert_log import AlertState
    from tui_monitor.store.keys import Key

GRACE = timedelta(minutes=30)
"""How long before the last look something may have been published and still be new: feeds are late."""

MAX_AGE = timedelta(days=2)
"""What is older is no news, however long the program did not run."""

_HEADLINE_KEY = "headline:"
"""Begins the key of a rating change that was read in a headline."""


def headline_fits(view: View, rule: AlertRule, filter_: HeadlineFilter, headline: Headline, now: datetime) -> bool:
    """Whether a headline is what ``rule`` waits for, whose filter is ``filter_``."""
    if rule.symbols and not set(rule.symbols) & set(headline.symbols):
        return False
    unread, saved = headline.id not in view.read, headline.id in view.saved
    return filter_.matches(headline, now=now, mine=view.own_symbols, unread=unread, saved=saved)


def rating_fits(view: View, rule: AlertRule, event: MergedRating) -> bool:
    """Whether a rating change is what ``rule`` waits for."""
    lines = {line for part in event.parts for line in (part.symbol, part.home_symbol) if line}
    if lines.isdisjoint(rule.symbols or view.own_symbols):
        return False
    return not rule.actions or not rule.actions.isdisjoint(
        action.value for action in (event.change.action, *event.change.actions)
    )


class Published(NamedTuple):
    """A publication that a rule waited for."""

    rule: AlertRule
    event: AlertEvent
    key: str
    """What it is remembered by."""


class Publications:
    """Looks at rating changes and headlines."""

    def __init__(self, view: View, state: AlertState, now: datetime) -> None:
        self._view = view
        self._state = state
        self.began = now
        """When the program began."""
        self._since = max(state.looked - GRACE, now - MAX_AGE) if state.looked is not None else now
        self._told = set(state.told)
        self._ratings: tuple[AlertRule, ...] = ()
        self._headlines: tuple[tuple[AlertRule, HeadlineFilter], ...] = ()
        self._waiting: list[str] = []

    def take_rules(self, rules: Sequence[AlertRule]) -> None:
        """Follow these rules from now on."""
        live = [rule for rule in rules if rule.enabled]
        self._ratings = tuple(rule for rule in live if rule.kind is AlertKind.RATING)
        self._headlines = tuple((rule, parse_filter(rule.filter)) for rule in live if rule.kind is AlertKind.HEADLINE)

    def look(self, changed: Iterable[Key], now: datetime, wording: Wording) -> Iterator[Published]:
        """Yield what is to be told."""
        view = self._view
        for family, name in changed:
            if family is Family.HEADLINE and self._headlines:
                headline = view.store.headline(name)
                if headline is not None:
                    yield from self._headline(headline, now, wording)
            elif family is Family.RATING and self._ratings:
                self._waiting.append(name)
        if self._waiting and not view.tape.held:
            # Until the dictionaries are there the reports of one event are not known to be one.
            waiting, self._waiting = self._waiting, []
            for name in waiting:
                event = view.tape.event(view, name)
                if event is not None:
                    yield from self._rating(event, now, wording)

    def _headline(self, headline: Headline, now: datetime, wording: Wording) -> Iterator[Published]:
        view = self._view
        published = headline.published
        if published is None or published < self._since:
            return
        for rule, filter_ in self._headlines:
            key = f"{rule.name}\n{headline.id}"
            if published < self._begun(rule) or key in self._told:
                continue
            if not headline_fits(view, rule, filter_, headline, now):
                continue
            symbol = headline.symbols[0] if headline.symbols else None
            yield from self._tell(rule, (key,), now, AlertEvent(
                time=now, rule=rule.name, kind=rule.kind, symbol=symbol,
                name=wording.name(symbol) if symbol else "", text=headline.title, url=headline.url,
            ))  # fmt: skip

    def _rating(self, event: MergedRating, now: datetime, wording: Wording) -> Iterator[Published]:
        if any(part.time < self._since or not self._is_dated(part.key, part.origin) for part in event.parts):
            return
        one = event.change
        for rule in self._ratings:
            keys = tuple(f"{rule.name}\n{key}" for key in sorted(event.keys))
            if one.time < self._begun(rule) or not self._told.isdisjoint(keys):
                continue
            if not rating_fits(self._view, rule, event):
                continue
            symbol = one.home_symbol or one.symbol
            yield from self._tell(rule, keys, now, AlertEvent(
                time=now, rule=rule.name, kind=rule.kind, symbol=symbol,
                name=wording.name(symbol) if symbol else one.company or "",
                value=one.target, threshold=one.prior_target, text=wording.rating(event), url=one.url,
            ))  # fmt: skip

    def _tell(self, rule: AlertRule, keys: Sequence[str], now: datetime, event: AlertEvent) -> Iterator[Published]:
        self._told.update(keys)
        place = (rule.name, event.symbol or "", "")
        mark = self._state.marks.get(place, Mark())
        if is_resting(rule, mark, now):
            return
        self._state.marks[place] = replace(mark, last=now)
        yield Published(rule, event, keys[0])

    def _begun(self, rule: AlertRule) -> datetime:
        # A headline is dated to the minute or worse; what is of the minute of the rule is new to it.
        return self._state.begun.get(rule.name, self.began) - timedelta(minutes=1)

    def _is_dated(self, key: str, origin: Origin) -> bool:
        """Whether a report's time is that of its publication; an undated headline has the moment of its receipt."""
        if origin is not Origin.HEADLINE:
            return True
        headline = self._view.store.headline(key.removeprefix(_HEADLINE_KEY))
        return headline is not None and headline.published is not None
