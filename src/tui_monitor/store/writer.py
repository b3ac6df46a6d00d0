"""The one thread that writes to the database.

What the event loop hands over is put in a queue by key, so that a quote that changed five times is written once.
The thread takes the whole queue at most twice a second and writes it in one transaction. While the disk refuses, the
queue keeps the newest values up to its bound and every try is told once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime
from typing import TYPE_CHECKING

from tui_monitor.store import changes, rows
from tui_monitor.store.database import is_corrupt
from tui_monitor.store.retention import Retention

if TYPE_CHECKING:
    from tui_monitor.domain.series import DailyBar
    from tui_monitor.domain.session import Calendar
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import Applied

INTERVAL = 0.5
"""Seconds between two transactions at the least."""

CAPACITY = 20_000
"""Values that wait at the most; beyond it the longest waiting one is dropped."""

RETRY = 5.0
"""Seconds before the next try after the disk refused."""

CLOSING = 2.0
"""Seconds that closing waits for the last transaction."""

Work = Callable[[sqlite3.Connection], None]
"""Something to do within a transaction, on the writer thread."""

_log = logging.getLogger(__name__)


class Writer:
    """Writes behind the event loop; no method waits for the disk except ``flush`` and ``aclose``, which await."""

    def __init__(
        self, database: Database, *, interval: float = INTERVAL, capacity: int = CAPACITY, retry: float = RETRY
    ) -> None:
        self.problem: str | None = None
        """Why nothing can be written now, in a sentence; ``None`` while all is well."""
        self.dropped = 0
        """Values that were lost because the queue was full."""
        self._database = database
        self._interval = interval
        self._capacity = capacity
        self._retry = retry
        self._pending: dict[Hashable, Work] = {}
        self._waiting: list[Callable[[bool], None]] = []
        self._wake = threading.Condition()
        self._closing = False
        self._serial = 0
        self._retention = Retention(database)
        self._thread = threading.Thread(target=self._run, name="database-writer", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """Values that wait to be written."""
        return len(self._pending)

    # What to write

    def put_applied(self, applied: Applied) -> None:
        """Write what a batch changed."""
        work: dict[Hashable, Work] = {}
        for quote in applied.quotes:
            work["quote", quote.symbol] = rows.put_quote(quote)
        for path in applied.paths:
            work["path", path.symbol] = rows.put_path(path)
        for history in applied.histories:
            work["history", history.symbol] = rows.put_history(history)
        for rating in applied.ratings:
            work["rating", rating.key] = rows.put_rating(rating)
        for headline in applied.headlines:
            work["headline", headline.id] = rows.put_headline(headline)
        for table in applied.tables:
            work["rating-table", table.symbol] = rows.put_rating_table(table)
        for event in applied.events:
            work["event", event.key] = rows.put_event(event)
        for symbol, received in applied.heard:
            work["receipt", symbol] = rows.put_receipt(symbol, received)
        self._put(work)

    def put_calendar(self, calendar: Calendar) -> None:
        """Keep the trading days of an exchange."""
        self._put({("calendar", calendar.mic): rows.put_calendar(calendar, self._database.now())})

    def put_own_bar(self, symbol: str, bar: DailyBar) -> None:
        """Keep the bar of a session that the program has seen end; a provider's bar of that date stands."""
        self._put({("own-bar", symbol, bar.date): rows.put_own_bar(symbol, bar, self._database.now())})

    def put_valuation(self, symbol: str, day: date, forward_pe: float, coverage: float) -> None:
        """Keep the forward price-earnings ratio of an index at the end of a session, ``coverage`` a fraction of one."""
        self._put({("valuation", symbol, day): rows.put_valuation(symbol, day, forward_pe, coverage)})

    def mark_read(self, ids: Iterable[str], read: bool = True) -> None:
        """Keep that headlines were read, or are unread again."""
        now = self._database.now()
        self._put({("read", one): rows.put_mark(one, "read", read, now) for one in ids})

    def mark_seen(self, keys: Iterable[str], seen: bool = True) -> None:
        """Keep that rating changes were looked at, or are unread again."""
        self.mark_read((f"{rows.RATING_MARK}{key}" for key in keys), seen)

    def mark_saved(self, ids: Iterable[str], saved: bool = True) -> None:
        """Keep headlines beyond their expiry, or no longer."""
        now = self._database.now()
        self._put({("saved", one): rows.put_mark(one, "saved", saved, now) for one in ids})

    def put_polling(self, name: str, data: bytes | None) -> None:
        """Keep how a source or host fares, for the monitors that do not poll; ``None`` for one that is no more."""
        self._put({("polling", name): rows.put_polling(name, data)})

    def put_wish(self, name: str, expires: datetime, data: bytes) -> None:
        """Keep what this monitor wants of the one that polls."""
        self._put({("wish", name): rows.put_wish(self._database.author, name, expires, data)})

    def set_meta(self, key: str, value: str) -> None:
        """Keep a short text under a name."""
        self._put({("meta", key): rows.put_meta(key, value)})

    def submit(self, work: Work) -> None:
        """Do ``work`` within the next transaction. What it raises of its own is logged and undone alone."""
        self._serial += 1
        self._put({("work", self._serial): _contained(work)})

    def _put(self, work: dict[Hashable, Work]) -> None:
        if not work:
            return
        with self._wake:
            pending = self._pending
            if len(work) + len(pending) > self._capacity:
                for key in work:
                    pending.pop(key, None)
                for key in list(pending)[: max(0, len(pending) + len(work) - self._capacity)]:
                    del pending[key]
                    self.dropped += 1
            waiting = bool(pending)
            pending.update(work)
            if not waiting:
                # Who waits with something to write knows already when.
                self._wake.notify()

    # Waiting

    async def flush(self) -> bool:
        """Wait until all that was handed over has been tried; return whether all of it is stored."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def answer(stored: bool) -> None:
            if not done.done():
                done.set_result(stored)

        def settle(stored: bool) -> None:
            # The loop may be closed by the time that the disk answers.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(answer, stored)

        if not self._thread.is_alive():
            return not self._pending
        with self._wake:
            self._waiting.append(settle)
            self._wake.notify()
        return await done

    async def aclose(self) -> bool:
        """Write what is left and end the thread, within ``CLOSING`` seconds; return whether all of it is stored."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + CLOSING
        stored = False
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                stored = await self.flush()
        with self._wake:
            self._closing = True
            self._wake.notify()
        # The thread has nothing left to do; a join would hold the loop if the disk hangs.
        while self._thread.is_alive() and loop.time() < deadline:  # noqa: ASYNC110 - a thread's end is no event
            await asyncio.sleep(0.002)
        return stored

    def close(self) -> bool:
        """As ``aclose``, for signals and programs without an event loop."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join(CLOSING)
        return not self._thread.is_alive() and not self._pending

    # The thread

    def _run(self) -> None:
        next_write = 0.0
        while True:
            with self._wake:
                while True:
                    now = time.monotonic()
                    urgent = bool(self._waiting) or self._closing
                    if urgent or (self._pending and now >= next_write):
                        break
                    self._wake.wait(next_write - now if self._pending else self._retention.seconds_left(now))
                    if not self._pending and self._retention.due(time.monotonic()):
                        break
                work, waiting, closing = self._pending, self._waiting, self._closing
                self._pending, self._waiting = {}, []
            # Not as soon as the thread begins: that is while the first paint is read.
            if self._database.unchecked and (work or not closing) and not self._database.check():
                _log.warning("the database was broken; see its notices")
            stored = self._write(work)
            for settle in waiting:
                settle(stored)
            if closing:
                return
            next_write = time.monotonic() + (self._interval if stored else self._retry)
            if stored and not waiting and self._retention.due(time.monotonic()):
                self._retention.run()

    def _write(self, work: dict[Hashable, Work]) -> bool:
        """Write one transaction; put everything back in the queue when the disk refuses."""
        if not work:
            return True
        try:
            self._transact(work)
        except (sqlite3.Error, OSError) as error:
            self._refused(work, error)
            return False
        if self.problem is not None:
            _log.info("the database is written again")
            self.problem = None
        return True

    def _transact(self, work: dict[Hashable, Work]) -> None:
        self._database.renew()
        with self._database.writing() as connection:
            done: list[Hashable] = []
            for key, one in work.items():
                try:
                    one(connection)
                    done.append(key)
                except sqlite3.Error as error:
                    if isinstance(error, sqlite3.OperationalError) or is_corrupt(error):
                        raise
                    _log.warning("%s was not stored: %s", key, error)
                except Exception:  # noqa: BLE001 - one value that cannot be encoded must not lose the others
                    _log.warning("%s was not stored", key, exc_info=True)
            if not self._database.in_memory:
                changes.note(connection, self._database.author, done)

    def _refused(self, work: dict[Hashable, Work], error: Exception) -> None:
        if self.problem is None:
            self.problem = f"The database cannot be written ({error}); new data is kept in memory until it can."
            _log.warning("%s", self.problem)
        with self._wake:
            # What came meanwhile is newer and wins.
            self._pending = {**{key: one for key, one in work.items() if key not in self._pending}, **self._pending}
            for key in list(self._pending)[: max(0, len(self._pending) - self._capacity)]:
                del self._pending[key]
                self.dropped += 1


def _contained(work: Work) -> Work:
    """Return ``work`` so that, where it fails of its own, only what it did is undone."""

    def run(connection: sqlite3.Connection) -> None:
        connection.execute("SAVEPOINT work")
        try:
            work(connection)
        except BaseException:
            connection.execute("ROLLBACK TO work")
            connection.execute("RELEASE work")
            raise
        connection.execute("RELEASE work")

    return run
