from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_monitor.config.paths import Paths
from tui_monitor.config.watchlist_text import read_text, write_text
from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, DeleteList, Edit, Move, NewList, Remove, Rename, SetNote, SortOnce
from tui_monitor.services import watchlist_history
from tui_monitor.services.watchlist_history import Journal, Line, new_step
from tui_monitor.services.watchlist_sync import Outside
from tui_monitor.services.watchlists import WatchlistService

KILLS = int(os.environ.get("TUI_MONITOR_TEST_KILLS", "12"))
"""How often an editing program is killed."""

A_FOLDER = 20
"""Programs that are killed one after the other in the same folder."""

TURNS = int(os.environ.get("TUI_MONITOR_TEST_TURNS", "60"))
"""Edits of each of two programs that edit in turn."""


def entries(*symbols: str) -> tuple[Entry, ...]:
    return tuple(Entry(symbol=symbol) for symbol in symbols)


DEFAULT = Watchlists((Watchlist(name="mine", entries=entries("A", "B", "C")),))

Make = Callable[[], WatchlistService]


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = Paths(tmp_path / "config", tmp_path / "state")
    found.ensure()
    return found


@pytest.fixture
def make(paths: Paths) -> Iterator[Make]:
    made: list[WatchlistService] = []

    def build(delay: float = 3600.0) -> WatchlistService:
        # Nothing is saved by itself within a test unless it asks for that: flush() does.
        service = WatchlistService(paths, now=lambda: datetime.now(UTC), default=DEFAULT, delay=delay)
        made.append(service)
        return service

    yield build
    for service in made:
        service._pending.clear()
        service.close()


def symbols(service: WatchlistService, name: str = "mine") -> str:
    found = service.lists.named(name)
    assert found is not None
    return "".join(found.symbols)


def on_disk(paths: Paths) -> Watchlists:
    return read_text(paths.watchlists_file.read_bytes(), "w").lists


def test_an_edit_shows_at_once_and_is_on_the_disk_after_a_flush(make: Make, paths: Paths) -> None:
    service = make()
    assert service.lists == DEFAULT
    assert not paths.watchlists_file.exists()
    before = service.revision
    assert service.edit(Add("mine", entries("D"))) == service.lists
    assert symbols(service) == "ABCD"
    assert service.revision == before + 1
    assert not service.saved
    assert not paths.watchlists_file.exists()
    assert service.flush()
    assert service.saved
    assert on_disk(paths) == service.lists
    assert make().lists == service.lists


def test_a_refused_edit_changes_nothing(make: Make) -> None:
    service = make()
    with pytest.raises(WatchlistError):
        service.edit(Add("mine", entries("D", "A")))
    assert service.lists == DEFAULT
    assert service.revision == 0
    assert service.saved
    service.edit(SortOnce("mine", ("A", "B", "C")))
    assert service.saved, "an edit that changes nothing is no step"


def test_the_thread_saves_by_itself(make: Make, paths: Paths) -> None:
    service = WatchlistService(paths, now=lambda: datetime.now(UTC), default=DEFAULT, delay=0.01)
    service.edit(Remove("mine", ("A",)))
    deadline = time.monotonic() + 5
    pause = threading.Event()
    while not service.saved and time.monotonic() < deadline:
        pause.wait(0.005)
    assert on_disk(paths) == service.lists
    assert service.close()
    assert service.close()


def test_undo_and_redo_go_over_lists_and_restarts(make: Make, paths: Paths) -> None:
    service = make()
    states = [service.lists]
    sequence: tuple[Edit, ...] = (
        Add("mine", entries("D")),
        NewList("chips", entries("SMIC")),
        Move("mine", ("A",), 0, "chips"),
        Rename("chips", "Chips"),
        DeleteList("Chips"),
    )
    states += [service.edit(edit) for edit in sequence]
    service.flush()
    service = make()
    for state in reversed(states[:-1]):
        step = service.undo()
        assert step is not None
        assert service.lists == state
    assert service.undo() is None
    service.flush()
    service = make()
    for state in states[1:]:
        assert service.redo() is not None
        assert service.lists == state
    assert service.redo() is None
    service.undo()
    service.edit(SetNote("mine", ("B",), "x"))
    assert service.redo() is None, "a new edit ends what could be redone"
    service.flush()
    assert on_disk(paths) == service.lists


def test_at_least_two_hundred_steps_are_kept(make: Make) -> None:
    service = make()
    for number in range(250):
        service.edit(SetNote("mine", ("A",), str(number)))
    service.flush()
    service = make()
    undone = 0
    while service.undo() is not None:
        undone += 1
    assert undone == 250
    assert service.lists == DEFAULT


simple = st.one_of(
    st.builds(Add, st.just("mine"), st.sampled_from("DEFG").map(entries), st.none() | st.integers(0, 3)),
    st.builds(Remove, st.just("mine"), st.sampled_from("ABCD").map(lambda one: (one,))),
    st.builds(Move, st.just("mine"), st.sampled_from("ABC").map(lambda one: (one,)), st.integers(0, 3)),
    st.builds(SetNote, st.just("mine"), st.sampled_from("ABC").map(lambda one: (one,)), st.sampled_from(["", "x"])),
    st.builds(NewList, st.sampled_from(["x", "y"]), st.just(entries("Z"))),
    st.builds(DeleteList, st.sampled_from(["x", "mine"])),
    st.builds(Rename, st.sampled_from(["x", "y"]), st.sampled_from(["x", "y", "z"])),
)
acts = st.one_of(simple, st.sampled_from(["undo", "redo", "save", "restart"]))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(acts, max_size=20))
def test_any_edits_undos_and_restarts_return_to_the_same_bytes(
    tmp_path_factory: pytest.TempPathFactory, sequence: list[Edit | str]
) -> None:
    root = tmp_path_factory.mktemp("any")
    paths = Paths(root, root)

    def build() -> WatchlistService:
        return WatchlistService(paths, now=lambda: datetime.now(UTC), default=DEFAULT, delay=3600)

    service = build()
    for act in sequence:
        if act == "undo":
            service.undo()
        elif act == "redo":
            service.redo()
        elif isinstance(act, str):
            service.flush()
            if act == "restart" and paths.watchlists_file.exists():
                before = service.lists
                service.close()
                service = build()
                assert service.lists == before
        else:
            try:
                service.edit(act)
            except WatchlistError:
                continue
    while service.undo() is not None:
        pass
    service.flush()
    assert service.lists == DEFAULT
    if paths.watchlists_file.exists():
        assert paths.watchlists_file.read_bytes() == write_text(DEFAULT)
    while service.redo() is not None:
        pass
    while service.undo() is not None:
        pass
    assert service.lists == DEFAULT
    service.close()
    shutil.rmtree(root)


# The file is edited by somebody else


def hand_edit(paths: Paths, old: str, new: str) -> None:
    text = paths.watchlists_file.read_text(encoding="utf-8")
    assert old in text
    paths.watchlists_file.write_text(text.replace(old, new), encoding="utf-8")


def test_an_edit_from_outside_is_taken_over(make: Make, paths: Paths) -> None:
    service = make()
    service.edit(Add("mine", entries("D")))
    service.flush()
    assert service.poll_outside().kind is Outside.SAME
    hand_edit(paths, 'symbol = "B"', 'symbol = "B", note = "by hand"')
    revision = service.revision
    assert service.poll_outside().kind is Outside.TAKEN
    assert service.revision == revision + 1
    assert service.lists.lists[0].entries[1].note == "by hand"
    assert service.poll_outside().kind is Outside.SAME
    hand_edit(paths, "by hand", "again")
    assert service.poll_outside().kind is Outside.TAKEN
    # The person's edit of the file is no step, our own still are.
    assert service.undo() is not None
    assert symbols(service) == "ABC"
    assert service.lists.lists[0].entries[1].note == "again"


def test_a_second_change_within_one_tick_of_the_clock_is_seen(make: Make, paths: Paths) -> None:
    service = make()
    service.edit(SetNote("mine", ("A",), "aaa"))
    service.flush()
    found = paths.watchlists_file.stat()
    with paths.watchlists_file.open("r+b") as file:
        data = file.read()
        file.seek(0)
        file.write(data.replace(b"aaa", b"bbb"))
    os.utime(paths.watchlists_file, ns=(found.st_atime_ns, found.st_mtime_ns))
    assert service.poll_outside().kind is Outside.TAKEN
    assert service.lists.lists[0].entries[0].note == "bbb"


@pytest.mark.parametrize("choice", ["mine", "theirs", "merge"])
def test_edits_on_both_sides_ask(make: Make, paths: Paths, choice: str) -> None:
    service = make()
    service.edit(Add("mine", entries("D")))
    service.flush()
    service.edit(Remove("mine", ("A",)))
    hand_edit(paths, 'symbol = "B"', 'symbol = "X"')
    theirs = paths.watchlists_file.read_bytes()
    outcome = service.poll_outside()
    assert outcome.kind is Outside.CONFLICT
    assert outcome.conflict is not None
    assert {(one.symbol, one.side.value) for one in outcome.conflict.differences} == {
        ("A", "theirs"),
        ("B", "mine"),
        ("X", "theirs"),
    }
    service.edit(SetNote("mine", ("C",), "meanwhile"))
    assert not service.flush()
    assert paths.watchlists_file.read_bytes() == theirs, "nothing is written while the person has to choose"
    assert service.poll_outside().kind is Outside.CONFLICT
    service.resolve(choice)  # type: ignore[arg-type]
    assert symbols(service) == {"mine": "BCD", "theirs": "AXCD", "merge": "XCD"}[choice]
    assert service.conflict is None
    assert service.problem is None
    assert service.flush()
    assert on_disk(paths) == service.lists
    if choice != "mine":
        service.undo()
        assert symbols(service) == "BCD"
        assert service.lists.lists[0].entries[1].note == "meanwhile"


def test_an_editor_that_began_before_our_last_save_is_a_conflict(make: Make, paths: Paths) -> None:
    service = make()
    service.edit(SetNote("mine", ("A",), "one"))
    service.flush()
    opened = paths.watchlists_file.read_bytes()
    service.edit(Add("mine", entries("D")))
    service.flush()
    paths.watchlists_file.write_bytes(opened.replace(b'"B"', b'"X"'))
    assert service.poll_outside().kind is Outside.CONFLICT
    service.resolve("merge")
    assert symbols(service) == "AXCD"
    service.flush()
    assert on_disk(paths) == service.lists


def test_a_save_finds_the_conflict_without_a_poll(make: Make, paths: Paths) -> None:
    service = make()
    service.edit(Add("mine", entries("D")))
    service.flush()
    hand_edit(paths, 'symbol = "B"', 'symbol = "X"')
    service.edit(Remove("mine", ("A",)))
    assert not service.flush()
    assert service.conflict is not None
    assert service.problem is not None


@pytest.mark.parametrize("start", [False, True])
def test_an_invalid_file_is_refused_and_never_written_over(make: Make, paths: Paths, start: bool) -> None:
    service = make()
    service.edit(Add("mine", entries("D")))
    service.flush()
    service.edit(Add("mine", entries("E")))
    service.flush()
    good = paths.watchlists_file.read_bytes()
    broken = good.replace(b'symbol = "B"', b"symbol = B")
    paths.watchlists_file.write_bytes(broken)
    line = broken[: broken.index(b"symbol = B")].count(b"\n") + 1
    if start:
        service = make()
        assert symbols(service) == "ABCD", "the backup's"
    else:
        outcome = service.poll_outside()
        assert outcome.kind is Outside.REFUSED
        assert outcome.sentence == service.problem
        assert symbols(service) == "ABCDE"
    assert service.problem is not None
    assert service.problem.startswith(f"{paths.watchlists_file}, line {line}: not valid TOML: ")
    service.edit(Remove("mine", ("A",)))
    assert not service.flush()
    assert paths.watchlists_file.read_bytes() == broken
    paths.watchlists_file.write_bytes(good)
    # As it was before: only one who began with the backup learns something.
    assert service.poll_outside().kind is (Outside.TAKEN if start else Outside.SAME)
    assert service.problem is None
    assert symbols(service) == "BCDE"
    assert service.flush()
    assert on_disk(paths) == service.lists


def test_a_file_that_is_gone_comes_back_with_the_next_edit(make: Make, paths: Paths) -> None:
    service = make()
    service.edit(Add("mine", entries("D")))
    service.flush()
    paths.watchlists_file.unlink()
    assert service.poll_outside().kind is Outside.MISSING
    assert service.poll_outside().kind is Outside.SAME
    assert symbols(service) == "ABCD"
    service.edit(Remove("mine", ("A",)))
    assert service.flush()
    assert on_disk(paths) == service.lists


def test_a_full_disk_is_told_and_the_edits_are_saved_when_it_is_possible(
    make: Make, paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = make()
    service.edit(Add("mine", entries("D")))
    service.flush()
    with monkeypatch.context() as patch:

        def refuse(*_: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        patch.setattr(os, "fsync", refuse)
        service.edit(Remove("mine", ("A",)))
        assert not service.flush()
        assert service.problem is not None
        assert "the disk is full" in service.problem
        service.edit(Remove("mine", ("B",)))
        assert service.poll_outside().kind is Outside.SAME
        assert service.problem is not None
    assert symbols(service) == "CD"
    assert service.flush()
    assert service.problem is None
    assert on_disk(paths) == service.lists


def test_a_journal_that_cannot_be_written_does_not_keep_the_lists_from_being_saved(make: Make, paths: Paths) -> None:
    paths.undo_file.mkdir()
    service = make()
    service.edit(Remove("mine", ("A",)))
    assert not service.flush()
    assert service.problem is not None
    assert "undo is kept in memory only" in service.problem
    assert on_disk(paths) == service.lists
    assert service.undo() is not None
    assert service.lists == DEFAULT
    paths.undo_file.rmdir()
    assert service.flush()
    assert make().stacks().redo


# Two programs


def test_unsaved_edits_are_done_again_on_top_of_another_programs(make: Make, paths: Paths) -> None:
    one, two = make(), make()
    one.edit(Add("mine", entries("D")))
    two.edit(Add("mine", entries("E"), 0))
    two.edit(Remove("mine", ("B",)))
    assert one.flush()
    assert two.flush()
    assert symbols(two) == "EACD"
    assert one.poll_outside().kind is Outside.TAKEN
    assert one.lists == two.lists == on_disk(paths)
    # One history: the last step is the other program's.
    step = one.undo()
    assert step is not None
    assert symbols(one) == "EABCD"
    one.flush()
    two.poll_outside()
    two.undo()
    assert symbols(two) == "ABCD"
    two.flush()
    assert on_disk(paths) == two.lists


def test_undo_takes_back_what_the_other_program_did_without_a_poll(make: Make) -> None:
    one, two = make(), make()
    one.edit(Add("mine", entries("D")))
    one.flush()
    assert two.undo() is not None
    assert two.lists == DEFAULT


WORKER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from tui_monitor.config.paths import Paths
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, Remove
from tui_monitor.services.watchlists import WatchlistService

root, who, turns = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
service = WatchlistService(Paths(root, root), now=lambda: datetime.now(UTC),
                           default=Watchlists((Watchlist(name="mine"),)), delay=3600)
for turn in range(turns):
    service.edit(Add("mine", (Entry(symbol=f"{who}{turn}"),)))
    assert service.flush(), service.problem
    if turn % 10 == 9:
        service.edit(Remove("mine", (f"{who}{turn - 5}",)))
        assert service.flush(), service.problem
"""


@pytest.mark.slow
def test_two_programs_that_edit_in_turn_lose_nothing(tmp_path: Path) -> None:
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, str(tmp_path), who, str(TURNS)]) for who in ("P", "Q")]
    assert [worker.wait(100) for worker in workers] == [0, 0]
    found = read_text((tmp_path / "watchlists.toml").read_bytes(), "w").lists.lists[0].symbols
    removed = set(range(4, TURNS, 10))
    for who in ("P", "Q"):
        mine = [symbol for symbol in found if symbol.startswith(who)]
        assert mine == [f"{who}{turn}" for turn in range(TURNS) if turn not in removed]
    steps = Journal(tmp_path / "undo.jsonl").stacks().undo
    assert len(steps) == min(watchlist_history.MAX_STEPS, 2 * (TURNS + len(removed)))


VICTIM = """
import os, sys, threading, time
from datetime import UTC, datetime
from pathlib import Path
from tui_monitor.config.paths import Paths
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add
from tui_monitor.services.watchlists import WatchlistService

def say(what):
    os.write(1, f"{what} {time.monotonic()}\\n".encode())

def fsync(descriptor, real=os.fsync):
    say("disk")
    real(descriptor)
    say("written")

os.fsync = fsync
root, number = Path(sys.argv[1]), int(sys.argv[2])
service = WatchlistService(Paths(root, root), now=lambda: datetime.now(UTC),
                           default=Watchlists((Watchlist(name="mine"),)))
assert service.problem is None, service.problem
while True:
    service.edit(Add("mine", (Entry(symbol=f"S{number}"),)))
    say(number)
    number += 1
    time.sleep(0.004)
"""


@pytest.mark.slow
def test_kill_9_at_any_moment_loses_at_most_the_last_half_second(tmp_path: Path) -> None:
    chance = random.Random(917)
    start = made = 0
    for number in range(KILLS):
        if number % A_FOLDER == 0:
            # A list holds 5,000 at the most; a killed program leaves its files to the next one until then.
            root, start = tmp_path / str(number), 0
            root.mkdir()
        victim = subprocess.Popen(
            [sys.executable, "-c", VICTIM, str(root), str(start)], stdout=subprocess.PIPE, text=True
        )
        assert victim.stdout is not None
        first = victim.stdout.readline()
        time.sleep(chance.uniform(0.0, 1.5))
        assert victim.poll() is None, "it was killed, it did not end by itself"
        killed = time.monotonic()
        victim.kill()
        said = [line.split() for line in (first + victim.stdout.read()).split("\n")[:-1]]
        done = [(int(what), float(when)) for what, when in said if what.isdigit()]
        victim.wait()
        victim.stdout.close()
        path = root / "watchlists.toml"
        # Edits are consecutive: what is there is everything up to the last one that is.
        found = read_text(path.read_bytes(), "w").lists.lists[0].symbols if path.exists() else ()
        assert list(found) == [f"S{number}" for number in range(len(found))]
        # Where the machine held up the program or its disk, that is no fault of the program's.
        held_up = sum(max(0.0, later - earlier - 0.02) for (_, earlier), (_, later) in pairwise(done[-250:]))
        held_up += _disk_seconds([(what, float(when)) for what, when in said if not what.isdigit()], killed)
        old = [number for number, when in done if when < killed - 0.5 - held_up]
        assert len(found) > max(old, default=-1)
        assert len(found) >= start, "what one killed program had saved the next one keeps"
        start = len(found)
        made += len(done)
    print(f"{KILLS} kills, {made} edits")  # noqa: T201
    assert start > 0
    service = WatchlistService(
        Paths(root, root), now=lambda: datetime.now(UTC), default=Watchlists((Watchlist(name="mine"),))
    )
    before = service.lists.count
    assert service.undo() is not None
    assert service.lists.count == before - 1
    service.close()


def _disk_seconds(said: list[tuple[str, float]], end: float) -> float:
    """Return how long the disk took within the last second."""
    spans = list(zip(said[::2], [*said[1::2], ("written", end)][: len(said[::2])], strict=True))
    return sum(stop - max(begin, end - 1.0) for (_, begin), (_, stop) in spans if stop > end - 1.0)


# The journal


def test_a_half_written_line_is_passed_over_and_not_joined(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "undo.jsonl")
    lines = [Line("do", new_step(SetNote("mine", ("A",), str(n)), SetNote("mine", ("A",), ""))) for n in range(3)]
    journal.append(lines[:2])
    with journal.path.open("ab") as file:
        file.write(b'{"op": "do", "id": "x", "ed')
    journal.append(lines[2:])
    assert [step.id for step in journal.stacks().undo] == [line.step.id for line in lines]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=200) | st.sampled_from([b"[]", b"null", b'{"op":"do","id":1}', b"[" * 9999]))
def test_any_bytes_as_a_journal_are_no_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "undo.jsonl"
    path.write_bytes(data)
    assert Journal(path).stacks().undo == []


def test_a_journal_that_grew_is_written_anew_with_the_same_stacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(tmp_path / "undo.jsonl")
    steps = [new_step(SetNote("mine", ("A",), str(n)), SetNote("mine", ("A",), "")) for n in range(40)]
    journal.append([Line("do", step) for step in steps])
    journal.append([Line("undo", step) for step in reversed(steps[30:])])
    before = journal.stacks()
    assert (len(before.undo), len(before.redo)) == (30, 10)
    last = before.redo[-1]
    journal.append([Line("redo" if n % 2 == 0 else "undo", last) for n in range(100)])
    assert journal.stacks() == before
    monkeypatch.setattr(watchlist_history, "MAX_JOURNAL", journal.path.stat().st_size)
    journal.append([Line("redo", last)])
    assert journal.path.stat().st_size < watchlist_history.MAX_JOURNAL // 2
    assert [one.id for one in journal.stacks().undo] == [one.id for one in steps[:31]]
    assert [one.id for one in Journal(journal.path).stacks().redo] == [one.id for one in before.redo[:-1]]
