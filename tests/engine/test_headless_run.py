"""Monitors without a screen, as programs of their own: five cost one, the next one takes over, the end is clean."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from tests.engine.live_config import QUOTES
from tests.servers.loopback import LoopbackServer
from tests.servers.market import Market

from tui_monitor.store.recordings import open_recording

CONFIG = (
    QUOTES
    + """\
[sources.yahoo-research]
enabled = false
[sources.feeds]
enabled = false
"""
)

SPARK = "/v7/finance/spark"

WITHOUT_TEXTUAL = """\
import atexit, sys
sys.argv = ["tui-monitor", "run", "--headless", *sys.argv[1:]]
atexit.register(lambda: print("textual" in sys.modules, "rich" in sys.modules, "httpx" in sys.modules))
from tui_monitor.cli.main import main
main()
"""


async def until(condition: object, seconds: float, what: str) -> float:
    """Wait for ``condition()``; return how long it took."""
    assert callable(condition)
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds, what
        await asyncio.sleep(0.02)
    return time.monotonic() - began


def quotes_in(database: Path) -> set[str]:
    """Return the symbols that a database has quotes of, none before it tells how the sources fare."""
    if not database.exists():
        return set()
    try:
        with contextlib.closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as connection:
            told = connection.execute("SELECT count(*) FROM polling").fetchone()[0]
            return {row[0] for row in connection.execute("SELECT symbol FROM quotes")} if told else set()
    except sqlite3.Error:
        # It is being begun.
        return set()


async def test_five_monitors_ask_as_one_does_and_the_next_one_takes_over_a_killed_ones_turn(tmp_path: Path) -> None:
    async with LoopbackServer() as server, AsyncExitStack() as stack:
        Market().install(server)
        (tmp_path / "config").mkdir()
        (tmp_path / "config" / "config.toml").write_text(CONFIG.replace("{url}", server.url), encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()} | {
            "TUI_MONITOR_CONFIG_DIR": str(tmp_path / "config"),
            "TUI_MONITOR_STATE_DIR": str(tmp_path / "state"),
        }

        async def start(*arguments: str) -> asyncio.subprocess.Process:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", WITHOUT_TEXTUAL, *arguments, env=environment,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip

            async def end() -> None:
                if process.returncode is None:
                    process.kill()
                await process.wait()

            stack.push_async_callback(end)
            return process

        lock = tmp_path / "state" / "polling.lock"
        log = tmp_path / "state" / "monitor.log"

        def holder() -> int:
            return int(lock.read_text() or 0)

        first = await start("--record", str(tmp_path / "recordings"))
        await until(lambda: server.count(SPARK) >= 3, 10, "the first one asks")
        assert holder() == first.pid
        others = [await start() for _ in range(4)]
        await until(lambda: log.read_text().count("this one follows it") == 4, 10, "the others follow")
        # 47 symbols are three requests; a second round is seconds away, five first rounds would be fifteen at once.
        assert server.count(SPARK) <= 6
        [path] = (tmp_path / "recordings").iterdir()
        # What came is in the file after five seconds, also while nothing further comes.
        begun = path.stat().st_size
        await until(lambda: path.stat().st_size > begun, 6, "the recording reaches the disk")
        # The database is deleted under all five: what the holder knows stands in the new one, without a request.
        database = tmp_path / "state" / "monitor.db"
        known, asked = quotes_in(database), len(server.asked)
        assert len(known) >= 40
        database.unlink()
        await until(lambda: quotes_in(database) >= known, 30, "what was known is stored anew")
        assert len(server.asked) - asked <= 6, "it was not asked for anew"
        asked = len(server.asked)

        first.kill()
        await first.wait()
        followers = {one.pid: one for one in others}
        took = await until(lambda: holder() in followers, 5, "nobody took over")
        # The round of histories that was broken off goes on; the quotes are not due yet and are not asked again.
        took += await until(lambda: len(server.asked) > asked, 5 - took, "the next one asks")
        await asyncio.sleep(0.2)
        assert len(server.asked) - asked <= 3, "a storm"

        second = followers.pop(holder())
        for one in (*followers.values(), second):
            one.send_signal(signal.SIGTERM)
        for one in (*followers.values(), second):
            out, err = await asyncio.wait_for(one.communicate(), 10)
            assert one.returncode == 0, err.decode()
            # No toolkit of the terminal anywhere; and who never polled has not even opened the network.
            assert out.decode().split() == ["False", "False", str(one is second)]
            assert "Traceback" not in err.decode()
            assert err.decode().splitlines()[-1].endswith("ended")

        recording = open_recording(path)
        assert {one.symbol for entry in recording.entries() for one in entry.batch.quotes} >= {"HSTECH.HK", "0700.HK"}
