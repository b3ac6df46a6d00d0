"""The benchmark's own arithmetic, and one of its cheap rows run for good."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.figures import keys
from benchmarks.figures.__main__ import PARTS
from benchmarks.figures.row import Row, median, percentile
from benchmarks.figures.terminal import places, rows_with

from tui_monitor.services.symbol_search import SEARCH
from tui_monitor.sources.yahoo_search import NAME

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("row", "good"),
    [
        (Row("a", 1.5, "s", 1.0, ratio_goal=1.4), False),
        (Row("a", 1.3, "s", 1.0, ratio_goal=1.4), True),
        (Row("a", 5.0, "ms", 1.0, goal=6.0), True),
        (Row("a", 7.0, "ms", 1.0, goal=6.0), False),
        (Row("a", 7.0, "ms", 5.0, goal=6.0, ratio_goal=2.0), True),
        (Row("a", 7.0, "ms", 5.0), None),
        (Row("a", 7.0, "ms", ratio_goal=2.0), None),
    ],
)
def test_a_row_is_judged_by_its_goal(row: Row, good: bool | None) -> None:
    assert row.good is good
    assert ("WORSE" in row.line()) is (good is False)


def test_shares_of_values() -> None:
    values = [float(one) for one in range(100, 0, -1)]
    assert median(values) == 51.0
    assert percentile(values, 0.99) == 100.0
    assert percentile([3.0], 0.99) == 3.0


def test_the_rows_that_hold_a_colour_are_found_in_what_is_sent() -> None:
    sent = b"\x1b[3;1H\x1b[38;2;1;2;3;48;2;36;64;92m x\x1b[0m\x1b[4;7H plain \x1b[12;1H\x1b[48;2;36;64;92my"
    assert rows_with(sent, b"48;2;36;64;92") == {3, 12}
    assert places(sent) == 3
    assert keys.cursor_mark().startswith(b"48;2;")


def test_a_cursor_move_of_the_curses_floor_is_measured(tmp_path: Path) -> None:
    assert 40 < keys.curses_cursor_bytes(tmp_path) < 600


def test_rows_that_do_not_exist_are_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.figures", "nonsense"],
        capture_output=True, text=True, timeout=60, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 2
    assert "no such rows: nonsense" in done.stderr
    assert len(PARTS) == 11


def test_the_search_goes_by_one_name() -> None:
    assert SEARCH == NAME
