"""Names that the program gave to sources are in the person's language; a provider's is the same in each."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from tests.tui.desk import Desk
from tests.tui.stage import Stage, quote
from tests.tui.test_watchlist_edits import press, text_of

from tui_monitor.engine.health import SourceHealth
from tui_monitor.present.rating_detail import rating_lines
from tui_monitor.sources.api import Batch, Topic


@pytest.mark.parametrize(
    ("language", "recorded", "replay"),
    [("en", "recorded", "replay"), ("zh-Hant", "錄製", "回放"), ("zh-Hans", "录制", "回放")],
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


@pytest.mark.parametrize(
    ("language", "name"), [("en", "from recorded"), ("zh-Hant", "來自 錄製"), ("zh-Hans", "来自 录制")]
)
def test_who_tells_a_rating_is_named_so_too(language: str, name: str) -> None:
    stage = Stage(language=language).fill()
    recorded = [replace(one, source="recorded") for one in stage.store.ratings()]
    stage.store.apply(Batch(source="recorded", received=stage.clock.now(), ratings=tuple(recorded)))
    told = ["".join(span.text for span in line).strip() for line in rating_lines(stage.view, "r1", 76)]
    assert any(line.startswith(name) for line in told)
