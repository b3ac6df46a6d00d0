"""The main screen: composes header, desk, prompt and status, routes commands, runs the frame clock."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence, Set
from typing import TYPE_CHECKING, Any

from textual.binding import Binding
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget

from tui_monitor.present.movers import MoversModel
from tui_monitor.present.rating_cells import company, firm, what
from tui_monitor.present.upgrade_bell import UpgradeBell
from tui_monitor.present.words import Words
from tui_monitor.store.keys import Family
from tui_monitor.tui.absence import Absence
from tui_monitor.tui.commands import BY_ID, COMMANDS, GROUPS, Command, key_name, keys_of
from tui_monitor.tui.containing import ContainsWork
from tui_monitor.tui.desk import Desk
from tui_monitor.tui.frame import FrameClock
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.lines import HeaderLine, PanelStrip, StatusLine
from tui_monitor.tui.palette import Palette
from tui_monitor.tui.panels.base import Panel
from tui_monitor.tui.panels.headlines import HeadlinesPanel
from tui_monitor.tui.panels.index import IndexPanel
from tui_monitor.tui.panels.ratings import RatingsPanel
from tui_monitor.tui.panels.table import TablePanel
from tui_monitor.tui.panels.watchlist import WatchlistPanel
from tui_monitor.tui.prompt import Prompt

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.geometry import Size

    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.present.rows import Line
    from tui_monitor.present.table_model import TableModel
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key
    from tui_monitor.tui.services import Services

_log = logging.getLogger(__name__)

SAY_SECONDS = 4.0
"""How long a short answer stays in the status line."""

_MODELS: dict[PanelId, Callable[[], TableModel]] = {
    PanelId.MOVERS: MoversModel,
}


class MainScreen(ContainsWork, Screen[None]):
    """Header, panels, prompt, status. Composes and routes; what happens is in ``actions`` and ``present``."""

    DEFAULT_CSS = "MainScreen { layout: vertical; background: $background; overflow: hidden; }"

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """The widget with the focus. Textual's own repaints the whole screen on a change."""

    BINDINGS = [  # noqa: RUF012 - Textual's own way to declare them
        Binding(",".join(command.keys), f"run('{command.id}')", id=command.id, show=False) for command in COMMANDS
    ]

    def __init__(self, view: View, services: Services, palette: Palette, *, frames: float) -> None:
        super().__init__()
        self.view = view
        self.services = services
        self.palette = palette
        panels: list[Panel] = [
            IndexPanel(PanelId.INDEX, palette, view),
            *(TablePanel(one, palette, view, model()) for one, model in _MODELS.items()),
            RatingsPanel(palette, view),
            HeadlinesPanel(palette, view, services.archive, self.say),
            WatchlistPanel(palette, view),
        ]
        self.desk = Desk(panels)
        self.header = HeaderLine(palette, view)
        self.strip = PanelStrip(palette, view, self.desk)
        self.status = StatusLine(palette, view)
        self.prompt = Prompt()
        self.frame_clock = FrameClock(self, frames)
        self.away = Absence(self)
        self.bell = UpgradeBell(view.now())
        self._noticed: str | None = None
        """The notice that the status line was painted with."""
        self.put_off: Watchlists | None = None
        """The file's lists of a conflict that the person does not want to be asked about now."""

    def compose(self) -> ComposeResult:
        """Return the parts of the screen."""
        yield self.header
        yield self.strip
        yield self.desk
        yield self.prompt
        yield self.status

    def on_mount(self) -> None:
        """Give the watchlist the focus and start the frame clock."""
        # What would change the layout after the first paint is settled before it: the screen is painted once.
        self._show_lines(self.app.size)
        for rack in self.query("ToastRack"):
            rack.display = False
        self.desk.show(PanelId.WATCHLIST)
        self.after_layout()
        self.frame_clock.start()

    def on_resize(self, event: events.Resize) -> None:
        """Show the lines that there is room for."""
        self._show_lines(event.size)

    def _show_lines(self, size: Size) -> None:
        """Show the strip of names only where not all panels are to be seen."""
        self.strip.display = not (size.width >= 110 and size.height >= 30) and size.height >= 8
        self.header.display = size.height >= 6
        self.status.display = size.height >= 4

    # Routing

    @property
    def current(self) -> Panel:
        """The panel that has the focus."""
        return self.desk.panels[self.desk.focused_panel]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let a key pass on to the next command that has it where this one does not work."""
        if action == "run" and parameters:
            return self.available(BY_ID[str(parameters[0])])
        return super().check_action(action, parameters)

    def available(self, command: Command) -> bool:
        """Whether a command works now."""
        return command.works(self.desk.focused_panel, replaying=self.services.replay_clock is not None)

    def action_run(self, command_id: str) -> None:
        """Run a command by its id."""
        if command_id == "row.open" and self.away.told is not None:
            from tui_monitor.tui.actions import news

            news.list_while_away(self)
            return
        BY_ID[command_id].run(self)

    def table(self, panel: PanelId) -> TablePanel:
        """Return one of the table panels."""
        found = self.desk.panels[panel]
        if not isinstance(found, TablePanel):
            raise TypeError(panel)
        return found

    # Showing

    def show_panel(self, panel: PanelId) -> None:
        """Give a panel the focus."""
        self.desk.show(panel)
        self.after_layout()

    def after_layout(self) -> None:
        """Bring the lines around the desk up to date with the panel in hand."""
        words = self.view.words
        hints = []
        for command in COMMANDS:
            if command.hint and self.available(command):
                key = key_name(keys_of(command, self.view.settings.keys.bind)[0])
                hints.append(f"{key} {words(f'hint.{command.id}')}")
        self.status.hints = tuple(hints)
        self.repaint_lines()

    def repaint_lines(self) -> None:
        """Bring header, strip and status up to date."""
        self.header.repaint()
        if self.strip.display:
            self.strip.repaint()
        self.status.repaint()

    def say(self, sentence: str) -> None:
        """Say something in the status line for a moment."""
        self.view.saying = sentence
        self.status.repaint()

        def over() -> None:
            if self.view.saying is sentence:
                self.view.saying = None
                self.status.repaint()

        self.set_timer(SAY_SECONDS, over)

    def ask(
        self,
        question: str,
        text: str,
        *,
        done: Callable[[str | None], None],
        changed: Callable[[str], None] | None = None,
    ) -> None:
        """Ask for a line; the focus comes back to the panel in hand."""

        def answered(answer: str | None) -> None:
            self.set_focus(self.current, scroll_visible=False)
            done(answer)

        self.prompt.ask(question, text, changed=changed, done=answered)

    def dialog(self, title: str, lines: Callable[[], Sequence[Line]], *, ticking: bool = True) -> None:
        """Show lines over the screen."""
        from tui_monitor.tui.screens.dialog import Dialog

        self.app.push_screen(Dialog(title, lines, self.palette, ticking=ticking))

    def open_current(self) -> None:
        """Open what is under the cursor: the number's origin, the headline, the rating change."""
        from tui_monitor.present import detail
        from tui_monitor.present.rating_detail import rating_lines, rating_title
        from tui_monitor.present.story_lines import story_lines
        from tui_monitor.tui.screens.dialog import text_width

        panel = self.current
        view = self.view
        key = panel.cursor_key if isinstance(panel, TablePanel) else view.index
        if key is None:
            return
        if panel.panel_id is PanelId.HEADLINES:
            self.mark_read([key], read=True)
            self.show_reader()
        elif panel.panel_id is PanelId.RATINGS:
            self.mark_read([key], read=True)
            width = text_width(self.size.width)
            self.dialog(rating_title(view, key), lambda: rating_lines(view, key, width))
        elif panel.panel_id is PanelId.INDEX:
            width = text_width(self.size.width)
            self.dialog(
                detail.quote_title(view, key), lambda: [*story_lines(view, width), (), *detail.quote_lines(view, key)]
            )
        else:
            view.viewed(key)
            self.dialog(detail.quote_title(view, key), lambda: detail.quote_lines(view, key))

    def show_sources(self) -> None:
        """Show the sources and how they fare."""
        from tui_monitor.tui.screens.sources import SourcesScreen

        self.app.push_screen(SourcesScreen(self))

    def show_reader(self) -> None:
        """Show the headline under the cursor in full."""
        from tui_monitor.tui.screens.reader import ReaderScreen

        panel = self.table(PanelId.HEADLINES)
        if isinstance(panel, HeadlinesPanel) and panel.cursor_key is not None:
            self.app.push_screen(ReaderScreen(self, panel))

    def show_help(self) -> None:
        """Show the keys, from the registry."""
        from tui_monitor.tui.screens.dialog import text_width
        from tui_monitor.tui.screens.help import help_lines

        panel = self.desk.focused_panel
        self.dialog(
            self.view.words("help.title"),
            lambda: help_lines(
                self.view,
                COMMANDS,
                GROUPS,
                panel,
                replaying=self.services.replay_clock is not None,
                width=text_width(self.size.width),
            ),
            ticking=False,
        )

    def link_under_cursor(self) -> str | None:
        """Return the link of the row under the cursor."""
        panel = self.current
        if not isinstance(panel, TablePanel) or panel.cursor_key is None:
            return None
        if panel.panel_id is PanelId.HEADLINES:
            headline = self.view.headline(panel.cursor_key)
            return headline.url if headline else None
        if panel.panel_id is PanelId.RATINGS:
            event = self.view.tape.event(self.view, panel.cursor_key)
            return event.change.url if event else None
        return None

    # Changing

    def mark_read(self, keys: Sequence[str], *, read: bool) -> None:
        """Mark headlines or rating changes as read or unread, and keep it."""
        ratings = self.desk.focused_panel is PanelId.RATINGS
        if ratings:
            # An event is read with all its reports: any of them may be gone or joined by others tomorrow.
            events = (self.view.tape.event(self.view, key) for key in keys)
            keys = [one for event in events if event is not None for one in sorted(event.keys)]
        marks = self.view.seen_ratings if ratings else self.view.read
        marks.update(keys) if read else marks.difference_update(keys)
        (self.services.mark_seen if ratings else self.services.mark_read)(keys, read)
        family = Family.RATING if ratings else Family.HEADLINE
        self.current.frame({(family, key) for key in keys}, second=True)

    def lists_changed(self) -> None:
        """The watchlists changed: ask for what is in them, and show it."""
        self.services.interest_changed()
        self.table(PanelId.HEADLINES).reload()

    def lists_edited(self) -> None:
        """The watchlists are other ones than in the last frame: show them."""
        self.table(PanelId.WATCHLIST).reload()
        self.lists_changed()

    def look_at_lists(self) -> None:
        """Say what stands in the way of the lists' file, and ask where both sides changed it; say new notices."""
        problem = self.services.problem()
        if self.services.conflict() is not None:
            problem = self.view.words("status.conflict")
        notice = self.view.notices[-1] if self.view.notices else None
        if (problem, notice) != (self.view.problem, self._noticed):
            # After hours the line is painted once a minute otherwise.
            self.view.problem, self._noticed = problem, notice
            self.status.repaint()
        from tui_monitor.tui.actions import conflicts

        conflicts.notice(self)

    def ring_for(self, changed: Set[Key]) -> None:
        """Ring where a symbol of the person's lists was upgraded just now, and say who did it."""
        event = self.bell.hears(self.view, changed)
        if event is not None:
            self.app.bell()
            one = event.change
            self.say(
                " ".join(text for text in (firm(self.view, one), company(self.view, one), what(self.view, one)) if text)
            )

    def look_at_alerts(self) -> None:
        """Say the alert that fired since the last frame; how else it is delivered is not the screen's."""
        event = self.services.fired()
        if event is not None:
            from tui_monitor.present.alert_lines import sentence

            self.say(sentence(self.view.words, event))

    def repalette(self, theme: str, convention: str) -> None:
        """Take other colours."""
        self.palette = Palette(theme, convention)
        self.app.theme = f"monitor-{theme}"
        for part in self._parts():
            part.palette = self.palette
        self.paint_everything()

    def relanguage(self, language: str) -> None:
        """Speak another language."""
        self.view.words = Words(language)
        for panel in self.desk.panels.values():
            if isinstance(panel, TablePanel):
                panel.reload()
        self.after_layout()
        self.paint_everything()

    def paint_everything(self) -> None:
        """Compose and send every part."""
        for part in self._parts():
            part.paint_all()

    def _parts(self) -> list[Any]:
        return [*self.desk.panels.values(), self.header, self.strip, self.status]
