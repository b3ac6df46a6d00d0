"""What the provider's tables of ratings are like: rows and how old, empty, none kept, not asked yet."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui_monitor.domain.rating import TableState
from tui_monitor.present import numbers
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone

if TYPE_CHECKING:
    from tui_monitor.domain.rating import RatingTable
    from tui_monitor.present.view import View


def tables_summary(view: View) -> list[Line]:
    """Return how many tables have rows, are empty or are not kept at all, and how old their newest row is."""
    tables = view.store.rating_tables()
    if not tables:
        return []
    counts = Counter(table.state for table in tables)
    newest = max((table.newest for table in tables if table.newest is not None), default=None)
    age = view.glyphs.dash if newest is None else numbers.age((view.now() - newest).total_seconds(), view.language)
    text = view.words("table.summary", **{state.value: counts[state] for state in TableState}, age=age)
    return [(Span(text, Tone.MUTED),)]


def table_words(view: View, symbol: str) -> tuple[str, Tone]:
    """Return what the provider's table of ``symbol`` was like: rows and their newest, empty, none kept, not asked."""
    table = view.store.rating_table(symbol)
    if table is None:
        return view.words("table.not-asked", symbol=symbol), Tone.MUTED
    asked = view.words("table.asked", age=_age(view, table))
    if table.state is not TableState.ROWS:
        return f"{view.words(f'table.{table.state}', symbol=symbol)} {asked}", Tone.MUTED
    newest = (
        numbers.age((view.now() - table.newest).total_seconds(), view.language)
        if table.newest is not None
        else view.glyphs.dash
    )
    return f"{view.words('table.rows', symbol=symbol, rows=table.rows, age=newest)} {asked}", Tone.PLAIN


def _age(view: View, table: RatingTable) -> str:
    return numbers.age((view.now() - table.asked).total_seconds(), view.language)
