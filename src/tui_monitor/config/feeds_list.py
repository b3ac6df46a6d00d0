"""Which feeds are read: those that ship, thinned out and overridden by the person's own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tui_monitor.config.seeds import seeds_dir
from tui_monitor.config.settings import FeedEntry, News
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.links import story_key
from tui_monitor.domain.text import safe_url


class _FeedsShape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``seeds/feeds.json``."""

    as_of: str
    origin: Annotated[str, Meta(max_length=2000)] = ""
    feeds: tuple[FeedEntry, ...]


def load_default_feeds(path: Path | None = None) -> tuple[FeedEntry, ...]:
    """Read the feeds that ship. Raises ``ConfigError`` naming file, field and what was expected."""
    path = path or seeds_dir() / "feeds.json"
    try:
        shape = msgspec.json.decode(path.read_bytes(), type=_FeedsShape)
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    _refuse_doubles(shape.feeds, str(path))
    return shape.feeds


def load_topic_rules(path: Path | None = None) -> dict[str, Any]:
    """Read the topic rules as they are written; ``analysis.topics`` compiles and checks them."""
    path = path or seeds_dir() / "topics.json"
    try:
        rules: dict[str, Any] = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return rules


def merge_topic_rules(shipped: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return the shipped rules with a person's of the same shape added topic by topic; neither is changed."""
    merged = {name: dict(lists) for name, lists in shipped.get("topics", {}).items()}
    for name, lists in own.get("topics", {}).items():
        held = merged.setdefault(name, {})
        for key, phrases in lists.items():
            held[key] = [*held.get(key, ()), *phrases]
    return {**shipped, "topics": merged}


def effective_feeds(defaults: Iterable[FeedEntry], news: News, own: Iterable[FeedEntry]) -> tuple[FeedEntry, ...]:
    """Return the feeds to read: the person's as written, then the shipped ones that they leave room for.

    A shipped feed is left out when ``news`` turns it off by name or language, and when one of the person's has
    its name or its address. Raises ``ConfigError`` for an address that cannot be read and for doubled names.
    """
    mine = tuple(own)
    for entry in mine:
        if safe_url(entry.url) is None:
            raise ConfigError(f"feeds: the address of {entry.name} is not a usable http or https address")
    _refuse_doubles(mine, "feeds")
    if not news.use_default_feeds:
        return mine
    names = {entry.name.casefold() for entry in mine} | {name.casefold() for name in news.without}
    places = {story_key(entry.url) for entry in mine}
    languages = {word.partition("-")[0].lower() for word in news.languages}
    kept = [
        entry
        for entry in defaults
        if entry.name.casefold() not in names
        and story_key(entry.url) not in places
        and (entry.language is None or entry.language.partition("-")[0].lower() in languages)
    ]
    return (*mine, *kept)


def _refuse_doubles(feeds: Iterable[FeedEntry], where: str) -> None:
    seen: set[str] = set()
    for entry in feeds:
        name = entry.name.casefold()
        if name in seen:
            raise ConfigError(f"{where}: two feeds are called {entry.name}; each needs a name of its own")
        seen.add(name)
