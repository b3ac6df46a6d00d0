"""The database: what was known when the program last ran, read at the start before any network.

A file that cannot be used never stops the program. A broken one is set aside under a name that is told, and a new
one begun; where nothing can be written, the stored values are read once and kept in memory. Writing is the
``Writer``'s, on its own connection; readers are quick and may be called from any thread.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui_monitor.domain.headline import Headline
from tui_monitor.domain.series import DailyHistory, Intraday
from tui_monitor.store import codec
from tui_monitor.store.changes import Changes, Wish, last_number, read_changes, read_wishes
from tui_monitor.store.database_file import alone_in, free_name, move_aside, remove_log
from tui_monitor.store.reading import (
    Limits,
    Snapshot,
    decoded,
    first,
    read_history,
    read_paths,
    read_snapshot,
    read_valuations,
)
from tui_monitor.store.schema import BrokenFileError, NewerSchemaError, check_schema, migrate

if TYPE_CHECKING:
    from tui_monitor.sources.api import Now

__all__ = ["Database", "Limits", "Snapshot", "is_corrupt"]

T = TypeVar("T")

CHECKED_AT_OPEN = 512 * 1024
"""Bytes of the largest file that is checked before it is used; a larger one is checked by the writer thread before it
writes: five hundred symbols take some milliseconds of the first paint, fifty thousand headlines sixty."""

CACHED = -512
"""Pages that each connection keeps, in kB by SQLite's way of counting: the kernel has the file in memory as well."""

OPEN_TRIES = 5
"""How often a file that is taken away while it is opened is tried: the next one stands there a moment later."""

OPEN_PAUSE = 0.02
"""Seconds between two of them."""

BUSY_SECONDS = 2.0
"""How long a statement waits for another process's transaction."""


class Database:
    """An open database. ``notices`` holds a sentence for each thing that went wrong with the file."""

    def __init__(self, path: Path | None, now: Now) -> None:
        self.path = path
        """The file, ``None`` for one in memory from the beginning."""
        self.now = now
        self.notices: list[str] = []
        self.in_memory = path is None
        """Nothing is kept when the program ends."""
        self.unchecked = False
        """The file is large and its check is left to the writer thread."""
        self.author = int.from_bytes(os.urandom(6), "big")
        """Tells this program's changes from those of others that have the file open."""
        self.generation = 0
        """Grows each time that another file is opened under the path."""
        self._inode: int | None = None
        self._lock = threading.RLock()
        self._in_transaction = threading.Lock()
        self._reader: sqlite3.Connection
        self._writer: sqlite3.Connection

    @classmethod
    def open(cls, path: Path | None, *, now: Now) -> Database:
        """Open the file, or begin it. Never raises for what is in the way: see ``notices`` and ``in_memory``."""
        database = cls(path, now)
        if path is None:
            database._use_memory()
        else:
            database._open_file(path)
        return database

    # Reading

    def read_latest(self, limits: Limits | None = None) -> Snapshot:
        """Return what the screen begins with. Rows that cannot be understood are left out."""
        bounds = limits or Limits()
        return self._read(lambda connection: read_snapshot(connection, bounds), Snapshot())

    def read_paths(self, symbols: Collection[str]) -> tuple[Intraday, ...]:
        """Return the stored paths of ``symbols``, as far as there are any."""
        return self._read(lambda connection: read_paths(connection, symbols), ())

    def read_history(self, symbol: str) -> DailyHistory | None:
        """Return the stored daily bars of ``symbol``, dates rising, or ``None``."""
        return self._read(lambda connection: read_history(connection, symbol), None)

    def read_valuations(self, symbol: str) -> tuple[tuple[date, float], ...]:
        """Return the stored forward price-earnings ratios of ``symbol``, one a session, dates rising."""
        return self._read(lambda connection: read_valuations(connection, symbol), ())

    def search_headlines(self, text: str, limit: int = 500) -> tuple[Headline, ...]:
        """Return the newest headlines that hold all words of ``text`` (beginnings of words; Chinese anywhere)."""
        query = codec.search_query(text)
        if query is None:
            return ()
        sql = (
            "SELECT json FROM headlines WHERE row IN (SELECT rowid FROM headline_words WHERE headline_words MATCH ?)"
            " ORDER BY sort_time DESC LIMIT ?"
        )
        return self._read(lambda connection: decoded(connection, sql, (query, limit), codec.decode_headline), ())

    def read_headlines(
        self, *, before: datetime | None = None, before_id: str = "", limit: int = 1_000, saved: bool = False
    ) -> tuple[Headline, ...]:
        """Return headlines older than ``before``, newest first; only saved ones if asked.

        Of those of exactly that moment, the ones whose id is less than ``before_id`` count as older: with the last
        headline's time and id the next page follows without a gap, however many share its moment.
        """
        bound = before.timestamp() if before is not None else 1e18
        sql = (
            "SELECT json FROM headlines WHERE (sort_time, id) < (?, ?)"
            " AND (NOT ? OR id IN (SELECT id FROM marks WHERE saved = 1)) ORDER BY sort_time DESC, id DESC LIMIT ?"
        )
        values = (bound, before_id, saved, limit)
        return self._read(lambda connection: decoded(connection, sql, values, codec.decode_headline), ())

    def read_marks(self, ids: Sequence[str]) -> frozenset[str]:
        """Return those of ``ids`` that were read."""
        sql = "SELECT id FROM marks WHERE read = 1 AND id IN (SELECT value FROM json_each(?))"
        wanted = codec.encode(list(ids)).decode()
        return self._read(
            lambda connection: frozenset(row[0] for row in connection.execute(sql, (wanted,))), frozenset()
        )

    def last_change(self) -> int:
        """Return the number of the last change that anybody noted."""
        return self._read(last_number, 0)

    def version(self) -> int:
        """Return a number that is another one after somebody has written to the file; it means nothing by itself."""
        return self._read(lambda connection: int(connection.execute("PRAGMA data_version").fetchone()[0]), 0)

    @property
    def log_file(self) -> Path | None:
        """The file that nearly always changes when somebody writes; ``None`` in memory."""
        return None if self.path is None else self.path.with_name(f"{self.path.name}-wal")

    def read_changes(self, after: int, heard: float) -> Changes:
        """Return what others have written since change number ``after``, or a part of it.

        ``heard`` is the moment of the last receipt that is known, in seconds of the epoch.
        """
        return self._read(lambda connection: read_changes(connection, after, self.author, heard), Changes(after))

    def read_polling(self) -> dict[str, bytes]:
        """Return what the monitor that polls has told of its sources and hosts, by name."""
        sql = "SELECT name, json FROM polling"
        return self._read(lambda connection: {str(name): bytes(data) for name, data in connection.execute(sql)}, {})

    def read_wishes(self) -> tuple[Wish, ...]:
        """Return what the other monitors want."""
        return self._read(lambda connection: read_wishes(connection, self.author), ())

    def get_meta(self, key: str) -> str | None:
        """Return the text that was set under ``key``."""
        return self._read(lambda connection: first(connection, "SELECT value FROM meta WHERE key = ?", key), None)

    def _read(self, work: Callable[[sqlite3.Connection], T], default: T) -> T:
        """Do ``work``; a file that turns out broken is set aside and gives ``default``."""
        with self._lock:
            try:
                return work(self._reader)
            except sqlite3.Error as error:
                if is_corrupt(error):
                    self._set_aside_live()
                else:
                    self._note(f"The database could not be read ({error}).")
                return default

    # Life

    def renew(self) -> bool:
        """Open the file that stands under the path now, or begin one, where it is another one than is open.

        It was deleted, or another program set it aside: what is written to the old one nobody finds again. Return
        whether that was so; where nothing changed it costs one look.
        """
        path = self.path
        if path is None or self.in_memory or self._inode is None:
            return False
        try:
            if os.stat(path).st_ino == self._inode:  # noqa: PTH116 - with each transaction
                return False
        except FileNotFoundError:
            pass
        except OSError:
            return False
        if not self._in_transaction.acquire(blocking=False):
            # The next look finds it still so.
            return False
        try:
            with self._lock:
                deleted = not path.exists()
                self._close()
                self._open_file(path)
                self.generation += 1
                if not self.in_memory:
                    self._note(
                        f"{path} was deleted; a new one was begun, and what stood in the old one alone is gone."
                        if deleted
                        else f"{path} was replaced; the one that stands there now is used."
                    )
        finally:
            self._in_transaction.release()
        return True

    def check(self) -> bool:
        """Check the file's integrity; set a broken one aside and begin a new one. Return whether it was sound."""
        # Only the writing connection is needed: who reads meanwhile, as the first paint does, does not wait for it.
        with self._in_transaction:
            self.unchecked = False
            if self.in_memory or self.path is None:
                return True
            generation = self.generation
            try:
                row = self._writer.execute("PRAGMA quick_check(1)").fetchone()
                sound = row is not None and row[0] == "ok"
            except sqlite3.DatabaseError as error:
                if not is_corrupt(error):
                    return True
                sound = False
            with self._lock:
                # Who read it meanwhile may have found out too.
                if not sound and self.generation == generation:
                    self._replace_broken(self.path)
            return sound

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give the writing connection within one transaction. For the writer thread alone.

        A broken file is set aside before the error is passed on, so that a second try finds a new one.
        """
        lock = self._lock if self.in_memory else self._in_transaction
        with lock:
            connection = self._writer
            try:
                connection.execute("BEGIN IMMEDIATE")
                yield connection
                connection.execute("COMMIT")
            except BaseException as error:
                with contextlib.suppress(sqlite3.Error):
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError) and is_corrupt(error):
                    self._set_aside_live()
                raise

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """Begin no transaction meanwhile: who is stopped within one keeps all others from writing."""
        held = self._in_transaction.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if held:
                self._in_transaction.release()

    def close(self) -> None:
        """Close the connections; may be called twice. The last one to close folds the log into the file."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        for connection in {id(one): one for one in (self._reader, self._writer)}.values():
            with contextlib.suppress(sqlite3.Error):
                connection.close()

    # How a file is opened

    def _open_file(self, path: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for left in reversed(range(OPEN_TRIES)):
                try:
                    with alone_in(path.parent):
                        # Made by us with its mode, so that no moment exists at which others can read it.
                        self._begin_file(path)
                        self._connect(path)
                    return
                except sqlite3.OperationalError as error:
                    # Somebody deletes the file or its log under our hands: no disk is broken by that.
                    if not left or not _under_our_hands(error):
                        raise
                time.sleep(OPEN_PAUSE)
        except NewerSchemaError:
            self._use_memory()
            self._note(f"{path} was written by a newer version and is left alone; nothing is kept.")
        except sqlite3.DatabaseError as error:
            if is_corrupt(error):
                # The folder's lock is free again: that takes it for itself.
                self._replace_broken(path)
            else:
                self._use_copy(path, str(error))
        except OSError as error:
            self._use_copy(path, (error.strerror or str(error)).lower())

    def _begin_file(self, path: Path) -> None:
        """Make sure that there is a file of the owner's alone, and remember which one it is."""
        if not path.exists():
            # Those of a file that was deleted: others may have them open still, and a new one shares nothing.
            remove_log(path)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            inode = os.fstat(handle).st_ino
        finally:
            os.close(handle)
        # Some file systems number a file anew with each look: there nothing tells one from another.
        self._inode = inode if path.stat().st_ino == inode else None

    def _connect(self, path: Path) -> None:
        writer = _connection(path)
        try:
            size = path.stat().st_size
            if size == 0:
                # Only possible before the first table: lets retention give space back to the disk.
                writer.execute("PRAGMA auto_vacuum = INCREMENTAL")
            writer.execute("PRAGMA journal_mode = WAL")
            writer.execute("PRAGMA synchronous = NORMAL")
            writer.execute(f"PRAGMA journal_size_limit = {16 * 1024 * 1024}")
            if 0 < size <= CHECKED_AT_OPEN:
                row = writer.execute("PRAGMA quick_check(1)").fetchone()
                if row is None or row[0] != "ok":
                    raise BrokenFileError("quick_check failed")
            self.unchecked = size > CHECKED_AT_OPEN
            migrate(writer)
            check_schema(writer)
            reader = _connection(path)
            reader.execute("PRAGMA query_only = ON")
            for one in (writer, reader):
                one.execute(f"PRAGMA cache_size = {CACHED}")
        except BaseException:
            writer.close()
            raise
        self._writer, self._reader = writer, reader
        self.in_memory = False

    def _replace_broken(self, path: Path) -> None:
        """Set the file aside under a name with the time, and begin a new one."""
        with self._lock:
            for connection in (getattr(self, "_reader", None), getattr(self, "_writer", None)):
                if connection is not None:
                    with contextlib.suppress(sqlite3.Error):
                        connection.close()
            aside = free_name(path, self.now())
            try:
                with alone_in(path.parent):
                    replaced = self._inode is not None and path.exists() and path.stat().st_ino != self._inode
                    if not replaced:
                        move_aside(path, aside)
                    self._begin_file(path)
                    self._connect(path)
                self.generation += 1
            except (OSError, sqlite3.DatabaseError) as error:
                self._use_memory()
                self._note(f"{path} is broken and cannot be set aside ({error}); nothing is kept.")
                return
            if replaced:
                # Another of our programs was first; what it began is not broken.
                self._note(f"{path} was broken; another tui-monitor set it aside and began a new one.")
            else:
                self._note(f"{path} was broken and is now {aside.name}; a new one was begun.")

    def _set_aside_live(self) -> None:
        if self.path is not None and not self.in_memory:
            self._replace_broken(self.path)

    def _use_memory(self) -> None:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        migrate(connection)
        self._reader = self._writer = connection
        self.in_memory = True

    def _use_copy(self, path: Path, reason: str) -> None:
        """Read what the file holds into memory, for a disk or folder that cannot be written."""
        self._use_memory()
        with contextlib.suppress(sqlite3.Error, OSError, NewerSchemaError):
            # immutable: SQLite takes no lock and needs no file beside it, neither of which can be made here.
            source = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            with contextlib.closing(source):
                if source.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                    source.backup(self._writer)
                    self._writer.execute("PRAGMA journal_mode = MEMORY")
                    migrate(self._writer)
        self._note(f"{path} cannot be written ({reason}); new data is kept in memory only.")

    def _note(self, sentence: str) -> None:
        self.notices.append(sentence)


def _under_our_hands(error: sqlite3.Error) -> bool:
    """Whether an error comes of a file that was deleted or moved while it was opened."""
    code = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_IOERR or code == sqlite3.SQLITE_READONLY_DBMOVED


def is_corrupt(error: sqlite3.Error) -> bool:
    """Whether an error says that the file itself is broken, not that something is in its way."""
    if isinstance(error, BrokenFileError):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF) in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _connection(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
