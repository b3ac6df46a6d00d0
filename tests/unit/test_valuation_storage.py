"""One valuation a day and our own closes in the database, and a file of the first version that has neither."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tui_monitor.domain.series import DailyBar, DailyHistory
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.schema import MIGRATIONS, SCHEMA_VERSION, check_schema, migrate
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 9, 0, tzinfo=UTC)
DAY = date(2025, 9, 17)


def opened(path: Path) -> Database:
    return Database.open(path, now=lambda: NOW)


def sources_of(path: Path) -> list[tuple[str, float, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT date, close, source FROM daily ORDER BY date").fetchall()


async def test_one_a_day_the_last_stands(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    database = opened(path)
    writer = Writer(database)
    assert database.read_valuations("HSTECH.HK") == ()
    writer.put_valuation("HSTECH.HK", date(2025, 9, 16), 20.5, 0.97)
    writer.put_valuation("HSTECH.HK", DAY, 21.4, 0.96)
    assert await writer.flush()
    writer.put_valuation("HSTECH.HK", DAY, 21.5, 0.98)
    writer.put_valuation("^HSI", DAY, 11.0, 0.9)
    assert await writer.aclose()
    database.close()
    again = opened(path)
    assert again.read_valuations("HSTECH.HK") == ((date(2025, 9, 16), 20.5), (DAY, 21.5))
    assert again.read_valuations("^HSI") == ((DAY, 11.0),)
    again.close()
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT coverage FROM valuations WHERE symbol = 'HSTECH.HK' ORDER BY date").fetchall()
    assert rows == [(0.97,), (0.98,)]


def test_foreign_rows_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    opened(path).close()
    with closing(sqlite3.connect(path)) as connection:
        rows = [("X", "2025-09-15", 20.0), ("X", "nonsense", 20.0), ("X", "2025-09-16", -1.0), ("X", "2025-09-17", "a")]
        connection.executemany("INSERT INTO valuations VALUES (?, ?, ?, 1.0)", rows)
        connection.execute("INSERT INTO valuations VALUES ('X', '2025-09-18', 9e999, 1.0)")
        connection.commit()
    database = opened(path)
    assert database.read_valuations("X") == ((date(2025, 9, 15), 20.0),)
    database.close()


async def test_an_own_close_gives_way_to_a_providers_and_never_takes_its_place(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    database = opened(path)
    writer = Writer(database)
    writer.put_own_bar("HSTECH.HK", DailyBar(DAY, 6334.0, 6200.0, 6350.0, 6190.0))
    await writer.flush()
    found = database.read_history("HSTECH.HK")
    assert found is not None, "a history may begin with our own close"
    assert (found.source, found.bars) == ("own", (DailyBar(DAY, 6334.0, 6200.0, 6350.0, 6190.0),))
    writer.put_own_bar("HSTECH.HK", DailyBar(DAY, 6334.2))
    await writer.flush()
    assert sources_of(path) == [("2025-09-17", 6334.2, "own")]
    provider = DailyHistory(symbol="HSTECH.HK", bars=(DailyBar(DAY, 6334.2),), received=NOW, source="tencent-daily")
    writer.put_applied(Applied(histories=(provider,)))
    await writer.flush()
    writer.put_own_bar("HSTECH.HK", DailyBar(DAY, 1.0))
    assert await writer.aclose()
    assert sources_of(path) == [("2025-09-17", 6334.2, "tencent-daily")]
    database.close()


def first_version(path: Path) -> None:
    """Begin a file as the program of schema version 1 did, with a value in it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in MIGRATIONS[0]:
            connection.execute(statement)
        connection.execute("PRAGMA user_version = 1")
        connection.execute("INSERT INTO histories VALUES ('^HSI', 1758000000.0, 'yahoo-chart')")
        connection.execute(
            "INSERT INTO daily VALUES ('^HSI', '2025-09-16', 26438.5, NULL, NULL, NULL, NULL, 'yahoo-chart')"
        )
        connection.execute("INSERT INTO meta VALUES ('a', 'b')")


async def test_a_file_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    first_version(path)
    database = opened(path)
    assert database.notices == []
    assert not database.in_memory
    history = database.read_history("^HSI")
    assert history is not None
    assert history.bars == (DailyBar(date(2025, 9, 16), 26438.5),)
    assert database.get_meta("a") == "b"
    writer = Writer(database)
    writer.put_valuation("^HSI", DAY, 11.5, 0.9)
    assert await writer.aclose()
    assert database.read_valuations("^HSI") == ((DAY, 11.5),)
    database.close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        check_schema(connection)
        made = sorted(row[0] for row in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        migrate(fresh)
        assert made == sorted(row[0] for row in fresh.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_a_file_of_the_first_version_that_cannot_be_written_is_still_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "monitor.db"
    first_version(path)

    def refuse(self: Database, path: Path) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Database, "_connect", refuse)
    database = opened(path)
    assert database.in_memory
    assert database.read_history("^HSI") is not None
    assert database.read_valuations("^HSI") == ()
    database.close()
