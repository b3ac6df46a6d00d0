"""Events of the calendar on their way through the store, the database and recordings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from msgspec.structs import replace

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import Batch
from tui_monitor.sources.replay import Merged
from tui_monitor.store.database import Database
from tui_monitor.store.keys import Family
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.recording_lines import decode_line, encode_line, holds_something
from tui_monitor.store.retention import EVENT_DAYS, Retention
from tui_monitor.store.rows import put_event
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)
HONG_KONG = ZoneInfo("Asia/Hong_Kong")

FED = CalendarEvent(
    key="test:fed",
    kind=EventKind.CENTRAL_BANK,
    title="FOMC statement",
    day=date(2025, 9, 17),
    moment=datetime(2025, 9, 17, 18, 0, tzinfo=UTC),
    zone="America/New_York",
    region="US",
    subject="fed-decision",
    expected="4.25%",
    source="test",
    received=NOW,
)
REPORT = CalendarEvent(
    key="test:earnings:9988.HK",
    kind=EventKind.EARNINGS,
    day=date(2025, 11, 20),
    last_day=date(2025, 11, 25),
    estimated=True,
    symbols=("9988.HK",),
    source="test",
)


def batch(*events: CalendarEvent) -> Batch:
    return Batch(source="test", received=NOW, events=events)


def test_a_day_without_an_hour_belongs_to_its_place() -> None:
    holiday = replace(REPORT, last_day=None, day=date(2025, 10, 1))
    assert holiday.starts(HONG_KONG) == datetime(2025, 9, 30, 16, 0, tzinfo=UTC)
    assert holiday.ends(HONG_KONG) == datetime(2025, 10, 1, 16, 0, tzinfo=UTC)
    there = replace(holiday, zone="America/New_York")
    assert there.starts(HONG_KONG) == datetime(2025, 10, 1, 4, 0, tzinfo=UTC)
    assert REPORT.ends(HONG_KONG) == datetime(2025, 11, 25, 16, 0, tzinfo=UTC)
    assert FED.starts(HONG_KONG) == FED.ends(HONG_KONG) == FED.moment


def test_the_last_day_of_the_calendar_has_an_end() -> None:
    last = replace(REPORT, day=date.max, last_day=None)
    assert last.starts(HONG_KONG) <= last.ends(HONG_KONG)


def test_the_store_tells_what_changed_and_nothing_twice() -> None:
    store = LatestStore()
    assert store.apply(batch(FED, REPORT)).events == (FED, REPORT)
    before = store.family_revision(Family.EVENT)
    assert not store.apply(batch(replace(FED, received=NOW + timedelta(hours=1))))
    assert store.family_revision(Family.EVENT) == before
    moved = replace(FED, moment=NOW + timedelta(days=1))
    assert store.apply(batch(moved)).events == (moved,)
    assert {one.key: one for one in store.events()} == {FED.key: moved, REPORT.key: REPORT}


def test_what_is_past_goes_first_when_memory_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_monitor.store.latest.MAX_EVENTS", 3)
    store = LatestStore()
    events = [replace(REPORT, key=f"k{n}", day=date(2025, 1, 1 + n), last_day=None) for n in range(5)]
    store.apply(batch(*events))
    assert sorted(one.key for one in store.events()) == ["k2", "k3", "k4"]


async def test_the_database_gives_them_back(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    writer = Writer(database, interval=0.0)
    store = LatestStore()
    Intake(store, written=writer.put_applied, home_lines={}).take(batch(FED, REPORT))
    await writer.aclose()
    database.close()
    again = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    found = again.read_latest()
    again.close()
    assert {one.key: one for one in found.events} == {FED.key: FED, REPORT.key: REPORT}
    assert {one.key for one in found.batch(NOW).events} == {FED.key, REPORT.key}


def test_what_is_long_over_is_removed() -> None:
    database = Database.open(None, now=lambda: NOW)
    old = replace(REPORT, key="old", day=NOW.date() - timedelta(days=EVENT_DAYS + 1), last_day=None)
    kept = replace(REPORT, key="kept", day=NOW.date() - timedelta(days=EVENT_DAYS), last_day=None)
    with database.writing() as connection:
        for one in (old, kept):
            put_event(one)(connection)
    assert Retention(database).run() == 1
    assert [one.key for one in database.read_latest().events] == ["kept"]
    database.close()


def test_a_stored_event_from_others_is_made_safe() -> None:
    database = Database.open(None, now=lambda: NOW)
    wild = replace(FED, title="A\x1b[31mB", url="javascript:alert(1)", note="x" * 5000)
    naive = replace(REPORT, received=datetime(2025, 9, 17))  # noqa: DTZ001 - what must be refused
    with database.writing() as connection:
        put_event(wild)(connection)
        put_event(naive)(connection)
    (found,) = database.read_latest().events
    database.close()
    assert "\x1b" not in found.title
    assert found.url is None
    assert len(found.note) <= 300


def test_a_recording_carries_them() -> None:
    assert holds_something(batch(FED))
    line = encode_line(NOW, batch(FED, REPORT))
    assert decode_line(line).batch.events == (FED, REPORT)


def test_an_event_of_a_recording_that_cannot_be_one_is_dropped_alone() -> None:
    line = msgspec.json.decode(encode_line(NOW, batch(FED, REPORT)))
    line["batch"]["events"][0]["key"] = "\x07"
    entry = decode_line(msgspec.json.encode(line))
    assert entry.batch.events == (REPORT,)
    assert entry.dropped == 1


def test_an_older_recording_has_none() -> None:
    entry = decode_line(b'{"t":"2025-09-17T03:00:00Z","batch":{"source":"s","received":"2025-09-17T03:00:00Z"}}')
    assert entry.batch.events == ()


def test_playing_keeps_the_last_word_on_each() -> None:
    merged = Merged()
    moved = replace(FED, moment=NOW + timedelta(days=1))
    for one in (batch(FED, REPORT), batch(moved)):
        merged.add(one)
    told = merged.batch("replay", NOW, ())
    assert set(told.events) == {moved, REPORT}
    assert not told.unchanged
