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
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.golden.schema_check import errors

from tui_monitor.cli.commands.schema import names
from tui_monitor.cli.main import run
from tui_monitor.config.settings import Settings
from tui_monitor.services import replayed
from tui_monitor.services.replayed import Replayed

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
    "news": ["news", "--limit", "12"],
    "news-filter": ["news", "--filter", "topic:deals,chips-ai age<6h"],
    "ratings": ["ratings", "--since", "2025-09-15"],
    "ratings-company": ["ratings", "BABA", "bidu", "--at", "11:00"],
    "brief": ["brief"],
    "brief-morning": ["brief", "--at", "11:00"],
}
"""What is run, by the name of its golden files."""

LANGUAGES = ("en", "zh-Hant", "zh-Hans")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read each moment of the recorded day once: a command only reads what is told, and the day is long."""
    monkeypatch.setattr(replayed, "Replayed", _once)


_READ: dict[tuple[object, ...], Replayed] = {}


def _once(path: Path, at: datetime | None, settings: Settings, *, language: str) -> Replayed:
    key = (path, at, settings.market.index, language)
    if key not in _READ:
        _READ[key] = Replayed(path, at, settings, language=language)
    return _READ[key]


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
    # How old the newest of each origin is goes to stderr, as all narration.
    assert seen.err == "" or (COMMANDS[name][0] == "ratings" and seen.err.startswith("Newest: "))
    assert "\x1b" not in seen.out
    # Nothing is cut; a headline's own dots are none of ours.
    assert not re.search(r"\S…(  |$)", seen.out, re.MULTILINE)
    compare(FOLDER / f"{name}.{language}.txt", seen.out)


@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
@pytest.mark.parametrize("name", ["quotes", "movers", "index", "news", "ratings", "calendar"])
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


@contextmanager
def terminal(width: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Make stdout of this very process a pseudo-terminal of ``width`` cells; what is written there is given."""
    control, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", 40, width, 0, 0))
    written: list[bytes] = []

    def read() -> None:
        with suppress(OSError):
            while piece := os.read(control, 65_536):
                written.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("COLUMNS", raising=False)
    try:
        with os.fdopen(inner, "w", encoding="utf-8") as stream, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            patch.setattr(sys, "__stdout__", stream)
            yield written
    finally:
        reader.join(10)
        os.close(control)


def told_on_a_terminal(arguments: list[str], width: int, monkeypatch: pytest.MonkeyPatch) -> str:
    with terminal(width, monkeypatch) as written:
        assert run(arguments) == 0
    return b"".join(written).decode().replace("\r\n", "\n")


WITHOUT_A_RECORDING: dict[str, list[str]] = {
    "feeds": ["feeds", "list"],
    "watch": ["watch", "show", "--list", "mine"],
    "watch-lists": ["watch", "list"],
    "schema": ["schema"],
}
"""Commands that tell the person's own files, by the name of their golden files; they speak English alone."""


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("name", COMMANDS)
def test_on_a_terminal_of_80_and_200_cells(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    prose = name.partition("-")[0] in {"index", "brief"}
    for width in (80, 200):
        text = told_on_a_terminal(whole(name, language), width, monkeypatch)
        plain = re.sub(r"\x1b\[\d*m", "", text)
        assert "\x1b" not in plain
        if not prose:
            assert max(cells(line) for line in plain.splitlines()) <= width
            monkeypatch.setenv("NO_COLOR", "1")
            assert told_on_a_terminal(whole(name, language), width, monkeypatch) == plain
            monkeypatch.delenv("NO_COLOR")
            compare(FOLDER / f"{name}.{language}.{width}.txt", text)
        else:
            # A sentence is wrapped by the terminal; nothing of it depends on the width.
            assert text == (FOLDER / f"{name}.{language}.txt").read_text(encoding="utf-8")


def own_lists(tmp_path: Path) -> None:
    """Write lists with what a list can hold."""
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "watchlists.toml").write_text(
        'version = 1\n[[lists]]\nname = "mine"\ncurrency = "HKD"\n'
        '[[lists.entries]]\nsymbol = "0700.HK"\nquantity = 200\ncost = 480.5\ncost_currency = "HKD"\n'
        'tags = ["games", "雲"]\nnote = "業績公布後再看，not before the results of the third quarter are out"\n'
        '[[lists.entries]]\nsymbol = "BABA"\n[[lists]]\nname = "觀察名單"\n',
        encoding="utf-8",
    )


@pytest.mark.parametrize("name", WITHOUT_A_RECORDING)
def test_the_files_of_a_person(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_lists(tmp_path)
    assert run(WITHOUT_A_RECORDING[name]) == 0
    seen = capsys.readouterr()
    assert seen.err == ""
    assert "\x1b" not in seen.out
    assert "…" not in seen.out
    compare(FOLDER / f"{name}.en.txt", seen.out)
    for width in (80, 200):
        text = told_on_a_terminal(WITHOUT_A_RECORDING[name], width, monkeypatch)
        assert max(cells(line) for line in text.splitlines()) <= width
        compare(FOLDER / f"{name}.en.{width}.txt", text)


def test_the_shape_of_doctor(capsys: pytest.CaptureFixture[str]) -> None:
    run(["doctor", "--offline"])
    lines = capsys.readouterr().out.splitlines()
    gap = lines.index("")
    assert all(re.fullmatch(r"(ok  |BAD ) \S.{15} \S.*", line) for line in lines[:gap])
    assert {line[5:21].strip() for line in lines[:gap]} >= {"python", "settings", "config folder", "terminal"}
    assert lines[gap + 1] in {"All is well.", "What to do:"}


@pytest.mark.parametrize("width", [80, 200])
def test_a_program_of_its_own_on_a_terminal(width: int) -> None:
    text = on_a_terminal(whole("quotes", "zh-Hant"), width)
    assert text == (FOLDER / f"quotes.zh-Hant.{width}.txt").read_text(encoding="utf-8")
    assert "\x1b" in text


def test_no_colour_where_none_is_wanted() -> None:
    assert "\x1b" not in on_a_terminal(whole("quotes", "en"), 80, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(whole("quotes", "en"), 80, TERM="dumb")


def schema(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["schema", name]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_json_keeps_to_its_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = schema(name.partition("-")[0], capsys)
    for language in LANGUAGES:
        assert run([*whole(name, language), "--format", "json"]) == 0
        assert errors(json.loads(capsys.readouterr().out), wanted) == []
    arguments = whole(name, "zh-Hans")
    if name.startswith("brief"):
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


@pytest.mark.parametrize(
    ("name", "arguments", "codes"),
    [
        ("feeds-list", ["feeds", "list"], {0}),
        # Nobody answers: each row says why.
        ("feeds-check", ["feeds", "check", "RTHK", "Fed", "--timeout", "0.5"], {3}),
        ("watch-list", ["watch", "list"], {0}),
    ],
)
def test_lists_keep_to_their_schemas(
    name: str, arguments: list[str], codes: set[int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own_lists(tmp_path)
    wanted = schema(name, capsys)

    def told(form: str) -> str:
        try:
            code = int(run([*arguments, "--format", form]))
        except SystemExit as ended:
            code = int(ended.code or 0)
        assert code in codes
        return capsys.readouterr().out

    rows = json.loads(told("json"))
    assert len(rows) >= 2
    assert errors(rows, wanted) == []
    assert all(errors(json.loads(line), wanted["items"]) == [] for line in told("jsonl").splitlines())
    assert next(csv.reader(io.StringIO(told("csv")))) == list(wanted["items"]["properties"])


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
