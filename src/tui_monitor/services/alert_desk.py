"""The alert desk: looks at what changed with the person's rules, remembers where each stands, tells what fires.

Rules are found by the symbols that changed, and of a flood of changes only so many are looked at at once: the rest
waits for the next look, each symbol with its newest value.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_monitor.analysis import alert_steps
from tui_monitor.analysis.quiet_hours import read_quiet_hours
from tui_monitor.domain.alert import (
    EXTREMES,
    QUOTED,
    AlertEvent,
    AlertKind,
    AlertRule,
    Channel,
    Mark,
    Standing,
    Wording,
)
from tui_monitor.domain.text import clean_text
from tui_monitor.engine.health import State
from tui_monitor.services.alert_events import Publications
from tui_monitor.services.alert_values import AlertValues
from tui_monitor.store.alert_log import AlertState
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.analysis.claims import Claim
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key

AT_ONCE = 300
"""Rules and symbols that one look evaluates at the most: about a millisecond."""

AROUND = 2.0
"""Seconds between two looks at claims and at sources, which no changed key tells of."""

NOT_SAID = -1.0
"""Bits of a claim that cannot be made."""

MAX_EVENTS = 500
"""Events kept in memory, for the screen."""

MAX_TOLD = 500
"""Publications that are remembered as told."""

_NOT_ASKED = frozenset({State.PAUSED, State.UNNEEDED, State.UNAVAILABLE})

_log = logging.getLogger(__name__)


class AlertDesk:
    """Holds the rules and their state. Everything happens on the event loop; nothing here touches the disk."""

    def __init__(
        self,
        view: View,
        wording: Wording,
        *,
        state: AlertState | None = None,
        deliver: Callable[[AlertEvent], object] | None = None,
    ) -> None:
        self._view = view
        self._wording = wording
        self._deliver = deliver
        self.state = state or AlertState()
        """What is kept over a restart."""
        self.events: deque[AlertEvent] = deque(maxlen=MAX_EVENTS)
        """What fired, the newest first."""
        self.fired = 0
        """How many alerts fired since the program began."""
        self.changes = 0
        """Rises with what has to be written of the state."""
        self.evaluated = 0
        """Rules that were evaluated for a symbol, since the program began."""
        self.rules: tuple[AlertRule, ...] = ()
        self._values = AlertValues(view)
        self._published = Publications(view, self.state, view.now())
        self._watch: dict[str, tuple[AlertRule, ...]] = {}
        self._around: tuple[AlertRule, ...] = ()
        self._own: object = None
        self._universe: object = None
        self._pending: dict[str, None] = {}
        self._due: deque[tuple[str, AlertRule]] = deque()
        self._looked_around = float("-inf")
        self._claimed: set[str] = set()

    # Rules

    def take_rules(self, rules: Sequence[AlertRule]) -> None:
        """Follow these rules from now on. What is remembered of a rule that asks for something else is forgotten."""
        now = self._view.now()
        self.rules = tuple(rules)
        shapes = {rule.name: _shape(rule) for rule in rules}
        state = self.state
        same = {name for name, shape in shapes.items() if state.shapes.get(name) == shape}
        # A rule that is only turned off keeps its state; one that is gone does not.
        state.marks = {key: mark for key, mark in state.marks.items() if key[0] in same}
        state.begun = {name: state.begun[name] if name in same and name in state.begun else now for name in shapes}
        state.shapes = shapes
        # These were looked at before: what can be said now and could not then is news.
        self._claimed = {key[0] for key in state.marks}
        self.changes += 1
        self._published.take_rules(self.rules)
        self._index()

    def _index(self) -> None:
        view = self._view
        self._own, self._universe = view.own_symbols, view.universe
        named: dict[str, list[AlertRule]] = {}
        for rule in self.rules:
            if not rule.enabled or rule.kind not in QUOTED:
                continue
            symbols: Iterable[str] = rule.symbols
            if not rule.symbols:
                symbols = view.universe.symbols if rule.kind is AlertKind.POINTS else view.own_symbols
            for symbol in symbols:
                named.setdefault(symbol, []).append(rule)
        self._watch = {symbol: tuple(rules) for symbol, rules in named.items()}
        self._around = tuple(
            rule for rule in self.rules if rule.enabled and rule.kind in {AlertKind.CLAIM, AlertKind.STALE}
        )
        # What is known already is looked at once: it tells which rules are true now and need not be told.
        self._pending.update(dict.fromkeys(self._watch))

    # Looking

    @property
    def backlog(self) -> int:
        """Evaluations and symbols that wait for the next look."""
        return len(self._due) + len(self._pending)

    def look(self, changed: Iterable[Key]) -> None:
        """Look at what changed; at most ``AT_ONCE`` evaluations, the rest waits."""
        view = self._view
        if self._own is not view.own_symbols or self._universe is not view.universe:
            self._index()
        if not self.rules:
            return
        watch, pending = self._watch, self._pending
        texts: list[Key] = []
        for key in changed:
            if key[0] is Family.QUOTE:
                if key[1] in watch:
                    pending[key[1]] = None
            elif key[0] is Family.HEADLINE or key[0] is Family.RATING:
                texts.append(key)
        now = view.now()
        self._look_at_pending(now)
        for event in self._published.look(texts, now, self._wording):
            self._fire(event.rule, event.event, event.key)
        monotonic = view.monotonic()
        if monotonic - self._looked_around >= AROUND:
            self._looked_around = monotonic
            self._look_around(now)
            self.state.looked = now

    def _look_at_pending(self, now: datetime) -> None:
        left = AT_ONCE
        while left > 0:
            if not self._due:
                if not self._pending:
                    return
                symbol = next(iter(self._pending))
                del self._pending[symbol]
                self._due.extend((symbol, rule) for rule in self._watch.get(symbol, ()))
                continue
            symbol, rule = self._due.popleft()
            left -= 1
            self.evaluated += 1
            self._evaluate(rule, symbol, now)

    def _evaluate(self, rule: AlertRule, symbol: str, now: datetime) -> None:
        quote = self._view.store.quote(symbol)
        if quote is None or quote.last is None or not rule.enabled:
            return
        if rule.kind in EXTREMES:
            key = (rule.name, symbol, rule.span.value)
            mark = self.state.marks.get(key)
            known = self._values.known_extreme(rule, symbol, quote)
            if known is None and mark is None:
                # Without what was reached before nothing is new.
                return
            step = alert_steps.extreme(rule, mark, quote.last, known, self._values.day(quote), now)
            self._take(rule, key, mark, step, step.mark.extreme, now)
            return
        value = self._values.of(rule, symbol, quote)
        if value is not None:
            self._look_at_level(rule, symbol, value, now)

    def _look_at_level(
        self, rule: AlertRule, symbol: str, value: float, now: datetime, said: Callable[[], str] | None = None
    ) -> None:
        for side in ("above", "below"):
            if getattr(rule, side) is None:
                continue
            key = (rule.name, symbol, side)
            mark = self.state.marks.get(key)
            self._take(rule, key, mark, alert_steps.level(rule, side, mark, value, now), value, now, said)

    def _take(
        self,
        rule: AlertRule,
        key: tuple[str, str, str],
        before: Mark | None,
        step: alert_steps.Step,
        value: float | None,
        now: datetime,
        said: Callable[[], str] | None = None,
    ) -> None:
        if step.mark is not before:
            self.state.marks[key] = step.mark
            self.changes += 1
        if not step.fires:
            return
        symbol = key[1] if rule.kind in QUOTED else self._view.index if rule.kind is AlertKind.CLAIM else None
        self._fire(
            rule,
            AlertEvent(
                time=now,
                rule=rule.name,
                kind=rule.kind,
                symbol=symbol,
                name=self._wording.name(symbol) if symbol else "",
                side=key[2],
                value=value,
                threshold=step.threshold,
                text=said() if said is not None else "",
            ),
        )

    def _look_around(self, now: datetime) -> None:
        for rule in self._around:
            if rule.kind is AlertKind.STALE:
                self._look_at_sources(rule, now)
            elif self._view.board is not None:
                self._look_at_claims(rule, self._view.board.claims, now)

    def _look_at_sources(self, rule: AlertRule, now: datetime) -> None:
        for name, health in self._view.health.items():
            if (rule.source and rule.source != name) or health.state in _NOT_ASKED:
                continue
            age = max(0.0, (now - (health.last_good or self._published.began)).total_seconds())
            # A source that asks rarely is not late before it has missed two rounds.
            late = age if age > 2 * health.period else 0.0
            self._look_at_level(rule, name, late, now, partial(str, name))

    def _look_at_claims(self, rule: AlertRule, claims: Sequence[Claim], now: datetime) -> None:
        made = {one.id.value: one for one in claims}
        known = {one[1] for one in self.state.marks if one[0] == rule.name}
        for name in (rule.claim,) if rule.claim else sorted(known | set(made)):
            claim = made.get(name)
            said = partial(claim.text, self._view.language) if claim is not None else None
            if claim is not None and not rule.claim and rule.name in self._claimed:
                # The first look tells what could be said before; what joins it later was not true then.
                self.state.marks.setdefault((rule.name, name, "above"), Mark())
            self._look_at_level(rule, name, claim.surprise if claim is not None else NOT_SAID, now, said)
        self._claimed.add(rule.name)

    # Telling

    def _fire(self, rule: AlertRule, event: AlertEvent, told: str | None = None) -> None:
        settings = self._view.settings.alerts
        quiet = read_quiet_hours(settings.quiet)
        still = quiet is not None and quiet.hold(event.time, self._view.zone)
        wanted = rule.deliver if rule.deliver is not None else tuple(Channel(one) for one in settings.deliver)
        event = replace(
            event,
            name=clean_text(event.name),
            text=clean_text(event.text),
            quiet=still,
            channels=() if still else wanted,
        )
        self.events.appendleft(event)
        self.fired += 1
        self.changes += 1
        if told is not None:
            self.state.told.append(told)
            del self.state.told[:-MAX_TOLD]
        _log.info("alert %s: %s %s", event.rule, event.symbol or event.text, event.value)
        if self._deliver is not None:
            self._deliver(event)

    # Showing

    def standings(self, rule: AlertRule) -> list[Standing]:
        """Return where ``rule`` stands with each symbol that it was looked at for."""
        now = self._view.now()
        return [
            Standing(symbol=symbol, side=side, phase=mark.phase(rule, now), last=mark.last)
            for (name, symbol, side), mark in self.state.marks.items()
            if name == rule.name
        ]

    def value_now(self, rule: AlertRule) -> float | None:
        """Return the value of a rule that is about one symbol."""
        quote = self._view.store.quote(rule.symbols[0]) if len(rule.symbols) == 1 else None
        if quote is None or rule.kind not in QUOTED:
            return None
        return self._values.of(rule, rule.symbols[0], quote)


def _shape(rule: AlertRule) -> str:
    """Return what a rule asks for; its channels and pauses may change without a new beginning."""
    return "|".join(
        map(str, (rule.kind.value, rule.above, rule.below, rule.span.value, rule.filter, sorted(rule.actions)))
    )
