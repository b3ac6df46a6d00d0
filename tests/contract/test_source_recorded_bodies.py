"""Bodies that were really sent, kept beside the project: all are read or refused with a reason.

The level, the change and the percent are compared with a second reading of each body, written here in another
way and without any of the program's own readers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SHARED_DATA

from tui_monitor.domain.errors import SourceError
from tui_monitor.domain.quote import Quote
from tui_monitor.sources.tencent import parse_tencent
from tui_monitor.sources.yahoo_chart import parse_chart_history, parse_chart_quote
from tui_monitor.sources.yahoo_spark import parse_spark

LATER = datetime(2027, 1, 1, tzinfo=UTC)
"""After every recording."""


def recorded(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((SHARED_DATA / folder).glob("*")) if path.is_file()]


def under(*folders: str) -> pytest.MarkDecorator:
    """Give the test each recorded body of ``folders``; skip it visibly where there are none."""
    paths = recorded(*folders)
    if not paths:
        return pytest.mark.parametrize("path", [pytest.param(None, marks=pytest.mark.skip("no recorded bodies here"))])
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name[:60])


def metas(value: Any) -> Iterator[tuple[str, dict[str, Any], list[Any]]]:
    """Yield symbol, meta and days' closes of each entry, by walking: whatever has a meta is an entry."""
    if isinstance(value, dict):
        if isinstance(value.get("meta"), dict):
            quotes = value.get("indicators", {}).get("quote") or [{}]
            yield value["meta"]["symbol"], value["meta"], quotes[0].get("close") or []
        for inner in value.values():
            yield from metas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from metas(inner)


def second_reading(meta: dict[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Return level and percent change as a person with the body before them would work them out."""
    if not meta.get("regularMarketPrice"):
        return None, None
    level = Decimal(str(meta["regularMarketPrice"]))
    before = meta.get("previousClose") or (meta.get("chartPreviousClose") if meta.get("range") == "1d" else None)
    if before:
        return level, (level - Decimal(str(before))) / Decimal(str(before)) * 100
    reported = meta.get("regularMarketChangePercent")
    return level, None if reported is None else Decimal(str(reported))


def assert_same(quote: Quote | None, meta: dict[str, Any]) -> None:
    level, percent = second_reading(meta)
    if level is None:
        assert quote is None
        return
    assert quote is not None
    assert quote.last == pytest.approx(float(level), rel=1e-7)
    assert quote.time == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=meta["regularMarketTime"])
    if percent is None:
        assert (quote.percent, quote.change) == (None, None)
        return
    # A percent that was reported has two or three decimals.
    assert quote.percent == pytest.approx(float(percent), abs=0.006)
    change = level - level / (1 + percent / 100)
    assert quote.change == pytest.approx(float(change), abs=max(0.006, float(level) * 0.00006))


@under("yahoo/spark")
def test_spark(path: Path) -> None:
    body = path.read_bytes()
    value = json.loads(body)
    entries = {symbol: meta for symbol, meta, _ in metas(value)}
    asked = [*(entries or value), "NOT-IN-THE-ANSWER"]
    batch = parse_spark(body, asked, LATER, window=None)
    quotes = {quote.symbol: quote for quote in batch.quotes}
    assert "NOT-IN-THE-ANSWER" in batch.missing
    for symbol, meta in entries.items():
        assert_same(quotes.get(symbol), meta)
    if not entries:
        # v8: flat objects by symbol; the last close is the level.
        for symbol, item in value.items():
            closes = [close for close in item["close"] if close is not None]
            assert quotes[symbol].last == pytest.approx(closes[-1], rel=1e-7)
            assert quotes[symbol].previous_close is None


def test_v8_spark_of_one_day_has_a_previous_close(shared_data: Path) -> None:
    body = next((shared_data / "yahoo" / "spark").glob("*v8_spark*")).read_bytes()
    ((symbol, item),) = json.loads(body).items()
    (quote,) = parse_spark(body, [symbol], LATER, window="1d").quotes
    assert quote.change == pytest.approx(item["close"][-1] - item["chartPreviousClose"])


@under("yahoo/v8_chart")
def test_chart(path: Path) -> None:
    body = path.read_bytes()
    ((symbol, meta, closes),) = list(metas(json.loads(body)))
    batch = parse_chart_quote(body, symbol, LATER, window=None)
    assert_same(batch.quotes[0] if batch.quotes else None, meta)
    days = parse_chart_history(body, symbol, LATER)
    times = json.loads(body)["chart"]["result"][0].get("timestamp") or []
    expected: dict[date, float] = {}
    for stamp, close in zip(times, closes, strict=False):
        if close is not None:
            expected[(datetime(1970, 1, 1) + timedelta(seconds=stamp + meta["gmtoffset"])).date()] = close  # noqa: DTZ001
    if (
        set(meta.get("validRanges", ["max"])) <= {"1d", "5d"}
        or meta.get("dataGranularity", "1d") != "1d"
        or not expected
    ):
        assert days.histories == ()
        assert days.missing == (symbol,)
        assert days.notes
        return
    (history,) = days.histories
    assert [bar.close for bar in history.bars] == pytest.approx([expected[day] for day in sorted(expected)], rel=1e-6)
    # The present offset is an hour off for half the year, which moves a date only of what trades at midnight.
    if meta["instrumentType"] != "CURRENCY":
        assert [bar.date for bar in history.bars] == sorted(expected)


@under(
    "yahoo/errors", "yahoo/v7_quote", "yahoo/v1_search", "yahoo/cookie_crumb", "yahoo/v10_quoteSummary", "yahoo/other"
)
def test_other_bodies_are_refused_or_hold_nothing(path: Path) -> None:
    body = path.read_bytes()
    for parse in (parse_chart_quote, parse_chart_history):
        try:
            batch = parse(body, "AAPL", LATER)
        except SourceError as error:
            assert len(str(error)) > 10  # noqa: PT017 - nothing for AAPL is right too.
        else:
            assert batch.missing == ("AAPL",)
    try:
        spark = parse_spark(body, ["AAPL"], LATER)
    except SourceError as error:
        assert len(str(error)) > 10  # noqa: PT017 - nothing for AAPL is right too.
    else:
        assert spark.missing == ("AAPL",)


@under("othersources/tencent")
def test_tencent(path: Path) -> None:
    encoding = "utf-8" if ".utf8." in path.name else "gbk"
    text = path.read_bytes().decode(encoding)
    symbols = {"hk00700": "0700.HK", "hk09988": "9988.HK", "sh600021": "600021.SS", "hkHSI": "^HSI"}
    expected: dict[str, list[str]] = {}
    for line in text.replace(";", "\n").splitlines():
        name, _, rest = line.partition("=")
        if name.removeprefix("v_") in symbols:
            expected[symbols[name.removeprefix("v_")]] = rest.strip('"').split("~")
    # One excerpt was cut off before its closing quotation mark.
    whole = text if text.rstrip().endswith((";", '"')) else text.rstrip() + '";'
    batch = parse_tencent(whole.encode("gbk"), [*symbols.values(), "1234.HK"], LATER)
    quotes = {quote.symbol: quote for quote in batch.quotes}
    assert set(quotes) == set(expected)
    assert "1234.HK" in batch.missing
    for symbol, fields in expected.items():
        quote = quotes[symbol]
        assert quote.last == float(fields[3])
        assert quote.change == pytest.approx(float(fields[31]), abs=0.0006)
        assert quote.percent == pytest.approx(float(fields[32]), abs=0.006)
        assert quote.name == fields[1]
        assert quote.time is not None
        hour = (quote.time + timedelta(hours=8)).strftime("%H%M%S")
        assert fields[30].replace(":", "").endswith(hour)
    if "600021.SS" in quotes:
        # The same money stands in full in field 35, the lots in field 6.
        money = float(expected["600021.SS"][35].split("/")[2])
        assert quotes["600021.SS"].turnover == pytest.approx(money, rel=1e-4)
        volume = quotes["600021.SS"].volume
        assert volume is not None
        assert money / volume == pytest.approx(quotes["600021.SS"].last, rel=0.05)
