"""Every edit of a watchlist by keys alone, from key to file, also at 60 x 20 and in Chinese; each one step of undo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.tui.desk import Desk
from tests.tui.stage import frame_text
from textual.pilot import Pilot

from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.engine.clock import ReplayClock
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.panels.watchlist import WatchlistPanel

OLD = ("0101.HK", "0102.HK", "0103.HK", "BABA")


def panel_of(app: MonitorApp) -> WatchlistPanel:
    panel = app.main.current
    assert isinstance(panel, WatchlistPanel)
    return panel


def text_of(app: MonitorApp) -> str:
    return "\n".join(frame_text(app))


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
    await pilot.pause()


Check = Callable[[Watchlists], bool]


def _entry(lists: Watchlists, name: str, symbol: str) -> Entry:
    one = lists.named(name)
    assert one is not None
    return next(entry for entry in one.entries if entry.symbol == symbol)


def _symbols(lists: Watchlists, name: str) -> tuple[str, ...]:
    one = lists.named(name)
    return one.symbols if one is not None else ()


CASES: dict[str, tuple[tuple[str, ...], Check]] = {
    "add": (("a", *"700", "enter"), lambda s: _symbols(s, "mine") == (*OLD, "0700.HK")),
    "remove": (("d",), lambda s: _symbols(s, "mine") == OLD[1:]),
    "move down": (("J",), lambda s: _symbols(s, "mine") == ("0102.HK", "0101.HK", "0103.HK", "BABA")),
    "move up": (("G", "K"), lambda s: _symbols(s, "mine") == ("0101.HK", "0102.HK", "BABA", "0103.HK")),
    "move to": (
        ("M", "enter"),
        lambda s: _symbols(s, "mine") == OLD[1:] and _symbols(s, "other") == ("0103.HK", "0101.HK"),
    ),
    "move to a new list": (
        ("M", "G", "enter", *"later", "enter"),
        lambda s: _symbols(s, "mine") == OLD[1:] and _symbols(s, "later") == ("0101.HK",),
    ),
    "note": (("e", *"a mill", "enter"), lambda s: _entry(s, "mine", "0101.HK").note == "a mill"),
    "tags": (("e", "tab", *"core, paper", "enter"), lambda s: _entry(s, "mine", "0101.HK").tags == ("core", "paper")),
    "position": (
        ("e", "down", "down", *"1,000", "down", *"95.5", "down", *"usd", "ctrl+s"),
        lambda s: (
            _entry(s, "mine", "0101.HK")
            == Entry(symbol="0101.HK", quantity=1000.0, cost=95.5, cost_currency="USD")
        ),
    ),
    "all of an entry": (
        ("e", *"n", "tab", *"t", "tab", *"-5", "tab", *"2", "tab", *"GBp", "enter"),
        lambda s: (
            _entry(s, "mine", "0101.HK")
            == Entry(symbol="0101.HK", note="n", tags=("t",), quantity=-5.0, cost=2.0, cost_currency="GBp")
        ),
    ),
    "new list": (("ctrl+n", *"fresh", "enter"), lambda s: [one.name for one in s.lists] == ["mine", "fresh", "other"]),
    "rename list": (("E", "end", *"r", "enter"), lambda s: [one.name for one in s.lists] == ["miner", "other"]),
    "currency of a list": (("E", "tab", *"cny", "enter"), lambda s: s.lists[0].currency == "CNY"),
    "delete list": (("D",), lambda s: [one.name for one in s.lists] == ["other"]),
    "list to the right": (("right_curly_bracket",), lambda s: [one.name for one in s.lists] == ["other", "mine"]),
    "list to the left": (
        ("right_square_bracket", "left_curly_bracket"),
        lambda s: [one.name for one in s.lists] == ["other", "mine"],
    ),
    "sort once": (
        ("s", "s", "s", "O"),  # symbol, name, last: 150, 110, 19, 5
        lambda s: _symbols(s, "mine") == ("BABA", "0101.HK", "0102.HK", "0103.HK"),
    ),
    "remove marked": (("x", "j", "x", "d"), lambda s: _symbols(s, "mine") == ("0102.HK", "BABA")),
    "remove marked by space": (("space", "space", "d"), lambda s: _symbols(s, "mine") == ("0103.HK", "BABA")),
    "note on marked": (
        ("x", "x", "e", *"both", "enter"),
        lambda s: [one.note for one in s.lists[0].entries] == ["both", "both", "", ""],
    ),
    "move marked": (("j", "x", "x", "J"), lambda s: _symbols(s, "mine") == ("0101.HK", "BABA", "0102.HK", "0103.HK")),
    "move marked that stand apart": (
        ("x", "j", "j", "x", "J"),
        lambda s: _symbols(s, "mine") == ("0101.HK", "BABA", "0102.HK", "0103.HK"),
    ),
    "move marked to": (
        ("x", "j", "x", "M", "1"),
        # 0103.HK is in the other list already and stays where it is.
        lambda s: _symbols(s, "mine") == OLD[1:] and _symbols(s, "other") == ("0103.HK", "0101.HK"),
    ),
    "tags on marked": (
        ("x", "x", "e", "tab", *"core", "enter"),
        lambda s: [one.tags for one in s.lists[0].entries] == [("core",), ("core",), (), ()],
    ),
    "position on marked": (
        ("x", "x", "e", "tab", "tab", *"100", "tab", *"9.5", "enter"),
        lambda s: [(one.quantity, one.cost) for one in s.lists[0].entries] == [(100.0, 9.5)] * 2 + [(None, None)] * 2,
    ),
    "move marked to a new list": (
        ("x", "j", "x", "M", "G", "enter", *"later", "enter"),
        lambda s: _symbols(s, "later") == ("0101.HK", "0103.HK") and _symbols(s, "mine") == ("0102.HK", "BABA"),
    ),
    "sort once the other way round": (
        ("s", "s", "s", "S", "O"),
        lambda s: _symbols(s, "mine") == ("0103.HK", "0102.HK", "0101.HK", "BABA"),
    ),
    "add to another list": (
        ("right_square_bracket", "a", *"700", "enter"),
        lambda s: _symbols(s, "other") == ("0103.HK", "0700.HK") and _symbols(s, "mine") == OLD,
    ),
    "everything marked": (("X", "d"), lambda s: _symbols(s, "mine") == ()),
    "copy from a built-in list": (
        ("right_square_bracket",) * 2 + ("a", "G", "k", "enter"),
        lambda s: _symbols(s, "other") == ("0103.HK", "0101.HK"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("size", "language"), [((120, 40), "en"), ((60, 20), "zh-Hant")])
@pytest.mark.parametrize("case", CASES)
async def test_from_key_to_file_and_back_in_one_step(
    tmp_path: Path, case: str, size: tuple[int, int], language: str
) -> None:
    keys, check = CASES[case]
    desk = Desk(tmp_path, language=language).fill()
    before = desk.service.lists
    app = desk.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await press(pilot, *keys)
        assert check(desk.saved()), desk.saved()
        assert app.screen is app.main
        assert app.main.current.has_focus
        assert len(desk.service.stacks().undo) == 1
        await press(pilot, "u")
        assert desk.saved() == before
        await press(pilot, "ctrl+r")
        assert check(desk.saved())
    desk.service.close()


async def test_the_edit_is_on_the_screen_with_the_key(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"700", "enter")
        assert "0700.HK" in text_of(app)
        assert panel_of(app).cursor_key == "0700.HK"
        await press(pilot, "d")
        assert "0700.HK" not in panel_of(app).keys
        await press(pilot, "u")
        assert panel_of(app).cursor_key == "0700.HK"


async def test_undo_goes_to_the_list_that_it_changes(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "j", "d", "right_square_bracket")
        assert panel_of(app).model.tab(desk.view).id == "other"
        await press(pilot, "u")
        assert panel_of(app).model.tab(desk.view).id == "mine"
        assert panel_of(app).cursor_key == "0102.HK"
        await press(pilot, "u")
        assert "Nothing to undo" in text_of(app)


async def test_a_wrong_number_is_said_and_nothing_changes(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    before = desk.service.lists
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "e", "tab", "tab", *"many", "enter")
        assert app.screen is not app.main
        assert "“many” is no number" in text_of(app)
        await press(pilot, "escape")
        assert app.screen is app.main
    assert desk.service.lists == before


async def test_a_refusal_of_the_service_is_said_in_the_form(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "E", *["backspace"] * 4, *"Other", "enter")
        assert "already" in text_of(app)
        await press(pilot, "escape", "e", "tab", "tab", "tab", "tab", *"HK", "enter")
        assert "no currency code" in text_of(app)
    assert [one.name for one in desk.service.lists.lists] == ["mine", "other"]


async def test_several_marked_keep_what_is_not_changed(tmp_path: Path) -> None:
    lists = Watchlists(
        (
            Watchlist(
                name="mine",
                entries=(
                    Entry(symbol="0101.HK", note="one", quantity=10.0, cost=1.0),
                    Entry(symbol="0102.HK", note="two", quantity=20.0),
                ),
            ),
        )
    )
    desk = Desk(tmp_path, lists=lists).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "X", "e")
        assert "various" in text_of(app)
        await press(pilot, "tab", "tab", "tab", *"7", "enter")
        one, other = desk.saved().lists[0].entries
        assert (one.note, one.quantity, one.cost) == ("one", 10.0, 7.0)
        assert (other.note, other.quantity, other.cost) == ("two", 20.0, 7.0)
        assert len(desk.service.stacks().undo) == 1


async def test_built_in_lists_refuse_edits_in_one_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    before = desk.service.lists
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "right_square_bracket", "right_square_bracket")
        assert "[Constituents]" in text_of(app)
        for key in ("d", "J", "K", "M", "e", "E", "D", "O", "right_curly_bracket"):
            desk.view.saying = None
            await press(pilot, key)
            assert desk.view.saying is not None, key
            assert "a copies" in desk.view.saying, key
            assert app.screen is app.main
    assert desk.service.lists == before


async def test_movers_and_recent_fill_themselves(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "j", "enter", "escape", "left_square_bracket")
        assert "[Recent]" in text_of(app)
        assert panel_of(app).keys == ["0102.HK"]
        await press(pilot, "left_square_bracket")
        assert panel_of(app).keys == ["0101.HK", "BABA", "0103.HK", "0102.HK"]  # +10, +7.1, 0, -5 %


async def test_the_cursor_is_kept_in_each_list(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await press(pilot, "j", "j", "right_square_bracket", "left_square_bracket")
        assert panel_of(app).cursor_key == "0103.HK"


async def test_space_pauses_a_replay_and_x_marks(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    clock = ReplayClock(desk.clock.now(), desk.clock.now(), speed=1.0)
    desk.services.replay_clock = clock
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "space")
        assert clock.paused
        assert panel_of(app).model.marks == set()
        await press(pilot, "x")
        assert panel_of(app).model.marks == {"0101.HK"}
        await press(pilot, "escape", "escape")
        assert panel_of(app).model.marks == set()


async def test_rows_do_not_move_out_of_a_sorted_list(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    before = desk.service.lists
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "s", "J")
        assert "own order" in (desk.view.saying or "")
        await press(pilot, "O")
    assert desk.service.lists == before
