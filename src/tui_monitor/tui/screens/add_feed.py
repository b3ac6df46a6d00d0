"""Adding a feed: its address is asked first, and what it would bring is shown before it is accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui_monitor.domain.errors import MonitorError
from tui_monitor.domain.text import clean_text
from tui_monitor.present.headlines import age_words
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import wrap
from tui_monitor.tui.screens.modal import Modal

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui_monitor.present.view import View
    from tui_monitor.services.feed_desk import FeedDesk, FeedPreview
    from tui_monitor.tui.palette import Palette

SHOWN = 8
"""Items that are shown of what it would bring."""

WIDTH = 84
"""Cells of the box at the most."""


class AddFeedScreen(Modal["str"]):
    """Answers with the name of the feed that was added, ``None`` if none was. Enter looks, Enter again adds."""

    DEFAULT_CSS = """
    AddFeedScreen { align: center middle; background: transparent; }
    AddFeedScreen > Vertical {
        width: 84; max-width: 100%; height: auto; max-height: 100%; background: $background;
        border: round $accent; padding: 0 1;
    }
    AddFeedScreen Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    AddFeedScreen Input:focus { border: none; background: $panel; }
    AddFeedScreen Static { width: 1fr; height: auto; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", show=False)]

    def __init__(self, view: View, desk: FeedDesk, palette: Palette) -> None:
        super().__init__()
        self._view = view
        self._desk = desk
        self._palette = palette
        self._preview: FeedPreview | None = None
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Return the box."""
        with Vertical() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._view.words("feed.add.title"), no_wrap=True)
            yield Input(compact=True, max_length=2_000, select_on_focus=False)
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Ask for the address."""
        self.query_one(Input).focus()
        self._show([(Span(self._view.words("feed.add.ask"), Tone.MUTED),)])

    def on_input_changed(self, event: Input.Changed) -> None:
        """Another address has to be looked at anew."""
        event.stop()
        if self._preview is not None and event.value.strip() != self._asked:
            self._preview = None
            self._show([(Span(self._view.words("feed.add.ask"), Tone.MUTED),)])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look at the address; add what was looked at."""
        event.stop()
        address = event.value.strip()
        if not address:
            return
        if self._preview is not None:
            self.run_worker(self._add(self._preview), exclusive=True)
            return
        self._asked = address
        words = self._view.words("feed.add.checking", address=clean_text(address, 60))
        self._show([(Span(words, Tone.MUTED),)])
        self.run_worker(self._check(address), exclusive=True)

    async def _check(self, address: str) -> None:
        try:
            found = await self._desk.check(address)
        except MonitorError as error:
            if address == self._asked:
                self._show([(Span(self._view.words.of(error), Tone.WARN),)])
            return
        if address != self._asked or self.left:
            return
        self._preview = found
        view, words = self._view, self._view.words
        language = found.entry.language or words("feed.language-unknown")
        brings = words("feed.add.brings", name=found.entry.name, count=len(found.headlines), language=language)
        lines: list[Line] = [(Span(brings, Tone.STRONG),)]
        if found.entry.title and found.entry.title != found.entry.name:
            lines.append((Span(found.entry.title, Tone.MUTED),))
        if found.entry.url != address:
            lines.append((Span(found.entry.url, Tone.MUTED),))
        if not found.headlines:
            lines.append((Span(words("feed.add.empty"), Tone.WARN),))
        now = view.now()
        lines += [(Span(f"  {age_words(view, one, now)}  {one.title}"),) for one in found.headlines[: self._items()]]
        lines += [(Span(words.told(note), Tone.MUTED),) for note in found.notes[:2]]
        lines += [(), (Span(words("feed.add.confirm"), Tone.ACCENT),)]
        self._show(lines)

    async def _add(self, preview: FeedPreview) -> None:
        try:
            await self._desk.add(preview.entry)
        except MonitorError as error:
            self._show([(Span(self._view.words.of(error), Tone.WARN),)])
            return
        self.dismiss(preview.entry.name)

    def _items(self) -> int:
        return max(1, min(SHOWN, self.app.size.height - 14))

    def _show(self, lines: list[Line]) -> None:
        if self.left:
            return
        room = max(10, min(WIDTH, self.app.size.width) - 4)
        text = Text(no_wrap=True, overflow="ellipsis")
        for number, line in enumerate(lines):
            if number:
                text.append("\n")
            tone = line[0].tone if line else Tone.MUTED
            words = "".join(span.text for span in line)
            parts = [words] if words.startswith("  ") else wrap(words, room)
            text.append("\n".join(parts), self._palette.style(tone))
        self.query_one(Static).update(text)

    def action_close(self) -> None:
        """Leave without adding."""
        self.dismiss()
