"""How often frames are taken: calm after hours, at full pace where somebody waits to see something."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.tui.desk import Desk
from tests.tui.stage import Stage, at
from textual import events

from tui_monitor.config.settings import Display, Settings
from tui_monitor.domain.watchlist import Entry
from tui_monitor.domain.watchlist_edits import Add
from tui_monitor.services.outside import Outside
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.frame import AFTER_HOURS, ALERT

QUICK = 0.2


class Looks:
    """A lookout whose looks a test makes."""

    def __init__(self) -> None:
        self.looks: list[tuple[Callable[[], object], Callable[[], object]]] = []

    def each(self, look: Callable[[], object], told: Callable[[], object], _path: Path) -> None:
        self.looks.append((look, told))


def looks_at(desk: Desk, told: Callable[[], object]) -> tuple[Callable[[], object], Callable[[], object]]:
    """Return the look at the lists' file, and what is called where it says yes."""
    nobody: Any = None
    database = SimpleNamespace(generation=0, notices=[])
    outside = Outside(
        desk.service, nobody, nobody, cast("Any", database), say=print, feeds_changed=print, settings_changed=print,
        unsay=print, lists_changed=told, looked=print, renewed=print, told=0,
    )  # fmt: skip
    looks = Looks()
    outside.stand(cast("Any", looks), desk.file, ())
    (found,) = looks.looks
    return found


def paced(stage: Stage) -> MonitorApp:
    app = stage.app()
    app.main.frame_clock.interval = QUICK
    return app


@pytest.mark.parametrize("stirred", ["key", "file"])
async def test_after_hours_frames_are_few_until_somebody_waits_for_one(stirred: str) -> None:
    stage = Stage(moment=at(18, 0)).fill()
    app = paced(stage)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        clock = app.main.frame_clock
        clock.tick()
        assert clock.pace == AFTER_HOURS
        if stirred == "key":
            await pilot.press("j")
        else:
            clock.rouse()
        assert clock.pace == QUICK
        stage.clock.seconds += ALERT + 0.1
        clock.tick()
        assert clock.pace == AFTER_HOURS


async def test_a_file_changed_by_others_wakes_no_screen_that_was_told_to_stop() -> None:
    stage = Stage(moment=at(18, 0), settings=Settings(display=Display(unfocused="stop"))).fill()
    app = paced(stage)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.post_message(events.AppBlur())
        await pilot.pause()
        clock = app.main.frame_clock
        assert not clock.ticking
        clock.rouse()
        assert not clock.ticking
        app.post_message(events.AppFocus())
        await pilot.pause()
        assert clock.ticking


async def test_lists_that_others_write_after_hours_are_on_the_screen_at_full_pace(tmp_path: Path) -> None:
    """The whole way: the file, the look at it, the frame that shows it."""
    desk = Desk(tmp_path, moment=at(18, 0)).fill()
    desk.service.edit(Add("mine", (Entry(symbol="0700.HK"),)))
    desk.saved()
    app = paced(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        clock = app.main.frame_clock
        clock.tick()
        assert clock.pace == AFTER_HOURS
        look, told = looks_at(desk, clock.rouse)
        assert not look()
        desk.file.write_bytes(desk.file.read_bytes().replace(b"0700.HK", b"9988.HK"))
        assert look()
        told()
        assert clock.pace == QUICK
        assert not look(), "the same again is nothing to see"
