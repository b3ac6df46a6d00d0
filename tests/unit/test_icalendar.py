"""The reader of iCalendar files: dates in the zones that offices write, hostile files, and a real excerpt."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.errors import ConfigError, SourceError
from tui_monitor.sources.api import SourceContext
from tui_monitor.sources.calendar_files import build
from tui_monitor.sources.ical_lines import MAX_LINES
from tui_monitor.sources.icalendar import MAX_EVENTS, Schedule, parse_icalendar

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)
SAMPLE = Path("/work/shared/data/othersources/calendar/bls_release_schedule_2026.ics")


def parse(*lines: str, head: str = "", region: str | None = "US") -> Schedule:
    body = "\r\n".join(("BEGIN:VCALENDAR", *([head] if head else []), *lines, "END:VCALENDAR", ""))
    return parse_icalendar(body.encode(), source="test", received=NOW, region=region)


def vevent(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", *lines, "END:VEVENT")


def one(*lines: str, head: str = "") -> CalendarEvent:
    (found,) = parse(*vevent(*lines), head=head).events
    return found


@pytest.mark.parametrize(
    ("stamp", "head", "moment", "day"),
    [
        ("DTSTART;TZID=US-Eastern:20251002T083000", "", datetime(2025, 10, 2, 12, 30, tzinfo=UTC), date(2025, 10, 2)),
        ("DTSTART:20251002T123000Z", "", datetime(2025, 10, 2, 12, 30, tzinfo=UTC), date(2025, 10, 2)),
        (
            "DTSTART:20251002T013000Z", "X-WR-TIMEZONE:America/New_York",
            datetime(2025, 10, 2, 1, 30, tzinfo=UTC), date(2025, 10, 1),
        ),
        ('DTSTART;TZID="Asia/Tokyo":20251002T083000', "", datetime(2025, 10, 1, 23, 30, tzinfo=UTC), date(2025, 10, 2)),
        ("DTSTART;VALUE=DATE:20251002", "", None, date(2025, 10, 2)),
        # A time of nowhere is no moment.
        ("DTSTART:20251002T083000", "", None, date(2025, 10, 2)),
        ("DTSTART;TZID=Nowhere/Land:20251002T083000", "", None, date(2025, 10, 2)),
    ],
)  # fmt: skip
def test_a_date(stamp: str, head: str, moment: datetime | None, day: date) -> None:
    found = one(stamp, "SUMMARY:Consumer Price Index", "UID:1", head=head)
    assert (found.moment, found.day) == (moment, day)
    assert (found.subject, found.kind, found.region) == ("us-cpi", EventKind.ECONOMIC, "US")


def test_folded_and_escaped_lines() -> None:
    found = one("DTSTART;VALUE=DATE:20251002", "SUMMARY:Jobs\\, hours", "  and pay", "DESCRIPTION:first\\nsecond")
    assert found.title == "Jobs, hours and pay"
    assert found.note == "first second"


def test_the_key_is_that_of_the_identity_and_survives_a_move() -> None:
    first = one("DTSTART;VALUE=DATE:20251002", "SUMMARY:A", "UID:x")
    moved = one("DTSTART;VALUE=DATE:20251003", "SUMMARY:A (moved)", "UID:x")
    other = one("DTSTART;VALUE=DATE:20251002", "SUMMARY:A", "UID:y")
    assert first.key == moved.key != other.key


def test_what_is_called_off_past_or_unreadable_is_left_out() -> None:
    found = parse(
        *vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:off", "STATUS:CANCELLED"),
        *vevent("DTSTART;VALUE=DATE:20200101", "SUMMARY:long ago"),
        *vevent("DTSTART;VALUE=DATE:20251302", "SUMMARY:no such month"),
        *vevent("DTSTART;VALUE=DATE:20251002"),
        *vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:kept", "RRULE:FREQ=HOURLY"),
    )
    assert [event.title for event in found.events] == ["kept"]
    assert (found.refused, found.repeating) == (2, 1)


def test_an_alarm_within_an_event_changes_nothing() -> None:
    found = one(
        "BEGIN:VALARM", "SUMMARY:alarm", "DTSTART;VALUE=DATE:20251111", "END:VALARM",
        "DTSTART;VALUE=DATE:20251002", "SUMMARY:event",
    )  # fmt: skip
    assert (found.title, found.day) == ("event", date(2025, 10, 2))


def test_no_calendar_is_an_error() -> None:
    for body in (b"", b"<html>BEGIN:VCALENDAR</html>", b"{}", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMM"):
        with pytest.raises(SourceError):
            parse_icalendar(body, source="test", received=NOW)


def test_a_flood_is_bounded() -> None:
    many = [line for n in range(MAX_EVENTS + 10) for line in vevent("DTSTART;VALUE=DATE:20251002", f"SUMMARY:{n}")]
    assert len(parse(*many).events) == MAX_EVENTS


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(max_size=40) | st.sampled_from(vevent("DTSTART:20251002T083000Z", "SUMMARY:x")), max_size=20))
def test_whatever_it_holds_nothing_breaks(lines: list[str]) -> None:
    body = "\r\n".join(("BEGIN:VCALENDAR", *lines, "END:VCALENDAR")).encode("utf-8", "replace")
    found = Schedule()
    with contextlib.suppress(SourceError):
        # Where none of its events can be read.
        found = parse_icalendar(body, source="test", received=NOW)
    for event in found.events:
        assert event.title.isprintable()
        assert event.moment is None or event.moment.tzinfo is not None


@pytest.mark.skipif(not SAMPLE.exists(), reason="the real excerpt is not here")
def test_a_real_excerpt() -> None:
    now = datetime(2026, 7, 1, tzinfo=UTC)
    found = parse_icalendar(SAMPLE.read_bytes(), source="bls", received=now, region="US")
    assert [(event.subject, event.moment) for event in found.events] == [
        ("us-jolts", datetime(2026, 7, 21, 14, 0, tzinfo=UTC)),
        ("us-jobs", datetime(2026, 8, 7, 12, 30, tzinfo=UTC)),
    ]


def test_each_file_is_a_source_and_a_wrong_address_is_told(tmp_path: Path) -> None:
    def sources(*files: dict[str, str]) -> list[str]:
        context = SourceContext(
            settings={"files": list(files)}, transport=cast("Any", None), now=lambda: NOW, state_dir=tmp_path
        )
        return [source.descriptor.name for source in build(context)]

    assert sources() == []
    assert sources({"name": "a", "url": "https://a.example/x"}, {"name": "b", "url": "https://b.example/x"}) == [
        "a",
        "b",
    ]
    with pytest.raises(ConfigError, match="address of a"):
        sources({"name": "a", "url": "file:///etc/passwd"})
    with pytest.raises(ConfigError, match="two files"):
        sources({"name": "a", "url": "https://a.example/x"}, {"name": "a", "url": "https://b.example/x"})


def test_events_of_one_identity_are_told_apart_and_twice_the_same_is_one() -> None:
    found = parse(
        *vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:A", "UID:same"),
        *vevent("DTSTART;VALUE=DATE:20251003", "SUMMARY:A", "UID:same"),
        *vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:A", "UID:other"),
        *vevent("DTSTART;VALUE=DATE:20251003", "SUMMARY:A", "UID:same"),
    )
    assert [event.day.day for event in found.events] == [2, 3, 2]
    assert len({event.key for event in found.events}) == 3


def test_events_that_cannot_be_read_are_a_failure_only_where_all_are() -> None:
    bad = vevent("DTSTART;VALUE=DATE:20251302", "SUMMARY:no such month")
    past = vevent("DTSTART;VALUE=DATE:20200101", "SUMMARY:long ago")
    with pytest.raises(SourceError, match="none can be read"):
        parse(*bad, *bad)
    assert parse(*bad, *past).refused == 1
    assert parse().events == []


def test_an_event_that_was_never_ended_does_not_swallow_the_next() -> None:
    found = parse("BEGIN:VEVENT", "SUMMARY:lost", *vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:kept"))
    assert ([event.title for event in found.events], found.refused) == (["kept"], 1)


def test_what_is_left_out_for_its_length_is_told() -> None:
    assert not parse(*vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:A")).cut
    assert parse(*vevent("DTSTART;VALUE=DATE:20251002", "SUMMARY:A"), *[" x"] * MAX_LINES).cut
