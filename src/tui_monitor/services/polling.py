"""The sources of a running monitor, built and asked: the transport, the plug-ins, the scheduler."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.sources.api import SourceContext
from tui_monitor.sources.registry import build_sources
from tui_monitor.sources.transport import Transport

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Network
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.engine.clock import Clock
    from tui_monitor.sources.api import Batch


class Polling:
    """Everything that asks a network. Importing this imports httpx: after the first paint."""

    def __init__(
        self,
        network: Network,
        paths: Paths,
        instruments: Mapping[str, Instrument],
        tables: Mapping[str, Mapping[str, Any]],
        *,
        clock: Clock,
        sink: Callable[[Batch], object],
        is_open: Callable[[str | None], bool],
        next_change: Callable[[], datetime | None],
        only: set[str] | None = None,
    ) -> None:
        """``tables`` are the plug-ins' settings by their names; ``only`` the plug-ins that are built, by default all.

        ``sink`` gets each answer; ``is_open`` and ``next_change`` are the scheduler's.
        """
        self._paths = paths
        self._instruments = instruments
        self._tables = tables
        self._clock = clock
        self.transport = Transport(
            user_agent=network.user_agent, now=clock.now, allow_private_hosts=network.allow_private_hosts
        )
        self.sources, self.warnings = build_sources(self.context, tables, only=only)
        self.scheduler = Scheduler(
            self.sources,
            clock=clock,
            sink=sink,
            is_open=is_open,
            next_change=next_change,
            requests_per_minute=network.requests_per_minute,
        )

    def context(self, name: str, table: Mapping[str, Any] | None = None) -> SourceContext:
        """Return what the plug-in ``name`` is built with."""
        return SourceContext(
            settings=self._tables.get(name, {}) if table is None else table,
            transport=self.transport,
            now=self._clock.now,
            state_dir=self._paths.state_dir / "sources" / name,
            instruments=self._instruments,
        )

    async def aclose(self) -> None:
        """Close every source, then the connections."""
        await self.scheduler.aclose()
        await self.transport.aclose()
