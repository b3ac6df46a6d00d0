"""The sources and how they fare: a list with a cursor, from which each can be paused, retried, muted, removed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from tui_monitor.domain.errors import MonitorError
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.source_names import source_name
from tui_monitor.present.sources_list import followed_words, head, row, source_lines, sources_in_order
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import wrap
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.screens.listing import Listing

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui_monitor.tui.screens.main import MainScreen

WIDTH = 110
"""Cells of the box at the most."""

DETAIL_LINES = 6
"""Lines under the list that tell of the chosen source."""

_TOPICS_OF_FEEDS = "headlines"


class SourcesScreen(Listing[None]):
    """Every source in a row; what fails comes first."""

    DEFAULT_CSS = """
    SourcesScreen > Vertical { width: 110; }
    SourcesScreen #head { height: 1; }
    SourcesScreen #detail { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "close", show=False),
        Binding("p", "pause", show=False),
        Binding("r", "retry", show=False),
        Binding("m", "mute", show=False),
        Binding("a", "add", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("f", "feeds", show=False),
    ]

    def __init__(self, main: MainScreen, *, feeds_only: bool = False) -> None:
        words = main.view.words
        super().__init__(words("sources.title"), words("sources.hint"), main.palette)
        self._main = main
        self._feeds_only = feeds_only
        self._chosen_name: str | None = None
        self._said = ""

    def compose(self) -> ComposeResult:
        """Return the box: titles, rows, the chosen one in full."""
        with Vertical() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._title, no_wrap=True)
            box.border_subtitle = Text(self._hint, no_wrap=True)
            yield Static(markup=False, id="head")
            yield Static(markup=False, id="rows")
            yield Static(markup=False, id="detail")

    def on_mount(self) -> None:
        """Begin to tick: ages and countdowns live on."""
        self.update()
        self.set_interval(1.0, self.update)

    # Showing

    @property
    def _width(self) -> int:
        return max(10, min(WIDTH, self.app.size.width) - 4)

    @property
    def sources(self) -> list[SourceHealth]:
        """The sources that are listed."""
        return sources_in_order(self._main.view, feeds_only=self._feeds_only)

    @property
    def chosen(self) -> SourceHealth | None:
        """The source under the cursor."""
        return next((one for one in self.sources if one.name == self._chosen_name), None)

    def rows(self) -> Sequence[Line]:
        """Return a line for each source."""
        view = self._main.view
        return [row(view, one, self._width, muted=self._is_muted(one.name)) for one in self.sources]

    def update(self) -> None:
        """Show the list as it is now; the cursor stays on its source, whatever order they come in."""
        if self.left:
            return
        sources = self.sources
        names = [one.name for one in sources]
        if self._chosen_name in names:
            self.at = names.index(self._chosen_name)
        else:
            self.at = min(max(self.at, 0), max(0, len(names) - 1))
            self._chosen_name = names[self.at] if names else None
        rows = self.rows()
        view = self._main.view
        detail = self._detail()
        room = max(1, self.app.size.height - 3 - len(detail))
        top = min(max(0, self.at - room + 1), max(0, len(rows) - room)) if self.at >= room else 0
        shown = list(enumerate(rows))[top : top + room]
        lines = [self._text(line, chosen=number == self.at) for number, line in shown]
        if not lines:
            lines = [self._text((Span(view.words("sources.none"), Tone.MUTED),), chosen=False)]
        self.query_one("#head", Static).update(self._text(head(view, self._width), chosen=False))
        self.query_one("#rows", Static).update(_joined(lines))
        self.query_one("#detail", Static).update(_joined([self._text(line, chosen=False) for line in detail]))

    def _detail(self) -> list[Line]:
        one = self.chosen
        lines: list[Line] = [
            (Span("─" * self._width if self._main.view.glyphs.braille else "-" * self._width, Tone.RULE),)
        ]
        if self._said:
            lines += [(Span(text, Tone.ACCENT),) for text in wrap(self._said, self._width)]
        if (followed := followed_words(self._main.view)) is not None:
            lines += [(Span(text, Tone.MUTED),) for text in wrap(followed, self._width)]
        if one is not None:
            desk = self._main.services.feeds()
            added = desk is not None and desk.is_added(one.name)
            for line in source_lines(self._main.view, one, muted=self._is_muted(one.name), added=added):
                tone = line[0].tone if line else Tone.MUTED
                text = "".join(span.text for span in line)
                lines += [(Span(part, tone),) for part in wrap(text, self._width)]
        return lines[: DETAIL_LINES + 1]

    def _text(self, line: Line, *, chosen: bool) -> Text:
        text = Text(no_wrap=True, overflow="crop")
        for span in line:
            style = self._palette.on_cursor(span.tone, focused=True) if chosen else self._palette.style(span.tone)
            text.append(self._main.view.glyphs.plain(span.text), style)
        return text

    def _say(self, sentence: str) -> None:
        self._said = sentence
        self.update()

    # Doing

    def action_step(self, rows: int) -> None:
        """Choose another source."""
        names = [one.name for one in self.sources]
        if names:
            self.at = min(max(self.at + rows, 0), len(names) - 1)
            self._chosen_name = names[self.at]
            self._said = ""
        self.update()

    def action_take(self) -> None:
        """Do nothing more: the chosen source is told in full below the list."""

    def action_pause(self) -> None:
        """Pause the source, or let it go on."""
        one, words = self.chosen, self._main.view.words
        if one is not None:
            paused = one.state is not State.PAUSED
            self._main.services.pause_source(one.name)
            name = source_name(self._main.view, one.name)
            self._say(words("sources.paused" if paused else "sources.goes-on", name=name))

    def action_retry(self) -> None:
        """Ask the source now."""
        one, words = self.chosen, self._main.view.words
        if one is not None:
            asked = self._main.services.refresh_source(one.name)
            name = source_name(self._main.view, one.name)
            self._say(words("sources.retrying" if asked else "sources.cannot-retry", name=name))

    def action_feeds(self) -> None:
        """List the feeds only, or all sources."""
        self._feeds_only = not self._feeds_only
        key = "sources.feeds" if self._feeds_only else "sources.title"
        self.query_one(Vertical).border_title = Text(self._main.view.words(key), no_wrap=True)
        self.update()

    def action_mute(self) -> None:
        """Show the feed's headlines no more, or again."""
        one, words = self.chosen, self._main.view.words
        desk = self._main.services.feeds()
        if one is None:
            return
        if desk is None or one.topic != _TOPICS_OF_FEEDS:
            self._say(words("sources.no-feed"))
            return
        muted = not self._is_muted(one.name)

        async def mute() -> None:
            try:
                await desk.mute(one.name, muted)
            except MonitorError as error:
                self._say(words.of(error))
                return
            self._main.view.muted = desk.muted
            self._main.table(PanelId.HEADLINES).reload()
            self._say(words("sources.is-muted" if muted else "sources.is-shown", name=one.name))

        self._main.run_worker(mute(), group="feeds")

    def action_add(self) -> None:
        """Add a feed."""
        from tui_monitor.tui.screens.add_feed import AddFeedScreen

        desk = self._main.services.feeds()
        if desk is None:
            self._say(self._main.view.words("feed.add.unable"))
            return

        def added(name: str | None) -> None:
            if name is not None:
                self._chosen_name = name
                self._say(self._main.view.words("feed.add.done", name=name))

        self.app.push_screen(AddFeedScreen(self._main.view, desk, self._palette), added)

    def action_remove(self) -> None:
        """Remove a feed that was added within the program."""
        one, words = self.chosen, self._main.view.words
        desk = self._main.services.feeds()
        if one is None:
            return
        if desk is None or not desk.is_added(one.name):
            self._say(words("sources.not-added", name=one.name))
            return

        async def remove() -> None:
            try:
                await desk.remove(one.name)
            except MonitorError as error:
                self._say(words.of(error))
                return
            self._say(words("sources.removed", name=one.name))

        self._main.run_worker(remove(), group="feeds")

    def _is_muted(self, name: str) -> bool:
        return name.casefold() in self._main.view.muted


def _joined(lines: Sequence[Text]) -> Text:
    text = Text(no_wrap=True, overflow="crop")
    for number, line in enumerate(lines):
        if number:
            text.append("\n")
        text.append_text(line)
    return text
