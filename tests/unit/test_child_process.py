from __future__ import annotations

import asyncio
import sys

from tui_monitor.sources.child_process import end_child

FLOOD = "import sys\nwhile True: sys.stdout.write('x' * 65536)"


async def test_a_child_that_floods_its_pipe_is_ended_although_nobody_reads_on() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", FLOOD, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        # asyncio stops reading once twice the limit is in hand: from then on it would never see the pipe's end.
        while not process.stdout._paused:  # type: ignore[attr-defined]  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
        await end_child(process)
    assert process.returncode is not None
    assert process.returncode < 0


async def test_a_child_that_has_ended_is_ended_once_more_without_complaint() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "pass", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    await process.wait()
    async with asyncio.timeout(20):
        await end_child(process)
    assert process.returncode == 0
