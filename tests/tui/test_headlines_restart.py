"""Read and saved marks over a restart, through the program as it is composed; feeds that were added and muted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from tests.servers.loopback import Answer, LoopbackServer
from tests.tui.stage import frame_text

from tui_monitor.cli.commands.feeds import command as feeds_command
from tui_monitor.compose import Monitor
from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import FeedEntry, Network, News, Settings
from tui_monitor.domain.headline import Headline
from tui_monitor.services.recall import HEADLINES_AT_FIRST
from tui_monitor.sources.api import Batch
from tui_monitor.sources.registry import available
from tui_monitor.store.latest import HEADLINE_SLACK, MAX_HEADLINES, LatestStore
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.layout import PanelId

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
    # The start has read the newest ones; the others and their marks follow.
    assert again.view.read == {"i0000"}
    assert again.view.saved == {"i0001"}
    assert len(again.store.headlines()) == HEADLINES_AT_FIRST < 1_000
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
    store.apply(batch(*(item(n) for n in range(MAX_HEADLINES + HEADLINE_SLACK + 1))))
    assert len(store.headlines()) == MAX_HEADLINES
    revision = store.revision
    oldest = item(MAX_HEADLINES + 2 * HEADLINE_SLACK)
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


def left_alone(app: MonitorApp) -> None:
    """Paint the headlines as they are once no hand was on them for a while."""
    panel = app.main.table(PanelId.HEADLINES)
    panel._hand_at = panel._ordered_at = -100.0
    panel.frame(set(), second=True)


async def test_what_the_command_line_does_to_the_feeds_is_taken_over_on_the_running_screen(
    paths: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``feeds.toml`` is looked at each 0.9 seconds (``services.outside.PERIOD``); here each look is made by hand."""
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(paths.config_dir))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(paths.state_dir))
    paths.config_file.write_text("[news]\nuse_default_feeds = false\n")
    monitor = Monitor(settings(), paths, environment={"LANG": "C.UTF-8"})
    monitor.intake.take(batch(item(1, "Wire"), item(2, "Desk")))
    monitor._build_sources()
    file = FeedsFile(paths.feeds_file)

    async def command(*words: str) -> None:
        result = await asyncio.to_thread(CliRunner().invoke, feeds_command, list(words))
        assert result.exit_code == 0, result.output
        await monitor.outside.look_at_feeds()

    app = monitor.build_app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        await pilot.pause()
        file.add(FeedEntry(name="Wire", url="http://127.0.0.1:9/feed"))
        await monitor.outside.look_at_feeds()
        assert "Wire" in monitor.view.health
        await command("mute", "Wire")
        assert monitor.view.muted == {"wire"}
        left_alone(app)
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "Item number 1" not in text
        assert "Item number 2" in text
        await command("unmute", "Wire")
        left_alone(app)
        await pilot.pause()
        assert "Item number 1" in "\n".join(frame_text(app))
        # The same name for another address is another feed.
        before = monitor.view.health["Wire"]
        file.edit(lambda held: msgspec.structs.replace(
            held, feeds=(FeedEntry(name="Wire", url="http://127.0.0.1:10/other"),)))  # fmt: skip
        await monitor.outside.look_at_feeds()
        assert monitor.view.health["Wire"] is not before
        # What cannot be read stops nothing, and is said once.
        good = paths.feeds_file.read_bytes()
        paths.feeds_file.write_bytes(b"[[feeds]\n")
        for _ in range(2):
            await monitor.outside.look_at_feeds()
        assert "Wire" in monitor.view.health
        assert sum("feeds.toml, line 1" in notice for notice in monitor.view.notices) == 1
        paths.feeds_file.write_bytes(good)
        await monitor.outside.look_at_feeds()
        await command("remove", "Wire")
        assert "Wire" not in monitor.view.health
    await monitor.aclose()


async def test_a_feed_that_is_written_to_the_file_is_begun_once_whoever_sees_it_first(paths: Paths) -> None:
    monitor = Monitor(settings(), paths, environment={"LANG": "C.UTF-8"})
    monitor._build_sources()
    desk = monitor.newsroom.desk()
    assert desk is not None
    entry = FeedEntry(name="Added", url="http://127.0.0.1:9/feed")
    edit = desk._edit

    async def slow(change: Callable[[], AddedFeeds]) -> AddedFeeds:
        after = await edit(change)
        assert await monitor.newsroom.look_outside()
        return after

    desk._edit = slow  # type: ignore[method-assign]
    await desk.add(entry)
    assert "Added" in monitor.view.health
    assert await desk.remove("Added")
    assert "Added" not in monitor.view.health
    await monitor.aclose()
