"""The tables of ``monitor.db`` and how older files become newer ones.

``PRAGMA user_version`` holds the number of the last migration that ran. A migration is a list of statements and
is never changed once released: what comes later is a new one.
"""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # Values as JSON of the domain's own fields; what is asked for by SQL has a column beside it.
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE quotes (symbol TEXT PRIMARY KEY, received REAL NOT NULL, json BLOB NOT NULL) WITHOUT ROWID",
        "CREATE TABLE paths (symbol TEXT PRIMARY KEY, received REAL NOT NULL, json BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE histories (symbol TEXT PRIMARY KEY, received REAL NOT NULL, source TEXT NOT NULL)
           WITHOUT ROWID""",
        """CREATE TABLE daily (
             symbol TEXT NOT NULL, date TEXT NOT NULL, close REAL NOT NULL,
             open REAL, high REAL, low REAL, volume REAL, source TEXT NOT NULL,
             PRIMARY KEY (symbol, date)) WITHOUT ROWID""",
        "CREATE TABLE ratings (key TEXT PRIMARY KEY, time REAL NOT NULL, json BLOB NOT NULL) WITHOUT ROWID",
        "CREATE INDEX ratings_by_time ON ratings (time)",
        """CREATE TABLE headlines (
             row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, sort_time REAL NOT NULL, received REAL NOT NULL,
             json BLOB NOT NULL, terms TEXT NOT NULL)""",
        "CREATE INDEX headlines_by_time ON headlines (sort_time)",
        # Marks outlive their headlines: a feed may carry an item for longer than we keep it.
        """CREATE TABLE marks (
             id TEXT PRIMARY KEY, read INTEGER NOT NULL DEFAULT 0, saved INTEGER NOT NULL DEFAULT 0,
             changed REAL NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX marks_saved ON marks (saved) WHERE saved = 1",
        "CREATE TABLE calendars (mic TEXT PRIMARY KEY, received REAL NOT NULL, json BLOB NOT NULL) WITHOUT ROWID",
        # External content: the index holds no second copy of the words.
        """CREATE VIRTUAL TABLE headline_words USING fts5 (
             terms, content = 'headlines', content_rowid = 'row', tokenize = 'unicode61 remove_diacritics 2')""",
        """CREATE TRIGGER headlines_added AFTER INSERT ON headlines BEGIN
             INSERT INTO headline_words (rowid, terms) VALUES (new.row, new.terms); END""",
        """CREATE TRIGGER headlines_removed AFTER DELETE ON headlines BEGIN
             INSERT INTO headline_words (headline_words, rowid, terms) VALUES ('delete', old.row, old.terms); END""",
        """CREATE TRIGGER headlines_changed AFTER UPDATE OF terms ON headlines WHEN old.terms IS NOT new.terms BEGIN
             INSERT INTO headline_words (headline_words, rowid, terms) VALUES ('delete', old.row, old.terms);
             INSERT INTO headline_words (rowid, terms) VALUES (new.row, new.terms); END""",
    ),
    (
        """CREATE TABLE valuations (
             symbol TEXT NOT NULL, date TEXT NOT NULL, forward_pe REAL NOT NULL, coverage REAL NOT NULL,
             PRIMARY KEY (symbol, date)) WITHOUT ROWID""",
    ),
    ("CREATE TABLE rating_tables (symbol TEXT PRIMARY KEY, asked REAL NOT NULL, json BLOB NOT NULL) WITHOUT ROWID",),
    (
        # What several monitors of one person tell each other; see ``changes``.
        """CREATE TABLE changes (
             number INTEGER PRIMARY KEY, author INTEGER NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL)""",
        "CREATE TABLE receipts (symbol TEXT PRIMARY KEY, received REAL NOT NULL) WITHOUT ROWID",
        "CREATE TABLE polling (name TEXT PRIMARY KEY, json BLOB NOT NULL) WITHOUT ROWID",
        """CREATE TABLE wishes (
             author INTEGER NOT NULL, name TEXT NOT NULL, expires REAL NOT NULL, json BLOB NOT NULL,
             PRIMARY KEY (author, name)) WITHOUT ROWID""",
    ),
    (
        "CREATE TABLE events (key TEXT PRIMARY KEY, last_day TEXT NOT NULL, json BLOB NOT NULL) WITHOUT ROWID",
        "CREATE INDEX events_by_day ON events (last_day)",
    ),
)
"""Statements by version, the first one making version 1."""

SCHEMA_VERSION = len(MIGRATIONS)
"""The version that this program writes."""


_FIRST_TABLES = {
    "meta", "quotes", "paths", "histories", "daily", "ratings", "headlines", "marks", "calendars", "headline_words",
}  # fmt: skip

TABLES = frozenset(
    _FIRST_TABLES | {"valuations", "rating_tables", "changes", "receipts", "polling", "wishes", "events"}
)
"""Every table of ``SCHEMA_VERSION``."""


class BrokenFileError(sqlite3.DatabaseError):
    """The file is no sound database of this program."""


class NewerSchemaError(Exception):
    """The file was written by a newer program; it is left alone."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring the file to ``SCHEMA_VERSION``, each step in a transaction of its own.

    Raises ``NewerSchemaError`` where the file is ahead. The connection must be in autocommit mode. Two programs may
    start at once: the version is read again once the write lock is held.
    """
    while True:
        version = schema_version(connection)
        if version > SCHEMA_VERSION:
            raise NewerSchemaError(f"version {version}, this program knows {SCHEMA_VERSION}")
        if version == SCHEMA_VERSION:
            return
        connection.execute("BEGIN IMMEDIATE")
        try:
            if schema_version(connection) == version:
                for statement in MIGRATIONS[version]:
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {version + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise


def check_schema(connection: sqlite3.Connection) -> None:
    """Raise ``BrokenFileError`` where a table is missing or the file has triggers or views that are not ours.

    A database from others is data, never code: what SQLite would run by itself must be what is written here.
    """
    tables: set[str] = set()
    code: set[str] = set()
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master"):
        if kind == "table":
            tables.add(name)
        elif kind in {"trigger", "view"}:
            code.add(sql)
    ours = {sql for step in MIGRATIONS for sql in step if sql.startswith("CREATE TRIGGER")}
    if not tables >= TABLES:
        raise BrokenFileError("tables are missing")
    if code != ours:
        raise BrokenFileError("it holds triggers that are not ours")


def schema_version(connection: sqlite3.Connection) -> int:
    """Return the version of the file, 0 for an empty one."""
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])
