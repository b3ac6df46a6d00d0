"""The brief after a close by the program that goes on without a screen: on a fake clock, printed and filed."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import recorded_day
from tui_monitor.config.settings import Settings
from tui_monitor.core import Core
from tui_monitor.domain.errors import RecordingError
from tui_monitor.headless import BriefAtClose, Headless
from tui_monitor.services.replayed import Replayed
from tui_monitor.services.stored import Stored
from tui_monitor.sources.api import Batch

CLOSE = datetime(2025, 9, 17, 8, 10, tzinfo=UTC)
"""The end of Hong Kong's closing auction on the recorded day."""


class Clock:
    """Sleeping moves it; ``until`` ends the test once it is reached."""

    def __init__(self, moment: datetime, until: datetime) -> None:
        self.moment, self.until = moment, until

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        if self.moment > self.until:
            raise asyncio.CancelledError
        await asyncio.sleep(0)


async def stored_day(paths: Paths) -> Stored:
    """Store what the recorded day has told by its end."""
    told = Replayed(recorded_day(), None, Settings()).situation.store
    known = Stored(Settings(), paths, moment=CLOSE + timedelta(minutes=30))
    symbols = (known.situation.index, *known.situation.universe.symbols, *Settings().market.peers)
    known.take(
        Batch(
            source="replay",
            received=CLOSE + timedelta(minutes=30),
            quotes=tuple(quote for one in symbols if (quote := told.quote(one)) is not None),
            histories=tuple(history for one in symbols if (history := told.history(one)) is not None),
        )
    )
    await known.keep()
    return known


async def written(paths: Paths, plan: BriefAtClose, begin: datetime, until: datetime) -> None:
    """Let the briefs be written on a fake clock."""
    known = await stored_day(paths)
    told = known.situation
    clock = Clock(begin, until)

    async def flush() -> None:
        """Everything is on the disk."""

    def session(mic: str | None) -> Any:
        told.clock.move_to(clock.now())
        return told.session(mic)

    core = SimpleNamespace(
        settings=Settings(), store=told.store, paths=paths, clock=clock,
        view=SimpleNamespace(session=session), writer=SimpleNamespace(flush=flush),
    )  # fmt: skip
    with pytest.raises(asyncio.CancelledError):
        await Headless(cast("Core", core))._write_briefs(plan)
    await known.aclose()


async def test_it_is_printed_once_after_the_close(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state")
    await written(paths, BriefAtClose(None, "text", "en"), CLOSE - timedelta(hours=1), CLOSE + timedelta(hours=3))
    out = capsys.readouterr().out
    assert out.count("The Hang Seng TECH Index rose 4.2% to 6,334 on Wednesday") == 1
    assert "would be" not in out, "the session is over"


async def test_it_is_filed_for_each_session_and_not_written_twice(tmp_path: Path) -> None:
    paths, folder = Paths(tmp_path / "config", tmp_path / "state"), tmp_path / "briefs"
    plan = BriefAtClose(folder, "md", "zh-Hant")
    # Begun after the close: a folder is made up for.
    await written(paths, plan, CLOSE + timedelta(minutes=30), CLOSE + timedelta(hours=2))
    (file,) = folder.iterdir()
    assert file.name == f"{date(2025, 9, 17)}.md"
    assert file.read_text(encoding="utf-8").startswith("# 恒生科技指數，2025-09-17\n")
    file.write_text("mine", encoding="utf-8")
    await written(paths, plan, CLOSE + timedelta(minutes=30), CLOSE + timedelta(hours=2))
    assert file.read_text(encoding="utf-8") == "mine"


async def test_a_defect_in_writing_is_logged_and_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> str:
        raise KeyError("today")

    monkeypatch.setattr("tui_monitor.cli.commands.brief.stored_brief", fail)
    paths = Paths(tmp_path / "config", tmp_path / "state")
    # It goes on until the clock's own end, which is all that ends it.
    await written(paths, BriefAtClose(None, "text", "en"), CLOSE - timedelta(minutes=5), CLOSE + timedelta(hours=2))
    assert caplog.text.count("the brief of 2025-09-17 could not be written") == 1
    assert "KeyError" in caplog.text


def test_a_recording_that_cannot_be_written_is_given_up_and_told_by_the_code() -> None:
    headless = Headless(cast("Core", SimpleNamespace()))

    def fail() -> None:
        raise RecordingError("the disk is full")

    headless._recorded(fail)
    assert headless.problem == "the disk is full"
