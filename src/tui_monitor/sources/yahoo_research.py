"""Rating changes from Yahoo's table of upgrades and downgrades, fetched through yfinance.

Lines of Hong Kong have no such table; their United States lines have (9988.HK is BABA). Three answers are
normal: rows, an empty table, and none kept at all (most lines outside the United States, funds, indices).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from msgspec import Meta

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.rating import RatingChange, RatingTable, TableState
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.decoding import first, table
from tui_monitor.sources.options import Address, Options, Seconds, read_options, takes
from tui_monitor.sources.transport import host_of
from tui_monitor.sources.upgrade_rows import newest_row, rating_changes
from tui_monitor.sources.yahoo_dividends import YahooDividends
from tui_monitor.sources.yahoo_events import YahooEvents
from tui_monitor.sources.yahoo_news import YahooNews
from tui_monitor.sources.yfinance_client import CALL_SHARE, REQUEST_TIMEOUT, RETRY, YAHOO, Reply, company_question
from tui_monitor.sources.yfinance_worker import YfinanceProcess

NAME = "yahoo-ratings"

LOAD_TIMEOUT = 40.0
"""Seconds for the import of yfinance on a slow machine; it takes under one on a fast one."""

MODULE = "upgradeDowngradeHistory"


class ResearchOptions(Options, frozen=True, kw_only=True):
    """``[sources.yahoo-research]``."""

    base_url: Address = YAHOO
    """Asked in place of every host of Yahoo's when it is another one."""
    period: Seconds = 1800.0
    """Seconds between two rounds through all symbols."""
    spacing: Seconds = 3.0
    """Seconds between two symbols."""
    timeout: Annotated[float, Meta(ge=0.1, le=60)] = REQUEST_TIMEOUT
    """Seconds for one request; a slow line may want more."""
    calendar: bool = True
    """Ask for economic events and dividends, too, through the same process."""
    news: bool = False
    """Ask for Yahoo's news of each watched symbol, too, one request a symbol."""


class YahooRatings:
    """The source of rating changes."""

    def __init__(self, context: SourceContext, options: ResearchOptions, client: YfinanceProcess) -> None:
        self._now = context.now
        self._homes = _home_symbols(context.instruments)
        self._client = client
        self._timeout = _longest(options)
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.RATINGS,
            host=host_of(options.base_url),
            title="Yahoo Finance upgrades and downgrades",
            period=max(options.period, 1800.0),
            retry=RETRY,
            timeout=self._timeout,
            batch_size=1,
            spacing=options.spacing,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for each symbol's table in turn."""
        ratings: list[RatingChange] = []
        tables: list[RatingTable] = []
        missing: list[str] = []
        notes: list[str] = []
        requests = octets = 0
        for symbol in request.symbols:
            reply = await self._ask(symbol)
            requests, octets = requests + reply.requests, octets + reply.octets
            if reply.value is None:
                missing.append(symbol)
                tables.append(RatingTable(symbol=symbol, state=TableState.NONE, asked=self._now(), source=NAME))
                notes.append(f"{symbol}: Yahoo keeps no table of ratings.")
                continue
            history = history_of(reply.value)
            changes, refused = rating_changes(
                history, symbol, now=self._now(), source=NAME, home_symbol=self._homes.get(symbol)
            )
            ratings += changes
            tables.append(_table_of(symbol, history, self._now()))
            if not history:
                notes.append(f"{symbol}: the table is empty.")
            elif refused:
                notes.append(f"{symbol}: {refused} of {len(history)} rows could not be read.")
        return Batch(
            source=NAME,
            received=self._now(),
            ratings=tuple(ratings),
            tables=tuple(tables),
            missing=tuple(missing),
            notes=tuple(notes),
            requests=requests,
            octets=octets,
        )

    async def aclose(self) -> None:
        """End yfinance's process."""
        await self._client.aclose()

    async def _ask(self, symbol: str) -> Reply:
        # The parameters that yfinance's own ``upgrades_downgrades`` sends.
        return await self._client.get_json(*company_question(symbol, MODULE), now=self._now(), timeout=self._timeout)


@takes(ResearchOptions)
def build(context: SourceContext) -> list[Source]:
    """Build the sources from ``[sources.yahoo-research]``; all ask through one process."""
    options = read_options(context.settings, ResearchOptions, "yahoo-research")
    client = YfinanceProcess(context.state_dir / "yfinance", base_url=options.base_url, patience=options.timeout)
    timeout = _longest(options)
    sources: list[Source] = [YahooRatings(context, options, client)]
    if options.calendar:
        host = host_of(options.base_url)
        sources.append(YahooEvents(client, context.now, host, timeout))
        sources.append(YahooDividends(client, context.now, host, timeout=timeout, spacing=options.spacing))
    if options.news:
        host = "finance.yahoo.com" if options.base_url == YAHOO else host_of(options.base_url)
        sources.append(YahooNews(client, context.now, host, timeout=timeout, spacing=options.spacing))
    return sources


def _longest(options: ResearchOptions) -> float:
    """Return the seconds for one symbol: the import, the client's own deadline and one request more."""
    return LOAD_TIMEOUT + (CALL_SHARE + 1.0) * options.timeout


def _table_of(symbol: str, history: list[Any], now: datetime) -> RatingTable:
    """Return what a table that Yahoo keeps is like."""
    return RatingTable(
        symbol=symbol,
        state=TableState.ROWS if history else TableState.EMPTY,
        asked=now,
        rows=len(history),
        newest=newest_row(history, now),
        source=NAME,
    )


def history_of(answer: object) -> list[Any]:
    """Return the rows within an answer of quoteSummary; raise ``SourceError`` if it is none."""
    history = table(table(first(table(table(answer).get("quoteSummary")).get("result"))).get(MODULE)).get("history")
    if not isinstance(history, list):
        raise SourceError(FailureKind.MALFORMED, "Yahoo answered without the table that was asked for.")
    return history


def _home_symbols(instruments: Mapping[str, Any]) -> dict[str, str]:
    """Return the watched line by its United States line: 9988.HK by BABA."""
    return {
        one.us_line.symbol: symbol
        for symbol, one in instruments.items()
        if one.us_line is not None and one.us_line.symbol != symbol
    }
