"""Looks after what others may change while the program runs: lists, feeds, settings, the database's file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import ConfigError, SourceError
from tui_monitor.engine.clock import beat

if TYPE_CHECKING:
    from pathlib import Path

    from tui_monitor.config.settings import Settings
    from tui_monitor.engine.lookout import Lookout
    from tui_monitor.services.config_watch import ConfigWatch
    from tui_monitor.services.newsroom import Newsroom
    from tui_monitor.services.watchlists import WatchlistService
    from tui_monitor.store.database import Database

PERIOD = 4.0
"""Seconds between two looks at what is no file."""


class Outside:
    """The looks of one program."""

    def __init__(
        self,
        lists: WatchlistService,
        newsroom: Newsroom,
        config_watch: ConfigWatch,
        database: Database,
        *,
        say: Callable[[str], object],
        feeds_changed: Callable[[], object],
        settings_changed: Callable[[Settings], object],
        looked: Callable[[], object],
        renewed: Callable[[], object],
        told: int,
    ) -> None:
        """``say`` gets sentences for the person; ``looked`` is called after each look.

        ``told`` are the database's notices that were said already. ``renewed`` hears that the database is another
        file than before: it was deleted, or set aside.
        """
        self._lists = lists
        self._newsroom = newsroom
        self._config_watch = config_watch
        self._database = database
        self._say = say
        self._feeds_changed = feeds_changed
        self._settings_changed = settings_changed
        self._looked = looked
        self._renewed = renewed
        self._told = told
        self._generation = database.generation
        self._changed = asyncio.Event()

    def stand(self, lookout: Lookout, files: Iterable[Path]) -> None:
        """Have ``lookout`` look at the lists, and at the ``files`` of feeds, filters and settings."""
        # What went wrong with the lists' file is in ``lists.problem``; the next look tries again.
        lookout.each(self._lists.poll_outside)
        for path in files:
            lookout.watch(path, self._changed.set)

    async def run(self) -> None:
        """Look until cancelled: at files when one has changed, at the rest now and then."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._look_at_files(), name="outside-files")
            group.create_task(self._look_at_the_rest(), name="outside-rest")

    async def _look_at_files(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.look_at_feeds()
            self._look_at_settings()

    async def _look_at_the_rest(self) -> None:
        while True:
            await beat(PERIOD)
            self.look_at_storage()
            self._looked()

    async def look_at_feeds(self) -> None:
        """Take over a changed list of feeds or filters; one that cannot be read changes nothing and is said."""
        before = self._newsroom.problems
        with suppress(SourceError):
            if await self._newsroom.look_outside():
                self._feeds_changed()
        if self._newsroom.filters is not None:
            with suppress(SourceError):
                await self._newsroom.filters.look_outside()
        for problem in self._newsroom.problems:
            if problem not in before:
                self._say(problem)

    def look_at_storage(self) -> None:
        """Say what has happened to the database's file since it was opened."""
        new = self._database.notices[self._told :]
        self._told += len(new)
        for sentence in new:
            self._say(sentence)
        if self._generation != self._database.generation:
            self._generation = self._database.generation
            self._renewed()

    def _look_at_settings(self) -> None:
        """Pass a changed ``config.toml`` on; a wrong one changes nothing and is said."""
        try:
            new = self._config_watch.poll()
        except ConfigError as error:
            self._say(str(error))
            return
        if new is not None:
            self._settings_changed(new)
