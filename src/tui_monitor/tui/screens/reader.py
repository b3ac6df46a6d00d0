"""The reader: one headline in full, the next one by a key; beside the list where the terminal is wide enough."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui_monitor.present.reader import MEASURE, headline_lines
from tui_monitor.tui.actions import news
from tui_monitor.tui.commands import BY_ID, key_name, keys_of
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.screens.modal import Modal

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from tui_monitor.domain.headline import Headline
    from tui_monitor.tui.panels.headlines import HeadlinesPanel
    from tui_monitor.tui.screens.main import MainScreen

FRAME_CELLS = 5
"""Cells that the frame, its padding and the scroll bar take off the width."""

LEAST_BESIDE = 50
"""Cells left of the list that are enough for the reader to stand there."""

_KEYS = (
    ("read.next", "next"),
    ("read.previous", "previous"),
    ("link.open", "open"),
    ("link.copy", "copy"),
    ("read.save", "save"),
    ("read.toggle", "mark"),
)
"""Commands of the panel that work here as well, by their own keys, and what each does here."""


class ReaderScreen(Modal[None]):
    """Shows the headline under the panel's cursor and moves that cursor on."""

    DEFAULT_CSS = """
    ReaderScreen { align: left top; background: transparent; }
    ReaderScreen VerticalScroll {
        background: $background; border: round $accent; padding: 0 1; scrollbar-size-vertical: 1;
    }
    ReaderScreen Static { width: 1fr; height: auto; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(",".join(BY_ID[one].keys), action, id=one, show=False) for one, action in _KEYS),
        Binding("escape,q,enter", "close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("pagedown,space", "scroll(10)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("g,home", "scroll(-10000)", show=False),
        Binding("G,end", "scroll(10000)", show=False),
    ]

    def __init__(self, main: MainScreen, panel: HeadlinesPanel) -> None:
        super().__init__()
        self._main = main
        self._panel = panel
        self._key = panel.cursor_key or ""

    def compose(self) -> ComposeResult:
        """Return the box."""
        with VerticalScroll():
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Find the place and begin to tick: quotes and ages live on."""
        self._place()
        self.set_interval(1.0, self.update)

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual's signature
        """Find the place anew."""
        self._place()

    def _place(self) -> None:
        """Stand left of the list, or over everything but the status line where there is no room beside it."""
        width, height = self.app.size
        box = self.query_one(VerticalScroll)
        listed = self._main.desk.boxes.get(PanelId.HEADLINES)
        beside = listed is not None and listed.x >= LEAST_BESIDE
        room = min(listed.x if listed is not None and beside else width, MEASURE + FRAME_CELLS)
        left = listed.x - room if listed is not None and beside else max(0, (width - room) // 2)
        box.styles.width = room
        box.styles.height = max(3, height - (2 if height >= 6 else 0))
        box.styles.offset = (left, 1 if height >= 6 else 0)
        self._room = room
        self.update()

    def update(self) -> None:
        """Show the headline as it is now."""
        if self.left:
            return
        view = self._main.view
        box = self.query_one(VerticalScroll)
        one = self._headline
        words = view.words
        at = words("reader.position", at=self._panel.cursor_at + 1, count=len(self._panel.keys))
        # Text, never a str: Textual would read markup in it.
        box.border_title = Text(f"{one.source}  {at}" if one is not None else at, no_wrap=True)
        box.border_subtitle = Text(self._hint(self._room - 6), no_wrap=True)
        text = Text(no_wrap=True, overflow="crop")
        for number, line in enumerate(headline_lines(view, self._key, self._room - FRAME_CELLS)):
            if number:
                text.append("\n")
            for span in line:
                text.append(view.glyphs.plain(span.text), self._main.palette.style(span.tone))
        self.query_one(Static).update(text)

    def _hint(self, room: int) -> str:
        """Return the keys that matter here, as many as there is room for."""
        bound = self._main.view.settings.keys.bind
        parts = [
            f"{key_name(keys_of(BY_ID[one], bound)[0])} {self._main.view.words(f'reader.{action}')}"
            for one, action in _KEYS
        ]
        parts.append(f"Esc {self._main.view.words('reader.close')}")
        while len(parts) > 1 and Text("  ".join(parts)).cell_len > room:
            del parts[-2]
        return "  ".join(parts)

    @property
    def _headline(self) -> Headline | None:
        return self._main.view.headline(self._key)

    # Going on

    def action_next(self) -> None:
        """Go on to the next headline of the list."""
        self._go(1)

    def action_previous(self) -> None:
        """Go back to the one before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        panel = self._panel
        if self._key in panel.keys and panel.cursor_key != self._key:
            panel.select(self._key)
        panel.move_by(step)
        key = panel.cursor_key
        if key is None or key == self._key:
            self._main.say(self._main.view.words("reader.no-more"))
            return
        self._key = key
        self._main.mark_read([key], read=True)
        self.query_one(VerticalScroll).scroll_home(animate=False)
        self.update()

    def action_open(self) -> None:
        """Open the link in the browser."""
        one, words = self._headline, self._main.view.words
        if one is None or one.url is None:
            self._main.say(words("link.none"))
            return
        handed = self._main.services.open_link(one.url) is not False
        self._main.say(words("link.opened") if handed else words("link.no-browser", url=one.url))

    def action_copy(self) -> None:
        """Copy the link."""
        one, words = self._headline, self._main.view.words
        if one is None or one.url is None:
            self._main.say(words("link.none"))
            return
        self.app.copy_to_clipboard(one.url)
        self._main.say(words("link.copied", text=one.url[:60]))

    def action_save(self) -> None:
        """Save it, or no longer."""
        if self._headline is not None:
            news.save_headline(self._main, self._headline)
            self.update()

    def action_mark(self) -> None:
        """Mark it as unread, or as read again."""
        self._main.mark_read([self._key], read=self._key not in self._main.view.read)
        self.update()

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        """Go back to the list."""
        self.dismiss()
