"""What a feed is known by and what reading it brings: the values that go between the screen's process and the reader's.

Apart from ``feed_parsing``, so that the program does not load what only its reading process runs.
"""

from __future__ import annotations

import msgspec

from tui_monitor.domain.headline import Headline


class FeedIdentity(msgspec.Struct, frozen=True):
    """Which feed a body belongs to."""

    name: str
    """Short name, the headlines' ``source``."""
    url: str | None = None
    """Where it came from; relative addresses are resolved against it."""
    language: str | None = None
    """What the list of feeds says; the item's own script comes first."""


class ParsedFeed(msgspec.Struct, frozen=True):
    """What a body brings."""

    entries: tuple[Headline, ...]
    """One for each item, in the document's order, repeated ids included (see ``merge_repeats``)."""
    title: str
    """The feed's own title, sanitised."""
    notes: tuple[str, ...] = ()
    """Short sentences: what was repaired or left out."""
    language: str | None = None
    """What the feed says of itself: a BCP 47 primary tag."""


def merge_repeats(entries: tuple[Headline, ...]) -> tuple[tuple[Headline, ...], tuple[str, ...]]:
    """Return the entries with each id once and none without content, and notes that say what was done."""
    kept: dict[str, Headline] = {}
    empty = 0
    for entry in entries:
        if not entry.title and entry.url is None:
            empty += 1
        else:
            kept.setdefault(entry.id, entry)
    repeated = len(entries) - empty - len(kept)
    notes = [f"{repeated} repeated items were merged"] if repeated else []
    if empty:
        notes.append(f"{empty} items without title and address were left out")
    return tuple(kept.values()), tuple(notes)
