"""``feeds.toml``: the feeds that were added within the program, and the ones that are muted.

The person's own ``[[feeds]]`` of ``config.toml`` have the same shape and are never touched; this file is the
program's. It is read whole and written atomically under a lock, so that two programs lose no edit of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tui_monitor.config.settings import FeedEntry, Section
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.watchlist_file import WatchlistFile
from tui_monitor.domain.errors import ConfigError, WatchlistError
from tui_monitor.domain.links import story_key
from tui_monitor.domain.text import safe_url

MAX_FILE = 1024 * 1024
"""Bytes of the largest file that is read."""

MAX_FEEDS = 1_000
"""Feeds that the file may hold."""

_HEAD = "# Feeds that were added in tui-monitor. It rewrites this file; your own belong to config.toml.\n\n"


class AddedFeeds(Section, frozen=True):
    """What the file holds."""

    muted: tuple[Annotated[str, Meta(max_length=24)], ...] = ()
    """Names of feeds whose headlines are not shown, wherever the feed comes from."""
    feeds: tuple[FeedEntry, ...] = ()


class FeedsFile:
    """The file. All failures are ``ConfigError`` with one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = WatchlistFile(path)

    def read(self) -> AddedFeeds:
        """Return what the file holds; nothing where there is none. What cannot be read is left as it is."""
        try:
            content = self._file.read()
        except WatchlistError as error:
            raise ConfigError(str(error)) from error
        return AddedFeeds() if content is None else self._read(content.data)

    def edit(self, change: Callable[[AddedFeeds], AddedFeeds]) -> AddedFeeds:
        """Read, change and write under the lock; return what is there then. ``change`` may raise ``ConfigError``."""
        try:
            with self._file.locked():
                before = self.read()
                after = change(before)
                if after != before:
                    self._file.write(_written(after))
        except WatchlistError as error:
            cause = error.__cause__
            reason = (cause.strerror or str(cause)).lower() if isinstance(cause, OSError) else "it is held by another"
            raise ConfigError(f"{self.path} cannot be written: {reason}; nothing was changed.") from error
        return after

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

    def _read(self, data: bytes) -> AddedFeeds:
        try:
            document, _ = parse_toml(data, limit=MAX_FILE)
            held = msgspec.convert(document, AddedFeeds)
        except TomlError as error:
            raise ConfigError(f"{self.path}, line {error.line}: {error.reason}.") from error
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self.path}: {str(error)[:1].lower()}{str(error)[1:]}.") from error
        names = {entry.name.casefold() for entry in held.feeds}
        if len(names) < len(held.feeds):
            raise ConfigError(f"{self.path}: two feeds have the same name; each needs one of its own.")
        for entry in held.feeds:
            if safe_url(entry.url) is None:
                raise ConfigError(f"{self.path}: the address of {entry.name} is no usable http or https address.")
        return held


def place_of(url: str) -> str:
    """Return what two addresses of one feed have in common."""
    return story_key(url) or url


def _written(held: AddedFeeds) -> bytes:
    import tomli_w

    document = msgspec.to_builtins(held)
    # TOML has no null; a missing key is the default anyway.
    document["feeds"] = [
        {key: value for key, value in feed.items() if value not in (None, "")} for feed in document["feeds"]
    ]
    return (_HEAD + tomli_w.dumps({key: value for key, value in document.items() if value})).encode()
