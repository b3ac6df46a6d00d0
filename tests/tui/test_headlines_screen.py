"""Headlines on the screen: filters, saved ones, the archive behind the list, the reader, the return after a while."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from tests.tui.stage import Stage, at, frame_text, quote
from textual.pilot import Pilot

from tui_monitor.config.filters_file import FiltersFile
from tui_monitor.config.settings import News, Settings
from tui_monitor.domain.headline import Headline
from tui_monitor.present.headlines import HeadlinesModel
from tui_monitor.services.archive import Archive
from tui_monitor.services.filter_desk import FilterDesk
from tui_monitor.sources.api import Batch
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.writer import Writer
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.headlines import HeadlinesPanel
from tui_monitor.tui.screens.reader import ReaderScreen

NEWS = News(
    highlight=("mill",),
    ignore=("source:noise",),
    filters={"deals": "topic:deals", "fresh": "age<2h"},
)


def item(number: int, **more: object) -> Headline:
    when = at(9, 0) - timedelta(days=2, minutes=number)
    made = Headline(
        id=f"o{number:04d}", title=f"Older story {number}", source="Desk", published=when, received=when,
        url=f"https://example.com/{number}",
    )  # fmt: skip
    return replace(made, **more)


class Shelf:
    """A database behind the stage."""

    def __init__(self, path: Path) -> None:
        self.database = Database.open(path, now=lambda: at(11, 0))
        self.writer = Writer(self.database, interval=0.0)
        self.archive = Archive(self.database, self.writer)

    async def put(self, *items: Headline) -> None:
        self.writer.put_applied(Applied(headlines=items))
        assert await self.writer.flush()

    async def aclose(self) -> None:
        await self.writer.aclose()
        self.database.close()


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    made = Shelf(tmp_path / "monitor.db")
    yield made
    await made.aclose()


def stage_with(shelf: Shelf | None = None, *, language: str = "en") -> Stage:
    stage = Stage(
        language=language, settings=Settings(news=NEWS), archive=shelf.archive if shelf is not None else None
    ).fill()
    now = stage.clock.now()
    stage.store.apply(
        Batch(
            source="test", received=now,
            headlines=(
                Headline(
                    id="d1", title="Birch sells bonds", source="Wire", published=at(10, 0), received=now,
                    topics=("deals",), symbols=("0102.HK",), also=("Desk", "Post"), url="https://example.com/d1",
                ),
                Headline(id="n1", title="Buy now", source="Noise", published=at(10, 30), received=now),
                Headline(
                    id="p1", title="An old deal", source="Post", published=at(9, 10) - timedelta(days=1),
                    received=now, topics=("deals",), author="A. Writer",
                ),
            ),
        )
    )  # fmt: skip
    return stage


def panel_of(app: MonitorApp) -> HeadlinesPanel:
    return cast("HeadlinesPanel", app.main.table(PanelId.HEADLINES))


def model_of(app: MonitorApp) -> HeadlinesModel:
    return panel_of(app).model


async def settle(app: MonitorApp, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


# The list


async def test_marks_ages_sources_and_signs_are_in_the_row() -> None:
    stage = stage_with()
    stage.view.read.add("h2")
    stage.view.saved.add("p1")
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "z")
        await pilot.pause()
        lines = frame_text(app)
        row = {key: next(line for line in lines if key in line) for key in ("new mill", "樺木", "sells bonds", "old")}
        assert "●!" in row["new mill"]
        assert "6m" in row["new mill"]
        assert "chips, AI" in row["new mill"]
        assert "●" not in row["樺木"]
        assert "●◆" in row["sells bonds"]
        assert "Wire" in row["sells bonds"]
        assert "+2" in row["sells bonds"]
        assert "0102" in row["sells bonds"]
        assert "●★" in row["old"]
        assert "1d" in row["old"]
        # An ignored one is neither shown nor counted.
        assert not any("Buy now" in line for line in lines)
        assert any("Headlines · 4 unread" in line for line in lines)


async def test_a_muted_source_is_not_shown_unless_another_carries_the_story() -> None:
    stage = stage_with()
    stage.view.muted = frozenset({"wire"})
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        assert panel_of(app).keys == ["d1", "h2", "p1"]


async def test_the_filter_line_works_as_one_types_and_keeps_the_last_good_one() -> None:
    app = stage_with().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "f")
        await pilot.pause()
        await pilot.press(*"topic:deals")
        await pilot.pause()
        assert panel_of(app).keys == ["d1", "p1"]
        await pilot.press(*" -mine:")
        await pilot.pause()
        # ``mine`` without its value can be read as a word; ``mine:`` cannot.
        assert panel_of(app).keys == ["d1", "p1"]
        assert "Filter, character 19: expected a value after mine" in frame_text(app)[-1]
        await pilot.press(*["backspace"] * 6, *"age<")
        await pilot.pause()
        assert "Filter, character 17: expected a time such as 30m" in frame_text(app)[-1]
        await pilot.press(*"2h")
        await pilot.pause()
        assert "expected" not in frame_text(app)[-1]
        assert panel_of(app).keys == ["d1"]
        await pilot.press("enter")
        await pilot.pause()
        assert "topic:deals age<2h" in "\n".join(frame_text(app))
        # Given up: what was in force before stays.
        await pilot.press("f", "end", *" -mine:yes")
        await pilot.pause()
        assert panel_of(app).keys == []
        await pilot.press("escape")
        await pilot.pause()
        assert panel_of(app).keys == ["d1"]
        # A wrong one that is entered is told, and the last good one stays.
        await pilot.press("f", "end", *" (", "enter")
        await pilot.pause()
        assert panel_of(app).keys == ["d1"]
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert model_of(app).filter is None
        assert len(panel_of(app).keys) == 5


async def test_what_is_wrong_with_a_filter_is_said_in_the_language_of_the_screen() -> None:
    app = stage_with(language="zh-Hant").app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "f", *"age<2y")
        await pilot.pause(0.1)
        assert "篩選第 5 字有誤，應為：時間，如 30m、2h、1d 或 1w" in frame_text(app)[-1]


async def test_a_named_filter_is_chosen_by_its_digit() -> None:
    app = stage_with().app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "F")
        await pilot.pause()
        await pilot.press("1")
        await pilot.pause()
        assert panel_of(app).keys == ["d1", "p1"]
        assert "Headlines · 2 unread · deals" in "\n".join(frame_text(app)) or model_of(app).filter_name == "deals"
        await pilot.press("F", "3")
        await pilot.pause()
        assert len(panel_of(app).keys) == 5
    bare = Stage().fill().app()
    async with bare.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "F")
        await pilot.pause()
        assert "No named filter yet" in frame_text(bare)[-1]


async def test_the_filter_in_use_is_named_kept_chosen_and_deleted(tmp_path: Path) -> None:
    stage = stage_with()
    path = tmp_path / "filters.toml"
    desk = FilterDesk(path)
    stage.services.filters = desk
    stage.view.saved_filters = lambda: desk.held
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "f", *"source:post", "enter", "F", "a")
        await settle(app, pilot)
        await pilot.press(*"old [b]", "enter")
        await settle(app, pilot)
        assert "Filter old [b] is kept." in frame_text(app)[-1]
        assert FiltersFile(path).read() == {"old [b]": "source:post"}
        assert model_of(app).filter_name == "old [b]"
        await pilot.press("escape", "F")
        await settle(app, pilot)
        text = "\n".join(frame_text(app))
        assert "1 deals  topic:deals  [config.toml]" in text
        assert "3 old [b]  source:post " in text
        await pilot.press("3")
        await settle(app, pilot)
        assert panel_of(app).keys == ["d1", "p1"]
        # Those of config.toml are the person's: neither taken over nor deleted.
        await pilot.press("F", "a", *["backspace"] * 7, *"Deals", "enter")
        await settle(app, pilot)
        assert "config.toml, which is yours" in frame_text(app)[-1]
        await pilot.press("F", "d")
        await settle(app, pilot)
        assert "config.toml, which is yours" in frame_text(app)[-1]
        assert FiltersFile(path).read() == {"old [b]": "source:post"}
        # What another monitor names is there at its next look.
        FiltersFile(path).save("theirs", "lang:zh")
        await desk.look_outside()
        await pilot.press("F", "j", "j", "d")
        await settle(app, pilot)
        assert "Filter old [b] is deleted." in frame_text(app)[-1]
        assert FiltersFile(path).read() == {"theirs": "lang:zh"}
        assert model_of(app).filter_name is None
        assert panel_of(app).keys == ["d1", "p1"], "what is seen stays"


async def test_all_marks_only_what_the_filter_shows() -> None:
    stage = stage_with()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "f", *"topic:deals", "enter", "A")
        await pilot.pause()
        assert stage.view.read == {"d1", "p1"}
        assert stage.marked == [(("d1", "p1"), True)]


# The archive


async def test_a_step_beyond_the_end_brings_older_ones_and_the_top_lets_them_go(shelf: Shelf) -> None:
    await shelf.put(*(item(n) for n in range(1_200)))
    shelf.writer.mark_read(["o0001"])
    await shelf.writer.flush()
    stage = stage_with(shelf)
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        panel = panel_of(app)
        assert len(panel.keys) == 5
        await pilot.press("G")
        await settle(app, pilot)
        held = panel.cursor_key
        assert len(panel.keys) == 505
        assert held == "p1", "the cursor jumped while older ones came"
        assert "o0001" in stage.view.read
        for _ in range(4):
            await pilot.press("G")
            await settle(app, pilot)
        assert len(panel.keys) == 1_205
        assert panel.keys[-1] == "o1199"
        await pilot.press("j")
        await settle(app, pilot)
        assert "nothing older" in frame_text(app)[-1]
        # The reader, the links and saving work on what is not in memory.
        assert stage.store.headline("o1199") is None
        await pilot.press("o")
        assert stage.opened == ["https://example.com/1199"]
        await pilot.press("g")
        await settle(app, pilot)
        assert len(panel.keys) == 5


async def test_what_memory_drops_leaves_no_hole_in_a_scrolled_list(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shelf.put(*(item(n) for n in range(600)))
    stage = stage_with(shelf)
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "G")
        await settle(app, pilot)
        before = set(panel_of(app).keys)
        monkeypatch.setattr("tui_monitor.store.latest.MAX_HEADLINES", 3)
        monkeypatch.setattr("tui_monitor.store.latest.HEADLINE_SLACK", 0)
        now = stage.clock.now()
        fresh = Headline(id="new", title="New", source="Wire", published=now, received=now)
        stage.store.apply(Batch(source="test", received=now, headlines=(fresh,)))
        assert len(stage.store.headlines()) == 3
        stage.clock.pass_by(5)
        app.main.frame_clock.tick()
        assert set(panel_of(app).keys) == before | {"new"}


async def test_enter_after_find_searches_the_whole_archive_until_escape(shelf: Shelf) -> None:
    await shelf.put(*(item(n) for n in range(1_200)), item(2_000, id="zh", title="榿木控股舊聞 創新高"))
    stage = stage_with(shelf)
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "slash", *"story 777")
        await pilot.pause()
        assert panel_of(app).keys == []
        await pilot.press("enter")
        await settle(app, pilot)
        assert panel_of(app).keys == ["o0777"]
        assert "archive: 1 × story 777" in "\n".join(frame_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert len(panel_of(app).keys) == 5
        await pilot.press("slash", "創", "新", "高", "enter")
        await settle(app, pilot)
        assert panel_of(app).keys == ["zh"]
        await pilot.press("enter")
        await pilot.pause()
        assert "榿木控股舊聞" in "\n".join(frame_text(app))


async def test_saved_ones_are_shown_however_old_and_stay_after_a_restart(shelf: Shelf, tmp_path: Path) -> None:
    await shelf.put(*(item(n) for n in range(3)))
    shelf.archive.save(item(2), True)
    await shelf.writer.flush()
    stage = stage_with(shelf)
    stage.view.saved.add("o0002")
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "j", "s")
        await pilot.pause()
        assert stage.view.saved == {"d1", "o0002"}
        assert "Saved." in frame_text(app)[-1]
        await pilot.press("B")
        await settle(app, pilot)
        assert panel_of(app).keys == ["d1", "o0002"]
        await pilot.press("B", "f", *"saved:yes source:desk", "enter")
        await settle(app, pilot)
        # d1 is carried by Desk too.
        assert panel_of(app).keys == ["d1", "o0002"]
        await pilot.press("j", "s")
        await settle(app, pilot)
        assert stage.view.saved == {"d1"}
    await shelf.writer.flush()
    await shelf.aclose()
    again = Database.open(tmp_path / "monitor.db", now=lambda: at(11, 0))
    assert again.read_latest().saved == {"d1"}
    assert [one.id for one in again.read_headlines(saved=True)] == ["d1"]
    again.close()


async def test_marks_found_later_reach_the_rows() -> None:
    stage = stage_with()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "U")
        await pilot.pause()
        assert "h2" in panel_of(app).keys
        stage.view.read.add("h2")
        stage.view.marks_revision += 1
        stage.clock.pass_by(5)
        app.main.frame_clock.tick()
        assert "h2" not in panel_of(app).keys


# The reader


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
async def test_the_reader_shows_all_of_it_at_every_size(size: tuple[int, int], language: str) -> None:
    stage = stage_with(language=language)
    now = stage.clock.now()
    text = "A sentence of some length that has to be wrapped somewhere. 中文句子也要換行，不能溢出。" * 4
    stage.store.apply(
        Batch(
            source="t", received=now,
            headlines=(
                Headline(
                    id="long", title="榿木 Alder tries something that takes a long title to tell in full, twice over",
                    source="Wire", author="A. Writer", published=at(10, 59), received=now, summary=text,
                    symbols=("0101.HK", "BABA", "ZZZ"), topics=("deals", "own-topic"), also=("Desk", "Post"),
                    clamped=True, url="https://example.com/" + "x" * 120,
                ),
            ),
        )
    )  # fmt: skip
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("4", "g", "enter")
        await pilot.pause()
        assert isinstance(app.screen, ReaderScreen)
        seen = []
        for _ in range(8):
            lines = frame_text(app)
            assert {cell_len(line) for line in lines} == {size[0]}
            seen.append("\n".join(lines))
            await pilot.press("pagedown")
            await pilot.pause()
        text = "\n".join(seen).replace("│", " ")
        for expected in ("Wire", "A. Writer", "Desk, Post", "own-topic", "HKT", "0101.HK", "BABA", "ZZZ", "110.00"):
            assert expected in text, expected
        assert "long" in stage.view.read


async def test_the_reader_goes_on_marks_saves_opens_and_copies(shelf: Shelf) -> None:
    stage = stage_with(shelf)
    app = stage.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("4", "g", "enter")
        await pilot.pause()
        assert "Alder [/red] tries a new mill" in "\n".join(frame_text(app))
        await pilot.press("n")
        await pilot.pause()
        shown = "\n".join(frame_text(app))
        assert "Birch sells bonds" in shown
        assert "2 of 5" in shown
        assert panel_of(app).cursor_key == "d1"
        assert {"h1", "d1"} <= stage.view.read
        await pilot.press("N")
        assert "d1" not in stage.view.read
        assert stage.marked[-1] == (("d1",), False)
        await pilot.press("s", "o", "y")
        await pilot.pause()
        assert stage.view.saved == {"d1"}
        assert stage.opened == ["https://example.com/d1"]
        assert app.clipboard == "https://example.com/d1"
        assert "saved" in "\n".join(frame_text(app))
        await pilot.press("p", "p")
        await pilot.pause()
        assert panel_of(app).cursor_key == "h1"
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.main


async def test_the_price_move_since_publication_is_told_where_the_path_reaches_back() -> None:
    stage = stage_with()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        # Published at 10:54: the path of 0101.HK rises by 0.1 a minute from 100.0 at 9:30, so it stood at 108.4.
        await pilot.press("4", "g", "enter")
        await pilot.pause()
        shown = "\n".join(frame_text(app))
        assert "since publication ▲ 1.48% (108.40)" in shown
        # 0102.HK's story is of 10:00, 13.0 then and 19.0 now; 0103.HK has no path.
        await pilot.press("n")
        await pilot.pause()
        assert "▲ 46.15% (13.00)" in "\n".join(frame_text(app))


async def test_the_readers_keys_follow_the_persons_own() -> None:
    from tui_monitor.config.settings import Keys

    stage = Stage(settings=Settings(keys=Keys(bind={"read.next": "right"}))).fill()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4", "g", "enter", "right")
        await pilot.pause()
        assert panel_of(app).cursor_key == "h2"


# Coming back


async def test_who_comes_back_is_told_in_one_line_and_enter_lists_it() -> None:
    stage = stage_with()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "j")
        stage.clock.pass_by(700)
        now = stage.clock.now()
        fresh = [
            Headline(id="f1", title="Alder moves", source="Wire", published=now, received=now, symbols=("0101.HK",)),
            Headline(id="f2", title="Somebody moves", source="Wire", published=now, received=now),
        ]
        later = quote("WOOD.HK", 1071.0, 1000.0, now)
        stage.store.apply(Batch(source="t", received=now, headlines=tuple(fresh), quotes=(later,)))
        await pilot.press("k")
        await pilot.pause()
        line = frame_text(app)[-1]
        assert "Since 11:00 your headlines: 1 · ratings: 0 · Wood Index ▲ 2.00%" in line
        await pilot.press("enter")
        await pilot.pause()
        assert app.screen is app.main
        assert panel_of(app).keys == ["f1"]
        assert "while you were away" in "\n".join(frame_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert len(panel_of(app).keys) == 7


async def test_any_other_key_drops_the_line_and_works() -> None:
    stage = stage_with()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "g")
        stage.clock.pass_by(601)
        now = stage.clock.now()
        stage.store.apply(Batch(source="t", received=now, quotes=(quote("WOOD.HK", 1000.0, 1000.0, now),)))
        app.main.away.focus()
        await pilot.pause()
        assert "▼ 4.76%" in frame_text(app)[-1]
        at_row = panel_of(app).cursor_at
        await pilot.press("j")
        await pilot.pause()
        assert "Since" not in frame_text(app)[-1]
        assert panel_of(app).cursor_at == at_row + 1


@pytest.mark.parametrize("seconds", [300, 601])
async def test_nothing_is_said_of_a_short_absence_or_a_quiet_one(seconds: int) -> None:
    stage = stage_with()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        stage.clock.pass_by(seconds)
        if seconds < 600:
            now = stage.clock.now()
            stage.store.apply(Batch(source="t", received=now, quotes=(quote("WOOD.HK", 900.0, 1000.0, now),)))
        await pilot.press("j")
        await pilot.pause()
        assert app.main.away.told is None
