"""The sources of a running monitor, built and asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.services.wishes import Joined
from tui_monitor.sources.registry import build_sources

if TYPE_CHECKING:
    from tui_monitor.engine.clock import Clock
    from tui_monitor.sources.api import Batch, SourceContext


class Polling:
    """What one monitor asks for itself and for those that follow it."""

    def __init__(
        self,
        tables: Mapping[str, Mapping[str, Any]],
        context: Callable[[str, Mapping[str, Any]], SourceContext],
        *,
        clock: Clock,
        sink: Callable[[Batch], object],
        is_open: Callable[[str | None], bool],
        next_change: Callable[[], datetime | None],
        requests_per_minute: int,
        only: set[str] | None = None,
    ) -> None:
        """``tables`` are the plug-ins' settings by their names; ``only`` the plug-ins that are built, by default all.

        ``sink`` gets each answer; ``is_open``, ``next_change`` and ``requests_per_minute`` are the scheduler's.
        """
        self.sources, self.warnings = build_sources(context, tables, only=only)
        self.scheduler = Scheduler(
            self.sources,
            clock=clock,
            sink=sink,
            is_open=is_open,
            next_change=next_change,
            requests_per_minute=requests_per_minute,
        )
        self.wanted = Joined(self.scheduler, clock)
        """What is asked for: what this monitor wants and what the others do."""

    async def aclose(self) -> None:
        """Close every source."""
        await self.scheduler.aclose()
