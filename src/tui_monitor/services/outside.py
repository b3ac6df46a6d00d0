"""Looks after what others may change while the program runs: lists, feeds, settings, the database's file."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import ConfigError, SourceError
from tui_monitor.engine.clock import beat
from tui_monitor.services.watchlist_sync import Outside as Found

if TYPE_CHECKING:
    from pathlib import Path

    from tui_monitor.config.settings import Settings
    from tui_monitor.engine.lookout import Lookout
    from tui_monitor.services.config_watch import ConfigWatch
    from tui_monitor.services.newsroom import Newsroom
    from tui_monitor.services.watchlist_sync import Outcome
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
        unsay: Callable[[str], object],
        feeds_changed: Callable[[], object],
        settings_changed: Callable[[Settings], object],
        lists_changed: Callable[[], object],
        looked: Callable[[], object],
        renewed: Callable[[], object],
        told: int,
    ) -> None:
        """``say`` gets sentences for the person, ``unsay`` those that no longer hold. ``looked`` is called after each.

        ``told`` are the database's notices that were said already. ``renewed`` hears that the database is another
        file than before: it was deleted, or set aside. ``lists_changed`` hears of a file of lists that others wrote.
        """
        self._lists = lists
        self._newsroom = newsroom
        self._config_watch = config_watch
        self._database = database
        self._say = say
        self._unsay = unsay
        self._refused: str | None = None
        """What was said of ``config.toml`` as it stands."""
        self._feeds_changed = feeds_changed
        self._settings_changed = settings_changed
        self._lists_changed = lists_changed
        self._trouble: Outcome | None = None
        self._looked = looked
        self._renewed = renewed
        self._told = told
        self._generation = database.generation
        self._changed = asyncio.Event()

    def stand(self, lookout: Lookout, lists: Path, files: Iterable[Path]) -> None:
        """Have ``lookout`` look at the file of ``lists``, and at the ``files`` of feeds, filters and settings."""
        lookout.each(self._look_at_lists, self._lists_changed, lists)
        for path in files:
            lookout.watch(path, self._changed.set)

    def _look_at_lists(self) -> bool:
        """Look at the lists' file, in the lookout's thread; return whether there is something to see.

        What went wrong with the file is in ``lists.problem``; the next look tries again.
        """
        found, before = self._lists.poll_outside(), self._trouble
        taken = found.kind is Found.TAKEN
        self._trouble = None if taken or found.kind is Found.SAME else found
        return taken or self._trouble != before

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
            self.look_at_settings()

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
        problems = self._newsroom.problems
        for problem in before:
            if problem not in problems:
                self._unsay(problem)
        for problem in problems:
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

    def look_at_settings(self) -> None:
        """Pass a changed ``config.toml`` on; a wrong one changes nothing and is said."""
        try:
            new = self._config_watch.poll()
        except ConfigError as error:
            self._refuse(str(error))
            return
        if new is not None:
            self._refuse(None)
            self._settings_changed(new)

    def _refuse(self, sentence: str | None) -> None:
        """Say what is wrong with ``config.toml`` now, in place of what was wrong before."""
        if self._refused is not None:
            self._unsay(self._refused)
        self._refused = sentence
        if sentence is not None:
            self._say(sentence)
