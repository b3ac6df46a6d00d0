"""What a command costs from the shell's point of view: wall and processor time, beside what Python and httpx cost.

Run: ``python -m benchmarks.commands [RUNS]``. Goal: ``quotes`` for 20 symbols against a loopback server within 0.6 s
of wall time, start included. On a shared machine the processor time (user and system) is the honest figure.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.figures.home import Home, monitor
from benchmarks.figures.row import HEAD, Row, median
from benchmarks.figures.server import Market

RUNS = 10
GOAL = 0.6
"""Seconds of wall time for ``quotes`` with 20 symbols."""

TWENTY = (
    "700", "9988", "3690", "9618", "9888", "9999", "1810", "1024", "981", "2015",
    "9866", "9868", "6618", "241", "268", "285", "300", "522", "BABA", "BIDU",
)  # fmt: skip


@dataclass(slots=True)
class Series:
    """One command line, and the seconds of its runs."""

    what: str
    command: Sequence[str]
    goal: float | None = None
    wall: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)

    def run(self, environment: Mapping[str, str]) -> None:
        """Run it once."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        done = subprocess.run(self.command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        self.wall.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.work.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        if done.returncode:
            raise SystemExit(f"{self.what} ended with {done.returncode}: {done.stderr}")


def settings(url: str) -> dict[str, dict[str, object]]:
    """Return tables that send every source of prices to the server at ``url``."""
    both = {"base_url": url, "fallback_url": url}
    off = {"enabled": False}
    return {
        "network": {"allow_private_hosts": True, "requests_per_minute": 600},
        "news": {"use_default_feeds": False},
        "sources.yahoo-spark": both, "sources.yahoo-chart": both,
        "sources.tencent": {"base_url": url, "history_url": url},
        "sources.yahoo-quote": off, "sources.yahoo-research": off,
    }  # fmt: skip


def rows(folder: Path, runs: int = RUNS) -> list[Row]:
    """Measure each command in turns with the floors; the first turn compiles and is not counted."""
    home = Home(folder / "home")
    # A benchmark's own folder for compiled modules: what is measured is what an installed program does.
    environment = {**home.environment, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    # The proxy that refuses stays in the way of everything but the server, which is asked without TLS.
    del environment["HTTP_PROXY"]
    recorded = ("--from-recording", "demo")
    floor = Series("python -c pass", [sys.executable, "-c", "pass"])
    client = Series("python -c 'import httpx'", [sys.executable, "-c", "import httpx"])
    quotes = Series(f"quotes, {len(TWENTY)} symbols, asked", monitor("quotes", *TWENTY), GOAL)
    told = [
        Series("quotes --offline", monitor("quotes", *TWENTY, "--offline")),
        Series("movers --offline", monitor("movers", "--offline")),
        Series("quotes of the recorded day", monitor("quotes", *TWENTY[:18], *recorded)),
        Series("brief of the recorded day", monitor("brief", *recorded)),
        Series("--help", monitor("--help")),
    ]
    every = [floor, client, quotes, *told]
    with Market(folder) as market:
        home.settings(settings(market.server.url), real=True)
        # Stores what the offline commands read.
        Series("warm up", monitor("movers")).run(environment)
        for _ in range(runs + 1):
            for one in every:
                one.run(environment)
    found = []
    for one in every:
        wall, work = median(one.wall[1:]), median(one.work[1:])
        base = client if one is quotes else floor
        note = f"processor {work:.2f} s, floor {median(base.work[1:]):.2f}; best {min(one.wall[1:]):.2f}"
        found.append(Row(one.what, wall, "s", median(base.wall[1:]), base.what, goal=one.goal, note=note))
    return found


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    print(f"medians of {runs} runs; load {os.getloadavg()[0]:.1f}")
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        for row in rows(Path(folder), runs):
            print(row.line())


if __name__ == "__main__":
    main()
