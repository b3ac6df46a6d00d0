"""Columns, sorts, positions and edits from outside, on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.tui.desk import Desk
from tests.tui.stage import frame_text
from tests.tui.test_watchlist_edits import panel_of, press, text_of

from tui_monitor.config.columns_file import ColumnSetting, read_columns
from tui_monitor.config.watchlist_text import write_text
from tui_monitor.domain.series import Intraday
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, SetNote
from tui_monitor.present.watchlist_columns import SPECS
from tui_monitor.sources.api import Batch

HELD = Watchlists(
    (
        Watchlist(
            name="mine",
            entries=(
                Entry(symbol="0101.HK", quantity=100.0, cost=90.0, note="the mill", tags=("core",)),
                Entry(symbol="BABA", quantity=10.0, cost=120.0, cost_currency="USD"),
                Entry(symbol="0103.HK"),
            ),
        ),
        Watchlist(name="other", entries=(Entry(symbol="0102.HK", quantity=-50.0, cost=1.0, cost_currency="CHF"),)),
    )
)


# Columns


async def test_columns_are_chosen_moved_and_sized_at_once_and_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "Change" in text_of(app)
        await press(pilot, "z", "C", "j", "j", "K")  # last before name
        assert panel_of(app).visible_columns[:3] == ["code", "last", "name"]
        await press(pilot, "greater_than_sign", "greater_than_sign")
        assert next(one for one in desk.view.columns or () if one.id == "last").width == 11
        await press(pilot, "j", "j", "space", "escape")
        assert "percent" not in panel_of(app).visible_columns
        assert app.screen is app.main
    kept = read_columns(desk.paths.columns_file)
    assert kept is not None
    assert [one.id for one in kept[:3]] == ["code", "last", "name"]
    again = Desk(tmp_path).fill()
    app = again.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert panel_of(app).visible_columns[:3] == ["code", "last", "name"]
        await press(pilot, "C", "r", "escape")
        assert panel_of(app).visible_columns[:3] == ["code", "name", "last"]
    assert read_columns(again.paths.columns_file) is None


async def test_the_symbol_cannot_be_hidden(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "C", "space", "escape")
        assert panel_of(app).visible_columns[0] == "code"


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
async def test_all_columns_at_any_size_leave_every_line_as_wide_as_the_terminal(
    tmp_path: Path, size: tuple[int, int], language: str
) -> None:
    desk = Desk(tmp_path, language=language, lists=HELD).fill()
    desk.view.columns = tuple(ColumnSetting(spec.id) for spec in SPECS)
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, "z")
        lines = frame_text(app)
        shown = panel_of(app).visible_columns
        for key in ("C", "e", "a", "M"):
            await press(pilot, key)
            assert {cell_len(line) for line in frame_text(app)} == {size[0]}, key
            await press(pilot, "escape")
    assert {cell_len(line) for line in lines} == {size[0]}
    # The narrow screen keeps what matters most.
    assert {"code", "name", "last", "percent"} <= set(shown)
    assert len(shown) == len(SPECS) if size[0] == 200 else len(shown) < len(SPECS)


async def test_positions_notes_and_tags_bring_their_columns(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lists=HELD).fill()
    app = desk.app()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        await press(pilot, "z")
        assert {"today", "total", "value", "note", "tags"} <= set(panel_of(app).visible_columns)
        assert "the mill" in text_of(app)
        await press(pilot, "right_square_bracket")
        assert "note" not in panel_of(app).visible_columns
        assert "value" in panel_of(app).visible_columns


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"columns": [{"id": 1}]}', b"\xff\xfe", b'{"columns": 5}'])
def test_a_damaged_file_of_columns_counts_as_absent(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "columns.json"
    path.write_bytes(content)
    assert read_columns(path) is None


# Sorts


async def test_sorts_go_through_the_columns_to_be_seen_and_back(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        panel = panel_of(app)
        own = list(panel.keys)
        seen = []
        for _ in range(20):
            await press(pilot, "s")
            if panel.model.sort == "own":
                break
            seen.append(panel.model.sort)
        assert seen == panel.visible_columns
        assert panel.keys == own
        await press(pilot, "s", "s", "s", "s")
        assert panel.model.sort == "percent"
        assert panel.keys == ["0101.HK", "BABA", "0103.HK", "0102.HK"]
        assert "▼ %" in text_of(app)
        await press(pilot, "S")
        assert panel.keys == ["0102.HK", "0103.HK", "BABA", "0101.HK"]
        assert "▲ %" in text_of(app)


def path_of(desk: Desk, symbol: str, *closes: float) -> None:
    """Let a path come in."""
    now = desk.clock.now()
    begin = int(now.timestamp()) - 60 * len(closes)
    times = tuple(begin + 60 * at for at in range(len(closes)))
    series = Intraday(symbol=symbol, times=times, closes=closes, received=now, source="yahoo")
    desk.store.apply(Batch(source="yahoo", received=now, paths=(series,)))


@pytest.mark.parametrize(("size", "zoom"), [((120, 40), ()), ((60, 20), ("z",))])
async def test_rows_are_sorted_by_the_move_along_their_path_live_and_once(
    tmp_path: Path, size: tuple[int, int], zoom: tuple[str, ...]
) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, *zoom)
        panel = panel_of(app)
        assert "spark" in panel.visible_columns
        await press(pilot, *["s"] * (panel.visible_columns.index("spark") + 1))
        assert panel.model.sort == "spark"
        # 10.0 to 18.9, 100.0 to 108.9, and two that have no path.
        assert panel.keys == ["0102.HK", "0101.HK", "0103.HK", "BABA"]

        async def pass_by() -> None:
            desk.clock.pass_by(3.0)
            app.main.frame_clock.tick()
            await pilot.pause()

        path_of(desk, "BABA", -2.0, -0.5)  # below zero, and up by three quarters
        path_of(desk, "0102.HK", 10.0, 30.0, 9.0)
        path_of(desk, "0103.HK", 5.0)  # one point is no move
        await pass_by()
        assert panel.keys == ["BABA", "0101.HK", "0102.HK", "0103.HK"]
        await press(pilot, "S")
        assert panel.keys == ["0102.HK", "0101.HK", "BABA", "0103.HK"]
        await press(pilot, "O")
        assert panel.model.sort == "own"
        assert desk.saved_list("mine").symbols == ("0102.HK", "0101.HK", "BABA", "0103.HK")
        path_of(desk, "0102.HK", 10.0, 30.0)
        await pass_by()
        assert panel.keys == ["0102.HK", "0101.HK", "BABA", "0103.HK"]
        await press(pilot, "u")
        assert desk.saved_list("mine").symbols == ("0101.HK", "0102.HK", "0103.HK", "BABA")


# Positions


async def test_positions_in_the_lists_currency_with_the_age_of_the_rates(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lists=HELD).fill()
    desk.give("HKD=X", 7.8, age=120)
    app = desk.app()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        await press(pilot, "z")
        # 100 x 110 HKD + 10 x 150 USD x 7.8; today 100 x 10 + 10 x 10 x 7.8; total 100 x 20 + 10 x 30 x 7.8.
        foot = frame_text(app)[-2]
        for expected in ("HKD 22,700", "day +1,780", "total +4,340", "rates 2m old"):
            assert expected in foot, foot
        assert "partial" not in foot.split("all lists")[0]
        # The other list's cost is in francs, for which no rate is known; its value needs none.
        assert "all lists HKD 21,750" in foot
        await press(pilot, "E", "tab", *"USD", "enter")
        desk.clock.pass_by(2.0)
        app.main.frame_clock.tick()
        await pilot.pause()
        foot = frame_text(app)[-2]
        for expected in ("USD 2,910", "day +228", "total +556"):
            assert expected in foot, foot


async def test_a_missing_rate_marks_the_sum_partial(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lists=HELD).fill()
    app = desk.app()
    async with app.run_test(size=(200, 60)) as pilot:
        await pilot.pause()
        await press(pilot, "E", "tab", *"HKD", "enter")
        # No rate is known: the Hong Kong share alone is in the sum.
        foot = frame_text(app)[-2] if desk.view.saying is None else "\n".join(frame_text(app))
        assert "HKD 11,000 partial" in foot
        assert "day +1,000 partial" in foot
        desk.give("HKD=X", 7.8)
        desk.clock.pass_by(2.0)
        app.main.frame_clock.tick()
        await pilot.pause()
        await press(pilot, "z")
        assert "HKD 22,700" in text_of(app)


# From outside


async def test_an_edit_of_the_file_appears_and_the_cursor_stays(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    desk.service.edit(Add("mine", (Entry(symbol="0700.HK"),)))
    saved = desk.saved()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "j", "j")
        assert panel_of(app).cursor_key == "0103.HK"
        mine = saved.lists[0]
        edited = Watchlists((Watchlist(name="mine", entries=(Entry(symbol="9988.HK"), *mine.entries)), saved.lists[1]))
        desk.file.write_bytes(write_text(edited))
        desk.service.poll_outside()
        app.main.frame_clock.tick()
        await pilot.pause()
        assert panel_of(app).keys[0] == "9988.HK"
        assert panel_of(app).cursor_key == "0103.HK"


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
async def test_an_unreadable_file_is_said_as_long_as_it_is_so(tmp_path: Path, size: tuple[int, int]) -> None:
    desk = Desk(tmp_path).fill()
    desk.service.edit(SetNote("mine", ("0101.HK",), "mine"))
    good = desk.saved()
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        data = desk.file.read_bytes()
        desk.file.write_bytes(b"[[lists]\nname = ")
        desk.service.poll_outside()
        app.main.frame_clock.tick()
        await pilot.pause()
        # The line of the file is what one needs to mend it: it is in sight on the narrow screen too.
        assert "watchlists.toml, line 1: not valid TOML" in frame_text(app)[-1]
        await press(pilot, "escape", "j")
        assert "watchlists.toml" in frame_text(app)[-1]
        assert desk.service.lists == good
        desk.file.write_bytes(data)
        desk.service.poll_outside()
        app.main.frame_clock.tick()
        await pilot.pause()
        assert "watchlists.toml" not in frame_text(app)[-1]


async def conflict(desk: Desk) -> None:
    """Edit the lists on both sides: a note and an addition here, a removal and an addition in the file."""
    desk.service.edit(Add("mine", (Entry(symbol="0700.HK"),)))
    saved = desk.saved()
    desk.service.edit(SetNote("mine", ("0101.HK",), "from here"))
    desk.service.edit(Add("mine", (Entry(symbol="1810.HK"),)))
    mine = [entry for entry in saved.lists[0].entries if entry.symbol != "0102.HK"]
    edited = Watchlists((Watchlist(name="mine", entries=(*mine, Entry(symbol="9988.HK"))), saved.lists[1]))
    text = "\n".join(line for line in write_text(edited).decode().splitlines() if not line.startswith("#"))
    desk.file.write_text(text)
    desk.service.poll_outside()


@pytest.mark.parametrize(
    ("key", "symbols"),
    [
        ("m", {"0101.HK", "0102.HK", "0103.HK", "BABA", "0700.HK", "1810.HK"}),
        ("t", {"0101.HK", "0103.HK", "BABA", "0700.HK", "9988.HK"}),
        ("b", {"0101.HK", "0103.HK", "BABA", "0700.HK", "9988.HK", "1810.HK"}),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_a_conflict_shows_the_difference_and_asks(
    tmp_path: Path, key: str, symbols: set[str], language: str
) -> None:
    desk = Desk(tmp_path, language=language).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await conflict(desk)
        app.main.frame_clock.tick()
        await pilot.pause()
        assert app.screen is not app.main
        text = text_of(app)
        for expected in ("- 0102.HK", "+ 9988.HK", "+ 1810.HK", "* 0101.HK", "from here"):
            assert expected in text, expected
        await press(pilot, key)
        assert app.screen is app.main
        assert set(desk.saved().lists[0].symbols) == symbols
        app.main.frame_clock.tick()
        await pilot.pause()
        assert app.screen is app.main


@pytest.mark.parametrize("size", [(120, 40), (60, 20)])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "watchlists.toml: changed here and outside. ! chooses"),
        ("zh-Hant", "watchlists.toml 這裡和外面都改過：按 ! 選擇"),
    ],
)
async def test_a_conflict_can_wait_and_stays_in_the_status_line(
    tmp_path: Path, size: tuple[int, int], language: str, said: str
) -> None:
    desk = Desk(tmp_path, language=language).fill()
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await conflict(desk)
        app.main.frame_clock.tick()
        await pilot.pause()
        await press(pilot, "escape")
        app.main.frame_clock.tick()
        await pilot.pause()
        assert app.screen is app.main
        assert frame_text(app)[-1].strip() == said
        await press(pilot, "exclamation_mark", "enter")
        assert "9988.HK" in desk.saved().lists[0].symbols
        assert "1810.HK" in desk.saved().lists[0].symbols
