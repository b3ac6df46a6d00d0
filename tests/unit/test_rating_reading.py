"""Headlines are read for ratings by and by, on their way into the tape."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import Instrument
from tui_monitor.domain.rating import Action, Origin, RatingChange, RatingTable, TableState
from tui_monitor.services import rating_reading
from tui_monitor.services.headline_reading import headline_readers, rating_reader
from tui_monitor.services.intake import Intake
from tui_monitor.services.rating_reading import RatingReading
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import Applied, LatestStore

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
KNOWN = {"7101.HK": Instrument(symbol="7101.HK", name_en="Norvane Group", short_en="Norvane", short_hant="諾凡")}


def headline(number: int, title: str, hours: float = 0.0, **more: object) -> Headline:
    return Headline(
        id=f"x{number}", title=title, source="Wire", url=f"https://example.com/{number}",
        published=NOW - timedelta(hours=hours), received=NOW, **more,  # type: ignore[arg-type]
    )  # fmt: skip


class Room:
    """The way of a headline as the program has it."""

    def __init__(self) -> None:
        self.store = LatestStore()
        self.written: list[Applied] = []
        find_symbols, find_topics, read = headline_readers(KNOWN)
        self.intake = Intake(
            self.store, written=self.written.append, home_lines={"NRV": "7101.HK"}, find_symbols=find_symbols,
            find_topics=find_topics,
        )  # fmt: skip
        self.reading = RatingReading(read, self.intake.take, lambda: NOW)
        self.intake.read_later = self.reading.offer

    def take(self, *headlines: Headline) -> None:
        self.intake.take(Batch(source="Wire", received=NOW, headlines=headlines, tied=True))


def test_a_rating_in_a_headline_reaches_the_tape_with_origin_link_and_symbol() -> None:
    room = Room()
    room.take(headline(1, "Goldman Sachs upgrades Norvane to Buy from Neutral"), headline(2, "Norvane opens a mill"))
    assert room.store.ratings() == []
    assert room.reading.waiting == 2
    while room.reading.waiting:
        room.reading.turn()
    (one,) = room.store.ratings()
    assert (one.key, one.origin, one.url, one.source) == (
        "headline:x1",
        Origin.HEADLINE,
        "https://example.com/1",
        "Wire",
    )
    assert (one.symbol, one.firm, one.action) == ("7101.HK", "Goldman Sachs", Action.UPGRADE)
    assert (one.from_grade, one.to_grade) == ("Neutral", "Buy")
    assert room.written[-1].ratings == (one,)


def test_polled_again_it_is_not_read_again_and_a_new_title_is() -> None:
    room = Room()
    room.take(headline(1, "Norvane opens a mill"))
    room.reading.turn(1.0)
    room.take(headline(1, "Norvane opens a mill"))
    assert room.reading.waiting == 0
    room.take(headline(1, "Citi downgrades Norvane to Sell"))
    room.reading.turn(1.0)
    assert [one.action for one in room.store.ratings()] == [Action.DOWNGRADE]


def test_a_line_of_the_united_states_gets_its_home_line() -> None:
    room = Room()
    room.take(headline(1, "Citi raises Norvane (NYSE:NRV) target to $30 from $25"))
    room.reading.turn(1.0)
    (one,) = room.store.ratings()
    assert (one.symbol, one.home_symbol, one.target, one.prior_target, one.currency) == (
        "NRV", "7101.HK", 30.0, 25.0, "USD",
    )  # fmt: skip


def test_a_turn_ends_when_its_time_is_over() -> None:
    reads = 0

    def read(_one: Headline) -> RatingChange | None:
        nonlocal reads
        reads += 1
        return None

    reading = RatingReading(read, lambda _: None, lambda: NOW)
    for number in range(50):
        reading.offer(headline(number, "x"))
    assert reading.turn(0.0) == 1
    assert (reads, reading.waiting) == (1, 49)
    assert reading.turn(60.0) == 49


def test_one_odd_headline_does_not_end_the_reading(caplog: pytest.LogCaptureFixture) -> None:
    good = rating_reader(lambda _: ())

    def read(one: Headline) -> RatingChange | None:
        if one.id == "x0":
            raise ValueError("odd")
        return good(one)

    found: list[Batch] = []
    reading = RatingReading(read, found.append, lambda: NOW)
    reading.offer(headline(0, "odd"))
    reading.offer(headline(1, "Citi upgrades Acme to Buy"))
    assert reading.turn(60.0) == 2
    assert [one.company for one in found[0].ratings] == ["Acme"]
    assert "could not be read" in caplog.text


async def test_the_task_loads_the_words_first_then_reads_what_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rating_reading, "_PAUSE", 0.0)
    ready = asyncio.Event()
    found: list[Batch] = []
    arrived = asyncio.Event()

    def take(batch: Batch) -> None:
        found.append(batch)
        arrived.set()

    reading = RatingReading(rating_reader(lambda _: ()), take, lambda: NOW, on_ready=ready.set)
    reading.catch_up([headline(1, "Citi upgrades Acme to Buy", 1), headline(2, "Citi upgrades Old to Buy", 24 * 9)])
    task = asyncio.create_task(reading.run())
    async with asyncio.timeout(20):
        await ready.wait()
        await arrived.wait()
        arrived.clear()
        reading.offer(headline(3, "花旗上調樺木評級至買入"))
        await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [one.key for batch in found for one in batch.ratings] == ["headline:x1", "headline:x3"]


async def test_without_word_lists_the_rest_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def read(_one: Headline) -> RatingChange | None:
        raise FileNotFoundError("firms.json")

    reading = RatingReading(read, lambda _: None, lambda: NOW, on_ready=lambda: pytest.fail("not ready"))
    await asyncio.wait_for(reading.run(), 20)
    assert "are not read" in caplog.text


def test_a_headline_of_one_known_symbol_names_the_company() -> None:
    read = rating_reader(lambda _: ())
    one = read(headline(1, "Citi upgrades Acme to Buy", symbols=("7101.HK",)))
    # The words name a company of their own: the feed's symbol is not forced upon it.
    assert one is not None
    assert (one.company, one.symbol) == ("Acme", None)


def test_an_older_answer_of_a_table_never_replaces_a_newer_one() -> None:
    store = LatestStore()
    newer = RatingTable(symbol="BABA", state=TableState.EMPTY, asked=NOW)
    assert store.apply(Batch(source="t", received=NOW, tables=(newer,)))
    older = RatingTable(symbol="BABA", state=TableState.ROWS, asked=NOW - timedelta(hours=1), rows=3)
    assert not store.apply(Batch(source="t", received=NOW, tables=(older,)))
    assert store.rating_table("BABA") == newer
