"""A defect of the program itself, in a real terminal: usable afterwards, lists saved, a report whose path is last."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from tests.pty.terminal import Terminal
from tests.pty.test_program import NO_NETWORK, _restored

PATCHES = {
    # In a presenter, with the frame clock not containing it.
    "presenter": """
import os
from tui_monitor.present import header
real = header.header
def broken(view, width):
    if os.path.exists(os.environ["TUI_MONITOR_STATE_DIR"] + "/now"):
        raise RuntimeError("a defect; token=SESAME")
    return real(view, width)
header.header = broken
from tui_monitor.tui import frame
init = frame.FrameClock.__init__
def uncontained(self, *rest):
    init(self, *rest)
    self.contain = False
frame.FrameClock.__init__ = uncontained
""",
    # In the engine beside the screen.
    "engine": """
import asyncio, os
from tui_monitor.services.storyteller import Storyteller
async def run(self):
    while not os.path.exists(os.environ["TUI_MONITOR_STATE_DIR"] + "/now"):
        await asyncio.sleep(0.05)
    raise RuntimeError("a defect; token=SESAME")
Storyteller.run = run
""",
}

KEY = """
from tui_monitor.present.words import Words
real = Words.__call__
def call(self, key, **values):
    if key == "log.title":
        raise RuntimeError("a defect; token=SESAME")
    return real(self, key, **values)
Words.__call__ = call
"""
"""In what a key does."""


def test_a_defect_in_what_a_key_does_is_said_and_the_program_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(KEY)
    with Terminal(home=tmp_path, environment={**NO_NETWORK, "PYTHONPATH": str(folder)}) as terminal:
        terminal.wait("Watchlist", "0700.HK", "no connection")
        terminal.send("l")
        terminal.wait("goes on; the log")
        terminal.send("gd")
        terminal.wait_until(lambda text: "0700.HK" not in text, "the entry is gone")
        terminal.send("q")
        assert terminal.ended(8) == 0
        assert _restored(terminal.raw)
    assert not list(terminal.state.glob("crash-*.txt"))
    log = (terminal.state / "monitor.log").read_text()
    assert "RuntimeError: a defect" in log
    assert "SESAME" not in log
    assert "0700.HK" not in (terminal.config / "watchlists.toml").read_text()


@pytest.mark.parametrize("where", PATCHES)
def test_the_terminal_is_given_back_and_the_report_is_named(where: str, tmp_path: Path) -> None:
    folder = tmp_path / "patch"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(PATCHES[where])
    with Terminal(home=tmp_path, environment={**NO_NETWORK, "PYTHONPATH": str(folder)}) as terminal:
        terminal.wait("Watchlist", "0700.HK", "no connection")
        terminal.send("gd")
        terminal.wait_until(lambda text: "0700.HK" not in text, "the entry is gone")
        (terminal.state / "now").touch()
        assert terminal.ended(15) == 70
        raw = terminal.raw
        reports = list(terminal.state.glob("crash-*.txt"))
        assert len(reports) == 1
        assert _restored(raw)
        after = raw[raw.rfind(b"\x1b[?1049l") :].decode(errors="replace")
        assert after.rstrip().endswith(str(reports[0])), "its path is the last line"
        assert "Traceback" not in after, "nothing else is printed over the terminal"
        assert stat.S_IMODE(reports[0].stat().st_mode) == 0o600
        text = reports[0].read_text()
        assert "RuntimeError: a defect" in text
        assert "SESAME" not in text
        assert "0700.HK" not in (terminal.config / "watchlists.toml").read_text(), "the edit was saved"
