"""Files are looked at in a thread; the loop hears of what changed and of nothing else."""

from __future__ import annotations

import asyncio
import os
import threading
from pathlib import Path

from tui_monitor.engine.lookout import Lookout, stamp_of


class Watched:
    """A file under a lookout that looks fifty times a second."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.told = 0
        self.heard = asyncio.Event()
        self.lookout = Lookout("test-lookout", period=lambda: 0.02)
        self.lookout.watch(path, self._tell)

    def _tell(self) -> None:
        self.told += 1
        self.heard.set()

    async def hear(self) -> None:
        async with asyncio.timeout(10):
            await self.heard.wait()
        self.heard.clear()


async def test_a_file_that_comes_changes_or_goes_is_told_and_one_that_stands_is_not(tmp_path: Path) -> None:
    watched, looks = Watched(tmp_path / "a.toml"), threading.Semaphore(0)
    watched.lookout.each(looks.release)
    task = asyncio.create_task(watched.lookout.run())
    await watched.hear()
    watched.path.write_text("one")
    await watched.hear()
    replaced = tmp_path / "b"
    replaced.write_text("two")
    os.utime(replaced, ns=(watched.path.stat().st_atime_ns, watched.path.stat().st_mtime_ns))
    replaced.replace(watched.path)
    await watched.hear()
    watched.path.unlink()
    await watched.hear()
    told = watched.told
    while looks.acquire(blocking=False):
        pass
    for _ in range(3):
        assert await asyncio.to_thread(looks.acquire, timeout=10)
    assert watched.told == told == 4
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_look_that_fails_or_hangs_holds_up_neither_the_loop_nor_the_end(tmp_path: Path) -> None:
    watched, hung, goes_on = Watched(tmp_path / "a.toml"), threading.Event(), threading.Event()

    def fail() -> None:
        raise OSError("no such disk")

    def hang() -> None:
        hung.set()
        goes_on.wait(30)

    watched.lookout.each(fail)
    watched.lookout.each(hang)
    task = asyncio.create_task(watched.lookout.run())
    await watched.hear()
    assert await asyncio.to_thread(hung.wait, 10), "the look after the one that failed is made"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    thread = next(one for one in threading.enumerate() if one.name == "test-lookout")
    goes_on.set()
    await asyncio.to_thread(thread.join, 10)
    assert not thread.is_alive()


def test_a_file_that_is_not_there_has_no_stamp(tmp_path: Path) -> None:
    assert stamp_of(tmp_path / "none") is None
    assert stamp_of(tmp_path) is not None
