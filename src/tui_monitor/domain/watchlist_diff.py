"""What differs between two states of the watchlists: for a person who has to choose, and for merging them."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import (
    Add,
    DeleteList,
    Edit,
    FieldName,
    MoveList,
    NewList,
    Remove,
    SetCurrency,
    SetEach,
    Several,
    SortOnce,
)


class Side(StrEnum):
    """Which of the two states has it."""

    MINE = "mine"
    """Only the program's own state."""
    THEIRS = "theirs"
    """Only the file as somebody else wrote it."""
    BOTH = "both"
    """Both, but not the same."""


class Difference(msgspec.Struct, frozen=True):
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


def edits_between(before: Watchlists, after: Watchlists) -> Several:
    """Return edits that make ``after`` of ``before``; done on a third state they carry the same changes over.

    A list with another name is one that was deleted and one that was made.
    """
    edits: list[Edit] = [DeleteList(one.name) for one in before.lists if after.named(one.name) is None]
    for one in after.lists:
        held = before.named(one.name)
        if held is None:
            edits.append(NewList(one.name, one.entries, one.currency))
        elif held != one:
            edits += _list_edits(held, one)
    survivors = [one.name for one in before.lists if after.named(one.name) is not None]
    made = [one.name for one in after.lists if before.named(one.name) is None]
    wanted = [one.name for one in after.lists]
    if survivors + made != wanted:
        edits += [MoveList(name, index) for index, name in enumerate(wanted)]
    return Several(tuple(edits))


def _list_edits(before: Watchlist, after: Watchlist) -> list[Edit]:
    name = before.name
    old = {entry.symbol: entry for entry in before.entries}
    new = {entry.symbol: entry for entry in after.entries}
    edits: list[Edit] = []
    gone = tuple(symbol for symbol in old if symbol not in new)
    if gone:
        edits.append(Remove(name, gone))
    added = tuple(entry for symbol, entry in new.items() if symbol not in old)
    if added:
        edits.append(Add(name, added))
    if tuple(symbol for symbol in old if symbol in new) + tuple(entry.symbol for entry in added) != after.symbols:
        edits.append(SortOnce(name, after.symbols))
    fields: dict[FieldName, tuple[str, ...]] = {
        "note": ("note",), "tags": ("tags",), "position": ("quantity", "cost", "cost_currency"),
        "unverified": ("unverified",),
    }  # fmt: skip
    for field, attributes in fields.items():
        changed = tuple(
            entry
            for symbol, entry in new.items()
            if symbol in old and any(getattr(old[symbol], one) != getattr(entry, one) for one in attributes)
        )
        if changed:
            edits.append(SetEach(name, field, changed))
    if before.currency != after.currency:
        edits.append(SetCurrency(name, after.currency))
    return edits
