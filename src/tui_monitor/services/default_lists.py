"""The lists of a fresh install, so that the first start shows something. They are saved with the first edit."""

from __future__ import annotations

from tui_monitor.domain.text import clean_text
from tui_monitor.domain.universe import Universe
from tui_monitor.domain.watchlist import MAX_LIST_NAME, Entry, Watchlist, Watchlists

FIRST_LIST = {"en": "Hong Kong tech", "zh-Hant": "香港科技股", "zh-Hans": "香港科技股"}
"""Name of the first list by the interface's language. Once saved it is the person's, whatever language comes later."""

FIRST_SYMBOLS = (
    "0700.HK", "9988.HK", "3690.HK", "1810.HK", "9618.HK", "9888.HK", "0981.HK", "1024.HK", "1211.HK", "2015.HK",
)  # fmt: skip
"""Ten well-known members of the Hang Seng TECH index."""


def default_lists(universe: Universe | None = None, language: str = "en") -> Watchlists:
    """Return the lists of a fresh install: the ten, or as many members of another ``universe``."""
    name = FIRST_LIST.get(language, FIRST_LIST["en"])
    symbols: tuple[str, ...] = FIRST_SYMBOLS
    if universe is not None and not set(FIRST_SYMBOLS) & set(universe.symbols):
        name = clean_text(universe.title(language), MAX_LIST_NAME) or name
        symbols = universe.symbols[: len(FIRST_SYMBOLS)]
    return Watchlists((Watchlist(name=name, entries=tuple(Entry(symbol=symbol) for symbol in symbols)),))
