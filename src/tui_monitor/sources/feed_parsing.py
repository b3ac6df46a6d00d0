"""A feed's body to headlines: RSS, RDF, Atom and JSON Feed, well-formed or not.

``parse_feed`` is pure and quick enough for any thread, but a big feed takes longer than a frame: the program
calls it in a process of its own (``feed_process``).

What a headline's ``id`` is made of: the story's address without tracking, where that address names one story
alone; else the publisher's id; else the feed's name and the title. So the same story from two feeds is one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import blake2b

from tui_monitor.analysis.language import language_of
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.links import absolute_url, story_key
from tui_monitor.domain.text import clean_html, clean_text
from tui_monitor.sources.feed_dates import parse_date
from tui_monitor.sources.feed_encoding import MAX_BODY, decode_body
from tui_monitor.sources.feed_items import ItemCollector, NotAFeed, RawItem
from tui_monitor.sources.feed_json import read_json
from tui_monitor.sources.feed_xml import Fault, declared_entities, prepare, read_lenient, read_strict
from tui_monitor.sources.parsed_feed import FeedIdentity, ParsedFeed

FUTURE_TOLERANCE = timedelta(minutes=5)
"""A publisher's clock may be ahead by this much before its date counts as wrong."""

MAX_SUMMARY = 1000
"""Characters kept of a summary."""

MAX_AUTHOR = 80
"""Characters kept of an author or outlet."""

Annotate = Callable[[str, str, "str | None"], tuple[tuple[str, ...], tuple[str, ...]]]
"""Gives symbols and topics of a title, a summary and a language."""


def parse_feed(
    body: bytes,
    content_type: str | None,
    feed: FeedIdentity,
    received: datetime,
    annotate: Annotate | None = None,
    *,
    limit: int = MAX_BODY,
) -> ParsedFeed:
    """Return the headlines of ``body``.

    ``received`` is aware UTC. ``limit`` is how many bytes are taken; more only for what came in packed.
    Raises ``SourceError``: ``TOO_LARGE`` past the limits of size, ``MALFORMED`` for what is no feed or attacks
    the reader, with a sentence that says what it is instead.
    """
    if not body.strip():
        raise SourceError(FailureKind.MALFORMED, "not a feed: the body is empty")
    decoded = decode_body(body, content_type, limit)
    text = decoded.text.lstrip("\ufeff \t\r\n")
    notes: list[str] = []
    if decoded.damaged:
        notes.append(f"{decoded.damaged} characters could not be read as {decoded.encoding}")
    if text[:1] in {"{", "["}:
        channel, items = read_json(text)
    else:
        channel, items = _read_xml(text, notes)
    return _Builder(feed, received, annotate, channel, notes).build(items)


def _read_xml(text: str, notes: list[str]) -> tuple[RawItem, list[RawItem]]:
    text = prepare(text)
    if "<" not in text:
        raise SourceError(FailureKind.MALFORMED, "not a feed: plain text without any markup")
    entities = declared_entities(text)
    collector = ItemCollector()
    try:
        try:
            read_strict(text, collector)
        except Fault as fault:
            collector = ItemCollector()
            read_lenient(text, collector, entities)
            notes.append(f"not well-formed, read all the same ({str(fault)[:80]})")
    except NotAFeed as other:
        raise _refusal(str(other), text) from other
    if not collector.recognised and collector.first:
        raise _refusal(collector.first, text)
    if not collector.recognised:
        raise SourceError(FailureKind.MALFORMED, "not a feed: no element that a feed begins with")
    if collector.dropped:
        notes.append(f"{collector.dropped} items beyond the first {len(collector.items)} were left out")
    return collector.channel, collector.items


_ALTERNATE = re.compile(r"<link\b[^<>]{0,400}application/(?:rss|atom)\+xml[^<>]{0,400}>", re.IGNORECASE)
_HREF = re.compile(r"""href\s{0,9}=\s{0,9}["']?([^"'\s>]{1,500})""", re.IGNORECASE)


def _refusal(root: str, text: str) -> SourceError:
    kinds = {
        "html": "a web page",
        "urlset": "a sitemap",
        "sitemapindex": "a sitemap",
        "opml": "a list of feeds (import it with: feeds import)",
        "svg": "a picture",
    }
    kind = kinds.get(root) or (
        "a web page" if "<html" in text[:5000].lower() else f"a document of <{clean_text(root, 40)}>"
    )
    found = _ALTERNATE.search(text[:200_000]) if kind == "a web page" else None
    address = _HREF.search(found[0]) if found else None
    hint = f"; it names a feed at {clean_text(address[1], 200)}" if address else ""
    return SourceError(FailureKind.MALFORMED, f"not a feed: {kind}{hint}")


_EMAIL_NAME = re.compile(r"[^\s@()]{1,80}@[^\s()]{1,120}\s*\(([^()]{1,120})\)")
_BARE_EMAIL = re.compile(r"(?:mailto:)?[^\s@]{1,80}@[^\s@]{1,120}")
_C1 = re.compile("[\x80-\x9f]")
_MOJIBAKE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]"
)
_CP1252 = {code: bytes([code]).decode("cp1252", "ignore") or None for code in range(0x80, 0xA0)}


def mend(text: str) -> str:
    """Return ``text`` with two faults of publishers' databases undone.

    Characters of windows-1252 that were passed on as C1 controls become what they meant; UTF-8 that was read as
    windows-1252 and encoded again (``â€™``) is read as UTF-8, if all of it can be.
    """
    if text.isascii():
        return text
    if _MOJIBAKE.search(text):
        raw = bytearray()
        for char in text:
            code = ord(char)
            if code < 0x100:
                raw.append(code)
                continue
            try:
                raw += char.encode("cp1252")
            except UnicodeEncodeError:
                break
        else:
            try:
                return raw.decode("utf-8")
            except UnicodeDecodeError:
                pass
    return text.translate(_CP1252) if _C1.search(text) else text


class _Builder:
    """Makes headlines of raw items, with what is common to all of them at hand."""

    def __init__(
        self, feed: FeedIdentity, received: datetime, annotate: Annotate | None, channel: RawItem, notes: list[str]
    ) -> None:
        self._feed = feed
        self._received = received
        self._annotate = annotate
        self._notes = notes
        self._channel = channel
        self._language = (channel.fields.get("language") or feed.language or "").strip()[:12]
        site = absolute_url(channel.fields.get("link", ""), feed.url) or absolute_url(
            channel.fields.get("self", ""), feed.url
        )
        self._base = feed.url or site
        self._author = clean_html(_person(channel.fields.get("author", "")), MAX_AUTHOR)
        self._unreadable = 0

    def build(self, items: list[RawItem]) -> ParsedFeed:
        links = [self._link(item) for item in items]
        titles = [self._title(item) for item in items]
        keys = [story_key(link) if link is not None else None for link in links]
        # An address that stands under several titles (a ticker page, a front page) names no story.
        shared = Counter(key for key, _title in {(key, title) for key, title in zip(keys, titles, strict=True) if key})
        entries = []
        for item, link, title, key in zip(items, links, titles, keys, strict=True):
            ambiguous = key is not None and shared[key] > 1
            identity = self._identity(item, title, None if ambiguous else key, key)
            entries.append(self._headline(item, link, title, identity))
        if self._unreadable:
            self._notes.append(f"{self._unreadable} items carry no usable date")
        title = clean_html(mend(self._channel.fields.get("title", "")), 120)
        primary = self._language.replace("_", "-").partition("-")[0].lower()
        return ParsedFeed(tuple(entries), title, tuple(self._notes), primary if primary.isalpha() else None)

    def _link(self, item: RawItem) -> str | None:
        base = item.base or self._base
        if base is not None and self._base is not None and "://" not in base:
            base = absolute_url(base, self._base)
        for name in ("original_link", "link"):
            found = absolute_url(item.fields.get(name, ""), base)
            if found is not None:
                return found
        guid = item.fields.get("guid", "")
        if guid[:4].lower() == "http":
            return absolute_url(guid, None)
        return None

    def _title(self, item: RawItem) -> str:
        fields = item.fields
        title = clean_html(mend(fields.get("title") or fields.get("dc_title") or ""), 300)
        outlet = fields.get("outlet", "").strip()
        if outlet and title.endswith(" - " + outlet):
            # An aggregator's suffix: the outlet is kept as author.
            title = title[: -len(outlet) - 3].rstrip()
        if title:
            return title
        # Short posts have no title: their first words are one.
        return clean_html(mend(fields.get("description") or fields.get("content") or ""), 120)

    def _identity(self, item: RawItem, title: str, key: str | None, shared_key: str | None) -> str:
        guid = item.fields.get("guid") or item.fields.get("identifier")
        if key is not None:
            text = "link:" + key
        elif shared_key is not None:
            text = f"title:{shared_key}:{title}"
        elif guid:
            text = f"guid:{self._feed.name}:{guid}"
        else:
            text = f"title:{self._feed.name}:{title}"
        return blake2b(text.encode("utf-8", "replace"), digest_size=10).hexdigest()

    def _published(self, item: RawItem, language: str | None) -> datetime | None:
        fields = item.fields
        written = [fields[name] for name in ("published", "dc_date", "updated") if name in fields]
        for text in written:
            moment = parse_date(text, self._language or language)
            if moment is not None:
                return moment
        if written:
            self._unreadable += 1
        return None

    def _headline(self, item: RawItem, link: str | None, title: str, identity: str) -> Headline:
        fields = item.fields
        summary = clean_html(mend(fields.get("description") or fields.get("content") or ""), MAX_SUMMARY)
        if summary == title:
            summary = ""
        author = clean_html(mend(_person(fields.get("creator") or fields.get("author") or "")), MAX_AUTHOR)
        outlet = fields.get("outlet")
        author = author or (clean_html(mend(outlet), MAX_AUTHOR) if outlet else "") or self._author
        own = fields.get("language") or self._language or None
        language = language_of(title or summary, own)
        published = self._published(item, language)
        clamped = False
        if published is not None and published > self._received:
            clamped = published - self._received > FUTURE_TOLERANCE
            published = self._received
        symbols, topics = self._annotate(title, summary, language) if self._annotate else ((), ())
        return Headline(
            id=identity,
            title=title,
            url=link,
            source=self._feed.name,
            author=author or None,
            published=published,
            clamped=clamped,
            received=self._received,
            summary=summary,
            language=language,
            symbols=symbols,
            topics=topics,
        )


def _person(text: str) -> str:
    """Return the name of ``someone@example.com (Some One)``; an address without a name is none."""
    if "@" not in text:
        return text
    match = _EMAIL_NAME.search(text)
    if match is not None:
        return match[1]
    return "" if _BARE_EMAIL.fullmatch(text.strip()) else text
