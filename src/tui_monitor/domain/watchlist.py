"""Watchlists: the person's lists of symbols, with notes, tags and positions. ``watchlist_edits`` changes them."""

from __future__ import annotations

import msgspec

MAX_LISTS = 100
"""Lists of one person."""

MAX_ENTRIES = 5_000
"""Symbols of one list."""

MAX_LIST_NAME = 40
"""Characters of a list's name."""

MAX_NOTE = 300
"""Characters of a note."""

MAX_TAGS = 12
"""Tags of one symbol."""

MAX_TAG = 24
"""Characters of a tag."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a watchlist."""

    symbol: str
    note: str = ""
    tags: tuple[str, ...] = ()
    quantity: float | None = None
    """Units held; negative when short."""
    cost: float | None = None
    """Average cost of one unit, in ``cost_currency``'s quoted unit."""
    cost_currency: str | None = None
    unverified: bool = False
    """No source knew the symbol when it was added."""


class Watchlist(msgspec.Struct, frozen=True, kw_only=True):
    """A named list; symbols are unique within it and keep the person's order."""

    name: str
    entries: tuple[Entry, ...] = ()
    currency: str | None = None
    """Base currency of the list's sums."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols in the person's order."""
        return tuple(entry.symbol for entry in self.entries)


class Watchlists(msgspec.Struct, frozen=True):
    """All lists of the person, in the person's order."""

    lists: tuple[Watchlist, ...] = msgspec.field(default=())

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol of every list once, in order of first appearance."""
        return tuple(dict.fromkeys(symbol for one in self.lists for symbol in one.symbols))

    def named(self, name: str) -> Watchlist | None:
        """Return the list called ``name``, or ``None``."""
        return next((one for one in self.lists if one.name == name), None)

    @property
    def count(self) -> int:
        """Entries of all lists together."""
        return sum(len(one.entries) for one in self.lists)
