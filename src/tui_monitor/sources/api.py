"""The contract between the program and a source.

A plug-in is a function named by an entry point of the group ``tui_monitor.sources``::

    def build(context: SourceContext) -> list[Source]: ...

With ``@takes(ITS_OPTIONS)`` (``sources.options``) before it, ``config check`` knows the keys of its table. It reads
its own settings from ``context.settings`` and returns the sources it offers, one per kind of data and
place to ask (each feed is a source of its own, so that one failing feed is one failing row). It opens nothing
and imports nothing heavy; both happen at the first ``fetch``.

A source does one thing: ``await fetch(request)`` returns a ``Batch`` or raises ``SourceError``. It knows no
schedule, keeps no last values and never logs to the terminal. The scheduler owns time: period, jitter,
time-out, back-off and generation numbers. Everything within a batch is already sanitised and finite.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.rating import RatingChange, RatingTable
    from tui_monitor.domain.series import DailyHistory, Intraday
    from tui_monitor.sources.transport import Transport

ENTRY_POINT_GROUP = "tui_monitor.sources"
"""The group of entry points that name plug-ins."""


class Topic(StrEnum):
    """What kind of data a source gives."""

    QUOTES = "quotes"
    """Quotes, and with them the session's path where the answer carries it."""
    HISTORY = "history"
    """Daily bars."""
    RATINGS = "ratings"
    HEADLINES = "headlines"
    FUNDAMENTALS = "fundamentals"
    """Quotes for the sake of what changes slowly: market value, price-earnings ratios. No stand-in for ``QUOTES``."""
    CALENDAR = "calendar"
    """What is to come: reports, dividends, figures, decisions."""
    RECORDING = "recording"
    """Everything, from a recording."""


class Descriptor(msgspec.Struct, frozen=True, kw_only=True):
    """What a source is and how it wants to be asked."""

    name: str
    """Unique and short, as the status line shows it: ``yahoo``, ``tencent``, ``rthk``."""
    topic: Topic
    host: str
    """The host that is asked; sources with the same host share one budget and one back-off."""
    title: str = ""
    """A longer name for lists."""
    period: float
    """Seconds between two rounds while the market trades."""
    idle_period: float | None = None
    """Seconds between two rounds while every market concerned is closed; ``None``: the same."""
    retry: float = 60.0
    """Seconds until the first new try after a failure, where the period is not shorter."""
    timeout: float = 10.0
    """Seconds after which one ``fetch`` is given up."""
    batch_size: int | None = None
    """Symbols of one request at the most; the scheduler splits. ``None``: no limit."""
    spacing: float = 0.0
    """Seconds between two requests of one round."""
    priority: int = 0
    """Among sources of one topic the lowest is asked first, the others for what it could not give."""
    delay: float | None = None
    """Seconds by which its prices are declared to lag."""
    markets: frozenset[str] | None = None
    """Market identifier codes that it covers; ``None``: all."""
    language: str | None = None

    def covers(self, mic: str | None) -> bool:
        """Whether it can be asked for a symbol of the exchange ``mic``."""
        return self.markets is None or mic in self.markets


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One question to a source."""

    symbols: tuple[str, ...] = ()
    """What is asked for, in the program's spelling; empty for feeds."""
    generation: int = 0
    """The scheduler drops the answer if it has asked anew since."""
    full: bool = False
    """Asks for everything again, ignoring what a conditional request could save."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One answer. Order carries no meaning; ``missing`` names what was asked for and not answered."""

    source: str
    received: datetime
    quotes: tuple[Quote, ...] = ()
    paths: tuple[Intraday, ...] = ()
    histories: tuple[DailyHistory, ...] = ()
    ratings: tuple[RatingChange, ...] = ()
    headlines: tuple[Headline, ...] = ()
    tables: tuple[RatingTable, ...] = ()
    """What tables of rating changes were like, also those without rows."""
    events: tuple[CalendarEvent, ...] = ()
    """What is to come."""
    missing: tuple[str, ...] = ()
    tied: bool = False
    """The headlines come with their symbols and topics: nobody need search them again on the event loop."""
    unchanged: bool = False
    """The server said that nothing is new (HTTP 304)."""
    notes: tuple[str, ...] = ()
    """Short sentences for the health screen: what was left out and why."""
    requests: int = 0
    """Requests that went out for it."""
    octets: int = 0
    """Body bytes that came in for it, as sent (before decompression)."""
    octets_saved: int = 0
    """Body bytes that did not have to come, since a conditional request was answered by HTTP 304."""


class Source(Protocol):
    """What the engine knows of a source."""

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        ...

    async def fetch(self, request: Request) -> Batch:
        """Ask once. Raise ``SourceError`` when there is no usable answer."""
        ...

    async def aclose(self) -> None:
        """Let go of what is held. Never raises, may be called twice."""
        ...


class Now(Protocol):
    """Gives the current moment as aware UTC."""

    def __call__(self) -> datetime:
        """Return now."""
        ...


class SourceContext(msgspec.Struct, frozen=True, kw_only=True):
    """What a plug-in gets to build its sources with."""

    settings: Mapping[str, Any]
    """Its own table of the configuration, ``[sources.NAME]``; empty when the person wrote none."""
    transport: Transport
    """The one HTTP client: pooled, limited, honest about who it is."""
    now: Now
    state_dir: Path
    """A folder for caches of its own."""
    instruments: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """What is known of symbols (``seeds``): symbol to ``domain.instrument.Instrument``."""
