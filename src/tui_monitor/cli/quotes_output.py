"""Quotes as a table, JSON, JSON lines or CSV. The field names are stable and documented."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_monitor.cli.headings import heading
from tui_monitor.cli.tables import Column, Field, Value, coloured, direction, records_text, table, terminal_width
from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.present import numbers

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.services.situation import Situation

NAMES = (
    "symbol", "name", "last", "previous_close", "change", "percent", "open", "high", "low", "volume", "turnover",
    "currency", "kind", "time", "received", "age_seconds", "freshness", "source", "delay_seconds", "origin",
)  # fmt: skip
"""Fields of a row, in their order."""

COLUMNS = ("symbol", "name", "last", "change", "percent", "currency", "age", "delay", "source")
"""Columns of the table."""


def rows_of(told: Situation, symbols: Sequence[str], *, live: Collection[str], origin: str) -> list[dict[str, Any]]:
    """Return the documented fields of each of ``symbols`` that has a price.

    ``live`` are the symbols that a source has just answered for; the others come from ``origin``.
    """
    quotes = [quote for symbol in symbols if (quote := told.store.quote(symbol)) is not None and quote.last is not None]
    return [_fields(told, quote, "live" if quote.symbol in live else origin) for quote in quotes]


def render(rows: Sequence[dict[str, Any]], form: str, language: str, colours: str) -> str:
    """Return the rows in one of the forms."""
    if form != "table":
        return records_text(form, NAMES, rows)
    columns = (
        Column(heading("symbol", language)),
        Column(heading("name", language), cut=True),
        Column(heading("last", language), right=True),
        Column(heading("change", language), right=True, rank=3),
        Column(heading("percent", language), right=True),
        Column(heading("currency", language), rank=4),
        Column(heading("age", language), right=True),
        Column(heading("delay", language), right=True, rank=2),
        Column(heading("source", language), rank=1),
    )
    return table(
        columns,
        [_cells(row, language) for row in rows],
        width=terminal_width(),
        colours=colours if coloured() else None,
    )


def fresh_word(told: Situation, quote: Quote) -> str:
    """Return how current a quote is against its session: ``fresh``, ``fading`` or ``stale``."""
    state = told.session(mic_of(quote.symbol))
    return Freshness(freshness(quote, state, told.now, period=told.period)).name.lower()


def iso(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 in UTC, to the second."""
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _fields(told: Situation, quote: Quote, origin: str) -> dict[str, Any]:
    moment = quote.time or quote.received
    return {
        "symbol": quote.symbol,
        "name": told.name(quote.symbol),
        "last": quote.last,
        "previous_close": quote.reference,
        "change": quote.change,
        "percent": quote.percent,
        "open": quote.open,
        "high": quote.high,
        "low": quote.low,
        "volume": quote.volume,
        "turnover": quote.turnover,
        "currency": quote.currency,
        "kind": quote.kind.value,
        "time": iso(quote.time),
        "received": iso(quote.received),
        "age_seconds": round(max(0.0, (told.now - moment).total_seconds()), 3),
        "freshness": fresh_word(told, quote),
        "source": quote.source,
        "delay_seconds": quote.delay,
        "origin": origin,
    }


def _cells(row: dict[str, Any], language: str) -> list[Value]:
    way = direction(row["change"])
    age = numbers.age(row["age_seconds"], language)
    if row["freshness"] == "stale":
        age = f"{heading('stale', language)} {age}"
    delay = row["delay_seconds"]
    return [
        row["symbol"],
        row["name"],
        numbers.price(row["last"]),
        Field(numbers.change(row["change"], decimals=numbers.price_decimals(row["last"])), way),
        Field(numbers.signed_percent(row["percent"], decimals=2), way),
        row["currency"] or "",
        age,
        numbers.age(delay, language) if delay else "",
        row["source"],
    ]
