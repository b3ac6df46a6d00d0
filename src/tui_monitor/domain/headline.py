"""Headlines: items of feeds, sanitised and tied to instruments and topics."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Headline(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One item of a feed. All text is sanitised; ``published`` is ``None`` for an undated item.

    It holds texts and times only, so it is in no cycle and the collector, which holds the loop, need not look at it.
    """

    id: str
    """Stable identity across polls and sources (see ``sources.feeds``)."""
    title: str
    url: str | None = None
    source: str
    """Short name of the feed: ``RTHK``."""
    author: str | None = None
    published: datetime | None = None
    """Aware UTC; never in the future of ``received``: such dates are clamped and marked."""
    clamped: bool = False
    """The feed gave a time in the future."""
    received: datetime
    summary: str = ""
    language: str | None = None
    """``en``, ``zh`` or another BCP 47 primary tag."""
    symbols: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Other sources that carry the same story."""

    @property
    def sort_time(self) -> datetime:
        """The time to order by: publication, else when we first had it."""
        return self.published if self.published is not None else self.received
