"""The program's one way to the world, made when it is first needed, and what plug-ins are built with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from tui_monitor.sources.api import Now, SourceContext

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Network as Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.sources.transport import Transport


class Network:
    """The connections. Making them imports httpx: after the first paint, and not while another monitor polls."""

    def __init__(
        self, settings: Callable[[], Settings], paths: Paths, instruments: Mapping[str, Instrument], now: Now
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._instruments = instruments
        self._now = now
        self._transport: Transport | None = None

    def transport(self) -> Transport:
        """Return the one HTTP client."""
        if self._transport is None:
            from tui_monitor.sources.transport import Transport

            settings = self._settings()
            self._transport = Transport(
                user_agent=settings.user_agent, now=self._now, allow_private_hosts=settings.allow_private_hosts
            )
        return self._transport

    def warm(self) -> None:
        """Import on a thread what the connections need: somebody is about to ask, while another monitor polls."""
        if self._transport is None:
            name = "tui_monitor.sources.transport"
            threading.Thread(target=import_module, args=(name,), name="import-network", daemon=True).start()

    def context(self, name: str, table: Mapping[str, Any]) -> SourceContext:
        """Return what the plug-in ``name`` is built with; ``table`` are its settings."""
        return SourceContext(
            settings=table,
            transport=self.transport(),
            now=self._now,
            state_dir=self._paths.state_dir / "sources" / name,
            instruments=self._instruments,
        )

    async def aclose(self) -> None:
        """Close the connections, if there are any."""
        if self._transport is not None:
            await self._transport.aclose()
