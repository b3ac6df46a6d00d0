"""A long day in a short time: memory, threads and descriptors at the end as at the beginning."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.figures.home import Home, monitor
from benchmarks.figures.row import Row
from benchmarks.figures.terminal import Program

SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "50"))
"""How long it runs; the whole recorded day at 60 times its speed takes 450."""

SPEED = float(os.environ.get("BENCH_SOAK_SPEED", "240"))
FIRST = 15.0
"""Seconds after which the first look is taken."""


def soak_rows(folder: Path) -> list[Row]:
    """Play the recorded day, press keys all the while, compare the end with the beginning."""
    home = Home(folder / "soak")
    with Program(monitor("demo", "--speed", f"{SPEED:g}", "--at", "09:20"), home.environment) as program:
        program.wait_text("DEMO", "0700.HK")
        program.drain(FIRST)
        first = (program.memory(), program.threads(), program.descriptors())
        for number in range(int((SECONDS - FIRST) / 0.5)):
            program.send((b"j", b"k", b"\t", b"s", b"\r", b"\x1b")[number % 6])
            program.drain(0.5)
            program.raw = program.raw[-10_000:]
        program.drain(2)
        last = (program.memory(), program.threads(), program.descriptors())
    note = f"{SECONDS:.0f} s at {SPEED:g} times"
    return [
        Row("memory after a soak", last[0], "MB", first[0], "its first seconds", ratio_goal=1.1, note=note),
        Row("... threads", last[1], "", first[1], "its first seconds", ratio_goal=1.1),
        Row("... descriptors", last[2], "", first[2], "its first seconds", ratio_goal=1.1),
    ]
