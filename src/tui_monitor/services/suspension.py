"""What happens before ``Ctrl+Z`` or SIGTSTP stops the program, and when it goes on, whatever had stopped it."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress


def hand_over_when_stopped(
    lay_down: Callable[[], object],
    at_rest: Callable[[], AbstractContextManager[None]],
    came_back: Callable[[], object],
) -> None:
    """Have the turn laid down before the program is stopped, and looked at as the first thing when it goes on.

    ``at_rest`` holds while it is stopped: within it nothing is written. To be called on the event loop, after the
    terminal's own handlers were set: they go on doing their part.
    """
    loop = asyncio.get_running_loop()
    with suppress(ValueError):
        # Another thread than the main one has no signals.
        before, after = signal.getsignal(signal.SIGTSTP), signal.getsignal(signal.SIGCONT)
        if before is signal.SIG_IGN:
            return

        def stop() -> None:
            lay_down()
            with at_rest():
                if callable(before):
                    before(signal.SIGTSTP, None)
                else:
                    os.kill(os.getpid(), signal.SIGSTOP)

        def asked(_number: int, _frame: object) -> None:
            try:
                loop.call_soon_threadsafe(stop)
            except RuntimeError:
                # The loop has ended, and the program is about to.
                os.kill(os.getpid(), signal.SIGSTOP)

        def go_on(number: int, _frame: object) -> None:
            with suppress(RuntimeError):
                # Before anything that became due meanwhile: no request goes out twice.
                loop.call_soon_threadsafe(came_back)
            if callable(after):
                after(number, None)

        signal.signal(signal.SIGTSTP, asked)
        signal.signal(signal.SIGCONT, go_on)
