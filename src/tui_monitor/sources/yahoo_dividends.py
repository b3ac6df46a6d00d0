"""When a company's share goes ex-dividend and when the dividend is paid: Yahoo's ``calendarEvents``, through yfinance.

One company a request. Only days that are ahead are told: Yahoo keeps the last dividend's until the next is announced.
The earnings beside them are those of the batched quotes (``yahoo_quote``), which are asked more often.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.api import Batch, Descriptor, Now, Request, Topic
from tui_monitor.sources.decoding import first, table
from tui_monitor.sources.numbers import moment
from tui_monitor.sources.yahoo_events import Asks
from tui_monitor.sources.yfinance_client import RETRY, company_question

NAME = "yahoo-dividends"

MODULE = "calendarEvents"

PERIOD = 43_200.0
"""Seconds between two rounds through all symbols."""

FARTHEST = timedelta(days=400)
"""A dividend further ahead is a mistake."""

_FIELDS = ((EventKind.EX_DIVIDEND, "exDividendDate"), (EventKind.DIVIDEND, "dividendDate"))


class YahooDividends:
    """The source of dividends to come."""

    def __init__(self, client: Asks, now: Now, host: str, *, timeout: float, spacing: float) -> None:
        """``timeout`` are the seconds of one call, ``spacing`` those between two."""
        self._client = client
        self._now = now
        self._timeout = timeout
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.CALENDAR,
            host=host,
            title="Yahoo Finance dividends",
            period=PERIOD,
            retry=RETRY,
            timeout=timeout,
            batch_size=1,
            spacing=spacing,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for each symbol in turn."""
        events: list[CalendarEvent] = []
        missing: list[str] = []
        requests = octets = 0
        for symbol in request.symbols:
            # The parameters that yfinance's own ``calendar`` sends.
            reply = await self._client.get_json(
                *company_question(symbol, MODULE), now=self._now(), timeout=self._timeout
            )
            requests, octets = requests + reply.requests, octets + reply.octets
            if reply.value is None:
                missing.append(symbol)
            else:
                events += parse_dividends(reply.value, symbol, self._now())
        return Batch(
            source=NAME,
            received=self._now(),
            events=tuple(events),
            missing=tuple(missing),
            requests=requests,
            octets=octets,
        )

    async def aclose(self) -> None:
        """End yfinance's process."""
        await self._client.aclose()


def parse_dividends(answer: object, symbol: str, now: datetime) -> list[CalendarEvent]:
    """Return the days ahead in an answer of quoteSummary; raise ``SourceError`` if it is none."""
    told = table(first(table(table(answer).get("quoteSummary")).get("result"))).get(MODULE)
    if not isinstance(told, dict):
        raise SourceError(FailureKind.MALFORMED, "Yahoo answered without the events that were asked for.")
    found = []
    for kind, name in _FIELDS:
        day = _day(told.get(name), now)
        if day is not None:
            found.append(
                CalendarEvent(
                    # One at a time is known: a moved one takes the place of its former self.
                    key=f"{NAME}:{kind}:{symbol}",
                    kind=kind,
                    day=day,
                    symbols=(symbol,),
                    source=NAME,
                    received=now,
                )
            )
    return found


def _day(value: Any, now: datetime) -> date | None:
    """Return the date that midnight UTC stands for, ``None`` where it is past or none."""
    stamp = moment(table(value).get("raw") if isinstance(value, dict) else value, now, ahead=FARTHEST)
    if stamp is None:
        return None
    day = stamp.astimezone(UTC).date()
    return day if day >= (now - timedelta(days=1)).date() else None
