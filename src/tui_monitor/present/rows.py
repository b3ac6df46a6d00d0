"""The shapes that every panel is made of: spans, lines, cells, rows and columns."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import msgspec

from tui_monitor.present.tone import Tone


class Span(NamedTuple):
    """A piece of text with one meaning."""

    text: str
    tone: Tone = Tone.PLAIN


Line = tuple[Span, ...]
"""One line of free text."""


class Cell(NamedTuple):
    """One field of a row."""

    text: str
    tone: Tone = Tone.PLAIN


EMPTY_CELL = Cell("")
"""A field that has nothing to say."""


class Row(NamedTuple):
    """One row of a table, its cells in the order of the table's columns."""

    key: str
    cells: tuple[Cell, ...]
    marked: bool = False
    """Marked by the person for an action on several rows."""
    age: Cell | None = None
    """What it said of its age when it was made, whether that column is shown or not; ``None`` where none goes by the
    second."""


class Align(StrEnum):
    """Where a column's text stands."""

    LEFT = "left"
    RIGHT = "right"


class Column(msgspec.Struct, frozen=True):
    """A column of a table."""

    id: str
    title: str
    width: int
    """Cells that it needs at least."""
    align: Align = Align.RIGHT
    stretch: int = 0
    """Share of the room that is left over; 0 takes none."""
    rank: int = 0
    """Importance: the highest number is dropped first when the room is short; 0 never."""
    maximum: int = 400
    """Cells that it takes at most."""


class Placed(msgspec.Struct, frozen=True):
    """A column with its place in the line."""

    column: Column
    index: int
    """Its place among all columns of the table, dropped ones included."""
    x: int
    width: int


GAP = 1
"""Blank cells between two columns."""


LEAST_WORDS = 5
"""Cells that a column of words is narrowed to where numbers beside it would not fit otherwise."""


def place(columns: tuple[Column, ...], room: int) -> tuple[Placed, ...]:
    """Fit ``columns`` into ``room`` cells: drop the least important, then give what is left to the stretching.

    Where those that are never dropped are too wide together, words give way: cut short they can still be read, and
    a number cannot.
    """
    kept = list(range(len(columns)))

    def needed() -> int:
        return sum(columns[i].width for i in kept) + GAP * max(0, len(kept) - 1)

    while len(kept) > 1 and needed() > room:
        droppable = [i for i in kept if columns[i].rank > 0]
        if not droppable:
            break
        kept.remove(max(droppable, key=lambda i: (columns[i].rank, i)))
    widths = {i: columns[i].width for i in kept}
    spare = room - needed()
    words = {i: max(0, widths[i] - LEAST_WORDS) for i in kept if columns[i].align is Align.LEFT and columns[i].stretch}
    if 0 < -spare <= sum(words.values()):
        for i, most in words.items():
            given = min(most, -spare)
            widths[i] -= given
            spare += given
    stretching = [i for i in kept if columns[i].stretch > 0]
    while spare > 0 and stretching:
        total = sum(columns[i].stretch for i in stretching)
        grown = 0
        for i in list(stretching):
            share = max(1, spare * columns[i].stretch // total)
            share = min(share, columns[i].maximum - widths[i], spare - grown)
            if share <= 0:
                stretching.remove(i)
                continue
            widths[i] += share
            grown += share
        if not grown:
            break
        spare -= grown
    placed: list[Placed] = []
    x = 0
    for i in kept:
        width = min(widths[i], max(0, room - x))
        if width <= 0 or (width < widths[i] and columns[i].align is Align.RIGHT and placed):
            # There is no room for the number: a row of signs for it would say nothing.
            break
        placed.append(Placed(columns[i], i, x, width))
        x += width + GAP
    return tuple(placed)
