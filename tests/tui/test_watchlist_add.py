"""Adding by name: what is offered as one types, what a search adds, unknown symbols, duplicates, several at once."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.tui.desk import Desk
from tests.tui.stage import frame_text
from tests.tui.test_watchlist_edits import OLD, panel_of, press, text_of
from textual import events

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Kind
from tui_monitor.services.finding import Found
from tui_monitor.tui.screens.add import MAX_TEXT, PAUSE_SECONDS, AddScreen, SymbolInput


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [("cedar", "0103.HK"), ("榿", "0101.HK"), ("桤木", "0101.HK"), ("qm", "0101.HK"), ("HKEX:101", "0101.HK"),
     ("^hsi", "^HSI")],
)  # fmt: skip
async def test_what_is_meant_comes_first(tmp_path: Path, typed: str, symbol: str) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *typed)
        assert isinstance(app.screen, AddScreen)
        assert symbol in app.screen.rows()[0][1].text
        await press(pilot, "escape")
        assert desk.service.lists.lists[0].symbols == OLD


async def test_a_candidate_shows_name_exchange_kind_and_price(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "right_square_bracket", "a", *"alib")
        line = next(line for line in frame_text(app) if "BABA" in line)
        for expected in ("Alibaba", "阿里", "US", "150.00"):
            assert expected in line


async def test_duplicates_are_pointed_at(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"cedar")
        assert "in this list" in text_of(app)
        await press(pilot, "enter")
        assert panel_of(app).cursor_key == "0103.HK"
        assert "0103.HK is in mine already" in text_of(app)
    assert desk.service.lists.lists[0].symbols == OLD
    assert not desk.service.stacks().undo


async def test_an_unknown_symbol_is_said_so_kept_and_marked_until_a_quote_comes(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"zzzq")
        assert "not known here: Enter keeps it unverified" in text_of(app)
        await press(pilot, "enter")
        assert desk.saved().lists[0].entries[-1].unverified is True
        assert "unverified: no source knows it yet" in text_of(app)
        assert "? unverified" in text_of(app)
        desk.clock.pass_by(1.0)
        desk.give("ZZZQ", 12.5, 12.0)
        app.main.frame_clock.tick()
        await pilot.pause()
        assert "12.50" in text_of(app)
        assert "? unverified" not in text_of(app)


async def test_several_at_once_are_one_step(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"700 cedar,9988", "enter")
        assert desk.saved().lists[0].symbols == (*OLD, "0700.HK", "9988.HK")
        await press(pilot, "u")
        assert desk.saved().lists[0].symbols == OLD


async def test_a_pasted_column_is_taken_whole(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a")
        column = "\n".join(f"{number:05d}" for number in range(700, 1200))
        app.screen.focused.post_message(events.Paste(column))  # type: ignore[union-attr]
        await pilot.pause()
        await press(pilot, "enter")
        assert len(desk.saved().lists[0].symbols) == len(OLD) + 500


async def test_of_a_pasted_book_what_fits_is_taken_each_word_once(tmp_path: Path) -> None:
    app = Desk(tmp_path).fill().app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a")
        field = app.screen.query_one(SymbolInput)
        field.post_message(events.Paste("0700.HK " * 20_000))
        await pilot.pause()
        assert field.value == "0700.HK"
        field.clear()
        field.post_message(events.Paste(" ".join(f"x{number:09d}" for number in range(10_000))))
        await pilot.pause()
        assert MAX_TEXT - 11 < len(field.value) <= MAX_TEXT
        assert len(field.value.rpartition(" ")[2]) == 10


async def test_the_search_comes_below_after_a_pause_and_makes_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long enough that a busy machine's own pauses between two keys are none.
    monkeypatch.setattr("tui_monitor.tui.screens.add.PAUSE_SECONDS", 1.0)
    desk = Desk(tmp_path).fill()
    asked: list[str] = []

    async def search(text: str) -> list[Found]:
        asked.append(text)
        found = [Found("ALDR.L", "Alder plc", "London", Kind.EQUITY), Found("0101.HK", "ALDER HLDGS", "HKSE")]
        desk.services.finder().remember(found)
        return found

    desk.services.search = search
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"alder")
        assert asked == []
        await pilot.pause(1.5)
        assert asked == ["alder"]
        assert isinstance(app.screen, AddScreen)
        symbols = [row[1].text.strip() for row in app.screen.rows()]
        assert symbols[0] == "0101.HK"
        assert "ALDR.L" in symbols
        assert "2 from Yahoo" in text_of(app)
        assert desk.glanced[-1][0] == "0101.HK"
        # What was looked at has a price as soon as one comes in.
        desk.give("ALDR.L", 77.25, 70.0)
        await pilot.pause(0.6)
        assert "77.25" in text_of(app)
        for _ in range(symbols.index("ALDR.L")):
            await pilot.press("down")
        await press(pilot, "enter")
        assert desk.saved().lists[0].entries[-1].symbol == "ALDR.L"
        assert desk.saved().lists[0].entries[-1].unverified is False
        assert desk.glanced[-1] == ()


async def test_a_failing_search_is_silent_but_said_in_the_foot(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()

    async def search(text: str) -> list[Found]:
        raise SourceError(FailureKind.TIMEOUT, "slow")

    desk.services.search = search
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"alder")
        await pilot.pause(PAUSE_SECONDS * 2)
        assert "Yahoo's search: no answer" in text_of(app)
        await press(pilot, "enter")
        assert app.screen is app.main


async def test_an_answer_that_comes_late_is_for_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path).fill()
    gate = asyncio.Event()

    async def search(text: str) -> list[Found]:
        if text == "alder":
            await gate.wait()
            return [Found("LATE.L", "Late", "London")]
        return [Found("SOON.L", "Soon", "London")]

    desk.services.search = search
    app = desk.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.pause()
        await press(pilot, "a", *"alder")
        await pilot.pause(PAUSE_SECONDS * 2)
        await press(pilot, *"s")
        await pilot.pause(PAUSE_SECONDS * 2)
        gate.set()
        await pilot.pause()
        assert isinstance(app.screen, AddScreen)
        symbols = [row[1].text.strip() for row in app.screen.rows()]
        assert "SOON.L" in symbols
        assert "LATE.L" not in symbols
