"""Events that repeat: the examples of RFC 5545, the days that another reader finds, hostile rules in bounded time."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tui_monitor.sources.ical_repetition import MAX_LOOKS, Looks, days_of, read_rule
from tui_monitor.sources.icalendar import MAX_DATES, MAX_EVENTS, Schedule, parse_icalendar

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
EXAMPLES = int(os.environ.get("TUI_MONITOR_EXAMPLES", "30"))


def days(rule: str, start: str, last: str, first: str | None = None) -> list[str]:
    read = read_rule(rule)
    assert read is not None, rule
    begin = date.fromisoformat(start)
    found = days_of(read, begin, date.fromisoformat(first or start), date.fromisoformat(last), Looks())
    return [day.isoformat()[5:] for day in found]


@pytest.mark.parametrize(
    ("rule", "start", "last", "wanted"),
    [
        ("FREQ=DAILY;COUNT=3", "2026-03-30", "2026-12-31", ["03-30", "03-31", "04-01"]),
        ("FREQ=DAILY;INTERVAL=10;COUNT=3", "2026-01-01", "2026-12-31", ["01-01", "01-11", "01-21"]),
        ("FREQ=WEEKLY;BYDAY=MO,TH", "2026-03-05", "2026-03-17", ["03-05", "03-09", "03-12", "03-16"]),
        # RFC 5545: the beginning of the week makes a difference.
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05", "1998-01-01",
         ["08-05", "08-10", "08-19", "08-24"]),
        ("FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05", "1998-01-01",
         ["08-05", "08-17", "08-19", "08-31"]),
        ("FREQ=MONTHLY;COUNT=3", "2026-01-31", "2026-12-31", ["01-31", "03-31", "05-31"]),
        ("FREQ=MONTHLY;BYDAY=1FR;COUNT=3", "2026-01-02", "2026-12-31", ["01-02", "02-06", "03-06"]),
        ("FREQ=MONTHLY;BYDAY=-1MO;COUNT=2", "2026-01-26", "2026-12-31", ["01-26", "02-23"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "2026-01-31", "2026-12-31", ["01-31", "02-28", "03-31"]),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "2026-01-01", "2026-12-31", ["02-13", "03-13", "11-13"]),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1;COUNT=2", "2026-01-30", "2026-12-31", ["01-30", "02-27"]),
        ("FREQ=YEARLY;BYMONTH=3,9;BYDAY=3WE", "2026-01-01", "2026-12-31", ["03-18", "09-16"]),
        ("FREQ=YEARLY;BYDAY=20MO", "1997-05-19", "1999-12-31", ["05-19", "05-18", "05-17"]),
        ("FREQ=YEARLY", "2024-02-29", "2028-12-31", ["02-29", "02-29"]),
    ],
)  # fmt: skip
def test_rules_of_schedules(rule: str, start: str, last: str, wanted: list[str]) -> None:
    assert days(rule, start, last) == wanted


def test_what_began_long_ago_is_not_gone_through_day_by_day() -> None:
    looks = Looks()
    rule = read_rule("FREQ=WEEKLY;BYDAY=WE")
    assert rule is not None
    first = date(2026, 3, 4)
    found = list(days_of(rule, date(1900, 1, 3), first, first + timedelta(14), looks))
    assert found == [first, first + timedelta(7), first + timedelta(14)]
    assert MAX_LOOKS - looks.left < 100


@pytest.mark.parametrize(
    "rule",
    [
        "", "FREQ=HOURLY", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=x", "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=MONTHLY;BYDAY=XX", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;BYMONTH=13", "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;FREQ=DAILY", "FREQ=DAILY;UNTIL=20260101;COUNT=2", "FREQ=YEARLY;BYDAY=" + ",".join(["MO"] * 200),
    ],
)  # fmt: skip
def test_what_is_not_followed_is_refused(rule: str) -> None:
    assert read_rule(rule) is None


RULES = st.builds(
    lambda frequency, interval, count, months, month_days, weekdays, place, numbered: ";".join(
        part
        for part in (
            f"FREQ={frequency}",
            f"INTERVAL={interval}",
            f"COUNT={count}" if count else "",
            f"BYMONTH={','.join(map(str, months))}" if months else "",
            f"BYMONTHDAY={','.join(map(str, month_days))}" if month_days and frequency != "WEEKLY" else "",
            "BYDAY=" + ",".join(f"{numbered if frequency in {'MONTHLY', 'YEARLY'} else ''}{day}" for day in weekdays)
            if weekdays
            else "",
            f"BYSETPOS={place}" if place and weekdays else "",
        )
        if part
    ),
    st.sampled_from(("DAILY", "WEEKLY", "MONTHLY", "YEARLY")),
    st.integers(1, 5),
    st.none() | st.integers(1, 30),
    st.lists(st.integers(1, 12), max_size=3, unique=True),
    st.lists(st.integers(1, 31) | st.integers(-31, -1), max_size=3, unique=True),
    st.lists(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), max_size=3, unique=True),
    st.none() | st.sampled_from((1, 2, -1)),
    st.sampled_from(("", "", "1", "3", "-1", "-2")),
)


@settings(max_examples=EXAMPLES)
@given(RULES, st.dates(date(2015, 1, 1), date(2026, 6, 1)))
@example("FREQ=YEARLY;INTERVAL=1;BYMONTH=2;BYMONTHDAY=29", date(2016, 2, 29))
@example("FREQ=YEARLY;INTERVAL=1;BYMONTHDAY=-1;BYDAY=-1MO", date(2015, 1, 1))
def test_the_days_are_those_that_another_reader_finds(text: str, start: date) -> None:
    rrule = pytest.importorskip("dateutil.rrule")
    # The other reader counts the places of the first week from the start on, though not those of the first month.
    assume(not ("WEEKLY" in text and "BYSETPOS" in text and start.weekday() != 0))
    first, last = date(2026, 1, 1), date(2027, 3, 1)
    rule = read_rule(text)
    assert rule is not None, text
    begin = datetime(start.year, start.month, start.day)  # noqa: DTZ001 - days have no zone
    # Its end keeps the other reader from looking up to the year 9999 for what never comes, so it does not count.
    endless = ";".join(part for part in text.split(";") if not part.startswith("COUNT"))
    other: Any = rrule.rrulestr(f"{endless};UNTIL=20270301T000000", dtstart=begin)
    wanted = [day for one in islice(other, rule.count) if (day := one.date()) >= first]
    assert list(days_of(rule, start, first, last, Looks())) == wanted


def test_the_place_within_a_week_is_counted_in_the_whole_week() -> None:
    rule = read_rule("FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1")
    assert rule is not None
    # The first week's first place was the day before the start.
    found = days_of(rule, date(2026, 2, 3), date(2026, 2, 1), date(2026, 2, 20), Looks())
    assert list(found) == [date(2026, 2, 9), date(2026, 2, 16)]


def parse(*events: str, ahead: int = 60) -> Schedule:
    body = "\r\n".join(
        ("BEGIN:VCALENDAR", *(f"BEGIN:VEVENT\r\n{one}\r\nEND:VEVENT" for one in events), "END:VCALENDAR")
    )
    return parse_icalendar(body.encode(), source="test", received=NOW, ahead=timedelta(ahead))


def test_the_hour_stays_when_the_clocks_change() -> None:
    found = parse("UID:1\r\nSUMMARY:Talk\r\nDTSTART;TZID=America/New_York:20260226T083000\r\nRRULE:FREQ=WEEKLY;COUNT=4")
    # Of the four the first lies before the window.
    assert [one.moment for one in found.events] == [
        datetime(2026, 3, 5, 13, 30, tzinfo=UTC), datetime(2026, 3, 12, 12, 30, tzinfo=UTC),
        datetime(2026, 3, 19, 12, 30, tzinfo=UTC),
    ]  # fmt: skip
    assert len({one.key for one in found.events}) == 3


def test_left_out_dates_moved_ones_and_further_ones() -> None:
    found = parse(
        "UID:1\r\nSUMMARY:Meeting\r\nDTSTART;TZID=Europe/London:20260305T090000\r\nRRULE:FREQ=WEEKLY;UNTIL=20260402T080000Z"
        "\r\nEXDATE;TZID=Europe/London:20260312T090000,20260319T090000\r\nRDATE;TZID=Europe/London:20260310T090000",
        "UID:1\r\nSUMMARY:Meeting, later\r\nRECURRENCE-ID;TZID=Europe/London:20260326T090000"
        "\r\nDTSTART;TZID=Europe/London:20260327T110000",
    )
    told = [(one.title, one.moment.isoformat()[5:16] if one.moment else "") for one in found.events]
    # The second of April at nine is eight in UTC by then: the last one, included.
    assert sorted(told, key=lambda one: one[1]) == [
        ("Meeting", "03-05T09:00"), ("Meeting", "03-10T09:00"), ("Meeting, later", "03-27T11:00"),
        ("Meeting", "04-02T08:00"),
    ]  # fmt: skip
    assert found.repeating == 0


def test_a_date_that_was_called_off_and_one_of_a_foreign_event() -> None:
    found = parse(
        "UID:1\r\nSUMMARY:off\r\nRECURRENCE-ID;VALUE=DATE:20260306\r\nDTSTART;VALUE=DATE:20260306\r\nSTATUS:CANCELLED",
        "UID:1\r\nSUMMARY:daily\r\nDTSTART;VALUE=DATE:20260305\r\nRRULE:FREQ=DAILY;COUNT=3",
        "UID:2\r\nSUMMARY:alone\r\nRECURRENCE-ID;VALUE=DATE:20260306\r\nDTSTART;VALUE=DATE:20260308",
    )
    assert [(one.title, one.day.day) for one in found.events] == [("daily", 5), ("daily", 7), ("alone", 8)]


def test_a_key_stays_with_its_date_when_others_go() -> None:
    before = parse("UID:1\r\nSUMMARY:a\r\nDTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY")
    after = parse(
        "UID:1\r\nSUMMARY:a\r\nDTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=WEEKLY\r\nEXDATE;VALUE=DATE:20260308"
    )
    keys = {one.day: one.key for one in before.events}
    assert all(keys[one.day] == one.key for one in after.events)
    assert len(after.events) == len(before.events) - 1


def test_hostile_files_end_soon_and_are_told_of() -> None:
    never = "UID:{0}\r\nSUMMARY:x\r\nDTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"
    counted = "UID:c{0}\r\nSUMMARY:x\r\nDTSTART;VALUE=DATE:00010101\r\nRRULE:FREQ=DAILY;COUNT=99999"
    found = parse(*(one.format(number) for number in range(100) for one in (never, counted)))
    assert found.events == []
    assert found.repeating >= 99, "the budget is for all of them together"
    many = parse(
        *(f"UID:{n}\r\nSUMMARY:x\r\nDTSTART;VALUE=DATE:20260301\r\nRRULE:FREQ=DAILY" for n in range(20)), ahead=900
    )
    assert len(many.events) == MAX_EVENTS
    assert sum(one.key == many.events[0].key for one in many.events) == 1
    assert many.repeating >= MAX_EVENTS // MAX_DATES


@settings(max_examples=EXAMPLES)
@given(st.text(st.sampled_from("FREQ=DAILYWKMONTH;INTERVAL=COUNTUNTILBYDSP,0123456789-+MOTUWETHFRSASU"), max_size=60))
def test_any_text_is_a_rule_or_none(text: str) -> None:
    rule = read_rule(text)
    if rule is not None:
        assert len(list(days_of(rule, date(2026, 1, 1), date(2026, 1, 1), date(2026, 12, 31), Looks(5_000)))) <= 5_000
