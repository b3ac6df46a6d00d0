"""How each kind of value becomes rows: functions that write one value within a transaction.

Encoding happens when the function is called, on the writer thread, so that the event loop only builds it. What comes
by the thousand is a value and not a closure: it weighs less, and no collection of garbage goes through it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from typing import Literal

import msgspec

from tui_monitor.domain.calendar_event import CalendarEvent
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange, RatingTable
from tui_monitor.domain.series import OWN, DailyBar, DailyHistory, Intraday
from tui_monitor.domain.session import Calendar
from tui_monitor.store.codec import encode, search_terms

Row = Callable[[sqlite3.Connection], None]


def _execute(sql: str, values: Callable[[], tuple[object, ...]]) -> Row:
    def run(connection: sqlite3.Connection) -> None:
        connection.execute(sql, values())

    return run


class _Dated(msgspec.Struct, frozen=True, gc=False):
    """Writes one value by its name and a time."""

    sql: str
    name: str
    moment: datetime
    value: object

    def __call__(self, connection: sqlite3.Connection) -> None:
        connection.execute(self.sql, (self.name, self.moment.timestamp(), encode(self.value)))


class _Receipt(msgspec.Struct, frozen=True, gc=False):
    """Writes that a price was confirmed."""

    symbol: str
    received: datetime

    def __call__(self, connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO receipts (symbol, received) VALUES (?, ?)",
            (self.symbol, self.received.timestamp()),
        )


# A program that was stopped with values in its hands must not write them over what others had since. What was stored
# under a clock that ran ahead counts for nothing.
_NEWER = (
    "INSERT INTO {table} (symbol, received, json) VALUES (?, ?, ?) ON CONFLICT (symbol) DO UPDATE SET"
    " received = excluded.received, json = excluded.json"
    " WHERE excluded.received >= {table}.received OR {table}.received > strftime('%s', 'now') + 1"
)
_QUOTE = _NEWER.format(table="quotes")
_PATH = _NEWER.format(table="paths")
_RATING = "INSERT OR REPLACE INTO ratings (key, time, json) VALUES (?, ?, ?)"
_RATING_TABLE = "INSERT OR REPLACE INTO rating_tables (symbol, asked, json) VALUES (?, ?, ?)"


def put_quote(quote: Quote) -> Row:
    """Write the last quote of a symbol."""
    return _Dated(_QUOTE, quote.symbol, quote.received, quote)


def put_path(path: Intraday) -> Row:
    """Write the path of a symbol's session."""
    return _Dated(_PATH, path.symbol, path.received, path)


def put_history(history: DailyHistory) -> Row:
    """Write daily bars; a bar of the same date is replaced, others stay."""

    def run(connection: sqlite3.Connection) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO histories (symbol, received, source) VALUES (?, ?, ?)",
            (history.symbol, history.received.timestamp(), history.source),
        )
        connection.executemany(
            "INSERT INTO daily (symbol, date, close, open, high, low, volume, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (symbol, date) DO UPDATE SET close = excluded.close, open = excluded.open,"
            " high = excluded.high, low = excluded.low, volume = excluded.volume, source = excluded.source"
            # Twenty years of bars come again with each answer; only what differs is written.
            " WHERE (close, open, high, low, volume) IS NOT"
            " (excluded.close, excluded.open, excluded.high, excluded.low, excluded.volume) OR daily.source = 'own'",
            (
                (
                    history.symbol,
                    bar.date.isoformat(),
                    bar.close,
                    bar.open,
                    bar.high,
                    bar.low,
                    bar.volume,
                    history.source,
                )
                for bar in history.bars
            ),
        )

    return run


def put_own_bar(symbol: str, bar: DailyBar, now: datetime) -> Row:
    """Write a session's bar that the program has seen itself; a provider's bar of that date stands."""

    def run(connection: sqlite3.Connection) -> None:
        # A history needs its head even if no provider has delivered any bar of it.
        connection.execute(
            "INSERT OR IGNORE INTO histories (symbol, received, source) VALUES (?, ?, ?)",
            (symbol, now.timestamp(), OWN),
        )
        connection.execute(
            "INSERT INTO daily (symbol, date, close, open, high, low, volume, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (symbol, date) DO UPDATE SET close = excluded.close, open = excluded.open,"
            " high = excluded.high, low = excluded.low, volume = excluded.volume WHERE daily.source = excluded.source",
            (symbol, bar.date.isoformat(), bar.close, bar.open, bar.high, bar.low, bar.volume, OWN),
        )

    return run


def put_valuation(symbol: str, day: date, forward_pe: float, coverage: float) -> Row:
    """Write the ratio of an index at the end of a session; one a day, the last stands."""
    return _execute(
        "INSERT OR REPLACE INTO valuations (symbol, date, forward_pe, coverage) VALUES (?, ?, ?, ?)",
        lambda: (symbol, day.isoformat(), forward_pe, coverage),
    )


def put_rating(rating: RatingChange) -> Row:
    """Write a rating change."""
    return _Dated(_RATING, rating.key, rating.time, rating)


def put_rating_table(table: RatingTable) -> Row:
    """Write what a provider's table was like."""
    return _Dated(_RATING_TABLE, table.symbol, table.asked, table)


def put_event(event: CalendarEvent) -> Row:
    """Write an event of the calendar."""
    return _execute(
        "INSERT OR REPLACE INTO events (key, last_day, json) VALUES (?, ?, ?)",
        lambda: (event.key, event.end_day.isoformat(), encode(event)),
    )


class _HeadlineRow(msgspec.Struct, frozen=True, gc=False):
    """Writes one headline and its words."""

    headline: Headline

    def __call__(self, connection: sqlite3.Connection) -> None:
        one = self.headline
        connection.execute(
            "INSERT INTO headlines (id, sort_time, received, json, terms) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE"
            " SET sort_time = excluded.sort_time, json = excluded.json, terms = excluded.terms",
            (one.id, one.sort_time.timestamp(), one.received.timestamp(), encode(one), search_terms(one)),
        )


def put_headline(headline: Headline) -> Row:
    """Write a headline and its words; its marks stay."""
    return _HeadlineRow(headline)


def put_calendar(calendar: Calendar, now: datetime) -> Row:
    """Write the trading days of an exchange."""
    return _execute(
        "INSERT OR REPLACE INTO calendars (mic, received, json) VALUES (?, ?, ?)",
        lambda: (calendar.mic, now.timestamp(), encode(calendar)),
    )


_MARK = {
    name: f"INSERT INTO marks (id, {name}, changed) VALUES (?, ?, ?)"  # noqa: S608 - the two names below
    f" ON CONFLICT (id) DO UPDATE SET {name} = excluded.{name}, changed = excluded.changed"
    for name in ("read", "saved")
}


WISH_SECONDS = 600.0
"""Seconds that a wish is kept for at the most, whether it was heard or not."""

RATING_MARK = "rating:"
"""Begins the id of a rating change's mark, so that it is none of a headline."""


def put_mark(identity: str, name: Literal["read", "saved"], value: bool, now: datetime) -> Row:
    """Write one mark of a headline, which may not be stored itself; of a rating change with ``RATING_MARK``."""
    return _execute(_MARK[name], lambda: (identity, int(value), now.timestamp()))


def put_receipt(symbol: str, received: datetime) -> Row:
    """Write that the price of a symbol was confirmed without a change."""
    return _Receipt(symbol, received)


def put_polling(name: str, data: bytes | None) -> Row:
    """Write how a source or host fares for the other monitors; ``None`` for one that is no more."""
    if data is None:
        return _execute("DELETE FROM polling WHERE name = ?", lambda: (name,))
    return _execute("INSERT OR REPLACE INTO polling (name, json) VALUES (?, ?)", lambda: (name, data))


def put_wish(author: int, name: str, expires: datetime, data: bytes) -> Row:
    """Write what a monitor wants of the one that polls; what has expired of anybody's goes."""

    def run(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM wishes WHERE expires < ?", (expires.timestamp() - WISH_SECONDS,))
        connection.execute(
            "INSERT OR REPLACE INTO wishes (author, name, expires, json) VALUES (?, ?, ?, ?)",
            (author, name, expires.timestamp(), data),
        )

    return run


def put_meta(key: str, value: str) -> Row:
    """Write a short text under a name."""
    return _execute("INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", lambda: (key, value))
