"""A rule held against what is known now: what it looks at, how far it is from firing. Nothing is remembered or told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.domain.alert import EXTREMES, QUOTED, AlertKind, AlertRule, Wording
from tui_monitor.domain.headline_filter import parse_filter
from tui_monitor.services.alert_events import headline_fits, rating_fits
from tui_monitor.services.alert_values import AlertValues

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.present.view import View


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule sees for one symbol, source or claim, or among what is published."""

    rule: AlertRule
    symbol: str | None = None
    side: str = ""
    """``above`` or ``below`` for thresholds, the span for highs and lows."""
    value: float | None = None
    threshold: float | None = None
    """The threshold, or the extreme so far."""
    distance: float | None = None
    """How far the value still has to go, in its own unit; zero or less where it is there."""
    moment: datetime | None = None
    """When the value or the publication is from, aware UTC."""
    source: str = ""
    text: str = ""
    """The newest title, the rating's words, the claim's sentence, the source's name."""
    url: str | None = None
    matches: int | None = None
    """How many of the publications that are known the rule is for."""

    @property
    def met(self) -> bool | None:
        """Whether the condition holds now; ``None`` where that is not known, and for publications."""
        return None if self.distance is None else self.distance <= 0.0


def check(view: View, rules: Iterable[AlertRule], wording: Wording) -> list[Checked]:
    """Return what each rule sees, in the order of the rules; of one rule what is nearest to firing comes first."""
    values = AlertValues(view)
    found: list[Checked] = []
    for rule in rules:
        if rule.kind in QUOTED:
            found += sorted(_quoted(view, rule, values), key=_nearness)
        elif rule.kind is AlertKind.CLAIM:
            found += _claims(view, rule)
        elif rule.kind is AlertKind.STALE:
            found += sorted(_sources(view, rule), key=_nearness)
        elif rule.kind is AlertKind.HEADLINE:
            found.append(_headlines(view, rule))
        else:
            found.append(_ratings(view, rule, wording))
    return found


def symbols_of(view: View, rule: AlertRule) -> tuple[str, ...]:
    """Return the symbols whose quotes a rule looks at."""
    if rule.kind not in QUOTED:
        return ()
    if rule.symbols:
        return rule.symbols
    return view.universe.symbols if rule.kind is AlertKind.POINTS else tuple(sorted(view.own_symbols))


def _nearness(one: Checked) -> tuple[bool, float]:
    if one.distance is None:
        return True, 0.0
    # A dollar is far for a cheap share and near for a dear one.
    scale = abs(one.value or 1.0) if one.rule.kind in EXTREMES or one.rule.kind is AlertKind.PRICE else 1.0
    return False, one.distance / (scale or 1.0)


def _quoted(view: View, rule: AlertRule, values: AlertValues) -> Iterator[Checked]:
    for symbol in symbols_of(view, rule):
        quote = view.store.quote(symbol)
        if rule.kind in EXTREMES:
            known = values.known_extreme(rule, symbol, quote) if quote is not None else None
            yield _measured(rule, symbol, rule.span.value, quote, quote.last if quote else None, known)
            continue
        value = values.of(rule, symbol, quote) if quote is not None and quote.last is not None else None
        for side, threshold in (("above", rule.above), ("below", rule.below)):
            if threshold is not None:
                yield _measured(rule, symbol, side, quote, value, threshold)


def _measured(
    rule: AlertRule, symbol: str, side: str, quote: Quote | None, value: float | None, threshold: float | None
) -> Checked:
    upwards = rule.kind is AlertKind.HIGH if rule.kind in EXTREMES else side == "above"
    distance = None
    if value is not None and threshold is not None:
        distance = threshold - value if upwards else value - threshold
    return Checked(
        rule=rule,
        symbol=symbol,
        side=side,
        value=value,
        threshold=threshold,
        distance=distance,
        moment=(quote.time or quote.received) if quote is not None and value is not None else None,
        source=quote.source if quote is not None and value is not None else "",
    )


def _claims(view: View, rule: AlertRule) -> list[Checked]:
    threshold = rule.above or 0.0
    claims = view.board.claims if view.board is not None else ()
    found = [
        Checked(
            rule=rule, symbol=view.index, side="above", value=one.surprise, threshold=threshold,
            distance=threshold - one.surprise, moment=view.now(), text=one.text(view.language),
        )
        for one in claims
        if not rule.claim or one.id.value == rule.claim
    ]  # fmt: skip
    if found or view.board is None:
        return found or [Checked(rule=rule, symbol=view.index, side="above", threshold=threshold)]
    # It can be told that the claim cannot be made.
    return [Checked(rule=rule, symbol=view.index, side="above", threshold=threshold, distance=threshold + 1.0)]


def _sources(view: View, rule: AlertRule) -> list[Checked]:
    threshold = rule.above or 0.0
    found: list[Checked] = []
    for name, health in view.health.items():
        if rule.source and rule.source != name:
            continue
        age = max(0.0, (view.now() - health.last_good).total_seconds()) if health.last_good is not None else None
        found.append(
            Checked(
                rule=rule, side="above", value=age, threshold=threshold,
                distance=None if age is None else max(threshold, 2 * health.period) - age,
                moment=health.last_good, text=name,
            )
        )  # fmt: skip
    return found or [Checked(rule=rule, side="above", threshold=threshold, text=rule.source)]


def _headlines(view: View, rule: AlertRule) -> Checked:
    filter_ = parse_filter(rule.filter)
    fitting = [one for one in view.store.headlines() if headline_fits(view, rule, filter_, one, view.now())]
    if not fitting:
        return Checked(rule=rule, matches=0)
    newest = fitting[0]
    symbol = next((one for one in newest.symbols if one in rule.symbols), None)
    return Checked(
        rule=rule, symbol=symbol or (newest.symbols[0] if newest.symbols else None), moment=newest.published,
        source=newest.source, text=newest.title, url=newest.url, matches=len(fitting),
    )  # fmt: skip


def _ratings(view: View, rule: AlertRule, wording: Wording) -> Checked:
    fitting = [one for one in view.tape.events(view) if rating_fits(view, rule, one)]
    if not fitting:
        return Checked(rule=rule, matches=0)
    change = fitting[0].change
    return Checked(
        rule=rule, symbol=change.home_symbol or change.symbol, moment=change.time, source=change.source,
        value=change.target, threshold=change.prior_target, text=wording.rating(fitting[0]), url=change.url,
        matches=len(fitting),
    )  # fmt: skip
