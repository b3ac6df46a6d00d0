"""Yahoo's own news of a symbol, through yfinance: an optional source, off by default.

The feed of the watched symbols (``feeds``) gives much the same in one request; this one asks a company at a time and
tells which stories Yahoo itself ties to it. Asked as yfinance's ``get_news`` asks.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.links import story_key
from tui_monitor.domain.text import clean_html, safe_url
from tui_monitor.sources.api import Batch, Descriptor, Request, Topic
from tui_monitor.sources.decoding import rows, table
from tui_monitor.sources.feed_dates import parse_date

if TYPE_CHECKING:
    from datetime import datetime

    from tui_monitor.sources.api import Now
    from tui_monitor.sources.yahoo_events import Asks
from tui_monitor.sources.yfinance_client import RETRY

NAME = "yahoo-research-news"

PAGE = "https://finance.yahoo.com/xhr/ncp"
"""Another host than that of Yahoo's tables."""

COUNT = 10
"""Stories asked for with one symbol: as many as yfinance asks for."""

PERIOD = 1_800.0
"""Seconds between two rounds through all symbols."""

MAX_STORIES = 100
"""Stories taken of one answer."""

TOLERANCE = timedelta(minutes=5)
"""How far ahead of us a publisher's clock may be before its time is marked as wrong."""


class YahooNews:
    """The source of a symbol's stories."""

    def __init__(self, client: Asks, now: Now, host: str, *, timeout: float, spacing: float) -> None:
        """``timeout`` are the seconds of one call, ``spacing`` those between two."""
        self._client = client
        self._now = now
        self._timeout = timeout
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.HEADLINES,
            host=host,
            title="Yahoo Finance news of each symbol",
            period=PERIOD,
            retry=RETRY,
            idle_period=2 * PERIOD,
            timeout=timeout,
            batch_size=1,
            spacing=spacing,
            language="en",
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for each symbol in turn."""
        headlines: dict[str, Headline] = {}
        missing: list[str] = []
        requests = octets = 0
        for symbol in request.symbols:
            reply = await self._client.get_json(
                PAGE,
                {"queryRef": "latestNews", "serviceKey": "ncp_fin"},
                now=self._now(),
                timeout=self._timeout,
                posted={"serviceConfig": {"snippetCount": COUNT, "s": [symbol]}},
            )
            requests, octets = requests + reply.requests, octets + reply.octets
            if reply.value is None:
                missing.append(symbol)
                continue
            for one in parse_news(reply.value, symbol, self._now()):
                held = headlines.get(one.id)
                # A story of two companies comes with each of them: it is tied to both.
                headlines[one.id] = one if held is None else _tied(held, symbol)
        return Batch(
            source=NAME,
            received=self._now(),
            headlines=tuple(headlines.values()),
            missing=tuple(missing),
            requests=requests,
            octets=octets,
        )

    async def aclose(self) -> None:
        """End yfinance's process."""
        await self._client.aclose()


def parse_news(answer: object, symbol: str, now: datetime) -> list[Headline]:
    """Return the stories in an answer, advertisements left out; raise ``SourceError`` if it is none."""
    stream = table(table(table(answer).get("data")).get("tickerStream")).get("stream")
    if not isinstance(stream, list):
        raise SourceError(FailureKind.MALFORMED, "Yahoo answered without the stories that were asked for.")
    found = (_story(table(one), symbol, now) for one in rows(stream)[:MAX_STORIES])
    return [one for one in found if one is not None]


def _story(item: Any, symbol: str, now: datetime) -> Headline | None:
    told = table(item.get("content"))
    title = clean_html(told.get("title"), 300)
    if item.get("ad") or not title:
        return None
    # A story that Yahoo does not host has no click-through address.
    links = (table(told.get(name)).get("url") for name in ("clickThroughUrl", "canonicalUrl"))
    url = next((safe for link in (*links, told.get("previewUrl")) if (safe := safe_url(link)) is not None), None)
    published = parse_date(told["pubDate"]) if isinstance(told.get("pubDate"), str) else None
    clamped = published is not None and published - now > TOLERANCE
    key = story_key(url) if url is not None else None
    identity = f"link:{key}" if key is not None else f"title:{NAME}:{title}"
    return Headline(
        id=blake2b(identity.encode("utf-8", "replace"), digest_size=10).hexdigest(),
        title=title,
        url=url,
        source=NAME,
        author=clean_html(table(told.get("provider")).get("displayName"), 80) or None,
        published=min(published, now) if published is not None else None,
        clamped=clamped,
        received=now,
        summary=clean_html(told.get("summary") or told.get("description"), 1_000),
        language="en",
        symbols=(symbol,),
    )


def _tied(headline: Headline, symbol: str) -> Headline:
    from msgspec.structs import replace

    return replace(headline, symbols=tuple(dict.fromkeys((*headline.symbols, symbol))))
