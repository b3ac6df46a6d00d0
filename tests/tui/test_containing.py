"""A defect in what a key does, or in what a screen does beside, ends nothing but itself."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from tests.tui.stage import Stage, frame_text

from tui_monitor.tui.screens.modal import Modal

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen

SAID = {"en": "goes on; the log (l)", "zh-Hant": "程式出現錯誤", "zh-Hans": "程序出现错误"}


def broken(_screen: MainScreen) -> None:
    raise RuntimeError("a defect")


async def broken_work() -> None:
    raise RuntimeError("a defect")


@pytest.mark.parametrize("language", SAID)
async def test_a_key_that_fails_is_logged_and_said(
    language: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from tui_monitor.tui.actions import moving

    stage = Stage(language=language).fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.main.frame_clock.contain = True
        monkeypatch.setattr(moving, "down", broken)
        with caplog.at_level(logging.ERROR):
            await pilot.press("j")
        assert SAID[language] in frame_text(app)[-1]
        assert "RuntimeError: a defect" in caplog.text
        await pilot.press("escape", "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, Modal), "the next key works"


@pytest.mark.parametrize("where", ["main", "panel", "dialog"])
async def test_work_beside_the_screen_that_fails_is_said_and_the_screen_goes_on(where: str) -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.main.frame_clock.contain = True
        if where == "dialog":
            await pilot.press("question_mark")
            await pilot.pause()
        {"main": app.main, "panel": app.main.current, "dialog": app.screen}[where].run_worker(broken_work())
        await pilot.pause(0.1)
        if where == "dialog":
            await pilot.press("escape")
            await pilot.pause()
        assert SAID["en"] in frame_text(app)[-1]
        await pilot.press("escape", "tab")
        assert app.is_running


async def test_tests_see_every_defect() -> None:
    app = Stage().fill().app()
    running = app.run_test(size=(80, 24))
    pilot = await running.__aenter__()
    await pilot.pause()
    app.main.run_worker(broken_work())
    with pytest.raises(Exception, match="a defect"):
        await running.__aexit__(None, None, None)
