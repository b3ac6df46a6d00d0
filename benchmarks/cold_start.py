"""What each module takes at a cold start: ``python -m benchmarks.cold_start``. It informs and judges nothing.

The times are Python's own (``-X importtime``), which slow the start by a third; what counts is who takes how much.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import defaultdict

STARTS = {
    "tui-monitor --version": "import sys; sys.argv = ['tui-monitor', '--version']; "
    "from tui_monitor.__main__ import main; main()",
    "the screen, up to its first paint": "import tui_monitor.cli.screen, tui_monitor.launch, tui_monitor.tui.app",
}
"""What is started, as Python runs it."""

SHOWN = 12
"""Modules of the program, and packages of others, that are named."""

_LINE = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s*(\S+)")


def imports_of(program: str) -> dict[str, float]:
    """Return the milliseconds that each module itself took, in the order of import."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program], capture_output=True, text=True, check=False
    )
    return {match[2]: int(match[1]) / 1000 for match in _LINE.finditer(done.stderr)}


def main() -> None:
    """Print a table for each start."""
    for what, program in STARTS.items():
        imports_of(program)  # so that compiled modules are there
        found = imports_of(program)
        own = {name: taken for name, taken in found.items() if name.partition(".")[0] == "tui_monitor"}
        others: dict[str, float] = defaultdict(float)
        for name, taken in found.items():
            if name not in own:
                others[name.partition(".")[0]] += taken
        total = sum(found.values())
        print(f"{what}: {len(found)} modules, {total:.0f} ms; {len(own)} of them ours, {sum(own.values()):.0f} ms")
        for title, table in (("ours", own), ("others, by package", others)):
            dearest = sorted(table.items(), key=lambda item: -item[1])[:SHOWN]
            print(f"  {title}: " + ", ".join(f"{name.removeprefix('tui_monitor.')} {ms:.1f}" for name, ms in dearest))


if __name__ == "__main__":
    main()
