"""The archive of headlines: what the database holds beyond the newest ones, read and searched in threads.

Nothing here blocks the event loop. Failures are ``SourceError`` with a sentence, as of any thread that hangs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

from tui_monitor.domain.errors import SourceError
from tui_monitor.engine.blocking import in_thread
from tui_monitor.store.latest import MAX_HEADLINES, Applied

if TYPE_CHECKING:
    from tui_monitor.analysis.likeness import StoryIndex
    from tui_monitor.domain.headline import Headline
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import LatestStore
    from tui_monitor.store.writer import Writer

PAGE = 500
"""Headlines read at a time."""

MAX_FOUND = 1_000
"""Headlines that a search gives at the most, the newest."""

MAX_SAVED = 5_000
"""Saved headlines that are shown at the most, the newest."""

TIMEOUT = 15.0
"""Seconds that a reading may take: 50,000 headlines are searched in a tenth of one."""

GATHER = 0.1
"""Seconds for which headlines are gathered before their marks are looked up."""

SLICE = 100
"""Headlines taken into memory between two turns of the loop."""


class Page(NamedTuple):
    """Headlines of the archive, newest first, and which of them were read."""

    headlines: tuple[Headline, ...]
    read: frozenset[str]


class Archive:
    """Reads the stored headlines and keeps the saved ones."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer

    async def older(self, last: Headline | None, limit: int = PAGE) -> Page:
        """Return what follows ``last`` in the list, the newest where it is ``None``."""
        before = last.sort_time if last is not None else None
        before_id = last.id if last is not None else ""
        return await self._page(lambda: self._database.read_headlines(before=before, before_id=before_id, limit=limit))

    async def search(self, words: str) -> Page:
        """Return the newest headlines that hold all of ``words``: beginnings of words, Chinese anywhere."""
        return await self._page(lambda: self._database.search_headlines(words, MAX_FOUND))

    async def saved(self) -> Page:
        """Return the saved headlines."""
        return await self._page(lambda: self._database.read_headlines(saved=True, limit=MAX_SAVED))

    async def read_among(self, ids: Iterable[str]) -> frozenset[str]:
        """Return those of ``ids`` that were read, in this run or an earlier one."""
        wanted = list(ids)
        return await in_thread(lambda: self._database.read_marks(wanted), timeout=TIMEOUT, name="read marks")

    def save(self, one: Headline, saved: bool) -> None:
        """Keep ``one`` beyond its expiry, or no longer."""
        if saved:
            # What is on the screen may have expired in the file by now.
            self._writer.put_applied(Applied(headlines=(one,)))
        self._writer.mark_saved([one.id], saved)

    async def _page(self, read: Callable[[], tuple[Headline, ...]]) -> Page:
        def work() -> Page:
            found = read()
            return Page(found, self._database.read_marks([one.id for one in found]))

        return await in_thread(work, timeout=TIMEOUT, name="read headlines")


async def recall(archive: Archive, store: LatestStore, read: set[str], stories: StoryIndex) -> None:
    """Fill ``store`` with the newest headlines, ``read`` with their marks, ``stories`` with what they tell.

    The start has read the first of them; the others follow here, a few between two turns of the loop.
    """
    from tui_monitor.sources.api import Batch

    held = store.headlines()
    last = held[-1] if held else None
    while len(held) < MAX_HEADLINES:
        page = await archive.older(last)
        read.update(page.read)
        # What a feed brought meanwhile is newer than what was stored.
        for part in _slices(tuple(one for one in page.headlines if store.headline(one.id) is None)):
            store.apply(Batch(source="database", received=part[0].received, headlines=part))
            await asyncio.sleep(0)
        held = store.headlines()
        if len(page.headlines) < PAGE:
            break
        last = page.headlines[-1]
    for part in _slices(tuple(reversed(held))):
        for one in part:
            stories.add(one)
        await asyncio.sleep(0)


def _slices(items: tuple[Headline, ...]) -> list[tuple[Headline, ...]]:
    return [items[start : start + SLICE] for start in range(0, len(items), SLICE)]


class MarkFinder:
    """Looks up the marks of headlines that come in: feeds bring again what was read days ago."""

    def __init__(self, archive: Archive, found: Callable[[frozenset[str]], object]) -> None:
        """``found`` hears of the ids that were read."""
        self._archive = archive
        self._found = found
        self._wanted: dict[str, None] = {}
        self._task: asyncio.Task[None] | None = None

    def arrived(self, headlines: Iterable[Headline]) -> None:
        """Look up the marks of ``headlines`` soon."""
        self._wanted.update(dict.fromkeys(one.id for one in headlines))
        if self._task is None and self._wanted:
            self._task = asyncio.get_running_loop().create_task(self._look_up(), name="read-marks")

    async def _look_up(self) -> None:
        try:
            while self._wanted:
                # A long feed comes in many small parts: one question for those of a while.
                await asyncio.sleep(GATHER)
                ids, self._wanted = self._wanted, {}
                try:
                    read = await self._archive.read_among(ids)
                except SourceError:
                    # The disk hangs: the marks are asked for again with what comes next.
                    self._wanted = {**ids, **self._wanted}
                    return
                if read:
                    self._found(read)
        finally:
            self._task = None

    async def aclose(self) -> None:
        """Look up nothing more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
