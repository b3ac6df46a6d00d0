"""A long day in a short time: memory, threads, tasks and descriptors at the end as at the beginning."""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.figures.home import Home, monitor
from benchmarks.figures.row import Row
from benchmarks.figures.terminal import Program

SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "30"))
"""How long it runs; the whole recorded day at 60 times its speed takes 450."""

SPEED = float(os.environ.get("BENCH_SOAK_SPEED", "240"))
FIRST = float(os.environ.get("BENCH_SOAK_FIRST", "12"))
"""Seconds after which the first look is taken."""

COUNTED = """
import asyncio, os, sys

real = asyncio.run

def run(main, **named):
    async def count():
        while True:
            with open(os.environ["BENCH_TASKS"], "w") as file:
                file.write(str(len(asyncio.all_tasks())))
            await asyncio.sleep(0.5)

    async def counted():
        kept = asyncio.create_task(count())
        try:
            return await main
        finally:
            kept.cancel()

    return real(counted(), **named)

asyncio.run = run
"""
"""Written beside the program, so that it tells how many tasks it has."""


def soak_rows(folder: Path) -> list[Row]:
    """Play the recorded day, press keys all the while, compare the end with the beginning."""
    home = Home(folder / "soak")
    told = folder / "tasks"
    home.environment["BENCH_TASKS"] = str(told)
    (home.path / "site" / "sitecustomize.py").write_text(COUNTED)

    def look(program: Program) -> tuple[float, int, int, int]:
        return program.memory(), program.threads(), program.descriptors(), int(told.read_text() or 0)

    with Program(monitor("demo", "--speed", f"{SPEED:g}", "--at", "09:20"), home.environment) as program:
        program.wait_text("DEMO", "0700.HK")
        first = None
        for number in range(int(SECONDS / 0.5)):
            if first is None and number * 0.5 >= FIRST:
                first = look(program)
            program.send((b"j", b"k", b"\t", b"s", b"\r", b"\x1b")[number % 6])
            program.drain(0.5)
            program.raw = program.raw[-10_000:]
        assert first is not None
        program.drain(2)
        last = look(program)
    note = f"{SECONDS:.0f} s at {SPEED:g} times"
    return [
        Row("memory after a soak", last[0], "MB", first[0], "its first seconds", ratio_goal=1.1, note=note),
        Row("... threads", last[1], "", first[1], "its first seconds", ratio_goal=1.1),
        Row("... tasks", last[3], "", first[3], "its first seconds", ratio_goal=1.1),
        Row("... descriptors", last[2], "", first[2], "its first seconds", ratio_goal=1.1),
    ]
