"""``feeds.toml``: the feeds that were added within the program, and the ones that are muted.

The person's own ``[[feeds]]`` of ``config.toml`` have the same shape and are never touched; this file is the program's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tui_monitor.config.program_file import ProgramFile
from tui_monitor.config.settings import FeedEntry, Section
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.links import story_key
from tui_monitor.domain.text import safe_url

MAX_FEEDS = 1_000
"""Feeds that the file may hold."""


class AddedFeeds(Section, frozen=True):
    """What the file holds."""

    muted: tuple[Annotated[str, Meta(max_length=24)], ...] = ()
    """Names of feeds whose headlines are not shown, wherever the feed comes from."""
    feeds: tuple[FeedEntry, ...] = ()


class FeedsFile(ProgramFile[AddedFeeds]):
    """The file."""

    HEAD = "# Feeds that were added in tui-monitor. It rewrites this file; your own belong to config.toml."

    def empty(self) -> AddedFeeds:
        """Return no feeds."""
        return AddedFeeds()

    def decoded(self, document: Mapping[str, Any]) -> AddedFeeds:
        """Return the feeds of a document; each has a usable address and a name of its own."""
        held = msgspec.convert(document, AddedFeeds)
        names = {entry.name.casefold() for entry in held.feeds}
        if len(names) < len(held.feeds):
            raise ConfigError(f"{self.path}: two feeds have the same name; each needs one of its own.")
        for entry in held.feeds:
            if safe_url(entry.url) is None:
                raise ConfigError(f"{self.path}: the address of {entry.name} is no usable http or https address.")
        return held

    def document(self, held: AddedFeeds) -> dict[str, Any]:
        """Return what is written; a missing key is the default."""
        document: dict[str, Any] = msgspec.to_builtins(held)
        document["feeds"] = [
            {key: value for key, value in feed.items() if value not in (None, "")} for feed in document["feeds"]
        ]
        return document

    def add(self, *entries: FeedEntry) -> AddedFeeds:
        """Add feeds. One whose name or address is there already is refused."""

        def change(held: AddedFeeds) -> AddedFeeds:
            feeds = list(held.feeds)
            for entry in entries:
                for one in feeds:
                    if one.name.casefold() == entry.name.casefold():
                        raise ConfigError(f"a feed called {one.name} is there already; each needs a name of its own.")
                    if place_of(one.url) == place_of(entry.url):
                        raise ConfigError(f"{entry.url} is read already, as {one.name}.")
                feeds.append(entry)
            if len(feeds) > MAX_FEEDS:
                raise ConfigError(f"at most {MAX_FEEDS} feeds can be added.")
            return msgspec.structs.replace(held, feeds=tuple(feeds))

        return self.edit(change)

    def remove(self, name: str) -> bool:
        """Remove the feed ``name``; return whether it was there."""
        found = False

        def change(held: AddedFeeds) -> AddedFeeds:
            nonlocal found
            kept = tuple(one for one in held.feeds if one.name.casefold() != name.casefold())
            found = len(kept) < len(held.feeds)
            return msgspec.structs.replace(held, feeds=kept)

        self.edit(change)
        return found

    def mute(self, name: str, muted: bool) -> AddedFeeds:
        """Mute the feed ``name``, or let its headlines be shown again."""

        def change(held: AddedFeeds) -> AddedFeeds:
            others = tuple(one for one in held.muted if one.casefold() != name.casefold())
            return msgspec.structs.replace(held, muted=(*others, name) if muted else others)

        return self.edit(change)


def place_of(url: str) -> str:
    """Return what two addresses of one feed have in common."""
    return story_key(url) or url
