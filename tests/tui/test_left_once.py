"""Screens over the main one are left once, however fast keys come, and open in a terminal of any size."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace as Fake

import pytest
from tests.tui.desk import Desk
from tests.tui.stage import Stage
from tests.tui.test_watchlist_edits import press
from textual import events
from textual.widgets import Input

from tui_monitor.analysis.board import Board
from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.present.story_lines import story_lines
from tui_monitor.tui.screens.add import AddScreen
from tui_monitor.tui.screens.dialog import Dialog
from tui_monitor.tui.screens.listing import Listing


async def test_enter_pressed_twice_adds_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"zzzq")
        # Both keys are there before the first one is answered, as from a key that is held.
        for _ in range(2):
            app.post_message(events.Key("enter", "\r"))
        await pilot.pause()
        assert app.screen is app.main
    assert desk.service.lists.lists[0].symbols.count("ZZZQ") == 1


async def test_a_command_of_the_palette_runs_once(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "colon")
        app.screen.query_one(Input).value = "delete the list"
        await pilot.pause(0.3)
        # A second Enter must not take the next list, too.
        for _ in range(4):
            app.post_message(events.Key("enter", "\r"))
        await pilot.pause(0.3)
        assert app.screen is app.main
    assert [one.name for one in desk.service.lists.lists] == ["other"]


@pytest.mark.parametrize("key", ["a", "i", "t", "w", "M"])
async def test_an_answer_that_comes_after_it_was_left_is_shown_nowhere(tmp_path: Path, key: str) -> None:
    desk = Desk(tmp_path).fill()
    keeper = Fake(rules=(), desk=Fake(events=()), look_outside=lambda: None)
    desk.services.alerts = lambda: keeper  # type: ignore[assignment, return-value]
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, key)
        over = app.screen
        assert isinstance(over, AddScreen | Listing)
        over.dismiss()
        await pilot.pause()
        over.update()


async def test_a_screen_under_another_one_leaves_that_one_alone(tmp_path: Path) -> None:
    app = Desk(tmp_path).fill().app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a")
        under = app.screen
        assert isinstance(under, AddScreen)
        app.push_screen(Dialog("over", list, app.main.palette))
        await pilot.pause()
        under.dismiss()
        await pilot.pause()
        assert isinstance(app.screen, Dialog)


@pytest.mark.parametrize("width", [-2, 0, 1, 2, 3, 10])
def test_the_story_is_told_at_any_width(width: int) -> None:
    view = Stage().view
    claim = Claim(
        id=ClaimId.BREADTH, surprise=1.0, inputs={"advancers": 2, "decliners": 1, "unchanged": 0, "unknown": 0}
    )  # fmt: skip
    view.board = Board(
        story=None, breadth=None, ranking=None, valuation=None, average=None, other_pe=None, claims=(claim,)
    )
    said = "".join(span.text for line in story_lines(view, width) for span in line)
    assert said.replace(" ", "") == "·" + claim.text().replace(" ", "")
