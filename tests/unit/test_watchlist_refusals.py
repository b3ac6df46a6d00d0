"""Where ``watchlists.toml`` cannot be saved: one sentence, edits stay in memory, saved when it is possible again.

Permission bits do not bind root: as root the process takes another user's rights for the moment.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tui_monitor.cli.commands.watch import command
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.paths import Paths
from tui_monitor.config.watchlist_text import read_text
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, Remove
from tui_monitor.present.words import Words
from tui_monitor.services.watchlists import WatchlistService

SOMEBODY = 12_345
"""A user that owns the folders."""

NOBODY = 12_346
"""Another one."""

START = Watchlists((Watchlist(name="mine", entries=tuple(Entry(symbol=symbol) for symbol in ("BABA", "JD"))),))

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs another user's rights")


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Import what the tests need: another user may have no right to read the interpreter's own folder."""
    folder = tmp_path_factory.mktemp("imported")
    environment = {"TUI_MONITOR_CONFIG_DIR": str(folder / "config"), "TUI_MONITOR_STATE_DIR": str(folder / "state")}
    for words in (["add", "NTES"], ["add", "NTES"], ["undo"]):
        CliRunner().invoke(command, words, env=environment)


@pytest.fixture
def paths(imported: None) -> Iterator[Paths]:
    # Not within pytest's folder, which only its owner may enter.
    folder = Path(tempfile.mkdtemp(prefix="tui-monitor-test-"))
    os.chown(folder, SOMEBODY, SOMEBODY)
    os.seteuid(SOMEBODY)
    try:
        found = Paths(folder / "config", folder / "state")
        found.ensure()
        service = started(found)
        service.edit(Add("mine", (Entry(symbol="PDD"),)))
        assert service.close()
        yield found
    finally:
        os.seteuid(0)
        shutil.rmtree(folder)


def started(paths: Paths) -> WatchlistService:
    return WatchlistService(paths, now=lambda: datetime.now(UTC), default=START, delay=3600.0)


@contextlib.contextmanager
def as_root() -> Iterator[None]:
    os.seteuid(0)
    try:
        yield
    finally:
        os.seteuid(SOMEBODY)


def on_disk(paths: Paths) -> str:
    return " ".join(read_text(paths.watchlists_file.read_bytes(), "w").lists.lists[0].symbols)


# Each makes saving impossible and returns what makes it possible again.

Mend = Callable[[], object]


def read_only_folder(paths: Paths) -> Mend:
    paths.config_dir.chmod(0o500)
    return lambda: paths.config_dir.chmod(0o700)


def folder_of_another(paths: Paths) -> Mend:
    def give(owner: int) -> None:
        with as_root():
            os.chown(paths.config_dir, owner, owner)
            paths.config_dir.chmod(0o755)

    give(NOBODY)
    return lambda: give(SOMEBODY)


def file_of_another(paths: Paths) -> Mend:
    def give(owner: int) -> None:
        with as_root():
            os.chown(paths.watchlists_file, owner, owner)
            paths.watchlists_file.chmod(0o644)

    give(NOBODY)
    return lambda: give(SOMEBODY)


def unreadable_file(paths: Paths) -> Mend:
    paths.watchlists_file.chmod(0)
    return lambda: paths.watchlists_file.chmod(0o600)


def missing_folder(paths: Paths) -> Mend:
    above = paths.config_dir.parent
    away = above / "away"
    paths.config_dir.rename(away)
    above.chmod(0o500)

    def mend() -> None:
        above.chmod(0o700)
        away.rename(paths.config_dir)

    return mend


def full_disk(paths: Paths) -> Mend:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))

    def mend() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)

    return mend


CASES: list[tuple[Callable[[Paths], Mend], str]] = [
    (read_only_folder, "cannot be saved: you may not write there"),
    (folder_of_another, "cannot be saved: you may not write there"),
    (file_of_another, "cannot be saved: it belongs to another user"),
    (unreadable_file, "cannot be read: you may not read it"),
    (missing_folder, "cannot be saved: you may not write there"),
    (full_disk, "cannot be saved: file too large"),
]


@pytest.mark.parametrize(("spoil", "told"), CASES)
def test_edits_stay_and_are_saved_when_it_is_possible_again(
    paths: Paths, spoil: Callable[[Paths], Mend], told: str
) -> None:
    service = started(paths)
    mend = spoil(paths)
    try:
        service.edit(Remove("mine", ("JD",)))
        assert not service.flush()
        assert service.problem is not None
        assert service.problem.startswith(f"{paths.watchlists_file} {told}; ")
        assert service.problem.count(".") == str(paths.watchlists_file).count(".") + 1, "one sentence"
        assert service.trouble is not None
        for language, kept, left in (
            ("zh-Hant", "你的修改仍在，可以儲存時便會儲存。", "檔案保持不變。"),
            ("zh-Hans", "你的修改仍在，可以保存时便会保存。", "文件保持不变。"),
        ):
            chinese = Words(language).told(service.trouble)
            assert chinese.startswith(f"{paths.watchlists_file} ")
            assert chinese.endswith(kept if "saved" in told else left)
        service.edit(Add("mine", (Entry(symbol="NTES"),)))
        service.poll_outside()
        assert service.undo() is not None
        assert service.redo() is not None
        assert " ".join(service.lists.lists[0].symbols) == "BABA PDD NTES"
    finally:
        mend()
    assert on_disk(paths) == "BABA JD PDD"
    assert service.flush(), service.problem
    assert service.problem is None
    assert on_disk(paths) == "BABA PDD NTES"
    # Undo goes back over what could not be saved, in another run too.
    again = started(paths)
    assert again.undo() is not None
    assert again.undo() is not None
    assert again.flush()
    assert on_disk(paths) == "BABA JD PDD"


@pytest.mark.parametrize(("spoil", "told"), CASES)
def test_a_command_that_cannot_save_says_that_its_edit_is_lost(
    paths: Paths, spoil: Callable[[Paths], Mend], told: str
) -> None:
    environment = {"TUI_MONITOR_CONFIG_DIR": str(paths.config_dir), "TUI_MONITOR_STATE_DIR": str(paths.state_dir)}

    def add(symbol: str) -> Result:
        return CliRunner().invoke(command, ["add", symbol], env=environment)

    mend = spoil(paths)
    try:
        result = add("NTES")
    finally:
        mend()
    assert result.exit_code == ExitCode.CONFIG
    assert f"{paths.watchlists_file} {told}" in result.stderr
    assert "your edits are kept" not in result.stderr
    assert ("unsaved edits are lost" in result.stderr) == (spoil is not unreadable_file)
    assert on_disk(paths) == "BABA JD PDD"
    assert add("NTES").exit_code == ExitCode.OK
    assert on_disk(paths) == "BABA JD PDD NTES"


def test_a_command_whose_step_cannot_be_logged_says_that_it_cannot_be_undone(paths: Paths) -> None:
    paths.undo_file.chmod(0o400)
    environment = {"TUI_MONITOR_CONFIG_DIR": str(paths.config_dir), "TUI_MONITOR_STATE_DIR": str(paths.state_dir)}
    result = CliRunner().invoke(command, ["add", "NTES"], env=environment)
    assert "undo.jsonl cannot be written: you may not write there; the last edits are saved, but cannot be undone." in (
        result.stderr
    )
    assert on_disk(paths) == "BABA JD PDD NTES"
