"""The chooser of the watchlist's columns: shown or not, in which order, how wide. What it does applies at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.watchlist_columns import BY_ID, FIXED, moved, resized, toggled
from tui_monitor.present.width import cells
from tui_monitor.tui.screens.listing import Listing

if TYPE_CHECKING:
    from tui_monitor.config.columns_file import ColumnSetting
    from tui_monitor.present.view import View
    from tui_monitor.tui.palette import Palette

Settings = tuple["ColumnSetting", ...]


class ColumnsScreen(Listing[None]):
    """Space shows or hides, J and K move, < and > size, 0 gives the width back, r gives everything back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,x", "show_or_hide", show=False),
        Binding("J,shift+down", "move(1)", show=False),
        Binding("K,shift+up", "move(-1)", show=False),
        Binding("less_than_sign,left", "size(-1)", show=False),
        Binding("greater_than_sign,right", "size(1)", show=False),
        Binding("0,equals_sign", "size(0)", show=False),
        Binding("r", "forget", show=False),
        Binding("C", "close", show=False),
    ]

    def __init__(
        self, view: View, palette: Palette, settings: Callable[[], Settings], changed: Callable[[Settings | None], None]
    ) -> None:
        super().__init__(view.words("columns.title"), view.words("columns.hint"), palette)
        self._view = view
        self._settings = settings
        self._changed = changed

    def rows(self) -> list[Line]:
        """Return the columns in their order."""
        lines: list[Line] = []
        words, glyphs = self._view.words, self._view.glyphs
        for one in self._settings():
            name = words(f"columns.{one.id}")
            mark = f"[{glyphs.marked if one.shown else ' '}] "
            tone = Tone.PLAIN if one.shown else Tone.MUTED
            width = str(one.width) if one.width is not None else f"({BY_ID[one.id].width})"
            room = " " * max(1, 30 - cells(name))
            always = f"  {words('columns.always')}" if one.id in FIXED else ""
            lines.append((Span(mark, Tone.ACCENT), Span(name + room, tone), Span(f"{width:>4}{always}", Tone.MUTED)))
        return lines

    def action_show_or_hide(self) -> None:
        """Show or hide the column."""
        self._apply(toggled(self._settings(), self.at))

    def action_move(self, by: int) -> None:
        """Move the column."""
        settings = self._settings()
        to = min(max(self.at + by, 0), len(settings) - 1)
        self._apply(moved(settings, self.at, to))
        self.at = to
        self.update()

    def action_size(self, by: int) -> None:
        """Make the column wider or narrower; 0: as wide as it needs to be."""
        self._apply(resized(self._settings(), self.at, by))

    def action_forget(self) -> None:
        """Go back to the columns that are shown without a choice."""
        self._apply(None)

    def action_take(self) -> None:
        """Enter ends it: everything is applied already."""
        self.dismiss()

    def _apply(self, settings: Settings | None) -> None:
        self._changed(settings)
        self.update()
