"""Adding symbols: one line to type in, what it may mean under it, the answer of a provider's search below that."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from tui_monitor.domain.errors import SourceError
from tui_monitor.present.candidates import candidate_line
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.tui.screens.listing import chosen_style
from tui_monitor.tui.screens.modal import Modal
from tui_monitor.tui.strips import width_of

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.timer import Timer

    from tui_monitor.present.view import View
    from tui_monitor.services.finding import Candidate, Found
    from tui_monitor.tui.palette import Palette
    from tui_monitor.tui.services import Services

PAUSE_SECONDS = 0.25
"""Typing is passed on to the search, and prices are asked for, once it pauses this long."""

PRICE_SECONDS = 0.5
"""How often the prices of the candidates are looked at anew."""

MAX_TEXT = 60_000
"""Characters of the line: a pasted column of 5,000 codes fits."""

WIDTH = 100
"""Cells of the box at the most."""


class SymbolInput(Input):
    """A line that takes a pasted column as one text; Textual's own would keep its first line only.

    Of what is longer than the line may be it takes the words that fit, each once; Textual's own would take nothing.
    """

    def on_paste(self, event: events.Paste) -> None:
        """Take all lines, separated by blanks."""
        event.prevent_default()
        event.stop()
        text = " ".join(dict.fromkeys(event.text.split()))
        room = MAX_TEXT - len(self.value)
        if len(text) > room:
            text = text[: room + 1].rpartition(" ")[0]
        self.insert_text_at_cursor(text)


class AddScreen(Modal["list[str]"]):
    """Answers with the symbols to add, ``None`` if there are none. Arrows choose, Enter adds, Esc leaves."""

    DEFAULT_CSS = """
    AddScreen { align: center top; background: transparent; }
    AddScreen > Vertical {
        width: 100; max-width: 100%; height: auto; max-height: 100%; background: $background;
        border: round $accent; padding: 0 1;
    }
    AddScreen Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    AddScreen Input:focus { border: none; background: $panel; }
    AddScreen Static { width: 1fr; height: auto; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("down,ctrl+n", "step(1)", show=False, priority=True),
        Binding("up,ctrl+p", "step(-1)", show=False, priority=True),
        Binding("pagedown", "step(8)", show=False, priority=True),
        Binding("pageup", "step(-8)", show=False, priority=True),
    ]

    def __init__(self, view: View, services: Services, palette: Palette, held: frozenset[str]) -> None:
        super().__init__()
        self._view = view
        self._services = services
        self._palette = palette
        self._held = held
        self._text = ""
        self._several = False
        self._found: list[Candidate] = []
        self._not_understood: list[str] = []
        self._remote: list[Found] = []
        self._searched = ""
        """The text that the search has answered for."""
        self._state = "add.hint"
        self._at = 0
        self._pause: Timer | None = None

    def compose(self) -> ComposeResult:
        """Return the box."""
        with Vertical() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._view.words("prompt.add"), no_wrap=True)
            yield SymbolInput(compact=True, max_length=MAX_TEXT, select_on_focus=False)
            yield Static(markup=False)

    def on_mount(self) -> None:
        """Begin to look at prices."""
        self.query_one(Input).focus()
        self.set_interval(PRICE_SECONDS, self.update)
        self._foot()
        self.update()

    def on_unmount(self) -> None:
        """What was only looked at is no longer asked for."""
        self._services.glance(())

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual's signature
        """Show as many as there is room for."""
        self.update()

    # Typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Answer from what is known here at once, ask further when typing pauses."""
        event.stop()
        self._text = event.value
        self._remote = []
        self._searched = ""
        self._at = 0
        self._state = "add.hint"
        self._match()
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(PAUSE_SECONDS, self._paused) if self._text.strip() else None
        self._foot()
        self.update()

    def _match(self) -> None:
        finder = self._services.finder()
        self._several = finder.is_several(self._text)
        if self._several:
            symbols, self._not_understood = finder.resolve(self._text)
            self._found = [finder.candidate(symbol) for symbol in symbols]
            return
        self._not_understood = []
        self._found = finder.candidates(self._text, self._remote)

    def _paused(self) -> None:
        self._services.glance([one.symbol for one in self._found[:20]])
        if self._services.search is None or self._several:
            return
        self._state = "add.searching"
        self._foot()
        self.run_worker(self._search(self._text), exclusive=True, exit_on_error=False)

    async def _search(self, text: str) -> None:
        search = self._services.search
        if search is None:
            return
        try:
            found = await search(text)
        except SourceError as error:
            if text == self._text:
                self._state = "add.search-failed"
                self._foot(reason=self._view.words(f"failure.{error.kind}"))
            return
        if text != self._text:
            return
        self._remote, self._searched = found, text
        chosen = self._found[self._at].symbol if self._at < len(self._found) else None
        self._match()
        # Rows do not jump under the cursor: what was chosen stays chosen.
        self._at = next((at for at, one in enumerate(self._found) if one.symbol == chosen), 0)
        self._state = "add.search-done"
        self._foot(count=len(found))
        self._services.glance([one.symbol for one in self._found[:20]])
        self.update()

    # Showing

    def rows(self) -> list[Line]:
        """Return the candidates, or what each of several words means."""
        width = self._width()
        searched = bool(self._searched) and self._searched == self._text
        rows = [
            candidate_line(self._view, one, width, held=one.symbol in self._held, searched=searched)
            for one in self._found
        ]
        rows += [
            (
                Span("! ", Tone.ERROR),
                Span(word, Tone.ERROR),
                Span(f"  {self._view.words('add.not-understood')}", Tone.MUTED),
            )
            for word in self._not_understood
        ]
        return rows

    def update(self) -> None:
        """Show the rows as they are now."""
        if self.left:
            return
        rows = self.rows()
        self._at = min(max(self._at, 0), max(0, len(rows) - 1))
        room = max(1, self.size.height - 4)
        # Of several the last ones are those that are being typed.
        top = max(0, len(rows) - room) if self._several else max(0, self._at - room + 1)
        text = Text(no_wrap=True, overflow="ellipsis")
        for number, line in enumerate(rows[top : top + room], start=top):
            if number > top:
                text.append("\n")
            chosen = number == self._at and not self._several
            for span in line:
                style = chosen_style(self._palette, span.tone) if chosen else self._palette.style(span.tone)
                text.append(span.text, style)
            if chosen:
                rest = self._width() - sum(width_of(span.text) for span in line)
                text.append(" " * max(0, rest), chosen_style(self._palette, Tone.PLAIN))
        if not rows:
            key = "add.nothing" if self._text.strip() else "add.example"
            text.append(self._view.words(key), self._palette.style(Tone.MUTED))
        self.query_one(Static).update(text)

    def _width(self) -> int:
        return max(10, min(WIDTH, self.size.width) - 4)

    def _foot(self, **values: object) -> None:
        self.query_one(Vertical).border_subtitle = Text(self._view.words(self._state, **values), no_wrap=True)

    # Choosing

    def action_step(self, rows: int) -> None:
        """Choose another candidate."""
        self._at += rows
        self.update()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer with the candidate, or with everything that was understood."""
        event.stop()
        if self._several:
            symbols = [one.symbol for one in self._found]
        else:
            symbols = [self._found[self._at].symbol] if self._at < len(self._found) else []
        if symbols or not self._text.strip():
            self.dismiss(symbols or None)

    def action_close(self) -> None:
        """Leave without adding."""
        self.dismiss()
