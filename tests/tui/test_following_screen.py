"""A screen that follows another monitor says so: in the status line, and over the list of sources."""

from __future__ import annotations

import pytest
from tests.tui.stage import Stage, frame_text
from tests.tui.test_sources_screen import settle, stage_with_sources

from tui_monitor.present.sources_list import followed_words
from tui_monitor.present.status import status


def text_of(stage: Stage, width: int = 100) -> str:
    return "".join(span.text for span in status(stage.view, width, ("? help",)))


@pytest.mark.parametrize(
    ("language", "mark", "sentence"),
    [("en", "shared", "process 4711"), ("zh-Hant", "共用", "程序 4711"), ("zh-Hans", "共用", "进程 4711")],
)
def test_the_status_line_is_marked_while_another_monitor_polls(language: str, mark: str, sentence: str) -> None:
    stage = stage_with_sources(language=language)
    assert mark not in text_of(stage)
    assert followed_words(stage.view) is None
    stage.view.followed = lambda: (True, 4711)
    assert text_of(stage).startswith(f" {mark} ")
    assert len(text_of(stage).split("yahoo")) == 2, "the sources of the other monitor are still told"
    words = followed_words(stage.view)
    assert words is not None
    assert sentence in words
    stage.view.followed = lambda: (True, None)
    words = followed_words(stage.view)
    assert words is not None
    assert "4711" not in words


async def test_the_list_of_sources_tells_who_asks_them() -> None:
    stage = stage_with_sources()
    stage.view.followed = lambda: (True, 4711)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("i")
        await settle(app, pilot)
        text = " ".join(frame_text(app))
        assert "Another monitor of yours (process 4711)" in text
