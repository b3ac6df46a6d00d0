"""A recording a day: files by the exchange's day, what each begins with, what is removed, what a kill leaves."""

from __future__ import annotations

import zlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui_monitor.config.feeds_list import load_default_feeds
from tui_monitor.config.seeds import load_instruments, load_universe
from tui_monitor.config.settings import FeedEntry, Settings
from tui_monitor.domain.errors import RecordingError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.session import Calendar, SessionDay, SessionState
from tui_monitor.services.closing import LATE, LONGEST, Closing
from tui_monitor.services.public_batch import PublicPart
from tui_monitor.sources.api import Batch
from tui_monitor.store.daily_recordings import DailyRecordings
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.recordings import Header, RecordingWriter, open_recording

NOON = datetime(2025, 9, 17, 4, 0, tzinfo=UTC)
"""Twelve o'clock in Hong Kong."""


def quotes(*lasts: float, at: datetime = NOON, symbol: str = "HSTECH.HK") -> Batch:
    found = tuple(Quote(symbol=symbol, last=last, time=at, received=at, source="yahoo") for last in lasts)
    return Batch(source="yahoo", received=at, quotes=found)


def lasts_of(path: Path) -> list[float | None]:
    return [one.last for entry in open_recording(path).entries() for one in entry.batch.quotes]


def test_a_day_of_the_exchange_is_a_file_that_begins_with_what_was_known(tmp_path: Path) -> None:
    known: list[Batch] = []
    daily = DailyRecordings(
        tmp_path / "in" / "new", "HSTECH.HK", "Asia/Hong_Kong", opening=lambda: known[-1] if known else None
    )
    daily.append(quotes(1.0), at=NOON)
    known.append(quotes(1.0))
    # 23:59 and 00:01 in Hong Kong.
    daily.append(quotes(2.0), at=datetime(2025, 9, 17, 15, 59, tzinfo=UTC))
    daily.append(quotes(3.0), at=datetime(2025, 9, 17, 16, 1, tzinfo=UTC))
    # A clock that is set back writes on in the file that is open.
    daily.append(quotes(4.0), at=NOON)
    daily.close()
    daily.close()
    folder = tmp_path / "in" / "new"
    assert sorted(path.name for path in folder.iterdir()) == ["2025-09-17.jsonl.gz", "2025-09-18.jsonl.gz"]
    assert lasts_of(folder / "2025-09-17.jsonl.gz") == [1.0, 2.0]
    assert lasts_of(folder / "2025-09-18.jsonl.gz") == [1.0, 3.0, 4.0]
    assert daily.lines == 4
    assert open_recording(folder / "2025-09-18.jsonl.gz").header.zone == "Asia/Hong_Kong"


def test_begun_again_on_a_day_it_leaves_the_first_file_alone(tmp_path: Path) -> None:
    for last in (1.0, 2.0, 3.0):
        daily = DailyRecordings(tmp_path, "X", "UTC", opening=lambda: None)
        daily.append(quotes(last), at=NOON)
        daily.close()
    names = ["2025-09-17-2.jsonl.gz", "2025-09-17-3.jsonl.gz", "2025-09-17.jsonl.gz"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    assert lasts_of(tmp_path / names[2]) == [1.0]


def test_only_old_recordings_of_ours_are_removed(tmp_path: Path) -> None:
    kept = ("2025-09-16.jsonl.gz", "2025-09-15-2.jsonl.gz", "notes.txt", "2024-01-01.jsonl", "x2024-01-01.jsonl.gz")
    gone = ("2025-09-14.jsonl.gz", "2024-01-01-7.jsonl.gz")
    for name in (*kept, *gone, "2025-02-31.jsonl.gz"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "2020-01-01.jsonl.gz").mkdir()
    daily = DailyRecordings(tmp_path, "X", "UTC", keep=2, opening=lambda: None)
    daily.append(quotes(1.0), at=NOON)
    daily.close()
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {*kept, "2025-02-31.jsonl.gz", "2020-01-01.jsonl.gz", "2025-09-17.jsonl.gz"}


def test_a_folder_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="cannot be made"):
        DailyRecordings(tmp_path / "file", "X", "UTC", opening=lambda: None)


def test_a_cut_file_plays_up_to_its_last_whole_line_wherever_it_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl.gz"
    writer = RecordingWriter(path, Header(title="x", start=NOON))
    sizes: list[int] = []
    for n in range(12):
        # Each flushed: what is in the file after a flush must come out of it.
        writer.append(quotes(float(n)), at=NOON + timedelta(seconds=10 * n))
        writer.flush()
        sizes.append(path.stat().st_size)
    whole = path.read_bytes()
    writer.close()
    for cut in range(sizes[0], len(whole) + 1):
        path.write_bytes(whole[:cut])
        recording = open_recording(path)
        found = [one.last for entry in recording.entries() for one in entry.batch.quotes]
        surely = sum(size <= cut for size in sizes)
        assert found[:surely] == [float(n) for n in range(surely)]
        assert found == [float(n) for n in range(len(found))]
        assert recording.damaged
        assert recording.skipped <= 1


def test_what_is_written_is_whole_gzip(tmp_path: Path) -> None:
    daily = DailyRecordings(tmp_path, "X", "UTC", opening=lambda: None)
    daily.append(quotes(1.0), at=NOON)
    daily.close()
    decompressor = zlib.decompressobj(31)
    decompressor.decompress((tmp_path / "2025-09-17.jsonl.gz").read_bytes())
    assert decompressor.eof


def test_nothing_of_the_persons_is_recorded() -> None:
    feed = FeedEntry(name="mine", url="https://example.com/feed?key=secret")
    settings = Settings(feeds=(feed,))
    universe = load_universe(settings.market.universe)
    public = PublicPart(settings, universe, load_instruments(universe))
    shipped = next(one.name for one in load_default_feeds() if one.language == "en")

    def headline(source: str) -> Headline:
        return Headline(id=source, title="One", source=source, received=NOON)

    batch = replace(
        quotes(1.0),
        quotes=(*quotes(1.0).quotes, *quotes(2.0, symbol="MINE").quotes),
        headlines=(headline(shipped), headline("mine"), headline("yahoo-news")),
        notes=("https://example.com/?key=secret",),
        missing=("MINE",),
    )
    told = public.of(batch)
    assert [one.symbol for one in told.quotes] == ["HSTECH.HK"]
    assert [one.source for one in told.headlines] == [shipped]
    assert (told.notes, told.missing) == ((), ())
    store = LatestStore()
    store.apply(batch)
    known = public.known(store, Batch(source="database", received=NOON))
    assert [one.symbol for one in known.quotes] == ["HSTECH.HK"]
    assert [one.source for one in known.headlines] == [shipped]


# When a session is written up


def at(hour: int, minute: int, day: int = 17) -> datetime:
    """Return a time of Hong Kong."""
    return datetime(2025, 9, day, hour - 8, minute, tzinfo=UTC)


def session_day(day: int) -> SessionDay:
    return SessionDay(
        date(2025, 9, day),
        at(9, 30, day),
        at(16, 0, day),
        at(12, 0, day),
        at(13, 0, day),
        at(9, 0, day),
        at(16, 10, day),
    )


CALENDAR = Calendar("XHKG", "Asia/Hong_Kong", (session_day(16), session_day(17), session_day(18)))


class Day:
    """A store, a clock and the sessions of Hong Kong."""

    def __init__(self) -> None:
        self.now = at(10, 0)
        self.store = LatestStore()

    def session(self, mic: str | None) -> SessionState | None:
        return CALENDAR.state_at(self.now) if mic == "XHKG" else None

    def closes_at(self, received: datetime) -> None:
        close = Quote(symbol="HSTECH.HK", last=6_334.24, time=at(16, 8), received=received, source="yahoo", delay=900.0)
        self.store.apply(Batch(source="yahoo", received=received, quotes=(close,)))


def looks(closing: Closing, day: Day, *moments: datetime) -> list[date | None]:
    found = []
    for moment in moments:
        day.now = moment
        found.append(closing.look(moment))
    return found


def test_a_session_is_written_up_once_its_close_is_out() -> None:
    day = Day()
    closing = Closing("HSTECH.HK", day.store, day.session)
    assert looks(closing, day, at(10, 0), at(16, 5), at(16, 11), at(16, 20)) == [None] * 4
    day.closes_at(at(16, 40))
    assert looks(closing, day, at(16, 41), at(16, 42), at(23, 0)) == [date(2025, 9, 17), None, None]


def test_without_the_close_it_is_written_up_after_a_while() -> None:
    day = Day()
    closing = Closing("HSTECH.HK", day.store, day.session)
    late = at(16, 10) + LONGEST
    assert looks(closing, day, at(15, 0), late - timedelta(seconds=1), late) == [None, None, date(2025, 9, 17)]


def test_begun_after_the_close_only_a_folder_is_made_up_for() -> None:
    day = Day()
    day.closes_at(at(16, 40))
    assert looks(Closing("HSTECH.HK", day.store, day.session), day, at(17, 0), at(18, 0)) == [None, None]
    files: set[date] = set()
    closing = Closing("HSTECH.HK", day.store, day.session, written=files.__contains__)
    assert looks(closing, day, at(17, 0), at(17, 1)) == [date(2025, 9, 17), None]
    files.add(date(2025, 9, 17))
    closing = Closing("HSTECH.HK", day.store, day.session, written=files.__contains__)
    assert looks(closing, day, at(17, 2)) == [None]
    closing = Closing("HSTECH.HK", day.store, day.session, written=lambda _: False)
    assert looks(closing, day, at(16, 10) + LATE + timedelta(minutes=1)) == [None]
