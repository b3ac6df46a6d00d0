"""What a valid watchlist is. Edits and files are held to the same rules, so that what is written can be read back."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.told import told
from tui_monitor.domain.watchlist import (
    MAX_ENTRIES,
    MAX_LIST_NAME,
    MAX_LISTS,
    MAX_NOTE,
    MAX_TAG,
    MAX_TAGS,
    Entry,
    Watchlist,
    Watchlists,
)


def check_name(name: str) -> str:
    """Return ``name`` if a list may have it; raise ``WatchlistError`` otherwise."""
    cleaned = clean_text(name, MAX_LIST_NAME + 1)
    if not cleaned:
        raise WatchlistError(told("rule.name-missing"))
    if len(cleaned) > MAX_LIST_NAME:
        raise WatchlistError(told("rule.name-long", most=MAX_LIST_NAME))
    if cleaned != name:
        raise WatchlistError(told("rule.name-wrong", name=cleaned))
    return name


def check_entry(entry: Entry) -> Entry:
    """Return ``entry`` if it may stand in a list; raise ``WatchlistError`` otherwise."""
    if normalise_symbol(entry.symbol) != entry.symbol:
        raise WatchlistError(told("rule.symbol", symbol=clean_text(entry.symbol, 40)))
    if clean_text(entry.note, MAX_NOTE) != entry.note:
        raise WatchlistError(told("rule.note", symbol=entry.symbol, most=MAX_NOTE))
    if len(entry.tags) > MAX_TAGS or len(set(entry.tags)) != len(entry.tags):
        raise WatchlistError(told("rule.tags", symbol=entry.symbol, most=MAX_TAGS))
    for tag in entry.tags:
        if not tag or clean_text(tag, MAX_TAG) != tag or "," in tag:
            raise WatchlistError(told("rule.tag", symbol=entry.symbol, most=MAX_TAG))
    for word, number in (("quantity", entry.quantity), ("cost", entry.cost)):
        if number is not None and not (isfinite(number) and abs(number) <= 1e15):
            raise WatchlistError(told(f"rule.{word}", symbol=entry.symbol))
    if entry.cost is not None and entry.cost < 0:
        raise WatchlistError(told("rule.cost-negative", symbol=entry.symbol))
    check_currency(entry.cost_currency)
    return entry


def check_currency(currency: str | None) -> str | None:
    """Return ``currency`` if it has the shape of a code (``HKD``, ``GBp``); raise ``WatchlistError`` otherwise."""
    if currency is not None and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
        raise WatchlistError(told("rule.currency", currency=clean_text(currency, 20)))
    return currency


def check_list(one: Watchlist) -> Watchlist:
    """Return ``one`` if it keeps all rules; raise ``WatchlistError`` otherwise."""
    check_name(one.name)
    check_currency(one.currency)
    check_size(one.name, len(one.entries))
    seen: set[str] = set()
    for entry in one.entries:
        check_entry(entry)
        if entry.symbol in seen:
            raise WatchlistError(told("rule.twice", symbol=entry.symbol, name=one.name))
        seen.add(entry.symbol)
    return one


def check_size(name: str, count: int) -> None:
    """Raise ``WatchlistError`` where a list would hold more than ``MAX_ENTRIES``."""
    if count > MAX_ENTRIES:
        raise WatchlistError(told("rule.size", name=name, count=count, most=MAX_ENTRIES))


def check_names(names: Iterable[str]) -> None:
    """Raise ``WatchlistError`` where two lists have one name (but for upper and lower case), or there are too many."""
    seen: dict[str, str] = {}
    for name in names:
        folded = name.casefold()
        if folded in seen:
            raise WatchlistError(told("rule.name-taken", name=seen[folded]))
        seen[folded] = name
    if len(seen) > MAX_LISTS:
        raise WatchlistError(told("rule.lists", most=MAX_LISTS))


def check_lists(lists: Watchlists) -> Watchlists:
    """Return ``lists`` if they keep all rules; raise ``WatchlistError`` otherwise."""
    check_names(one.name for one in lists.lists)
    for one in lists.lists:
        check_list(one)
    return lists
