"""Imported lists as one edit of the person's own."""

from __future__ import annotations

from collections.abc import Iterable

from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, Edit, NewList, Several


def import_edit(
    lists: Watchlists, imported: Iterable[Watchlist], *, into: str | None = None
) -> tuple[Edit | None, int]:
    """Return the edit that adds what is new in ``imported``, and how many entries that are; ``None`` if nothing is.

    Lists of the same name grow, others are made. With ``into``, everything goes to that list. What is there already
    stays as it is.
    """
    wanted: dict[str, dict[str, Entry]] = {}
    currencies: dict[str, str | None] = {}
    names = {one.name.casefold(): one.name for one in lists.lists}
    for one in imported:
        written = into if into is not None else one.name
        name = names.setdefault(written.casefold(), written)
        currencies.setdefault(name, one.currency if into is None else None)
        entries = wanted.setdefault(name, {})
        for entry in one.entries:
            entries.setdefault(entry.symbol, entry)
    edits: list[Edit] = []
    count = 0
    for name, entries in wanted.items():
        held = lists.named(name)
        known = set(held.symbols) if held is not None else set()
        fresh = tuple(entry for entry in entries.values() if entry.symbol not in known)
        count += len(fresh)
        if held is None:
            edits.append(NewList(name, fresh, currencies[name]))
        elif fresh:
            edits.append(Add(held.name, fresh))
    return (Several(tuple(edits)) if edits else None), count
