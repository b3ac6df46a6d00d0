"""The lines that are always there: header, the strip of panel names on small screens, status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present import header, status
from tui_monitor.present.rows import Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells
from tui_monitor.tui.layout import ORDER
from tui_monitor.tui.panels.base import PaintedLines, Segments

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.tui.desk import Desk
    from tui_monitor.tui.palette import Palette


class HeaderLine(PaintedLines):
    """The index, its session, the market's clock."""

    DEFAULT_CSS = "HeaderLine { height: 1; }"

    def __init__(self, palette: Palette, view: View) -> None:
        super().__init__(palette, view, id="header")

    def compose_lines(self) -> list[Segments]:
        """Return the one line."""
        return [self.segments(header.header(self.view, self.room.width), self.room.width)]


class PanelStrip(PaintedLines):
    """The names of the panels with their keys, where not all of them are to be seen."""

    DEFAULT_CSS = "PanelStrip { height: 1; }"

    def __init__(self, palette: Palette, view: View, desk: Desk) -> None:
        super().__init__(palette, view, id="strip")
        self.desk = desk

    def compose_lines(self) -> list[Segments]:
        """Return the one line, the panel in hand set off."""
        width = self.room.width
        for blank, named in ((" ", True), ("", True), (" ", False)):
            spans = self._spans(blank, named=named)
            if sum(cells(span.text) for span in spans) <= width:
                break
        return [self.segments(spans, width)]

    def _spans(self, blank: str, *, named: bool) -> list[Span]:
        """Return the names with ``blank`` before and after each, or those of the others as their digits alone."""
        spans = [Span(blank)]
        for number, panel in enumerate(ORDER, start=1):
            chosen = panel is self.desk.focused_panel
            text = f"{number} {self.view.words(f'panel.{panel}')}" if named or chosen else f"{number}"
            spans.append(Span(f"[{text}]" if chosen else f" {text}{blank}", Tone.TITLE if chosen else Tone.MUTED))
        return spans


class StatusLine(PaintedLines):
    """Each source's age or failure, and the keys that matter here."""

    DEFAULT_CSS = "StatusLine { height: 1; }"

    def __init__(self, palette: Palette, view: View) -> None:
        super().__init__(palette, view, id="status")
        self.hints: tuple[str, ...] = ()
        """Keys of the panel in hand with a word each."""

    def compose_lines(self) -> list[Segments]:
        """Return the one line."""
        width = self.room.width
        return [self.segments(status.status(self.view, width, self.hints), width)]
