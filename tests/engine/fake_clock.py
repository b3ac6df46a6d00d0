"""Time for tests: an event loop that never waits, and clocks on it.

When every task waits, the loop's own time jumps to the next timer. So ``asyncio.sleep`` and ``asyncio.timeout``
within the code under test run on simulated time too, in the order they would really run in.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = datetime(2025, 9, 17, 2, 0, tzinfo=UTC)
"""Where simulated time begins: a Wednesday morning in Hong Kong."""


class _JumpingSelector(selectors.DefaultSelector):
    """Looks for input without waiting, and moves the loop's time on instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everything waits and nothing is going to happen")
        if timeout > 0:
            self.now += timeout
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop on simulated time."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


class FakeClock:
    """The program's clock on the running loop's time. ``offset`` moves the wall clock away from it."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self.start = start
        self.offset = 0.0
        self._began = asyncio.get_running_loop().time()

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def elapsed(self) -> float:
        return self.monotonic() - self._began

    def now(self) -> datetime:
        return self.start + timedelta(seconds=self.elapsed() + self.offset)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(0.0, seconds))


def run_virtual(main: Coroutine[Any, Any, T]) -> T:
    """Run ``main`` on simulated time; fail if it leaves a task behind."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(_and_nothing_left(main))


async def _and_nothing_left(main: Coroutine[Any, Any, T]) -> T:
    result = await main
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not left, f"tasks left behind: {left}"
    return result
