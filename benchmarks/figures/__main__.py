"""Every figure of the design against its floor, on this machine, in one run. See ``benchmarks/README.md``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.figures import frames, keys, soak, starting, steady, trouble
from benchmarks.figures.row import HEAD, Row, median

PARTS: dict[str, Callable[[Path], list[Row]]] = {
    "start": starting.start_rows,
    "keys": keys.key_rows,
    "trouble": trouble.trouble_rows,
    "bytes": keys.byte_rows,
    "memory": starting.memory_rows,
    "load": steady.load_rows,
    "frames": frames.frame_rows,
    "scale": steady.scale_rows,
    "requests": steady.request_rows,
    "soak": soak.soak_rows,
    "idle": steady.idle_rows,
}
"""The rows by the name that asks for them alone."""

OTHERS = {
    "feed_reading.py": "keys while 100 feeds are read: in a thread and in a process",
    "index_story.py": "telling an index from twenty years of closes",
    "rating_extraction.py": "reading rating changes out of headlines",
    "cold_start.py": "what each module takes at a cold start (python -m benchmarks.cold_start)",
    "commands.py": "commands from the shell's point of view: start included (python -m benchmarks.commands)",
    "headline_precision.py": "how many headlines are tied to the right companies",
}
"""Benchmarks of single pieces, each run by hand: ``python benchmarks/NAME``."""


def after_sleep() -> float:
    """Return how many times as long a tenth of a millisecond's work takes after a fifth of a second's sleep.

    A machine whose caches others empty meanwhile, or whose clock falls, makes every wake dear: this program sleeps
    between frames and keys, and its floors do.
    """
    lists = [list(range(50)) for _ in range(2_000)]
    taken: dict[bool, list[float]] = {False: [], True: []}
    for number in range(60):
        slept = number >= 45
        if slept:
            time.sleep(0.2)
        begin = time.perf_counter()
        sum(map(sum, lists[::8]))
        taken[slept].append(time.perf_counter() - begin)
    return median(taken[True]) / median(taken[False])


def main() -> int:
    """Measure what is asked for; return 1 if anything is worse than its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"rows to measure, all if none: {', '.join(PARTS)}")
    chosen = parser.parse_args().parts or list(PARTS)
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        parser.error(f"no such rows: {', '.join(unknown)}")
    began = time.perf_counter()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load before the start {load:.1f}; Python {sys.version.split()[0]}", flush=True)
    print(f"The same work takes {after_sleep():.1f} times as long after a sleep. Far above 2 that is the machine's:")
    print("milliseconds and shares of a core say little then, ratios remain.", flush=True)
    print(HEAD, flush=True)
    worse: list[str] = []
    begun = False
    with tempfile.TemporaryDirectory(prefix="tui-monitor-bench-") as folder:
        for name in chosen:
            if name not in {"start", "keys"} and "idle" in chosen and not begun:
                begun = True
                steady.begin_idle(Path(folder))
            try:
                rows = PARTS[name](Path(folder))
            except (TimeoutError, OSError) as error:
                rows = [Row(f"{name}: not measured", 1.0, "", goal=0.0, note=str(error))]
            for row in rows:
                print(row.line(), flush=True)
                if row.good is False:
                    worse.append(row.what)
    print(f"\n{time.perf_counter() - began:.0f} s; " + (f"worse than the goal: {len(worse)}" if worse else "all good"))
    if not sys.argv[1:]:
        print("\nNot run here, each by its own command:")
        for name, what in OTHERS.items():
            print(f"  python benchmarks/{name:24} {what}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
