"""What the sources are asked for: the index, the person's lists, the constituents, the peers, the macro strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import mic_of
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist import Watchlists

RATES = ("HKD=X",)
"""Currency pairs that conversions need whatever is watched: the dollar in Hong Kong dollars."""


def wanted(
    settings: Settings, universe: Universe, instruments: Mapping[str, Instrument], lists: Watchlists
) -> dict[Topic, tuple[str, ...]]:
    """Return the symbols of each topic, the most important first."""
    market = settings.market
    own = lists.symbols
    quotes = dict.fromkeys((market.index, *own, *universe.symbols, *market.peers, *market.macro, *RATES))
    lines: dict[str, None] = {}
    for symbol in (*own, *universe.symbols):
        instrument = instruments.get(symbol)
        if instrument is not None and instrument.us_line is not None:
            lines[instrument.us_line.symbol] = None
        elif mic_of(symbol) == "XNYS" and not symbol.startswith("^"):
            lines[symbol] = None
    return {
        Topic.QUOTES: tuple(quotes),
        Topic.HISTORY: tuple(dict.fromkeys((market.index, *market.peers))),
        Topic.RATINGS: tuple(lines),
        Topic.FUNDAMENTALS: tuple(dict.fromkeys((*universe.symbols, *own))),
        Topic.HEADLINES: tuple(dict.fromkeys((*own, *universe.symbols)))[:20],
    }
