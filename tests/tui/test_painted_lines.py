"""What a panel hands to Textual, against what Textual itself would make of the same lines."""

from __future__ import annotations

import pytest
from tests.tui.stage import Stage, quote
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_monitor.sources.api import Batch
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.panels.base import PaintedLines
from tui_monitor.tui.textual_private import ShowsBelow

MODES = {
    "truecolor": ({}, "dark"),
    "light": ({}, "light"),
    "no colours": ({"NO_COLOR": "1"}, "dark"),
    "own palette": ({}, "terminal"),
}
"""What is set outside and the theme, by what is tried: each of them filters lines in another way."""


def cells(strips: list[Strip]) -> list[list[tuple[str, str]]]:
    """Return each cell with its style, so that it does not matter how a line is cut."""
    return [[(char, str(segment.style)) for segment in strip for char in segment.text] for strip in strips]


def painted(app: MonitorApp) -> list[PaintedLines]:
    return [one for one in app.screen.query(PaintedLines) if one.size.width and one.size.height]


def assert_same(app: MonitorApp) -> None:
    for one in painted(app):
        whole = one.size.region
        part = Region(2, 0, max(1, whole.width - 5), max(1, whole.height - 1))
        for crop in (whole, part):
            ours = cells(one.render_lines(crop))
            one._styles_cache.clear()
            assert ours == cells(Widget.render_lines(one, crop)), (one, crop)


@pytest.mark.parametrize("mode", MODES)
async def test_lines_are_those_that_textual_makes(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    environment, theme = MODES[mode]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    stage = Stage(theme=theme).fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert len(painted(app)) >= 7
        assert_same(app)
        now = stage.clock.now()
        stage.store.apply(Batch(source="test", received=now, quotes=(quote("0101.HK", 111.0, 100.0, now),)))
        app.main.frame_clock.tick()
        await pilot.pause()
        assert_same(app)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert_same(app)


async def test_another_theme_is_seen_in_every_line() -> None:
    stage = Stage(theme="dark").fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        before = [cells(one.render_lines(one.size.region)) for one in painted(app)]
        app.main.repalette("light", app.main.palette.convention)
        await pilot.pause()
        assert_same(app)
        after = [cells(one.render_lines(one.size.region)) for one in painted(app)]
        assert all(
            style != style_then
            for panel, then in zip(after, before, strict=True)
            for line, line_then in zip(panel, then, strict=True)
            for (_, style), (_, style_then) in zip(line, line_then, strict=True)
        )


async def test_a_filter_that_comes_later_is_applied() -> None:
    from textual.filter import Monochrome

    app = Stage().fill().app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        panel = painted(app)[2]
        coloured = cells(panel.render_lines(panel.size.region))
        app._filters.append(Monochrome())
        grey = cells(panel.render_lines(panel.size.region))
        assert grey != coloured
        assert_same(app)


async def test_only_what_differs_is_kept_anew() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = next(one for one in painted(app) if one.id == "panel-watchlist")
        before = panel.render_lines(panel.size.region)
        now = stage.clock.now()
        stage.store.apply(Batch(source="test", received=now, quotes=(quote("0101.HK", 112.5, 100.0, now),)))
        app.main.frame_clock.tick()
        await pilot.pause()
        after = panel.render_lines(panel.size.region)
        changed = [y for y, (old, new) in enumerate(zip(before, after, strict=True)) if old is not new]
        assert len(changed) == 1
        assert "112.50" in after[changed[0]].text


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("key", ["question_mark", "4,enter"])
async def test_what_lies_below_a_dialog_looks_as_textual_makes_it(
    mode: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, theme = MODES[mode]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    app = Stage(theme=theme, language="zh-Hant").fill().app()
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.press(*key.split(","))
        await pilot.pause()
        over = app.screen
        assert isinstance(over, ShowsBelow)
        for crop in (over.size.region, Region(3, 2, 150, 30)):
            visible_screen_stack.set(list(app._background_screens))
            ours = cells(over.render_lines(crop))
            assert visible_screen_stack.get() == []
            visible_screen_stack.set(list(app._background_screens))
            over._styles_cache.clear()
            over._dirty_regions.add(over.size.region)
            theirs = cells(Widget.render_lines(over, crop))
            assert [[one[0] for one in line] for line in ours] == [[one[0] for one in line] for line in theirs]
            assert ours == theirs
            assert len({style for line in ours for _, style in line}) > 3


async def test_a_screen_below_that_is_still_smaller_is_filled_up(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        over, compositor = app.screen, app.main._compositor
        smaller = [one.crop(0, 30) for one in compositor.render_strips()[:5]]
        monkeypatch.setattr(compositor, "render_strips", lambda: smaller)
        visible_screen_stack.set([*app._background_screens])
        lines = over.render_lines(over.size.region)
        assert [one.cell_length for one in lines] == [80] * 24
        assert lines[0].text.rstrip() == smaller[0].text.rstrip()
        assert lines[5].text.isspace()
