"""What the tables show of each recorded body of Yahoo: level, change and percent against a reading of its own.

The other reading walks the body for whatever has a price, in decimals, without any of the program's readers. Every
folder with a price in it is named below, so that a body which nobody compares cannot lie there unnoticed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SHARED_DATA
from tests.contract.test_source_recorded_bodies import LATER, metas, second_reading

from tui_monitor.domain.quote import Quote
from tui_monitor.present import numbers
from tui_monitor.present.glyphs import UNICODE
from tui_monitor.sources.yahoo_chart import parse_chart_quote
from tui_monitor.sources.yahoo_quote import parse_quotes
from tui_monitor.sources.yahoo_spark import parse_spark

YAHOO = SHARED_DATA / "yahoo"

BY_META = ("spark", "v8_chart")
"""Folders of answers that hold a ``meta`` for each symbol."""

BY_ROW = ("v7_quote", "v7_quote_old", "screener")
"""Folders of answers that hold rows: those of the screener are the same ones in another envelope."""

UNREAD = ("v10_quoteSummary", "derived")
"""Folders with prices that no source asks for: a summary's own module, and what other programs made of answers."""


def bodies(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((YAHOO / folder).glob("*")) if path.is_file()]


def rows_in(value: Any) -> Iterator[dict[str, Any]]:
    """Yield whatever names a symbol, by walking."""
    if isinstance(value, dict):
        if isinstance(value.get("symbol"), str):
            yield value
        for inner in value.values():
            yield from rows_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from rows_in(inner)


def shown(quote: Quote) -> tuple[str, str, str]:
    """Return the texts of the three cells, as ``present.quote_cells`` makes them."""
    assert quote.last is not None
    decimals = numbers.price_decimals(quote.last)
    return (
        numbers.price(quote.last),
        numbers.change(quote.change, decimals=decimals),
        numbers.percent(quote.percent, UNICODE),
    )


def assert_shows(text: str, expected: Decimal | None, slack: Decimal = Decimal(0)) -> None:
    """Check that ``text`` is ``expected`` rounded to its own decimals, give or take ``slack``."""
    if expected is None:
        assert text == numbers.UNKNOWN
        return
    plain = text.replace(",", "").replace(UNICODE.up, "").replace(UNICODE.down, "-").replace(UNICODE.flat, "")
    told = Decimal(plain.replace(" ", ""))
    unit = Decimal(1).scaleb(int(told.as_tuple().exponent))
    # Prices were floats of 32 bits, of which seven digits are good.
    assert abs(told - expected) <= unit / 2 + slack + abs(expected) * Decimal("2e-7"), (text, expected)
    if abs(expected) > unit + slack:
        assert (told > 0) == (expected > 0)


def test_every_body_with_a_price_is_compared_or_named(shared_data: Path) -> None:
    priced = {
        path.parent.name
        for path in (shared_data / "yahoo").glob("*/*.json")
        if b'"regularMarketPrice"' in path.read_bytes() or b'"regularMarketChangePercent"' in path.read_bytes()
    }
    assert priced == {*BY_META, *BY_ROW, *UNREAD}


def test_answers_with_a_meta(shared_data: Path) -> None:
    compared = 0
    for path in bodies(*BY_META):
        content = path.read_bytes()
        for symbol, meta, _ in metas(json.loads(content)):
            batch = (
                parse_spark(content, [symbol], LATER, window=None)
                if path.parent.name == "spark"
                else parse_chart_quote(content, symbol, LATER, window=None)
            )
            level, percent = second_reading(meta)
            if level is None:
                assert batch.quotes == ()
                continue
            (quote,) = batch.quotes
            change = None if percent is None else level - level / (1 + percent / 100)
            texts = shown(quote)
            assert_shows(texts[0], level)
            # Where no close before is told, it comes from a percent of two or three decimals.
            assert_shows(texts[1], change, max(Decimal("0.006"), level * Decimal("0.00006")))
            assert_shows(texts[2], percent, Decimal("0.006"))
            compared += 1
    assert compared >= 40


@pytest.mark.parametrize("folder", BY_ROW)
def test_answers_with_rows(folder: str, shared_data: Path) -> None:
    compared = 0
    for path in bodies(folder):
        rows = [row for row in rows_in(json.loads(path.read_bytes())) if row.get("regularMarketPrice")]
        content = json.dumps({"quoteResponse": {"result": rows, "error": None}}).encode()
        quotes = {quote.symbol: quote for quote in parse_quotes(content, [row["symbol"] for row in rows], LATER).quotes}
        assert len(quotes) == len({row["symbol"] for row in rows})
        for row in rows:
            texts = shown(quotes[row["symbol"]])
            level, before = Decimal(str(row["regularMarketPrice"])), row.get("regularMarketPreviousClose")
            assert_shows(texts[0], level)
            if row["quoteType"] == "CRYPTOCURRENCY":
                # Measured from 24 hours ago, not from the close that stands beside it.
                assert_shows(texts[1], Decimal(str(row["regularMarketChange"])), level * Decimal("0.000005"))
                assert_shows(texts[2], Decimal(str(row["regularMarketChangePercent"])))
            elif before:
                change = level - Decimal(str(before))
                assert_shows(texts[1], change, level * Decimal("2e-7"))
                assert_shows(texts[2], change / Decimal(str(before)) * 100, Decimal("0.00002"))
            else:
                assert texts[1:] == (numbers.UNKNOWN, numbers.UNKNOWN)
            compared += 1
    assert compared >= 2
