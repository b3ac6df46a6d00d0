"""Lists of feeds in OPML 2.0 (opml.org), the format that feed readers exchange their lists in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from tui_monitor.config.settings import FeedEntry
from tui_monitor.domain.errors import ConfigError, SourceError
from tui_monitor.domain.links import story_key
from tui_monitor.domain.text import clean_text, safe_url
from tui_monitor.sources.feed_encoding import decode_body
from tui_monitor.sources.feed_xml import Fault, declared_entities, prepare, read_lenient, read_strict

MAX_FEEDS = 1_000
"""Feeds taken of one list."""

MAX_NAME = 24
"""Characters of a feed's short name."""

NAMESPACE = "urn:tui-monitor:opml"
"""Of the attribute that keeps a feed's period through export and import."""


def read_opml(body: bytes) -> tuple[tuple[FeedEntry, ...], tuple[str, ...]]:
    """Return the feeds of a list and a note for each that was left out.

    Categories come from the outlines around a feed, or its ``category``. Names are made short and unique. Raises
    ``ConfigError`` for what is no OPML.
    """
    try:
        text = prepare(decode_body(body, None).text.lstrip("\ufeff \t\r\n"))
        entities = declared_entities(text)
        outlines = _Outlines()
        try:
            read_strict(text, outlines)
        except Fault:
            outlines = _Outlines()
            read_lenient(text, outlines, entities)
    except SourceError as error:
        raise ConfigError(f"the list of feeds cannot be read: {error}") from error
    if not outlines.is_opml:
        raise ConfigError("this is no list of feeds in OPML: its first element is not <opml>")
    return _entries(outlines.feeds)


def write_opml(feeds: Iterable[FeedEntry], created: datetime) -> bytes:
    """Return ``feeds`` as an OPML document, grouped by category in order of first appearance."""
    groups: dict[str, list[FeedEntry]] = {}
    for feed in feeds:
        groups.setdefault(feed.category, []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:tm="{NAMESPACE}">',
        f"  <head><title>tui-monitor</title><dateCreated>{escape(_rfc822(created))}</dateCreated></head>",
        "  <body>",
    ]
    for category, members in groups.items():
        indent = "      " if category else "    "
        if category:
            lines.append(f"    <outline text={quoteattr(category)}>")
        lines += [indent + _outline(feed) for feed in members]
        if category:
            lines.append("    </outline>")
    lines += ["  </body>", "</opml>", ""]
    return "\n".join(lines).encode()


def _rfc822(moment: datetime) -> str:
    from email.utils import format_datetime

    return format_datetime(moment)


def _outline(feed: FeedEntry) -> str:
    attributes = {"type": "rss", "text": feed.name, "title": feed.title, "xmlUrl": feed.url}
    if feed.language:
        attributes["language"] = feed.language
    attributes["tm:period"] = f"{feed.period:g}"
    written = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items() if value)
    return f"<outline {written}/>"


class _Outlines:
    """Collects the outlines that name a feed, with the category around each."""

    def __init__(self) -> None:
        self.is_opml = False
        self.feeds: list[tuple[dict[str, str], str]] = []
        self._around: list[str] = []
        self._elements = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        tag = name.lower()
        if self._elements == 1:
            self.is_opml = tag == "opml"
        lowered = {key.lower(): value for key, value in attributes.items()}
        if tag == "outline" and lowered.get("xmlurl"):
            category = lowered.get("category") or next((one for one in reversed(self._around) if one), "")
            self.feeds.append((lowered, category))
            self._around.append("")
        else:
            self._around.append(lowered.get("text") or lowered.get("title") or "" if tag == "outline" else "")

    def end(self, _name: str, /) -> None:
        if self._around:
            self._around.pop()

    def data(self, text: str) -> None:
        """Outlines have no text of their own."""


def _entries(found: list[tuple[dict[str, str], str]]) -> tuple[tuple[FeedEntry, ...], tuple[str, ...]]:
    entries: list[FeedEntry] = []
    notes: list[str] = []
    names: set[str] = set()
    places: set[str | None] = set()
    for attributes, category in found:
        label = clean_text(attributes.get("text") or attributes.get("title") or "", 80)
        url = safe_url(attributes["xmlurl"])
        if url is None:
            notes.append(f"{label or 'a feed'}: not a usable http or https address")
            continue
        if (story_key(url) or url) in places:
            notes.append(f"{label or url}: the address stands in the list twice")
            continue
        if len(entries) >= MAX_FEEDS:
            notes.append(f"only the first {MAX_FEEDS} feeds were taken")
            break
        places.add(story_key(url) or url)
        name = _unique(label or _host(url), names)
        entries.append(
            FeedEntry(
                name=name,
                url=url,
                title=clean_text(attributes.get("title"), 80) or label,
                language=clean_text(attributes.get("language"), 12) or None,
                category=clean_text(category.strip("/").rpartition("/")[2], 80),
                period=_period(attributes.get("tm:period")),
            )
        )
    return tuple(entries), tuple(notes)


def _unique(label: str, names: set[str]) -> str:
    name = label[:MAX_NAME].strip() or "feed"
    number = 2
    while name.casefold() in names:
        ending = f" {number}"
        name = label[: MAX_NAME - len(ending)].strip() + ending
        number += 1
    names.add(name.casefold())
    return name


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].removeprefix("www.")


def _period(text: str | None) -> float:
    try:
        period = float(text) if text else 600.0
    except ValueError:
        return 600.0
    return period if 300 <= period <= 86_400 else 600.0
