"""The stage with the real watchlist service on a folder: from key to file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from tests.tui.stage import Stage, quote

from tui_monitor.config.columns_file import ColumnSetting
from tui_monitor.config.paths import Paths
from tui_monitor.config.watchlist_text import read_text
from tui_monitor.domain.watchlist import Watchlist, Watchlists
from tui_monitor.services.column_keeper import ColumnKeeper
from tui_monitor.services.finding import Finder
from tui_monitor.services.watchlists import WatchlistService
from tui_monitor.sources.api import Batch


class Desk(Stage):
    """A stage whose edits go to a file, by the service that the program uses."""

    def __init__(self, folder: Path, **more: Any) -> None:
        super().__init__(**more)
        self.paths = Paths(folder / "config", folder / "state")
        self.paths.ensure()
        self.service = WatchlistService(self.paths, now=self.clock.now, default=self.lists, delay=60.0)
        self.columns = ColumnKeeper(self.paths.columns_file)
        self.view.columns = self.columns.read()
        self.view.lists = lambda: self.service.lists
        finder = Finder(
            self.view.instruments, initials={"榿": "q", "木": "m"}, has_quote=lambda s: self.store.quote(s) is not None
        )
        services = self.services
        services.edit = lambda edit: [self.service.edit(edit)].clear()
        services.undo = lambda: step.inverse if (step := self.service.undo()) else None
        services.redo = lambda: step.edit if (step := self.service.redo()) else None
        services.conflict = lambda: self.service.conflict
        services.settle = lambda choice: [self.service.resolve(choice)].clear()
        services.problem = lambda: self.view.words.told(self.service.trouble) if self.service.trouble else None
        services.finder = lambda: finder
        services.keep_columns = self.keep_columns

    def keep_columns(self, columns: tuple[ColumnSetting, ...] | None) -> None:
        self.columns.keep(columns)
        self.columns.flush()

    @property
    def file(self) -> Path:
        return self.paths.watchlists_file

    def saved(self) -> Watchlists:
        """Return what the file holds once everything is written."""
        assert self.service.flush(), self.service.problem
        return read_text(self.file.read_bytes(), str(self.file)).lists

    def saved_list(self, name: str) -> Watchlist:
        found = self.saved().named(name)
        assert found is not None, name
        return found

    def give(self, symbol: str, last: float, previous: float | None = None, **more: Any) -> None:
        """Let a quote come in."""
        now = self.clock.now()
        more.setdefault("currency", "HKD")
        one = replace(quote(symbol, last, previous, now - timedelta(seconds=more.pop("age", 0))), received=now, **more)
        self.store.apply(Batch(source="yahoo", received=now, quotes=(one,)))

    def fill(self) -> Desk:
        super().fill()
        return self
