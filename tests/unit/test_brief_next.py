"""The last sentence of a brief: what the market waits for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from tui_monitor.analysis.brief_next import next_inputs
from tui_monitor.analysis.brief_next_words import COMING, chinese, english
from tui_monitor.analysis.event_subjects import SUBJECTS
from tui_monitor.domain.calendar_event import CalendarEvent, EventKind

CLOSE = datetime(2025, 9, 17, 16, 30, tzinfo=ZoneInfo("Asia/Hong_Kong"))

FED = CalendarEvent(
    key="fed", kind=EventKind.CENTRAL_BANK, subject="fed-decision", day=date(2025, 9, 17),
    moment=datetime(2025, 9, 17, 18, 0, tzinfo=UTC), source="test",
)  # fmt: skip
CANADA = replace(FED, key="boc", subject="boc-decision", moment=datetime(2025, 9, 17, 13, 45, tzinfo=UTC))
JAPAN = replace(FED, key="boj", subject="boj-decision", day=date(2025, 9, 19), moment=None)
REPORT = CalendarEvent(
    key="report", kind=EventKind.EARNINGS, day=date(2025, 9, 18), symbols=("0700.HK",), source="test"
)


def name(symbol: str) -> str | None:
    return {"0700.HK": "Tencent"}.get(symbol)


def traditional(hant: str, hans: str) -> str:
    return hant


def simplified(hant: str, hans: str) -> str:
    return hans


@pytest.mark.parametrize(
    ("events", "in_english", "in_chinese"),
    [
        (
            (CANADA, FED, JAPAN),
            "Attention turns to the Federal Reserve's decision at 02:00 on Thursday.",
            "市場焦點轉向週四02:00公布的聯儲局議息結果。",
        ),
        (
            (CANADA,),
            "Attention turns to the Bank of Canada's decision at 21:45 today.",
            "市場焦點轉向今日21:45公布的加拿大央行議息結果。",
        ),
        (
            (JAPAN,),
            "Attention turns to the Bank of Japan's decision on Friday.",
            "市場焦點轉向週五的日本央行議息結果。",
        ),
        ((REPORT,), "Attention turns to Tencent's results on Thursday.", "市場焦點轉向週四的Tencent業績。"),
    ],
)
def test_the_weightiest_is_told(events: tuple[CalendarEvent, ...], in_english: str, in_chinese: str) -> None:
    told = next_inputs(events, CLOSE, name)
    assert told is not None
    assert english(told) == in_english
    assert chinese(told, traditional) == in_chinese
    assert "焦点" in chinese(told, simplified)
    assert told["sources"] == ["test"]


@pytest.mark.parametrize(
    "event",
    [
        replace(FED, moment=CLOSE - timedelta(seconds=1)),
        replace(FED, moment=CLOSE + timedelta(days=3)),
        replace(FED, estimated=True),
        replace(FED, kind=EventKind.OWN, subject=None, title="dentist"),
        replace(REPORT, symbols=("9999.HK",)),
        replace(REPORT, estimated=True),
        replace(FED, kind=EventKind.ECONOMIC, subject=None, title="House prices"),
    ],
)
def test_what_is_over_far_uncertain_private_or_without_words_is_not_told(event: CalendarEvent) -> None:
    assert next_inputs((event,), CLOSE, name) is None


def test_every_subject_has_its_words() -> None:
    assert set(COMING) == SUBJECTS
