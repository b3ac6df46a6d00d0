"""Everything behind the headlines, put together: the archive, what is merged, read marks, the list of feeds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import ConfigError, SourceError
from tui_monitor.engine.blocking import in_thread
from tui_monitor.services.archive import Archive, MarkFinder, recall
from tui_monitor.services.filter_desk import FilterDesk
from tui_monitor.store.latest import MAX_HEADLINES
from tui_monitor.store.writer import CAPACITY

if TYPE_CHECKING:
    from pathlib import Path

    from tui_monitor.config.feeds_file import AddedFeeds
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import FeedEntry
    from tui_monitor.domain.headline import Headline
    from tui_monitor.engine.scheduler import Scheduler
    from tui_monitor.services.feed_desk import FeedDesk
    from tui_monitor.services.intake import Intake
    from tui_monitor.sources.api import Source, SourceContext
    from tui_monitor.sources.feeds import FeedShelf
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import LatestStore
    from tui_monitor.store.writer import Writer


BACKLOG = CAPACITY // 4
"""Values that may wait for the disk before the rest of a long feed does."""


class Newsroom:
    """Keeps the headlines of one run. ``live`` is false for a replayed day, which has no feeds of its own."""

    def __init__(
        self,
        database: Database,
        writer: Writer,
        store: LatestStore,
        intake: Intake,
        paths: Paths,
        *,
        scheduler: Callable[[], Scheduler | None],
        health: Callable[[], Iterable[str]],
        feeds: Callable[[AddedFeeds | None], tuple[FeedEntry, ...]],
        live: bool,
    ) -> None:
        """``health`` gives the names of the sources that run, here or in another monitor.

        ``feeds`` tells which feeds are read, given what was added.
        """
        self.archive = Archive(database, writer)
        self.problem: str | None = None
        """Why the added feeds are not read, in a sentence."""
        self.added: AddedFeeds | None = None
        """What ``feeds.toml`` holds; ``None`` where there is no such file."""
        if live and paths.feeds_file.exists():
            from tui_monitor.services.source_setup import read_added

            self.added, self.problem = read_added(paths)
        self._writer = writer
        self._paths = paths
        self._store = store
        self._intake = intake
        self._scheduler = scheduler
        self._health = health
        self._feeds = feeds
        self._shelf: FeedShelf | None = None
        self._marks: MarkFinder | None = None
        self._live = live
        self._desk: FeedDesk | None = None
        self._context: Callable[[], SourceContext] | None = None
        self._stamp = _stamp(paths.feeds_file)
        self.filters = FilterDesk(paths.filters_file) if live else None
        """The filters that were named within the program; ``None`` in a replayed day."""

    @property
    def problems(self) -> tuple[str, ...]:
        """Why files of the program are not read, in sentences."""
        found = (self.problem, self.filters.problem if self.filters is not None else None)
        return tuple(one for one in found if one is not None)

    def named_filters(self) -> Mapping[str, str]:
        """Return the filters that were named within the program."""
        return self.filters.held if self.filters is not None else {}

    @property
    def muted(self) -> frozenset[str]:
        """Names of the feeds whose headlines are not shown, case folded."""
        return frozenset(name.casefold() for name in self.added.muted) if self.added is not None else frozenset()

    def desk(self) -> FeedDesk | None:
        """Return what changes the list of feeds, ``None`` in a replayed day; built when it is first needed."""
        if self._desk is None and self._live:
            from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile
            from tui_monitor.services.feed_desk import FeedDesk

            self._desk = FeedDesk(
                self._open,
                FeedsFile(self._paths.feeds_file),
                self.added if self.added is not None else AddedFeeds(),
                names=self._names,
                start=self._start,
                stop=self._stop,
            )
        return self._desk

    async def begin(self, read: set[str], marked: Callable[[], object]) -> None:
        """Bring the newest stored headlines into memory and look up the marks of those that come in from now on.

        ``read`` gets the ids that were read; ``marked`` hears of each time that it did.
        """
        from tui_monitor.analysis.likeness import StoryIndex

        stories = StoryIndex(MAX_HEADLINES)
        self._intake.stories = stories
        self._intake.crowded = lambda: self._writer.backlog > BACKLOG
        if not self._live:
            return

        def found(ids: frozenset[str]) -> None:
            read.update(ids)
            marked()

        self._marks = MarkFinder(self.archive, found)
        self._intake.arrived = self._marks.arrived
        try:
            await recall(self.archive, self._store, read, stories)
        except SourceError as error:
            self.problem = str(error)
        marked()

    def opened_with(self, context: Callable[[], SourceContext]) -> None:
        """Let feeds be looked at while another monitor reads them: ``context`` is what they are built with."""
        self._context = context

    def take_sources(self, sources: Iterable[Source], context: Callable[[], SourceContext]) -> None:
        """Note what the feeds share, so that further ones can be read beside them.

        ``context`` is what feeds are built with; it is asked for where there is no feed yet.
        """
        if not self._live:
            return
        self._context = context
        self._shelf = next((shelf for one in sources if (shelf := getattr(one, "shelf", None)) is not None), None)
        if self._shelf is not None:
            self._shelf.taken_by(self)
        else:
            self._open()

    async def leave_sources(self) -> None:
        """Let go of what the feeds share: they are no longer read here."""
        shelf, self._shelf = self._shelf, None
        if shelf is not None:
            await shelf.left_by(self)

    def _open(self) -> FeedShelf | None:
        """Return what the feeds share, made where there is no feed; ``None`` where none may be read."""
        if self._shelf is None and self._context is not None:
            from tui_monitor.sources.feeds import open_shelf

            made = self._context()
            if made.settings.get("enabled") is False:
                return None
            try:
                self._shelf = open_shelf(made)
            except ConfigError:
                # The registry has told it.
                return None
            self._shelf.taken_by(self)
        return self._shelf

    def followed(self, headlines: Iterable[Headline]) -> None:
        """Know the stories of headlines that another monitor has read."""
        if self._intake.stories is not None:
            for one in headlines:
                self._intake.stories.add(one)

    async def look_outside(self) -> bool:
        """Take over feeds that another monitor or command has added, removed or muted; return whether any was.

        A file that cannot be read changes nothing: ``problem`` says why, and the feeds go on as they were.
        """
        if not self._live or (stamp := _stamp(self._paths.feeds_file)) == self._stamp:
            return False
        self._stamp = stamp
        try:
            added, before, after = await in_thread(self._look, timeout=5.0, name="feeds.toml")
        except ConfigError as error:
            self.problem = f"{error} The feeds go on as they were."
            return False
        self.problem, self.added = None, added
        if self._desk is not None:
            self._desk.take_over(added)
        if self._scheduler() is None:
            return True
        # An added feed may take the place of a shipped one, and one that changed is another: so whole entries count.
        for entry in before:
            if entry not in after and entry.name in self._names():
                await self._stop(entry.name)
        shelf = self._open()
        for entry in after:
            if shelf is not None and entry not in before and entry.name not in self._names():
                self._start(shelf.source(entry))
        return True

    def _look(self) -> tuple[AddedFeeds, tuple[FeedEntry, ...], tuple[FeedEntry, ...]]:
        """Return what the file holds, and which feeds are read by what it held and by what it holds."""
        from tui_monitor.config.feeds_file import FeedsFile

        added = FeedsFile(self._paths.feeds_file).read()
        return added, self._feeds(self.added), self._feeds(added)

    async def aclose(self) -> None:
        """Take in what waits and let go."""
        self._intake.flush()
        if self._marks is not None:
            await self._marks.aclose()
        await self.leave_sources()

    def _names(self) -> tuple[str, ...]:
        return tuple(self._health())

    def _start(self, source: Source) -> None:
        scheduler = self._scheduler()
        # The file's change may have been seen before who wrote it went on: then the feed runs already.
        if scheduler is not None and source.descriptor.name not in scheduler.health:
            scheduler.add(source)

    async def _stop(self, name: str) -> None:
        scheduler = self._scheduler()
        if scheduler is not None and name in scheduler.health:
            await scheduler.remove(name)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino
