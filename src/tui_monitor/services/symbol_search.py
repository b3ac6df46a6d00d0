"""Searching for symbols at a provider, while a person types. What it finds is known from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import FailureKind, SourceError

if TYPE_CHECKING:
    from tui_monitor.services.finding import Finder, Found
    from tui_monitor.sources.yahoo_search import YahooSearch


SEARCH = "yahoo-search"
"""Name of the source in the settings: its module is imported with the network, after the first paint."""


class SymbolSearch:
    """Asks Yahoo's search and lets the finder remember the answers."""

    def __init__(self, source: Callable[[], YahooSearch | None], finder: Callable[[], Finder]) -> None:
        """``source`` gives the search once the network is there, ``None`` before."""
        self._source = source
        self._finder = finder

    async def find(self, text: str) -> list[Found]:
        """Return what the provider knows for ``text``; raise ``SourceError`` when it cannot be asked."""
        from tui_monitor.services.finding import Found

        source = self._source()
        if source is None:
            raise SourceError(FailureKind.UNAVAILABLE, "Nothing can be asked yet: the sources are starting.")
        found = [Found(*hit) for hit in await source.find(text)]
        self._finder().remember(found)
        return found
