"""When the index panel is composed anew: for what it tells of, and for nothing else."""

from __future__ import annotations

import pytest
from tests.tui.stage import Stage, at, frame_text, quote
from textual.geometry import Size

from tui_monitor.analysis.board import Board
from tui_monitor.present.rows import Row
from tui_monitor.present.view import View
from tui_monitor.sources.api import Batch
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.base import AROUND
from tui_monitor.tui.panels.table import TablePanel


def composed(app: MonitorApp) -> list[int]:
    """Count from here on how often the panel's body is made."""
    panel = app.main.desk.panels[PanelId.INDEX]
    counted: list[int] = []
    body = panel.body

    def counting() -> object:
        counted.append(1)
        return body()

    panel.body = counting  # type: ignore[method-assign, assignment]
    return counted


@pytest.mark.parametrize(
    ("told", "times"),
    [("index", 1), ("peer", 1), ("macro", 1), ("constituent", 0)],
)
async def test_only_what_it_tells_of_has_it_composed_again(told: str, times: int) -> None:
    stage = Stage(moment=at(11, 0)).fill()
    app = stage.app()
    market = stage.view.settings.market
    symbol = {
        "index": market.index, "peer": market.peers[-1], "macro": market.macro[0], "constituent": "0700.HK",
    }[told]  # fmt: skip
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        clock = app.main.frame_clock
        clock.tick()
        counted = composed(app)
        stage.store.apply(Batch(source="t", received=at(11, 0), quotes=(quote(symbol, 777.7, 700.0, at(11, 0)),)))
        clock.tick()
        assert len(counted) == times
        clock.tick()
        assert len(counted) == times


async def test_ten_seconds_and_another_board_have_it_composed_too() -> None:
    stage = Stage(moment=at(11, 0)).fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        clock = app.main.frame_clock
        clock.tick()
        counted = composed(app)
        stage.clock.pass_by(1.0)
        clock.tick()
        assert not counted
        stage.clock.pass_by(AROUND)
        clock.tick()
        assert len(counted) == 1
        stage.view.board = Board(
            story=None, breadth=None, ranking=None, valuation=None, average=None, other_pe=None, claims=()
        )
        clock.tick()
        assert len(counted) == 2
        clock.tick()
        assert len(counted) == 2


async def test_the_level_fades_in_the_second_in_which_it_does() -> None:
    stage = Stage(moment=at(11, 0)).fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        clock = app.main.frame_clock
        level = quote(stage.view.index, 6300.0, 6200.0, stage.clock.now())
        stage.store.apply(Batch(source="t", received=stage.clock.now(), quotes=(level,)))
        clock.tick()
        counted = composed(app)
        fades: list[bool] = []
        for _ in range(240):
            before, tens = stage.view.freshness(level), int(stage.clock.now().timestamp() / AROUND)
            stage.clock.pass_by(1.0)
            counted.clear()
            clock.tick()
            if stage.view.freshness(level) is not before:
                assert counted
                fades.append(int(stage.clock.now().timestamp() / AROUND) == tens)
        # Each of them was painted at once; one at the least lay between two tens of seconds.
        assert any(fades)


async def test_a_second_makes_only_those_rows_anew_that_look_older() -> None:
    stage = Stage(moment=at(11, 0)).fill()
    app = stage.app()
    fresh, old = "0101.HK", "0102.HK"
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        clock = app.main.frame_clock
        panel = app.main.desk.panels[PanelId.WATCHLIST]
        assert isinstance(panel, TablePanel)
        quotes = (quote(fresh, 500.0, 490.0, stage.clock.now()), quote(old, 90.0, 91.0, at(10, 40)))
        stage.store.apply(Batch(source="t", received=stage.clock.now(), quotes=quotes))
        clock.tick()
        made: list[str] = []
        row = panel.model.row

        def counting(view: View, key: str) -> Row:
            made.append(key)
            return row(view, key)

        panel.model.row = counting  # type: ignore[method-assign]
        ages: list[str] = []
        for _ in range(20):
            stage.clock.pass_by(1.0)
            clock.tick()
            await pilot.pause()
            shown = "\n".join(line for line in frame_text(app) if fresh in line)
            told = panel.model.age(stage.view, fresh)
            assert told is not None
            assert told.text in shown
            ages.append(told.text)
        # Its own age is right in every second; the other's row is made where ten seconds begin, and for nothing else.
        assert len(set(ages)) > 1
        assert len(set(ages)) - 1 <= made.count(fresh) <= len(set(ages)) + 3
        assert made.count(old) <= 3


async def test_the_desk_knows_its_panels_after_every_change_of_room_focus_and_zoom() -> None:
    """The places are kept: they have to be those that the layout gives for what stands now."""
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        desk = app.main.desk
        for size in ((120, 40), (60, 20), (20, 5), (200, 60), (80, 24)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert desk.room == desk.size
            for panel in PanelId:
                for zoomed in (False, True):
                    desk.show(panel, zoomed=zoomed)
                    await pilot.pause()
                    assert desk.boxes == desk.boxes_for(*Size(*desk.size))
                    assert [one.panel_id for one in desk.visible_panels()] == [
                        one for one in PanelId if one in desk.boxes
                    ]
                    assert all(one.room == one.size for one in desk.visible_panels())
