"""JSON Feed 1.0 and 1.1 (jsonfeed.org) to raw items. What has the wrong type counts as absent."""

from __future__ import annotations

from typing import Any

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.feed_items import MAX_FIELD, MAX_ITEMS, RawItem

_DECODER: msgspec.json.Decoder[Any] = msgspec.json.Decoder()


def read_json(text: str) -> tuple[RawItem, list[RawItem]]:
    """Return channel and items. Raises ``SourceError`` (``MALFORMED``) for JSON that is broken or another's."""
    try:
        document = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise SourceError(FailureKind.MALFORMED, f"not a feed: broken JSON ({str(error)[:80]})") from error
    version = document.get("version") if isinstance(document, dict) else None
    items = document.get("items") if isinstance(document, dict) else None
    if not isinstance(version, str) or "jsonfeed.org" not in version or not isinstance(items, list):
        raise SourceError(FailureKind.MALFORMED, "not a feed: JSON, but no JSON Feed")
    if not isinstance(document.get("title", ""), str):
        raise SourceError(FailureKind.MALFORMED, "not a feed: a JSON Feed whose title is no text")
    channel = RawItem()
    _put(channel, "title", document.get("title"))
    _put(channel, "link", document.get("home_page_url"))
    _put(channel, "self", document.get("feed_url"))
    _put(channel, "language", document.get("language"))
    _put(channel, "author", _authors(document))
    return channel, [_item(one) for one in items[:MAX_ITEMS] if isinstance(one, dict)]


def _item(source: dict[str, Any]) -> RawItem:
    item = RawItem()
    identity = source.get("id")
    # Version 1.0 let publishers write numbers.
    _put(item, "guid", str(identity) if isinstance(identity, int | float) else identity)
    _put(item, "title", source.get("title"))
    _put(item, "link", source.get("url"))
    _put(item, "link", source.get("external_url"))
    _put(item, "description", source.get("summary"))
    _put(item, "content", source.get("content_html"))
    text = source.get("content_text")
    if isinstance(text, str):
        # Plain text is not markup: what looks like a tag is meant.
        _put(item, "content", text.replace("&", "&amp;").replace("<", "&lt;"))
    _put(item, "published", source.get("date_published"))
    _put(item, "updated", source.get("date_modified"))
    _put(item, "language", source.get("language"))
    _put(item, "author", _authors(source))
    return item


def _put(item: RawItem, name: str, value: object) -> None:
    if isinstance(value, str) and value.strip():
        item.fields.setdefault(name, value[:MAX_FIELD])


def _authors(source: dict[str, Any]) -> str | None:
    authors = source.get("authors")
    many = authors if isinstance(authors, list) else [source.get("author")]
    names = [one["name"] for one in many if isinstance(one, dict) and isinstance(one.get("name"), str)]
    return ", ".join(names[:5]) or None
