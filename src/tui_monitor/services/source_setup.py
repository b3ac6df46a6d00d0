"""The tables that sources are built with: the person's, with what other tables of the settings add."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.config.settings import Settings


def source_tables(settings: Settings) -> Mapping[str, Mapping[str, Any]]:
    """Return ``[sources.NAME]`` by name, the feeds' with the list of feeds to read."""
    import msgspec

    from tui_monitor.config.feeds_list import effective_feeds, load_default_feeds

    tables: dict[str, Mapping[str, Any]] = dict(settings.sources)
    feeds = effective_feeds(load_default_feeds(), settings.news, settings.feeds)
    tables["feeds"] = {
        # What earlier runs read is stored, so that the first requests of this one may be conditional already.
        "stored": True,
        **tables.get("feeds", {}),
        "entries": [msgspec.to_builtins(feed) for feed in feeds],
    }
    return tables
