"""Storage that fails: older files, full and read-only disks, broken files, kill -9 under load; what the screen says."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.tui.stage import frame_text

from tui_monitor.compose import Monitor
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.store import codec
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.schema import MIGRATIONS, SCHEMA_VERSION, TABLES
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


def quote(symbol: str, last: float) -> Quote:
    return Quote(symbol=symbol, last=last, received=NOW, source="yahoo", time=NOW)


# Older files


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_file_of_every_version_is_brought_up_and_keeps_its_values(version: int, tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for step in MIGRATIONS[:version]:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {version}")
    held = quote("0700.HK", 661.5)
    story = Headline(id="h1", title="Tencent rises", source="Wire", received=NOW)
    connection.execute("INSERT INTO quotes VALUES (?, ?, ?)", ("0700.HK", NOW.timestamp(), codec.encode(held)))
    connection.execute(
        "INSERT INTO headlines (id, sort_time, received, json, terms) VALUES (?, ?, ?, ?, ?)",
        ("h1", NOW.timestamp(), NOW.timestamp(), codec.encode(story), "tencent rises"),
    )
    connection.execute("INSERT INTO daily VALUES ('X', '2025-09-16', 5.0, NULL, NULL, NULL, NULL, 'tencent')")
    connection.execute("INSERT INTO histories VALUES ('X', ?, 'tencent')", (NOW.timestamp(),))
    connection.execute("INSERT INTO marks VALUES ('h1', 1, 0, 0)")
    connection.close()
    database = Database.open(path, now=now)
    assert database.notices == []
    assert not database.in_memory
    found = database.read_latest()
    assert found.quotes == (held,)
    assert found.headlines == (story,)
    assert found.read == {"h1"}
    history = database.read_history("X")
    assert history is not None
    assert [(bar.date, bar.close) for bar in history.bars] == [(date(2025, 9, 16), 5.0)]
    assert [one.id for one in database.search_headlines("tencent")] == ["h1"]
    writer = Writer(database)
    writer.put_applied(Applied(quotes=(quote("BABA", 1.0),)))
    writer.put_valuation("X", date(2025, 9, 16), 21.0, 0.9)
    assert writer.close()
    assert database.read_valuations("X") == ((date(2025, 9, 16), 21.0),)
    database.close()
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert {row[0] for row in other.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} >= TABLES
    other.close()


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "monitor.db"
    Database.open(path, now=now).close()
    broken = (*MIGRATIONS, ("CREATE TABLE half (a)", "CREATE NONSENSE"))
    monkeypatch.setattr("tui_monitor.store.schema.MIGRATIONS", broken)
    monkeypatch.setattr("tui_monitor.store.schema.SCHEMA_VERSION", len(broken))
    with contextlib.suppress(sqlite3.Error):
        Database.open(path, now=now).close()
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert other.execute("SELECT count(*) FROM sqlite_master WHERE name = 'half'").fetchone() == (0,)
    other.close()


# A full disk: a limit on the size of files makes one without any privilege


@contextlib.contextmanager
def full_disk(octets: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


async def test_a_full_disk_is_said_and_survived(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "monitor.db", now=now)
    writer = Writer(database, interval=0.001, retry=0.05)
    writer.put_applied(Applied(quotes=(quote("FIRST", 1.0),)))
    assert await writer.flush()
    bulk = tuple(
        Headline(id=f"h{n}", title=f"Story {n}", summary="words " * 200, source="Wire", received=NOW)
        for n in range(2000)
    )
    with full_disk(400_000):
        writer.put_applied(Applied(headlines=bulk, quotes=(quote("SECOND", 2.0),)))
        assert not await writer.flush()
        assert writer.problem is not None
        assert "cannot be written" in writer.problem
        assert "kept in memory" in writer.problem
        assert not database.in_memory
        assert [one.symbol for one in database.read_latest().quotes] == ["FIRST"]
    async with asyncio.timeout(20):
        while writer.problem is not None:  # noqa: ASYNC110 - the thread's own retry is what is waited for
            await asyncio.sleep(0.01)
    assert {one.symbol for one in database.read_latest().quotes} == {"FIRST", "SECOND"}
    assert len(database.read_headlines(limit=5000)) == 2000
    assert await writer.aclose()
    database.close()
    assert Database.open(tmp_path / "monitor.db", now=now).notices == []


# A disk that cannot be written: needs the right to mount, so it is skipped where that is missing


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)


def remount(folder: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(folder)], check=True, capture_output=True)


def test_a_read_only_disk_shows_what_is_stored(small_disk: Path) -> None:
    path = small_disk / "monitor.db"
    database = Database.open(path, now=now)
    writer = Writer(database)
    writer.put_applied(Applied(quotes=(quote("0700.HK", 661.5),)))
    assert writer.close()
    database.close()
    remount(small_disk, "ro")
    database = Database.open(path, now=now)
    assert database.in_memory
    assert "cannot be written" in database.notices[0]
    assert "memory only" in database.notices[0]
    assert [one.last for one in database.read_latest().quotes] == [661.5]
    writer = Writer(database)
    writer.put_applied(Applied(quotes=(quote("BABA", 1.0),)))
    assert writer.close()
    assert {one.symbol for one in database.read_latest().quotes} == {"0700.HK", "BABA"}
    database.close()


def test_a_truly_full_disk(small_disk: Path) -> None:
    path = small_disk / "monitor.db"
    database = Database.open(path, now=now)
    writer = Writer(database, interval=0.001, retry=0.02)
    writer.put_applied(Applied(quotes=(quote("0700.HK", 661.5),)))
    deadline = time.monotonic() + 10
    while not database.read_latest().quotes and time.monotonic() < deadline:
        time.sleep(0.005)
    with contextlib.suppress(OSError), (small_disk / "filler").open("wb") as filler:
        while True:
            filler.write(b"x" * 4096)
            filler.flush()
    bulk = tuple(
        Headline(id=f"h{n}", title=f"Story {n}", summary="words " * 100, source="Wire", received=NOW)
        for n in range(500)
    )
    writer.put_applied(Applied(headlines=bulk))
    while writer.problem is None and time.monotonic() < deadline:
        time.sleep(0.005)
    assert writer.problem is not None
    assert [one.last for one in database.read_latest().quotes] == [661.5]
    (small_disk / "filler").unlink()
    assert writer.close()
    assert len(database.read_headlines(limit=1000)) == 500
    database.close()


# What the screen says


async def test_the_screen_tells_of_the_file_and_of_the_disk(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state")
    paths.ensure()
    paths.database.write_bytes(b"this is no database\n" * 100)
    monitor = Monitor(Settings(), paths, environment={"LANG": "C.UTF-8"})
    app = monitor.build_app()
    try:
        async with app.run_test(size=(200, 40)) as pilot:
            await pilot.pause()
            text = frame_text(app)[-1]
            assert "was broken and is now monitor.db.broken-" in text
            await pilot.press("escape")
            await pilot.pause()
            assert "broken" not in frame_text(app)[-1]
            # Broken while it runs: said as soon as it is looked at.
            monitor.database._note("monitor.db was broken again.")
            monitor.outside.look_at_storage()
            monitor.outside.look_at_storage()
            assert monitor.view.notices == ["monitor.db was broken again."]
            monitor.view.notices.clear()
            # The writer's problem stands as long as it lasts.
            with full_disk(200_000):
                bulk = tuple(
                    Headline(id=f"h{n}", title=f"Story {n}", summary="words " * 200, source="Wire", received=NOW)
                    for n in range(1000)
                )
                monitor.writer.put_applied(Applied(headlines=bulk))
                assert not await monitor.writer.flush()
                app.main.frame_clock.tick()
                await pilot.pause()
                assert "The database cannot be written" in frame_text(app)[-1]
                await pilot.press("5", "j")
                assert app.is_running
            assert await monitor.writer.flush()
            app.main.frame_clock.tick()
            await pilot.pause()
            assert "cannot be written" not in frame_text(app)[-1]
    finally:
        await monitor.aclose()


# kill -9 under load


VICTIM = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from tui_monitor.domain.quote import Quote
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.writer import Writer

now = lambda: datetime.now(UTC)
database = Database.open(Path(sys.argv[1]), now=now)
writer = Writer(database)  # at the program's own pace

async def work():
    number = 0
    print("begun", flush=True)
    while True:
        number += 1
        writer.put_applied(Applied(
            quotes=tuple(Quote(symbol=f"S{k}", last=float(number), received=now(), source="x") for k in range(500))))
        await asyncio.sleep(0.02)

asyncio.run(work())
"""

KILLS = int(os.environ.get("TUI_MONITOR_TEST_KILLS", "5"))
AT_ONCE = int(os.environ.get("TUI_MONITOR_TEST_KILLS_AT_ONCE", "1"))
"""Victims that run beside each other, each with a file of its own."""


def kill_one(path: Path, seconds: float) -> float | None:
    """Kill a writing process ``seconds`` after it began; return the age of what is stored, ``None`` without any."""
    victim = subprocess.Popen([sys.executable, "-c", VICTIM, str(path)], stdout=subprocess.PIPE, text=True)
    assert victim.stdout is not None
    victim.stdout.readline()
    began = time.monotonic()
    time.sleep(seconds)
    victim.kill()
    killed, lived = datetime.now(UTC), time.monotonic() - began
    victim.wait()
    victim.stdout.close()
    database = Database.open(path, now=lambda: datetime.now(UTC))
    assert database.notices == []
    quotes = database.read_latest().quotes
    database.close()
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    other.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    if not quotes:
        assert lived < 2.0, "what was put two seconds ago is stored"
        return None
    # One transaction: all of one moment, and that moment within the last two seconds.
    assert len(quotes) == 500
    assert len({one.last for one in quotes}) == 1
    age = (killed - min(one.received for one in quotes)).total_seconds()
    assert age < 2.0
    return age


@pytest.mark.slow
def test_after_kill_9_nothing_older_than_two_seconds_is_lost(tmp_path: Path) -> None:
    chance = random.Random(7)
    moments = [chance.uniform(0.0, 3.0) for _ in range(KILLS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        ages = list(pool.map(kill_one, [tmp_path / f"{run}.db" for run in range(KILLS)], moments))
    stored = sorted(age for age in ages if age is not None)
    assert stored, "some lived long enough to store something"
    print(f"{KILLS} kills, {len(stored)} with values, the newest of them {stored[-1]:.2f} s old at the most")  # noqa: T201
