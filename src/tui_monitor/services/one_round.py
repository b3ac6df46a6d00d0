"""Asks the sources once, for a command: by priority, each only for what the earlier ones could not give.

The scheduler keeps a screen current for hours; a command wants one answer and its end. What holds for both is the
chain of failover and politeness: one request in flight a host.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import mic_of
from tui_monitor.engine.plan import batches, in_order
from tui_monitor.sources.api import Batch, Request, Source, SourceContext, Topic

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.sources.transport import Transport

LEAST_SHARE = 1.0
"""Seconds that a source gets at least, however many stand behind it."""

WORTH_GOING_ON = frozenset({FailureKind.NOT_FOUND, FailureKind.MALFORMED, FailureKind.INTERNAL})
"""Failures of one request that say nothing about the next; after others a source is not asked for the rest."""

GIVES_ONLY = {
    "feeds": frozenset({Topic.HEADLINES}),
    "yahoo-research": frozenset({Topic.RATINGS, Topic.CALENDAR}),
    "calendar-files": frozenset({Topic.CALENDAR}),
    "yahoo-quote": frozenset({Topic.FUNDAMENTALS}),
}
"""Built-in plug-ins that need not even be imported for another topic."""

Take = Callable[[Batch], object]
"""Takes in an answer as it comes."""


class Outcome(msgspec.Struct):
    """What came of asking."""

    missing: tuple[str, ...] = ()
    """Symbols that no source answered for."""
    problems: dict[str, str] = msgspec.field(default_factory=dict)
    """A sentence for each source that failed."""


class OneRound:
    """The sources, built for one command. An asynchronous context; asks nothing until told."""

    def __init__(
        self, settings: Settings, paths: Paths, instruments: Mapping[str, Instrument], topics: Collection[Topic]
    ) -> None:
        """``topics`` are what will be asked for."""
        self._topics = frozenset(topics)
        self._settings = settings
        self._paths = paths
        self._instruments = instruments
        self._transport: Transport | None = None
        self._sources: list[Source] = []
        self._hosts: dict[str, asyncio.Lock] = {}
        self._preparing: asyncio.Task[None] | None = None
        self.warnings: list[str] = []
        """A sentence for each plug-in that could not be built."""

    async def __aenter__(self) -> OneRound:
        from tui_monitor.services.source_setup import read_added, source_tables
        from tui_monitor.sources.registry import ONLY_BY_NAME, available, build_sources
        from tui_monitor.sources.transport import Transport

        network = self._settings.network
        self._transport = Transport(
            user_agent=network.user_agent, now=_now, allow_private_hosts=network.allow_private_hosts
        )
        # The client is imported in a thread while the sources are built.
        self._preparing = asyncio.create_task(self._transport.prepare())
        await asyncio.sleep(0)
        plug_ins = {
            name: point
            for name, point in available().items()
            if name not in ONLY_BY_NAME and GIVES_ONLY.get(name, self._topics) & self._topics
        }
        # The person's own feeds are read only where a feed could be asked.
        added, problem = read_added(self._paths) if "feeds" in plug_ins else (None, None)
        tables = {name: table for name, table in source_tables(self._settings, added).items() if name in plug_ins}
        self._sources, self.warnings = build_sources(self._context, tables, plug_ins=plug_ins)
        if problem is not None:
            self.warnings.append(problem)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._preparing is not None:
            await asyncio.gather(self._preparing, return_exceptions=True)
        for source in self._sources:
            await source.aclose()
        if self._transport is not None:
            await self._transport.aclose()

    async def ask(self, topic: Topic, symbols: Sequence[str], take: Take, *, timeout: float) -> Outcome:
        """Ask the chain of ``topic`` for ``symbols`` within ``timeout`` seconds; each answer goes to ``take``."""
        outcome = Outcome()
        remaining = list(dict.fromkeys(symbols))
        chain = self._chain(topic)
        clock = asyncio.get_running_loop().time
        end = clock() + timeout
        for place, source in enumerate(chain):
            mine = [one for one in remaining if source.descriptor.covers(mic_of(one))]
            if not mine or clock() >= end:
                continue
            behind = sum(any(one.descriptor.covers(mic_of(symbol)) for symbol in mine) for one in chain[place + 1 :])
            # A source that does not answer must leave time for those that stand in for it.
            share = min(end - clock(), max(LEAST_SHARE, (end - clock()) / (behind + 1)))
            answered = await self._ask_one(source, mine, take, clock() + share, outcome)
            remaining = [one for one in remaining if one not in answered]
        outcome.missing = tuple(remaining)
        return outcome

    async def ask_each(self, topic: Topic, symbols: Sequence[str], take: Take, *, timeout: float) -> Outcome:
        """Ask every source of ``topic`` side by side, hosts one at a time: for topics whose sources add up."""
        outcome = Outcome()
        end = asyncio.get_running_loop().time() + timeout

        async def one_of(source: Source) -> None:
            covered = [one for one in symbols if source.descriptor.covers(mic_of(one))]
            if source.descriptor.batch_size is None:
                await self._fetch(source, tuple(covered), take, end, outcome)
            elif covered:
                await self._ask_one(source, covered, take, end, outcome)

        await asyncio.gather(*(one_of(source) for source in self._chain(topic)))
        return outcome

    async def _ask_one(
        self, source: Source, symbols: Sequence[str], take: Take, end: float, outcome: Outcome
    ) -> set[str]:
        """Ask one source in as few requests as it takes; return the symbols that it answered for."""
        answered: set[str] = set()
        for number, part in enumerate(batches(symbols, source.descriptor.batch_size)):
            if number and source.descriptor.spacing:
                await asyncio.sleep(source.descriptor.spacing)
            batch = await self._fetch(source, part, take, end, outcome)
            if batch is None:
                break
            if batch.source != _FAILED:
                answered |= {one.symbol for one in batch.quotes if one.last is not None}
                answered |= {one.symbol for one in batch.histories if one.bars}
        return answered

    async def _fetch(
        self, source: Source, symbols: tuple[str, ...], take: Take, end: float, outcome: Outcome
    ) -> Batch | None:
        """Return the answer, taken in; ``None`` where asking on is in vain, an empty batch where it may not be."""
        descriptor = source.descriptor
        try:
            async with asyncio.timeout_at(end), self._hosts.setdefault(descriptor.host, asyncio.Lock()):
                batch = await source.fetch(Request(symbols=symbols, full=True))
        except TimeoutError:
            outcome.problems[descriptor.name] = f"{descriptor.host or descriptor.name} gave no answer in time."
            return None
        except SourceError as error:
            outcome.problems[descriptor.name] = str(error)
            return Batch(source=_FAILED, received=_now()) if error.kind in WORTH_GOING_ON else None
        take(batch)
        return batch

    def _chain(self, topic: Topic) -> list[Source]:
        mine = {one.descriptor.name: one for one in self._sources if one.descriptor.topic is topic}
        return [mine[one.name] for one in in_order(source.descriptor for source in mine.values())]

    def _context(self, name: str, table: Mapping[str, Any]) -> SourceContext:
        assert self._transport is not None
        folder = self._paths.state_dir / "sources" / name
        return SourceContext(
            settings=table, transport=self._transport, now=_now, state_dir=folder, instruments=self._instruments
        )


_FAILED = ""
"""Source of the batch that stands for a failure."""


def _now() -> datetime:
    return datetime.now(UTC)
