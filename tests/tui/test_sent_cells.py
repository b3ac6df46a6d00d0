"""What is sent, held by a terminal of its own, against the whole screen as Textual would paint it anew."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pyte
import pytest
from tests.tui.stage import Stage, quote
from textual._compositor import ChopsUpdate, CompositorUpdate
from textual.geometry import Region
from textual.pilot import Pilot
from wcwidth import wcwidth

from tui_monitor.sources.api import Batch
from tui_monitor.tui import textual_paint
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.terminal_output import TerminalWriter

KEYS = (*"jkGgzsS]12345xuda", "tab", "shift+tab", "question_mark", "escape", "slash", "enter")


class Sent:
    """Takes the place of the terminal: every update that the app would send goes to an emulator."""

    def __init__(self, app: MonitorApp, monkeypatch: pytest.MonkeyPatch) -> None:
        self.app = app
        self.updates: list[CompositorUpdate] = []
        self.screen = pyte.Screen(1, 1)
        self.bytes = 0
        monkeypatch.setattr(MonitorApp, "_display", lambda _app, _screen, update: self._take(update))

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
    kinds = {type(one) for one in sent.updates}
    assert {textual_paint._Cells, ChopsUpdate} <= kinds


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
        assert [type(one) for one in sent.updates] == [textual_paint._Cells]


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
        assert textual_paint._Cells not in {type(one) for one in sent.updates}
        assert not await differing(sent, pilot)


class Stuck(TerminalWriter):
    """A terminal that takes nothing until it is told to."""

    stuck = True

    def __init__(self) -> None:
        pass

    @property
    def behind(self) -> bool:
        return self.stuck


async def test_a_terminal_that_is_behind_gets_one_frame_the_newest(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage().fill()
    app = stage.app()
    sent = Sent(app, monkeypatch)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.1)
        sent.updates.clear()
        slow = Stuck()
        monkeypatch.setattr(textual_paint, "_behind", lambda _app: slow.behind)
        for last in (111.0, 112.0, 113.0):
            stage.clock.pass_by(0.2)
            now = stage.clock.now()
            stage.store.apply(Batch(source="yahoo", received=now, quotes=(quote("0101.HK", last, 100.0, now),)))
            app.main.frame_clock.tick()
            await pilot.pause(2 * textual_paint.BEHIND)
        assert not sent.updates
        slow.stuck = False
        await pilot.pause(2 * textual_paint.BEHIND)
        assert [type(one) for one in sent.updates] == [textual_paint._Cells]
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


async def test_a_place_outside_the_box_is_left_to_textual() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = app.main.table(PanelId.MOVERS)
        visible = app.main._compositor.visible_widgets
        assert textual_paint._uncovered(app.main, panel)
        region, _ = visible[panel]
        assert region == Region(*region)
        app.main._compositor._visible_widgets = {**visible, app.main.prompt: (region, region)}
        assert not textual_paint._uncovered(app.main, panel)
