"""Rating changes: what a broker's analysts did to a company's grade or target price."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class Action(StrEnum):
    """What was done, in the words of the trade."""

    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    INITIATE = "initiate"
    REITERATE = "reiterate"
    RAISE_TARGET = "raise-target"
    CUT_TARGET = "cut-target"


class Origin(StrEnum):
    """Where a rating change was read."""

    TABLE = "table"
    """A provider's table of upgrades and downgrades."""
    HEADLINE = "headline"


class TableState(StrEnum):
    """What a provider answered when it was asked for the table of one line."""

    ROWS = "rows"
    EMPTY = "empty"
    """It keeps a table, with nothing in it."""
    NONE = "none"
    """It keeps no table for this line: most lines outside the United States, funds, indices."""


class RatingTable(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A provider's table of one line as it was at the last answer."""

    symbol: str
    state: TableState
    asked: datetime
    """When it answered, aware UTC."""
    rows: int = 0
    newest: datetime | None = None
    """Time of its newest row, aware UTC: a provider that went silent is seen by it."""
    source: str = ""


class RatingChange(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One rating change. Words are as written by the origin; ``None`` is what it does not say."""

    key: str
    """Stable identity: the same event from the same origin has the same key."""
    time: datetime
    """When it was published, aware UTC. Provider tables give the moment, headlines their publication."""
    symbol: str | None
    """The line that the change was stated for: ``BABA``, ``9988.HK``."""
    company: str | None
    firm: str | None
    action: Action
    """The primary one: a change of grade before a change of target."""
    actions: tuple[Action, ...] = ()
    from_grade: str | None = None
    to_grade: str | None = None
    target: float | None = None
    """New target price in ``currency`` for one unit of ``symbol``."""
    prior_target: float | None = None
    currency: str | None = None
    origin: Origin = Origin.TABLE
    source: str = ""
    url: str | None = None
    received: datetime | None = None
    home_symbol: str | None = None
    """The watched line that it concerns, where that is another one than ``symbol``: ``9988.HK`` for ``BABA``."""


class MergedRating(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event with all its reports."""

    change: RatingChange
    """The event: each fact from the report that states most; its time is that of the first report."""
    parts: tuple[RatingChange, ...]
    """The reports, oldest first."""

    @property
    def keys(self) -> frozenset[str]:
        """The keys of all reports: the event is read when any of them is."""
        return frozenset(part.key for part in self.parts)

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where the reports were read, each once, in the order of the reports."""
        return tuple(dict.fromkeys(part.origin for part in self.parts))

    @property
    def sources(self) -> tuple[str, ...]:
        """The feeds and providers of the reports, each once."""
        return tuple(dict.fromkeys(part.source for part in self.parts if part.source))
