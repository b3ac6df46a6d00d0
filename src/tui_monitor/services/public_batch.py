"""What of an answer may be recorded: nothing that tells what the person watches or reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_monitor.config.feeds_list import effective_feeds, load_default_feeds
from tui_monitor.domain.watchlist import Watchlists
from tui_monitor.services.interests import wanted
from tui_monitor.sources.api import Batch, Topic

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.store.latest import LatestStore


class PublicPart:
    """Takes the market's part out of what a monitor with lists of its own is answered."""

    def __init__(self, settings: Settings, universe: Universe, instruments: Mapping[str, Instrument]) -> None:
        symbols = wanted(settings, universe, instruments, Watchlists())
        self._quotes = frozenset(symbols[Topic.QUOTES])
        self._histories = symbols[Topic.HISTORY]
        self._lines = frozenset((*symbols[Topic.RATINGS], *universe.symbols))
        # The person's own feeds are the person's: their addresses may carry keys, their names tell interests.
        shipped = effective_feeds(load_default_feeds(), settings.news, ())
        self._feeds = frozenset(entry.name for entry in shipped)

    def of(self, batch: Batch) -> Batch:
        """Return ``batch`` with the market's values and the shipped feeds' headlines alone."""
        return replace(
            batch,
            quotes=tuple(one for one in batch.quotes if one.symbol in self._quotes),
            paths=tuple(one for one in batch.paths if one.symbol in self._quotes),
            histories=tuple(one for one in batch.histories if one.symbol in self._quotes),
            ratings=tuple(one for one in batch.ratings if {one.symbol, one.home_symbol} & self._lines),
            headlines=tuple(one for one in batch.headlines if one.source in self._feeds),
            tables=(),
            missing=(),
            notes=(),
        )

    def known(self, store: LatestStore, batch: Batch) -> Batch:
        """Return what ``store`` knows of the market as one batch that is told like ``batch``."""
        quotes = (store.quote(symbol) for symbol in self._quotes)
        paths = (store.path(symbol) for symbol in self._quotes)
        histories = (store.history(symbol) for symbol in self._histories)
        return self.of(
            replace(
                batch,
                quotes=tuple(one for one in quotes if one is not None),
                paths=tuple(one for one in paths if one is not None),
                histories=tuple(one for one in histories if one is not None),
                ratings=tuple(store.ratings()),
                headlines=tuple(store.headlines()[:MAX_HEADLINES]),
            )
        )


MAX_HEADLINES = 200
"""Headlines that a recording begins with."""
