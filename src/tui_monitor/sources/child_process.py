"""A module of the program's in a child process that is asked through pipes: how it starts and how it ends."""

from __future__ import annotations

import asyncio
import contextlib
import sys

PIECE = 65_536
"""Bytes read at a time of what is thrown away."""


async def start_child(module: str) -> asyncio.subprocess.Process:
    """Start ``python -m module`` with both pipes open.

    Raises ``OSError`` or ``ValueError`` where no process can be started.
    """
    return await asyncio.create_subprocess_exec(
        sys.executable,
        # Not the folder where the program was started: it may hold a ``struct.py`` of somebody's.
        "-P",
        "-m",
        module,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # Keys that the terminal turns into signals are for the screen's process alone.
        start_new_session=True,
        limit=1 << 20,
    )


async def end_child(process: asyncio.subprocess.Process) -> None:
    """Kill ``process`` and wait until it is gone, whatever it still has to say.

    ``wait`` alone may wait for ever: asyncio stops reading a pipe whose reader has enough in hand, and only a pipe
    that is read to its end counts as closed.
    """
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    if process.stdin is not None:
        process.stdin.close()
    with contextlib.suppress(OSError):
        if process.stdout is not None:
            while await process.stdout.read(PIECE):
                pass
        await process.wait()
