"""What differs between two states of the watchlists, for a person who has to choose between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists


class Side(StrEnum):
    """Which of the two states has it."""

    MINE = "mine"
    """Only the program's own state."""
    THEIRS = "theirs"
    """Only the file as somebody else wrote it."""
    BOTH = "both"
    """Both, but not the same."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs: a list, or a symbol within one. ``symbol`` is ``None`` for the list itself."""

    list: str
    symbol: str | None
    side: Side
    mine: Entry | None = None
    theirs: Entry | None = None


def differences(mine: Watchlists, theirs: Watchlists) -> tuple[Difference, ...]:
    """Return what differs, by list in my order, then theirs. A list whose order alone differs is one difference."""
    found: list[Difference] = []
    names = dict.fromkeys([one.name for one in mine.lists] + [one.name for one in theirs.lists])
    for name in names:
        one, other = mine.named(name), theirs.named(name)
        if one is None or other is None:
            found.append(Difference(name, None, Side.THEIRS if one is None else Side.MINE))
        elif one != other:
            found += _within(one, other)
    if not found and mine != theirs:
        # The lists are the same, in another order.
        found = [Difference(one.name, None, Side.BOTH) for one in mine.lists]
    return tuple(found)


def _within(one: Watchlist, other: Watchlist) -> list[Difference]:
    mine = {entry.symbol: entry for entry in one.entries}
    theirs = {entry.symbol: entry for entry in other.entries}
    found: list[Difference] = []
    for symbol in dict.fromkeys([*mine, *theirs]):
        left, right = mine.get(symbol), theirs.get(symbol)
        if left != right:
            side = Side.MINE if right is None else Side.THEIRS if left is None else Side.BOTH
            found.append(Difference(one.name, symbol, side, left, right))
    return found or [Difference(one.name, None, Side.BOTH)]
