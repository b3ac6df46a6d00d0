"""Columns on a narrow screen: what gives way, and what never does."""

from __future__ import annotations

from tui_monitor.present.rows import Align, Column, place

COLUMNS = (
    Column("symbol", "Symbol", 8, Align.LEFT),
    Column("name", "Name", 10, Align.LEFT, stretch=1),
    Column("last", "Last", 9),
    Column("percent", "%", 8),
    Column("age", "Age", 4, rank=1),
)


def widths(room: int) -> dict[str, int]:
    return {one.column.id: one.width for one in place(COLUMNS, room)}


def test_words_give_way_before_a_number_is_cut() -> None:
    # Forty columns less frame and margin.
    assert widths(36) == {"symbol": 8, "name": 8, "last": 9, "percent": 8}
    assert widths(38) == {"symbol": 8, "name": 10, "last": 9, "percent": 8}
    assert widths(43) == {"symbol": 8, "name": 10, "last": 9, "percent": 8, "age": 4}


def test_where_even_that_is_not_enough_whole_columns_are_left_out_from_the_right() -> None:
    assert widths(19) == {"symbol": 8, "name": 10}
