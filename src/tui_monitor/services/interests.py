"""What the sources are asked for: the index, the person's lists, the constituents, the peers, the macro strip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.analysis.positions import rate_symbols
from tui_monitor.domain.instrument import mic_of
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist import Watchlists

RATES = ("HKD=X",)
"""Currency pairs that conversions need whatever is watched: the dollar in Hong Kong dollars."""


def rates(lists: Watchlists, currency_of: Callable[[str], str | None], home: str) -> tuple[str, ...]:
    """Return the currency pairs that the sums of the person's positions need.

    ``currency_of`` gives the currency of a symbol's price as far as it is known, ``home`` the home market's.
    """
    found: dict[str, None] = {}
    for one in lists.lists:
        held = [entry for entry in one.entries if entry.quantity is not None]
        if held:
            currencies = {one.currency or home, home, *(entry.cost_currency for entry in held)}
            currencies |= {currency_of(entry.symbol) for entry in held}
            found.update(dict.fromkeys(rate_symbols(currency for currency in currencies if currency)))
    return tuple(found)


def wanted(
    settings: Settings,
    universe: Universe,
    instruments: Mapping[str, Instrument],
    lists: Watchlists,
    *,
    also: Iterable[str] = (),
) -> dict[Topic, tuple[str, ...]]:
    """Return the symbols of each topic, the most important first. ``also`` are further quotes: rates, glances."""
    market = settings.market
    own = lists.symbols
    quotes = dict.fromkeys((market.index, *own, *universe.symbols, *market.peers, *market.macro, *RATES, *also))
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
        Topic.CALENDAR: tuple(dict.fromkeys((*own, *universe.symbols))),
        Topic.HEADLINES: tuple(dict.fromkeys((*own, *universe.symbols)))[:20],
    }
