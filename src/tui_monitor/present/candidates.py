"""The lines under what a person types to add symbols: what it may mean, with name, exchange, kind and price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui_monitor.domain.instrument import Kind
from tui_monitor.present import quote_cells
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells

if TYPE_CHECKING:
    from tui_monitor.present.view import View


class Candidate(Protocol):
    """What is shown of a symbol that may be meant."""

    @property
    def symbol(self) -> str:
        """The symbol."""
        ...

    @property
    def known(self) -> bool:
        """Whether anything knows it."""
        ...

    @property
    def exchange(self) -> str:
        """Its exchange in few letters."""
        ...

    @property
    def kind(self) -> Kind:
        """What it is."""
        ...

    @property
    def name(self) -> str | None:
        """A name that only a search gave."""
        ...


def candidate_line(view: View, one: Candidate, width: int, *, held: bool, searched: bool) -> Line:
    """Return one candidate in ``width`` cells. ``searched``: a provider was asked and does not know it either."""
    quote = view.store.quote(one.symbol)
    words = view.words
    mark = view.glyphs.marked if held else "?" if not one.known else " "
    kind = "" if one.kind is Kind.UNKNOWN else words(f"kind.{one.kind}")
    tail = " ".join(part for part in (one.exchange, kind) if part)
    price = "" if quote is None else quote_cells.last(view, quote).text
    change = quote_cells.percent(view, quote)
    numbers = f"{price:>10} " if width >= 44 else ""
    moves = f"{change.text:>8}" if width >= 64 and quote is not None else " " * 8 if width >= 64 else ""
    if held:
        note, tone = words("add.held"), Tone.MUTED
    elif not one.known:
        # There is nothing else to say of it: the sentence has the whole line.
        tail, numbers, moves = "", "", ""
        note, tone = words("add.unknown-everywhere" if searched else "add.unknown"), Tone.WARN
    else:
        name = view.name(one.symbol, quote, short=width < 70)
        note, tone = (one.name or "" if name == one.symbol else name), Tone.PLAIN
        second = view.second_name(one.symbol)
        if second and width >= 50:
            note = f"{note} {second}"
    tail = _fit(tail, 11) if width >= 56 and (one.known or held) else ""
    room = width - 2 - 11 - cells(tail) - cells(numbers) - cells(moves) - 1
    return (
        Span(f"{mark} ", Tone.ACCENT if held else Tone.WARN),
        Span(_fit(one.symbol, 11), Tone.ACCENT),
        Span(_fit(note, max(4, room)) + " ", tone),
        Span(tail, Tone.MUTED),
        Span(numbers, Tone.PLAIN),
        Span(moves, change.tone),
    )


def _fit(text: str, width: int) -> str:
    if cells(text) > width:
        while cells(text) > width - 1:
            text = text[:-1]
        text = f"{text.rstrip()}…"
    return text + " " * (width - cells(text))
