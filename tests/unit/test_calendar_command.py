"""The command ``calendar`` on what is stored: own events, filters, exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.main import run

SOON = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()

EVENTS = f"""
[[events]]
name = "Shareholders' meeting"
date = {SOON}
time = "14:30"
zone = "Europe/Berlin"
symbols = ["700"]
note = "room 3"

[[events]]
name = "Fed rate decision"
date = {SOON}
"""

UNREACHABLE = """
[network]
allow_private_hosts = true
[sources.yahoo-quote]
enabled = false
[sources.yahoo-research]
enabled = false
[sources.calendar-files]
files = [{ name = "office", url = "http://127.0.0.1:9/x.ics" }]
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "config").mkdir(mode=0o700)
    return tmp_path / "config" / "config.toml"


def code_of(*arguments: str) -> int:
    try:
        return run(["calendar", *arguments])
    except SystemExit as error:
        return int(str(error.code))


def titles(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert code_of("--offline", "--format", "json", *arguments) == ExitCode.OK
    return [row["title"] for row in json.loads(capsys.readouterr().out)]


def test_own_events_are_told_with_their_hour(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(EVENTS, encoding="utf-8")
    assert code_of("--offline", "--format", "json") == ExitCode.OK
    first, second = sorted(json.loads(capsys.readouterr().out), key=lambda row: row["time"] is None)
    assert (first["title"], first["kind"], first["note"]) == ("Shareholders' meeting", "own", "room 3")
    assert first["symbols"] == ["0700.HK"]
    assert first["time"].startswith(SOON)
    assert (second["subject"], second["time"], second["sources"]) == ("fed-decision", None, ["config"])


def test_filters(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(EVENTS, encoding="utf-8")
    assert titles(capsys, "tencent") == ["Shareholders' meeting"]
    assert titles(capsys, "--days", "1") == []
    assert titles(capsys, "--kind", "earnings") == []
    assert len(titles(capsys, "--mine")) == 2


def test_nothing_known_is_code_3_and_a_source_that_fails_code_4(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(UNREACHABLE, encoding="utf-8")
    assert code_of("--offline") == ExitCode.NO_DATA
    assert "Nothing is known" in capsys.readouterr().err
    config.write_text(UNREACHABLE + EVENTS, encoding="utf-8")
    assert code_of("--timeout", "5") == ExitCode.PARTIAL
    seen = capsys.readouterr()
    assert "Shareholders' meeting" in seen.out
    assert "office" in seen.err


def test_what_is_no_symbol_is_a_usage_error(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("no-such-company-anywhere", "--offline") == ExitCode.USAGE
    assert code_of("--at", "11:00") == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err
