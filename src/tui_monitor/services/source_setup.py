"""The tables that sources are built with: the person's, with what other tables and files add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui_monitor.domain.errors import ConfigError
from tui_monitor.services.symbol_search import SEARCH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.config.feeds_file import AddedFeeds
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import FeedEntry, Settings


def source_tables(
    settings: Settings, added: AddedFeeds | None = None, *, stored: bool = False
) -> Mapping[str, Mapping[str, Any]]:
    """Return ``[sources.NAME]`` by name, the feeds' with the list of feeds to read.

    ``added`` are the feeds that were added within the program (``feeds.toml``). ``stored`` says that what earlier
    runs read of the feeds is still there, so that the first requests of this one may be conditional.
    """
    import msgspec

    tables: dict[str, Mapping[str, Any]] = dict(settings.sources)
    # The search for symbols has a table of its own but is no source of the schedule.
    tables.pop(SEARCH, None)
    feeds = feeds_to_read(settings, added)
    tables["feeds"] = {
        "stored": stored,
        **tables.get("feeds", {}),
        "entries": [msgspec.to_builtins(feed) for feed in feeds],
    }
    return tables


def feeds_to_read(settings: Settings, added: AddedFeeds | None = None) -> tuple[FeedEntry, ...]:
    """Return every feed: the person's, those that were added, then the shipped ones that they leave room for.

    An added feed gives way to one of ``config.toml`` with its name or address. Raises ``ConfigError``.
    """
    from tui_monitor.config.feeds_file import place_of
    from tui_monitor.config.feeds_list import effective_feeds, load_default_feeds

    names = {entry.name.casefold() for entry in settings.feeds}
    places = {place_of(entry.url) for entry in settings.feeds}
    more = [
        entry
        for entry in (added.feeds if added is not None else ())
        if entry.name.casefold() not in names and place_of(entry.url) not in places
    ]
    return effective_feeds(load_default_feeds(), settings.news, (*settings.feeds, *more))


def read_added(paths: Paths) -> tuple[AddedFeeds, str | None]:
    """Return what ``feeds.toml`` holds, and why it holds nothing if it cannot be read."""
    from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile

    try:
        return FeedsFile(paths.feeds_file).read(), None
    except ConfigError as error:
        return AddedFeeds(), f"{error} The feeds in it are not read."
