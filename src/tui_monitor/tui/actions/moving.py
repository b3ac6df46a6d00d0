"""Moving the cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.tui.panels.table import TablePanel

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen


def _table(screen: MainScreen) -> TablePanel | None:
    panel = screen.current
    return panel if isinstance(panel, TablePanel) else None


def down(screen: MainScreen) -> None:
    """Go one row down."""
    if table := _table(screen):
        table.move_by(1)


def up(screen: MainScreen) -> None:
    """Go one row up."""
    if table := _table(screen):
        table.move_by(-1)


def page_down(screen: MainScreen) -> None:
    """Go one page down."""
    if table := _table(screen):
        table.move_by(table.page)


def page_up(screen: MainScreen) -> None:
    """Go one page up."""
    if table := _table(screen):
        table.move_by(-table.page)


def first(screen: MainScreen) -> None:
    """Go to the first row."""
    if table := _table(screen):
        table.move_cursor(0)


def last(screen: MainScreen) -> None:
    """Go to the last row."""
    if table := _table(screen):
        table.move_cursor(len(table.keys) - 1)
