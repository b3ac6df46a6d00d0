"""Read and saved marks over a restart, through the program as it is composed; feeds that were added and muted."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.servers.loopback import Answer, LoopbackServer

from tui_monitor.compose import Monitor
from tui_monitor.config.feeds_file import FeedsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import FeedEntry, Network, News, Settings
from tui_monitor.domain.headline import Headline
from tui_monitor.sources.api import Batch
from tui_monitor.sources.registry import available
from tui_monitor.store.latest import MAX_HEADLINES, LatestStore

NOW = datetime.now(UTC).replace(microsecond=0)


def item(number: int, source: str = "Wire") -> Headline:
    return Headline(
        id=f"i{number:04d}", title=f"Item number {number}", source=source, received=NOW,
        published=NOW - timedelta(minutes=number), url=f"https://e.example/{number}",
    )  # fmt: skip


def batch(*items: Headline) -> Batch:
    return Batch(source="Wire", received=NOW, headlines=items, tied=True)


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    made = Paths(tmp_path / "config", tmp_path / "state")
    made.ensure()
    return made


def settings() -> Settings:
    return Settings(news=News(use_default_feeds=False), network=Network(allow_private_hosts=True))


async def test_marks_survive_a_restart_wherever_the_headline_then_is(paths: Paths) -> None:
    monitor = Monitor(settings(), paths, environment={"LANG": "C.UTF-8"})
    monitor.intake.take(batch(*(item(n) for n in range(1_500))))
    monitor.intake.flush()
    app = monitor.build_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4", "enter", "escape", "j", "s", "G", "N")
        await pilot.pause()
    assert monitor.view.read == {"i0000", "i1499"}
    await monitor.aclose()

    again = Monitor(settings(), paths, environment={"LANG": "C.UTF-8"})
    # The start has read the newest thousand; the others and their marks follow.
    assert again.view.read == {"i0000"}
    assert again.view.saved == {"i0001"}
    assert len(again.store.headlines()) == 1_000
    await again.newsroom.begin(again.view.read, again._marks_found)
    assert len(again.store.headlines()) == 1_500
    assert again.view.read == {"i0000", "i1499"}
    assert again.view.marks_revision > 0
    # A story from another feed is recognised against those of the earlier run.
    again.intake.take(batch(Headline(id="other", title="Item number 1200", source="Desk", received=NOW,
                                     published=NOW - timedelta(minutes=1_190))))  # fmt: skip
    held = again.store.headline("i1200")
    assert held is not None
    assert held.also == ("Desk",)
    assert again.store.headline("other") is None
    await again.aclose()


async def test_a_muted_feed_and_an_added_one_are_there_after_a_restart(paths: Paths) -> None:
    file = FeedsFile(paths.feeds_file)
    file.add(FeedEntry(name="Added", url="http://127.0.0.1:9/feed"))
    file.mute("Wire", True)
    monitor = Monitor(settings(), paths, environment={"LANG": "C.UTF-8"})
    assert monitor.view.muted == {"wire"}
    monitor._build_sources()
    assert "Added" in monitor.view.health
    desk = monitor.newsroom.desk()
    assert desk is not None
    assert desk.is_added("Added")
    assert await desk.remove("Added")
    assert "Added" not in monitor.view.health
    assert file.read().feeds == ()
    await monitor.aclose()


async def test_a_broken_list_of_added_feeds_is_said_and_stops_nothing(paths: Paths) -> None:
    paths.feeds_file.write_text("[[feeds]\n")
    monitor = Monitor(settings(), paths, environment={"LANG": "C.UTF-8"})
    assert any("feeds.toml, line 1" in notice for notice in monitor.view.notices)
    monitor._build_sources()
    assert paths.feeds_file.read_text() == "[[feeds]\n"
    await monitor.aclose()


def test_what_is_older_than_memory_keeps_is_passed_on_to_be_written_and_no_more() -> None:
    store = LatestStore()
    store.apply(batch(*(item(n) for n in range(MAX_HEADLINES + 10))))
    assert len(store.headlines()) == MAX_HEADLINES
    revision = store.revision
    oldest = item(MAX_HEADLINES + 50)
    assert store.apply(batch(oldest)).headlines == (oldest,)
    assert store.headline(oldest.id) is None
    assert store.revision == revision
    newest = Headline(id="new", title="New", source="Wire", received=NOW, published=NOW)
    assert store.apply(batch(newest)).headlines == (newest,)
    assert store.headlines()[0].id == "new" or store.headlines()[1].id == "new"
    assert len(store.headlines()) == MAX_HEADLINES
    assert store.headlines()[-1].id == f"i{MAX_HEADLINES - 2}"


async def test_a_feed_that_is_added_brings_its_headlines_without_a_restart(paths: Paths) -> None:
    feed = b"<rss><channel><title>New one</title><item><title>It works</title><link>https://e.example/w</link></item>"
    async with LoopbackServer() as server:
        server.route("/feed", Answer(body=feed + b"</channel></rss>", content_type="application/rss+xml"))
        off = {name: {"enabled": False} for name in available() if name != "feeds"}
        quiet = msgspec.structs.replace(settings(), sources={**off, "feeds": {"per_symbol": False}})
        monitor = Monitor(quiet, paths, environment={"LANG": "C.UTF-8"})
        engine = asyncio.create_task(monitor.run_engine())
        arrived = asyncio.Event()
        desk = monitor.newsroom.desk()
        assert desk is not None
        async with asyncio.timeout(20):
            while monitor.scheduler is None or monitor.intake.arrived is None:
                await monitor.clock.sleep(0.01)
            looked_up = monitor.intake.arrived

            def heard(fresh: tuple[Headline, ...]) -> None:
                looked_up(fresh)
                arrived.set()

            monitor.intake.arrived = heard
            found = await desk.check(f"{server.url}/feed")
            assert monitor.store.headlines() == []
            await desk.add(found.entry)
            await arrived.wait()
        assert [one.title for one in monitor.store.headlines()] == ["It works"]
        assert server.count("/feed") == 2
        engine.cancel()
        with suppress(asyncio.CancelledError):
            await engine
        await monitor.aclose()
    again = Monitor(quiet, paths, environment={"LANG": "C.UTF-8"})
    assert [one.title for one in again.store.headlines()] == ["It works"]
    await again.aclose()
