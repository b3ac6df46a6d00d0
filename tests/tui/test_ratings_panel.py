"""The rating tape on the screen: from key to what is shown and kept."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from tests.tui.stage import Stage, at, frame_text, quote
from textual.pilot import Pilot

from tui_monitor.config.settings import Alerts, Settings
from tui_monitor.domain.rating import Action, Origin, RatingChange
from tui_monitor.sources.api import Batch
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId

SIZES = [(60, 20), (80, 24), (120, 40), (200, 60)]


def change(
    key: str, firm: str | None, hour: int, minute: int, symbol: str, action: Action, **more: object
) -> RatingChange:
    return RatingChange(
        key=key, time=at(hour, minute), symbol=symbol, company=None, firm=firm, action=action, actions=(action,),
        source="yahoo-ratings", **more,  # type: ignore[arg-type]
    )  # fmt: skip


MORE = (
    change("g1", "Goldman Sachs", 9, 55, "BABA", Action.RAISE_TARGET, target=179.0, prior_target=163.0, currency="USD"),
    replace(
        change("headline:g2", "高盛", 10, 5, "BABA", Action.RAISE_TARGET, target=179.0, currency="USD"),
        origin=Origin.HEADLINE, source="Wire", url="https://example.com/g2", company="阿里",
    ),
    change("c1", "Citi", 8, 0, "0103.HK", Action.DOWNGRADE, from_grade="Outperform", to_grade="Underperform",
           target=4.25, prior_target=6.0, currency="HKD"),
    change("m1", "Morgan Stanley", 7, 0, "MSFT", Action.INITIATE, to_grade="Overweight", target=600.0, currency="USD"),
)  # fmt: skip


def stage(language: str = "en", **more: object) -> Stage:
    made = Stage(language=language, **more).fill()  # type: ignore[arg-type]
    made.store.apply(Batch(source="t", received=made.clock.now(), ratings=MORE))
    return made


def rows(app: MonitorApp) -> list[str]:
    return list(app.main.table(PanelId.RATINGS).keys)


async def show(pilot: Pilot[None], app: MonitorApp) -> str:
    app.main.frame_clock.tick()
    await pilot.pause()
    return "\n".join(frame_text(app))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
async def test_the_panel_fits_at_each_size_and_so_do_the_details(size: tuple[int, int], language: str) -> None:
    app = stage(language).app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("3")
        text = await show(pilot, app)
        assert {cell_len(line) for line in text.split("\n")} == {size[0]}
        grades = {"en": ("buy", "Underperform"), "zh-Hant": ("買入", "跑輸大市"), "zh-Hans": ("买入", "跑输大市")}
        for expected in ("10:42", "Harbour", *grades[language], "180", "+20.0%", "4.25"):
            assert expected in text, expected
        await pilot.press("enter")
        await pilot.pause()
        lines = frame_text(app)
        assert {cell_len(line) for line in lines} == {size[0]}


async def test_one_row_an_event_with_both_origins_and_the_number_of_sources() -> None:
    app = stage().app()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.press("3", "z")
        text = await show(pilot, app)
        assert len(rows(app)) == 5
        (line,) = [one for one in text.split("\n") if "Goldman" in one]
        for expected in ("03-04 09:55", "BABA", "△", "163 → 179 USD", "+19.3%", "tab+hdl", "2"):
            assert expected in line, expected
        (line,) = [one for one in text.split("\n") if "Citi" in one]
        for expected in ("▼▼", "Outperform → Underperform", "6 → 4.25 HKD", "-15.0%"):
            assert expected in line, expected


async def test_sorting_by_each_column() -> None:
    app = stage().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        orders = {}
        for name in ("time", "firm", "action", "company", "upside"):
            await show(pilot, app)
            orders[name] = rows(app)
            await pilot.press("s")
        assert orders["time"] == ["r1", "g1", "r2", "c1", "m1"]
        assert orders["firm"] == ["c1", "g1", "r1", "m1", "r2"]
        assert orders["action"] == ["r1", "c1", "m1", "g1", "r2"]
        assert orders["company"][-1] == "m1"
        # +20.0, +19.3, -15.0, -18.2, and unknown: nothing has a price of MSFT.
        assert orders["upside"] == ["r1", "g1", "c1", "r2", "m1"]
        assert rows(app) == orders["time"]


async def test_finding_as_one_types_by_field_and_escape_takes_it_back() -> None:
    app = stage().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "slash", *"firm:gold")
        await pilot.pause()
        assert rows(app) == ["g1"]
        await pilot.press("enter")
        assert "/firm:gold" in await show(pilot, app)
        await pilot.press("escape")
        assert len(rows(app)) == 5
        await pilot.press("slash", *"a:down 0103", "enter")
        assert rows(app) == ["c1"]
        await pilot.press("slash", *" nothing", "enter")
        assert "No rating change matches." in await show(pilot, app)


async def test_one_key_goes_through_the_actions_and_one_shows_mine_only() -> None:
    app = stage().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "m")
        assert rows(app) == ["r1", "g1", "r2", "c1"]
        await pilot.press("f")
        assert rows(app) == ["r1"]
        assert "mine" in await show(pilot, app)
        await pilot.press("f")
        assert rows(app) == ["c1"]
        await pilot.press("escape", "escape", "m")
        assert len(rows(app)) == 5


async def test_unread_marks_are_kept_for_all_reports_of_an_event() -> None:
    made = stage()
    app = made.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        assert "5 new" in await show(pilot, app)
        await pilot.press("n")
        assert made.seen == [(("r1",), True)]
        assert app.main.table(PanelId.RATINGS).cursor_key == "g1"
        await pilot.press("N")
        assert made.seen[-1] == (("g1", "headline:g2"), True)
        await pilot.press("k", "N")
        assert made.seen[-1] == (("g1", "headline:g2"), False)
        await pilot.press("A")
        assert made.view.tape.count_unread(made.view) == 0
        assert "new" not in (await show(pilot, app)).split("Rating changes")[1].split("\n")[0].replace("newest", "")
        assert made.marked == []


async def test_one_target_is_told_without_a_bar() -> None:
    made = Stage().fill()
    app = made.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("3", "j", "enter")
        await pilot.pause()
        text = "\n".join(frame_text(app))
    assert "Target of one firm, HKD" in text
    assert "90 -18.2%  last 110" in text
    assert "mean" not in text


async def test_a_zoomed_tape_has_room_for_the_names_of_houses() -> None:
    made = stage()
    app = made.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "z")
        assert "Morgan Stanley" in await show(pilot, app)


async def test_enter_shows_the_spread_on_one_line_the_houses_and_the_links() -> None:
    made = stage()
    app = made.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "j", "enter")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "Targets of 2 firms, USD" in text
        (line,) = [one for one in text.split("\n") if "low 179" in one]
        for expected in ("high 180", "mean 179.50 +19.7%", "last 150", "●", "│"):
            assert expected in line, expected
        for expected in ("Latest of each firm (2)", "https://example.com/g2", "Table of BABA: not asked yet."):
            assert expected in text, expected
        await pilot.press("escape")
        await pilot.press("o")
        assert made.opened == ["https://example.com/g2"]
        assert made.seen == [(("g1", "headline:g2"), True)]


async def test_a_new_report_of_a_known_event_makes_no_row_and_a_new_event_does() -> None:
    made = stage()
    app = made.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "j")
        await show(pilot, app)
        made.clock.pass_by(5)
        report = replace(MORE[0], key="other", source="other", time=MORE[0].time - timedelta(hours=1))
        made.store.apply(Batch(source="t", received=made.clock.now(), ratings=(report,)))
        await show(pilot, app)
        assert len(rows(app)) == 5
        assert app.main.table(PanelId.RATINGS).cursor_key == "g1"
        made.clock.pass_by(5)
        fresh = replace(report, key="fresh", firm="UBS", time=made.clock.now(), target=200.0)
        made.store.apply(Batch(source="t", received=made.clock.now(), ratings=(fresh,)))
        await show(pilot, app)
        assert rows(app)[0] == "fresh"
        assert app.main.table(PanelId.RATINGS).cursor_key == "g1"


async def test_a_changed_price_moves_the_upside() -> None:
    made = stage()
    app = made.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3")
        made.clock.pass_by(2)
        now = made.clock.now()
        made.store.apply(
            Batch(source="y", received=now, quotes=(replace(quote("BABA", 200.0, 140.0, now), currency="USD"),))
        )
        assert "-10.0%" in await show(pilot, app)


async def test_the_terminal_rings_once_for_an_upgrade_of_a_watched_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    made = stage(settings=msgspec.structs.replace(Settings(), alerts=Alerts(ring_on_upgrade=True)))
    app = made.app()
    rung: list[bool] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(True))
    async with app.run_test(size=(120, 40)) as pilot:
        await show(pilot, app)
        assert rung == []
        made.clock.pass_by(60)
        fresh = change("u", "UBS", 11, 1, "0102.HK", Action.UPGRADE, to_grade="Buy")
        made.store.apply(Batch(source="t", received=made.clock.now(), ratings=(fresh,)))
        assert "UBS Birch ▲ → Buy" in await show(pilot, app)
        made.clock.pass_by(60)
        again = replace(fresh, key="u2", source="other")
        made.store.apply(Batch(source="t", received=made.clock.now(), ratings=(again,)))
        await show(pilot, app)
        assert rung == [True]


async def test_plus_adds_the_company_under_the_cursor() -> None:
    made = stage()
    app = made.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "G", "a")
        await pilot.pause()
        assert "MSFT" in made.lists.symbols
