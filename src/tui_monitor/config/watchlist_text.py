"""The text of ``watchlists.toml``: how lists are written, and how any text at all is read.

The program writes one layout, so that the same lists always give the same bytes. Its ``stamp`` is a digest of what
follows it: a text whose stamp is right was written by the program; one whose stamp is that of an older state was
made from that state by somebody else, who did not see what came after it.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from math import isfinite
from typing import Any

import msgspec

from tui_monitor.config.digest import sha256
from tui_monitor.config.expected import got
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.toml_lines import KeyPath, lines_of
from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.told import Told, told
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_rules import check_entry, check_list, check_names

VERSION = 1
"""Version of the layout."""

MAX_FILE = 32 * 1024 * 1024
"""Bytes of the largest file that is read."""

HEADER = """\
# Watchlists of tui-monitor. The program writes this file; you may edit it while it runs, and your edits are taken
# over within a second. Comments of your own are lost with the program's next edit. Leave the stamp as it is.

"""

_STAMP = re.compile(rb'^stamp = "([0-9a-f]{16})"\n', re.MULTILINE)


class Reading(msgspec.Struct, frozen=True):
    """What a text says."""

    lists: Watchlists
    stamp: str | None
    """The stamp in it: the state that it was made from."""
    by_program: bool
    """Its stamp is right: the program wrote it as it stands."""


def write_text(lists: Watchlists) -> bytes:
    """Return the file's bytes for ``lists``; the same lists give the same bytes."""
    import tomli_w

    body = tomli_w.dumps({"version": VERSION, "lists": [_list_table(one) for one in lists.lists]}).encode()
    return HEADER.encode() + f'stamp = "{_digest(body)}"\n'.encode() + body


def stamp_of(data: bytes) -> str | None:
    """Return the stamp in a text, ``None`` if it has none."""
    match = _STAMP.search(data, 0, 4096)
    return match[1].decode() if match else None


def read_text(data: bytes, name: str) -> Reading:
    """Return what ``data`` says; raise ``WatchlistError`` with ``name``, line and reason for anything else."""
    try:
        document, text = parse_toml(data, limit=MAX_FILE)
    except TomlError as error:
        raise WatchlistError(told("lists.wrong", path=name, line=error.line, reason=error.reason)) from error
    try:
        lists = _lists(document)
    except _PlacedError as error:
        lines = lines_of(text)
        line = (lines.line_of(error.path) if lines else None) or 1
        key = "lists.breaks-rule" if error.reason.key.startswith("rule.") else "lists.wrong"
        raise WatchlistError(told(key, path=name, line=line, reason=error.reason)) from error
    match = _STAMP.search(data, 0, 4096)
    by_program = match is not None and _digest(data[match.end() :]) == match[1].decode()
    return Reading(lists, stamp_of(data), by_program)


class _PlacedError(Exception):
    def __init__(self, path: KeyPath, reason: Told) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]


def _list_table(one: Watchlist) -> dict[str, Any]:
    table: dict[str, Any] = {"name": one.name}
    if one.currency is not None:
        table["currency"] = one.currency
    if one.entries:
        table["entries"] = [_entry_table(entry) for entry in one.entries]
    return table


def _entry_table(entry: Entry) -> dict[str, Any]:
    table: dict[str, Any] = {"symbol": entry.symbol}
    if entry.note:
        table["note"] = entry.note
    if entry.tags:
        table["tags"] = list(entry.tags)
    for key in ("quantity", "cost", "cost_currency"):
        value = getattr(entry, key)
        if value is not None:
            table[key] = value
    if entry.unverified:
        table["unverified"] = True
    return table


def _lists(document: dict[str, Any]) -> Watchlists:
    version = document.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise _PlacedError(("version",), told("lists.version", version=VERSION, value=_value(version)))
    if version > VERSION:
        raise _PlacedError(("version",), told("lists.newer", version=version))
    _known((), document, ("version", "stamp", "lists"))
    tables = document.get("lists", [])
    if not isinstance(tables, list):
        raise _PlacedError(("lists",), told("lists.no-lists", value=_value(tables)))
    found: list[Watchlist] = []
    for index, table in enumerate(tables):
        path: KeyPath = ("lists", index)
        found.append(_list(table, path))
        _ruled(path, check_names, [one.name for one in found])
    return Watchlists(tuple(found))


def _list(table: object, path: KeyPath) -> Watchlist:
    if not isinstance(table, dict):
        raise _PlacedError(path, told("lists.no-table", value=_value(table)))
    _known(path, table, ("name", "currency", "entries"))
    name = _text(table, "name", path)
    if name is None:
        raise _PlacedError(path, told("lists.nameless"))
    items = table.get("entries", [])
    if not isinstance(items, list):
        raise _PlacedError((*path, "entries"), told("lists.no-entries", value=_value(items)))
    entries: dict[str, Entry] = {}
    for index, item in enumerate(items):
        place: KeyPath = (*path, "entries", index)
        entry = _entry(item, place)
        _ruled(place, check_entry, entry)
        if entry.symbol in entries:
            raise _PlacedError(place, told("lists.twice", symbol=entry.symbol, name=clean_text(name, 60)))
        entries[entry.symbol] = entry
    made = Watchlist(name=name, entries=tuple(entries.values()), currency=_text(table, "currency", path))
    _ruled(path, check_list, made)
    return made


def _entry(item: object, path: KeyPath) -> Entry:
    table = {"symbol": item} if isinstance(item, str) else item
    if not isinstance(table, dict):
        raise _PlacedError(path, told("lists.no-entry", value=_value(item)))
    _known(path, table, ("symbol", "note", "tags", "quantity", "cost", "cost_currency", "unverified"))
    written = _text(table, "symbol", path)
    symbol = normalise_symbol(written) if written is not None else None
    if symbol is None:
        missing = written is None
        raise _PlacedError(
            path, told("lists.symbol-missing") if missing else told("lists.symbol-wrong", value=_value(written))
        )
    tags = table.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise _PlacedError((*path, "tags"), told("lists.no-texts", value=_value(tags)))
    unverified = table.get("unverified", False)
    if not isinstance(unverified, bool):
        raise _PlacedError((*path, "unverified"), told("lists.no-boolean", value=_value(unverified)))
    return Entry(
        symbol=symbol,
        note=_text(table, "note", path) or "",
        tags=tuple(tags),
        quantity=_number(table, "quantity", path),
        cost=_number(table, "cost", path),
        cost_currency=_text(table, "cost_currency", path),
        unverified=unverified,
    )


def _text(table: dict[str, Any], key: str, path: KeyPath) -> str | None:
    value = table.get(key)
    if value is None or isinstance(value, str):
        return value
    raise _PlacedError((*path, key), told("lists.no-text", key=key, value=_value(value)))


def _number(table: dict[str, Any], key: str, path: KeyPath) -> float | None:
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15 or not isfinite(value):
        raise _PlacedError((*path, key), told("lists.no-number", key=key, value=_value(value)))
    return float(value)


def _known(path: KeyPath, table: dict[str, Any], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            # Kept silently it would be lost with the next edit.
            raise _PlacedError((*path, key), told("lists.unknown-key", value=_value(key), keys=", ".join(keys)))


def _ruled(path: KeyPath, check: Any, value: object) -> None:
    try:
        check(value)
    except WatchlistError as error:
        reason = error.sentence
        assert isinstance(reason, Told)
        raise _PlacedError(path, reason) from error


def _value(value: object) -> Told | str:
    """Return ``value`` as a message shows it, like ``got``."""
    if isinstance(value, str) and len(value) > 200:
        return told("value.long-text", count=len(value))
    if isinstance(value, dict):
        return told("value.table")
    if isinstance(value, list):
        return told("value.list")
    if isinstance(value, date | datetime | time):
        return told("value.time", time=value.isoformat())
    return got(value)
