"""Files are looked at in a thread, when the kernel tells of them or now and then; the loop hears of what changed."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tui_monitor.engine import file_events, lookout
from tui_monitor.engine.file_events import is_local
from tui_monitor.engine.lookout import Lookout, stamp_of

LINUX = sys.platform == "linux"
BOTH = pytest.mark.parametrize(
    "kernel", [pytest.param(True, marks=pytest.mark.skipif(not LINUX, reason="inotify")), False]
)
KERNEL = pytest.mark.skipif(not LINUX, reason="inotify is Linux's")


class Watched:
    """A file under a lookout that looks fifty times a second, or when the kernel tells."""

    def __init__(self, path: Path, *, kernel: bool) -> None:
        self.path = path
        self.told = 0
        self.looks = 0
        self.heard = asyncio.Event()
        self.lookout = Lookout("test-lookout", period=lambda: 0.02, told_by_kernel=kernel)
        self.lookout.watch(path, self._tell)
        self.lookout.each(self._look, self._tell, path)
        self.answer = False

    def _tell(self) -> None:
        self.told += 1
        self.heard.set()

    def _look(self) -> bool:
        self.looks += 1
        return self.answer

    async def hear(self) -> None:
        async with asyncio.timeout(10):
            await self.heard.wait()
        self.heard.clear()

    async def looked(self, times: int, since: int | None = None) -> None:
        wanted = (self.looks if since is None else since) + times
        async with asyncio.timeout(10):
            while self.looks < wanted:  # noqa: ASYNC110 - a look of a thread is no event
                await asyncio.sleep(0.01)


def descriptors() -> int:
    """Return how many are open, 0 where that cannot be told."""
    return len(list(Path("/proc/self/fd").iterdir())) if LINUX else 0


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "SETTLING", 0.01)
    if LINUX:
        # Whatever the folder of the tests is on.
        monkeypatch.setattr(file_events, "is_local", lambda _folder: True)


@pytest.fixture
async def watched(tmp_path: Path, kernel: bool) -> AsyncIterator[Watched]:
    folder = tmp_path / "config"
    folder.mkdir()
    one = Watched(folder / "a.toml", kernel=kernel)
    task = asyncio.create_task(one.lookout.run())
    await one.hear()
    yield one
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def thread() -> threading.Thread | None:
    return next((one for one in threading.enumerate() if one.name == "test-lookout"), None)


@BOTH
async def test_a_file_that_comes_changes_or_goes_is_told_and_one_that_stands_is_not(watched: Watched) -> None:
    watched.path.write_text("one")
    await watched.hear()
    replaced = watched.path.with_name("b")
    replaced.write_text("two")
    os.utime(replaced, ns=(watched.path.stat().st_atime_ns, watched.path.stat().st_mtime_ns))
    replaced.replace(watched.path)
    await watched.hear()
    with watched.path.open("a") as file:
        file.write("more")
    await watched.hear()
    watched.path.unlink()
    await watched.hear()
    told = watched.told
    watched.path.with_name("another").write_text("x")
    await watched.looked(1)
    await asyncio.sleep(0.05)
    assert watched.told == told


@BOTH
async def test_a_look_that_says_yes_is_told(watched: Watched) -> None:
    watched.answer = True
    told = watched.told
    watched.path.with_name("another").write_text("x")
    await watched.hear()
    assert watched.told > told


@KERNEL
@pytest.mark.parametrize("kernel", [True])
async def test_nobody_looks_while_the_kernel_is_silent(watched: Watched) -> None:
    await asyncio.sleep(0.3)
    looks = watched.looks
    await asyncio.sleep(0.3)
    assert watched.looks == looks
    watched.path.write_text("one")
    await watched.hear()
    await watched.looked(1, since=looks)


@KERNEL
@pytest.mark.parametrize("kernel", [True])
async def test_the_file_behind_a_link_is_seen_wherever_it_is(watched: Watched, tmp_path: Path) -> None:
    elsewhere = tmp_path / "dotfiles"
    elsewhere.mkdir()
    target = elsewhere / "mine.toml"
    target.write_text("one")
    watched.path.symlink_to(target)
    await watched.hear()
    # The link came while it ran; the folder that it leads to is listened to as well from then on.
    await asyncio.sleep(0.1)
    target.write_text("another one")
    await watched.hear()


@KERNEL
@pytest.mark.parametrize("kernel", [True])
async def test_a_folder_that_is_taken_away_is_looked_at_again_when_it_is_back(watched: Watched) -> None:
    folder = watched.path.parent
    folder.rmdir()
    await watched.looked(2)
    folder.mkdir()
    watched.path.write_text("one")
    await watched.hear()


@KERNEL
async def test_where_the_kernel_refuses_it_looks_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_events, "is_local", lambda _folder: False)
    one = Watched(tmp_path / "a.toml", kernel=True)
    task = asyncio.create_task(one.lookout.run())
    await one.looked(5)
    (tmp_path / "a.toml").write_text("one")
    await one.hear()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@BOTH
async def test_a_look_that_fails_or_hangs_holds_up_neither_the_loop_nor_the_end(tmp_path: Path, kernel: bool) -> None:
    one, hung, goes_on = Watched(tmp_path / "a.toml", kernel=kernel), threading.Event(), threading.Event()

    def fail() -> bool:
        raise OSError("no such disk")

    def hang() -> None:
        hung.set()
        goes_on.wait(30)

    one.lookout.each(fail, one._tell, one.path)
    one.lookout.each(hang, one._tell, one.path)
    task = asyncio.create_task(one.lookout.run())
    await one.hear()
    assert await asyncio.to_thread(hung.wait, 10), "the look after the one that failed is made"
    held = thread()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    goes_on.set()
    assert held is not None
    await asyncio.to_thread(held.join, 10)
    assert not held.is_alive()


@BOTH
async def test_its_descriptors_are_closed_at_the_end(tmp_path: Path, kernel: bool) -> None:
    before = descriptors()
    for number in range(5):
        one = Watched(tmp_path / f"{number}.toml", kernel=kernel)
        task = asyncio.create_task(one.lookout.run())
        await one.hear()
        held = thread()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if held is not None:
            await asyncio.to_thread(held.join, 10)
    assert descriptors() <= before


def test_the_kind_of_file_system_is_that_of_the_innermost_mount(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    home, here = tmp_path / "home", tmp_path / "home" / "a b"
    here.mkdir(parents=True)
    table = [
        "21 1 254:0 / / rw,relatime shared:1 master:2 - ext4 /dev/vda rw",
        f"22 21 0:30 / {home} rw - nfs4 server:/home rw",
        f"23 22 0:31 / {str(here).replace(' ', chr(92) + '040')} rw shared:9 - tmpfs tmpfs rw",
    ]
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr(file_events, "MOUNTS", mounts)
    found = []
    for lines in (1, 2, 3):
        mounts.write_text("\n".join(table[:lines]) + "\n")
        found.append((is_local(str(home)), is_local(str(here))))
    assert found == [(True, True), (False, False), (False, True)]
    mounts.write_text("nonsense\n\n1 2 3 4 5 6 7\n")
    assert not is_local(str(home))
    mounts.unlink()
    with pytest.raises(OSError, match="mountinfo"):
        is_local(str(home))


def test_a_stamp_tells_written_replaced_and_missing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert stamp_of(path) is None
    path.write_text("one")
    first = stamp_of(path)
    path.write_text("other")
    assert first is not None
    assert stamp_of(path) not in (None, first)
