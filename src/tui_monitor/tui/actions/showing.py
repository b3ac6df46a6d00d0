"""What is to be seen: panels, zoom, order, finding, opening a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present.headlines import HeadlinesModel
from tui_monitor.present.movers import MoversModel
from tui_monitor.present.ratings import RatingsModel
from tui_monitor.tui.layout import ORDER
from tui_monitor.tui.panels.headlines import HeadlinesPanel
from tui_monitor.tui.panels.ratings import RatingsPanel
from tui_monitor.tui.panels.table import TablePanel
from tui_monitor.tui.panels.watchlist import WatchlistPanel

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen


def next_panel(screen: MainScreen) -> None:
    """Give the next panel the focus."""
    screen.show_panel(ORDER[(ORDER.index(screen.desk.focused_panel) + 1) % len(ORDER)])


def previous_panel(screen: MainScreen) -> None:
    """Give the previous panel the focus."""
    screen.show_panel(ORDER[(ORDER.index(screen.desk.focused_panel) - 1) % len(ORDER)])


def zoom(screen: MainScreen) -> None:
    """Show the panel in hand alone, or all again."""
    screen.desk.show(screen.desk.focused_panel, zoomed=not screen.desk.zoomed)
    screen.after_layout()


def back(screen: MainScreen) -> None:
    """Take back what narrows the view: the notice, the query, the zoom, one at a time."""
    if screen.view.saying or screen.view.notices:
        screen.view.saying = None
        screen.view.notices.clear()
        screen.repaint_lines()
        return
    panel = screen.current
    if isinstance(panel, WatchlistPanel) and panel.model.marks:
        panel.model.marks.clear()
        panel.reload()
        return
    if isinstance(panel, HeadlinesPanel):
        if panel.model.step_back():
            panel.reload()
            return
    elif isinstance(panel, TablePanel) and getattr(panel.model, "query", None):
        panel.model.query = ""  # type: ignore[attr-defined]
        panel.reload()
        return
    if screen.desk.zoomed:
        zoom(screen)


def sort(screen: MainScreen) -> None:
    """Order the rows by the next column."""
    panel = screen.current
    if isinstance(panel, WatchlistPanel):
        panel.model.next_sort(panel.visible_columns)
        panel.reload()
    elif isinstance(panel, TablePanel) and isinstance(panel.model, (MoversModel, RatingsModel)):
        panel.model.next_sort()
        panel.reload()


def reverse(screen: MainScreen) -> None:
    """Turn the order round."""
    panel = screen.current
    if isinstance(panel, WatchlistPanel):
        panel.model.reverse = not panel.model.reverse
        panel.reload()
    elif isinstance(panel, TablePanel) and isinstance(panel.model, MoversModel):
        panel.model.descending = not panel.model.descending
        panel.reload()


def mine_only(screen: MainScreen) -> None:
    """Show only what concerns the person's lists, or everything again."""
    panel = screen.current
    if isinstance(panel, TablePanel) and isinstance(panel.model, (HeadlinesModel, RatingsModel)):
        panel.model.mine = not panel.model.mine
        panel.reload()


def next_action(screen: MainScreen) -> None:
    """Show one kind of rating change alone, then the next, then all again."""
    panel = screen.current
    if isinstance(panel, RatingsPanel):
        action = panel.model.next_action()
        panel.reload()
        words = screen.view.words
        screen.say(
            words("ratings.only-action", action=words(f"action.{action}")) if action else words("ratings.all-actions")
        )


def unread_only(screen: MainScreen) -> None:
    """Show only unread headlines, or all again."""
    panel = screen.current
    if isinstance(panel, TablePanel) and isinstance(panel.model, HeadlinesModel):
        panel.model.unread_only = not panel.model.unread_only
        panel.reload()


def find(screen: MainScreen) -> None:
    """Find as the person types."""
    panel = screen.current
    if not isinstance(panel, TablePanel) or not hasattr(panel.model, "query"):
        return
    table = panel
    before = str(getattr(table.model, "query", ""))

    def narrow(text: str) -> None:
        table.model.query = text.strip()  # type: ignore[attr-defined]
        table.reload()

    def done(text: str | None) -> None:
        narrow(before if text is None else text)
        if text is not None and isinstance(table, HeadlinesPanel):
            table.search(text)

    screen.ask(screen.view.words("prompt.find"), before, changed=narrow, done=done)


def open_row(screen: MainScreen) -> None:
    """Open what is under the cursor."""
    screen.open_current()
