"""The main screen: what it shows at each size, and what keys do, from key to value."""

from __future__ import annotations

import gc
from collections import Counter
from datetime import timedelta

import pytest
from rich.cells import cell_len
from tests.tui.stage import Stage, at, frame_text, quote
from textual import events
from textual._styles_cache import StylesCache
from textual.strip import Strip
from textual.widget import Widget

from tui_monitor.analysis.board import Board
from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.config.settings import Display, Settings
from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.sources.api import Batch, Topic
from tui_monitor.tui.commands import COMMANDS
from tui_monitor.tui.layout import PanelId

SIZES = [(120, 40), (80, 24), (60, 20), (200, 60), (110, 25), (40, 10), (20, 5), (400, 100)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
async def test_every_line_is_exactly_as_wide_as_the_terminal(size: tuple[int, int], language: str) -> None:
    stage = Stage(language=language).fill()
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.main.frame_clock.tick()
        await pilot.pause()
        lines = frame_text(app)
    assert len(lines) == size[1]
    assert {cell_len(line) for line in lines} == {size[0]}


async def test_five_panels_with_content_at_120_by_40() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        text = "\n".join(frame_text(app))
    for expected in (
        "WOOD 1,050.00 ▲ 5.00%", "HK open, lunch in 1:00", "2026-03-04 11:00 HKT",
        "Wood Index", "+50.0", "HSI", "GC=F 3,700.00",
        "Movers · Wood · by %", "Alder", "▲ 10.00", "1▲ 1▼ 1=",
        "Rating changes", "10:42", "Harbour", "sell → buy",
        "Headlines · 3 unread", "Alder [/red] tries a new mill", "樺木公布全年業績",
        "Watchlist [mine] other", "0102.HK", "▼ 5.00",
    ):  # fmt: skip
        assert expected in text, expected


async def test_points_are_weight_times_change_times_previous_level() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        text = "\n".join(frame_text(app))
    # 50 % of the index up 10 % from 1,000 points; 30 % down 5 %.
    assert "+50.0" in text
    assert "-15.0" in text


@pytest.mark.parametrize(
    ("size", "visible"),
    [
        ((120, 40), 5),
        ((200, 60), 5),
        ((80, 24), 2),
        ((60, 20), 1),
        ((20, 5), 1),
    ],
)
async def test_panels_adapt(size: tuple[int, int], visible: int) -> None:
    app = Stage().fill().app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert len(app.main.desk.visible_panels()) == visible
        for number, panel in enumerate(PanelId, start=1):
            await pilot.press(str(number))
            await pilot.pause()
            assert app.main.desk.focused_panel is panel
            assert app.main.desk.panels[panel].has_focus
            assert app.main.desk.panels[panel] in app.main.desk.visible_panels()


async def test_tab_goes_round_and_zoom_shows_one() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        seen = []
        for _ in range(5):
            await pilot.press("tab")
            seen.append(app.main.desk.focused_panel)
        assert sorted(seen) == sorted(PanelId)
        await pilot.press("shift+tab")
        assert app.main.desk.focused_panel is PanelId.HEADLINES
        await pilot.press("z")
        await pilot.pause()
        assert [panel.panel_id for panel in app.main.desk.visible_panels()] == [PanelId.HEADLINES]
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.main.desk.visible_panels()) == 5


async def test_a_changed_number_reaches_the_screen_with_the_next_frame_only() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        app.main.frame_clock.tick()
        stage.clock.pass_by(2)
        stage.store.apply(
            Batch(
                source="yahoo", received=stage.clock.now(), quotes=(quote("0101.HK", 123.45, 100.0, stage.clock.now()),)
            )
        )
        await pilot.pause()
        assert "123.45" not in "\n".join(frame_text(app))
        app.main.frame_clock.tick()
        await pilot.pause()
        assert "123.45" in "\n".join(frame_text(app))


async def test_the_cursor_stays_on_its_row_when_the_order_changes() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("2", "j")
        movers = app.main.table(PanelId.MOVERS)
        held = movers.cursor_key
        assert held == "0103.HK"
        stage.clock.pass_by(10)
        now = stage.clock.now()
        stage.store.apply(Batch(source="yahoo", received=now, quotes=(quote("0103.HK", 9.0, 5.0, now),)))
        app.main.frame_clock.tick()
        await pilot.pause()
        assert movers.keys[0] == "0103.HK"
        assert movers.cursor_key == held


async def test_the_order_waits_while_a_hand_is_on_the_list() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("2")
        movers = app.main.table(PanelId.MOVERS)
        before = list(movers.keys)
        stage.clock.pass_by(5)
        await pilot.press("j")
        now = stage.clock.now()
        stage.store.apply(Batch(source="yahoo", received=now, quotes=(quote("0103.HK", 9.0, 5.0, now),)))
        stage.clock.pass_by(1.5)
        app.main.frame_clock.tick()
        assert movers.keys == before
        stage.clock.pass_by(1.0)
        app.main.frame_clock.tick()
        assert movers.keys != before


async def test_movers_by_percent_points_turnover() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("2")
        movers = app.main.table(PanelId.MOVERS)
        assert movers.keys == ["0101.HK", "0103.HK", "0102.HK"]
        await pilot.press("s")
        assert movers.keys == ["0101.HK", "0103.HK", "0102.HK"]  # +50, 0, -15 points
        await pilot.press("s")
        assert movers.keys == ["0101.HK", "0102.HK", "0103.HK"]  # 110 M, 38 M, 15 M
        await pilot.press("S")
        assert movers.keys == ["0103.HK", "0102.HK", "0101.HK"]


async def test_add_remove_move_undo_from_key_to_list() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()
        await pilot.press(*"700,birch", "enter")
        await pilot.pause()
        assert stage.lists.lists[0].symbols[-1] == "0700.HK"
        assert stage.lists.lists[0].symbols.count("0102.HK") == 1
        assert app.main.current.has_focus
        await pilot.press("g", "J")
        assert stage.lists.lists[0].symbols[:2] == ("0102.HK", "0101.HK")
        await pilot.press("K")
        assert stage.lists.lists[0].symbols[:2] == ("0101.HK", "0102.HK")
        await pilot.press("d")
        assert "0101.HK" not in stage.lists.lists[0].symbols
        await pilot.press("u")
        assert stage.lists.lists[0].symbols[0] == "0101.HK"
        await pilot.press("ctrl+r")
        assert "0101.HK" not in stage.lists.lists[0].symbols


async def test_add_from_another_panel_takes_what_is_under_the_cursor() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("right_square_bracket")
        await pilot.press("4", "a")
        assert "0101.HK" in stage.lists.lists[1].symbols


async def test_find_narrows_as_one_types_and_escape_gives_all_back() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        watch = app.main.table(PanelId.WATCHLIST)
        await pilot.press("slash", *"樺")
        await pilot.pause()
        assert watch.keys == ["0102.HK"]
        await pilot.press("escape")
        await pilot.pause()
        assert len(watch.keys) == 4
        await pilot.press("slash", *"cedar", "enter")
        await pilot.pause()
        assert watch.keys == ["0103.HK"]
        await pilot.press("escape")
        assert len(watch.keys) == 4


async def test_detail_tells_time_source_and_delay() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        for expected in ("2026-03-04 11:00:00 HKT", "yahoo", "not stated by the source", "Prev. close", "100.00"):
            assert expected in text, expected
        await pilot.press("escape")
        assert app.screen is app.main


async def test_a_headline_with_markup_is_shown_as_it_is_and_read() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("4", "enter")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "Alder [/red] tries a new mill" in text
        assert "A longer text." in text
        await pilot.press("escape")
        assert "h1" in stage.view.read
        assert stage.marked == [(("h1",), True)]
        await pilot.press("o")
        assert stage.opened == ["https://example.com/h1"]


async def test_unread_keys() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("4", "n")
        news = app.main.table(PanelId.HEADLINES)
        assert news.cursor_key == "h2"
        assert stage.view.read == {"h1"}
        await pilot.press("N")
        assert stage.view.read == {"h1", "h2"}
        await pilot.press("A")
        assert stage.view.read == {"h1", "h2", "h3"}
        await pilot.press("k", "k", "N")
        assert stage.view.read == {"h2", "h3"}


async def test_help_lists_every_command_with_its_key() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 100)) as pilot:
        await pilot.pause()
        await pilot.press("question_mark")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        for command in COMMANDS:
            if not command.replay_only:
                assert app.view.words(f"command.{command.id}") in text


async def test_palette_runs_a_command() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"Which colour")
        await pilot.pause(0.4)
        await pilot.press("enter")
        await pilot.pause(0.2)
        assert app.main.palette.convention == "red-up"


async def test_colours_cycle_and_keep_the_signs() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for expected in ("red-up", "blue-orange", "mono", "green-up"):
            await pilot.press("c")
            assert app.main.palette.convention == expected
            assert "▲ 10.00" in "\n".join(frame_text(app))
        for _ in range(3):
            await pilot.press("T")
            await pilot.pause()
            assert "▲ 10.00" in "\n".join(frame_text(app))


async def test_language_changes_everything_at_once() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("L")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "自選" in text
        assert "榿木" in text
        assert "Watchlist" not in text


async def test_ascii_glyphs_only() -> None:
    stage = Stage(ascii_only=True)
    stage.fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("1")
        own = [line for line in frame_text(app) if not any("\u4e00" <= char <= "\u9fff" for char in line)]
    assert "".join(own).isascii()


async def test_refresh_asks_by_panel_and_all() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("5", "r", "4", "r", "3", "r", "R")
    assert stage.asked == ["quotes", "headlines", "ratings", None]


async def test_stale_numbers_fade_and_the_header_says_so() -> None:
    stage = Stage().fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        stage.clock.pass_by(3000)
        app.main.frame_clock.tick()
        await pilot.pause()
        assert "data 50m old" in frame_text(app)[0]


@pytest.mark.parametrize("width", [60, 80, 120])
async def test_a_stale_level_is_said_to_be_so_on_any_screen(width: int) -> None:
    stage = Stage().fill()
    stage.clock.pass_by(3000)
    app = stage.app()
    async with app.run_test(size=(width, 20)) as pilot:
        await pilot.pause()
        assert "data 50m old" in frame_text(app)[0]
        assert "11:50 HKT" in frame_text(app)[0]


async def test_before_the_open_the_header_says_of_which_day_the_close_is() -> None:
    stage = Stage(moment=at(16, 10)).fill()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "close of" not in frame_text(app)[0]
        stage.clock.pass_by(17 * 3600)
        app.main.repaint_lines()
        await pilot.pause()
        header = frame_text(app)[0]
        assert "HK pre-open" in header
        assert "close of 03-04" in header


async def test_a_close_is_not_stale_at_night() -> None:
    stage = Stage(moment=at(16, 10)).fill()
    stage.clock.pass_by(7 * 3600)
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        header = frame_text(app)[0]
    assert "old" not in header
    assert "HK closed" in header


async def test_why_a_source_fails_is_said_at_once_after_hours_too_and_by_the_clock() -> None:
    stage = Stage(moment=at(17, 0)).fill()
    one = SourceHealth(name="yahoo", topic=Topic.QUOTES, host="h", title="", period=300.0, last_good=stage.clock.now())
    stage.view.health = {"yahoo": one}
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        stage.clock.pass_by(1.0)
        app.main.frame_clock.tick()
        await pilot.pause()
        assert "yahoo 17:00" in frame_text(app)[-1]
        one.failure, one.failure_kind, one.state, one.failures = "no", FailureKind.REFUSED, State.FAILING, 1
        one.next_try = stage.clock.monotonic() + 90.0
        one.revision += 1
        stage.clock.pass_by(1.0)
        app.main.frame_clock.tick()
        await pilot.pause()
        # The line moves once a minute at this hour: a countdown would stand still.
        assert "yahoo ✗ no connection, next try at 17:01" in frame_text(app)[-1]


async def test_without_a_network_it_is_said_once_instead_of_source_by_source() -> None:
    stage = Stage().fill()
    names = ("yahoo", "tencent", "rthk", "scmp")
    stage.view.health = {
        name: SourceHealth(
            name=name, topic=Topic.QUOTES, host=name, title="", period=15.0, state=State.FAILING, failure="no network",
            failure_kind=FailureKind.REFUSED, failures=1, next_try=stage.clock.monotonic() + wait,
            last_failure=stage.clock.now(),
        )
        for name, wait in zip(names, (90.0, 40.0, 300.0, 60.0), strict=True)
    }  # fmt: skip
    # One that was not asked yet, and one that answered before the others failed.
    for name, good in (("later", None), ("earlier", stage.clock.now() - timedelta(minutes=2))):
        stage.view.health[name] = SourceHealth(
            name=name, topic=Topic.HEADLINES, host=name, title="", period=300.0, last_good=good
        )
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        status = frame_text(app)[-1]
        assert status.startswith(" ✗ no connection to any source, next try ")
        assert not any(name in status for name in names)
        # One that answers shows that it is not the network.
        one = stage.view.health["scmp"]
        one.failure, one.failure_kind, one.state, one.last_good = None, None, State.IDLE, stage.clock.now()
        app.main.repaint_lines()
        await pilot.pause()
        assert "any source" not in frame_text(app)[-1]
        assert "rthk ✗ no connection" in frame_text(app)[-1]


async def test_a_notice_is_shown_at_once_after_hours_too_and_gone_with_its_cause() -> None:
    stage = Stage(moment=at(17, 0)).fill()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for notices in ([], ["config.toml, line 1:\n wrong"], []):
            stage.view.notices[:] = notices
            stage.clock.pass_by(2.0)
            app.main.frame_clock.tick()
            await pilot.pause()
            assert ("config.toml, line 1: wrong" in frame_text(app)[-1]) is bool(notices)


async def test_the_story_is_shown_at_once_after_hours_too() -> None:
    stage = Stage(moment=at(17, 0)).fill()
    claim = Claim(id=ClaimId.DAILY_STREAK, surprise=3.0, inputs={"count": 4, "running": False})
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(2):
            stage.clock.pass_by(10.0)
            app.main.frame_clock.tick()
        # As the storyteller leaves it; the next full minute is half a minute away.
        stage.view.board = Board(
            story=None, breadth=None, ranking=None, valuation=None, average=None, other_pe=None, claims=(claim,)
        )
        stage.clock.pass_by(2.0)
        app.main.frame_clock.tick()
        await pilot.pause()
        assert any("4th straight daily gain" in line for line in frame_text(app))


async def test_without_the_focus_it_takes_no_frame_where_the_person_wants_none_until_it_is_looked_at_again() -> None:
    display = Display(unfocused="stop")
    stage = Stage(settings=Settings(display=display)).fill()
    app = stage.app()
    frames: list[float] = []
    async with app.run_test(size=(120, 40)) as pilot:
        clock = app.main.frame_clock
        clock.interval = 0.02
        real = clock.tick
        clock.tick = lambda: (frames.append(stage.clock.monotonic()), real())[1]  # type: ignore[method-assign, func-returns-value]
        app.post_message(events.AppBlur())
        await pilot.pause()
        frames.clear()
        await pilot.pause(0.2)
        assert not frames
        app.post_message(events.AppFocus())
        await pilot.pause(0.2)
        assert len(frames) >= 2, "caught up at once, and goes on"
        app.post_message(events.AppBlur())
        await pilot.pause()
        frames.clear()
        # A terminal that does not tell of its focus, and a key all the same.
        await pilot.press("j")
        await pilot.pause(0.2)
        assert len(frames) >= 2


async def test_resizing_to_anything_never_fails() -> None:
    app = Stage().fill().app()
    async with app.run_test(size=(120, 40)) as pilot:
        for width, height in [(20, 5), (400, 100), (5, 3), (79, 24), (1, 1), (60, 14), (170, 26), (120, 40)]:
            await pilot.resize_terminal(width, height)
            await pilot.pause()
            app.main.frame_clock.tick()
        assert "WOOD" in frame_text(app)[0]


async def test_empty_store_says_what_to_do() -> None:
    stage = Stage()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        text = "\n".join(frame_text(app))
    assert "no level yet" in text
    assert "No headlines yet" in text
    assert "No rating changes yet" in text
    assert "None" not in text
    assert " 0.00" not in text


async def test_what_was_opened_and_closed_leaves_nothing_behind() -> None:
    stage = Stage().fill()
    app = stage.app()

    async def look() -> Counter[str]:
        gc.collect()
        return Counter(type(one).__name__ for one in gc.get_objects() if isinstance(one, Widget | StylesCache | Strip))

    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(3):
            await pilot.press("enter", "escape")
            await pilot.pause()
        first = await look()
        for _ in range(20):
            await pilot.press("enter", "escape")
            await pilot.pause()
        last = await look()
    grown = {name: (first[name], count) for name, count in last.items() if count > first[name] + 3}
    assert not {name: counts for name, counts in grown.items() if counts[1] > 1.2 * counts[0]}, grown
