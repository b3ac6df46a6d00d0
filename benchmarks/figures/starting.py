"""Start to first paint with the last stored values, and what the program weighs then."""

from __future__ import annotations

from pathlib import Path

from benchmarks.figures.home import Home, codes, monitor, script
from benchmarks.figures.row import Row, median
from benchmarks.figures.terminal import Program

SYMBOLS = 500
RUNS = 7


def start_rows(folder: Path) -> list[Row]:
    """Measure the start of both, in turns."""
    home = Home(folder / "start")
    symbols = codes(SYMBOLS)
    home.settings()
    home.watchlist(symbols)
    home.database(symbols)
    ours: list[float] = []
    floor: list[float] = []
    sent: list[float] = []
    for _ in range(RUNS + 1):
        with Program(script("floor_textual.py"), home.environment) as program:
            floor.append(program.wait_text("the floor is ready"))
        with Program(monitor(), home.environment) as program:
            # The first row of the watchlist with its stored price.
            ours.append(program.wait_text(symbols[0], "Invented"))
            program.settle(0.4, 3)
            sent.append(len(program.raw) / 1000)
    # The first of each compiles and fills the page cache.
    return [
        Row(
            f"start to first paint, {SYMBOLS} symbols stored", median(ours[1:]), "s", median(floor[1:]),
            "an empty Textual app", ratio_goal=1.4, note=f"best {min(ours[1:]):.2f} / {min(floor[1:]):.2f}",
        ),
        Row("bytes until all is painted", median(sent), "kB", note="one full screen is about 23 kB"),
    ]  # fmt: skip


def memory_rows(folder: Path) -> list[Row]:
    """Measure the memory of both some seconds after the start."""
    from benchmarks.figures.server import Market

    home = Home(folder / "memory")
    with Program(script("floor_textual.py"), home.environment) as program:
        program.wait_text("the floor is ready")
        program.drain(1)
        floor = program.memory()
    with Market(folder) as market:
        home.environment |= market.environment
        home.settings({"sources.yahoo-research": {"enabled": False}}, real=True)
        with Program(monitor(), home.environment) as program:
            program.wait_text("0700.HK", "yahoo ")
            program.drain(12)
            ours, threads = program.memory(), program.threads()
            children = len(program.family()) - 1
    return [
        Row(
            "memory of the monitor before yfinance", ours, "MB", floor, "an empty Textual app", ratio_goal=2.0,
            note=f"{threads} threads, {children} children at the time",
        )
    ]  # fmt: skip
