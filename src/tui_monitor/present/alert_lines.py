"""Alerts in words: what fired in one sentence, what a rule watches, the rows of the alerts screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.alert import EXTREMES, AlertEvent, AlertKind, AlertRule, Phase, Standing, Wording
from tui_monitor.present import numbers
from tui_monitor.present.rating_cells import firm, what
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.times import short_time
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells, cut

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_monitor.config.alert_rules import ListedRule
    from tui_monitor.present.view import View
    from tui_monitor.present.words import Words
    from tui_monitor.services.alert_check import Checked


NARROW = 66
"""Cells below which a rule's row leaves out its symbols and the value now."""


def number(kind: AlertKind, value: float | None, language: str) -> str:
    """Return a rule's value in its unit."""
    if value is None:
        return ""
    if kind is AlertKind.PERCENT:
        return f"{numbers.signed_percent(value, decimals=2)}"
    if kind is AlertKind.POINTS:
        return numbers.points(value)
    if kind is AlertKind.VOLUME:
        return f"{value:.1f}×"
    if kind is AlertKind.STALE:
        return numbers.age(value, language)
    if kind is AlertKind.CLAIM:
        return f"{value:.1f} bit"
    return numbers.price(value)


def sentence(words: Words, event: AlertEvent) -> str:
    """Return what fired, in one line for the status, a notification and the log."""
    kind = event.kind
    who = " ".join(dict.fromkeys(one for one in (event.symbol, event.name) if one))
    if kind in {AlertKind.HEADLINE, AlertKind.RATING}:
        return f"{who}: {event.text}" if who and kind is AlertKind.RATING else event.text
    if kind is AlertKind.CLAIM:
        return f"{who}: {event.text}"
    side = f"{kind}-{event.side}" if kind in {AlertKind.HIGH, AlertKind.LOW} else f"{kind}.{event.side}"
    return words(
        f"alert.says.{side}",
        who=event.text if kind is AlertKind.STALE else who,
        value=number(kind, event.value, words.language),
        threshold=number(kind, event.threshold, words.language),
    )


def alert_wording(view: View) -> Wording:
    """Return how an event's parts are said in the view's language of the moment."""
    return Wording(
        name=lambda symbol: view.name(symbol, view.store.quote(symbol)),
        rating=lambda event: " ".join(one for one in (firm(view, event.change), what(view, event.change)) if one),
    )


def watched(words: Words, rule: AlertRule, side: str = "") -> str:
    """Return what a rule watches: ``price ≥ 700``; with a ``side`` only that one of two thresholds."""
    parts = [words(f"alert.kind.{rule.kind}")]
    if rule.kind in EXTREMES:
        parts = [words(f"alert.extreme.{rule.kind}", span=words(f"alert.span.{rule.span}"))]
    if rule.above is not None and side != "below" and not (rule.kind is AlertKind.CLAIM and rule.above <= 0.0):
        parts.append(f"≥ {number(rule.kind, rule.above, words.language)}")
    if rule.below is not None and side != "above":
        parts.append(f"≤ {number(rule.kind, rule.below, words.language)}")
    parts += [words(f"action.{action}") for action in sorted(rule.actions)]
    parts += [one for one in (rule.filter, rule.claim, rule.source) if one]
    return " ".join(parts)


def away(words: Words, one: Checked) -> str:
    """Return how far a value is from its threshold: of a price in percent of it, else in its unit."""
    if one.distance is None:
        return ""
    if one.distance <= 0.0:
        return words("alert.met")
    kind, value = one.rule.kind, one.value
    if value is None:
        return ""
    if kind is AlertKind.PRICE or kind in EXTREMES:
        return f"{one.distance / abs(value) * 100:.1f}%" if value else ""
    if kind is AlertKind.PERCENT:
        return f"{one.distance:.2f}%"
    return number(kind, one.distance, words.language).lstrip("+")


def rule_line(view: View, one: ListedRule, standings: Iterable[Standing], value: float | None, width: int) -> Line:
    """Return a rule's row: name, whom it is about, what it watches, where it stands, the value now, last fired."""
    words, rule = view.words, one.rule
    held = list(standings)
    last = max((each.last for each in held if each.last is not None), default=None)
    phase = next(
        (each for each in (Phase.FIRED, Phase.COOLING) if any(mark.phase is each for mark in held)), Phase.ARMED
    )
    state = words(f"alert.phase.{phase}") if rule.enabled else words("alert.phase.off")
    tone = Tone.WARN if rule.enabled and phase is Phase.FIRED else Tone.PLAIN if rule.enabled else Tone.MUTED
    whom = rule.symbols[0] if rule.symbols else ""
    if len(rule.symbols) > 1:
        whom += f" +{len(rule.symbols) - 1}"
    now = number(rule.kind, value, view.language)
    fired = short_time(view, last) if last is not None else ""
    narrow = width < NARROW
    # Where there is little room the symbol, which most names begin with, and the value now are left out.
    fixed = 9 + 6 + (0 if narrow else 9 + 12)
    name = max(8, min(24, (width - fixed) // 2))
    spans = [
        Span(_fit(rule.name, name) + " ", tone),
        Span(_fit(whom, 11) + " ", Tone.MUTED),
        Span(_fit(watched(words, rule), max(6, width - fixed - name - 2)) + " ", Tone.PLAIN),
        Span(_fit(now, 8, right=True) + " ", Tone.MUTED),
        Span(_fit(state, 8), tone),
        Span(" " + _fit(fired, 5), Tone.MUTED),
    ]
    return (spans[0], spans[2], *spans[4:]) if narrow else tuple(spans)


def event_line(view: View, event: AlertEvent, width: int) -> Line:
    """Return an event's row of the log: when, by which rule, what."""
    when = short_time(view, event.time)
    name = max(8, min(18, width // 5))
    quiet = f"({view.words('alert.quiet')}) " if event.quiet else ""
    return (
        Span(_fit(when, 5) + " ", Tone.MUTED),
        Span(_fit(event.rule, name) + " ", Tone.ACCENT),
        Span(_fit(quiet + sentence(view.words, event), max(6, width - name - 7)), Tone.PLAIN),
    )


def _fit(text: str, room: int, *, right: bool = False) -> str:
    """Return ``text`` in exactly ``room`` cells."""
    shown = cut(text, room)
    blanks = " " * (room - cells(shown))
    return blanks + shown if right else shown + blanks
