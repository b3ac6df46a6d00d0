"""The composition root: the screen on the core, and the seam between the two.

``core`` is the program without a screen; ``launch`` runs what is built here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from tui_monitor.core import Core, Replay
from tui_monitor.domain.errors import ConfigError
from tui_monitor.present.appearance import theme_for
from tui_monitor.present.words import language_of
from tui_monitor.services.column_keeper import ColumnKeeper
from tui_monitor.services.links import open_link
from tui_monitor.services.symbol_search import SEARCH, SymbolSearch
from tui_monitor.store.log import tail

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.watchlist_edits import Edit
    from tui_monitor.services.finding import Finder
    from tui_monitor.sources.yahoo_search import YahooSearch
    from tui_monitor.tui.app import MonitorApp
    from tui_monitor.tui.services import Choice

__all__ = ["Monitor", "Replay"]


class Monitor(Core):
    """The program with its screen, built and ready to run. One object a run."""

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        *,
        replay: Replay | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(settings, paths, replay=replay, environment=environment)
        self._app: MonitorApp | None = None
        self.columns = ColumnKeeper(paths.columns_file)
        self.view.columns = self.columns.read()
        self._finder: Finder | None = None
        self._search: YahooSearch | None = None
        self._search_refused = False

    def build_app(self, on_ready: Callable[[], None] | None = None) -> MonitorApp:
        """Return the app over this monitor."""
        from tui_monitor.tui.app import MonitorApp
        from tui_monitor.tui.services import Services

        search = SymbolSearch(self._searched, self.finder)
        asks = self.replay is None and self.settings.sources.get(SEARCH, {}).get("enabled") is not False
        services = Services(
            edit=self._edit,
            undo=lambda: step.inverse if (step := self.lists.undo()) else None,
            redo=lambda: step.edit if (step := self.lists.redo()) else None,
            conflict=lambda: self.lists.conflict,
            settle=self._settle,
            finder=self.finder,
            search=search.find if asks else None,
            glance=self.watching.glance,
            keep_columns=self.columns.keep,
            save=self.lay_down,
            refresh=lambda topic: self.asking.refresh(topic),
            mark_read=lambda ids, read: self.writer.mark_read(ids, read),
            mark_seen=lambda keys, seen: self.writer.mark_seen(keys, seen),
            open_link=lambda url: open_link(url),
            pause_source=lambda name: self.asking.toggle_source(name),
            refresh_source=lambda name: self.asking.refresh_source(name),
            interest_changed=self.watching.retarget,
            log=tail,
            archive=self.newsroom.archive,
            feeds=self.newsroom.desk,
            filters=self.newsroom.filters,
            alerts=lambda: self.alerts,
            fired=self.fired,
            problem=self._problem,
            replay_clock=self.replay.clock if self.replay else None,
        )
        self._app = MonitorApp(
            self.view, services, theme=theme_for(self.settings.display, self.environment), on_ready=on_ready
        )
        from tui_monitor.tui.textual_private import write_terminal

        self.write_terminal = partial(write_terminal, self._app)
        return self._app

    def finder(self) -> Finder:
        """Return what turns a person's words into symbols."""
        if self._finder is None:
            from tui_monitor.services.finding import Finder
            from tui_monitor.services.initials import load_initials
            from tui_monitor.services.known_names import KnownNames

            if self.replay is None:
                self.network.warm()
            self._finder = Finder(
                self.instruments,
                initials=load_initials(),
                others=KnownNames(self.store, lambda: self.lists.lists, self.clock.monotonic),
                has_quote=lambda symbol: self.store.quote(symbol) is not None,
            )
        return self._finder

    def _searched(self) -> YahooSearch | None:
        """Return the search for symbols, ``None`` where its settings are wrong."""
        if self._search is None and not self._search_refused:
            from tui_monitor.sources.yahoo_search import NAME, YahooSearch

            try:
                self._search = YahooSearch(self.network.transport(), self.settings.sources.get(NAME, {}))
            except ConfigError as error:
                self._search_refused = True
                self.view.notices.append(str(error))
        return self._search

    def _problem(self) -> str | None:
        """Return what cannot be kept now, and why, in the language of the interface."""
        trouble = self.lists.trouble or self.writer.problem or self.columns.problem
        return self.view.words.told(trouble) if trouble else None

    def _edit(self, edit: Edit) -> None:
        self.lists.edit(edit)

    def _settle(self, choice: Choice) -> None:
        self.lists.resolve(choice)

    def settings_changed(self) -> None:
        """Let the screen take over what changed."""
        if self._app is not None:
            self._app.take_settings(
                theme_for(self.settings.display, self.environment),
                language_of(self.settings.display.language, self.environment),
            )

    def lists_changed(self) -> None:
        """Let the screen show them at once, after hours too."""
        if self._app is not None:
            self._app.main.frame_clock.rouse()

    async def aclose(self) -> None:
        """Close everything, the database last."""
        self.columns.flush()
        await super().aclose()
