"""Feeds read once for a command: from files, addresses or standard input, nothing kept."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from tui_monitor.analysis.likeness import StoryIndex
from tui_monitor.domain.errors import FailureKind, MonitorError, SourceError

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.sources.feeds import FeedShelf
    from tui_monitor.sources.transport import Transport

MAX_FILE = 16 * 1024 * 1024
"""Bytes read of a file; what is a feed keeps to the reader's own limits."""

AT_ONCE = 4
"""Addresses that are asked at the same time."""


class Reading(msgspec.Struct):
    """What came of reading."""

    headlines: list[Headline] = msgspec.field(default_factory=list)
    """Every item, in the order of the sources and of their documents, repeated ids merged."""
    notes: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    """What was repaired or left out, by source."""
    problems: dict[str, str] = msgspec.field(default_factory=dict)
    """Why a source gave nothing, by source."""


class FeedsOnce:
    """A client and a reader of feeds for one command. An asynchronous context."""

    def __init__(self, settings: Settings, paths: Paths, instruments: Mapping[str, Instrument]) -> None:
        self._settings = settings
        self._paths = paths
        self._instruments = instruments
        self._transport: Transport | None = None
        self._shelf: FeedShelf | None = None

    async def __aenter__(self) -> FeedsOnce:
        from tui_monitor.sources.api import SourceContext
        from tui_monitor.sources.feeds import open_shelf
        from tui_monitor.sources.transport import Transport

        network = self._settings.network
        self._transport = Transport(
            user_agent=network.user_agent, now=_now, allow_private_hosts=network.allow_private_hosts
        )
        self._shelf = open_shelf(
            SourceContext(
                settings=self._settings.sources.get("feeds", {}),
                transport=self._transport,
                now=_now,
                state_dir=self._paths.state_dir / "sources" / "feeds",
                instruments=self._instruments,
            )
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._shelf is not None:
            await self._shelf.reader.aclose()
        if self._transport is not None:
            await self._transport.aclose()

    @property
    def shelf(self) -> FeedShelf:
        """What asks and reads."""
        assert self._shelf is not None
        return self._shelf

    async def read(self, places: Sequence[str], *, timeout: float, stdin: bytes = b"") -> Reading:
        """Read ``places``: addresses, files, or ``-`` for ``stdin``. One that fails never hides another's items."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one_of(place: str) -> tuple[tuple[Headline, ...], tuple[str, ...]] | str:
            try:
                async with gate, asyncio.timeout(timeout):
                    return await self._read_one(place, stdin)
            except TimeoutError:
                return f"no answer within {timeout:g} s"
            except MonitorError as error:
                return str(error)

        found = await asyncio.gather(*(one_of(place) for place in places))
        reading = Reading()
        for place, answer in zip(places, found, strict=True):
            if isinstance(answer, str):
                reading.problems[place] = answer
            else:
                reading.headlines += answer[0]
                reading.notes[place] = answer[1]
        return reading

    async def _read_one(self, place: str, stdin: bytes) -> tuple[tuple[Headline, ...], tuple[str, ...]]:
        from tui_monitor.sources.feed_worker import Job
        from tui_monitor.sources.feeds import read_once
        from tui_monitor.sources.parsed_feed import FeedIdentity

        shelf = self.shelf
        if is_address(place):
            parsed, _ = await read_once(shelf.transport, shelf.reader, name_of(place), place, _now())
        else:
            body = stdin if place == "-" else _file(Path(place))
            parsed = await shelf.reader.read(Job(body, None, FeedIdentity(name_of(place)), _now()))
        # Unlike on the screen an item without title and address is kept too: everything in the feed is told.
        kept = {one.id: one for one in reversed(parsed.entries)}
        repeated = len(parsed.entries) - len(kept)
        notes = (f"{repeated} repeated items were merged",) if repeated else ()
        return tuple(reversed(kept.values())), (*parsed.notes, *notes)


def told_once(headlines: Iterable[Headline]) -> list[Headline]:
    """Return each story once, other sources of it named in its ``also``; order as given."""
    kept: dict[str, Headline] = {}
    items = list(headlines)
    index = StoryIndex(max(1, len(items)))
    for one in items:
        twin = one.id if one.id in kept else index.find_or_add(one)
        if twin is None or twin not in kept:
            kept[one.id] = one
            continue
        held = kept[twin]
        also = dict.fromkeys((*held.also, one.source, *one.also))
        also.pop(held.source, None)
        kept[twin] = replace(held, also=tuple(also), summary=held.summary or one.summary)
    return list(kept.values())


def is_address(place: str) -> bool:
    """Whether ``place`` is an address and no file."""
    return place[:8].lower().startswith(("http://", "https://"))


def name_of(place: str) -> str:
    """Return the name that items of ``place`` carry as their source: the host, the file's name, ``stdin``."""
    if place == "-":
        return "stdin"
    if is_address(place):
        return place.partition("://")[2].partition("/")[0].removeprefix("www.")[:80]
    return Path(place).stem[:80] or Path(place).name[:80]


def _file(path: Path) -> bytes:
    try:
        with path.expanduser().open("rb") as file:
            body = file.read(MAX_FILE + 1)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SourceError(FailureKind.UNAVAILABLE, f"the file cannot be read: {reason}") from error
    if len(body) > MAX_FILE:
        raise SourceError(FailureKind.TOO_LARGE, f"the file is larger than {MAX_FILE // 1024 // 1024} MB")
    return body


def _now() -> datetime:
    return datetime.now(UTC)
