"""Asks each source once, gently, to see whether it can be reached, and what the answers tell of clock and TLS."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from tui_monitor.domain.errors import FailureKind, MonitorError, SourceError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.sources.api import Source

log = logging.getLogger(__name__)

EXAMPLE, RATED_EXAMPLE = "0700.HK", "MSFT"
"""What a source that wants symbols is asked for: a company, and one of which analysts' tables are kept."""

AT_ONCE = 4
"""Hosts that are asked at the same time; one request at a time each."""


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """How one source answered."""

    name: str
    host: str
    words: str
    """What came, or why nothing did."""
    failure: FailureKind | None = None
    retry_after: float | None = None
    """Seconds that the host asks to be left alone for."""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How all sources answered."""

    sources: tuple[Reached, ...]
    warnings: tuple[str, ...]
    """Plug-ins that could not be built, a sentence each."""
    secure_hosts: tuple[str, ...]
    """Hosts that answered over TLS with a verified certificate."""
    clock_ahead: float | None
    """Seconds by which our clock is ahead of the servers', the median of all that told; ``None`` if none did."""


async def reach_of(settings: Settings, paths: Paths, *, timeout: float) -> Reach:
    """Ask each source once, within ``timeout`` seconds each. Never raises for what a source does."""
    from tui_monitor.services.source_setup import read_added, source_tables
    from tui_monitor.sources.api import SourceContext
    from tui_monitor.sources.registry import build_sources
    from tui_monitor.sources.transport import Transport

    network = settings.network
    transport = Transport(
        user_agent=network.user_agent, now=lambda: datetime.now(UTC), allow_private_hosts=network.allow_private_hosts
    )

    def context(name: str, table: Mapping[str, Any]) -> SourceContext:
        folder = paths.state_dir / "sources" / name
        return SourceContext(settings=table, transport=transport, now=lambda: datetime.now(UTC), state_dir=folder)

    sources, warnings = build_sources(context, source_tables(settings, read_added(paths)[0]))
    by_host: dict[str, list[Source]] = {}
    for source in sources:
        by_host.setdefault(source.descriptor.host, []).append(source)
    gate = asyncio.Semaphore(AT_ONCE)

    async def ask_host(group: list[Source]) -> list[Reached]:
        async with gate:
            return [await _ask(source, settings.market.index, timeout) for source in group]

    try:
        answers = await asyncio.gather(*(ask_host(group) for group in by_host.values()))
    finally:
        # Not one by one: several may ask through one process.
        await asyncio.gather(*(source.aclose() for source in sources), return_exceptions=True)
        await transport.aclose()
    found = {one.name: one for group in answers for one in group}
    skews = [one.clock_ahead for one in transport.traffic.values() if one.clock_ahead is not None]
    return Reach(
        sources=tuple(found[source.descriptor.name] for source in sources),
        warnings=tuple(warnings),
        secure_hosts=tuple(sorted(host for host, traffic in transport.traffic.items() if traffic.secure)),
        clock_ahead=median(skews) if skews else None,
    )


async def _ask(source: Source, index: str, timeout: float) -> Reached:
    from tui_monitor.sources.api import Batch, Request, Topic

    descriptor = source.descriptor
    examples = {
        Topic.QUOTES: index, Topic.HISTORY: index, Topic.FUNDAMENTALS: index, Topic.RATINGS: RATED_EXAMPLE,
        Topic.HEADLINES: EXAMPLE, Topic.CALENDAR: EXAMPLE,
    }  # fmt: skip
    symbol = examples.get(descriptor.topic)
    loop = asyncio.get_running_loop()
    began = loop.time()

    def failed(kind: FailureKind, words: str, retry_after: float | None = None) -> Reached:
        return Reached(name=descriptor.name, host=descriptor.host, words=words, failure=kind, retry_after=retry_after)

    try:
        async with asyncio.timeout(timeout):
            batch = await source.fetch(Request(symbols=(symbol,) if symbol else (), full=True))
    except TimeoutError:
        return failed(FailureKind.TIMEOUT, f"no answer in {timeout:.0f} s from {descriptor.host}")
    except SourceError as error:
        return failed(error.kind, str(error), error.retry_after)
    except MonitorError as error:
        return failed(FailureKind.INTERNAL, str(error))
    except Exception as error:  # a plug-in is somebody else's code; the others are asked all the same
        log.exception("source %s failed in its own code", descriptor.name)
        return failed(FailureKind.INTERNAL, f"an error in the source itself ({type(error).__name__})")
    assert isinstance(batch, Batch)
    items = sum(len(part) for part in (batch.quotes, batch.histories, batch.ratings, batch.headlines, batch.events))
    words = f"{items} items in {(loop.time() - began) * 1000:.0f} ms"
    return Reached(name=descriptor.name, host=descriptor.host, words=words)
