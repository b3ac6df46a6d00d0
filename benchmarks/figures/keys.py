"""Key press to screen, and the bytes of small things."""

from __future__ import annotations

import random
import time
from pathlib import Path

from benchmarks.figures.home import Home, codes, monitor, script
from benchmarks.figures.row import Row, median, percentile
from benchmarks.figures.terminal import Program, places, rows_with

PRESSES = 100
LOST = 4.0
"""Seconds after which a key counts as lost."""


def cursor_mark() -> bytes:
    """Return the background of the row under the cursor as the program sends it in 24-bit colours."""
    from tui_monitor.tui.palette import DARK

    red, green, blue = (int(DARK.cursor[at : at + 2], 16) for at in (1, 3, 5))
    return f"48;2;{red};{green};{blue}".encode()


def press(program: Program, mark: bytes, chance: random.Random, count: int) -> tuple[list[float], int]:
    """Press j and k in turns at random moments; return the milliseconds until the bar is in its new row, and losses."""
    taken: list[float] = []
    lost = 0
    at_row: int | None = None
    for number in range(count + 2):
        quiet_until = time.perf_counter() + 0.05 + chance.random() * 0.25
        while (left := quiet_until - time.perf_counter()) > 0:
            program.read(left)
        down = number % 2 == 0
        sent = b""
        start = time.perf_counter()
        program.send(b"j" if down else b"k")
        while True:
            sent += program.read(0.02)
            rows = rows_with(sent, mark)
            new = rows - {at_row}
            if at_row is not None and (at_row + 1 if down else at_row - 1) in new:
                taken.append((time.perf_counter() - start) * 1000)
                at_row = at_row + 1 if down else at_row - 1
                break
            if at_row is None and rows:
                # Two rows change; the bar is in the one that has its colour.
                program.settle(0.05, 0.3)
                at_row = max(rows) if down else min(rows)
                break
            if time.perf_counter() - start > LOST:
                lost += 1
                break
    return taken[1:], lost


def key_rows(folder: Path) -> list[Row]:
    """Measure keys with 500 symbols all changing each second, and without any change."""
    mark = cursor_mark()
    symbols = codes(500)
    times: dict[str, list[float]] = {}
    losses = 0
    for name in ("quiet", "busy"):
        home = Home(folder / f"keys-{name}")
        home.watchlist(symbols)
        home.database(symbols)
        home.plug_in()
        busy = {"symbols": symbols, "period": 1.0}
        home.settings({"sources.bench": busy} if name == "busy" else {"sources.bench": {"enabled": False}})
        with Program(monitor(), home.environment) as program:
            program.wait_text(symbols[0], "Invented")
            program.drain(3)
            times[name], lost = press(program, mark, random.Random(7), PRESSES if name == "busy" else PRESSES // 2)
            losses += lost
    quiet, busy_times = times["quiet"], times["busy"]
    note = f"{losses} lost" if losses else f"max {max(busy_times):.1f}"
    return [
        Row(
            "key to screen, 500 symbols changing each second, p50", median(busy_times), "ms", median(quiet),
            "no data", goal=6.0, note=note,
        ),
        Row(
            "... p99", percentile(busy_times, 0.99), "ms", percentile(quiet, 0.99), "no data",
            goal=25.0 if not losses else 0.0,
        ),
    ]  # fmt: skip


def byte_rows(folder: Path) -> list[Row]:
    """Measure the bytes of one cursor move, one changed cell, one tick, one change of panel, one dialog."""
    symbols = codes(60)
    home = Home(folder / "bytes")
    home.watchlist(symbols)
    home.database(symbols)
    home.plug_in()
    home.settings({"sources.bench": {"enabled": False}})
    moves, tabs = [], []
    with Program(monitor(), home.environment) as program:
        program.wait_text(symbols[0], "Invented")
        program.drain(3)
        for number in range(14):
            program.settle(0.12, 2)
            program.send(b"j" if number % 2 == 0 else b"k")
            moves.append(float(len(program.settle(0.1, 0.5))))
        walk = []
        for _ in range(45):
            program.settle(0.03, 2)
            program.send(b"j")
            walk.append(float(len(program.settle(0.03, 0.5))))
        for _ in range(5):
            program.settle(0.12, 2)
            program.send(b"\t")
            tabs.append(float(len(program.settle(0.1, 0.5))))
        program.settle(0.12, 2)
        program.send(b"\x0c")
        whole = float(len(program.settle(0.2, 1)))
        boxes = []
        for key in (b"\r", b"q", b"\r", b"q"):
            program.settle(0.12, 2)
            program.send(key)
            boxes.append(float(len(program.settle(0.25, 1))))
    rows = [
        Row(
            "bytes of one cursor move", median(moves), "bytes", 2 * 58, "the two rows' own text", goal=500,
            note=f"from {min(moves):.0f} to {max(moves):.0f}",
        ),
        Row(
            "... down a list of three pages", median(walk), "bytes", 2 * 58, "the two rows' own text", goal=500,
            note=f"{sum(walk) / len(walk):.0f} on average, {max(walk):.0f} where it goes on by half a page",
        ),
        Row("bytes of a change of panel (Tab)", median(tabs), "bytes", note=f"max {max(tabs):.0f}"),
        Row(
            "bytes of a dialog that opens or closes", median(boxes), "bytes", whole, "the whole screen (Ctrl+L)",
            ratio_goal=0.6, note=f"from {min(boxes):.0f} to {max(boxes):.0f}",
        ),
    ]  # fmt: skip
    for what, field, goal in (("one changed cell (volume)", "volume", 250), ("one tick, all its cells", "last", None)):
        home.settings({"sources.bench": {"symbols": symbols, "period": 2.5, "per_tick": 1, "field": field}})
        with Program(monitor(), home.environment) as program:
            program.wait_text(symbols[0], "Invented")
            # The list alone has room for the column of the volume.
            program.send(b"z")
            program.drain(4)
            began = len(program.raw)
            start = time.perf_counter()
            program.drain(7.5)
            sent = program.raw[began:]
            seconds = time.perf_counter() - start
        ticks = seconds / 2.5
        rows.append(
            Row(
                f"bytes of {what}", len(sent) / ticks, "bytes", 11 + 8, "its text and one move", goal=goal,
                note=f"{places(sent) / ticks:.1f} places a tick; clock, ages and flash included",
            )
        )  # fmt: skip
    return rows


def curses_cursor_bytes(folder: Path) -> float:
    """Return the bytes of a cursor move of the curses floor."""
    home = Home(folder / "curses")
    moves = []
    with Program(script("floor_curses.py", "60", "0", "0"), home.environment) as program:
        program.wait_text("the floor is ready")
        for number in range(10):
            program.settle(0.1, 1)
            program.send(b"j" if number % 2 == 0 else b"k")
            moves.append(float(len(program.settle(0.1, 0.5))))
    return median(moves)
