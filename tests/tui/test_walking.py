"""Walking through a list longer than its panel: half a page at the edge, so that few steps move all rows."""

from __future__ import annotations

import pytest
from tests.tui.stage import Stage, at, quote

from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.sources.api import Batch
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel

ROWS = 60


def walked() -> MonitorApp:
    codes = tuple(f"{4000 + number}.HK" for number in range(ROWS))
    lists = Watchlists((Watchlist(name="long", entries=tuple(Entry(symbol=code) for code in codes)),))
    stage = Stage(moment=at(11, 0), lists=lists)
    quotes = tuple(quote(code, 100.0 + number, 100.0, at(11, 0)) for number, code in enumerate(codes))
    stage.store.apply(Batch(source="t", received=at(11, 0), quotes=quotes))
    return stage.app()


def table(app: MonitorApp) -> TablePanel:
    found = app.main.desk.panels[PanelId.WATCHLIST]
    assert isinstance(found, TablePanel)
    return found


@pytest.mark.parametrize("size", [(60, 20), (120, 40), (200, 60), (20, 5)])
async def test_every_step_is_in_sight_and_few_of_them_move_the_rows(size: tuple[int, int]) -> None:
    app = walked()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        panel = table(app)
        page, half = panel.page, max(1, panel.page // 2)
        for step, way in ((1, range(1, ROWS)), (-1, range(ROWS - 2, -1, -1))):
            moved = 0
            for expected in way:
                top = panel.top
                panel.move_by(step)
                assert panel.cursor_at == expected
                assert panel.top <= expected < panel.top + page
                assert 0 <= panel.top <= max(0, ROWS - page)
                if panel.top != top:
                    moved += 1
                    assert abs(panel.top - top) <= half + 1
            assert moved <= (ROWS - page) / half + 1


async def test_the_ends_of_a_list_hold() -> None:
    app = walked()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = table(app)
        await pilot.press("k")
        assert (panel.cursor_at, panel.top) == (0, 0)
        await pilot.press("G")
        last = panel.top
        assert panel.cursor_at == ROWS - 1
        await pilot.press("j")
        assert (panel.cursor_at, panel.top) == (ROWS - 1, last)


async def test_pages_move_by_pages_as_ever() -> None:
    app = walked()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        panel = table(app)
        await pilot.press("pagedown")
        assert (panel.cursor_at, panel.top) == (panel.page, 1)
