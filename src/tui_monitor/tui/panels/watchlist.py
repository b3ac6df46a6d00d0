"""The watchlist panel: the live table with the lists as tabs in its frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.watchlist import WatchlistModel
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel
from tui_monitor.tui.strips import width_of

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.tui.palette import Palette


class WatchlistPanel(TablePanel):
    """Shows one list at a time and remembers the row that the cursor had in each."""

    model: WatchlistModel

    def __init__(self, palette: Palette, view: View) -> None:
        super().__init__(PanelId.WATCHLIST, palette, view, WatchlistModel())
        self._cursors: dict[tuple[str, bool], str] = {}

    def turn(self, step: int) -> None:
        """Go to the next or previous list."""
        self._leave()
        self.model.turn(self.view, step)
        self._enter()

    def show_list(self, name: str) -> None:
        """Go to the person's list ``name`` if there is one."""
        tab = self.model.tab(self.view)
        if tab.own and tab.id == name:
            return
        self._leave()
        if self.model.show(self.view, name):
            self._enter()

    def _leave(self) -> None:
        tab = self.model.tab(self.view)
        if self.cursor_key is not None:
            self._cursors[tab.id, tab.own] = self.cursor_key

    def _enter(self) -> None:
        tab = self.model.tab(self.view)
        self.reload()
        held = self._cursors.get((tab.id, tab.own))
        if held is not None:
            self.select(held)
        else:
            self.move_cursor(0)

    def title(self) -> Line:
        """Return the lists as tabs, as many as there is room for beside the note."""
        note = sum(width_of(text) for text, _ in self.note())
        room = self.room.width - 6 - (note + 3 if note else 0)
        return self.model.title_within(self.view, max(4, room))

    def foot(self) -> Line:
        """Return where the cursor is, then the sums of the positions."""
        sums = self.model.foot(self.view)
        place: Line = ()
        if len(self.keys) > self.page:
            place = (Span(f"{self.cursor_at + 1}/{len(self.keys)}{'  ' if sums else ''}", Tone.MUTED),)
        return (*place, *sums)
