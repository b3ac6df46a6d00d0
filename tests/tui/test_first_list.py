"""The list of a fresh install on the screen: named in the language of the interface when it is first made."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from tests.tui.test_watchlist_edits import press, text_of

from tui_monitor.compose import Monitor
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Display, News, Settings
from tui_monitor.config.watchlist_text import read_text


@pytest.mark.parametrize(
    ("setting", "locale", "name"),
    [("auto", "C.UTF-8", "Hong Kong tech"), ("auto", "zh_HK.UTF-8", "香港科技股"), ("zh-Hans", "C", "香港科技股")],
)
async def test_the_first_list_has_a_name_in_the_persons_language(
    tmp_path: Path, setting: Literal["auto", "zh-Hans"], locale: str, name: str
) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state")
    paths.ensure()
    settings = Settings(display=Display(language=setting), news=News(use_default_feeds=False))
    monitor = Monitor(settings, paths, environment={"LANG": locale})
    app = monitor.build_app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "5")
        assert name in text_of(app)
        await press(pilot, "d")
        assert monitor.lists.flush()
    saved = read_text(paths.watchlists_file.read_bytes(), "w").lists
    assert [one.name for one in saved.lists] == [name]
    await monitor.aclose()
