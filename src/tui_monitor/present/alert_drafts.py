"""From a row on the screen to an alert rule: the kinds that make sense for a symbol, the lines of each kind's form.

What stands in the lines becomes a rule, or a sentence about what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from tui_monitor.config.alert_rules import STALE_AFTER, problem_of
from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.alert import MAX_NAME, AlertKind, Span
from tui_monitor.domain.headline_filter import FilterError, parse_filter
from tui_monitor.domain.instrument import Kind, mic_of
from tui_monitor.domain.rating import Action
from tui_monitor.present import numbers
from tui_monitor.present.alert_manner import DraftLine, manner_lines, with_manner
from tui_monitor.present.entry_fields import number_text, read_number

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.present.view import View
    from tui_monitor.present.words import Words

BOUNDED = (AlertKind.PRICE, AlertKind.PERCENT, AlertKind.POINTS, AlertKind.VOLUME)
"""Kinds whose form asks for what to reach from below and from above."""

NAME = "name"
"""The line for the rule's name."""


def kinds_for(view: View, symbol: str) -> tuple[AlertKind, ...]:
    """Return the kinds of rules that make sense for ``symbol``, the usual ones first."""
    quote = view.store.quote(symbol)
    share = mic_of(symbol) is not None and symbol != view.index and (quote is None or quote.kind in _SHARES)
    weights = {member.symbol: member.weight for member in view.universe.members}
    found = [AlertKind.PRICE, AlertKind.PERCENT]
    if weights.get(symbol) is not None:
        found.append(AlertKind.POINTS)
    if share:
        found.append(AlertKind.VOLUME)
    found += [AlertKind.HIGH, AlertKind.LOW]
    if share:
        found.append(AlertKind.RATING)
    found.append(AlertKind.HEADLINE)
    if quote is not None and quote.source in view.health:
        found.append(AlertKind.STALE)
    return tuple(found)


_SHARES = frozenset({Kind.EQUITY, Kind.ETF, Kind.FUND, Kind.UNKNOWN})


def kind_words(words: Words, kind: AlertKind) -> str:
    """Return a kind as the list of kinds tells it."""
    return words(f"alert.make.{kind}")


def lines_for(view: View, kind: AlertKind, symbol: str, entry: AlertEntry | None = None) -> list[DraftLine]:
    """Return the lines of the form that makes a rule for ``symbol``, or changes ``entry``."""
    words = view.words
    lines: list[DraftLine] = []
    if kind in BOUNDED:
        now = _price_text(view, symbol) if kind is AlertKind.PRICE else ""
        example = words("alert.now", price=now) if now else words(f"alert.example.{kind}")
        for side in ("above", "below"):
            stands = _stands(kind, side, getattr(entry, side)) if entry is not None else now * (side == "above")
            label = words(f"alert.field.{kind}.{side}" if kind is AlertKind.PERCENT else f"alert.field.{side}")
            lines.append(DraftLine(side, label, stands, example))
    elif kind is AlertKind.RATING:
        stands = " ".join(entry.actions) if entry is not None else ""
        lines.append(DraftLine("actions", words("alert.field.actions"), stands, words("alert.example.rating")))
    elif kind is AlertKind.HEADLINE:
        stands = entry.filter if entry is not None else ""
        lines.append(DraftLine("filter", words("alert.field.filter"), stands, words("alert.example.headline")))
    elif kind is AlertKind.CLAIM:
        stands = entry.claim if entry is not None else ""
        lines.append(DraftLine("claim", words("alert.field.claim"), stands, words("alert.example.claim")))
    elif kind is AlertKind.STALE:
        seconds = entry.above if entry is not None and entry.above is not None else STALE_AFTER
        lines.append(DraftLine("minutes", words("alert.field.minutes"), number_text(seconds / 60), ""))
    if entry is None:
        lines.append(DraftLine(NAME, words("alert.field.name"), "", words("alert.name-example")))
    return lines + manner_lines(view, kind, entry)


def draft(
    view: View,
    kind: AlertKind,
    symbol: str,
    texts: Mapping[str, str],
    entry: AlertEntry | None = None,
    *,
    span: Span | None = None,
) -> AlertEntry | str:
    """Return the rule that the lines make, its name as typed or found; or what is wrong with them, in a sentence.

    ``span`` is that of a new high or low, chosen before.
    """
    base = entry if entry is not None else AlertEntry(name=NAME, kind=kind.value, symbols=(symbol,))
    if span is not None:
        base = replace(base, span=span.value)
    quote = view.store.quote(symbol)
    if kind in BOUNDED:
        made = _bounded(view, kind, base, quote, texts, fresh=entry is None)
    elif kind is AlertKind.RATING:
        made = _rating(view, base, texts["actions"])
    elif kind is AlertKind.HEADLINE:
        made = _headline(view, base, texts["filter"], symbol)
    elif kind is AlertKind.CLAIM:
        made = replace(base, claim=texts["claim"].strip())
    elif kind is AlertKind.STALE:
        made = _silent(view, base, quote, texts["minutes"])
    else:
        made = base
    if not isinstance(made, str):
        made = with_manner(view, kind, made, texts, entry)
    if isinstance(made, str):
        return made
    if entry is None:
        made = replace(made, name=" ".join(texts.get(NAME, "").split()) or own_name(view.words, made))
    problem = problem_of(made)
    return made if problem is None else view.words.told(f"{problem[0]}: {problem[1]}")


def own_name(words: Words, entry: AlertEntry) -> str:
    """Return a name for a rule that was given none: whom it is about and what it waits for."""
    kind = AlertKind(entry.kind)
    whom = entry.source or (entry.symbols[0] if entry.symbols else "")
    above, below = entry.above, entry.below
    if kind is AlertKind.PERCENT and above is not None and below == -above:
        what = f"±{above:g}%"
    elif kind in BOUNDED:
        unit = {AlertKind.PERCENT: "%", AlertKind.VOLUME: "×", AlertKind.POINTS: " " + words("alert.unit.points")}
        sign = "+" if kind in {AlertKind.PERCENT, AlertKind.POINTS} else ""
        what = " ".join(f"{one:{sign}.10g}{unit.get(kind, '')}" for one in (above, below) if one is not None)
    elif kind in {AlertKind.HIGH, AlertKind.LOW}:
        what = words(f"alert.extreme.{kind}", span=words(f"alert.span.{entry.span}"))
    elif kind is AlertKind.HEADLINE and not entry.filter.startswith("symbol:"):
        what = entry.filter
    else:
        what = words(f"alert.kind.{kind}")
    return f"{whom} {what}".strip()[:MAX_NAME].strip()


def _bounded(
    view: View, kind: AlertKind, base: AlertEntry, quote: Quote | None, texts: Mapping[str, str], *, fresh: bool
) -> AlertEntry | str:
    words = view.words
    found: dict[str, float | None] = {}
    for side in ("above", "below"):
        label = words(f"alert.field.{kind}.{side}" if kind is AlertKind.PERCENT else f"alert.field.{side}")
        number = read_number(texts[side])
        if isinstance(number, str):
            return words("alert.no-number", text=number, field=label)
        if fresh and kind is AlertKind.PRICE and side == "above" and texts[side].strip() == _price_text(view, base):
            # The price as it stood there is no wish.
            number = None
        if number is not None and kind is AlertKind.PERCENT:
            # A fall of three percent is written as 3 or as -3.
            number = abs(number) if side == "above" else -abs(number)
        found[side] = number
    above, below = found["above"], found["below"]
    if above is None and below is None:
        return words("alert.nothing")
    if kind is AlertKind.PRICE and quote is not None and quote.last is not None:
        for side, there in (
            ("above", above is not None and quote.last >= above),
            ("below", below is not None and quote.last <= below),
        ):
            if there:
                return words("alert.already", field=words(f"alert.field.{side}"))
    return replace(base, above=above, below=below)


def _rating(view: View, base: AlertEntry, text: str) -> AlertEntry | str:
    wanted = text.replace(",", " ").lower().split()
    known = {action.value: action for action in Action}
    for word in wanted:
        if word not in known:
            return view.words("alert.no-action", text=word, actions=", ".join(known))
    return msgspec.convert(
        {**msgspec.to_builtins(base), "actions": list(dict.fromkeys(wanted))}, AlertEntry
    )  # the type of actions is one of words


def _headline(view: View, base: AlertEntry, text: str, symbol: str) -> AlertEntry | str:
    wanted = " ".join(text.split()) or f"symbol:{symbol}"
    try:
        parse_filter(wanted)
    except FilterError as error:
        expected = view.words(f"filter.fault.{error.fault}", **error.values)
        return view.words("filter.wrong", place=error.position + 1, expected=expected)
    return replace(base, filter=wanted)


def _silent(view: View, base: AlertEntry, quote: Quote | None, text: str) -> AlertEntry | str:
    minutes = read_number(text)
    if isinstance(minutes, str) or minutes is None or minutes <= 0:
        return view.words("alert.no-number", text=text.strip(), field=view.words("alert.field.minutes"))
    source = base.source or (quote.source if quote is not None else "")
    return replace(base, symbols=(), source=source, above=minutes * 60)


def _price_text(view: View, whom: str | AlertEntry) -> str:
    symbol = whom if isinstance(whom, str) else whom.symbols[0]
    quote = view.store.quote(symbol)
    return "" if quote is None or quote.last is None else numbers.price(quote.last).replace(",", "")


def _stands(kind: AlertKind, side: str, value: float | None) -> str:
    if value is not None and kind is AlertKind.PERCENT and side == "below":
        value = -value
    return number_text(value)
