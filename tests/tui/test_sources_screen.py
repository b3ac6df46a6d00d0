"""The list of sources: what it shows, and what its keys do; adding a feed over a real connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from rich.cells import cell_len
from tests.servers.loopback import Answer, LoopbackServer
from tests.tui.stage import Stage, frame_text
from textual.pilot import Pilot

from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile
from tui_monitor.domain.errors import ConfigError, FailureKind
from tui_monitor.engine.budget import TokenBucket
from tui_monitor.engine.health import SourceHealth, State, day_of
from tui_monitor.present.sources_list import source_lines
from tui_monitor.services.feed_desk import FeedDesk
from tui_monitor.sources.api import Source, SourceContext, Topic
from tui_monitor.sources.feeds import FeedShelf, open_shelf
from tui_monitor.sources.transport import Transport
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.screens.add_feed import AddFeedScreen
from tui_monitor.tui.screens.sources import SourcesScreen

FEED = b"""<rss version="2.0"><channel><title>Example Wire: all the news</title>
<item><title>Something [/red] happened</title><link>https://e.example/1</link></item>
<item><title>More of it</title><link>https://e.example/2</link></item></channel></rss>"""


def health(stage: Stage, name: str, topic: Topic = Topic.HEADLINES, **more: object) -> SourceHealth:
    made = SourceHealth(name=name, title=f"{name} in full", host=f"{name.lower()}.example", topic=topic, period=600.0)
    made.last_good = stage.clock.now() - timedelta(seconds=41)
    made.next_try = stage.clock.monotonic() + 72.0
    made.items, made.requests, made.octets = 20, 5, 40_000
    made.day = day_of(stage.clock.now())
    made.budget = TokenBucket(rate=0.5, burst=15, now=stage.clock.monotonic(), level=11.7)
    for key, value in more.items():
        setattr(made, key, value)
    return made


def stage_with_sources(**more: object) -> Stage:
    stage = Stage(**more).fill()  # type: ignore[arg-type]
    found = [
        health(stage, "yahoo", Topic.QUOTES),
        health(stage, "Daily", language="zh", saved=7, octets_saved=310_000, notes=("3 items carry no usable date",)),
        health(
            stage, "Post", language="en", state=State.FAILING, failure="post.example answered HTTP 503.",
            failure_kind=FailureKind.SERVER, failures=2, last_failure=stage.clock.now() - timedelta(seconds=90),
        ),
    ]  # fmt: skip
    stage.view.health = {one.name: one for one in found}
    return stage


def screen_of(app: MonitorApp) -> SourcesScreen:
    return cast("SourcesScreen", app.screen)


async def settle(app: MonitorApp, pilot: Pilot[None]) -> None:
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
async def test_every_source_is_in_a_row_and_the_chosen_one_in_full(size: tuple[int, int], language: str) -> None:
    app = stage_with_sources(language=language).app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("i")
        await pilot.pause()
        lines = frame_text(app)
        assert {cell_len(line) for line in lines} == {size[0]}
        text = "\n".join(lines)
        for name in ("yahoo", "Daily", "Post", "1:12", "41"):
            assert name in text, name
        # What fails comes first and is told with its reason.
        assert [one.name for one in screen_of(app).sources] == ["Post", "yahoo", "Daily"]
        assert "HTTP 503" in text


def test_what_is_counted_is_today_s_and_the_budget_is_the_moment_s() -> None:
    stage = stage_with_sources()
    one = stage.view.health["Daily"]

    def traffic() -> str:
        return " ".join(span.text for line in source_lines(stage.view, one) for span in line)

    assert "5 requests and 40.0KB today" in traffic()
    assert "budget 11/15" in traffic()
    stage.clock.pass_by(4.0)
    assert "budget 13/15" in traffic(), "two seconds a token"
    stage.clock.pass_by(86_400.0)
    assert "0 requests and 0B today" in traffic()
    assert "budget 15/15" in traffic()
    assert "unchanged" not in traffic()
    one.count(day_of(stage.clock.now()), requests=2, octets=300)
    assert "2 requests and 300B today" in traffic()


async def test_the_facts_of_a_feed_are_all_told() -> None:
    app = stage_with_sources().app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("i", "f")
        await pilot.pause()
        assert [one.name for one in screen_of(app).sources] == ["Post", "Daily"]
        await pilot.press("j")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        for expected in (
            "Feeds", "Daily in full", "daily.example", "zh", "last good 2026-03-04 10:59:19 HKT", "next try 1:12",
            "5 requests and 40.0KB today, 20 items · budget 11/15",
            "7 unchanged, 310KB saved", "3 items carry no usable date", "310K",
        ):  # fmt: skip
            assert expected in text, expected


async def test_the_cursor_stays_on_its_source_when_the_order_changes() -> None:
    stage = stage_with_sources()
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "G")
        await pilot.pause()
        chosen = screen_of(app).chosen
        assert chosen is not None
        chosen.failure, chosen.failure_kind, chosen.state = "It broke.", FailureKind.SERVER, State.FAILING
        screen_of(app).update()
        assert screen_of(app).chosen is chosen
        await pilot.press("i")
        await pilot.pause()
        assert app.screen is app.main


async def test_pause_and_retry_reach_the_scheduler() -> None:
    stage = stage_with_sources()
    asked: list[tuple[str, str]] = []

    def pause(name: str) -> None:
        asked.append(("pause", name))
        one = stage.view.health[name]
        one.state = State.IDLE if one.state is State.PAUSED else State.PAUSED

    def retry(name: str) -> tuple[str, ...]:
        asked.append(("retry", name))
        return (name,)

    stage.services.pause_source = pause
    stage.services.refresh_source = retry
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "r", "p")
        await pilot.pause()
        assert "Post is paused. p lets it go on." in "\n".join(frame_text(app))
        await pilot.press("p")
        await pilot.pause()
        assert "Post goes on." in "\n".join(frame_text(app))
        stage.services.refresh_source = lambda name: ()
        await pilot.press("r")
        await pilot.pause()
        assert "cannot be asked now" in "\n".join(frame_text(app))
    assert asked == [("retry", "Post"), ("pause", "Post"), ("pause", "Post")]


# With a list of feeds behind it


class World:
    """A server, a shelf of feeds, a file for those that are added."""

    def __init__(self, server: LoopbackServer, folder: Path) -> None:
        self.server = server
        self.stage = stage_with_sources()
        self.transport = Transport(user_agent="test", now=lambda: datetime.now(UTC), allow_private_hosts=True)
        context = SourceContext(
            settings={}, transport=self.transport, now=self.stage.clock.now, state_dir=folder / "state"
        )
        self.shelf: FeedShelf = open_shelf(context)
        self.file = FeedsFile(folder / "config" / "feeds.toml")
        self.started: list[Source] = []
        self.stopped: list[str] = []
        self.stage.services.feeds = lambda: self.desk
        self.desk = FeedDesk(
            lambda: self.shelf,
            self.file,
            AddedFeeds(),
            names=lambda: tuple(self.stage.view.health),
            start=self.start,
            stop=self.stop,
        )

    def start(self, source: Source) -> None:
        self.started.append(source)
        name = source.descriptor.name
        health = SourceHealth(name=name, title=name, host="h", topic=Topic.HEADLINES, period=600.0)
        cast("dict[str, SourceHealth]", self.stage.view.health)[name] = health

    async def stop(self, name: str) -> None:
        self.stopped.append(name)
        cast("dict[str, SourceHealth]", self.stage.view.health).pop(name)

    async def aclose(self) -> None:
        await self.shelf.aclose()
        await self.transport.aclose()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with LoopbackServer() as server:
        server.route("/feed", Answer(body=FEED, content_type="application/rss+xml"))
        server.route("/page", Answer(body=b"<html><body>hello</body></html>", content_type="text/html"))
        made = World(server, tmp_path)
        yield made
        await made.aclose()


async def test_a_feed_is_looked_at_before_it_is_added(world: World) -> None:
    app = world.stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("i", "a")
        await pilot.pause()
        assert isinstance(app.screen, AddFeedScreen)
        await pilot.press(*f"{world.server.url}/page", "enter")
        await settle(app, pilot)
        assert "not a feed: a web page" in "\n".join(frame_text(app))
        await pilot.press("enter")
        await settle(app, pilot)
        assert not world.file.path.exists()
        await pilot.press(*["backspace"] * 4, *"feed", "enter")
        await settle(app, pilot)
        text = "\n".join(frame_text(app))
        assert "Example Wire: 2 items, en" in text
        assert "Something [/red] happened" in text
        assert not world.file.path.exists(), "it was added before it was accepted"
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, SourcesScreen)
        assert "Example Wire is read from now on." in "\n".join(frame_text(app))
        assert [one.name for one in world.file.read().feeds] == ["Example Wire"]
        assert [one.descriptor.name for one in world.started] == ["Example Wire"]
        chosen = screen_of(app).chosen
        assert chosen is not None
        assert chosen.name == "Example Wire"
        await pilot.press("d")
        await settle(app, pilot)
        assert world.stopped == ["Example Wire"]
        assert world.file.read().feeds == ()
        # The shipped ones and the person's own are not the program's to remove.
        await pilot.press("g", "d")
        await settle(app, pilot)
        assert "comes from config.toml or with the program" in "\n".join(frame_text(app))


async def test_an_address_that_changed_is_looked_at_again(world: World) -> None:
    app = world.stage.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await pilot.press("i", "a", *f"{world.server.url}/feed", "enter")
        await settle(app, pilot)
        await pilot.press("x", "enter")
        await settle(app, pilot)
        assert not world.file.path.exists()
        assert world.server.count("/feedx") == 1
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(app.screen, SourcesScreen)


async def test_a_muted_feed_is_not_shown_and_kept_so(world: World) -> None:
    health_of = cast("dict[str, SourceHealth]", world.stage.view.health)
    health_of["Wire"] = health(world.stage, "Wire")
    app = world.stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("4")
        assert "Alder [/red] tries a new mill" in "\n".join(frame_text(app))
        await pilot.press("i", "G")
        while screen_of(app).chosen is not health_of["Wire"]:
            await pilot.press("k")
        await pilot.press("m")
        await settle(app, pilot)
        assert "Headlines of Wire are not shown." in "\n".join(frame_text(app))
        assert world.file.read().muted == ("Wire",)
        await pilot.press("escape")
        await pilot.pause()
        assert "Alder [/red] tries a new mill" not in "\n".join(frame_text(app))
        await pilot.press("i")
        await pilot.pause()
        while screen_of(app).chosen is not health_of["Wire"]:
            await pilot.press("j")
        await pilot.press("m")
        await settle(app, pilot)
        assert world.file.read().muted == ()


async def test_names_are_short_and_unique(world: World) -> None:
    world.server.route("/long", Answer(body=FEED.replace(b"Example Wire: all", b"A very long name of a feed indeed")))
    first = await world.desk.check(f"{world.server.url}/feed")
    await world.desk.add(first.entry)
    second = await world.desk.check(f"{world.server.url}/feed?again=1")
    assert second.entry.name == "Example Wire 2"
    long = await world.desk.check(f"  {world.server.url}/long ")
    assert long.entry.name == "A very long name of a"
    with pytest.raises(ConfigError, match="called Example Wire is there already"):
        await world.desk.add(first.entry)
    assert await world.desk.remove("Example Wire")
    assert not await world.desk.remove("Example Wire")
