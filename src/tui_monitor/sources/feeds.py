"""Headlines from feeds: one source for each feed, one more for Yahoo's feed of the watched symbols.

A request is conditional wherever the server gave a validator; a body that is the same as the last is not read
again. Reading happens in a worker process (``feed_process``). A feed that fails is one failing row.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from tui_monitor.analysis.topics import TopicRules
from tui_monitor.config.feeds_list import load_topic_rules
from tui_monitor.config.settings import FeedEntry
from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.text import safe_url
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.feed_cache import FeedCache, FeedMemory
from tui_monitor.sources.feed_encoding import MAX_BODY
from tui_monitor.sources.feed_process import FeedReader
from tui_monitor.sources.feed_worker import Job, setup_of
from tui_monitor.sources.options import Options, read_options, takes
from tui_monitor.sources.parsed_feed import FeedIdentity, ParsedFeed, merge_repeats

if TYPE_CHECKING:
    from tui_monitor.sources.transport import Response, Transport

IDLE_ROUNDS = 3
"""While nothing that is watched trades, a feed is asked a third as often."""

SHORTEST_PERIOD = 300.0
"""Seconds between two requests to one feed at the least: what publishers ask of readers."""

TIMEOUT = 20.0
"""Seconds for request and reading; the reading waits its turn when many feeds are due."""

MAX_PLAIN = 8 * 1024 * 1024
"""Bytes of a body after decompression; as sent it keeps to ``MAX_BODY``."""

MAX_SYMBOLS = 20
"""Symbols of one request to Yahoo's feed."""

MAX_CLAMPED = 500
"""Headlines with a date in the future whose first time is remembered."""

YAHOO = "https://feeds.finance.yahoo.com"
"""Where Yahoo's feed of symbols is."""

ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"
"""What feeds are served as."""


class FeedsOptions(Options, frozen=True, kw_only=True):
    """``[sources.feeds]``."""

    entries: tuple[FeedEntry, ...] = ()
    """The feeds to read; the composition root puts ``config.feeds_list.effective_feeds`` here."""
    per_symbol: bool = True
    """Whether Yahoo is asked for headlines of the watched symbols."""
    base_url: str = YAHOO
    """Another address in front of Yahoo's paths."""
    topics: dict[str, Any] | None = None
    """Topic rules of the shape of ``seeds/topics.json``; ``None``: those that ship."""
    stored: bool = False
    """Headlines of earlier runs are in the store, so the first requests may be conditional too."""


@takes(FeedsOptions)
def build(context: SourceContext) -> list[Source]:
    """Return a source for each feed of the settings. Raises ``ConfigError`` for a table that is wrong."""
    options = read_options(context.settings, FeedsOptions, "feeds")
    shelf = open_shelf(context)
    sources: list[Source] = [shelf.source(entry) for entry in options.entries]
    if options.per_symbol:
        sources.append(SymbolFeedSource(options.base_url.rstrip("/"), shelf))
    return sources


def open_shelf(context: SourceContext) -> FeedShelf:
    """Return what the sources of feeds share, without any. Raises ``ConfigError`` for a table that is wrong."""
    options = read_options(context.settings, FeedsOptions, "feeds")
    rules = options.topics if options.topics is not None else load_topic_rules()
    if options.topics is not None:
        TopicRules.load(options.topics)  # A person's own are checked here, where the error reaches the person.
    reader = FeedReader(setup_of(context.instruments, rules))
    return FeedShelf(context.transport, reader, FeedCache(context.state_dir), context, options.stored)


class FeedShelf:
    """What the sources of all feeds share: the client, the reader, what is remembered.

    It makes further sources while the program runs, and is closed with the last of them.
    """

    def __init__(
        self, transport: Transport, reader: FeedReader, cache: FeedCache, context: SourceContext, stored: bool
    ) -> None:
        self.transport = transport
        self.reader = reader
        self.cache = cache
        self.now = context.now
        self.stored = stored
        self._users: set[object] = set()

    def source(self, entry: FeedEntry) -> FeedSource:
        """Return a source for one more feed. Raises ``ConfigError`` for an address that cannot be asked."""
        if safe_url(entry.url) is None:
            raise ConfigError(f"[sources.feeds]: the address of {entry.name} is not a usable http or https address.")
        return FeedSource(entry, self)

    async def preview(self, name: str, url: str) -> tuple[ParsedFeed, str]:
        """Return what ``url`` would bring and the address to keep; see ``preview``."""
        return await preview(self.transport, self.reader, name, url, self.now())

    def taken_by(self, user: object) -> None:
        """Stay open until ``user`` is done."""
        self._users.add(user)

    async def left_by(self, user: object) -> None:
        """``user`` is done: after the last one, write what is to be remembered and end the worker."""
        self._users.discard(user)
        if not self._users:
            await self.aclose()

    async def aclose(self) -> None:
        """Write what is to be remembered and end the worker. May be called twice."""
        await self.cache.aclose()
        await self.reader.aclose()


class _FeedFetcher:
    """Asks one address, conditionally, and reads what comes."""

    def __init__(self, name: str, language: str | None, shelf: FeedShelf) -> None:
        self._name = name
        self._language = language
        self._shelf = shelf
        self._read: set[str] = set()
        """Addresses whose headlines this run has given already: only these are asked conditionally."""
        self._clamped: dict[str, datetime] = {}

    async def fetch(self, url: str, params: Mapping[str, str] | None, full: bool) -> Batch:
        address = url + "?" + "&".join(f"{key}={value}" for key, value in params.items()) if params else url
        memory = self._shelf.cache.of(address)
        conditional = not full and (self._shelf.stored or address in self._read)
        response = await self._ask(url, params, memory, conditional)
        if response.status == 304:
            memory.saved += memory.octets
            self._shelf.cache.changed()
            self._read.add(address)
            return self._batch(response, unchanged=True, octets_saved=memory.octets)
        if response.octets > MAX_BODY:
            raise SourceError(FailureKind.TOO_LARGE, f"{self._name} sends more than {MAX_BODY // 1024 // 1024} MB.")
        digest = blake2b(response.body, digest_size=16).hexdigest()
        same = conditional and digest == memory.digest
        parsed = None if same else await self._parse(response)
        # Remembered only now: a body that could not be read must be asked for again.
        memory.etag, memory.last_modified = response.headers.get("etag"), response.headers.get("last-modified")
        memory.digest, memory.octets = digest, response.octets
        if response.permanent_url and params is None:
            memory.moved = response.permanent_url
        self._shelf.cache.changed()
        self._read.add(address)
        if parsed is None:
            return self._batch(response, unchanged=True)
        headlines, notes = merge_repeats(parsed.entries)
        notes = (*parsed.notes, *notes)
        if not headlines:
            notes = (*notes, f"the feed is empty ({parsed.title})" if parsed.title else "the feed is empty")
        if memory.moved:
            notes = (*notes, f"moved for good to {memory.moved}")
        return self._batch(response, headlines=tuple(map(self._steady, headlines)), notes=notes)

    async def _ask(self, url: str, params: Mapping[str, str] | None, memory: FeedMemory, conditional: bool) -> Response:
        etag, modified = (memory.etag, memory.last_modified) if conditional else (None, None)
        moved = memory.moved if params is None else None
        if moved is not None:
            try:
                return await self._get(moved, None, etag, modified)
            except SourceError as error:
                if error.kind not in {
                    FailureKind.NOT_FOUND,
                    FailureKind.REFUSED,
                    FailureKind.TLS,
                    FailureKind.REDIRECT,
                }:
                    raise
                # The new home is gone: ask the address that the person knows.
                memory.moved = None
                self._shelf.cache.changed()
        return await self._get(url, params, etag, modified)

    async def _get(
        self, url: str, params: Mapping[str, str] | None, etag: str | None, modified: str | None
    ) -> Response:
        return await self._shelf.transport.get(
            url,
            params=params,
            etag=etag,
            last_modified=modified,
            timeout=TIMEOUT * 0.75,
            max_bytes=MAX_PLAIN,
            accept=ACCEPT,
        )

    async def _parse(self, response: Response) -> ParsedFeed:
        return await self._shelf.reader.read(
            Job(
                body=response.body,
                content_type=response.headers.get("content-type"),
                feed=FeedIdentity(self._name, response.url, self._language),
                received=self._shelf.now(),
                # What came in compressed may be larger than what is let in plain.
                limit=MAX_PLAIN if response.octets < len(response.body) else MAX_BODY,
            )
        )

    def _steady(self, headline: Headline) -> Headline:
        """Keep the time at which a wrong date was first seen, so that its headline does not rise with each poll."""
        if not headline.clamped or headline.published is None:
            return headline
        first = self._clamped.setdefault(headline.id, headline.published)
        while len(self._clamped) > MAX_CLAMPED:
            del self._clamped[next(iter(self._clamped))]
        return replace(headline, published=first)

    def _batch(
        self,
        response: Response,
        *,
        headlines: tuple[Headline, ...] = (),
        notes: tuple[str, ...] = (),
        unchanged: bool = False,
        octets_saved: int = 0,
    ) -> Batch:
        return Batch(
            source=self._name,
            received=self._shelf.now(),
            headlines=headlines,
            tied=True,
            notes=notes,
            unchanged=unchanged,
            requests=response.requests,
            octets=response.octets,
            octets_saved=octets_saved,
        )


class FeedSource:
    """One feed."""

    def __init__(self, entry: FeedEntry, shelf: FeedShelf) -> None:
        self._entry = entry
        self.shelf = shelf
        """What it shares with the other feeds."""
        shelf.taken_by(self)
        self._fetcher = _FeedFetcher(entry.name, entry.language, shelf)
        self._descriptor = Descriptor(
            name=entry.name,
            topic=Topic.HEADLINES,
            host=_host(entry.url),
            title=entry.title or entry.name,
            period=max(entry.period, SHORTEST_PERIOD),
            idle_period=IDLE_ROUNDS * max(entry.period, SHORTEST_PERIOD),
            timeout=TIMEOUT,
            language=entry.language,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    @property
    def octets_saved(self) -> int:
        """Bytes that conditional requests to this feed have saved, over all runs."""
        return self.shelf.cache.of(self._entry.url).saved

    async def fetch(self, request: Request) -> Batch:
        """Ask the feed. Raises ``SourceError``; nothing that was given before is taken back."""
        return await self._fetcher.fetch(self._entry.url, None, request.full)

    async def aclose(self) -> None:
        """Let go of the shelf; the last one closes it."""
        await self.shelf.left_by(self)


class SymbolFeedSource:
    """Yahoo's headlines of the symbols in the request, at most ``MAX_SYMBOLS``, in one go."""

    def __init__(self, base_url: str, shelf: FeedShelf) -> None:
        self._url = base_url + "/rss/2.0/headline"
        self.shelf = shelf
        """What it shares with the other feeds."""
        shelf.taken_by(self)
        self._fetcher = _FeedFetcher("yahoo-news", "en", shelf)
        self._descriptor = Descriptor(
            name="yahoo-news",
            topic=Topic.HEADLINES,
            host=_host(base_url),
            title="Yahoo headlines of the watched symbols",
            period=SHORTEST_PERIOD,
            idle_period=IDLE_ROUNDS * SHORTEST_PERIOD,
            timeout=TIMEOUT,
            batch_size=MAX_SYMBOLS,
            language="en",
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for the headlines of ``request.symbols``; without symbols nothing is asked."""
        symbols = request.symbols[:MAX_SYMBOLS]
        if not symbols:
            return Batch(source="yahoo-news", received=self.shelf.now())
        params = {"s": ",".join(symbols), "region": "US", "lang": "en-US"}
        return await self._fetcher.fetch(self._url, params, request.full)

    async def aclose(self) -> None:
        """Let go of the shelf; the last one closes it."""
        await self.shelf.left_by(self)


async def preview(
    transport: Transport, reader: FeedReader, name: str, url: str, received: datetime
) -> tuple[ParsedFeed, str]:
    """Ask ``url`` once and return what it would bring, repeats merged, and the address to keep.

    For adding a feed: nothing is remembered. Raises ``SourceError`` with the reason why it is no feed.
    """
    parsed, address = await read_once(transport, reader, name, url, received)
    headlines, notes = merge_repeats(parsed.entries)
    return replace(parsed, entries=headlines, notes=(*parsed.notes, *notes)), address


async def read_once(
    transport: Transport, reader: FeedReader, name: str, url: str, received: datetime
) -> tuple[ParsedFeed, str]:
    """Ask ``url`` once and return everything in it, and the address to keep. Raises ``SourceError``."""
    response = await transport.get(url, timeout=TIMEOUT, max_bytes=MAX_PLAIN, accept=ACCEPT)
    limit = MAX_PLAIN if response.octets < len(response.body) else MAX_BODY
    job = Job(response.body, response.headers.get("content-type"), FeedIdentity(name, response.url), received, limit)
    return await reader.read(job), response.permanent_url or url


def entries_as_settings(entries: tuple[FeedEntry, ...]) -> list[dict[str, Any]]:
    """Return feeds in the shape that ``[sources.feeds]`` takes as ``entries``."""
    made: list[dict[str, Any]] = msgspec.to_builtins(entries)
    return made


def _host(url: str) -> str:
    from urllib.parse import urlsplit

    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""
