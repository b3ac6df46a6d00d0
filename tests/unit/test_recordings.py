from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_monitor.domain.errors import RecordingError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import Action, Origin, RatingChange
from tui_monitor.domain.series import DailyBar, DailyHistory, Intraday
from tui_monitor.sources.api import Batch
from tui_monitor.store import recordings
from tui_monitor.store.recording_lines import decode_line, decode_time, encode_line
from tui_monitor.store.recordings import Header, RecordingKind, RecordingWriter, open_recording

START = datetime(2025, 3, 4, 1, 0, tzinfo=UTC)
HEADER = Header(
    title="A test's day",
    start=START,
    end=START + timedelta(hours=8),
    kind=RecordingKind.RECONSTRUCTED,
    zone="Asia/Hong_Kong",
    speed_hint=30.0,
    cue=START + timedelta(hours=2),
)


def _full(at: datetime) -> Batch:
    return Batch(
        source="a",
        received=at,
        quotes=(
            Quote(symbol="0700.HK", last=1.5, previous_close=1.25, volume=0.0, kind=Kind.EQUITY, name="騰訊",
                  time=at, received=at, source="a", delay=900.0, currency="HKD", reported_percent=-0.0),
            Quote(symbol="^HSI", received=at, source="a"),
        ),
        paths=(Intraday(symbol="^HSI", times=(1, 61), closes=(1.0, 2.5), volumes=(3.0, 0.0), received=at, source="a"),),
        histories=(
            DailyHistory(symbol="^HSI", received=at, source="a",
                         bars=(DailyBar(date(2025, 1, 2), 5.0), DailyBar(date(2025, 1, 3), 6.0, high=7.0))),
        ),
        ratings=(
            RatingChange(key="k", time=at, symbol="BABA", company="Alibaba", firm="F", action=Action.UPGRADE,
                         actions=(Action.UPGRADE, Action.RAISE_TARGET), target=2.0, prior_target=1.0, currency="USD",
                         origin=Origin.HEADLINE, home_symbol="9988.HK", url="https://example.com/a"),
        ),
        headlines=(
            Headline(id="h", title="Title — 標題", source="s", published=at, received=at, symbols=("0700.HK",),
                     topics=("chips",), clamped=True, language="en", also=("t",)),
        ),
        notes=("a note",),
    )  # fmt: skip


def _write(path: Path, batches: list[Batch], **options: Any) -> None:
    with RecordingWriter(path, HEADER, **options) as writer:
        for batch in batches:
            writer.append(batch)


@pytest.mark.parametrize("name", ["day.jsonl", "day.jsonl.gz"])
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    batches = [_full(START + timedelta(minutes=n)) for n in range(3)]
    _write(tmp_path / name, batches)
    recording = open_recording(tmp_path / name)
    assert recording.header == HEADER
    read = list(recording.entries())
    assert [entry.batch for entry in read] == batches
    assert [entry.time for entry in read] == [batch.received for batch in batches]
    assert (recording.skipped, recording.dropped, recording.damaged) == (0, 0, False)
    # A second pass starts anew.
    assert [entry.batch for entry in recording.entries()] == batches
    assert ((tmp_path / name).read_bytes()[:2] == b"\x1f\x8b") is name.endswith(".gz")


SAMPLES: dict[str, Any] = {
    "str": "A", "str | None": "A", "float | None": 2.5, "datetime": START, "datetime | None": START, "bool": True,
    "tuple[str, ...]": ("A",), "tuple[int, ...]": (1, 2), "tuple[float, ...]": (1.5, 2.5), "Kind": Kind.ETF,
    "Action": Action.DOWNGRADE, "tuple[Action, ...]": (Action.CUT_TARGET,), "Origin": Origin.HEADLINE,
    "bool | None": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("key", "kind"),
    [("quotes", Quote), ("paths", Intraday), ("ratings", RatingChange), ("headlines", Headline)],
)
def test_every_field_survives_also_one_that_is_added_later(key: str, kind: Any) -> None:
    values = {name: SAMPLES[written] for name, written in kind.__annotations__.items()}
    if "url" in values:
        values["url"] = "https://example.com/"
    value = kind(**values)
    assert all(getattr(value, field.name) != field.default for field in msgspec.structs.fields(kind))
    content: dict[str, Any] = {key: (value,)}
    batch = Batch(source="a", received=START, **content)
    assert decode_line(encode_line(START, batch)).batch == batch


def test_defaults_are_left_out() -> None:
    line = json.loads(encode_line(START, Batch(source="a", received=START, quotes=(
        Quote(symbol="A", last=1.0, received=START, source="a"),), missing=("B",), requests=3, octets=9)))  # fmt: skip
    assert line == {
        "t": "2025-03-04T01:00:00Z",
        "batch": {
            "source": "a",
            "received": "2025-03-04T01:00:00Z",
            "quotes": [{"symbol": "A", "last": 1.0, "received": "2025-03-04T01:00:00Z", "source": "a"}],
        },
    }


def test_a_batch_without_content_is_not_written(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", HEADER) as writer:
        writer.append(Batch(source="a", received=START, unchanged=True))
        writer.append(Batch(source="a", received=START, missing=("X",)))
        assert writer.lines == 0
    assert list(open_recording(tmp_path / "r").entries()) == []


def test_unknown_fields_are_ignored_and_absent_ones_default() -> None:
    line = {
        "t": "2025-03-04T09:00:00+08:00",
        "later": 1,
        "batch": {
            "source": "a",
            "received": "2025-03-04T01:00:00Z",
            "colour": "red",
            "quotes": [{"symbol": "A", "received": "2025-03-04T01:00:00Z", "source": "a", "mood": [1]}],
        },
    }
    entry = decode_line(json.dumps(line).encode())
    assert entry.time == START
    assert entry.batch.quotes == (Quote(symbol="A", received=START, source="a"),)


def test_damaged_lines_are_skipped_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "r.jsonl"
    good = _full(START)
    _write(path, [good])
    whole = path.read_bytes().splitlines()[1]
    bad = [
        whole[: len(whole) // 2], b"{}", b"[]", b"null", b"\xff\xfe", b"{" * 5000, b"[" * 200_000,
        whole.replace(b'"last":1.5', b'"last":"1.5"'), whole.replace(b'"last":1.5', b'"last":1e999'),
        whole.replace(b'"last":1.5', b'"last":NaN'), whole.replace(b"2025-03-04T01:00:00Z", b"2025-03-04T01:00:00", 1),
        whole.replace(b'"kind":"equity"', b'"kind":"planet"'),
    ]  # fmt: skip
    assert all(line != whole for line in bad)
    with path.open("ab") as file:
        for line in bad:
            file.write(line + b"\n\n")
        file.write(whole + b"\n" + whole[:-9])
    recording = open_recording(path)
    assert [entry.batch for entry in recording.entries()] == [good, good]
    assert recording.skipped == len(bad) + 1


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95, 0.999])
def test_a_truncated_compressed_recording_gives_what_it_has(tmp_path: Path, keep: float) -> None:
    path = tmp_path / "r.gz"
    batches = [_full(START + timedelta(seconds=6 * n)) for n in range(200)]
    _write(path, batches)
    body = path.read_bytes()
    path.write_bytes(body[: int(len(body) * keep)])
    recording = open_recording(path)
    read = [entry.batch for entry in recording.entries()]
    assert read == batches[: len(read)]
    assert len(read) >= int(200 * keep) - 20
    assert recording.damaged


def test_a_recording_that_was_killed_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    batches = [_full(START + timedelta(seconds=n)) for n in range(20)]
    writer = RecordingWriter(path, replace(HEADER, end=None), flush_every=5.0)
    for batch in batches:
        writer.append(batch)
    recording = open_recording(path)
    assert recording.header.end is None
    assert [entry.batch for entry in recording.entries()] == batches[:16]
    assert recording.end == START + timedelta(seconds=15)
    writer.close()
    writer.close()
    assert open_recording(path).end == START + timedelta(seconds=19)


def test_broken_compression_is_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "r.gz"
    _write(path, [_full(START + timedelta(seconds=n)) for n in range(50)])
    body = bytearray(path.read_bytes())
    body[len(body) // 2 : len(body) // 2 + 40] = b"\x00" * 40
    path.write_bytes(bytes(body))
    recording = open_recording(path)
    assert len(list(recording.entries())) < 50
    assert recording.damaged or recording.skipped


def test_text_of_a_foreign_recording_is_sanitised() -> None:
    at = "2025-03-04T01:00:00Z"
    line = {
        "t": at,
        "batch": {
            "source": "a\x1b]0;x\x07",
            "received": at,
            "notes": ["n\u202e"],
            "quotes": [
                {"symbol": "A", "name": "\x1b[31mred\x00", "currency": "US\u200bD", "source": "s", "received": at},
                {"symbol": "A B\x1b", "source": "s", "received": at},
                {"symbol": "B", "source": "s", "received": "2025-03-04T01:00:00"},
                {"symbol": "C", "source": "s", "received": at, "time": "0001-01-01T00:00:00+23:00"},
            ],
            "paths": [
                {"symbol": "A", "times": [1, 2], "closes": [1.0], "received": at, "source": "s"},
                {"symbol": "A", "times": [2, 2], "closes": [1.0, 1.0], "received": at, "source": "s"},
                {"symbol": "A", "times": [1, 10**15], "closes": [1.0, 1.0], "received": at, "source": "s"},
                {"symbol": "A", "times": [1], "closes": [1.0], "volumes": [1, 2], "received": at, "source": "s"},
            ],
            "histories": [
                {"symbol": "A", "bars": [{"date": "2025-01-03", "close": 1}, {"date": "2025-01-02", "close": 1}],
                 "received": at, "source": "s"},
            ],
            "ratings": [
                {"key": "\u200b", "time": at, "symbol": None, "company": None, "firm": None, "action": "upgrade"},
                {"key": "k", "time": at, "symbol": "A", "company": "x\ny", "firm": "f\x9b", "action": "upgrade",
                 "url": "javascript:alert(1)"},
            ],
            "headlines": [
                {"id": "1", "title": "\x1b\x07", "source": "s", "received": at},
                {"id": "2", "title": "t\u2066i", "source": "s", "received": at, "url": "https://u:p@example.com/",
                 "symbols": ["700", "no symbol"]},
            ],
        },
    }  # fmt: skip
    entry = decode_line(json.dumps(line).encode())
    batch = entry.batch
    assert batch.source == "a]0;x"
    assert batch.notes == ("n",)
    assert [(quote.symbol, quote.name, quote.currency) for quote in batch.quotes] == [("A", "[31mred", "USD")]
    assert batch.paths == ()
    assert batch.histories == ()
    assert [(one.company, one.firm, one.url) for one in batch.ratings] == [("x y", "f", None)]
    assert [(one.title, one.url, one.symbols) for one in batch.headlines] == [("ti", None, ("0700.HK",))]
    assert entry.dropped == 3 + 4 + 1 + 1 + 1


def test_a_line_that_goes_back_takes_its_predecessors_time(tmp_path: Path) -> None:
    with RecordingWriter(tmp_path / "r", HEADER) as writer:
        for minute in (5, 3, 9):
            writer.append(_full(START + timedelta(minutes=minute)))
    assert [entry.time for entry in open_recording(tmp_path / "r").entries()] == [
        START + timedelta(minutes=minute) for minute in (5, 5, 9)
    ]


def test_a_line_that_is_too_long_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "r"
    _write(path, [_full(START)])
    line = path.read_bytes().splitlines()[1]
    with path.open("ab") as file:
        file.write(b"x" * (len(line) * 7) + b"\n" + line + b"\n")
    monkeypatch.setattr(recordings, "MAX_LINE", len(line) + 10)
    recording = open_recording(path)
    assert len(list(recording.entries())) == 2
    assert recording.skipped == 1
    assert not recording.damaged


def test_reading_stops_at_the_size_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "bomb.gz"
    _write(path, [_full(START)] * 3)
    with gzip.open(path, "ab") as file:
        file.write(b"\n" * 3_000_000)
    monkeypatch.setattr(recordings, "MAX_OCTETS", 1_000_000)
    recording = open_recording(path)
    assert len(list(recording.entries())) == 3
    assert recording.damaged


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "no recording"),
        (b"hello\n", "no recording"),
        (b'{"format": "other", "version": 1, "start": "2025-01-01T00:00:00Z"}\n', "no recording"),
        (b'{"format": "tui-monitor recording", "version": 2, "start": "2025-01-01T00:00:00Z"}\n', "newer"),
        (b'{"format": "tui-monitor recording", "version": 1, "start": "2025-01-01T00:00:00"}\n', "no recording"),
        (b'{"format": "tui-monitor recording", "version": 1}\n', "start"),
        (
            b'{"format": "tui-monitor recording", "version": 1, "start": "2025-01-02T00:00:00Z",'
            b' "end": "2025-01-01T00:00:00Z"}\n',
            "ends before",
        ),
        (b"\x1f\x8bnonsense", "damaged"),
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, body: bytes, words: str) -> None:
    path = tmp_path / "r"
    path.write_bytes(body)
    with pytest.raises(RecordingError, match=words) as caught:
        open_recording(path)
    assert str(path) in str(caught.value)


def test_a_header_of_somebody_else_is_cleaned(tmp_path: Path) -> None:
    path = tmp_path / "r"
    header = {"format": "tui-monitor recording", "version": 1, "start": "2025-01-01T08:00:00+08:00",
              "title": "\x1b[2Jx", "zone": "../../etc/passwd", "new": True}  # fmt: skip
    path.write_text(json.dumps(header) + "\n", encoding="utf-8")
    recording = open_recording(path)
    assert recording.header.title == "[2Jx"
    assert recording.header.zone == "UTC"
    assert recording.header.start == datetime(2025, 1, 1, tzinfo=UTC)
    assert recording.end == recording.header.start


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be read"):
        open_recording(tmp_path / "absent")
    with pytest.raises(RecordingError, match="cannot be read"):
        open_recording(tmp_path)
    with pytest.raises(RecordingError, match="cannot be written"):
        RecordingWriter(tmp_path / "no" / "folder", HEADER)
    (tmp_path / "there").write_text("mine", encoding="utf-8")
    with pytest.raises(RecordingError, match="exists already"):
        RecordingWriter(tmp_path / "there", HEADER)
    assert (tmp_path / "there").read_text(encoding="utf-8") == "mine"
    RecordingWriter(tmp_path / "there", HEADER, overwrite=True).close()
    assert open_recording(tmp_path / "there").header == HEADER


def test_the_same_recording_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.gz", "two.gz"):
        _write(tmp_path / name, [_full(START)], flush_every=None)
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


@given(st.binary(max_size=400))
def test_no_bytes_crash_the_reading_of_a_line(body: bytes) -> None:
    assert decode_time(body) is None
    with pytest.raises(RecordingError):
        decode_line(body)


@given(
    last=st.none() | st.floats(allow_nan=False, allow_infinity=False),
    volume=st.none() | st.floats(min_value=0, allow_nan=False, allow_infinity=False),
    at=st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_numbers_and_times_survive(last: float | None, volume: float | None, at: datetime) -> None:
    batch = Batch(
        source="a", received=at, quotes=(Quote(symbol="A", last=last, volume=volume, received=at, source="a"),)
    )
    entry = decode_line(encode_line(at, batch))
    assert entry.batch == batch
    assert entry.time == at
    assert decode_time(encode_line(at, batch)) == at
