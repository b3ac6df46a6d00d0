from __future__ import annotations

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import DailyBar, DailyHistory
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)

KILLS = int(os.environ.get("TUI_MONITOR_TEST_KILLS", "15"))
"""How often the database is killed while it writes."""


def now() -> datetime:
    return NOW


def quote(symbol: str, last: float) -> Quote:
    return Quote(symbol=symbol, last=last, received=NOW, source="yahoo")


def applied(symbol: str, last: float) -> Applied:
    return Applied(quotes=(quote(symbol, last),))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "monitor.db", now=now)
    yield opened
    opened.close()


async def test_the_last_of_many_values_is_stored_in_few_transactions(database: Database) -> None:
    writer = Writer(database)
    counted = 0
    inner = database.writing

    def counting() -> object:
        nonlocal counted
        counted += 1
        return inner()

    database.writing = counting  # type: ignore[method-assign, assignment]
    for last in range(1, 2001):
        writer.put_applied(applied("A", float(last)))
    assert await writer.flush()
    assert [one.last for one in database.read_latest().quotes] == [2000.0]
    assert counted <= 3
    assert await writer.aclose()


async def test_closing_stores_everything_and_ends_the_thread(database: Database) -> None:
    writer = Writer(database)
    writer.set_meta("k", "v")
    writer.mark_read(["h"])
    assert await writer.aclose()
    assert database.get_meta("k") == "v"
    assert database.get_meta("absent") is None
    assert database.read_marks(["h", "i"]) == {"h"}
    assert not [one for one in threading.enumerate() if one.name == "database-writer"]
    assert await writer.flush()


async def test_marks_can_be_taken_back(database: Database) -> None:
    writer = Writer(database)
    writer.mark_read(["a", "b"])
    writer.mark_saved(["a"])
    writer.mark_read(["a"], read=False)
    await writer.flush()
    assert database.read_marks(["a", "b"]) == {"b"}
    assert database.read_latest().saved == {"a"}
    writer.mark_saved(["a"], saved=False)
    await writer.aclose()
    assert database.read_latest().saved == frozenset()


class Refusing:
    """Stands for a disk: refuses while ``broken``."""

    def __init__(self, database: Database) -> None:
        self.broken = True
        self.tries = 0
        self._inner = database.writing
        database.writing = self.writing  # type: ignore[method-assign]

    def writing(self):  # type: ignore[no-untyped-def]
        self.tries += 1
        if self.broken:
            raise sqlite3.OperationalError("database or disk is full")
        return self._inner()


async def test_a_full_disk_is_told_once_and_everything_is_stored_when_it_is_possible_again(database: Database) -> None:
    disk = Refusing(database)
    writer = Writer(database)
    writer.put_applied(applied("A", 1.0))
    assert not await writer.flush()
    writer.put_applied(applied("B", 2.0))
    writer.put_applied(applied("A", 3.0))
    assert not await writer.flush()
    assert writer.problem == (
        "The database cannot be written (database or disk is full); new data is kept in memory until it can."
    )
    disk.broken = False
    assert await writer.flush()
    assert writer.problem is None
    assert {one.symbol: one.last for one in database.read_latest().quotes} == {"A": 3.0, "B": 2.0}
    await writer.aclose()


async def test_the_disk_is_tried_again_by_itself(database: Database) -> None:
    disk = Refusing(database)
    writer = Writer(database, interval=0.001, retry=0.005)
    writer.put_applied(applied("A", 1.0))
    await writer.flush()
    disk.broken = False
    async with asyncio.timeout(5):
        while writer.problem is not None:  # noqa: ASYNC110 - the thread's own retry is what is waited for
            await asyncio.sleep(0.002)
    assert [one.symbol for one in database.read_latest().quotes] == ["A"]
    await writer.aclose()


async def test_the_queue_is_bounded_and_keeps_the_newest(database: Database) -> None:
    disk = Refusing(database)
    writer = Writer(database, capacity=100)
    for number in range(300):
        writer.put_applied(applied(f"S{number}", 1.0))
        if number % 50 == 0:
            await writer.flush()
    disk.broken = False
    await writer.aclose()
    assert {one.symbol for one in database.read_latest().quotes} == {f"S{number}" for number in range(200, 300)}
    assert writer.dropped == 200


async def test_one_bad_value_does_not_lose_the_others(database: Database) -> None:
    writer = Writer(database)
    bad = DailyHistory(symbol="X", bars=(DailyBar(NOW.date(), float("nan")),), received=NOW, source="x")

    def defect(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('half', 'done')")
        raise ValueError("a defect")

    def whole(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO meta VALUES ('whole', 'work')")

    writer.put_applied(applied("\ud800", 1.0))
    writer.put_applied(Applied(histories=(bad,)))
    writer.submit(defect)
    writer.submit(whole)
    writer.put_applied(applied("A", 1.0))
    assert await writer.flush()
    assert [one.symbol for one in database.read_latest().quotes] == ["A"]
    assert database.get_meta("half") is None
    assert database.get_meta("whole") == "work"
    await writer.aclose()


async def test_handing_over_does_not_wait_for_a_slow_disk(database: Database) -> None:
    writer = Writer(database)
    release = threading.Event()
    started = threading.Event()

    def slow(_: sqlite3.Connection) -> None:
        started.set()
        release.wait(5)

    writer.submit(slow)
    started.wait(5)
    began = time.perf_counter()
    writer.put_applied(applied("A", 1.0))
    database.read_latest()
    assert time.perf_counter() - began < 0.5
    release.set()
    assert await writer.aclose()


def test_another_process_that_reads_and_writes_is_no_obstacle(tmp_path: Path) -> None:
    one = Database.open(tmp_path / "monitor.db", now=now)
    two = Database.open(tmp_path / "monitor.db", now=now)
    first, second = Writer(one, interval=0.001), Writer(two, interval=0.001)
    for number in range(50):
        first.put_applied(applied(f"A{number}", 1.0))
        second.put_applied(applied(f"B{number}", 1.0))
    assert first.close()
    assert second.close()
    assert len(one.read_latest().quotes) == len(two.read_latest().quotes) == 100
    one.close()
    two.close()


VICTIM = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.headline import Headline
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.writer import Writer

now = lambda: datetime.now(UTC)
database = Database.open(Path(sys.argv[1]), now=now)
assert not database.notices, database.notices
writer = Writer(database, interval=0.002)

async def work(number):
    while True:
        number += 1
        writer.put_applied(Applied(
            quotes=tuple(Quote(symbol=f"S{k}", last=float(number), received=now(), source="x") for k in range(20)),
            headlines=(Headline(id=f"h{number}", title=f"title {number} " * 20, source="x", received=now()),)))
        if number % 3:
            await asyncio.sleep(0.001)
        elif await writer.flush():
            print(number, flush=True)

asyncio.run(work(int(sys.argv[2])))
"""


@pytest.mark.slow
def test_the_file_is_whole_after_kill_9_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    chance = random.Random(20250917)
    start = 0
    for _ in range(KILLS):
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(path), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert victim.stdout is not None
        victim.stdout.readline()
        time.sleep(chance.uniform(0, 0.15))
        victim.kill()
        told = [int(line) for line in victim.stdout.read().split("\n")[:-1]]
        victim.wait()
        victim.stdout.close()
        database = Database.open(path, now=now)
        assert database.notices == []
        found = database.read_latest()
        # One transaction writes all twenty quotes and the headline: they stand together or not at all.
        assert len({one.last for one in found.quotes}) == 1
        newest = int(found.quotes[0].last or 0)
        assert {one.id for one in found.headlines} >= {f"h{newest}"}
        # What was told as stored is stored.
        assert newest >= max(told, default=0)
        with sqlite3.connect(path) as other:
            assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            other.execute("INSERT INTO headline_words (headline_words) VALUES ('integrity-check')")
        other.close()
        database.close()
        start = newest
    assert start > 0
