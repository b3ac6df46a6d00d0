"""Blocking libraries, kept away from the event loop: daemon threads of our own, each call with a time-out.

Never asyncio's default executor: it resolves host names too, and its threads keep the interpreter alive. A
thread cannot be stopped; one that hangs is left behind, and only so many are left behind.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from tui_monitor.domain.errors import FailureKind, SourceError

T = TypeVar("T")

MAX_HUNG = 3
"""Hung threads that are left behind for one name; then it is refused until one of them ends."""

_hung: dict[str, int] = {}
"""Threads left behind, by name. Changed on event loops' threads and by the hung threads as they end."""
_hung_lock = threading.Lock()


def hung(name: str) -> int:
    """Return how many threads are left behind for ``name``."""
    with _hung_lock:
        return _hung.get(name, 0)


def _count(name: str, step: int) -> None:
    with _hung_lock:
        left = _hung.get(name, 0) + step
        if left > 0:
            _hung[name] = left
        else:
            _hung.pop(name, None)


class _Call:
    """One call on its way through a thread, and its result on its way back to the loop."""

    def __init__(self, function: Callable[..., Any], args: tuple[Any, ...], name: str) -> None:
        self.loop = asyncio.get_running_loop()
        self.future: asyncio.Future[Any] = self.loop.create_future()
        self.name = name
        self._function = function
        self._args = args
        self._lock = threading.Lock()
        self._ended = False
        self._given_up = False

    def run(self) -> None:
        """Make the call, in the thread; not if it was given up while it waited for its turn."""
        with self._lock:
            if self._given_up:
                self._ended = True
                _count(self.name, -1)
                return
        result: Any = None
        error: BaseException | None = None
        try:
            result = self._function(*self._args)
        except BaseException as caught:  # noqa: BLE001 - handed to the caller; a thread has nobody else to tell
            error = caught
        with self._lock:
            self._ended = True
            if self._given_up:
                _count(self.name, -1)
                return
        try:
            self.loop.call_soon_threadsafe(self._settle, result, error)
        except RuntimeError:
            # The loop has closed in the meantime: the program is ending and nobody waits.
            return

    def give_up(self) -> bool:
        """Leave the call to itself; return whether it still runs."""
        with self._lock:
            if self._ended or self._given_up:
                return False
            self._given_up = True
        _count(self.name, +1)
        return True

    def _settle(self, result: Any, error: BaseException | None) -> None:
        if self.future.done():
            return
        if error is None:
            self.future.set_result(result)
        elif isinstance(error, StopIteration | SystemExit | KeyboardInterrupt | asyncio.CancelledError):
            # A future refuses the first, the loop would take the others for its own.
            self.future.set_exception(RuntimeError(f"{self.name}: the call ended with {type(error).__name__}"))
        else:
            self.future.set_exception(error)


def _refuse_if_hung(name: str) -> None:
    left = hung(name)
    if left >= MAX_HUNG:
        raise SourceError(
            FailureKind.TIMEOUT, f"{name}: {left} earlier calls still hang; it is not called again before one ends."
        )


async def _result(call: _Call, timeout: float, name: str, on_left: Callable[[], None]) -> Any:
    try:
        async with asyncio.timeout(timeout):
            return await call.future
    except TimeoutError:
        if call.future.done() and not call.future.cancelled():
            # The call's own TimeoutError, not ours.
            raise
        if call.give_up():
            on_left()
        raise SourceError(FailureKind.TIMEOUT, f"{name}: no answer within {timeout:g} s.") from None
    except asyncio.CancelledError:
        if call.give_up():
            on_left()
        raise


async def in_thread(function: Callable[..., T], *args: Any, timeout: float, name: str) -> T:
    """Return ``function(*args)``, called in a daemon thread of its own.

    Raises what the function raises; ``SourceError`` of kind ``TIMEOUT`` after ``timeout`` seconds, and at once
    while ``MAX_HUNG`` earlier calls of the same ``name`` still hang. Cancelling leaves the call to itself too.
    """
    _refuse_if_hung(name)
    call = _Call(function, args, name)
    threading.Thread(target=call.run, name=name, daemon=True).start()
    result: T = await _result(call, timeout, name, lambda: None)
    return result


class DaemonWorker:
    """One daemon thread that makes calls in turn: for libraries that want to live in one thread.

    The thread begins with the first call and ends with ``close``. When a call hangs, the thread is left behind
    and the next call begins a new one.
    """

    def __init__(self, name: str) -> None:
        """``name`` is what threads and errors are called by."""
        self.name = name
        self._calls: queue.SimpleQueue[_Call | None] | None = None

    async def call(self, function: Callable[..., T], *args: Any, timeout: float) -> T:
        """Return ``function(*args)``, called in the thread after the calls before it.

        Raises what the function raises, and ``SourceError`` as ``in_thread`` does. ``timeout`` counts from now,
        the wait for earlier calls included.
        """
        _refuse_if_hung(self.name)
        call = _Call(function, args, self.name)
        if self._calls is None:
            self._calls = queue.SimpleQueue()
            threading.Thread(target=_serve, args=(self._calls,), name=self.name, daemon=True).start()
        self._calls.put(call)
        result: T = await _result(call, timeout, self.name, self.close)
        return result

    def close(self) -> None:
        """Let the thread end after the call it is in. A later call begins a new thread."""
        if self._calls is not None:
            self._calls.put(None)
            self._calls = None


def _serve(calls: queue.SimpleQueue[_Call | None]) -> None:
    while (call := calls.get()) is not None:
        call.run()
