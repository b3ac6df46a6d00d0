"""The database is deleted or set aside while several monitors run: all find the new one, and nothing shown is lost."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.engine.test_sharing import Follower, Pair, quote

from tui_monitor.domain.headline import Headline
from tui_monitor.sources.api import Batch
from tui_monitor.store import database as database_module
from tui_monitor.store.database import Database
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


@dataclass
class Files:
    """Two programs on one file, and its path."""

    path: Path
    pair: Pair


@pytest.fixture
def files(tmp_path: Path) -> Iterator[Files]:
    path = tmp_path / "monitor.db"
    mine, theirs = (Database.open(path, now=lambda: NOW) for _ in range(2))
    pair = Pair(mine, theirs, Writer(mine, interval=0.01, retry=0.02), Writer(theirs, interval=0.01, retry=0.02))
    yield Files(path, pair)
    for writer, database in ((pair.writer, mine), (pair.follower, theirs)):
        writer.close()
        database.close()


def deleted(path: Path) -> None:
    path.unlink()


def deleted_with_its_log(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def set_aside(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        if Path(f"{path}{suffix}").exists():
            Path(f"{path}{suffix}").rename(f"{path}.old{suffix}")


def whole_folder_deleted(path: Path) -> None:
    shutil.rmtree(path.parent)


WAYS = (deleted, deleted_with_its_log, set_aside, whole_folder_deleted)


def sound(path: Path) -> bool:
    with sqlite3.connect(path) as connection:
        row = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return bool(row[0] == "ok")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
async def test_a_follower_goes_on_in_the_new_file(way: object, files: Files) -> None:
    assert callable(way)
    pair, holder, follower = files.pair, LatestStore(), Follower(files.pair.theirs)
    item = Headline(id="h1", title="One", source="wire", received=NOW)
    pair.writer.put_applied(holder.apply(Batch(source="y", received=NOW, quotes=(quote("A", 1.0),), headlines=(item,))))
    pair.writer.put_polling("source:yahoo", b"{}")
    assert await pair.writer.flush()
    await follower.following.look()
    assert set(follower.store.names()) == {"A"}

    way(files.path)
    pair.writer.put_applied(holder.apply(Batch(source="y", received=NOW, quotes=(quote("B", 2.0, 5.0),))))
    assert await pair.writer.flush()
    assert pair.mine.generation == 1
    await follower.following.look()
    assert pair.theirs.generation == 1
    assert set(follower.store.names()) == {"A", "B"}, "what it has stays, what is new arrives"
    assert any("deleted" in one or "replaced" in one for one in pair.mine.notices)
    assert any("replaced" in one for one in pair.theirs.notices), "it found the file that the other one began"

    # What is known is stored anew: who starts now finds it.
    pair.writer.put_applied(holder.everything())
    assert await pair.writer.flush()
    third = Database.open(files.path, now=lambda: NOW)
    snapshot = third.read_latest()
    assert {one.symbol: one.last for one in snapshot.quotes} == {"A": 1.0, "B": 2.0}
    assert [one.id for one in snapshot.headlines] == ["h1"]
    assert third.notices == []
    third.close()

    # Marks go the other way still.
    back = Follower(pair.mine)
    pair.follower.mark_read(["h1"])
    assert await pair.follower.flush()
    await back.following.look()
    assert [mark.identity for mark in back.marks] == ["h1"]
    assert files.path.stat().st_mode & 0o077 == 0
    assert sound(files.path)


async def test_a_file_that_stands_is_not_begun_anew(files: Files) -> None:
    assert not files.pair.mine.renew()
    files.path.chmod(0o600)
    assert not files.pair.mine.renew()
    assert Database.open(None, now=lambda: NOW).renew() is False
    assert files.pair.mine.notices == []


def test_where_files_have_no_lasting_number_nothing_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers, look = iter(range(1_000_000)), os.stat

    def numbered(path: Any, **more: Any) -> os.stat_result:
        found = look(path, **more)
        made: os.stat_result = os.stat_result((found.st_mode, next(numbers), *tuple(found)[2:]))
        return made

    monkeypatch.setattr(os, "stat", numbered)
    database = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    for _ in range(3):
        assert not database.renew()
    assert database.notices == []
    assert database.generation == 0
    database.close()


async def test_the_log_of_a_deleted_file_is_not_taken_for_that_of_the_new_one(files: Files) -> None:
    pair = files.pair
    pair.writer.put_applied(LatestStore().apply(Batch(source="y", received=NOW, quotes=(quote("A", 1.0),))))
    assert await pair.writer.flush()
    files.path.unlink()
    assert os.path.exists(f"{files.path}-wal")  # noqa: ASYNC240, PTH110 - a name with a suffix
    # A monitor that starts before the others have noticed.
    third = Database.open(files.path, now=lambda: NOW)
    assert third.notices == []
    with third.writing() as connection:
        connection.execute("INSERT INTO meta VALUES ('who', 'third')")
    pair.writer.set_meta("late", "first")
    assert await pair.writer.flush()
    assert pair.theirs.renew()
    pair.theirs.close()
    assert third.get_meta("who") == "third"
    assert third.get_meta("late") == "first"
    assert third.read_latest().quotes == ()
    third.close()
    assert sound(files.path)


@pytest.mark.parametrize("failures", [2, 1_000])
def test_a_file_that_is_taken_away_while_it_is_opened_is_tried_again(
    failures: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [failures]
    real = Database._connect

    def taken_away(self: Database, path: Path) -> None:
        if left[0]:
            left[0] -= 1
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR | 17 << 8
            raise error
        real(self, path)

    monkeypatch.setattr(Database, "_connect", taken_away)
    monkeypatch.setattr(database_module, "OPEN_PAUSE", 0.0)
    found = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    if failures == 2:
        assert not found.in_memory
        assert found.notices == []
    else:
        # A disk that goes on refusing is none that somebody plays with.
        assert found.in_memory
        assert "disk I/O error" in found.notices[0]
    found.close()


MONITOR = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from tui_monitor.store.database import Database
from tui_monitor.store.writer import Writer
database = Database.open(Path(sys.argv[1]), now=lambda: datetime.now(UTC))
writer = Writer(database, interval=0.002, retry=0.01)
number = 0
while not Path(sys.argv[3]).exists():
    number += 1
    writer.set_meta(f"{sys.argv[2]}", str(number))
    time.sleep(0.001)
writer.set_meta(f"{sys.argv[2]}-end", str(number))
assert writer.close(), writer.problem
assert not database.in_memory, database.notices
assert not any("broken" in one for one in database.notices), database.notices
database.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_READONLY_DBMOVED])
def test_a_file_that_is_moved_while_it_is_opened_is_opened_again(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect, tries = Database._connect, []

    def moved_at_first(self: Database, path: Path) -> None:
        tries.append(path)
        if len(tries) == 1:
            error = sqlite3.OperationalError("attempt to write a readonly database")
            error.sqlite_errorcode = code
            raise error
        connect(self, path)

    monkeypatch.setattr(Database, "_connect", moved_at_first)
    found = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    assert len(tries) == 2
    assert not found.in_memory
    assert found.notices == []
    found.close()


def test_processes_that_write_while_the_file_is_deleted_again_and_again(tmp_path: Path) -> None:
    path, end = tmp_path / "state" / "monitor.db", tmp_path / "end"
    names = ("one", "two", "three")
    running = [
        subprocess.Popen([sys.executable, "-c", MONITOR, str(path), name, str(end)], stderr=subprocess.PIPE, text=True)
        for name in names
    ]
    try:
        for turn in range(12):
            deadline = time.monotonic() + 30
            while not path.exists() or path.stat().st_size == 0:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            time.sleep(0.05)
            (deleted, deleted_with_its_log)[turn % 2](path)
        end.touch()
        for one in running:
            assert one.wait(60) == 0, one.stderr.read() if one.stderr is not None else ""
    finally:
        for one in running:
            with_stderr = one.stderr
            if one.poll() is None:
                os.kill(one.pid, signal.SIGKILL)
                one.wait()
            if with_stderr is not None:
                with_stderr.close()
    assert sound(path)
    found = Database.open(path, now=lambda: NOW)
    for name in names:
        assert found.get_meta(f"{name}-end") is not None, "the last words of all of them stand in the one file"
    assert found.notices == []
    found.close()
