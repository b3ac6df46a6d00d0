"""Prices of sources that are not shown, told to the monitors that follow where they differ from the shown one.

The database keeps the price that is shown. That another source contradicts it is known to who asked both; the others
hear of it by a word beside those about the sources, and judge by themselves whether the two speak of one moment.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from tui_monitor.domain.disagreement import differ
from tui_monitor.store import codec

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.store.latest import LatestStore

SECOND = "second:"
"""Begins the name of a word about a price that is not shown; symbol and source follow."""


class SecondPrices:
    """What the others have been told: only what is another by now is told again."""

    def __init__(self, store: LatestStore, put: Callable[[str, bytes | None], object]) -> None:
        """``put`` stores a word under a name; ``None`` removes it."""
        self._store = store
        self._put = put
        self._told: dict[str, Quote] = {}

    def tell(self) -> None:
        """Tell of the prices that differ now, and take back those that no longer do."""
        current: dict[str, Quote] = {}
        for symbol, others in self._store.second_quotes():
            shown = self._store.quote(symbol)
            for other in others:
                if shown is not None and other.source != shown.source and differ(shown, other):
                    current[f"{SECOND}{symbol}:{other.source}"] = other
        for name, quote in current.items():
            if self._told.get(name) != quote:
                self._put(name, codec.encode(quote))
        for name in self._told.keys() - current.keys():
            self._put(name, None)
        self._told = current


def take_second_prices(words: Mapping[str, bytes | None], store: LatestStore) -> None:
    """Take in what the monitor that polls has told; words about anything else are passed over."""
    for name, data in words.items():
        if not name.startswith(SECOND):
            continue
        symbol, _, source = name.removeprefix(SECOND).rpartition(":")
        quote = codec.decode_quote(data) if data is not None else None
        if quote is None:
            store.drop_second(symbol, source)
        elif (quote.symbol, quote.source) == (symbol, source):
            store.put_second(quote)
