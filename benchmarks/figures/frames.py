"""The cost of one frame by the number of symbols, all of them changed since the last frame: in this process."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.figures.home import Home, codes
from benchmarks.figures.plug_in import invented
from benchmarks.figures.row import Row, median
from benchmarks.figures.terminal import SIZE

FRAMES = 30


def frame_rows(folder: Path) -> list[Row]:
    """Measure a frame with 50 and with 5,000 symbols."""
    # In turns, and the better one of two each: what else the machine does falls on one of them alone.
    rounds = [(asyncio.run(_frames(folder, 50)), asyncio.run(_frames(folder, 5000))) for _ in range(2)]
    few, many = (tuple(map(min, *both)) for both in zip(*rounds, strict=True))
    return [
        Row("frame, 5,000 symbols all changed", many[0], "ms", few[0], "50 symbols", ratio_goal=1.5),
        Row("... with its painting", many[1], "ms", few[1], "50 symbols", ratio_goal=1.5),
    ]


async def _frames(folder: Path, count: int) -> tuple[float, float]:
    """Return the median milliseconds of a frame's work, and of that with Textual's painting."""
    from tui_monitor.compose import Monitor
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.sources.api import Batch

    symbols = codes(count)
    home = Home(folder / f"frames-{count}")
    home.watchlist(symbols)
    paths = Paths(home.path / "config", home.path / "state")
    paths.ensure()
    monitor = Monitor(Settings(), paths, environment=home.environment)
    work: list[float] = []
    whole: list[float] = []
    async with monitor.build_app().run_test(size=SIZE) as pilot:
        app = pilot.app
        clock = app.main.frame_clock  # type: ignore[attr-defined]
        clock.contain = False
        clock._timer.pause()
        for move in range(FRAMES):
            now = datetime.now(UTC)
            quotes = tuple(invented(symbol, move, "last", now) for symbol in symbols)
            monitor.store.apply(Batch(source="bench", received=now, quotes=quotes))
            await asyncio.sleep(0.02)
            cpu, begin = time.process_time(), time.perf_counter()
            clock.tick()
            work.append((time.perf_counter() - begin) * 1000)
            await asyncio.sleep(0.03)
            whole.append((time.process_time() - cpu) * 1000)
    await monitor.aclose()
    return median(work[5:]), median(whole[5:])
