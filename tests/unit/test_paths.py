from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tui_monitor.config.paths import Paths


def test_the_environment_overrides_both_folders(tmp_path: Path) -> None:
    found = Paths.from_environment(
        {"TUI_MONITOR_CONFIG_DIR": str(tmp_path / "c"), "TUI_MONITOR_STATE_DIR": str(tmp_path / "s")}
    )
    assert found == Paths(tmp_path / "c", tmp_path / "s")
    assert found.config_file == tmp_path / "c" / "config.toml"
    assert found.watchlists_file == tmp_path / "c" / "watchlists.toml"
    assert found.database == tmp_path / "s" / "monitor.db"
    assert {found.log_file.parent, found.undo_file.parent, found.recordings.parent} == {tmp_path / "s"}


def test_an_empty_variable_counts_as_unset_and_the_platform_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    found = Paths.from_environment({"TUI_MONITOR_CONFIG_DIR": "", "TUI_MONITOR_STATE_DIR": str(tmp_path / "s")})
    assert found.config_dir.name == "tui-monitor"
    assert tmp_path in found.config_dir.parents
    assert found.state_dir == tmp_path / "s"


def test_a_relative_folder_becomes_absolute() -> None:
    found = Paths.from_environment({"TUI_MONITOR_CONFIG_DIR": "c", "TUI_MONITOR_STATE_DIR": "s"})
    assert found.config_dir == Path.cwd() / "c"


def test_ensure_creates_folders_for_the_owner_alone(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "deep" / "config", tmp_path / "state")
    assert paths.ensure() == ()
    assert paths.ensure() == ()
    assert stat.S_IMODE(paths.config_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.recordings.stat().st_mode) == 0o700


def test_a_folder_that_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    problems = Paths(tmp_path / "file" / "config", tmp_path / "state").ensure()
    assert problems == (f"{tmp_path / 'file' / 'config'} cannot be created: not a directory.",)
    assert (tmp_path / "state").is_dir()


def test_importing_reads_nothing_and_needs_no_platformdirs() -> None:
    code = "import sys, tui_monitor.config.paths; sys.exit('platformdirs' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
