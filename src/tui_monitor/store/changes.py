"""What several monitors of one person tell each other through the database: a log of what was written, and wishes.

Every transaction of the writer thread notes the keys that it wrote under the program's own number. Others look
whether anything was noted since their last look and read those rows only. The log is bounded: who was away for
longer than it reaches back reads everything anew.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from tui_monitor.domain.calendar_event import CalendarEvent
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange, RatingTable
from tui_monitor.domain.series import DailyHistory, Intraday
from tui_monitor.domain.session import Calendar
from tui_monitor.store import codec
from tui_monitor.store.reading import read_history, read_receipts

T = TypeVar("T")

KEPT = 20_000
"""Notes that the log keeps."""

AT_ONCE = 2_000
"""Notes that are followed in one reading."""

MAX_WISH = 512 * 1024
"""Bytes of the largest wish that is read."""

MAX_WISHES = 64
"""Wishes that are read at the most, the newest."""

MAX_POLLING = 64 * 1024
"""Bytes of the longest word about one source that is read."""

_KINDS = {
    "quote": "quote", "path": "path", "history": "history", "own-bar": "history", "rating": "rating",
    "headline": "headline", "rating-table": "rating-table", "event": "event",
    "calendar": "calendar", "read": "mark", "saved": "mark",
    "polling": "polling", "wish": "wish",
}  # fmt: skip
"""What is noted of the writer's work, by the first part of its key; the second is the value's own."""


class Mark(msgspec.Struct, frozen=True):
    """The marks of a headline, or of a rating change under ``rows.RATING_MARK``."""

    identity: str
    read: bool
    saved: bool


class Wish(msgspec.Struct, frozen=True):
    """What another monitor wants, not yet looked into."""

    author: int
    name: str
    expires: datetime
    data: bytes


class Changes(msgspec.Struct, frozen=True):
    """What others have written, as it is stored now."""

    number: int
    """The last note that was followed."""
    lost: bool = False
    """More was noted than the log kept: everything has to be read anew."""
    more: bool = False
    """There are further notes to follow."""
    quotes: tuple[Quote, ...] = ()
    paths: tuple[Intraday, ...] = ()
    histories: tuple[DailyHistory, ...] = ()
    ratings: tuple[RatingChange, ...] = ()
    headlines: tuple[Headline, ...] = ()
    tables: tuple[RatingTable, ...] = ()
    events: tuple[CalendarEvent, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    marks: tuple[Mark, ...] = ()
    """Marks that were set, and those of the headlines above."""
    polling: dict[str, bytes | None] = msgspec.field(default_factory=dict)
    """How sources and hosts fare, by name; ``None`` for one that is no more."""
    heard: dict[str, datetime] = msgspec.field(default_factory=dict)
    """When prices were last confirmed without a change, where that is later than asked."""
    wished: bool = False
    """Somebody has a wish."""


def note(connection: sqlite3.Connection, author: int, keys: Iterable[Hashable]) -> None:
    """Note what was written, within the transaction that wrote it. ``keys`` are those of the writer's queue."""
    written = {
        (kind, str(key[1])): None
        for key in keys
        if isinstance(key, tuple) and len(key) > 1 and (kind := _KINDS.get(key[0])) is not None
    }
    if not written:
        return
    connection.executemany(
        "INSERT INTO changes (author, kind, key) VALUES (?, ?, ?)", [(author, kind, key) for kind, key in written]
    )
    connection.execute("DELETE FROM changes WHERE number <= (SELECT max(number) FROM changes) - ?", (KEPT,))


def last_number(connection: sqlite3.Connection) -> int:
    """Return the number of the last note, 0 before the first."""
    return int(connection.execute("SELECT coalesce(max(number), 0) FROM changes").fetchone()[0])


def read_changes(connection: sqlite3.Connection, after: int, author: int, heard: float) -> Changes:
    """Return what others than ``author`` have written since note ``after``, at most ``AT_ONCE`` notes of it.

    ``heard`` is the moment of the last receipt that is known, in seconds of the epoch.
    """
    # One moment for all of it: a row that is written between two of these queries belongs to the next reading.
    connection.execute("BEGIN")
    try:
        return replace(_read(connection, after, author), heard=read_receipts(connection, heard))
    finally:
        connection.execute("COMMIT")


def _read(connection: sqlite3.Connection, after: int, author: int) -> Changes:
    first, last = connection.execute(
        "SELECT coalesce(min(number), 0), coalesce(max(number), 0) FROM changes"
    ).fetchone()
    if last < after or first > after + 1:
        # Another file than before, or too long away.
        return Changes(last, lost=True)
    number = min(last, after + AT_ONCE)
    keys: dict[str, list[str]] = {}
    for kind, key in connection.execute(
        "SELECT DISTINCT kind, key FROM changes WHERE number > ? AND number <= ? AND author <> ?",
        (after, number, author),
    ):
        keys.setdefault(kind, []).append(key)
    marked = [*keys.get("mark", ()), *keys.get("headline", ())]
    histories = (read_history(connection, symbol) for symbol in keys.get("history", ()))
    return Changes(
        number,
        more=number < last,
        quotes=_values(connection, "quotes", "symbol", keys.get("quote"), codec.decode_quote),
        paths=_values(connection, "paths", "symbol", keys.get("path"), codec.decode_path),
        histories=tuple(one for one in histories if one is not None),
        ratings=_values(connection, "ratings", "key", keys.get("rating"), codec.decode_rating),
        headlines=_values(connection, "headlines", "id", keys.get("headline"), codec.decode_headline),
        tables=_values(connection, "rating_tables", "symbol", keys.get("rating-table"), codec.decode_rating_table),
        events=_values(connection, "events", "key", keys.get("event"), codec.decode_event),
        calendars=_values(connection, "calendars", "mic", keys.get("calendar"), codec.decode_calendar),
        marks=_marks(connection, marked),
        polling=_polling(connection, keys.get("polling", [])),
        wished="wish" in keys,
    )


def read_wishes(connection: sqlite3.Connection, author: int) -> tuple[Wish, ...]:
    """Return the wishes of others than ``author``, the newest last."""
    found: list[Wish] = []
    for other, name, expires, data in connection.execute(
        "SELECT author, name, expires, json FROM wishes WHERE author <> ? AND length(json) <= ?"
        " ORDER BY expires DESC LIMIT ?",
        (author, MAX_WISH, MAX_WISHES),
    ):
        with contextlib.suppress(ValueError, OverflowError, OSError, TypeError):
            found.append(Wish(int(other), str(name), datetime.fromtimestamp(expires, UTC), bytes(data)))
    return tuple(reversed(found))


def _values(
    connection: sqlite3.Connection,
    table: str,
    column: str,
    keys: list[str] | None,
    decode: Callable[[bytes], T | None],
) -> tuple[T, ...]:
    if not keys:
        return ()
    sql = f"SELECT json FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 - names above
    rows = connection.execute(sql, (codec.encode(keys).decode(),))
    found = (decode(row[0]) for row in rows if isinstance(row[0], bytes))
    return tuple(one for one in found if one is not None)


def _marks(connection: sqlite3.Connection, ids: list[str]) -> tuple[Mark, ...]:
    if not ids:
        return ()
    sql = "SELECT id, read, saved FROM marks WHERE id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(sql, (codec.encode(ids).decode(),))
    return tuple(Mark(str(one), bool(read), bool(saved)) for one, read, saved in rows)


def _polling(connection: sqlite3.Connection, names: list[str]) -> dict[str, bytes | None]:
    if not names:
        return {}
    sql = "SELECT name, json FROM polling WHERE length(json) <= ? AND name IN (SELECT value FROM json_each(?))"
    rows = dict(connection.execute(sql, (MAX_POLLING, codec.encode(names).decode())))
    return {name: bytes(rows[name]) if name in rows else None for name in names}
