"""One heap for all threads: what a thread takes is counted in the first one."""

from __future__ import annotations

import asyncio
import ctypes
import subprocess
import sys

import pytest

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.engine import heap

PROGRAM = """
import sys, threading
from tui_monitor.engine.heap import share_heap

def first_heap():
    for line in open("/proc/self/maps"):
        if "[heap]" in line:
            start, end = line.split()[0].split("-")
            return int(end, 16) - int(start, 16)

shared = share_heap() if sys.argv[1] == "shared" else None
kept = []
before = first_heap()
thread = threading.Thread(target=lambda: kept.extend(bytearray(60_000) for _ in range(60)))
thread.start(); thread.join()
print(shared, first_heap() - before > 3_000_000)
"""


def _glibc() -> bool:
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "gnu_get_libc_version")


@pytest.mark.skipif(not _glibc(), reason="the C library is not glibc")
@pytest.mark.parametrize(("how", "printed"), [("shared", "True True\n"), ("as ever", "None False\n")])
def test_a_thread_takes_memory_from_the_first_heap(how: str, printed: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, how], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == printed


def test_another_c_library_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_name: object) -> object:
        return object()

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert heap.share_heap() is False


def test_another_system_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", None)
    assert heap.share_heap() is False


FREED = """
from tui_monitor.engine.heap import give_back

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

blocks = []
for _ in range(300):
    blocks.append(bytearray(60_000))
    blocks.append(bytearray(2_000))
del blocks[::2]
before = resident()
print(give_back(), before - resident() > 10_000_000)
"""


@pytest.mark.skipif(not _glibc(), reason="the C library is not glibc")
def test_what_is_free_between_others_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", FREED], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "True True\n"


async def test_it_is_given_back_soon_and_then_rarely_and_never_where_it_cannot_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    answers = iter((True, True, False))

    async def slept(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", slept)
    monkeypatch.setattr(heap, "give_back", lambda: next(answers))
    await heap.stay_small()
    assert waits == [heap.FIRST, heap.AGAIN, heap.AGAIN]


async def test_a_thread_without_a_turn_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one that the system does not let start: neither may end the program."""
    answers = iter((SourceError(FailureKind.TIMEOUT, "no turn"), RuntimeError("can't start new thread"), False))

    async def busy(*_arguments: object, **_keywords: object) -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(heap, "in_thread", busy)
    await heap.stay_small(0.0, 0.0)
    assert next(answers, None) is None
