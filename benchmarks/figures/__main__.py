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
from benchmarks.figures.row import HEAD, Row

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
