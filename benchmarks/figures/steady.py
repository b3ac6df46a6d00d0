"""What the running program costs: processor time, bytes, requests, idle."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.figures.home import Home, codes, monitor, script
from benchmarks.figures.row import Row
from benchmarks.figures.terminal import Program

LOAD_SECONDS = 10.0
IDLE_SECONDS = 60.0
IDLE_SETTLE = 130.0
EXCHANGES = ("XHKG", "XSHG", "XSHE", "XNYS", "XTKS", "XKRX", "XTAI")


def measure(program: Program, seconds: float) -> tuple[float, float]:
    """Return percent of a core and bytes a second over ``seconds``."""
    cpu, sent, start = program.cpu(), program.sent, time.perf_counter()
    program.drain(seconds)
    took = time.perf_counter() - start
    return (program.cpu() - cpu) / took * 100, (program.sent - sent) / took


def load_rows(folder: Path) -> list[Row]:
    """60 symbols, 6 ticks a second, a full poll each 5 s; the same by curses; the same program idle."""
    symbols = codes(60)
    home = Home(folder / "load")
    home.watchlist(symbols)
    home.database(symbols)
    home.plug_in()
    home.settings({"sources.bench": {"enabled": False}})
    with Program(monitor(), home.environment) as program:
        program.wait_text(symbols[0], "Invented")
        program.drain(4)
        idle, _ = measure(program, 6)
    home.settings({"sources.bench": {"symbols": symbols, "period": 1 / 6, "per_tick": 1, "full": 5.0}})
    with Program(monitor(), home.environment) as program:
        program.wait_text(symbols[0], "Invented")
        program.drain(4)
        ours, ours_bytes = measure(program, LOAD_SECONDS)
    with Program(script("floor_curses.py", "60", "6", "5"), home.environment) as program:
        program.wait_text("the floor is ready")
        program.drain(2)
        curses, curses_bytes = measure(program, LOAD_SECONDS)
    return [
        Row("CPU at 60 symbols, 6 ticks/s, a poll each 5 s", ours, "%", idle, "the same app idle", goal=3.0),
        Row("... against curses", ours, "%", max(curses, 0.07), "curses"),
        Row("... bytes a second against curses", ours_bytes, "bytes", curses_bytes, "curses"),
    ]


def scale_rows(folder: Path) -> list[Row]:
    """The whole process with 50 and with 5,000 symbols, all changing each second."""
    spent: dict[int, float] = {}
    for count in (50, 5000):
        symbols = codes(count)
        home = Home(folder / f"scale-{count}")
        home.watchlist(symbols)
        home.database(symbols)
        home.plug_in()
        home.settings({"sources.bench": {"symbols": symbols, "period": 1.0}})
        with Program(monitor(), home.environment) as program:
            program.wait_text(symbols[0], "Invented")
            program.drain(4)
            spent[count], _ = measure(program, 6)
    return [
        Row("CPU, 5,000 symbols all changing each second", spent[5000], "%", spent[50], "50 symbols",
            note="making, taking in and storing 5,000 quotes a second is most of it"),
    ]  # fmt: skip


def request_rows(folder: Path) -> list[Row]:
    """Requests of one refresh of all quotes."""
    from benchmarks.figures.server import Market

    rows = []
    with Market(folder) as market:
        for count in (60, 500):
            home = Home(folder / f"requests-{count}", dict(market.environment))
            symbols = codes(count)
            home.watchlist(symbols)
            off = {
                f"sources.{one}": {"enabled": False}
                for one in ("yahoo-research", "yahoo-quote", "tencent", "calendar-files")
            }
            home.settings({**off, "sources.yahoo-spark": {"period": 3600.0}}, real=True)
            before = len(market.server.asked)
            with Program(monitor(), home.environment) as program:
                program.wait_text("yahoo ")
                known = -1
                while known != (known := len(market.server.asked)):
                    program.drain(3)
            asked = [one for one in market.server.asked[before:] if one.path == "/v7/finance/spark"]
            wanted = {symbol for one in asked for symbol in one.query["symbols"].split(",")}
            fewest = -(-len(wanted) // 20)
            rows.append(
                Row(
                    f"requests of one refresh, {len(wanted)} symbols", len(asked), "", fewest, "N/20 rounded up",
                    ratio_goal=1.0,
                )
            )  # fmt: skip
    return rows


class Idle:
    """The program after the close, with its real sources, on a thread of its own while other rows are measured.

    Its start (histories, ratings line by line, feeds) takes two minutes; what is told is the last one of its life.
    """

    def __init__(self, folder: Path) -> None:
        from benchmarks.figures.server import Market

        self._market = Market(folder / "idle")
        self._folder = folder
        self._looks: list[tuple[float, float, int, int]] = []
        self._stop = threading.Event()
        self._memory = 0.0
        self._children = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        today = datetime.now(UTC).date()
        closed = {(today + timedelta(days=one)).isoformat(): "closed" for one in (-1, 0, 1)}
        with self._market as market:
            home = Home(self._folder / "idle", dict(market.environment))
            home.settings({f"sessions.{mic}": dict(closed) for mic in EXCHANGES}, real=True)
            with Program(monitor(), home.environment) as program:
                while not self._stop.is_set():
                    program.drain(1.0)
                    asked = len(market.server.asked)
                    self._looks.append((time.perf_counter(), program.cpu(), program.sent, asked))
                    program.raw = program.raw[-10_000:]
                    self._memory, self._children = program.memory(), len(program.family()) - 1

    def rows(self, floor: float) -> list[Row]:
        """Return the rows of its last minute, and end it."""
        while not self._looks or self._looks[-1][0] - self._looks[0][0] < IDLE_SETTLE + IDLE_SECONDS:
            if not self._thread.is_alive():
                raise OSError("the idle program ended")
            time.sleep(1)
        last = self._looks[-1]
        first = next(one for one in self._looks if last[0] - one[0] <= IDLE_SECONDS)
        seconds = last[0] - first[0]
        self._stop.set()
        self._thread.join(10)
        note = f"{self._memory:.0f} MB, {self._children} children, {last[3] - first[3]} requests in {seconds:.0f} s"
        return [
            Row(
                "idle after the close, CPU", (last[1] - first[1]) / seconds * 100, "%", max(floor, 0.05),
                "an empty Textual app", goal=0.5, note=note,
            ),
            Row("... bytes a minute", (last[2] - first[2]) / seconds * 60, "bytes", goal=100),
        ]  # fmt: skip


_idle: list[Idle] = []


def begin_idle(folder: Path) -> None:
    """Start the program that is idle when its turn comes."""
    _idle.append(Idle(folder))


def idle_rows(folder: Path) -> list[Row]:
    """The program after the close."""
    if not _idle:
        begin_idle(folder)
    empty = Home(folder / "empty")
    with Program(script("floor_textual.py"), empty.environment) as program:
        program.wait_text("the floor is ready")
        program.drain(1)
        floor, _ = measure(program, 6)
    return _idle.pop().rows(floor)
