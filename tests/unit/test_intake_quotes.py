"""Thousands of quotes in one answer: taken in by parts, the last one within a few turns of the loop, none twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.services.intake import AT_ONCE, QUOTES_AT_ONCE, Intake
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import Applied, LatestStore

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
MANY = 3 * QUOTES_AT_ONCE + 7


def quotes(count: int, last: float, *, at: datetime = NOW) -> Batch:
    made = tuple(
        Quote(symbol=f"{one}.HK", last=last, time=at, received=at, source="invented", currency="HKD")
        for one in range(count)
    )
    return Batch(source="invented", received=at, quotes=made)


def stage() -> tuple[LatestStore, list[Applied], Intake]:
    """Return a store, what was written of it, and the door to it."""
    store = LatestStore()
    written: list[Applied] = []
    return store, written, Intake(store, written=written.append, home_lines={})


async def settled(one: Intake) -> int:
    """Return the turns of the loop that it took until nothing waits."""
    turns = 0
    while one.busy:
        turns += 1
        assert turns < 20
        await asyncio.sleep(0)
    return turns


async def test_a_long_answer_is_taken_in_by_parts() -> None:
    store, written, intake = stage()
    first = intake.take(quotes(MANY, 1.0))
    assert len(first.quotes) == QUOTES_AT_ONCE
    assert intake.busy
    assert store.quote(f"{MANY - 1}.HK") is None
    assert await settled(intake) >= 3
    assert [len(one.quotes) for one in written] == [QUOTES_AT_ONCE] * 3 + [7]
    assert len(store.names()) == MANY


async def test_what_comes_meanwhile_is_the_newer_one() -> None:
    store, _, intake = stage()
    intake.take(quotes(MANY, 1.0))
    # The very same time: only the order of the answers tells which is newer.
    intake.take(quotes(MANY, 2.0))
    await settled(intake)
    assert {store.quote(symbol).last for symbol in store.names()} == {2.0}  # type: ignore[union-attr]


async def test_long_quotes_and_long_headlines_of_one_answer_all_arrive_once() -> None:
    store, written, intake = stage()
    headlines = tuple(
        Headline(id=f"h{one}", title=f"Title {one}", source="A", received=NOW, published=NOW - timedelta(minutes=one))
        for one in range(2 * AT_ONCE + 1)
    )
    both = quotes(MANY, 1.0)
    intake.take(Batch(source="A", received=NOW, quotes=both.quotes, headlines=headlines, tied=True))
    await settled(intake)
    assert sum(len(one.quotes) for one in written) == MANY
    assert sum(len(one.headlines) for one in written) == len(headlines)
    assert len(store.headlines()) == len(headlines)


def test_without_a_loop_all_is_taken_in_at_once() -> None:
    store, _, intake = stage()
    intake.take(quotes(MANY, 1.0))
    assert not intake.busy
    assert len(store.names()) == MANY


async def test_the_end_of_the_program_takes_in_what_waits() -> None:
    store, _, intake = stage()
    intake.take(quotes(MANY, 1.0))
    intake.flush()
    assert len(store.names()) == MANY
