"""What stands open in the program's folders is closed, and nothing else is touched."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tui_monitor.config import privacy
from tui_monitor.config.paths import Paths
from tui_monitor.config.privacy import close_to_others


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def opened(path: Path, bits: int = 0o644) -> Path:
    """Make a file that others may read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x", encoding="utf-8")
    path.chmod(bits)
    return path


def folder(path: Path, bits: int = 0o755) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    path.chmod(bits)
    return path


def test_folders_that_were_made_by_hand_are_closed_with_what_the_program_wrote_in_them(tmp_path: Path) -> None:
    paths = Paths(folder(tmp_path / "config"), folder(tmp_path / "state", 0o777))
    files = [
        opened(paths.watchlists_file), opened(paths.config_dir / "watchlists.toml.bak"), opened(paths.feeds_file),
        opened(paths.database, 0o666), opened(paths.state_dir / "monitor.db-wal"),
        opened(paths.state_dir / "monitor.db.broken-20250917-110000"), opened(paths.log_file),
        opened(paths.state_dir / "monitor.log.1"), opened(paths.state_dir / "crash-20250917-110000.txt"),
        opened(paths.alerts_log), opened(paths.alerts_state), opened(paths.undo_file), opened(paths.polling_lock),
        opened(paths.recordings / "2025-09-17.jsonl.gz"),
        opened(paths.state_dir / "sources" / "yahoo-research" / "yfinance" / "tkr-tz.db"),
    ]  # fmt: skip
    settings = opened(paths.config_file)
    assert paths.ensure() == ()
    assert {mode(one) for one in files} == {0o600}
    inner = paths.state_dir / "sources" / "yahoo-research"
    assert {mode(one) for one in (paths.config_dir, paths.state_dir, paths.recordings, inner)} == {0o700}
    assert mode(settings) == 0o644, "the person's own file stays as it is, behind a folder that is closed"
    for one in files:
        assert one.read_text(encoding="utf-8") == "x"


def test_bits_are_only_taken_away(tmp_path: Path) -> None:
    paths = Paths(folder(tmp_path / "config", 0o500), folder(tmp_path / "state"))
    log = opened(paths.log_file, 0o440)
    paths.ensure()
    assert (mode(log), mode(paths.config_dir)) == (0o400, 0o500)


def test_a_folder_with_other_things_in_it_stays_open_and_only_our_files_are_closed(tmp_path: Path) -> None:
    home = folder(tmp_path / "home")
    theirs, ours = opened(home / "notes.txt"), opened(home / "monitor.db")
    own_recordings = folder(home / "recordings")
    theirs_within = opened(own_recordings / "song.flac")
    close_to_others(home)
    assert (mode(home), mode(theirs), mode(own_recordings), mode(theirs_within)) == (0o755, 0o644, 0o755, 0o644)
    assert mode(ours) == 0o600


def test_a_folder_of_the_program_s_name_is_its_own_whatever_lies_in_it(tmp_path: Path) -> None:
    named = folder(tmp_path / "tui-monitor")
    history = opened(named / "history.csv")
    close_to_others(named)
    assert (mode(named), mode(history)) == (0o700, 0o644)


@pytest.mark.parametrize("bits", [0o2775, 0o1777])
def test_a_folder_that_is_shared_on_purpose_stays_with_all_that_it_holds(bits: int, tmp_path: Path) -> None:
    shared = folder(tmp_path / "tui-monitor", bits)
    database = opened(shared / "monitor.db", 0o664)
    close_to_others(shared)
    assert (mode(shared), mode(database)) == (bits, 0o664)


def test_no_link_leads_out(tmp_path: Path) -> None:
    elsewhere = opened(tmp_path / "dotfiles" / "watchlists.toml")
    linked_folder = folder(tmp_path / "music")
    song = opened(linked_folder / "song.flac")
    twin = opened(tmp_path / "twin")
    config = folder(tmp_path / "tui-monitor")
    (config / "watchlists.toml").symlink_to(elsewhere)
    (config / "recordings").symlink_to(linked_folder)
    os.link(twin, config / "feeds.toml")
    close_to_others(config)
    assert mode(config) == 0o700
    assert (mode(elsewhere), mode(linked_folder), mode(song), mode(twin)) == (0o644, 0o755, 0o644, 0o644)
    alias = tmp_path / "alias"
    alias.symlink_to(linked_folder)
    close_to_others(alias)
    assert mode(linked_folder) == 0o755


def test_what_belongs_to_another_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = folder(tmp_path / "tui-monitor")
    database = opened(named / "monitor.db")
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    close_to_others(named)
    assert (mode(named), mode(database)) == (0o755, 0o644)


def test_a_pipe_or_a_folder_in_the_place_of_a_file_keeps_nobody_waiting(tmp_path: Path) -> None:
    named = folder(tmp_path / "tui-monitor")
    os.mkfifo(named / "monitor.log")
    (named / "monitor.log").chmod(0o666)
    folder(named / "monitor.db")
    deep = named / "recordings"
    for number in range(privacy.DEEPEST + 3):
        deep = folder(deep / str(number))
    close_to_others(named)
    close_to_others(tmp_path / "nowhere")
    assert mode(named) == 0o700
    assert mode(named / "monitor.log") == 0o666
