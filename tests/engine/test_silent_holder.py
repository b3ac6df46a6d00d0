"""A monitor that polls for others and moves no more, or whose files are deleted: the others notice and say so."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor
from tests.tui.stage import Stage, at, frame_text
from tests.tui.test_following_screen import text_of
from tests.tui.test_sources_screen import settle, stage_with_sources

from tui_monitor.engine.blocking import DaemonWorker
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.present.sources_list import followed_words
from tui_monitor.services import sharing as turns
from tui_monitor.services.sharing import BEAT, LOOK, SILENT, TAKEN, Sharing
from tui_monitor.sources.api import Topic
from tui_monitor.store.holding import PollingLock
from tui_monitor.store.latest import LatestStore

HOLDER = """
import sys, time
from pathlib import Path
from tui_monitor.sources.api import Topic
from tui_monitor.store.holding import PollingLock
from tui_monitor.store.latest import LatestStore
lock = PollingLock(Path(sys.argv[1]))
assert lock.acquire()
while True:
    print(lock.beat(), flush=True)
    time.sleep(0.01)
"""


def wait_until(found: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait for what another process decides."""
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_stopped_process_holds_the_lock_and_does_not_beat(tmp_path: Path) -> None:
    path = tmp_path / "polling.lock"
    other = subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        lock = PollingLock(path)
        assert not lock.acquire()
        first = lock.beaten()
        wait_until(lambda: lock.beaten() != first)
        os.kill(other.pid, signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(other.pid, os.WUNTRACED)[1])
        still = lock.beaten()
        time.sleep(0.1)
        assert lock.beaten() == still
        assert not lock.acquire(), "it holds it still"
        assert lock.holder() == other.pid
        os.kill(other.pid, signal.SIGCONT)
        wait_until(lambda: lock.beaten() != still)
        beaten = lock.beaten()
        assert beaten is not None
        wait_until(lambda: lock.beaten() != beaten)
        assert not lock.take_over(beaten), "it has moved since"
        os.kill(other.pid, signal.SIGSTOP)
        assert os.WIFSTOPPED(os.waitpid(other.pid, os.WUNTRACED)[1])
        still = lock.beaten()
        assert still is not None
        # Files' times go in steps of some milliseconds; whoever takes over does so long after the last beat.
        time.sleep(0.05)
        third = PollingLock(path)
        assert third.take_over(still)
        assert not lock.take_over(still), "another one was first"
        assert third.holder() == os.getpid()
        assert third.beat()
        assert not lock.acquire()
        assert [one.name for one in tmp_path.iterdir()] == ["polling.lock"]
        os.kill(other.pid, signal.SIGCONT)
        lines: list[str] = []
        wait_until(lambda: bool(lines.append(other.stdout.readline()) or lines[-1] == "False\n"))  # type: ignore[union-attr,func-returns-value]
        third.release()
        assert lock.acquire(), "it is free as ever"
    finally:
        other.kill()
        other.wait()
        assert other.stdout is not None
        other.stdout.close()


def test_a_lock_whose_file_is_deleted_is_taken_anew_and_keeps_others_out(tmp_path: Path) -> None:
    path = tmp_path / "polling.lock"
    mine, theirs = PollingLock(path), PollingLock(path)
    assert mine.acquire()
    assert mine.beat()
    path.unlink()
    assert mine.beat()
    assert not theirs.acquire(), "it stands under its name again"
    path.unlink()
    assert theirs.acquire(), "this one was first"
    assert not mine.beat()
    assert not mine.held
    assert theirs.beat()
    assert not mine.acquire()
    theirs.release()
    assert not theirs.beat(), "who laid it down holds it no more"


class Bystander:
    """A lock that another one holds, beating while ``lives``."""

    def __init__(self) -> None:
        self.lives = True
        self.beats = 0
        self.free = False
        self.gives = False
        """Whether the lock can be taken from the one that stands still."""
        self.gone = False

    def acquire(self) -> bool:
        self.beats += self.lives
        return self.free

    def release(self) -> None:
        pass

    def holder(self) -> int | None:
        return 4711

    def beat(self) -> bool:
        return True

    def beaten(self) -> int | None:
        return self.beats

    def take_over(self, beaten: int) -> bool:
        return self.gives and beaten == self.beats

    def lost(self) -> bool:
        return self.gone


class Inline(DaemonWorker):
    """Calls at once, on the loop: simulated time does not wait for threads."""

    async def call(self, function, *args, timeout):  # type: ignore[no-untyped-def]
        return function(*args)


class Nothing:
    """The parts of a follower that this is not about."""

    health: dict[str, object] = {}  # noqa: RUF012
    store = LatestStore()

    async def read_health(self) -> dict[str, bytes]:
        return {}

    def put_wish(self, *_: object) -> None:
        pass

    put_polling = put_wish


def test_a_follower_tells_the_seconds_for_which_the_other_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "DaemonWorker", Inline)

    async def scenario() -> None:
        clock, lock, nothing = FakeClock(), Bystander(), Nothing()
        one = Sharing(lock, nothing, nothing, nothing, clock, lambda: None)  # type: ignore[arg-type]
        task = asyncio.create_task(one.run(asyncio.Event().wait))  # type: ignore[arg-type]
        await clock.sleep(60)
        assert one.silence() is None
        lock.lives = False
        await clock.sleep(SILENT - LOOK)
        assert one.silence() is None, "too short to say anything"
        await clock.sleep(3 * LOOK)
        silence = one.silence()
        assert silence is not None
        assert SILENT <= silence <= SILENT + 3 * LOOK
        await clock.sleep(60)
        assert one.silence() == pytest.approx(silence + 60, abs=LOOK)
        lock.lives = True
        await clock.sleep(2 * LOOK)
        assert one.silence() is None, "it goes on"
        lock.lives = False
        await clock.sleep(40)
        lock.free = True
        await clock.sleep(2 * LOOK)
        assert one.polls
        assert one.silence() is None, "it was ended: this one polls now"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtual(scenario())


def test_a_follower_takes_the_turn_of_one_that_stands_still_and_never_of_one_that_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "DaemonWorker", Inline)

    async def scenario() -> None:
        clock, lock, nothing = FakeClock(), Bystander(), Nothing()
        one = Sharing(lock, nothing, nothing, nothing, clock, lambda: None)  # type: ignore[arg-type]
        task = asyncio.create_task(one.run(asyncio.Event().wait))  # type: ignore[arg-type]
        lock.gives = True
        await clock.sleep(3600)
        assert not one.polls, "it lives"
        lock.lives = False
        await clock.sleep(TAKEN - LOOK)
        assert not one.polls, "a busy machine is no reason"
        assert one.silence() is not None, "but it is said"
        await clock.sleep(3 * LOOK)
        assert one.polls
        assert one.silence() is None
        assert one.whose() == (False, None)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtual(scenario())


def test_who_comes_back_to_a_turn_that_was_taken_asks_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "DaemonWorker", Inline)

    async def scenario() -> None:
        clock, lock, nothing = FakeClock(), Bystander(), Nothing()
        lock.free = True
        source = Scripted(descriptor("wire", topic=Topic.HEADLINES, period=10.0), clock)
        scheduler = Scheduler([source], clock=clock, sink=lambda _: None)
        one = Sharing(lock, nothing, nothing, nothing, clock, lambda: None)  # type: ignore[arg-type]

        async def poll() -> None:
            one._halt = scheduler.halt
            await scheduler.run()

        task = asyncio.create_task(one.run(poll))
        await clock.sleep(35)
        asked = len(source.asked)
        assert asked > 2
        one.came_back()
        await clock.sleep(20)
        assert len(source.asked) > asked, "nobody took it: it goes on"
        asked = len(source.asked)
        lock.gone, lock.free = True, False
        one.came_back()
        await clock.sleep(60)
        assert len(source.asked) == asked
        assert not one.polls
        lock.gone, lock.free = False, True
        await clock.sleep(2 * LOOK)
        assert one.polls
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtual(scenario())


def test_a_follower_that_was_stopped_itself_blames_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "DaemonWorker", Inline)

    async def scenario() -> None:
        clock, lock, nothing = FakeClock(), Bystander(), Nothing()
        one = Sharing(lock, nothing, nothing, nothing, clock, lambda: None)  # type: ignore[arg-type]
        lock.lives = False
        one._listen()
        await clock.sleep(3600)
        one._listen()
        one._listen()
        assert one.silence() is None

    run_virtual(scenario())


def test_who_lost_the_lock_lays_polling_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "DaemonWorker", Inline)

    async def scenario() -> None:
        clock, lock, nothing = FakeClock(), Bystander(), Nothing()
        lock.free = True
        one = Sharing(lock, nothing, nothing, nothing, clock, lambda: None)  # type: ignore[arg-type]
        task = asyncio.create_task(one.run(asyncio.Event().wait))  # type: ignore[arg-type]
        await clock.sleep(2 * BEAT)
        assert one.polls
        lock.free = False
        monkeypatch.setattr(lock, "beat", lambda: False)
        await clock.sleep(2 * BEAT)
        assert not one.polls
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("language", "mark", "advice"),
    [("en", "other monitor stopped", "kill -9 4711"), ("zh-Hant", "停頓", "結束它"), ("zh-Hans", "停顿", "结束它")],
)
def test_the_screen_says_that_the_other_monitor_stands_still(language: str, mark: str, advice: str) -> None:
    stage = stage_with_sources(language=language)
    stage.view.followed = lambda: (True, 4711)
    assert mark not in text_of(stage)
    stage.view.silence = lambda: 25.0
    assert mark in text_of(stage)
    assert "25" in text_of(stage)
    words = followed_words(stage.view)
    assert words is not None
    assert advice in words
    stage.view.followed = lambda: (True, None)
    words = followed_words(stage.view)
    assert words is not None
    assert "4711" not in words
    assert "None" not in words


async def test_the_list_of_sources_says_what_to_do() -> None:
    stage = stage_with_sources()
    stage.view.followed = lambda: (True, 4711)
    stage.view.silence = lambda: 25.0
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("i")
        await settle(app, pilot)
        text = " ".join(" ".join(frame_text(app)).split())
        assert "has not moved for 25s" in text
        assert "end it (kill -9 4711)" in text


async def test_after_hours_too_the_status_line_says_it_within_a_second() -> None:
    stage = Stage(moment=at(17, 0)).fill()
    app = stage.app()
    silence: list[float | None] = [None]
    stage.view.silence = lambda: silence[0]

    async with app.run_test(size=(120, 40)) as pilot:

        async def second() -> str:
            stage.clock.pass_by(1.0)
            app.main.frame_clock.tick()
            await pilot.pause()
            return frame_text(app)[-1]

        assert "starting" in await second()
        # The first word of the other monitor.
        stage.view.followed = lambda: (True, 4711)
        stage.view.health = stage_with_sources().view.health
        assert "shared" in await second()
        silence[0] = 25.0
        assert "other monitor stopped" in await second()
        silence[0] = None
        assert "stopped" not in await second()
