"""What is to come: reports and dividends of companies, figures and decisions, days without trading, the person's own.

An event has a day, and a moment only where its hour is known. The day is the one at the place of the event: a decision
at 14:00 in New York belongs to New York's day, though Hong Kong's clocks show the next one already. An event without
an hour stays a day and is never moved into another zone.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

MAX_NOTE = 300
"""Characters of an event's note."""

FIGURE = 40
"""Characters of a figure: what was expected, what came."""


class EventKind(StrEnum):
    """What comes."""

    CENTRAL_BANK = "central-bank"
    """A decision on interest rates, or what belongs to one."""
    ECONOMIC = "economic"
    """A figure about an economy is published."""
    EARNINGS = "earnings"
    EX_DIVIDEND = "ex-dividend"
    """The first day on which a share trades without its next dividend."""
    DIVIDEND = "dividend"
    """The day on which a dividend is paid."""
    HOLIDAY = "holiday"
    """A weekday on which an exchange does not trade."""
    HALF_DAY = "half-day"
    """A day on which an exchange closes early or opens late."""
    OWN = "own"
    """Written in the settings."""


COMPANY_KINDS = frozenset({EventKind.EARNINGS, EventKind.EX_DIVIDEND, EventKind.DIVIDEND})
"""Kinds that belong to one company; its symbol stands first in ``symbols``."""

EXCHANGE_KINDS = frozenset({EventKind.HOLIDAY, EventKind.HALF_DAY})
"""Kinds that belong to an exchange, whose market identifier code stands in ``region``."""


class CalendarEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One event. ``None`` is what nobody said; text is sanitised."""

    key: str
    """Stable identity: the same event from the same source has the same key, also when it is moved."""
    kind: EventKind
    day: date
    """The day at the place of the event; the first one where only a span is known."""
    title: str = ""
    """As its source words it; may be empty where kind and symbol say all."""
    moment: datetime | None = None
    """When it is, aware UTC; ``None`` where only the day is known."""
    last_day: date | None = None
    """The last day that it is expected on, where that is another one than ``day``."""
    estimated: bool = False
    """The source expects it for then; nobody has said it."""
    zone: str | None = None
    """IANA name of the zone that ``day`` belongs to."""
    symbols: tuple[str, ...] = ()
    region: str | None = None
    """ISO 3166 code of the economy, or the market identifier code of an exchange."""
    subject: str | None = None
    """A well-known event's own name, by which reports of several sources meet: ``fed-decision``."""
    expected: str | None = None
    """What is expected, as the source writes it."""
    previous: str | None = None
    """The figure before."""
    actual: str | None = None
    """What came."""
    note: str = ""
    url: str | None = None
    source: str = ""
    also: tuple[str, ...] = ()
    """Other sources that tell it."""
    received: datetime | None = None

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that tells it, each once."""
        return tuple(dict.fromkeys(one for one in (self.source, *self.also) if one))

    @property
    def end_day(self) -> date:
        """The last day that it is expected on."""
        return self.last_day if self.last_day is not None and self.last_day > self.day else self.day

    def starts(self, home: ZoneInfo) -> datetime:
        """Return the moment that it is sorted by, aware UTC: its own, or the start of its day (``home``'s by default).

        ``home`` is the zone of a day whose place is not known.
        """
        if self.moment is not None:
            return self.moment
        return _start_of(self.day, self._place(home))

    def ends(self, home: ZoneInfo) -> datetime:
        """Return when it is over, aware UTC: its moment, or the end of its last day."""
        if self.moment is not None and self.last_day is None:
            return self.moment
        return _start_of(_after(self.end_day), self._place(home))

    def _place(self, home: ZoneInfo) -> ZoneInfo:
        return zone_of(self.zone) or home


def zone_of(name: str | None) -> ZoneInfo | None:
    """Return the zone of an IANA name, ``None`` where there is no such one."""
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _start_of(day: date, zone: ZoneInfo) -> datetime:
    try:
        return datetime.combine(day, time(), zone).astimezone(UTC)
    except OverflowError:
        return datetime.combine(day, time(), UTC)


def _after(day: date) -> date:
    return day if day == date.max else day + timedelta(days=1)
