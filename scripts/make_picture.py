"""Make the pictures of the README from the recorded day: ``python scripts/make_picture.py``.

The terminal's picture is Textual's own SVG without its reference to a font on the web, so that it is whole by itself.
"""

from __future__ import annotations

import asyncio
import html
import os
import re
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

os.environ["TEXTUAL_ANIMATIONS"] = "none"

from tui_monitor.compose import Monitor, Replay
from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import recorded_day
from tui_monitor.config.settings import Settings
from tui_monitor.engine.clock import ReplayClock
from tui_monitor.present.width import cells
from tui_monitor.store.recordings import open_recording

DOCS = Path(__file__).resolve().parents[1] / "docs"
MOMENT = datetime(2025, 9, 17, 14, 36, 20, tzinfo=ZoneInfo("Asia/Hong_Kong"))


CELL = 12.2
"""Width of a cell in Rich's picture."""


def _measured(match: re.Match[str]) -> str:
    """Return a text with its length in cells: Rich counts characters, which squeezes Chinese to half its width."""
    return f'textLength="{cells(html.unescape(match[2])) * CELL:.1f}"{match[1]}>{match[2]}</text>'


async def picture(size: tuple[int, int], name: str, *keys: str) -> None:
    recording = open_recording(recorded_day())
    clock = ReplayClock(MOMENT - timedelta(seconds=20), recording.end, speed=1.0)
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder) / "config", Path(folder) / "state")
        paths.ensure()
        monitor = Monitor(Settings(), paths, replay=Replay(recording=recording, clock=clock, demo=True))
        app = monitor.build_app()
        async with app.run_test(size=size) as pilot:
            engine = asyncio.create_task(monitor.run_engine())
            while monitor.view.board is None or not monitor.store.headlines():
                await pilot.pause(0.2)
            await pilot.pause(2.5)
            for key in keys:
                await pilot.press(key)
            await pilot.pause(0.5)
            svg = app.export_screenshot(title="tui-monitor demo")
            engine.cancel()
        await asyncio.gather(engine, return_exceptions=True)
        await monitor.aclose()
    svg = re.sub(r"@font-face\s*\{[^}]*\}", "", svg)
    svg = re.sub(r'textLength="[\d.]+"([^>]*)>([^<]*)</text>', _measured, svg)
    svg = svg.replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono, Noto Sans Mono CJK HK")
    (DOCS / name).write_text(svg, encoding="utf-8")
    print(DOCS / name, len(svg))


async def main() -> None:
    await picture((120, 40), "demo.svg")


asyncio.run(main())
