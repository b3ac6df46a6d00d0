"""Headlines on their way into the store: tied once, one story from two feeds."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tui_monitor.analysis.likeness import StoryIndex
from tui_monitor.domain.headline import Headline
from tui_monitor.services.intake import AT_ONCE, FEWEST, Intake
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import Applied, LatestStore

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def headline(source: str, **more: object) -> Headline:
    return Headline(id="x", title="Norvane to buy", source=source, received=NOW, **more)  # type: ignore[arg-type]


def intake(store: LatestStore, searched: list[str]) -> Intake:
    def find(title: str) -> tuple[str, ...]:
        searched.append(title)
        return ("7101.HK",)

    return Intake(store, written=lambda _: None, home_lines={}, find_symbols=find)


def batch(one: Headline, *, tied: bool = False) -> Batch:
    return Batch(source=one.source, received=NOW, headlines=(one,), tied=tied)


def test_the_first_feed_of_a_story_stands_and_the_others_are_named() -> None:
    store, searched = LatestStore(), []  # type: ignore[var-annotated]
    door = intake(store, searched)
    for source in ("A", "B", "C", "A", "B"):
        door.take(batch(headline(source)))
    (told,) = store.headlines()
    assert (told.source, told.also, told.symbols) == ("A", ("B", "C"), ("7101.HK",))
    before = store.revision
    for source in ("A", "B", "C"):
        assert not door.take(batch(headline(source)))
    assert store.revision == before
    assert searched == ["Norvane to buy"]


def test_what_comes_tied_is_not_searched_again() -> None:
    store, searched = LatestStore(), []  # type: ignore[var-annotated]
    intake(store, searched).take(batch(headline("A"), tied=True))
    assert searched == []
    assert store.headlines()[0].symbols == ()


def story(source: str, title: str = "Norvane raises its outlook after strong sales", **more: object) -> Headline:
    return Headline(id=f"{source}:{title}", title=title, source=source, received=NOW, **more)  # type: ignore[arg-type]


def test_one_story_under_other_addresses_is_one_row_with_all_sources() -> None:
    store = LatestStore()
    written: list[Applied] = []
    door = Intake(store, written=written.append, home_lines={})
    door.stories = StoryIndex(100)
    door.take(batch(story("A", topics=("earnings",)), tied=True))
    door.take(batch(story("B", summary="More.", symbols=("7101.HK",)), tied=True))
    door.take(batch(story("C", title="UPDATE: Norvane raises its outlook after strong sales"), tied=True))
    (one,) = store.headlines()
    assert one.source == "A"
    assert one.also == ("B", "C")
    assert (one.symbols, one.topics, one.summary) == (("7101.HK",), ("earnings",), "More.")
    revision = store.revision
    for source in ("A", "B"):
        door.take(batch(story(source), tied=True))
    assert store.revision == revision, "a poll that brings nothing new changed something"
    assert written[1].headlines == (replace(one, also=("B",)),)


def test_a_sources_own_repeated_title_stays_two() -> None:
    store = LatestStore()
    door = Intake(store, written=lambda _: None, home_lines={})
    door.stories = StoryIndex(100)
    title = "Markets close: what moved the board today"
    door.take(batch(story("A", title), tied=True))
    door.take(batch(replace(story("A", title), id="other"), tied=True))
    assert len(store.headlines()) == 2


def many(count: int, source: str = "A") -> Batch:
    items = tuple(
        Headline(id=f"{source}{n}", title=f"Item {n} of {source}", source=source, received=NOW) for n in range(count)
    )
    return Batch(source=source, received=NOW, headlines=items, tied=True)


async def test_a_long_batch_is_taken_in_parts_between_the_loops_turns() -> None:
    store = LatestStore()
    told: list[int] = []
    door = Intake(store, written=lambda _: None, home_lines={}, seconds=lambda: 0.0)
    door.arrived = lambda fresh: told.append(len(fresh))
    applied = door.take(many(350))
    assert len(applied.headlines) == AT_ONCE
    assert len(store.headlines()) == AT_ONCE
    door.take(many(150, "B"))
    turns = 0
    while len(store.headlines()) < 500:
        await asyncio.sleep(0)
        turns += 1
        assert turns < 20
    assert turns >= 4
    assert told == [AT_ONCE] * (500 // AT_ONCE)
    door.take(many(300, "C"))
    door.flush()
    assert len(store.headlines()) == 800
    await asyncio.sleep(0)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_part_that_takes_long_makes_the_next_ones_smaller_and_quick_ones_larger_again() -> None:
    store = LatestStore()
    told: list[int] = []
    moment, each = 0.0, 0.0003995

    def arrived(fresh: tuple[Headline, ...]) -> None:
        nonlocal moment
        told.append(len(fresh))
        moment += each * len(fresh)

    door = Intake(store, written=lambda _: None, home_lines={}, seconds=lambda: moment)
    door.arrived = arrived
    door.take(many(180))
    await turns(100)
    # The first part comes with the batch, the second is the first that is measured: then 4 ms hold ten.
    assert told[:3] == [AT_ONCE, AT_ONCE, 10]
    assert max(told[2:]) == 10
    assert len(store.headlines()) == 180
    told.clear()
    each = 0.0000199
    door.take(many(300, "B"))
    await turns(100)
    assert told[:4] == [10, 10, 20, 40], told
    assert max(told) == AT_ONCE
    told.clear()
    each = 1.0
    door.take(many(200, "C"))
    await turns(100)
    assert min(told) == FEWEST, "it never stands still"
    assert len(store.headlines()) == 680


def test_without_a_loop_a_long_batch_is_taken_whole() -> None:
    store = LatestStore()
    Intake(store, written=lambda _: None, home_lines={}).take(many(350))
    assert len(store.headlines()) == 350


async def test_the_rest_of_a_long_batch_waits_while_the_disk_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_monitor.services.intake.PATIENCE", 0.0)
    store = LatestStore()
    behind = True
    door = Intake(store, written=lambda _: None, home_lines={}, seconds=lambda: 0.0)
    door.crowded = lambda: behind
    door.take(many(3 * AT_ONCE))
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(store.headlines()) == AT_ONCE
    assert door.busy
    behind = False
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(store.headlines()) == 3 * AT_ONCE
    assert not door.busy
