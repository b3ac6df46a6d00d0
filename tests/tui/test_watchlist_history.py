"""Undo by keys over restarts and programs: what was edited yesterday or on the command line is taken back by ``u``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.tui.desk import Desk
from tests.tui.stage import frame_text
from tests.tui.test_watchlist_edits import OLD, panel_of, press

from tui_monitor.cli.commands.watch import command
from tui_monitor.domain.watchlist import Watchlists

SIZES = [(120, 40), (60, 20)]

EDITS: tuple[tuple[str, ...], ...] = (
    ("e", *"a mill", "enter"),
    ("e", "tab", *"core", "enter"),
    ("e", "tab", "tab", *"100", "tab", *"95", "enter"),
    ("J",),
    ("d",),
    ("a", *"700", "enter"),
    ("M", "enter"),
    ("E", "end", *"r", "enter"),
    ("s", "s", "s", "O"),
    ("x", "x", "d"),
    ("ctrl+n", *"fresh", "enter"),
    ("D",),
)
"""One step each; the next one finds the list as the last one left it."""


def states(desk: Desk, held: list[Watchlists]) -> None:
    found = desk.saved()
    if not held or held[-1] != found:
        held.append(found)


@pytest.mark.parametrize("size", SIZES)
async def test_steps_of_before_a_restart_are_undone_and_redone_by_keys(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = Desk(tmp_path).fill()
    held: list[Watchlists] = [desk.service.lists]
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for keys in EDITS:
            await press(pilot, *keys)
            states(desk, held)
    assert len(held) == len(EDITS) + 1, "every edit is one step"
    desk.service.close()

    again = Desk(tmp_path).fill()
    assert again.service.lists == held[-1]
    app = again.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for expected in reversed(held[:-1]):
            await press(pilot, "u")
            assert again.saved() == expected
        for expected in held[1:7]:
            await press(pilot, "ctrl+r")
            assert again.saved() == expected
    again.service.close()

    # What was taken back before the second restart can be done again after it.
    third = Desk(tmp_path).fill()
    app = third.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for expected in held[7:]:
            await press(pilot, "ctrl+r")
            assert third.saved() == expected
    third.service.close()


@pytest.mark.slow
async def test_two_hundred_steps_by_keys_outlive_a_restart(tmp_path: Path) -> None:
    size = (60, 20)
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for number in range(200):
            app.simulate_key("K" if number % 2 else "J")
            await pilot._wait_for_screen()
        await press(pilot, "d")
    after = desk.saved()
    assert len(after.lists[0].symbols) == len(OLD) - 1
    desk.service.close()
    again = Desk(tmp_path).fill()
    app = again.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        count = len(again.service.stacks().undo)
        assert count >= 200
        for _ in range(count):
            app.simulate_key("u")
            await pilot._wait_for_screen()
        await pilot.pause()
    assert again.saved().lists[0].symbols == OLD
    again.service.close()


@pytest.mark.parametrize("size", SIZES)
async def test_the_command_line_and_the_screen_have_one_history(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = Desk(tmp_path).fill()
    environment = {
        "TUI_MONITOR_CONFIG_DIR": str(desk.paths.config_dir),
        "TUI_MONITOR_STATE_DIR": str(desk.paths.state_dir),
    }

    def run(*words: str) -> None:
        result = CliRunner().invoke(command, list(words), env=environment)
        assert result.exit_code == 0, result.stderr

    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()

        async def look() -> None:
            desk.service.poll_outside()
            app.main.frame_clock.tick()
            await pilot.pause()

        await press(pilot, "j", "j", "d")
        assert "0103.HK" not in panel_of(app).keys
        desk.saved()
        run("undo")
        await look()
        assert panel_of(app).keys == list(OLD)
        run("add", "700", "--list", "mine", "--at", "1")
        await look()
        assert panel_of(app).keys == ["0700.HK", *OLD]
        assert any("0700.HK" in line for line in frame_text(app))
        await press(pilot, "u")
        assert desk.saved_list("mine").symbols == OLD
        run("redo")
        await look()
        assert panel_of(app).keys == ["0700.HK", *OLD]
    desk.service.close()
