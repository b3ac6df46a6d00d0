"""Two monitors as processes of their own, and one that is stopped: the other asks on, and nothing is asked twice."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.servers.loopback import LoopbackServer
from tests.servers.market import Market

from tui_monitor.domain.quote import Quote
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)

MONITOR = """
import sys
from pathlib import Path
from tui_monitor.config.loading import load_settings
from tui_monitor.config.paths import Paths
from tui_monitor import headless
from tui_monitor.services import sharing
sharing.LOOK, sharing.BEAT, sharing.SILENT, sharing.TAKEN = 0.05, 0.1, 0.3, float(sys.argv[2])
raise SystemExit(headless.run(load_settings(Path(sys.argv[1])), Paths.from_environment()))
"""
"""A monitor without a screen whose patience is short."""


def settings(folder: Path, name: str, url: str) -> Path:
    path = folder / f"{name}.toml"
    off = "".join(
        f"[sources.{one}]\nenabled = false\n"
        for one in ("tencent", "yahoo-chart", "yahoo-quote", "yahoo-research", "calendar-files")
    )
    path.write_text(
        f'[network]\nuser_agent = "{name}"\nallow_private_hosts = true\nrequests_per_minute = 600\n'
        # What trades around the clock, so that quotes are asked for at any hour of the test.
        f'[market]\nindex = "BTC-USD"\npeers = []\nmacro = []\n[news]\nuse_default_feeds = false\n'
        f'[sources.yahoo-spark]\nbase_url = "{url}"\nfallback_url = ""\nperiod = 1\n{off}'
    )
    path.chmod(0o600)
    return path


class Asked:
    """Who asked the server, in turn."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server

    def by(self, name: str) -> int:
        return sum(one.headers.get("user-agent") == name for one in self.server.asked)


async def until(found: Callable[[], bool], seconds: float = 20.0) -> None:
    async with asyncio.timeout(seconds):
        while not found():  # noqa: ASYNC110 - other processes decide
            await asyncio.sleep(0.02)


@asynccontextmanager
async def monitors(folder: Path, url: str, *, taken: float) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """Start ``first``, then ``second``, in one state folder; the first one is polling by then."""
    for name in ("config", "state"):
        (folder / name).mkdir(mode=0o700)
    environment = {
        **os.environ, "TUI_MONITOR_CONFIG_DIR": str(folder / "config"), "TUI_MONITOR_STATE_DIR": str(folder / "state")
    }  # fmt: skip
    started: list[asyncio.subprocess.Process] = []
    try:
        for name in ("first", "second"):
            command = (sys.executable, "-c", MONITOR, str(settings(folder, name, url)), str(taken))
            null = asyncio.subprocess.DEVNULL
            started.append(
                await asyncio.create_subprocess_exec(*command, env=environment, stdin=null, stdout=null, stderr=null)
            )
            await until(lambda: holder(folder) == started[0].pid)
        yield started
    finally:
        for one in started:
            if one.returncode is None:
                one.send_signal(signal.SIGCONT)
                one.terminate()
        await asyncio.gather(*(one.wait() for one in started))


def holder(folder: Path) -> int:
    path = folder / "state" / "polling.lock"
    return int(path.read_text() or 0) if path.exists() else 0


def whole(folder: Path) -> bool:
    with sqlite3.connect(folder / "state" / "monitor.db") as connection:
        answer = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    return bool(answer == "ok")


@pytest.mark.parametrize(("how", "taken"), [(signal.SIGSTOP, 0.6), (signal.SIGTSTP, 3600.0)])
async def test_who_is_stopped_loses_its_turn_and_follows_when_it_goes_on(
    how: signal.Signals, taken: float, tmp_path: Path
) -> None:
    async with LoopbackServer() as server:
        Market().install(server)
        asked = Asked(server)
        async with monitors(tmp_path, server.url, taken=taken) as (first, second):
            await until(lambda: asked.by("first") >= 2)
            assert asked.by("second") == 0, "it follows"
            first.send_signal(how)
            await until(lambda: asked.by("second") >= 2)
            assert holder(tmp_path) == second.pid
            before = asked.by("first")
            first.send_signal(signal.SIGCONT)
            since = asked.by("second")
            await until(lambda: asked.by("second") >= since + 2)
            assert asked.by("first") == before, "what became due while it was stopped is asked by the other one"
            assert holder(tmp_path) == second.pid
            second.terminate()
            await second.wait()
            await until(lambda: asked.by("first") > before)
            assert holder(tmp_path) == first.pid
        assert whole(tmp_path)


def test_values_that_were_held_while_others_stored_newer_ones_do_not_take_their_place(tmp_path: Path) -> None:
    def quote(last: float, seconds: float) -> Quote:
        moment = NOW + timedelta(seconds=seconds)
        return Quote(symbol="0700.HK", last=last, received=moment, source="yahoo", time=moment)

    path = tmp_path / "monitor.db"
    for last, seconds in ((660.0, 0.0), (662.0, 60.0), (661.0, 30.0)):
        database = Database.open(path, now=lambda: NOW)
        writer = Writer(database)
        writer.put_applied(Applied(quotes=(quote(last, seconds),)))
        assert writer.close()
        stored = database.read_latest().quotes[0].last
        database.close()
    assert stored == 662.0


def test_what_was_stored_under_a_clock_that_ran_ahead_gives_way(tmp_path: Path) -> None:
    ahead = datetime.now(UTC) + timedelta(days=400)
    database = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    writer = Writer(database)
    for last, moment in ((1.0, ahead), (2.0, NOW)):
        one = Quote(symbol="0700.HK", last=last, received=moment, source="yahoo", time=moment)
        writer.put_applied(Applied(quotes=(one,)))
    assert writer.close()
    database = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    assert database.read_latest().quotes[0].last == 2.0
    database.close()


def test_nothing_is_written_while_the_program_is_stopped(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    writer = Writer(database, interval=0.001)
    with database.at_rest():
        writer.put_applied(Applied(quotes=(Quote(symbol="BABA", last=1.0, received=NOW, source="x", time=NOW),)))
        other = sqlite3.connect(tmp_path / "monitor.db", timeout=0.0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        other.close()
        assert not database.read_latest().quotes
    assert writer.close()
    assert database.read_latest().quotes
    database.close()
