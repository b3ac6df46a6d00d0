"""Each data command from the recorded day, offline: golden files, terminals of two widths, schemas.

``UPDATE_GOLDEN=1 pytest tests/golden`` writes the files anew; read the difference before committing it.
"""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from tests.golden.schema_check import errors

from tui_monitor.cli.commands.schema import names
from tui_monitor.cli.main import run

FOLDER = Path(__file__).parent / "commands"

QUOTES = ["quotes", "700", "9988", "HSTECH.HK", "^N225", "GC=F", "BTC-USD", "BABA"]

COMMANDS = {
    "quotes": QUOTES,
    "movers": ["movers", "--by", "points", "--limit", "12"],
    "movers-turnover": ["movers", "--by", "turnover", "--ascending", "--limit", "4", "--at", "11:00"],
    "index": ["index"],
    "index-morning": ["index", "--at", "11:00"],
    "index-earlier": ["index", "--as-of", "2025-09-12", "--since", "2025-04-09"],
    "calendar": ["calendar", "--days", "21"],
    "calendar-morning": ["calendar", "--days", "2", "--kind", "central-bank", "--at", "11:00"],
    "brief": ["brief"],
    "brief-morning": ["brief", "--at", "11:00"],
}
"""What is run, by the name of its golden files."""

LANGUAGES = ("en", "zh-Hant", "zh-Hans")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


def whole(name: str, language: str, *more: str) -> list[str]:
    command, *rest = COMMANDS[name]
    return [command, *rest, "--from-recording", "demo", "--lang", language, *more]


def cells(text: str) -> int:
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text
    )


def compare(file: Path, text: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", COMMANDS)
def test_piped(name: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole(name, language)) == 0
    seen = capsys.readouterr()
    assert seen.err == ""
    assert "\x1b" not in seen.out
    assert "…" not in seen.out
    compare(FOLDER / f"{name}.{language}.txt", seen.out)


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
@pytest.mark.parametrize("name", ["quotes", "movers", "index", "calendar"])
def test_other_forms(name: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole(name, "en", "--format", form)) == 0
    compare(FOLDER / f"{name}.en.{form}", capsys.readouterr().out)


def test_the_brief_in_its_forms(capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("md", "json"):
        assert run(whole("brief", "en", "--format", form)) == 0
        compare(FOLDER / f"brief.en.{form}", capsys.readouterr().out)


def on_a_terminal(arguments: list[str], width: int, **environment: str) -> str:
    """Run the program in a pseudo-terminal of ``width`` cells; return what it wrote there."""
    control, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    process = subprocess.Popen(
        [sys.executable, "-m", "tui_monitor", *arguments],
        stdin=terminal, stdout=terminal, stderr=subprocess.PIPE,
        env=kept | {"TERM": "xterm-256color"} | environment,
    )  # fmt: skip
    os.close(terminal)
    written = b""
    while True:
        try:
            piece = os.read(control, 65_536)
        except OSError:
            break
        if not piece:
            break
        written += piece
    os.close(control)
    assert process.stderr is not None
    process.stderr.close()
    assert process.wait(30) == 0
    return written.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("width", [80, 200])
@pytest.mark.parametrize("name", ["quotes", "movers"])
def test_on_a_terminal(name: str, width: int, language: str) -> None:
    text = on_a_terminal(whole(name, language), width)
    plain = re.sub(r"\x1b\[\d*m", "", text)
    assert text != plain
    assert "\x1b" not in plain
    assert max(cells(line) for line in plain.splitlines()) <= width
    compare(FOLDER / f"{name}.{language}.{width}.txt", text)


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("width", [60, 80])
def test_the_calendar_fits_a_terminal(width: int, language: str) -> None:
    text = on_a_terminal(whole("calendar", language), width)
    assert max(cells(line) for line in text.splitlines()) <= width
    compare(FOLDER / f"calendar.{language}.{width}.txt", text)


def test_no_colour_where_none_is_wanted() -> None:
    assert "\x1b" not in on_a_terminal(whole("quotes", "en"), 80, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(whole("quotes", "en"), 80, TERM="dumb")


def schema(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["schema", name]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", [*COMMANDS, "ratings"])
def test_json_keeps_to_its_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = schema(name.partition("-")[0], capsys)
    arguments = whole(name, "zh-Hant") if name in COMMANDS else ["ratings", "--from-recording", "demo"]
    assert run([*arguments, "--format", "json"]) == 0
    assert errors(json.loads(capsys.readouterr().out), wanted) == []
    if "-" in name or name == "brief":
        return
    assert run([*arguments, "--format", "jsonl"]) == 0
    row = wanted.get("items", wanted)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    for line in lines:
        assert errors(json.loads(line), row) == []
    if "items" in wanted:
        assert run([*arguments, "--format", "csv"]) == 0
        header = next(csv.reader(io.StringIO(capsys.readouterr().out)))
        assert header == list(row["properties"])


def test_a_history_file_keeps_to_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "closes.csv"
    file.write_text("date,close\n2025-04-16,1\n2025-04-17,2\n", encoding="utf-8")
    assert run(["index", "--history", str(file), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert errors(found, schema("index", capsys)) == []


def test_the_validator_finds_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole("movers", "en", "--format", "json")) == 0
    rows = json.loads(capsys.readouterr().out)
    wanted = schema("movers", capsys)
    assert errors(rows, wanted) == []
    for key, value in (("percent", "4"), ("weight_estimated", None), ("freshness", "new"), ("time", "now"), ("x", 1)):
        assert errors([{**rows[0], key: value}], wanted), key
    del rows[0]["points"]
    assert errors(rows, wanted) == ["$[0]: points is missing"]


def test_schemas_are_listed_and_versioned(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    listed = capsys.readouterr().out.split()
    assert listed == list(names()) == sorted(listed)
    assert {"quotes", "movers", "index", "brief", "ratings"} <= set(listed)
    for name in listed:
        assert re.fullmatch(rf"urn:tui-monitor:{name}:\d+", schema(name, capsys)["$id"])
    assert run(["schema", "nonsense"]) == 1
