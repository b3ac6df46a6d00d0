"""Freshness by tables of cases: the moment in Hong Kong, what the source stamped, when we heard it, what it is then."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.session import Calendar
from tui_monitor.engine.sessions import changed
from tui_monitor.engine.weekly_hours import ordinary_weeks

FRESH, FADING, STALE = Freshness.FRESH, Freshness.FADING, Freshness.STALE

HONG_KONG = ZoneInfo("Asia/Hong_Kong")

# Wednesday 17 September 2025 is ordinary; the 24th a half day; the 25th a holiday (both made so here).
CALENDAR = changed(
    ordinary_weeks("XHKG", date(2025, 9, 1), date(2025, 10, 10)),
    {
        date(2025, 9, 24): (datetime(2025, 9, 24, 9, 30).time(), datetime(2025, 9, 24, 12, 0).time()),  # noqa: DTZ001
        date(2025, 9, 25): None,
    },
)


def hk(text: str) -> datetime:
    """Return ``17 11:20`` (of September 2025, Hong Kong) as UTC."""
    day, clock = text.split()
    return datetime.fromisoformat(f"2025-09-{int(day):02d}T{clock}").replace(tzinfo=HONG_KONG).astimezone(UTC)


def judge(
    now: str, stamp: str | None, heard: str, *, delay: float | None = None, calendar: Calendar | None = CALENDAR,
    kind: Kind = Kind.EQUITY, period: float = 15.0,
) -> Freshness:  # fmt: skip
    quote = Quote(
        symbol="0700.HK", last=600.0, time=hk(stamp) if stamp else None, received=hk(heard), source="yahoo",
        delay=delay, kind=kind,
    )  # fmt: skip
    state = calendar.state_at(hk(now)) if calendar is not None else None
    return freshness(quote, state, hk(now), period=period)


CASES = {
    # In session, by when we heard.
    "a tick of now": ("17 11:20", "17 11:20", "17 11:20", FRESH),
    "twice its period": ("17 11:20:34", "17 11:20", "17 11:20", FRESH),
    "older than twice its period": ("17 11:20:36", "17 11:20", "17 11:20", FADING),
    "no answer for ten minutes": ("17 11:30:00", "17 11:20", "17 11:20", FADING),
    "no answer for longer": ("17 11:30:01", "17 11:20", "17 11:20", STALE),
    "no stamp, heard now": ("17 11:20", None, "17 11:20", FRESH),
    "no stamp, not heard": ("17 11:31", None, "17 11:20", STALE),
    # In session, by the source's own stamp, heard of this moment.
    "no trade for nineteen minutes": ("17 11:19", "17 11:00", "17 11:19", FRESH),
    "no trade for twenty-one minutes": ("17 11:21", "17 11:00", "17 11:21", FADING),
    "no trade for an hour and more": ("17 11:21", "17 10:20", "17 11:21", STALE),
    "frozen since yesterday, early": ("17 09:40", "16 16:08", "17 09:40", FRESH),
    "frozen since yesterday, later": ("17 09:55", "16 16:08", "17 09:55", FADING),
    "frozen since yesterday, an hour in": ("17 10:31", "16 16:08", "17 10:31", STALE),
    "frozen for two days, at the opening": ("17 09:31", "15 16:08", "17 09:31", STALE),
    "frozen for weeks": ("17 09:31", "1 16:08", "17 09:31", STALE),
    "over the lunch break": ("17 12:59", "17 11:59", "17 12:59", FRESH),
    # Closed.
    "the close at night": ("17 23:00", "17 16:08", "17 16:20", FRESH),
    "the close at dawn": ("18 06:00", "17 16:08", "17 16:20", FRESH),
    "the close before the opening": ("18 09:29", "17 16:08", "17 16:20", FRESH),
    "the close of an index": ("17 23:00", "17 16:00", "17 16:20", FRESH),
    "closed since Friday": ("21 12:00", "19 16:08", "19 16:20", FRESH),
    "yesterday's close at night": ("17 23:00", "16 16:08", "17 22:59", STALE),
    "stopped two hours before the close": ("17 23:00", "17 14:00", "17 22:59", STALE),
    "stopped half an hour before the close": ("17 23:00", "17 15:40", "17 22:59", FADING),
    "last trade of a quiet share": ("17 23:00", "17 15:55", "17 22:59", FRESH),
    "program ended before the close": ("17 23:00", "17 15:58", "17 15:58", FADING),
    "program ended in the morning": ("17 23:00", "17 11:00", "17 11:00", STALE),
    "no stamp, heard after the close": ("17 23:00", None, "17 20:00", FRESH),
    "no stamp, heard before the close": ("17 23:00", None, "17 15:00", FADING),
    # Half day: the afternoon is closed.
    "half day, its close": ("24 15:00", "24 12:08", "24 12:20", FRESH),
    "half day, the day before": ("24 15:00", "23 16:08", "24 14:59", STALE),
    # Holiday: the last session's close stands all day.
    "holiday": ("25 11:00", "24 12:08", "24 12:20", FRESH),
    "holiday, a frozen price": ("25 11:00", "23 16:08", "25 10:59", STALE),
    "the day after the holiday": ("26 09:31", "24 12:08", "26 09:31", FRESH),
    "the day after the holiday, frozen before it": ("26 09:31", "23 16:08", "26 09:31", STALE),
    # Our clock.
    "our clock five minutes slow": ("17 11:20", "17 11:25", "17 11:20", FRESH),
    "our clock was set back": ("17 11:20", "17 11:20", "17 12:20", FADING),
}


@pytest.mark.parametrize(("now", "stamp", "heard", "expected"), CASES.values(), ids=list(CASES))
def test_share_of_hong_kong(now: str, stamp: str | None, heard: str, expected: Freshness) -> None:
    assert judge(now, stamp, heard) is expected


@pytest.mark.parametrize(
    ("now", "stamp", "heard", "expected"),
    [
        ("17 11:20", "17 11:05", "17 11:20", FRESH),
        ("17 11:20", "17 10:46", "17 11:20", FRESH),
        ("17 11:20", "17 10:40", "17 11:20", FADING),
        ("17 11:20", "17 10:00", "17 11:20", STALE),
        # The first quarter of an hour after the opening there is nothing of today yet.
        ("17 09:44", "16 16:08", "17 09:44", FRESH),
        ("17 10:04", "16 16:08", "17 10:04", FRESH),
        ("17 10:06", "16 16:08", "17 10:06", FADING),
        # Nor is the close there at the bell.
        ("17 16:11", "17 15:56", "17 16:11", FRESH),
        ("17 16:26", "17 16:08", "17 16:26", FRESH),
        ("17 16:11", "17 15:38", "17 16:11", FRESH),
        ("17 17:30", "17 15:38", "17 17:30", FADING),
        ("17 17:30", "17 15:56", "17 16:02", FADING),
    ],
)
def test_a_source_that_lags_by_a_quarter_of_an_hour(now: str, stamp: str, heard: str, expected: Freshness) -> None:
    assert judge(now, stamp, heard, delay=900.0) is expected


# Friday 19 September 2025, 17:00 in New York, is Saturday 05:00 in Hong Kong; Sunday 17:00 is Monday 05:00.
@pytest.mark.parametrize(
    ("now", "stamp", "heard", "kind", "expected"),
    [
        ("20 04:50", "20 04:49", "20 04:50", Kind.CURRENCY, FRESH),
        ("20 12:00", "20 04:59", "20 05:02", Kind.CURRENCY, FRESH),
        ("21 12:00", "20 04:59", "20 05:02", Kind.CURRENCY, FRESH),
        ("21 12:00", "20 04:30", "21 11:59", Kind.CURRENCY, FADING),
        ("21 12:00", "18 04:30", "21 11:59", Kind.CURRENCY, STALE),
        ("22 04:59", "20 04:59", "22 04:58", Kind.CURRENCY, FRESH),
        ("22 05:01", "20 04:59", "22 05:01", Kind.CURRENCY, STALE),
        ("22 05:30", "22 05:29", "22 05:30", Kind.CURRENCY, FRESH),
        ("21 12:00", "20 04:59", "20 05:02", Kind.FUTURE, FRESH),
        ("21 12:00", "20 04:59", "21 12:00", Kind.CRYPTO, STALE),
        ("21 12:00", "21 11:59", "21 12:00", Kind.CRYPTO, FRESH),
        ("21 12:00", "21 11:49", "21 11:49", Kind.CRYPTO, STALE),
        ("17 12:00", "17 10:00", "17 12:00", Kind.CURRENCY, STALE),
    ],
)
def test_what_trades_around_the_clock(now: str, stamp: str, heard: str, kind: Kind, expected: Freshness) -> None:
    assert judge(now, stamp, heard, kind=kind, calendar=None) is expected


def test_the_weekend_follows_daylight_saving_in_new_york() -> None:
    # Friday 16 January 2026: 17:00 in New York is 22:00 UTC; in summer it is 21:00.
    quote = Quote(
        symbol="USDJPY=X", last=150.0, time=datetime(2026, 1, 16, 21, 30, tzinfo=UTC), source="yahoo",
        received=datetime(2026, 1, 16, 21, 30, tzinfo=UTC), kind=Kind.CURRENCY,
    )  # fmt: skip
    trading = datetime(2026, 1, 16, 21, 50, tzinfo=UTC)
    assert freshness(quote, None, trading, period=15.0) is STALE
    assert freshness(quote, None, trading + timedelta(minutes=20), period=15.0) is FADING
    summer = Quote(
        symbol="USDJPY=X", last=150.0, time=datetime(2025, 7, 18, 20, 59, tzinfo=UTC), source="yahoo",
        received=datetime(2025, 7, 18, 20, 59, tzinfo=UTC), kind=Kind.CURRENCY,
    )  # fmt: skip
    assert freshness(summer, None, datetime(2025, 7, 18, 21, 30, tzinfo=UTC), period=15.0) is FRESH


moments = st.datetimes(datetime(2025, 9, 8), datetime(2025, 9, 29), timezones=st.just(UTC))  # noqa: DTZ001


@given(moments, moments, st.floats(0, 3600), st.sampled_from([None, 900.0]))
def test_an_older_stamp_is_never_fresher(now: datetime, stamp: datetime, earlier: float, delay: float | None) -> None:
    state = CALENDAR.state_at(now)

    def level(moment: datetime) -> Freshness:
        quote = Quote(symbol="0700.HK", last=1.0, time=moment, received=now, source="x", delay=delay)
        return freshness(quote, state, now, period=15.0)

    assert level(stamp - timedelta(seconds=earlier)) >= level(stamp)


@given(moments, moments, st.floats(0, 86_400))
def test_no_answer_makes_nothing_fresher_within_a_session(now: datetime, stamp: datetime, later: float) -> None:
    quote = Quote(symbol="0700.HK", last=1.0, time=stamp, received=now, source="x")
    first, second = CALENDAR.state_at(now), CALENDAR.state_at(now + timedelta(seconds=later))
    if first.day != second.day or not (first.phase.live and second.phase.live):
        return
    after = freshness(quote, second, now + timedelta(seconds=later), period=15.0)
    assert after >= freshness(quote, first, now, period=15.0)
