"""Reading: unread marks, links, the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen


def _table(screen: MainScreen) -> TablePanel | None:
    panel = screen.current
    return panel if isinstance(panel, TablePanel) else None


def _is_unread(screen: MainScreen, key: str) -> bool:
    view = screen.view
    if screen.desk.focused_panel is PanelId.HEADLINES:
        return key not in view.read
    event = view.tape.event(view, key)
    return event is not None and view.tape.is_unread(view, event)


def next_unread(screen: MainScreen) -> None:
    """Go to the next unread row and mark the one that is left as read."""
    _go(screen, 1)


def previous_unread(screen: MainScreen) -> None:
    """Go to the previous unread row."""
    _go(screen, -1)


def _go(screen: MainScreen, step: int) -> None:
    table = _table(screen)
    if table is None or not table.keys:
        return
    if table.cursor_key is not None:
        screen.mark_read([table.cursor_key], read=True)
    at = table.cursor_at + step
    while 0 <= at < len(table.keys):
        if _is_unread(screen, table.keys[at]):
            table.move_cursor(at)
            return
        at += step
    screen.say(screen.view.words("read.none"))


def toggle(screen: MainScreen) -> None:
    """Mark the row as read, or as unread again."""
    table = _table(screen)
    if table is not None and table.cursor_key is not None:
        screen.mark_read([table.cursor_key], read=_is_unread(screen, table.cursor_key))
        table.move_by(1)


def mark_all(screen: MainScreen) -> None:
    """Mark every row that the filter shows as read."""
    table = _table(screen)
    if table is not None:
        screen.mark_read(list(table.keys), read=True)


def open_link(screen: MainScreen) -> None:
    """Open the row's link in the browser."""
    url = screen.link_under_cursor()
    if url is None:
        screen.say(screen.view.words("link.none"))
        return
    # Over ssh there often is no browser: then the address is said, to be taken from the screen.
    handed = screen.services.open_link(url) is not False
    screen.say(screen.view.words("link.opened") if handed else screen.view.words("link.no-browser", url=url))


def copy(screen: MainScreen) -> None:
    """Copy the row's link; where it has none what a person would call it: the headline, the symbol."""
    text = screen.link_under_cursor() or _called(screen)
    if text:
        screen.app.copy_to_clipboard(text)
        screen.say(screen.view.words("link.copied", text=text[:60]))


def _called(screen: MainScreen) -> str | None:
    """Return what the row under the cursor is called outside of the program."""
    table, view = _table(screen), screen.view
    if table is None or table.cursor_key is None:
        return view.index if table is None else None
    if table.panel_id is PanelId.HEADLINES:
        headline = view.headline(table.cursor_key)
        return headline.title if headline is not None else None
    if table.panel_id is PanelId.RATINGS:
        event = view.tape.event(view, table.cursor_key)
        return (event.change.home_symbol or event.change.symbol or event.change.company) if event else None
    return table.cursor_key
