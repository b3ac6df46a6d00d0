"""Names that the program gave to sources are in the person's language; a provider's is the same in each."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.tui.desk import Desk
from tests.tui.stage import quote
from tests.tui.test_watchlist_edits import press, text_of

from tui_monitor.engine.health import SourceHealth
from tui_monitor.sources.api import Batch, Topic


@pytest.mark.parametrize(
    ("language", "recorded", "replay"),
    [("en", "recorded", "replay"), ("zh-Hant", "錄製", "重播"), ("zh-Hans", "录制", "回放")],
)
async def test_a_recordings_source_is_named_in_the_language_of_the_screen(
    tmp_path: Path, language: str, recorded: str, replay: str
) -> None:
    desk = Desk(tmp_path, language=language)
    now = desk.clock.now()
    quotes = tuple(replace(quote(symbol, 120.0, 100.0, now), source="recorded") for symbol in ("WOOD.HK", "0101.HK"))
    desk.store.apply(Batch(source="recorded", received=now, quotes=quotes))
    desk.view.health = {
        name: SourceHealth(name=name, topic=topic, host="", title="", period=1.0, last_good=now)
        for name, topic in (("replay", Topic.RECORDING), ("tencent", Topic.QUOTES))
    }
    app = desk.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        text = text_of(app)
        assert recorded in text  # the index's
        assert f" {replay} " in text.splitlines()[-1]
        assert "tencent" in text.splitlines()[-1]
        await press(pilot, "enter")
        assert recorded in text_of(app)
        await press(pilot, "escape", "i")
        assert replay in text_of(app)
        assert "tencent" in text_of(app)
        if language != "en":
            assert "recorded" not in text
            assert "replay" not in text_of(app)
