"""The targets that houses hold for one company now: lowest, mean, highest, and the last price among them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.present import numbers
from tui_monitor.present.rating_cells import amount, percent_text
from tui_monitor.present.rating_values import converted, stated_for
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells

if TYPE_CHECKING:
    from tui_monitor.domain.rating import MergedRating
    from tui_monitor.present.glyphs import Glyphs
    from tui_monitor.present.view import View

HELD_FOR = timedelta(days=365)
"""Targets look a year ahead: an older one counts no more."""

BAR_CELLS = (8, 28)
"""Cells of the bar, at least and at most."""


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """Targets for one share of the watched line, in its currency."""

    line: str
    currency: str
    values: tuple[float, ...]
    """One target a house, rising."""
    left_out: int = 0
    """Houses whose target could not be converted: no rate, no currency, or another line's."""
    last: float | None = None

    @property
    def mean(self) -> float:
        """The arithmetic mean."""
        return sum(self.values) / len(self.values)


def latest_by_firm(view: View, events: Iterable[MergedRating]) -> list[MergedRating]:
    """Return the first event of each house; ``events`` are newest first. Those that name none stand for themselves."""
    found: dict[str, MergedRating] = {}
    for event in events:
        firm = view.tape.firm(event.change.firm)
        found.setdefault(firm if firm is not None else f"?{event.change.key}", event)
    return list(found.values())


def spread_of(view: View, events: Iterable[MergedRating]) -> Spread | None:
    """Return the spread of the newest target of each house; ``None`` where no target can be converted."""
    since = view.now() - HELD_FOR
    priced = [event for event in events if event.change.target is not None and event.change.time >= since]
    by_line: dict[tuple[str, str], list[float]] = {}
    held = latest_by_firm(view, priced)
    for event in held:
        value, stated = converted(view, event.change), stated_for(view, event.change)
        if value is not None and stated is not None:
            by_line.setdefault((stated.line, value[1]), []).append(value[0])
    if not by_line:
        return None
    (line, currency), values = max(by_line.items(), key=lambda one: len(one[1]))
    quote = view.store.quote(line)
    return Spread(
        line=line,
        currency=currency,
        values=tuple(sorted(values)),
        left_out=len(held) - len(values),
        last=quote.last if quote is not None else None,
    )


def spread_line(view: View, spread: Spread, room: int) -> Line:
    """Return lowest, mean, highest and last price on one line with their places on a bar."""
    words = view.words
    low, high, mean, last = spread.values[0], spread.values[-1], spread.mean, spread.last
    head = f"{words('ratings.lowest')} {_price(low)} "
    tail = f" {words('ratings.highest')} {_price(high)}  "
    above = percent_text((mean / last - 1.0) * 100.0) if last else ""
    price = f"  {words('ratings.last')} {_price(last)}" if last is not None else ""
    rise = Span(f" {above}" if above else "", direction_tone(mean - last) if last else Tone.MUTED)
    if len(spread.values) == 1:
        # There is nothing that a bar could be drawn between.
        return (Span(_price(mean), Tone.STRONG), rise, Span(price, Tone.ACCENT))
    middle = f"{words('ratings.mean')} {_price(mean)}"
    used = sum(map(cells, (head, tail, middle, above, price))) + (1 if above else 0)
    width = max(BAR_CELLS[0], min(BAR_CELLS[1], room - used))
    return (
        Span(head, Tone.MUTED),
        *bar(low, mean, high, last, width, view.glyphs),
        Span(tail, Tone.MUTED),
        Span(middle, Tone.STRONG),
        rise,
        Span(price, Tone.ACCENT),
    )


def bar(low: float, mean: float, high: float, last: float | None, width: int, glyphs: Glyphs) -> tuple[Span, ...]:
    """Return a bar over targets and last price: full between the targets, a stroke at the mean, a mark at the last."""
    first = low if last is None else min(low, last)
    end = high if last is None else max(high, last)

    def place(value: float) -> int:
        return (width - 1) // 2 if end <= first else round((value - first) / (end - first) * (width - 1))

    signs = [glyphs.bar_full if place(low) <= x <= place(high) else glyphs.bar_empty for x in range(width)]
    signs[place(mean)] = glyphs.vertical
    if last is None:
        return (Span("".join(signs), Tone.PLAIN),)
    at = place(last)
    return (
        Span("".join(signs[:at]), Tone.PLAIN),
        Span(glyphs.bar_mark, Tone.ACCENT),
        Span("".join(signs[at + 1 :]), Tone.PLAIN),
    )


def _price(value: float) -> str:
    return amount(value) if value == int(value) else numbers.price(value)
