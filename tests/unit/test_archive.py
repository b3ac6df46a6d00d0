"""The archive of headlines: pages without a gap, search, saved ones, marks that come back with a feed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui_monitor.analysis.likeness import StoryIndex
from tui_monitor.domain.headline import Headline
from tui_monitor.services.archive import PAGE, Archive, MarkFinder, recall
from tui_monitor.store.database import Database
from tui_monitor.store.latest import MAX_HEADLINES, Applied, LatestStore
from tui_monitor.store.retention import HEADLINE_DAYS, Retention
from tui_monitor.store.writer import Writer

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def item(number: int, moment: datetime | None = None) -> Headline:
    when = moment or NOW - timedelta(minutes=number)
    return Headline(id=f"h{number:05d}", title=f"Item {number}", source="A", published=when, received=NOW)


class Shelf:
    """A database with its writer and archive."""

    def __init__(self, path: Path) -> None:
        self.moment = NOW
        self.database = Database.open(path, now=lambda: self.moment)
        self.writer = Writer(self.database, interval=0.0)
        self.archive = Archive(self.database, self.writer)

    async def put(self, *items: Headline) -> None:
        for start in range(0, len(items), 5_000):
            self.writer.put_applied(Applied(headlines=items[start : start + 5_000]))
            assert await self.writer.flush()

    async def aclose(self) -> None:
        await self.writer.aclose()
        self.database.close()


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    made = Shelf(tmp_path / "monitor.db")
    yield made
    await made.aclose()


async def test_pages_have_no_gap_though_hundreds_share_a_moment(shelf: Shelf) -> None:
    items = [item(n, NOW - timedelta(minutes=n // 700)) for n in range(1_500)]
    await shelf.put(*items)
    shelf.writer.mark_read(["h00003", "h01499"])
    await shelf.writer.flush()
    seen: list[str] = []
    read: set[str] = set()
    last: Headline | None = None
    while True:
        page = await shelf.archive.older(last, 400)
        if not page.headlines:
            break
        seen += [one.id for one in page.headlines]
        read |= page.read
        last = page.headlines[-1]
    expected = sorted(items, key=lambda one: (one.sort_time, one.id), reverse=True)
    assert seen == [one.id for one in expected]
    assert read == {"h00003", "h01499"}


async def test_fifty_thousand_are_searched_without_holding_the_loop(shelf: Shelf) -> None:
    await shelf.put(*(item(n) for n in range(50_000)))
    late: list[float] = []

    async def watch() -> None:
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            late.append(loop.time() - before - 0.001)

    watcher = asyncio.create_task(watch())
    page = await shelf.archive.search("item 4321")
    watcher.cancel()
    # ``4321`` is also how ten longer numbers begin.
    assert {one.id for one in page.headlines} == {"h04321", *(f"h4321{n}" for n in range(10))}
    assert [one.sort_time for one in page.headlines] == sorted((one.sort_time for one in page.headlines), reverse=True)
    assert not late or max(late) < 0.25


async def test_what_was_saved_survives_expiry_and_a_restart(shelf: Shelf, tmp_path: Path) -> None:
    await shelf.put(item(1), item(2))
    shelf.archive.save(item(1), True)
    # Never stored: it was shown by a search while retention removed it.
    shelf.archive.save(item(3), True)
    await shelf.writer.flush()
    shelf.moment = NOW + timedelta(days=HEADLINE_DAYS + 1)
    Retention(shelf.database).run()
    assert [one.id for one in (await shelf.archive.older(None)).headlines] == ["h00001", "h00003"]
    await shelf.aclose()
    again = Shelf(tmp_path / "monitor.db")
    again.moment = shelf.moment
    assert again.database.read_latest().saved == {"h00001", "h00003"}
    assert [one.id for one in (await again.archive.saved()).headlines] == ["h00001", "h00003"]
    again.archive.save(item(1), False)
    await again.writer.flush()
    assert [one.id for one in (await again.archive.saved()).headlines] == ["h00003"]
    Retention(again.database).run()
    assert [one.id for one in (await again.archive.older(None)).headlines] == ["h00003"]
    await again.aclose()


async def test_the_newest_five_thousand_come_into_memory_with_their_marks(shelf: Shelf) -> None:
    await shelf.put(*(item(n) for n in range(MAX_HEADLINES + 800)))
    shelf.writer.mark_read(["h00001", "h04999", "h05700"])
    await shelf.writer.flush()
    store = LatestStore()
    snapshot = shelf.database.read_latest()
    store.apply(snapshot.batch(NOW))
    assert len(store.headlines()) == 1_000
    read = set(snapshot.read)
    stories = StoryIndex(MAX_HEADLINES)
    await recall(shelf.archive, store, read, stories)
    assert len(store.headlines()) == MAX_HEADLINES
    assert [one.id for one in store.headlines()] == [f"h{n:05d}" for n in range(MAX_HEADLINES)]
    assert read >= {"h00001", "h04999"}
    assert len(stories) == MAX_HEADLINES
    told_again = replace(item(4_000), id="other", source="B")
    assert stories.find_or_add(told_again) == "h04000"


async def test_recall_of_an_empty_archive_ends(shelf: Shelf) -> None:
    store = LatestStore()
    await recall(shelf.archive, store, set(), StoryIndex(10))
    await shelf.put(*(item(n) for n in range(PAGE)))
    await recall(shelf.archive, store, set(), StoryIndex(10))
    assert len(store.headlines()) == PAGE


async def test_a_feed_that_brings_back_what_was_read_finds_it_read(shelf: Shelf) -> None:
    shelf.writer.mark_read(["h00007", "h00009"])
    await shelf.writer.flush()
    found: list[frozenset[str]] = []
    complete = asyncio.Event()

    def take(read: frozenset[str]) -> None:
        found.append(read)
        if sum(map(len, found)) == 2:
            complete.set()

    marks = MarkFinder(shelf.archive, take)
    marks.arrived([item(n) for n in range(8)])
    marks.arrived([item(9)])
    async with asyncio.timeout(5):
        await complete.wait()
    assert frozenset().union(*found) == {"h00007", "h00009"}
    marks.arrived([])
    await marks.aclose()
