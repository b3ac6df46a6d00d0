"""What the tests of the commands' output share: folders with rules of alerts, the recorded day read once."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.golden.command_stage import RULES, told_once

from tui_monitor.services import replayed


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(RULES, encoding="utf-8")
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each moment of the recorded day once: a command only reads what is told, and the day is long."""
    monkeypatch.setattr(replayed, "Replayed", told_once)
