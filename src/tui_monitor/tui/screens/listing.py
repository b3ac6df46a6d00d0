"""A box of rows over the main screen with a cursor: the base of what lets a person choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TypeVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui_monitor.present.rows import Line
from tui_monitor.present.tone import Tone
from tui_monitor.tui.screens.modal import Modal
from tui_monitor.tui.strips import width_of

if TYPE_CHECKING:
    from rich.style import Style
    from textual import events
    from textual.app import ComposeResult

    from tui_monitor.tui.palette import Palette

Answer = TypeVar("Answer")

FRAME_LINES = 4
"""Lines of the terminal that the frame and a little room around it take."""


def chosen_style(palette: Palette, tone: Tone) -> Style:
    """Return the style of the chosen row: one ground for all of it, also where reversed colours are the ground."""
    return palette.on_cursor(Tone.PLAIN if palette.colours.native else tone, focused=True)


class Listing(Modal[Answer]):
    """Shows rows of which one is chosen. Subclasses give the rows and what a key does with the chosen one."""

    DEFAULT_CSS = """
    Listing { align: center middle; background: transparent; }
    Listing > Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%; background: $background;
        border: round $accent; padding: 0 1;
    }
    Listing Static { width: 1fr; height: auto; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", show=False),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("pagedown", "step(10)", show=False),
        Binding("pageup", "step(-10)", show=False),
        Binding("g,home", "step(-10000)", show=False),
        Binding("G,end", "step(10000)", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(self, title: str, hint: str, palette: Palette) -> None:
        super().__init__()
        self._title = title
        self._hint = hint
        self._palette = palette
        self.at = 0
        """The chosen row."""

    def rows(self) -> Sequence[Line]:
        """Return the rows."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Return the box."""
        with Vertical() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._title, no_wrap=True)
            box.border_subtitle = Text(self._hint, no_wrap=True)
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Show the rows."""
        self.update()

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual's signature
        """Show as many as there is room for."""
        self.update()

    def update(self) -> None:
        """Show the rows as they are now, the chosen one in sight."""
        if self.left:
            return
        rows = list(self.rows())
        self.at = min(max(self.at, 0), max(0, len(rows) - 1))
        room = max(1, self.size.height - FRAME_LINES)
        width = max(10, min(84, self.size.width) - 4)
        top = min(max(0, self.at - room + 1), max(0, len(rows) - room)) if self.at >= room else 0
        text = Text(no_wrap=True, overflow="ellipsis")
        for number, line in enumerate(rows[top : top + room], start=top):
            if number > top:
                text.append("\n")
            chosen = number == self.at
            for span in line:
                style = chosen_style(self._palette, span.tone) if chosen else self._palette.style(span.tone)
                text.append(span.text, style)
            if chosen and line:
                rest = width - sum(width_of(span.text) for span in line)
                text.append(" " * max(0, rest), chosen_style(self._palette, line[-1].tone))
        self.query_one(Static).update(text)

    def action_step(self, rows: int) -> None:
        """Choose another row."""
        self.at += rows
        self.update()

    def action_take(self) -> None:
        """Do what the chosen row is for."""
        self.dismiss()

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()
