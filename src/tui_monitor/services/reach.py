"""Asks each source once, gently, to see whether it can be reached."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui_monitor.domain.errors import MonitorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.sources.api import Source

AT_ONCE = 4
"""Sources that are asked at the same time."""


async def reach_of(settings: Settings, paths: Paths, *, timeout: float) -> list[tuple[str, str, str | None]]:
    """Return for each source its name, what it answered in words, and why it failed or ``None``."""
    from tui_monitor.services.source_setup import read_added, source_tables
    from tui_monitor.sources.api import Request, SourceContext, Topic
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
    gate = asyncio.Semaphore(AT_ONCE)
    index = settings.market.index
    example = {Topic.QUOTES: index, Topic.HISTORY: index, Topic.FUNDAMENTALS: index, Topic.RATINGS: "MSFT"}

    async def ask(source: Source) -> tuple[str, str, str | None]:
        name = source.descriptor.name
        symbol = example.get(source.descriptor.topic)
        request = Request(symbols=(symbol,) if symbol else (), full=True)
        began = asyncio.get_running_loop().time()
        try:
            async with gate, asyncio.timeout(timeout):
                batch = await source.fetch(request)
        except TimeoutError:
            return name, "", f"no answer in {timeout:.0f} s from {source.descriptor.host}"
        except MonitorError as error:
            return name, "", str(error)
        finally:
            await source.aclose()
        took = asyncio.get_running_loop().time() - began
        parts = (batch.quotes, batch.histories, batch.ratings, batch.headlines)
        return name, f"{sum(len(part) for part in parts)} items in {took * 1000:.0f} ms", None

    try:
        found = await asyncio.gather(*(ask(source) for source in sources))
    finally:
        await transport.aclose()
    return [*found, *(("plug-in", "", warning) for warning in warnings)]
