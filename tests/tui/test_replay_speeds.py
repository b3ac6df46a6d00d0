"""An hour of a recording ends in the same screen and the same quotes at whatever speed it is played.

The pace is a number that the test moves on: at speed 1 the source looks 18,000 times, as it does in an hour.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.tui.stage import Stage, frame_text

from tui_monitor.cli import quotes_output
from tui_monitor.cli.main import run
from tui_monitor.cli.situation_view import view_of
from tui_monitor.config.seeds import recorded_day
from tui_monitor.config.settings import Settings
from tui_monitor.engine.clock import ReplayClock
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.intake import Intake
from tui_monitor.services.replayed import PERIOD as RECORDED_PERIOD
from tui_monitor.services.situation import Situation, situation
from tui_monitor.sources.api import Request
from tui_monitor.sources.replay import PERIOD, ReplaySource
from tui_monitor.store.recordings import Header, RecordingWriter, open_recording

START = datetime(2025, 9, 17, 2, 30, tzinfo=UTC)
END = datetime(2025, 9, 17, 3, 30, tzinfo=UTC)
SYMBOLS = ("0700.HK", "9988.HK", "HSTECH.HK", "^HSI", "GC=F", "CNH=X")


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write one hour of the recorded day, with what was known before it."""
    path = tmp_path_factory.mktemp("hour") / "hour.jsonl.gz"
    with RecordingWriter(path, Header(title="An hour", start=START, end=END, zone="Asia/Hong_Kong")) as writer:
        for entry in open_recording(recorded_day()).entries():
            if entry.time <= END:
                writer.append(entry.batch, at=entry.time)
    return path


async def played(path: Path, speed: float, end: datetime = END) -> tuple[Situation, int]:
    """Play ``path`` to its ``end``, one look every fifth of a second; return what is known then, and the looks."""
    passed = 0.0
    clock = ReplayClock(START, end, speed=speed, pace=lambda: passed)
    told = situation(Settings(), end)
    told.period = RECORDED_PERIOD
    intake = Intake(told.store, written=lambda _: None, home_lines=told.universe.us_lines())
    source = ReplaySource(path, clock.now)
    looks = 0
    try:
        while True:
            intake.take(await source.fetch(Request()))
            looks += 1
            if clock.ended:
                return told, looks
            passed += PERIOD
    finally:
        await source.aclose()


async def screen(told: Situation) -> list[str]:
    """Return the frame that the screen shows of it."""
    stage = Stage()
    stage.lists = default_lists(told.universe)
    stage.view = view_of(told, lists=lambda: stage.lists)
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        return frame_text(app)


async def test_the_same_end_at_every_speed(hour: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quotes", *SYMBOLS, "--from-recording", str(hour), "--format", "json", "--lang", "en"]) in {0, 4}
    command = capsys.readouterr().out
    assert '"symbol": "0700.HK"' in command
    frames = []
    for speed, least, most in ((1.0, 18_000, 18_002), (60.0, 300, 302), (3600.0, 6, 7)):
        told, looks = await played(hour, speed)
        assert least <= looks <= most
        rows = quotes_output.rows_of(told, SYMBOLS, live=(), origin="recording")
        assert quotes_output.render(rows, "json", "en", "mono") == command
        frames.append(await screen(told))
    assert frames[0] == frames[1] == frames[2]
    assert any("Tencent" in line for line in frames[0])
    # Half an hour earlier it was another screen: the comparison can fail.
    half, _ = await played(hour, 60.0, END - timedelta(minutes=30))
    assert await screen(half) != frames[0]
