"""A dialog: a titled box of lines over the main screen, scrolled by the usual keys, closed by Esc, q or Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui_monitor.tui.screens.modal import Modal

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui_monitor.present.rows import Line
    from tui_monitor.tui.palette import Palette


def text_width(terminal_width: int) -> int:
    """Return the cells of a line inside a dialog; what is wrapped to it is not wrapped a second time."""
    frame, padding, scrollbar = 2, 2, 1
    return max(1, min(84, terminal_width * 96 // 100) - frame - padding - scrollbar)


class Dialog(Modal[None]):
    """Shows lines that are asked for anew each second, so that ages stay true."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; }
    Dialog VerticalScroll {
        width: 84; max-width: 96%; height: auto; max-height: 92%; background: $background;
        border: round $accent; padding: 0 1; scrollbar-size-vertical: 1;
    }
    Dialog Static { width: 1fr; height: auto; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,i", "close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("g,home", "scroll(-10000)", show=False),
        Binding("G,end", "scroll(10000)", show=False),
    ]

    def __init__(
        self, title: str, lines: Callable[[], Sequence[Line]], palette: Palette, *, ticking: bool = True
    ) -> None:
        super().__init__()
        self._title = title
        self._lines = lines
        self._palette = palette
        self._ticking = ticking

    def compose(self) -> ComposeResult:
        """Return the box."""
        with VerticalScroll() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._title, no_wrap=True)
            yield Static(self._text(), markup=False)

    def on_mount(self) -> None:
        """Begin to tick."""
        if self._ticking:
            self.set_interval(1.0, self._tick)

    def _tick(self) -> None:
        self.query_one(Static).update(self._text())

    def _text(self) -> Text:
        text = Text(no_wrap=False, overflow="fold")
        for number, line in enumerate(self._lines()):
            if number:
                text.append("\n")
            for span in line:
                text.append(span.text, self._palette.style(span.tone))
        return text

    def action_close(self) -> None:
        """Go back."""
        self.dismiss()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)
