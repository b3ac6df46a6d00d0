"""Adding, removing and muting feeds while the program runs. ``config.toml`` stays the person's; see ``feeds_file``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile, place_of
from tui_monitor.config.settings import FeedEntry
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.text import clean_text, safe_url
from tui_monitor.engine.blocking import in_thread

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.sources.api import Source
    from tui_monitor.sources.feeds import FeedShelf

MAX_NAME = 24
"""Cells that a feed's short name may have at the most, as the settings bound it."""

DISK_SECONDS = 5.0
"""Seconds that writing the list of feeds may take."""

PERIOD = 600.0
"""Seconds between two polls of a feed that was added."""


class FeedPreview(msgspec.Struct, frozen=True):
    """What a feed would bring."""

    entry: FeedEntry
    """As it would be kept: its name, the address that it is read from, its language."""
    headlines: tuple[Headline, ...]
    notes: tuple[str, ...]


class FeedDesk:
    """What can be done with the list of feeds."""

    def __init__(
        self,
        shelf: Callable[[], FeedShelf | None],
        file: FeedsFile,
        added: AddedFeeds,
        *,
        names: Callable[[], Collection[str]],
        start: Callable[[Source], object],
        stop: Callable[[str], Awaitable[object]],
    ) -> None:
        """``shelf`` is ``None`` until the sources are built.

        ``names`` are those of all sources that run, ``start`` and ``stop`` set one going and end one by its name.
        """
        self._shelf = shelf
        self._file = file
        self._added = added
        self._names = names
        self._start = start
        self._stop = stop

    def take_over(self, added: AddedFeeds) -> None:
        """Go on from what the file holds by now: another program has changed it."""
        self._added = added

    @property
    def added(self) -> tuple[FeedEntry, ...]:
        """The feeds that were added within the program."""
        return self._added.feeds

    @property
    def muted(self) -> frozenset[str]:
        """Names of the muted feeds, case folded."""
        return frozenset(name.casefold() for name in self._added.muted)

    def is_added(self, name: str) -> bool:
        """Whether the feed ``name`` was added here, so that it can be removed here."""
        return any(entry.name == name for entry in self._added.feeds)

    async def check(self, address: str) -> FeedPreview:
        """Ask ``address`` and return what it would bring; nothing is kept.

        Raises ``ConfigError`` for what is no address, ``SourceError`` for what is no feed.
        """
        shelf = self._shelf()
        if shelf is None:
            raise ConfigError("The sources are not ready yet; try again in a moment.")
        return await check_feed(shelf, address, self._names())

    async def add(self, entry: FeedEntry) -> None:
        """Keep a feed and begin to read it. Raises ``ConfigError`` where it is there already."""
        shelf = self._shelf()
        if entry.name.casefold() in {name.casefold() for name in self._names()}:
            raise ConfigError(f"a source called {entry.name} is there already; each needs a name of its own.")
        self._added = await self._edit(lambda: self._file.add(entry))
        if shelf is not None and entry.name not in self._names():
            self._start(shelf.source(entry))

    async def remove(self, name: str) -> bool:
        """Forget a feed that was added here and read it no more; return whether it was one."""
        if not self.is_added(name):
            return False

        def change() -> AddedFeeds:
            self._file.remove(name)
            return self._file.read()

        self._added = await self._edit(change)
        if name in self._names():
            await self._stop(name)
        return True

    async def mute(self, name: str, muted: bool) -> None:
        """Show the headlines of a feed no more, or again."""
        self._added = await self._edit(lambda: self._file.mute(name, muted))

    async def _edit(self, change: Callable[[], AddedFeeds]) -> AddedFeeds:
        return await in_thread(change, timeout=DISK_SECONDS, name="feeds.toml")


async def check_feed(shelf: FeedShelf, address: str, taken: Collection[str] = ()) -> FeedPreview:
    """Ask ``address`` once and return what it would bring under a name that is not ``taken``."""
    url = address.strip()
    if "://" not in url:
        url = f"https://{url}"
    if safe_url(url) is None:
        raise ConfigError(f"{clean_text(address, 80)} is no http or https address.")
    parsed, keep = await shelf.preview(_host(url)[:MAX_NAME] or "feed", url)
    entry = FeedEntry(
        name=short_name(parsed.title, keep, taken),
        url=keep,
        title=parsed.title[:80],
        language=_language(parsed.language, parsed.entries),
        period=PERIOD,
    )
    return FeedPreview(entry, parsed.entries, parsed.notes)


def short_name(title: str, url: str, taken: Collection[str]) -> str:
    """Return a name of at most ``MAX_NAME`` characters for a feed: the first part of its title, else its host."""
    label = title
    for mark in (" - ", " | ", " – ", " — ", ": ", "｜", "－", "："):
        label = label.partition(mark)[0]
    label = label.strip() or _host(url)
    if len(label) > MAX_NAME:
        cut = label[:MAX_NAME].rpartition(" ")[0]
        label = cut or label[:MAX_NAME]
    label = label.strip() or "feed"
    names = {name.casefold() for name in taken}
    name, number = label, 2
    while name.casefold() in names:
        ending = f" {number}"
        name = label[: MAX_NAME - len(ending)].strip() + ending
        number += 1
    return name


def _language(declared: str | None, headlines: tuple[Headline, ...]) -> str | None:
    """Return the language of most headlines, what the feed says of itself where there are none."""
    found = Counter(one.language for one in headlines if one.language)
    return found.most_common(1)[0][0] if found else declared


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].partition(":")[0].removeprefix("www.")


def unread_feeds(found: Iterable[FeedEntry], held: Iterable[FeedEntry]) -> tuple[tuple[FeedEntry, ...], list[str]]:
    """Return those of ``found`` that are not ``held`` by their address, under names that are free, and notes."""
    import msgspec

    places = {place_of(entry.url): entry.name for entry in held}
    names = list(places.values())
    new: list[FeedEntry] = []
    notes: list[str] = []
    for entry in found:
        place = place_of(entry.url)
        if place in places:
            notes.append(f"{entry.name}: read already, as {places[place]}")
            continue
        name = short_name(entry.name, entry.url, names)
        new.append(msgspec.structs.replace(entry, name=name))
        names.append(name)
        places[place] = name
    return tuple(new), notes
