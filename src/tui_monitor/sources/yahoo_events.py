"""Economic events from Yahoo's calendar, fetched through yfinance's session as its own ``Calendars`` asks for them.

The calendar is that of the whole world, a hundred rows a request: the next days are read page by page and what is not
about a wanted economy is left out. A zero stands for a figure that is not known, as yfinance takes it, too.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any, Protocol

from tui_monitor.analysis.event_subjects import kind_of, subject_of
from tui_monitor.domain.calendar_event import FIGURE, CalendarEvent, zone_of
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.api import Batch, Descriptor, Now, Request, Topic
from tui_monitor.sources.decoding import first, rows, table
from tui_monitor.sources.yfinance_client import RETRY, Reply

NAME = "yahoo-calendar"

PAGE = 100
"""Rows of one request at the most, by Yahoo's own limit."""

PAGES = 4
"""Requests of one round at the most."""

AHEAD = timedelta(days=7)
"""How far ahead is asked."""

PERIOD = 21_600.0
"""Seconds between two rounds."""

COLUMNS = (
    "econ_release", "country_code", "startdatetime", "period", "after_release_actual", "consensus_estimate",
    "prior_release_actual", "originally_reported_actual",
)  # fmt: skip
"""What is asked for: the columns that yfinance asks for."""

ZONES = {
    "US": "America/New_York", "CN": "Asia/Shanghai", "HK": "Asia/Hong_Kong", "JP": "Asia/Tokyo",
    "GB": "Europe/London", "EU": "Europe/Brussels", "EMU": "Europe/Brussels", "DE": "Europe/Berlin",
}  # fmt: skip
"""The economies whose events are taken, and the zone of their days."""


class Asks(Protocol):
    """What the events are asked through."""

    async def get_json(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        now: datetime,
        timeout: float,
        posted: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return what Yahoo answers. Raises ``SourceError``."""
        ...

    async def aclose(self) -> None:
        """End what is held. May be called twice."""
        ...


class YahooEvents:
    """The source of economic events."""

    def __init__(self, client: Asks, now: Now, host: str, timeout: float) -> None:
        """``timeout`` are the seconds of one call."""
        self._client = client
        self._now = now
        self._timeout = timeout
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.CALENDAR,
            host=host,
            title="Yahoo Finance economic events",
            period=PERIOD,
            retry=RETRY,
            timeout=timeout * 2,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:  # noqa: ARG002 - one calendar for all symbols
        """Ask for the coming days, page by page."""
        now = self._now()
        found: dict[str, CalendarEvent] = {}
        requests = octets = refused = 0
        for page in range(PAGES):
            reply = await self._client.get_json(
                "/v1/finance/visualization",
                {"lang": "en-US", "region": "US"},
                now=now,
                timeout=self._timeout,
                posted=_question(now, page * PAGE),
            )
            requests, octets = requests + reply.requests, octets + reply.octets
            if reply.value is None:
                raise SourceError(FailureKind.NOT_FOUND, "Yahoo keeps no calendar of economic events.")
            count, events, bad = parse_events(reply.value, now)
            refused += bad
            found |= {event.key: event for event in events}
            if count < PAGE:
                break
        return Batch(
            source=NAME,
            received=now,
            events=tuple(found.values()),
            notes=(f"{refused} rows could not be read.",) if refused else (),
            requests=requests,
            octets=octets,
        )

    async def aclose(self) -> None:
        """End yfinance's process."""
        await self._client.aclose()


def parse_events(answer: object, now: datetime) -> tuple[int, list[CalendarEvent], int]:
    """Return how many rows an answer has, the events of wanted economies, and how many rows could not be read.

    Raises ``SourceError`` for an answer without a table.
    """
    document = table(first(table(first(table(table(answer).get("finance")).get("result"))).get("documents")))
    lines, heads = document.get("rows"), document.get("columns")
    if not isinstance(lines, list) or not isinstance(heads, list):
        raise SourceError(FailureKind.MALFORMED, "Yahoo answered without the table of economic events.")
    names = [table(one).get("id") for one in rows(heads)]
    places = {name: place for place, name in enumerate(names) if isinstance(name, str)}
    found: list[CalendarEvent] = []
    refused = 0
    for line in lines[:PAGE]:
        if not isinstance(line, list):
            refused += 1
            continue
        cells = {name: line[place] for name, place in places.items() if place < len(line)}
        region = cells.get("country_code")
        if not isinstance(region, str) or region.upper() not in ZONES:
            continue
        event = _event(cells, region.upper(), now)
        if event is None:
            refused += 1
        else:
            found.append(event)
    return len(lines), found, refused


def _event(cells: Mapping[str, Any], region: str, now: datetime) -> CalendarEvent | None:
    title, stamp = cells.get("econ_release"), cells.get("startdatetime")
    name = clean_text(title) if isinstance(title, str) else ""
    moment = _moment(stamp)
    if not name or moment is None or abs(moment - now) > AHEAD * 4:
        return None
    place = zone_of(ZONES[region])
    day = (moment.astimezone(place) if place is not None else moment).date()
    subject = subject_of(name, region)
    period = cells.get("period")
    words = "\x1f".join((name, region, day.isoformat()))
    return CalendarEvent(
        key=f"{NAME}:{blake2b(words.encode('utf-8', 'replace'), digest_size=10).hexdigest()}",
        kind=kind_of(subject),
        title=name,
        day=day,
        moment=moment,
        zone=ZONES[region],
        region=region,
        subject=subject,
        expected=_figure(cells.get("consensus_estimate")),
        previous=_figure(cells.get("prior_release_actual")),
        actual=_figure(cells.get("after_release_actual")),
        note=clean_text(period, FIGURE) if isinstance(period, str) else "",
        source=NAME,
        received=now,
    )


def _moment(stamp: object) -> datetime | None:
    if not isinstance(stamp, str) or len(stamp) > 40:
        return None
    try:
        told = datetime.fromisoformat(stamp)
        return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _figure(value: object) -> str | None:
    """Return a figure as it is written; zero and what is no figure are ``None``."""
    if isinstance(value, str):
        return clean_text(value, FIGURE) or None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return f"{number:g}" if math.isfinite(number) and number != 0.0 else None


def _question(now: datetime, offset: int) -> dict[str, Any]:
    """Return what yfinance's ``Calendars`` would post, soonest first."""
    days: Sequence[str] = [now.date().isoformat(), (now + AHEAD).date().isoformat()]
    return {
        "sortType": "ASC",
        "entityIdType": "economic_event",
        "sortField": "startdatetime",
        "includeFields": list(COLUMNS),
        "size": PAGE,
        "offset": offset,
        "query": {
            "operator": "and",
            "operands": [
                {"operator": "gte", "operands": ["startdatetime", days[0]]},
                {"operator": "lte", "operands": ["startdatetime", days[1]]},
            ],
        },
    }
