"""Dividends to come out of Yahoo's events of a company."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_monitor.domain.calendar_event import EventKind
from tui_monitor.domain.errors import SourceError
from tui_monitor.sources.yahoo_dividends import parse_dividends

RECORDED = Path("/work/shared/data/yahoo/v10_quoteSummary")


def answer(**fields: Any) -> dict[str, Any]:
    return {"quoteSummary": {"result": [{"calendarEvents": fields}], "error": None}}


NOW = datetime(2025, 2, 8, 3, 0, tzinfo=UTC)


def test_both_days_and_their_kinds() -> None:
    found = parse_dividends(answer(exDividendDate=1739145600, dividendDate={"raw": 1739404800}), "AAPL", NOW)
    assert [(one.kind, one.day, one.symbols) for one in found] == [
        (EventKind.EX_DIVIDEND, date(2025, 2, 10), ("AAPL",)),
        (EventKind.DIVIDEND, date(2025, 2, 13), ("AAPL",)),
    ]


@pytest.mark.parametrize("value", [None, True, -1, 0, "soon", 1e308, 10**400, [], {}, 1_600_000_000, 4_000_000_000])
def test_what_is_past_far_or_no_date_is_not_told(value: object) -> None:
    assert parse_dividends(answer(exDividendDate=value, dividendDate=value), "AAPL", NOW) == []


@pytest.mark.parametrize("wrong", [None, [], {}, {"quoteSummary": {"result": []}}])
def test_another_answer_is_an_error(wrong: object) -> None:
    with pytest.raises(SourceError):
        parse_dividends(wrong, "AAPL", NOW)


@pytest.mark.skipif(not RECORDED.exists(), reason="the recorded bodies are not here")
def test_recorded_answers() -> None:
    apple = json.loads((RECORDED / "2025_quoteSummary-calendarEvents-AAPL.json").read_bytes())
    assert [one.day for one in parse_dividends(apple, "AAPL", NOW)] == [date(2025, 2, 10), date(2025, 2, 13)]
    ocado = json.loads((RECORDED / "2025_quoteSummary-calendarEvents-OCDO.L.json").read_bytes())
    assert parse_dividends(ocado, "OCDO.L", NOW) == []
