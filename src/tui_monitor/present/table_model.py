"""What a live table asks of its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_monitor.present.rows import Cell, Column, Line, Row
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key


class TableModel(Protocol):
    """A table's columns, order and rows, computed from the view when they are asked for."""

    @property
    def flashing(self) -> frozenset[int]:
        """Places of the columns whose changes light up."""
        ...

    by_symbol: bool
    """Whether the keys of its rows are the symbols that changes of quotes and paths go by."""

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return the columns in the order of the screen; the table drops what does not fit."""
        ...

    def order(self, view: View) -> list[str]:
        """Return the keys of all rows in order. Cost may grow with their number; asked at most once a second."""
        ...

    def row(self, view: View, key: str) -> Row:
        """Return one row. Its cost must not depend on the number of rows."""
        ...

    def age(self, view: View, key: str) -> Cell | None:
        """Return what the row says of its age now, ``None`` where none goes by the second."""
        ...

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the keys of the rows that changes in the store concern."""
        ...

    def title(self, view: View) -> Line:
        """Return the words in the frame: what it is, and its state (sort, filter, count)."""
        ...

    def note(self, view: View) -> Line:
        """Return the words at the right of the frame."""
        ...

    def foot(self, view: View) -> Line:
        """Return the words in the lower frame; empty leaves it to the table (where the cursor is)."""
        ...

    def empty(self, view: View) -> list[Line]:
        """Return what to say when there are no rows: what it means and what to do next."""
        ...
