"""Freshness over the lunch break: the morning's last price stands until the afternoon."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.quote import Quote
from tui_monitor.engine.weekly_hours import ordinary_weeks

CALENDAR = ordinary_weeks("XHKG", date(2025, 9, 15), date(2025, 9, 19))


def hk(clock: str) -> datetime:
    return datetime.fromisoformat(f"2025-09-17T{clock}:00+08:00").astimezone(UTC)


@pytest.mark.parametrize(
    ("traded", "now", "expected"),
    [
        ("11:59", "12:31", Freshness.FRESH),
        ("11:59", "12:59", Freshness.FRESH),
        ("11:59", "13:00", Freshness.FRESH),
        ("11:59", "13:02", Freshness.FADING),
        ("11:59", "13:20", Freshness.STALE),
        ("11:30", "12:31", Freshness.STALE),
        ("12:05", "12:59", Freshness.FRESH),
        ("13:05", "13:06", Freshness.FRESH),
        ("13:05", "13:20", Freshness.STALE),
        ("11:40", "11:59", Freshness.STALE),
    ],
)
def test_the_break_does_not_age_a_price(traded: str, now: str, expected: Freshness) -> None:
    moment = hk(traded)
    quote = Quote(symbol="0700.HK", last=600.0, time=moment, received=moment, source="tencent")
    assert freshness(quote, CALENDAR.state_at(hk(now)), hk(now), period=30.0) is expected


def test_a_price_of_the_day_before_is_not_saved_by_the_break() -> None:
    before = hk("16:00") - timedelta(days=1)
    quote = Quote(symbol="0700.HK", last=600.0, time=before, received=hk("11:59"), source="tencent")
    # Two and a half hours of trading without a trade of today.
    assert freshness(quote, CALENDAR.state_at(hk("12:31")), hk("12:31"), period=30.0) is Freshness.STALE
