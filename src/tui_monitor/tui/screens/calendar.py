"""The calendar: a list of what is to come over the whole screen, the chosen event in full below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui_monitor.present.agenda import detail_text, list_lines, sorted_for, title_of
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells, wrap
from tui_monitor.tui.screens.listing import Listing, chosen_style

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.present.view import View
    from tui_monitor.tui.palette import Palette

AROUND = 4
"""Cells that the frame and its padding take of the width."""

FRAME = 2
"""Lines that the frame takes."""

DETAIL_LINES = 3
"""Lines of the chosen event at the most."""


class CalendarScreen(Listing[None]):
    """What is to come, soonest first."""

    DEFAULT_CSS = """
    CalendarScreen > Vertical { width: 100%; height: 100%; }
    CalendarScreen #rows { height: 1fr; }
    CalendarScreen #detail { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("t", "close", show=False),
        Binding("m", "mine", show=False),
    ]

    def __init__(self, view: View, palette: Palette) -> None:
        super().__init__(view.words("calendar.title"), view.words("calendar.hint"), palette)
        self._view = view
        self._mine = False
        self._chosen_key: str | None = None

    def compose(self) -> ComposeResult:
        """Return the box: rows, and the chosen one in full."""
        with Vertical() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._title, no_wrap=True)
            box.border_subtitle = Text(self._hint, no_wrap=True)
            yield Static(markup=False, id="rows")
            yield Static(markup=False, id="detail")

    def on_mount(self) -> None:
        """Begin to tick: the time until an event lives on."""
        self.update()
        self.set_interval(1.0, self.update)

    @property
    def events(self) -> list[CalendarEvent]:
        """What is listed."""
        return sorted_for(self._view, mine=self._mine)

    def rows(self) -> Sequence[Line]:
        """Return a line for each event."""
        return list_lines(self._view, self.events, self._width)

    @property
    def _width(self) -> int:
        return max(10, self.app.size.width - AROUND)

    def update(self) -> None:
        """Show the list as it is now; the cursor stays on its event when others go."""
        if self.left:
            return
        events = self.events
        keys = [one.key for one in events]
        if self._chosen_key in keys:
            self.at = keys.index(self._chosen_key)
        self.at = min(max(self.at, 0), max(0, len(keys) - 1))
        self._chosen_key = keys[self.at] if keys else None
        lines = list_lines(self._view, events, self._width)
        detail = self._detail(events, lines)
        room = max(1, self.app.size.height - FRAME - len(detail))
        top = min(max(0, self.at - room + 1), max(0, len(events) - room)) if self.at >= room else 0
        if not lines:
            empty = "calendar.none-found" if self._mine else "calendar.empty"
            lines = [(Span(text, Tone.MUTED),) for text in wrap(self._view.words(empty), self._width)]
        shown = [
            self._text(line, chosen=bool(events) and number == self.at)
            for number, line in list(enumerate(lines))[top : top + room]
        ]
        self.query_one("#rows", Static).update(_stacked(shown))
        told = [self._text(line, chosen=False) for line in detail]
        self.query_one("#detail", Static).update(_stacked(told))

    def _detail(self, events: Sequence[CalendarEvent], lines: Sequence[Line]) -> list[Line]:
        if not events:
            return []
        rule = "─" if self._view.glyphs.braille else "-"
        one = events[self.at]
        text, title = detail_text(self._view, one), title_of(self._view, one)
        if title not in "".join(span.text for span in lines[self.at]):
            # What had to be cut in the list is told whole.
            text = f"{title} {self._view.glyphs.dot} {text}"
        told = [(Span(part, Tone.MUTED),) for part in wrap(text, self._width)]
        return [(Span(rule * self._width, Tone.RULE),), *told[:DETAIL_LINES]]

    def _text(self, line: Line, *, chosen: bool) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        for span in line:
            style = chosen_style(self._palette, span.tone) if chosen else self._palette.style(span.tone)
            text.append(self._view.glyphs.plain(span.text), style)
        if chosen and line:
            rest = self._width - sum(cells(span.text) for span in line)
            text.append(" " * max(0, rest), chosen_style(self._palette, line[-1].tone))
        return text

    def action_step(self, rows: int) -> None:
        """Choose another event."""
        events = self.events
        if events:
            self.at = min(max(self.at + rows, 0), len(events) - 1)
            self._chosen_key = events[self.at].key
        self.update()

    def action_take(self) -> None:
        """Stay: the chosen event is told below the list."""

    def action_mine(self) -> None:
        """Show only what concerns the person's own symbols, or all again."""
        self._mine = not self._mine
        title = self._view.words("calendar.title-mine" if self._mine else "calendar.title")
        self.query_one(Vertical).border_title = Text(title, no_wrap=True)
        self.update()


def _stacked(lines: Sequence[Text]) -> Text:
    # The break's own settings are those of the whole: without them a long line would be wrapped.
    return Text("\n", no_wrap=True, overflow="ellipsis").join(lines)
