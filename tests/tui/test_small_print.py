"""Small things: names on a small screen, wrapped help, the palette's own words, what is copied."""

from __future__ import annotations

import pytest
from tests.tui.stage import Stage, frame_text
from textual.widgets import Input

from tui_monitor.present.width import cells
from tui_monitor.tui.commands import COMMANDS, GROUPS
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.screens.help import KEY_CELLS, help_lines

SIGNS = ("closed", "grade", "target", "unread", "own", "estimated", "origin", "title", "blank")
"""Lines at the end of the help that explain signs."""


@pytest.mark.parametrize(
    ("width", "shown"), [(72, "1 Index   2"), (60, "1 Index 2"), (40, " 1  2  3  4 [5 Watchlist]")]
)
@pytest.mark.parametrize("key", ["1", "5"])
async def test_the_panel_in_hand_is_named_in_full(width: int, shown: str, key: str) -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(width, 20)) as pilot:
        await pilot.press(key)
        await pilot.pause()
        line = frame_text(app)[1]
        assert {"1": "[1 Index]", "5": "[5 Watchlist]"}[key] in line
        if width >= 60:
            assert "Rating changes" in line
            assert "5 Watchlist" in line
        if key == "5":
            assert shown.split() == line.split()[: len(shown.split())]


def test_what_is_wrapped_in_the_help_stays_in_its_column() -> None:
    lines = help_lines(Stage().view, COMMANDS, GROUPS, PanelId.WATCHLIST, replaying=True, width=51)
    commands = ["".join(span.text for span in line) for line in lines[: -len(SIGNS)]]
    assert all(cells(line) <= 51 for line in commands)
    wrapped = [line for line in commands if line.startswith("   ")]
    assert wrapped
    assert all(line.startswith(" " * (KEY_CELLS + 2)) for line in wrapped)


@pytest.mark.parametrize(
    ("keys", "copied"),
    [
        ("3", "https://example.com/r1"), ("3 j", "0101.HK"), ("4 j", "樺木公布全年業績 純利升一成"), ("2", "0101.HK"),
        ("1", "WOOD.HK"),
    ],
)  # fmt: skip
async def test_what_is_copied_can_be_used_elsewhere(keys: str, copied: str) -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press(*keys.split(), "y")
        await pilot.pause()
        assert app.clipboard == copied


async def test_the_palette_asks_in_the_persons_language() -> None:
    app = Stage(language="zh-Hant").fill().app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("colon")
        await pilot.pause()
        assert app.screen.query_one(Input).placeholder == "尋找指令"
        assert not any("🔎" in line for line in frame_text(app))
