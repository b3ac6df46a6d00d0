"""The movers panel: the constituents of the index by percent, by points contributed or by turnover."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_monitor.analysis import breadth
from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.rows import Align, Cell, Column, Line, Row, Span
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key


class MoverSort(StrEnum):
    """What the constituents are ordered by."""

    PERCENT = "percent"
    POINTS = "points"
    TURNOVER = "turnover"


class MoversModel:
    """Rows are constituents; keys are their symbols."""

    flashing = frozenset({3, 4})
    by_symbol = True

    def __init__(self) -> None:
        self.sort = MoverSort.PERCENT
        self.descending = True
        self._members: frozenset[str] = frozenset()
        self._weights: dict[str, float | None] = {}
        self._universe: object = None
        self._sparks = False

    def next_sort(self) -> None:
        """Go on to the next order."""
        orders = list(MoverSort)
        self.sort = orders[(orders.index(self.sort) + 1) % len(orders)]

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return code, names, last, percent, points, turnover, spark and age."""
        words = view.words
        return (
            Column("code", words("column.code"), 5, Align.LEFT),
            Column("name", words("column.name"), 8, Align.LEFT, stretch=3, maximum=16),
            Column("other", "", 8, Align.LEFT, stretch=2, rank=4, maximum=14),
            Column("last", words("column.last"), 8),
            Column("percent", "%", 8),
            Column("points", words("column.points"), 6, rank=2),
            Column("turnover", words("column.turnover"), 6, rank=5),
            Column("spark", "", 10, Align.LEFT, rank=6),
            Column("age", words("column.age"), 4, rank=7),
        )

    def order(self, view: View) -> list[str]:
        """Return the constituents in the chosen order; those without a number come last, in the universe's order."""
        self._read_universe(view)
        known: list[tuple[float, str]] = []
        unknown: list[str] = []
        for symbol in view.universe.symbols:
            value = self._value(view, symbol)
            if value is None:
                unknown.append(symbol)
            else:
                known.append((value, symbol))
        known.sort(key=lambda pair: pair[0], reverse=self.descending)
        return [symbol for _, symbol in known] + unknown

    def row(self, view: View, key: str) -> Row:
        """Return one constituent."""
        self._read_universe(view)
        quote = view.store.quote(key)
        points = self._points(view, key)
        tone = direction_tone(points)
        return Row(
            key,
            (
                Cell(quote_cells.code(key), Tone.MUTED),
                Cell(view.name(key, quote), Tone.PLAIN),
                Cell(view.second_name(key), Tone.MUTED),
                quote_cells.last(view, quote),
                quote_cells.percent(view, quote),
                Cell(numbers.points(points), view.tone(quote, tone) if quote else Tone.MUTED),
                quote_cells.amount(view, quote.estimated_turnover if quote else None, quote),
                quote_cells.path(view, key, quote, 10),
                age := quote_cells.age(view, quote),
            ),
            age=age,
        )

    def age(self, view: View, key: str) -> Cell | None:
        """Return the age of the constituent's price."""
        return quote_cells.age(view, view.store.quote(key))

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the constituents whose quote changed."""
        return (name for family, name in changed if family is Family.QUOTE and name in self._members)

    def title(self, view: View) -> Line:
        """Return the index and the order."""
        order = view.words(f"movers.by.{self.sort}")
        arrow = "" if self.descending else f" {view.glyphs.up}"
        dot = f" {view.glyphs.dot} "
        return (
            Span(view.words("panel.movers"), Tone.TITLE),
            Span(dot + view.universe.title(view.language), Tone.MUTED),
            Span(f"{dot}{order}{arrow}", Tone.MUTED),
        )

    def note(self, view: View) -> Line:
        """Return how many rise, fall and stand."""
        up = down = flat = 0
        for symbol in view.universe.symbols:
            quote = view.store.quote(symbol)
            change = quote.change if quote else None
            if change is None:
                continue
            up += change > 0
            down += change < 0
            flat += change == 0
        if not up + down + flat:
            return ()
        glyphs = view.glyphs
        return (
            Span(f"{up}{glyphs.up}", Tone.UP),
            Span(f" {down}{glyphs.down}", Tone.DOWN),
            Span(f" {flat}{glyphs.flat}", Tone.MUTED),
        )

    def foot(self, view: View) -> Line:
        """Return the mark of estimated weights where points are ordered by them."""
        if self.sort is MoverSort.POINTS and view.universe.estimated:
            return (Span(view.words("movers.estimated"), Tone.MUTED),)
        return ()

    def empty(self, view: View) -> list[Line]:
        """Return what an empty universe means."""
        return [(Span(view.words("movers.empty"), Tone.MUTED),)]

    def _value(self, view: View, symbol: str) -> float | None:
        quote = view.store.quote(symbol)
        if quote is None:
            return None
        if self.sort is MoverSort.POINTS:
            return self._points(view, symbol)
        return quote.percent if self.sort is MoverSort.PERCENT else quote.estimated_turnover

    def _points(self, view: View, symbol: str) -> float | None:
        quote = view.store.quote(symbol)
        index = view.store.quote(view.index)
        weight = self._weights.get(symbol)
        percent = quote.percent if quote else None
        previous = index.previous_close if index else None
        if weight is None or percent is None or previous is None or view.universe.index != view.index:
            return None
        return breadth.points(percent, weight, previous)

    def _read_universe(self, view: View) -> None:
        if self._universe is not view.universe:
            self._universe = view.universe
            self._members = frozenset(view.universe.symbols)
            self._weights = {member.symbol: member.weight for member in view.universe.members}
