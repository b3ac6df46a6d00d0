"""Dates of feeds, as the standards have them and as publishers write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.sources.feed_dates import parse_date

MOMENT = datetime(2025, 9, 17, 3, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 17 Sep 2025 03:18:05 GMT",
        "Wed, 17 Sep 2025 11:18:05 +0800",
        "Wed, 17 Sep 2025 11:18:05 +08:00",
        "Wed,17 Sep 2025 11:18:05 HKT",
        "17 Sep 25 03:18:05 Z",
        "17-Sep-2025 03:18:05 UTC",
        "Tue, 16 Sep 2025 23:18:05 EDT",
        "Tue, 16 Sep 2025 20:18:05 PDT",
        "Qua, 17 Set 2025 00:18:05 -0300",
        "mer, 17 set 2025 05:18:05 +0200",
        "mié., 17 sept. 2025 05:18:05 CEST",
        "Mi, 17 September 2025 05:18:05 MESZ",
        "Ср, 17 сен 2025 06:18:05 MSK",
        "星期三, 17 Sep 2025 11:18:05 +0800",
        "2025-09-17T03:18:05Z",
        "2025-09-17T11:18:05+0800",
        "2025-09-17 11:18:05 +08:00",
        "2025-09-17T03:18:05.000000000Z",
        "20250917T031805Z",
        "Wed Sep 17 03:18:05 2025",
        "Wed Sep 17 12:18:05 KST 2025",
        "September 17, 2025 11:18:05 PM -0400".replace("11:18:05 PM", "11:18:05 PM").replace("17, 2025", "16, 2025"),
        "1758079085",
        "1758079085000",
    ],
)
def test_one_moment_in_many_words(text: str) -> None:
    assert parse_date(text) == MOMENT
    assert parse_date(f"  {text}\n", "en-US") == MOMENT


@pytest.mark.parametrize(
    ("text", "language", "moment"),
    [
        ("Wed, 17 Sep 2025 03:18 GMT", None, MOMENT.replace(second=0)),
        ("2025-09-17", None, datetime(2025, 9, 17, tzinfo=UTC)),
        ("2025-09-17 11:18:05", "zh-HK", MOMENT),
        ("2025-09-17 12:18:05", "ja", MOMENT),
        ("2025-09-17 03:18:05", "en", MOMENT),
        ("2025年9月17日 11:18:05", "zh", MOMENT),
        ("2025/09/17 11:18:05", "zh", MOMENT),
        ("17/09/2025 11:18:05", "zh", MOMENT),
        ("Wed, 17 Sep 2025 11:18:05 CST", "zh-CN", MOMENT),
        ("Tue, 16 Sep 2025 21:18:05 CST", "en-US", MOMENT),
        ("Tue, 16 Sep 2025 24:00:00 GMT", None, datetime(2025, 9, 17, tzinfo=UTC)),
        ("Tue, 16 Sep 2025 23:59:60 GMT", None, datetime(2025, 9, 17, tzinfo=UTC)),
        ("Sat, 13 juillet 2019 10:00:00 CEST", "fr", datetime(2019, 7, 13, 8, tzinfo=UTC)),
        ("Thu, 13 juin 2019 10:00:00 CEST", "fr", datetime(2019, 6, 13, 8, tzinfo=UTC)),
        ("ven, 13 août 2021 10:00:00 +0200", "fr", datetime(2021, 8, 13, 8, tzinfo=UTC)),
    ],
)
def test_what_is_left_out_or_local(text: str, language: str | None, moment: datetime) -> None:
    assert parse_date(text, language) == moment


@pytest.mark.parametrize(
    "text",
    [
        "", "soon", "Thu, 01 Jan 1970 00:00:00 GMT", "0001-01-01T00:00:00", "Wed, 31 Feb 2025 10:00:00 GMT", "0",
        "12345",
        "2025-13-01", "2025-09-17T25:00:00Z", "2025-09-17T10:61:00Z", "99999-01-01", "Wed, 17 Foo 2025 10:00:00 GMT",
        "17 Sep 2025 10:00:99 GMT", "9999-12-31T23:59:59-14:00", "yesterday at 10:00", "x" * 500,
    ],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert parse_date(text) is None


@given(
    st.integers(631_300_000, 4_102_444_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-12 * 4, 14 * 4),
)
def test_the_standards_are_read_as_python_writes_them(utc: datetime, quarters: int) -> None:
    moment = utc.astimezone(timezone(timedelta(minutes=15 * quarters)))
    assert parse_date(format_datetime(moment)) == moment
    assert parse_date(moment.isoformat()) == moment
    found = parse_date(moment.isoformat(timespec="microseconds"))
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


@given(st.text(max_size=90))
def test_any_text_is_a_date_or_none(text: str) -> None:
    found = parse_date(text)
    assert found is None or found.tzinfo is UTC
