"""What is sent, held by a terminal of its own, against the whole screen as Textual would paint it anew."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pyte
import pytest
from rich.segment import Segment
from tests.tui.stage import Stage, quote
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Label
from wcwidth import wcwidth

from tui_monitor.sources.api import Batch
from tui_monitor.tui import textual_paint
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.picture import Part
from tui_monitor.tui.screens.dialog import Dialog
from tui_monitor.tui.textual_private import ShowsBelow

KEYS = (*"jkGgzsS]12345xuda", "tab", "shift+tab", "question_mark", "escape", "slash", "enter")


class Sent:
    """Takes the place of the terminal: every update that the app would send goes to an emulator."""

    def __init__(self, app: MonitorApp, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.updates: list[CompositorUpdate] = []
        self.screen = pyte.Screen(1, 1)
        self.bytes = 0
        monkeypatch.setattr(App, "_display", lambda _app, _screen, update: self._take(update))

    def _take(self, update: CompositorUpdate | None) -> None:
        if update is None or self.app._batch_count:
            return
        self.updates.append(update)
        text = update.render_segments(self.app.console)
        self.bytes += len(text.encode())
        self._feed(self.screen, text)

    def _feed(self, screen: pyte.Screen, text: str) -> None:
        size = self.app.size
        if (screen.columns, screen.lines) != (size.width, size.height):
            screen.resize(size.height, size.width)
        pyte.Stream(screen).feed(text)

    def whole(self) -> pyte.Screen:
        """Return a terminal that was sent everything at once by Textual's own way."""
        size = self.app.size
        screen = pyte.Screen(size.width, size.height)
        compositor = self.app.screen._compositor
        # Asking for everything takes what is still to be sent for sent.
        dirty = set(compositor._dirty_regions)
        update = compositor.render_update(full=True, screen_stack=self.app._background_screens)
        compositor._dirty_regions |= dirty
        assert isinstance(update, CompositorUpdate)
        self._feed(screen, update.render_segments(self.app.console))
        return screen


def rows(screen: pyte.Screen) -> list[list[Any]]:
    return [[screen.buffer[y][x] for x in range(screen.columns)] for y in range(screen.lines)]


def assert_whole(screen: pyte.Screen) -> None:
    """No wide character has lost a half."""
    for row in rows(screen):
        for left, right in pairwise(row):
            assert (right.data == "") == (left.data != "" and wcwidth(left.data[0]) == 2)


async def differing(sent: Sent, pilot: Pilot[None]) -> list[tuple[int, int, Any, Any]]:
    """Return the cells in which terminal and screen differ once all is sent: Textual's own way takes a moment."""
    for _ in range(50):
        await pilot.pause(0.02)
        whole = rows(sent.whole())
        shown = rows(sent.screen)
        wrong = [(y, x, a, whole[y][x]) for y, row in enumerate(shown) for x, a in enumerate(row) if a != whole[y][x]]
        if not wrong:
            break
    return wrong


def moved(stage: Stage, chance: random.Random) -> None:
    now = stage.clock.now()
    symbols = chance.sample(["WOOD.HK", "0101.HK", "0102.HK", "0103.HK", "BABA", "^HSI"], chance.randint(1, 3))
    quotes = tuple(
        quote(one, round(chance.uniform(1, 2000), 2), 100.0, now, volume=float(chance.randint(0, 10**9)))
        for one in symbols
    )
    stage.store.apply(Batch(source="yahoo", received=now, quotes=quotes))


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_the_terminal_shows_what_is_on_the_screen(
    language: str, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(f"{language}{size}")
    stage = Stage(language=language).fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        for step in range(60):
            way = chance.random()
            if way < 0.55:
                stage.clock.pass_by(chance.choice([0.2, 1.0, 30.0, 4000.0]))
                moved(stage, chance)
                app.main.frame_clock.tick()
            elif way < 0.95:
                await pilot.press(chance.choice(KEYS))
            elif way < 0.97:
                await pilot.resize_terminal(*chance.choice([(120, 40), (80, 24), (60, 20), (200, 60)]))
            else:
                app.main.repalette(chance.choice(["dark", "light"]), app.main.palette.convention)
            assert not await differing(sent, pilot), step
            assert_whole(sent.screen)
    assert {type(one) for one in sent.updates} == {textual_paint.Cells}


async def test_all_that_changed_in_one_frame_is_sent_together(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        sent.updates.clear()
        now = stage.clock.now()
        quotes = (quote("0101.HK", 111.0, 100.0, now), quote("WOOD.HK", 1051.0, 1000.0, now))
        stage.store.apply(Batch(source="yahoo", received=now, quotes=quotes))
        app.main.frame_clock.tick()
        assert not sent.updates
        await pilot.pause(0.1)
        assert [type(one) for one in sent.updates] == [textual_paint.Cells]


async def test_under_a_dialog_what_is_around_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause(0.1)
        sent.updates.clear()
        stage.clock.pass_by(1)
        now = stage.clock.now()
        stage.store.apply(Batch(source="yahoo", received=now, quotes=(quote("WOOD.HK", 1234.0, 1000.0, now),)))
        app.main.frame_clock.tick()
        await pilot.pause(0.1)
        assert "1,234.00" in "".join(cell.data for cell in rows(sent.screen)[0])
        assert not await differing(sent, pilot)


async def test_a_terminal_that_is_behind_gets_one_frame_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        sent.updates.clear()
        stuck = [True]
        monkeypatch.setattr(textual_paint, "_behind", lambda _app: bool(stuck))
        for last in (111.0, 112.0, 113.0):
            stage.clock.pass_by(0.2)
            now = stage.clock.now()
            stage.store.apply(Batch(source="yahoo", received=now, quotes=(quote("0101.HK", last, 100.0, now),)))
            app.main.frame_clock.tick()
            await pilot.pause(2 * textual_paint.BEHIND)
        assert not sent.updates
        stuck.clear()
        await pilot.pause(2 * textual_paint.BEHIND)
        assert [type(one) for one in sent.updates] == [textual_paint.Cells]
        assert not await differing(sent, pilot)


async def test_lines_that_stay_are_not_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = app.main.table(PanelId.MOVERS)
        panel.repaint()
        before = list(panel._painted)
        now = stage.clock.now()
        stage.store.apply(Batch(source="yahoo", received=now, quotes=(quote("0102.HK", 19.5, 20.0, now),)))
        app.main.frame_clock.tick()
        anew = [y for y, line in enumerate(panel._painted) if line is not before[y]]
        changed = [y for y, line in enumerate(panel._painted) if line != before[y]]
        assert len(changed) == 1
        assert anew == changed


@pytest.mark.parametrize("keys", ["question_mark", "i", "2,enter", "4,enter", "1,enter"])
async def test_a_dialog_sends_what_it_shows_and_what_it_had_covered(keys: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = Stage(language="zh-Hant").fill().app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        whole = sent.bytes
        *first, opening = keys.split(",")
        await pilot.press(*first)
        await pilot.pause(0.1)
        for key in (opening, "escape"):
            before = sent.bytes
            await pilot.press(key)
            await pilot.pause(0.2)
            assert not await differing(sent, pilot)
            assert 300 < sent.bytes - before < 0.75 * whole


async def test_nothing_is_sent_while_a_dialog_stands_and_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "enter")
        await pilot.pause(0.2)
        assert isinstance(app.screen, Dialog)
        before = sent.bytes
        for _ in range(5):
            app.main.frame_clock.tick()
            app.screen._tick()
            await pilot.pause(0.05)
        assert sent.bytes == before
        stage.clock.pass_by(70)
        app.screen._tick()
        await pilot.pause(0.1)
        assert before < sent.bytes < before + 600
        assert not await differing(sent, pilot)


@pytest.mark.parametrize("way", ["redraw", "resize", "resume"])
async def test_everything_is_sent_to_a_terminal_that_may_show_something_else(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = Stage().fill().app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause(0.1)
        whole = sent.bytes
        sent.screen.erase_in_display(2)
        if way == "redraw":
            await pilot.press("ctrl+l")
        elif way == "resize":
            # It was smaller for a moment, and the program heard of the end of it only.
            app.post_message(events.Resize(app.size, app.size))
        else:
            app.app_resume_signal.publish(app)
        await pilot.pause(0.2)
        assert sent.bytes - whole >= 0.9 * whole
        assert not await differing(sent, pilot)


class Foreign(ModalScreen[None]):
    """A screen of Textual's own kind, which dims what lies below."""

    DEFAULT_CSS = "Foreign { background: black 50%; align: center middle; } Foreign Label { width: 9; }"

    def compose(self) -> ComposeResult:
        yield Label("foreign")


@pytest.mark.parametrize("over", ["ctrl+p", "foreign"])
async def test_other_screens_over_the_market_are_left_whole(over: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        if over == "foreign":
            await app.push_screen(Foreign())
        else:
            await pilot.press(over)
            await pilot.press("t", "h")
            # While it looks, something moves on it all the time.
            await app.workers.wait_for_complete()
        await pilot.pause(0.3)
        if over == "foreign":
            assert textual_paint._boxes_over(app.main) is None
        else:
            assert isinstance(app.screen, ShowsBelow)
        for seed in range(5):
            stage.clock.pass_by(1)
            moved(stage, random.Random(seed))
            app.main.frame_clock.tick()
            assert not await differing(sent, pilot), seed


def test_a_box_takes_out_of_a_line_what_it_covers() -> None:
    part = Part(2, 5, Strip([Segment("abc騰訊def")]))
    box = Region(6, 4, 2, 2)
    assert [(x, y, one.text) for x, y, one in textual_paint._beside(part, [box])] == [(2, 5, "abc "), (8, 5, " def")]
    assert textual_paint._beside(part, [Region(0, 6, 90, 2), Region(12, 4, 3, 3), Region(0, 0, 2, 9)]) == [part]
    assert textual_paint._beside(part, [Region(0, 0, 90, 9)]) == []
    two = textual_paint._beside(part, [Region(3, 5, 1, 1), Region(11, 5, 4, 1)])
    assert [(x, one.text) for x, _, one in two] == [(2, "a"), (4, "c騰訊de")]


async def test_what_something_lies_over_is_left_to_textual() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = app.main.table(PanelId.MOVERS)
        visible = app.main._compositor.visible_widgets
        assert textual_paint._uncovered(app.main, panel)
        region, _ = visible[panel]
        app.main._compositor._visible_widgets = {**visible, app.main.prompt: (region, region)}
        assert not textual_paint._uncovered(app.main, panel)
