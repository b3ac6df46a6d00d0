"""Edits of watchlists: what a person does to them, as values.

``apply`` returns the new lists and the inverse edit, which restores them exactly. Because an edit is an operation
and not a copy of the result, it can be done again on lists that somebody else changed meanwhile: ``rebase`` does
what is still possible of it. They are structs because they are kept as JSON, each with its name as its tag.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.told import told
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_rules import (
    check_currency,
    check_entry,
    check_list,
    check_lists,
    check_name,
    check_names,
    check_size,
)

FieldName = Literal["note", "tags", "position", "unverified"]
"""What of an entry an edit sets; ``position`` is quantity, cost and currency together."""


class Add(msgspec.Struct, frozen=True, tag=True):
    """Add entries to a list, at ``index`` (counted from 0; ``None``: at the end)."""

    list: str
    entries: tuple[Entry, ...]
    index: int | None = None


class Remove(msgspec.Struct, frozen=True, tag=True):
    """Remove symbols from a list."""

    list: str
    symbols: tuple[str, ...]


class Move(msgspec.Struct, frozen=True, tag=True):
    """Move symbols, kept in their order, to ``index`` of the list without them; to another list if ``to`` is given."""

    list: str
    symbols: tuple[str, ...]
    index: int
    to: str | None = None


class SetNote(msgspec.Struct, frozen=True, tag=True):
    """Give symbols a note; an empty one removes it."""

    list: str
    symbols: tuple[str, ...]
    note: str


class SetTags(msgspec.Struct, frozen=True, tag=True):
    """Give symbols these tags and no others."""

    list: str
    symbols: tuple[str, ...]
    tags: tuple[str, ...]


class SetPosition(msgspec.Struct, frozen=True, tag=True):
    """Give symbols a position; all ``None`` removes it."""

    list: str
    symbols: tuple[str, ...]
    quantity: float | None
    cost: float | None = None
    currency: str | None = None


class SetUnverified(msgspec.Struct, frozen=True, tag=True):
    """Mark symbols as unknown to every source, or as known."""

    list: str
    symbols: tuple[str, ...]
    unverified: bool


class SortOnce(msgspec.Struct, frozen=True, tag=True):
    """Put the symbols of a list in this order; those that are not named follow as they stood."""

    list: str
    order: tuple[str, ...]


class Rename(msgspec.Struct, frozen=True, tag=True):
    """Give a list another name."""

    list: str
    name: str


class SetCurrency(msgspec.Struct, frozen=True, tag=True):
    """Set the base currency of a list's sums."""

    list: str
    currency: str | None


class NewList(msgspec.Struct, frozen=True, tag=True):
    """Make a list, at ``index`` among the lists (``None``: at the end)."""

    name: str
    entries: tuple[Entry, ...] = ()
    currency: str | None = None
    index: int | None = None


class DeleteList(msgspec.Struct, frozen=True, tag=True):
    """Delete a list with all it holds."""

    list: str


class MoveList(msgspec.Struct, frozen=True, tag=True):
    """Move a list to another place among the lists."""

    list: str
    index: int


class Place(msgspec.Struct, frozen=True, tag=True):
    """Inverse of ``Remove``: put entries back at the places that they had, rising."""

    list: str
    entries: tuple[Entry, ...]
    indices: tuple[int, ...]


class SetEach(msgspec.Struct, frozen=True, tag=True):
    """Inverse of the ``Set…`` edits: give each symbol the field of its entry here."""

    list: str
    field: FieldName
    entries: tuple[Entry, ...]


class Several(msgspec.Struct, frozen=True, tag=True):
    """Edits that are one step."""

    edits: tuple[Edit, ...]


class ReplaceAll(msgspec.Struct, frozen=True, tag=True):
    """Take other lists for all of them: the answer to a conflict, or an import."""

    lists: Watchlists


Edit = (
    Add | Remove | Move | SetNote | SetTags | SetPosition | SetUnverified | SortOnce | Rename | SetCurrency
    | NewList | DeleteList | MoveList | Place | SetEach | Several | ReplaceAll
)  # fmt: skip
"""Everything that can be done to watchlists."""

Applied = tuple[Watchlists, Edit]
"""The new lists, and the edit that takes them back."""


def apply(lists: Watchlists, edit: Edit) -> Applied:
    """Return the lists after ``edit`` and its inverse; raise ``WatchlistError`` and change nothing otherwise."""
    return _APPLY[type(edit)](lists, edit)


def rebase(lists: Watchlists, edit: Edit) -> Applied | None:
    """Do what is possible of ``edit`` on lists that may have changed; ``None`` if nothing is."""
    if isinstance(edit, Several):
        inverses: list[Edit] = []
        for one in edit.edits:
            done = rebase(lists, one)
            if done is not None:
                lists = done[0]
                inverses.insert(0, done[1])
        return (lists, Several(tuple(inverses))) if inverses else None
    try:
        return apply(lists, _narrowed(lists, edit))
    except WatchlistError:
        return None


def _narrowed(lists: Watchlists, edit: Edit) -> Edit:
    """Leave out of ``edit`` the symbols that are gone, or that are there already."""
    if isinstance(edit, NewList | Rename | DeleteList | MoveList | SetCurrency | ReplaceAll | SortOnce | Several):
        return edit
    one = _find(lists, edit.list)
    held = set(one.symbols)
    if isinstance(edit, Add):
        return msgspec.structs.replace(edit, entries=tuple(entry for entry in edit.entries if entry.symbol not in held))
    if isinstance(edit, Place):
        pairs = [(e, i) for e, i in zip(edit.entries, edit.indices, strict=True) if e.symbol not in held]
        return msgspec.structs.replace(edit, entries=tuple(e for e, _ in pairs), indices=tuple(i for _, i in pairs))
    if isinstance(edit, SetEach):
        return msgspec.structs.replace(edit, entries=tuple(entry for entry in edit.entries if entry.symbol in held))
    symbols = tuple(symbol for symbol in edit.symbols if symbol in held)
    if isinstance(edit, Move) and edit.to is not None and edit.to != edit.list:
        there = set(_find(lists, edit.to).symbols)
        symbols = tuple(symbol for symbol in symbols if symbol not in there)
    return msgspec.structs.replace(edit, symbols=symbols)


# Entries


def _add(lists: Watchlists, edit: Add) -> Applied:
    one = _find(lists, edit.list)
    if not edit.entries:
        raise WatchlistError(told("edit.nothing-to-add"))
    held = {symbol: place for place, symbol in enumerate(one.symbols, 1)}
    for entry in edit.entries:
        check_entry(entry)
        if entry.symbol in held:
            raise WatchlistError(told("edit.held-at", symbol=entry.symbol, name=one.name, place=held[entry.symbol]))
        held[entry.symbol] = len(held) + 1
    check_size(one.name, len(held))
    at = _bounded(edit.index, len(one.entries))
    entries = one.entries[:at] + edit.entries + one.entries[at:]
    inverse = Remove(one.name, tuple(entry.symbol for entry in edit.entries))
    return _put(lists, replace(one, entries=entries)), inverse


def _remove(lists: Watchlists, edit: Remove) -> Applied:
    one = _find(lists, edit.list)
    gone = _known(one, edit.symbols)
    pairs = [(index, entry) for index, entry in enumerate(one.entries) if entry.symbol in gone]
    entries = tuple(entry for entry in one.entries if entry.symbol not in gone)
    inverse = Place(one.name, tuple(entry for _, entry in pairs), tuple(index for index, _ in pairs))
    return _put(lists, replace(one, entries=entries)), inverse


def _place(lists: Watchlists, edit: Place) -> Applied:
    one = _find(lists, edit.list)
    held = set(one.symbols)
    entries = list(one.entries)
    if not edit.entries or len(edit.entries) != len(edit.indices):
        raise WatchlistError(told("edit.nothing-to-put-back"))
    for entry, index in zip(edit.entries, edit.indices, strict=True):
        check_entry(entry)
        if entry.symbol in held:
            raise WatchlistError(told("edit.held", symbol=entry.symbol, name=one.name))
        held.add(entry.symbol)
        entries.insert(_bounded(index, len(entries)), entry)
    check_size(one.name, len(entries))
    inverse = Remove(one.name, tuple(entry.symbol for entry in edit.entries))
    return _put(lists, replace(one, entries=tuple(entries))), inverse


def _move(lists: Watchlists, edit: Move) -> Applied:
    one = _find(lists, edit.list)
    moved = _known(one, edit.symbols)
    taken = tuple(entry for entry in one.entries if entry.symbol in moved)
    rest = tuple(entry for entry in one.entries if entry.symbol not in moved)
    if edit.to is None or edit.to == one.name:
        at = _bounded(edit.index, len(rest))
        entries = rest[:at] + taken + rest[at:]
        return _put(lists, replace(one, entries=entries)), SortOnce(one.name, one.symbols)
    target = _find(lists, edit.to)
    lists, place = _remove(lists, Remove(one.name, edit.symbols))
    lists, back = _add(lists, Add(target.name, taken, edit.index))
    return lists, Several((back, place))


def _sort_once(lists: Watchlists, edit: SortOnce) -> Applied:
    one = _find(lists, edit.list)
    rank = {symbol: place for place, symbol in enumerate(edit.order)}
    entries = tuple(sorted(one.entries, key=lambda entry: rank.get(entry.symbol, len(rank))))
    return _put(lists, replace(one, entries=entries)), SortOnce(one.name, one.symbols)


def _set_note(lists: Watchlists, edit: SetNote) -> Applied:
    return _set(lists, edit.list, edit.symbols, "note", lambda entry: replace(entry, note=edit.note))


def _set_tags(lists: Watchlists, edit: SetTags) -> Applied:
    return _set(lists, edit.list, edit.symbols, "tags", lambda entry: replace(entry, tags=edit.tags))


def _set_position(lists: Watchlists, edit: SetPosition) -> Applied:
    def change(entry: Entry) -> Entry:
        return replace(entry, quantity=edit.quantity, cost=edit.cost, cost_currency=edit.currency)

    return _set(lists, edit.list, edit.symbols, "position", change)


def _set_unverified(lists: Watchlists, edit: SetUnverified) -> Applied:
    return _set(lists, edit.list, edit.symbols, "unverified", lambda entry: replace(entry, unverified=edit.unverified))


def _set_each(lists: Watchlists, edit: SetEach) -> Applied:
    given = {entry.symbol: entry for entry in edit.entries}

    def change(entry: Entry) -> Entry:
        other = given[entry.symbol]
        if edit.field == "position":
            return replace(entry, quantity=other.quantity, cost=other.cost, cost_currency=other.cost_currency)
        return replace(entry, **{edit.field: getattr(other, edit.field)})

    return _set(lists, edit.list, tuple(given), edit.field, change)


def _set(
    lists: Watchlists, name: str, symbols: Sequence[str], field: FieldName, change: Callable[[Entry], Entry]
) -> Applied:
    one = _find(lists, name)
    wanted = _known(one, symbols)
    before = tuple(entry for entry in one.entries if entry.symbol in wanted)
    entries = tuple(check_entry(change(entry)) if entry.symbol in wanted else entry for entry in one.entries)
    return _put(lists, replace(one, entries=entries)), SetEach(one.name, field, before)


# Lists


def _rename(lists: Watchlists, edit: Rename) -> Applied:
    one = _find(lists, edit.list)
    check_name(edit.name)
    check_names([*(other.name for other in lists.lists if other is not one), edit.name])
    renamed = replace(one, name=edit.name)
    return Watchlists(tuple(renamed if other is one else other for other in lists.lists)), Rename(edit.name, one.name)


def _set_currency(lists: Watchlists, edit: SetCurrency) -> Applied:
    one = _find(lists, edit.list)
    changed = replace(one, currency=check_currency(edit.currency))
    return _put(lists, changed), SetCurrency(one.name, one.currency)


def _new_list(lists: Watchlists, edit: NewList) -> Applied:
    made = check_list(Watchlist(name=edit.name, entries=edit.entries, currency=edit.currency))
    check_names([*(one.name for one in lists.lists), made.name])
    at = _bounded(edit.index, len(lists.lists))
    return Watchlists((*lists.lists[:at], made, *lists.lists[at:])), DeleteList(made.name)


def _delete_list(lists: Watchlists, edit: DeleteList) -> Applied:
    one = _find(lists, edit.list)
    at = lists.lists.index(one)
    inverse = NewList(one.name, one.entries, one.currency, at)
    return Watchlists(lists.lists[:at] + lists.lists[at + 1 :]), inverse


def _move_list(lists: Watchlists, edit: MoveList) -> Applied:
    one = _find(lists, edit.list)
    before = lists.lists.index(one)
    rest = lists.lists[:before] + lists.lists[before + 1 :]
    at = _bounded(edit.index, len(rest))
    return Watchlists((*rest[:at], one, *rest[at:])), MoveList(one.name, before)


def _several(lists: Watchlists, edit: Several) -> Applied:
    inverses: list[Edit] = []
    for one in edit.edits:
        lists, inverse = apply(lists, one)
        inverses.insert(0, inverse)
    if not inverses:
        raise WatchlistError(told("edit.nothing-to-do"))
    return lists, Several(tuple(inverses))


def _replace_all(lists: Watchlists, edit: ReplaceAll) -> Applied:
    return check_lists(edit.lists), ReplaceAll(lists)


_APPLY: dict[type, Callable[..., Applied]] = {
    Add: _add, Remove: _remove, Move: _move, SetNote: _set_note, SetTags: _set_tags, SetPosition: _set_position,
    SetUnverified: _set_unverified, SortOnce: _sort_once, Rename: _rename, SetCurrency: _set_currency,
    NewList: _new_list, DeleteList: _delete_list, MoveList: _move_list, Place: _place, SetEach: _set_each,
    Several: _several, ReplaceAll: _replace_all,
}  # fmt: skip


def _find(lists: Watchlists, name: str) -> Watchlist:
    found = lists.named(name)
    if found is None:
        raise WatchlistError(told("edit.no-list", name=clean_text(name, 60)))
    return found


def _known(one: Watchlist, symbols: Iterable[str]) -> frozenset[str]:
    wanted = frozenset(symbols)
    if not wanted:
        raise WatchlistError(told("edit.no-symbol"))
    unknown = wanted - set(one.symbols)
    if unknown:
        raise WatchlistError(told("edit.not-held", symbol=clean_text(min(unknown), 40), name=one.name))
    return wanted


def _put(lists: Watchlists, changed: Watchlist) -> Watchlists:
    return Watchlists(tuple(changed if one.name == changed.name else one for one in lists.lists))


def _bounded(index: int | None, count: int) -> int:
    return count if index is None else min(max(index, 0), count)
