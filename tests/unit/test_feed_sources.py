"""The sources of feeds: conditional requests, what is remembered, and what a batch says."""

from __future__ import annotations

import asyncio
import gzip
import json
import stat
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tui_monitor.config.settings import FeedEntry
from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.instrument import Instrument, Kind
from tui_monitor.sources import feeds
from tui_monitor.sources.api import Request, Source, SourceContext, Topic
from tui_monitor.sources.feed_cache import MAX_ENTRIES, FeedCache
from tui_monitor.sources.feed_process import FeedReader
from tui_monitor.sources.feed_worker import Setup
from tui_monitor.sources.transport import Response, Transport

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
URL = "https://e.example/feed"


def body(*titles: str, dates: str = "") -> bytes:
    items = "".join(
        f"<item><title>{title}</title><link>https://e.example/{title.replace(' ', '-')}</link>{dates}</item>"
        for title in titles
    )
    return f"<rss><channel><title>Example</title>{items}</channel></rss>".encode()


class FakeTransport:
    """Answers by a script and keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Response | SourceError] = []
        self.asked: list[dict[str, Any]] = []

    def put(self, content: bytes = b"", status: int = 200, moved: str | None = None, octets: int | None = None,
            **headers: str) -> None:  # fmt: skip
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(
            Response(
                status=status, headers=named, body=content, url=moved or URL, permanent_url=moved, requests=1,
                octets=len(content) if octets is None else octets, elapsed=0.01,
            )
        )  # fmt: skip

    def fail(self, kind: FailureKind) -> None:
        self.answers.append(SourceError(kind, kind.value))

    async def get(self, url: str, *, params: Mapping[str, str] | None = None, **options: Any) -> Response:
        self.asked.append({"url": url, "params": params, **options})
        found = self.answers.pop(0)
        if isinstance(found, SourceError):
            raise found
        return found


class World:
    """A transport, a clock and a state folder to build sources with."""

    def __init__(self, folder: Path) -> None:
        self.transport = FakeTransport()
        self.now = NOW
        self.folder = folder
        self.built: list[Source] = []

    def build(self, **settings: Any) -> list[Source]:
        table = {"entries": [{"name": "Example", "url": URL, "language": "en"}], "per_symbol": False, **settings}
        known = {"7101.HK": Instrument("7101.HK", name_en="Norvane Ltd.", kind=Kind.EQUITY)}
        made = feeds.build(
            SourceContext(settings=table, transport=cast("Transport", self.transport), now=lambda: self.now,
                          state_dir=self.folder, instruments=known)
        )  # fmt: skip
        self.built += made
        return made

    async def aclose(self) -> None:
        for source in self.built:
            await source.aclose()


@pytest.fixture
async def world(tmp_path: Path) -> Any:
    made = World(tmp_path)
    yield made
    await made.aclose()


async def test_a_feed_gives_tied_headlines(world: World) -> None:
    (source,) = world.build()
    world.transport.put(body("Norvane to be acquired", "Weather") + b"<!-- -->", content_type="text/xml")
    batch = await source.fetch(Request())
    assert [one.title for one in batch.headlines] == ["Norvane to be acquired", "Weather"]
    assert batch.headlines[0].symbols == ("7101.HK",)
    assert batch.headlines[0].topics == ("deals",)
    assert batch.tied
    assert (batch.source, batch.received, batch.requests, batch.unchanged) == ("Example", NOW, 1, False)
    assert batch.octets > 0
    descriptor = source.descriptor
    assert (descriptor.name, descriptor.topic, descriptor.host) == ("Example", Topic.HEADLINES, "e.example")
    assert descriptor.period >= 300


async def test_requests_become_conditional_and_304_costs_no_reading(world: World) -> None:
    (source,) = world.build()
    content = body("One")
    world.transport.put(content, etag='"v1"', last_modified="Mon, 05 Jan 2026 00:00:00 GMT")
    world.transport.put(status=304)
    world.transport.put(content, etag='"v2"')
    await source.fetch(Request())
    second = await source.fetch(Request())
    third = await source.fetch(Request(full=True))
    first_asked, second_asked, third_asked = world.transport.asked
    assert (first_asked["etag"], first_asked["last_modified"]) == (None, None)
    assert (second_asked["etag"], second_asked["last_modified"]) == ('"v1"', "Mon, 05 Jan 2026 00:00:00 GMT")
    assert (third_asked["etag"], third_asked["last_modified"]) == (None, None)
    assert second.unchanged
    assert second.headlines == ()
    assert [one.title for one in third.headlines] == ["One"]
    assert isinstance(source, feeds.FeedSource)
    assert source.octets_saved == len(content)
    assert [batch.octets_saved for batch in (second, third)] == [len(content), 0]


async def test_the_same_body_again_is_not_read_again(world: World) -> None:
    (source,) = world.build()
    for content in (body("One"), body("One"), body("One", "Two")):
        world.transport.put(content)
    assert len((await source.fetch(Request())).headlines) == 1
    assert (await source.fetch(Request())).unchanged
    assert len((await source.fetch(Request())).headlines) == 2


async def test_a_body_that_cannot_be_read_is_asked_for_again(world: World) -> None:
    (source,) = world.build()
    world.transport.put(b"<html></html>", etag='"bad"')
    world.transport.put(body("One"), etag='"good"')
    with pytest.raises(SourceError, match="not a feed"):
        await source.fetch(Request())
    assert len((await source.fetch(Request())).headlines) == 1
    assert world.transport.asked[1]["etag"] is None


async def test_a_new_run_asks_in_full_unless_the_headlines_are_stored(world: World) -> None:
    (source,) = world.build()
    world.transport.put(body("One"), etag='"v1"')
    await source.fetch(Request())
    await source.aclose()
    for stored, etag in ((False, None), (True, '"v1"')):
        (again,) = world.build(stored=stored)
        world.transport.put(body("One"), etag='"v1"')
        batch = await again.fetch(Request())
        assert world.transport.asked[-1]["etag"] == etag
        assert batch.unchanged is stored


async def test_permanent_redirects_are_remembered_and_forgotten_when_they_break(world: World) -> None:
    (source,) = world.build()
    new = "https://new.example/feed"
    world.transport.put(body("One"), moved=new)
    assert any(new in note for note in (await source.fetch(Request())).notes)
    world.transport.put(body("Two"), moved=None)
    await source.fetch(Request())
    assert world.transport.asked[1]["url"] == new
    world.transport.fail(FailureKind.NOT_FOUND)
    world.transport.put(body("Three"))
    await source.fetch(Request())
    assert [one["url"] for one in world.transport.asked[2:]] == [new, URL]
    world.transport.put(body("Four"), moved=new)
    await source.fetch(Request())
    world.transport.fail(FailureKind.SERVER)
    with pytest.raises(SourceError):
        await source.fetch(Request())
    world.transport.put(body("Five"))
    await source.fetch(Request())
    assert world.transport.asked[-1]["url"] == new


async def test_sizes_are_limited_as_sent_and_as_read(world: World) -> None:
    (source,) = world.build()
    world.transport.put(b"<rss><channel/></rss>" + b" " * (5 * 1024 * 1024))
    with pytest.raises(SourceError) as caught:
        await source.fetch(Request())
    assert caught.value.kind is FailureKind.TOO_LARGE
    # Compressed on the way it may be larger, as the transport's own limit says.
    plain = b"<rss><channel><item><title>One</title></item></channel></rss>" + b" " * (5 * 1024 * 1024)
    world.transport.put(plain, octets=len(gzip.compress(plain)))
    assert len((await source.fetch(Request())).headlines) == 1
    assert world.transport.asked[0]["max_bytes"] == feeds.MAX_PLAIN


async def test_a_date_in_the_future_keeps_the_time_at_which_it_was_first_seen(world: World) -> None:
    (source,) = world.build()
    future = "<pubDate>Fri, 09 Jan 2026 00:00:00 GMT</pubDate>"
    world.transport.put(body("Late", dates=future))
    world.transport.put(body("Late", "New", dates=future))
    (first,) = (await source.fetch(Request())).headlines
    world.now = NOW + timedelta(minutes=10)
    again, new = (await source.fetch(Request())).headlines
    assert (first.published, first.clamped) == (NOW, True)
    assert again.published == NOW
    assert new.published == NOW + timedelta(minutes=10)


async def test_repeats_and_emptiness_are_told(world: World) -> None:
    (source,) = world.build()
    world.transport.put(body("One", "One"))
    world.transport.put(b"<rss><channel><title>RSS feed not found</title></channel></rss>")
    assert "1 repeated items were merged" in (await source.fetch(Request())).notes
    assert (await source.fetch(Request())).notes == ("the feed is empty (RSS feed not found)",)


async def test_yahoos_feed_takes_the_symbols_in_one_request(world: World) -> None:
    (source,) = world.build(entries=[], per_symbol=True, base_url="https://y.example/")
    assert (await source.fetch(Request())).headlines == ()
    assert world.transport.asked == []
    world.transport.put(body("Norvane up"), etag='"a"')
    world.transport.put(body("Norvane up"), etag='"b"')
    world.transport.put(status=304)
    symbols = tuple(f"{number:04d}.HK" for number in range(1, 30))
    batch = await source.fetch(Request(symbols=symbols))
    assert batch.headlines[0].symbols == ("7101.HK",)
    asked = world.transport.asked[0]
    assert asked["url"] == "https://y.example/rss/2.0/headline"
    assert asked["params"]["s"].split(",") == list(symbols[:20])
    # Another set of symbols is another address: its first request is not conditional.
    await source.fetch(Request(symbols=symbols[:3]))
    assert world.transport.asked[1]["etag"] is None
    assert (await source.fetch(Request(symbols=symbols[:3]))).unchanged
    assert world.transport.asked[2]["etag"] == '"b"'
    assert (source.descriptor.host, source.descriptor.batch_size) == ("y.example", 20)


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"entries": [{"name": "x"}]}, "entries"),
        ({"entries": [{"name": "x", "url": "file:///etc/passwd"}]}, "usable"),
        ({"base_url": "nonsense"}, "base_url"),
        ({"typo": 1}, "typo"),
        ({"topics": {"topics": 7}}, "topics"),
    ],
)
async def test_wrong_settings_are_named(world: World, settings: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        world.build(**settings)


async def test_a_preview_shows_what_a_feed_would_bring(world: World) -> None:
    reader = FeedReader(Setup())
    try:
        world.transport.put(body("One", "One"), moved="https://new.example/feed")
        parsed, keep = await feeds.preview(cast("Transport", world.transport), reader, "New", URL, NOW)
        assert (parsed.title, len(parsed.entries), keep) == ("Example", 1, "https://new.example/feed")
        world.transport.put(b'<html><link rel=alternate type="application/rss+xml" href="/rss"></html>')
        with pytest.raises(SourceError, match="names a feed at /rss"):
            await feeds.preview(cast("Transport", world.transport), reader, "New", URL, NOW)
    finally:
        await reader.aclose()


def test_entries_become_settings_and_back() -> None:
    entries = (FeedEntry(name="a", url=URL, language="zh"),)
    (made,) = feeds.entries_as_settings(entries)
    assert FeedEntry(**made) == entries[0]


# The file that is kept.


async def test_the_cache_is_private_whole_and_forgiving(tmp_path: Path) -> None:
    path = tmp_path / "state" / "feeds.json"
    cache = FeedCache(path.parent)
    cache.of(URL).etag = '"v"'
    cache.changed()
    await cache.aclose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert FeedCache(path.parent).of(URL).etag == '"v"'
    for broken in ("", "{", "[]", '{"a": 1}', "\x00"):
        path.write_text(broken)
        assert FeedCache(path.parent).of(URL).etag is None
    await FeedCache(path.parent).aclose()


async def test_the_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = FeedCache(tmp_path)
    for number in range(MAX_ENTRIES + 10):
        cache.of(f"https://e.example/{number}").etag = str(number)
        cache.of("https://e.example/0")
    cache.changed()
    await cache.aclose()
    kept = json.loads((tmp_path / "feeds.json").read_bytes())
    assert len(kept) == MAX_ENTRIES
    assert "https://e.example/0" in kept
    assert "https://e.example/1" not in kept


async def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = FeedCache(blocked)
    cache.of(URL).etag = "x"
    cache.changed()
    await cache.aclose()
    assert blocked.read_text() == "not a folder"


async def test_a_hundred_feeds_cost_a_hundred_conditional_requests_the_second_time(world: World) -> None:
    entries = [{"name": f"feed {n}", "url": f"https://e.example/{n}"} for n in range(100)]
    sources = world.build(entries=entries)
    for source in sources:
        world.transport.put(body("One"), etag=f'"{source.descriptor.name}"')
        await source.fetch(Request())
    asked = len(world.transport.asked)
    reader = cast("Any", sources[0]).shelf.reader
    await reader.aclose()
    for source in sources:
        world.transport.put(status=304)
        assert (await source.fetch(Request())).unchanged
    second = world.transport.asked[asked:]
    assert [one["etag"] for one in second] == [f'"feed {n}"' for n in range(100)]
    assert reader.pid is None  # Nothing was read: the worker was not even started.
    await asyncio.sleep(0)


async def test_a_further_feed_shares_reader_and_memory_which_close_with_the_last(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,) = world.build()
    assert isinstance(first, feeds.FeedSource)
    second = first.shelf.source(FeedEntry(name="Second", url="https://s.example/feed"))
    world.built.append(second)
    closed: list[str] = []

    async def close() -> None:
        closed.append("reader")

    monkeypatch.setattr(first.shelf.reader, "aclose", close)
    world.transport.put(body("One"))
    assert [one.source for one in (await second.fetch(Request())).headlines] == ["Second"]
    await second.aclose()
    await second.aclose()
    assert closed == []
    await first.aclose()
    assert closed == ["reader"]
    with pytest.raises(ConfigError, match="Third"):
        first.shelf.source(FeedEntry(name="Third", url="ftp://s.example/feed"))
    monkeypatch.undo()
