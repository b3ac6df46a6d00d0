from __future__ import annotations

import asyncio
import gc
import threading
import time
from collections.abc import Iterator

import pytest

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.engine.blocking import MAX_HUNG, DaemonWorker, hung, in_thread


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What hung calls wait for; opened at the end so that no thread outlives its test."""
    event = threading.Event()
    yield event
    event.set()


async def until(condition: object, *, seconds: float = 5.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        await asyncio.sleep(0.005)


async def test_result_and_error_come_back() -> None:
    assert await in_thread(divmod, 7, 2, timeout=5, name="t-result") == (3, 1)
    with pytest.raises(ZeroDivisionError):
        await in_thread(divmod, 7, 0, timeout=5, name="t-result")


async def test_the_thread_is_our_own_and_a_daemon() -> None:
    thread = await in_thread(threading.current_thread, timeout=5, name="t-daemon")
    assert thread.daemon
    assert thread.name == "t-daemon"
    assert thread is not threading.current_thread()


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, StopIteration, asyncio.CancelledError])
async def test_what_would_end_a_loop_becomes_an_error(kind: type[BaseException]) -> None:
    def end() -> None:
        raise kind

    with pytest.raises(RuntimeError, match=kind.__name__):
        await in_thread(end, timeout=5, name="t-exit")


async def test_the_call_s_own_timeout_error_is_no_time_out_of_ours() -> None:
    def late() -> None:
        raise TimeoutError("the library's own")

    with pytest.raises(TimeoutError, match="own"):
        await in_thread(late, timeout=5, name="t-own")
    assert hung("t-own") == 0


async def test_a_hung_call_is_left_behind_and_only_so_many(gate: threading.Event) -> None:
    name = "t-hung"
    for number in range(MAX_HUNG):
        with pytest.raises(SourceError, match=r"no answer within 0\.02 s") as caught:
            await in_thread(gate.wait, timeout=0.02, name=name)
        assert caught.value.kind is FailureKind.TIMEOUT
        assert hung(name) == number + 1
    began = time.monotonic()
    with pytest.raises(SourceError, match="still hang") as caught:
        await in_thread(gate.wait, timeout=60, name=name)
    assert time.monotonic() - began < 1
    assert caught.value.kind is FailureKind.TIMEOUT
    assert await in_thread(int, timeout=5, name="t-another") == 0
    gate.set()
    await until(lambda: hung(name) == 0)
    assert await in_thread(int, timeout=5, name=name) == 0


async def test_cancelling_leaves_the_call_behind(gate: threading.Event) -> None:
    task = asyncio.create_task(in_thread(gate.wait, timeout=60, name="t-cancel"))
    await until(lambda: any(thread.name == "t-cancel" for thread in threading.enumerate()))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert hung("t-cancel") == 1
    gate.set()
    await until(lambda: hung("t-cancel") == 0)


def test_a_result_that_comes_after_the_loop_has_closed_is_dropped(gate: threading.Event) -> None:
    async def leave() -> None:
        with pytest.raises(SourceError):
            await in_thread(gate.wait, timeout=0.02, name="t-closed")

    asyncio.run(leave())
    gate.set()
    end = time.monotonic() + 5
    while hung("t-closed") and time.monotonic() < end:
        time.sleep(0.005)
    assert hung("t-closed") == 0
    gc.collect()


async def test_a_worker_keeps_to_one_thread_and_to_the_order() -> None:
    worker = DaemonWorker("t-worker")
    seen: list[tuple[int, int]] = []

    def note(number: int) -> None:
        seen.append((number, threading.get_ident()))

    await asyncio.gather(*(worker.call(note, number, timeout=5) for number in range(20)))
    assert [number for number, _ in seen] == list(range(20))
    assert len({ident for _, ident in seen}) == 1
    worker.close()
    worker.close()
    await until(lambda: not any(thread.name == "t-worker" for thread in threading.enumerate()))
    assert await worker.call(int, timeout=5) == 0
    worker.close()


async def test_a_worker_that_hangs_gets_a_new_thread(gate: threading.Event) -> None:
    worker = DaemonWorker("t-stuck")
    stuck = asyncio.create_task(worker.call(gate.wait, timeout=0.05))
    await asyncio.sleep(0)
    ran: list[str] = []
    behind = asyncio.create_task(worker.call(ran.append, "behind", timeout=0.05))
    results = await asyncio.gather(stuck, behind, return_exceptions=True)
    assert all(isinstance(result, SourceError) for result in results)
    assert await worker.call(int, timeout=5) == 0, "in a new thread"
    gate.set()
    await until(lambda: hung("t-stuck") == 0)
    assert ran == [], "given up while it waited, so never called"
    worker.close()
