"""What is stored, told without a screen, and the way in for what a command asks of the sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import home_lines
from tui_monitor.services.intake import Intake
from tui_monitor.services.situation import Situation, situation
from tui_monitor.sources.api import Batch

if TYPE_CHECKING:
    from tui_monitor.analysis.likeness import StoryIndex
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.headline import Headline
    from tui_monitor.engine.health import SourceHealth
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import Applied
    from tui_monitor.store.writer import Writer


class Stored:
    """The database's values at one moment. Nothing is created until something is to be kept.

    Raises ``ConfigError`` for settings that cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        paths: Paths,
        *,
        language: str = "en",
        moment: datetime | None = None,
        texts: bool = False,
    ) -> None:
        """``moment`` is when it is, by default now. ``texts`` also recalls headlines and rating changes."""
        self.situation: Situation = situation(settings, moment or datetime.now(UTC), language=language)
        self._paths = paths
        self._database: Database | None = None
        self._writer: Writer | None = None
        self._applied: list[Applied] = []
        self._intake = Intake(
            self.situation.store,
            written=self._applied.append,
            home_lines=home_lines(self.situation.instruments.values()),
        )
        self._searching = False
        if paths.database.exists():
            self._recall(texts)

    @property
    def notices(self) -> list[str]:
        """Sentences about what is wrong with the database."""
        return self._database.notices if self._database is not None else []

    def recall_histories(self, symbols: Iterable[str]) -> None:
        """Take in the stored daily bars of ``symbols``, and the stored valuations of the index."""
        if self._database is None:
            return
        told = self.situation
        found = [self._database.read_history(symbol) for symbol in dict.fromkeys(symbols)]
        histories = tuple(one for one in found if one is not None)
        if histories:
            told.store.apply(Batch(source="database", received=told.now, histories=histories))
        told.valuations = self._database.read_valuations(told.index)

    def health(self) -> dict[str, SourceHealth]:
        """Return how the sources fare as the monitor that polls last told it."""
        if self._database is None:
            return {}
        from tui_monitor.services.shared_health import SOURCE, understood

        found = (
            understood(data, self.situation.clock)
            for name, data in self._database.read_polling().items()
            if name.startswith(SOURCE)
        )
        return {one.name: one for one in found if one is not None}

    def take(self, batch: Batch) -> None:
        """Take in an answer of a source; ``keep`` writes it."""
        if batch.headlines and not self._searching:
            from tui_monitor.services.headline_reading import headline_readers

            self._searching = True
            readers = headline_readers(self.situation.instruments)
            self._intake.find_symbols, self._intake.find_topics, self._intake.read_rating = readers
            self._intake.stories = _stories(self.situation.store.headlines())
        self._intake.take(batch)

    def move_to(self, moment: datetime) -> None:
        """Let it be ``moment`` now."""
        self.situation.clock.move_to(moment)

    async def keep(self) -> None:
        """Write what was taken in since, and return when it is on the disk."""
        self._intake.flush()
        if not self._applied:
            return
        if self._database is None:
            from tui_monitor.store.database import Database

            self._paths.ensure()
            self._database = Database.open(self._paths.database, now=self._now)
        if self._writer is None:
            from tui_monitor.store.writer import Writer

            self._writer = Writer(self._database)
        for applied in self._applied:
            self._writer.put_applied(applied)
        self._applied.clear()
        await self._writer.flush()

    async def aclose(self) -> None:
        """Write what is left and close the database."""
        if self._writer is not None:
            await self._writer.aclose()
        self.close()

    def close(self) -> None:
        """Close the database; may be called twice."""
        if self._database is not None:
            self._database.close()

    def _recall(self, texts: bool) -> None:
        from tui_monitor.store.database import Database, Limits

        told = self.situation
        self._database = Database.open(self._paths.database, now=self._now)
        snapshot = self._database.read_latest(None if texts else Limits(ratings=0, headlines=0))
        told.book.seed(snapshot.calendars)
        told.store.apply(snapshot.batch(told.now))

    def _now(self) -> datetime:
        return datetime.now(UTC)


def _stories(headlines: list[Headline]) -> StoryIndex:
    from tui_monitor.analysis.likeness import StoryIndex
    from tui_monitor.store.latest import MAX_HEADLINES

    index = StoryIndex(MAX_HEADLINES)
    for one in reversed(headlines):
        index.add(one)
    return index
