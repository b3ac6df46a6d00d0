"""Standard streams that are closed, or stand on a full disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


def shell(line: str) -> subprocess.CompletedProcess[str]:
    """Run the program with what follows its name in a shell's line."""
    command = f"exec '{sys.executable}' -m tui_monitor {line}"
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)


def test_what_is_written_to_a_closed_stream_goes_nowhere() -> None:
    ended = shell("watch list <&- >&-")
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_is_said_in_one_sentence() -> None:
    ended = shell("schema quotes >/dev/full")
    assert ended.returncode == 4
    assert ended.stderr == "tui-monitor: not everything could be written: No space left on device\n"
