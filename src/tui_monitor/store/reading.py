"""What is read of the database, and how: rows become values, those that are not understood are left out."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime
from math import isfinite
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from tui_monitor.domain.calendar_event import CalendarEvent
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange, RatingTable
from tui_monitor.domain.series import DailyBar, DailyHistory, Intraday
from tui_monitor.domain.session import Calendar
from tui_monitor.domain.text import clean_text
from tui_monitor.store import codec
from tui_monitor.store.rows import RATING_MARK

if TYPE_CHECKING:
    from tui_monitor.sources.api import Batch

T = TypeVar("T")


class Limits(msgspec.Struct, frozen=True):
    """How much of each kind is read at the start, newest first."""

    ratings: int = 2_000
    headlines: int = 1_000
    events: int = 2_000
    paths: frozenset[str] | None = None
    """Symbols whose paths are read, ``None`` for all: a day's path costs as much as ten quotes."""


class Snapshot(msgspec.Struct, frozen=True):
    """What the database knew at the start."""

    quotes: tuple[Quote, ...] = ()
    paths: tuple[Intraday, ...] = ()
    ratings: tuple[RatingChange, ...] = ()
    headlines: tuple[Headline, ...] = ()
    tables: tuple[RatingTable, ...] = ()
    events: tuple[CalendarEvent, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    seen_ratings: frozenset[str] = frozenset()
    """Keys of those rating changes that were looked at."""
    read: frozenset[str] = frozenset()
    """Ids of those headlines that were read."""
    saved: frozenset[str] = frozenset()
    """Ids of every headline that was saved."""

    def batch(self, received: datetime) -> Batch:
        """Return the values as a batch that the store of latest values takes in."""
        from tui_monitor.sources.api import Batch

        return Batch(
            source="database", received=received,
            quotes=self.quotes, paths=self.paths, ratings=self.ratings, headlines=self.headlines, tables=self.tables,
            events=self.events,
        )  # fmt: skip


def read_snapshot(connection: sqlite3.Connection, limits: Limits) -> Snapshot:
    """Return what the screen begins with."""
    newest = "SELECT json FROM headlines ORDER BY sort_time DESC LIMIT ?"
    headlines = decoded(connection, newest, (limits.headlines,), codec.decode_headline)
    read = connection.execute(
        "SELECT id FROM marks WHERE read = 1 AND id IN (SELECT id FROM headlines ORDER BY sort_time DESC LIMIT ?)",
        (limits.headlines,),
    )
    saved = connection.execute("SELECT id FROM marks WHERE saved = 1")
    newest_ratings = "SELECT json FROM ratings ORDER BY time DESC LIMIT ?"
    latest_events = "SELECT json FROM events ORDER BY last_day DESC LIMIT ?"
    seen = connection.execute(
        "SELECT key FROM ratings WHERE key IN (SELECT substr(id, ?) FROM marks WHERE read = 1 AND id GLOB ?)",
        (len(RATING_MARK) + 1, f"{RATING_MARK}*"),
    )
    return Snapshot(
        quotes=_quotes(connection),
        paths=read_paths(connection, limits.paths),
        ratings=decoded(connection, newest_ratings, (limits.ratings,), codec.decode_rating),
        headlines=headlines,
        tables=decoded(connection, "SELECT json FROM rating_tables", (), codec.decode_rating_table),
        events=decoded(connection, latest_events, (limits.events,), codec.decode_event),
        seen_ratings=frozenset(row[0] for row in seen),
        calendars=decoded(connection, "SELECT json FROM calendars", (), codec.decode_calendar),
        read=frozenset(row[0] for row in read),
        saved=frozenset(row[0] for row in saved),
    )


def read_paths(connection: sqlite3.Connection, symbols: Collection[str] | None) -> tuple[Intraday, ...]:
    """Return the paths of ``symbols``, of all for ``None``."""
    if symbols is None:
        return decoded(connection, "SELECT json FROM paths", (), codec.decode_path)
    rows = (connection.execute("SELECT json FROM paths WHERE symbol = ?", (symbol,)).fetchone() for symbol in symbols)
    found = (codec.decode_path(row[0]) for row in rows if row is not None and isinstance(row[0], bytes))
    return tuple(one for one in found if one is not None)


def _quotes(connection: sqlite3.Connection) -> tuple[Quote, ...]:
    """Return the last quotes, each as old as its last confirmation."""
    heard = read_receipts(connection, 0.0)
    quotes = decoded(connection, "SELECT json FROM quotes", (), codec.decode_quote)
    return tuple(
        replace(one, received=heard[one.symbol]) if heard.get(one.symbol, one.received) > one.received else one
        for one in quotes
    )


def read_receipts(connection: sqlite3.Connection, after: float) -> dict[str, datetime]:
    """Return when prices were last confirmed without a change, those after ``after`` (seconds of the epoch)."""
    found: dict[str, datetime] = {}
    for symbol, received in connection.execute("SELECT symbol, received FROM receipts WHERE received > ?", (after,)):
        with contextlib.suppress(ValueError, OverflowError, OSError, TypeError):
            found[clean_text(str(symbol), 24)] = datetime.fromtimestamp(received, UTC)
    return found


def read_history(connection: sqlite3.Connection, symbol: str) -> DailyHistory | None:
    """Return the daily bars of ``symbol``, dates rising, or ``None``."""
    head = connection.execute("SELECT received, source FROM histories WHERE symbol = ?", (symbol,)).fetchone()
    rows = connection.execute(
        "SELECT date, close, open, high, low, volume FROM daily WHERE symbol = ? ORDER BY date", (symbol,)
    ).fetchall()
    if head is None or not rows:
        return None
    bars = tuple(bar for bar in map(_bar, rows) if bar is not None)
    try:
        received = datetime.fromtimestamp(head[0], UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return DailyHistory(symbol=symbol, bars=bars, received=received, source=clean_text(head[1], 80))


def read_valuations(connection: sqlite3.Connection, symbol: str) -> tuple[tuple[date, float], ...]:
    """Return the forward price-earnings ratios of ``symbol``, one a session, dates rising."""
    found: list[tuple[date, float]] = []
    for day, ratio in connection.execute(
        "SELECT date, forward_pe FROM valuations WHERE symbol = ? ORDER BY date", (symbol,)
    ):
        with contextlib.suppress(ValueError):
            if isinstance(ratio, int | float) and isfinite(ratio) and ratio > 0.0:
                found.append((date.fromisoformat(str(day)), float(ratio)))
    return tuple(found)


def _bar(row: tuple[object, ...]) -> DailyBar | None:
    """Return a row as a bar; ``None`` for one that this program would not have written."""
    try:
        day = date.fromisoformat(str(row[0]))
    except ValueError:
        return None
    close, *others = (float(one) if isinstance(one, int | float) and isfinite(one) else None for one in row[1:])
    return None if close is None else DailyBar(day, close, *others)


def decoded(
    connection: sqlite3.Connection, sql: str, values: tuple[object, ...], decode: Callable[[bytes], T | None]
) -> tuple[T, ...]:
    """Return the values of a query whose only column is their JSON."""
    rows = connection.execute(sql, values)
    found = (decode(row[0]) for row in rows if isinstance(row[0], bytes))
    return tuple(one for one in found if one is not None)


def first(connection: sqlite3.Connection, sql: str, *values: object) -> str | None:
    """Return the only text of a query, ``None`` if it has no row."""
    row = connection.execute(sql, values).fetchone()
    return None if row is None else str(row[0])
