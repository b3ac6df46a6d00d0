"""A stored sample of each version of recordings is read for good; none may be written anew."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tui_monitor.cli.main import run
from tui_monitor.store.recordings import VERSION, open_recording

FOLDER = Path(__file__).parent / "recordings"
START = datetime(2026, 11, 30, 1, 30, tzinfo=UTC)


def test_there_is_a_sample_of_every_version() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"version-{one}.jsonl" for one in range(1, VERSION + 1)}


@pytest.mark.parametrize("version", range(1, VERSION + 1))
def test_every_value_of_a_sample_is_read(version: int, capsys: pytest.CaptureFixture[str]) -> None:
    path = FOLDER / f"version-{version}.jsonl"
    assert json.loads(path.read_text(encoding="utf-8").partition("\n")[0])["version"] == version
    recording = open_recording(path)
    entries = list(recording.entries())
    assert (recording.notes, recording.header.start, recording.header.zone) == ((), START, "Asia/Hong_Kong")
    quotes = [one for entry in entries for one in entry.batch.quotes]
    paths = [one for entry in entries for one in entry.batch.paths]
    histories = [one for entry in entries for one in entry.batch.histories]
    ratings = [one for entry in entries for one in entry.batch.ratings]
    headlines = [one for entry in entries for one in entry.batch.headlines]
    assert [(one.symbol, one.last, one.previous_close, one.currency, one.delay) for one in quotes] == [
        ("0700.HK", 661.5, 645.0, "HKD", 900)
    ]
    assert paths[0].closes == (650.0, 661.5)
    assert [(bar.date, bar.close) for bar in histories[0].bars] == [
        (date(2026, 11, 26), 640.0), (date(2026, 11, 27), 645.0),
    ]  # fmt: skip
    assert (ratings[0].firm, ratings[0].from_grade, ratings[0].to_grade, ratings[0].target) == (
        "Harbour", "hold", "buy", 700.0,
    )  # fmt: skip
    assert (headlines[0].title, headlines[0].symbols, headlines[0].topics) == (
        "A headline 標題", ("0700.HK",), ("deals",),
    )  # fmt: skip
    assert run(["quotes", "700", "--from-recording", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["percent"] == pytest.approx(2.558139, abs=1e-6)
