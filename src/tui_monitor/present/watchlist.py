"""The watchlist panel: the person's own lists, row by row, in the person's order or by a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_monitor.present import quote_cells
from tui_monitor.present.rows import Align, Cell, Column, Line, Row, Span
from tui_monitor.present.tone import Tone
from tui_monitor.store.latest import Family

if TYPE_CHECKING:
    from tui_monitor.domain.watchlist import Watchlist
    from tui_monitor.present.view import View
    from tui_monitor.store.latest import Key

SORTS = ("own", "percent", "last", "turnover", "name")
"""What the rows can be ordered by; ``own`` is the person's order."""


class WatchlistModel:
    """Rows are entries of the chosen list; keys are their symbols."""

    flashing = frozenset({2, 3, 4})

    def __init__(self) -> None:
        self.at = 0
        """Which list is shown."""
        self.sort = SORTS[0]
        self.query = ""
        """Words that rows must contain to be shown."""
        self._members: frozenset[str] = frozenset()

    def current(self, view: View) -> Watchlist | None:
        """Return the list that is shown."""
        lists = view.lists().lists
        if not lists:
            return None
        self.at = min(self.at, len(lists) - 1)
        return lists[self.at]

    def turn(self, view: View, step: int) -> None:
        """Go to another list."""
        count = len(view.lists().lists)
        if count:
            self.at = (self.at + step) % count

    def next_sort(self) -> None:
        """Go on to the next order."""
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return the columns, the least important dropped first by the table."""
        words = view.words
        return (
            Column("code", words("column.symbol"), 8, Align.LEFT, maximum=10),
            Column("name", words("column.name"), 10, Align.LEFT, stretch=3, maximum=24),
            Column("last", words("column.last"), 9),
            Column("percent", "%", 8),
            Column("change", words("column.change"), 8, rank=5),
            Column("spark", "", 8, Align.LEFT, rank=3, stretch=1, maximum=14),
            Column("range", words("column.range"), 9, Align.LEFT, rank=7),
            Column("turnover", words("column.turnover"), 6, rank=6),
            Column("year", words("column.year"), 4, rank=8),
            Column("currency", words("column.currency"), 4, Align.LEFT, rank=9),
            Column("age", words("column.age"), 4, rank=2),
        )

    def order(self, view: View) -> list[str]:
        """Return the list's symbols in the chosen order; rows without a number come last."""
        current = self.current(view)
        symbols = list(current.symbols) if current else []
        self._members = frozenset(symbols)
        if self.query:
            symbols = [symbol for symbol in symbols if self._contains(view, symbol)]
        if self.sort == "own":
            return symbols
        if self.sort == "name":
            return sorted(symbols, key=lambda symbol: view.name(symbol, view.store.quote(symbol)).casefold())
        values = {symbol: self._value(view, symbol) for symbol in symbols}
        known = sorted((s for s in symbols if values[s] is not None), key=lambda s: values[s] or 0.0, reverse=True)
        return known + [symbol for symbol in symbols if values[symbol] is None]

    def row(self, view: View, key: str) -> Row:
        """Return one entry."""
        quote = view.store.quote(key)
        return Row(
            key,
            (
                Cell(key, Tone.MUTED),
                Cell(view.name(key, quote), Tone.PLAIN),
                quote_cells.last(view, quote),
                quote_cells.percent(view, quote),
                quote_cells.change(view, quote),
                quote_cells.path(view, key, quote, 8),
                quote_cells.day_range(view, quote, 9),
                quote_cells.amount(view, quote.estimated_turnover if quote else None, quote),
                quote_cells.year_position(view, quote),
                quote_cells.currency(quote),
                quote_cells.age(view, quote),
            ),
        )

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the entries whose quote or path changed."""
        return (
            name
            for family, name in changed
            if (family is Family.QUOTE or family is Family.PATH) and name in self._members
        )

    def title(self, view: View) -> Line:
        """Return the list's name, which of the lists it is, and the order."""
        current = self.current(view)
        dot = f" {view.glyphs.dot} "
        spans = [Span(view.words("panel.watchlist"), Tone.TITLE)]
        if current is not None:
            spans.append(Span(dot + current.name, Tone.ACCENT))
            spans.append(Span(f"{dot}{self.at + 1}/{len(view.lists().lists)}", Tone.MUTED))
        if self.sort != "own":
            spans.append(Span(dot + view.words(f"watchlist.by.{self.sort}"), Tone.MUTED))
        if self.query:
            spans.append(Span(f"{dot}/{self.query}", Tone.ACCENT))
        return tuple(spans)

    def note(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Return nothing: the rows say it."""
        return ()

    def foot(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Leave it to the table."""
        return ()

    def empty(self, view: View) -> list[Line]:
        """Return what to do with an empty list."""
        key = "watchlist.none-found" if self.query else "watchlist.empty"
        return [(Span(view.words(key), Tone.MUTED),)]

    def _contains(self, view: View, symbol: str) -> bool:
        name = view.name(symbol, view.store.quote(symbol), short=False)
        haystack = f"{symbol} {name} {view.second_name(symbol)}".casefold()
        return all(word in haystack for word in self.query.casefold().split())

    def _value(self, view: View, symbol: str) -> float | None:
        quote = view.store.quote(symbol)
        if quote is None:
            return None
        if self.sort == "turnover":
            return quote.estimated_turnover
        return quote.percent if self.sort == "percent" else quote.last
