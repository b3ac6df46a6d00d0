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
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from tests.golden.schema_check import errors
from tests.unit.test_commands_page import TOP, leaves

from tui_monitor.cli.commands.schema import FOLDER as SCHEMAS
from tui_monitor.cli.commands.schema import names
from tui_monitor.cli.main import cli, run
from tui_monitor.config.settings import Settings
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel
from tui_monitor.services import replayed
from tui_monitor.services.replayed import Replayed
from tui_monitor.store.alert_log import append_events

FOLDER = Path(__file__).parent / "commands"
HEADLINES = Path(__file__).parent / "rating_headlines.jsonl"

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
    "alerts": ["alerts"],
    "alerts-morning": ["alerts", "tencent", "deals", "--at", "11:00"],
    "brief": ["brief"],
    "brief-morning": ["brief", "--at", "11:00"],
}
"""What is run, by the name of its golden files."""

RULES = """\
[[alerts.rules]]
name = "tencent"
kind = "price"
symbols = ["0700.HK"]
above = 700
below = 650
[[alerts.rules]]
name = "large moves"
kind = "percent"
symbols = ["9888.HK", "0981.HK", "9988.HK"]
above = 6
[[alerts.rules]]
name = "points"
kind = "points"
symbols = ["9988.HK"]
below = -20
[[alerts.rules]]
name = "highs"
kind = "high"
symbols = ["9888.HK"]
[[alerts.rules]]
name = "upgrades"
kind = "rating"
symbols = ["9888.HK", "BIDU"]
actions = ["upgrade"]
[[alerts.rules]]
name = "deals"
kind = "headline"
filter = "topic:deals"
[[alerts.rules]]
name = "strong close"
kind = "claim"
claim = "highest-close-since"
[[alerts.rules]]
name = "silent"
kind = "stale"
enabled = false
"""
"""Alert rules of every way of looking."""

LANGUAGES = ("en", "zh-Hant", "zh-Hans")


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text(RULES, encoding="utf-8")
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


@pytest.mark.parametrize(("form", "language"), [("json", "en"), ("jsonl", "en"), ("csv", "en"), ("json", "zh-Hant")])
@pytest.mark.parametrize("name", ["quotes", "movers", "index", "news", "ratings", "calendar", "alerts"])
def test_other_forms(name: str, form: str, language: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole(name, language, "--format", form)) == 0
    compare(FOLDER / f"{name}.{language}.{form}", capsys.readouterr().out)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_brief_in_its_forms(language: str, capsys: pytest.CaptureFixture[str]) -> None:
    for form in ("md", "json"):
        assert run(whole("brief", language, "--format", form)) == 0
        compare(FOLDER / f"brief.{language}.{form}", capsys.readouterr().out)


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
    "alerts-list": ["alerts", "list"],
    "alerts-log": ["alerts", "log"],
    "feeds": ["feeds", "list"],
    "watch": ["watch", "show", "--list", "mine"],
    "watch-lists": ["watch", "list"],
    "watch-check": ["watch", "check"],
    "config-path": ["config", "path"],
    "config-check": ["config", "check"],
    "schema": ["schema"],
}
"""Commands that tell the person's own files, by the name of their golden files."""

SPEAKING = {"alerts-list", "alerts-log"}
"""Those of them that speak Chinese too; the others tell names, paths and keys, and speak English alone."""


@pytest.mark.parametrize("language", LANGUAGES)
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
    """Write lists with what a list can hold, and a log of alerts."""
    append_events(tmp_path / "state" / "alerts.jsonl", [
        AlertEvent(
            time=datetime(2025, 9, 17, 3, 1, tzinfo=UTC), rule="tencent", kind=AlertKind.PRICE, symbol="0700.HK",
            name="Tencent", side="above", value=701.5, threshold=700.0, channels=(Channel.BELL,),
        ),
        AlertEvent(
            time=datetime(2025, 9, 17, 6, 30, tzinfo=UTC), rule="deals", kind=AlertKind.HEADLINE, quiet=True,
            text="騰訊發行90億元人民幣債券，為2021年以來首次，所得款項用作一般企業用途",
        ),
    ])  # fmt: skip
    (tmp_path / "config" / "watchlists.toml").write_text(
        'version = 1\n[[lists]]\nname = "mine"\ncurrency = "HKD"\n'
        '[[lists.entries]]\nsymbol = "0700.HK"\nquantity = 200\ncost = 480.5\ncost_currency = "HKD"\n'
        'tags = ["games", "雲"]\nnote = "業績公布後再看，not before the results of the third quarter are out"\n'
        '[[lists.entries]]\nsymbol = "BABA"\n[[lists]]\nname = "觀察名單"\n',
        encoding="utf-8",
    )


@pytest.mark.parametrize(
    ("name", "language"),
    [(name, one) for name in WITHOUT_A_RECORDING for one in (LANGUAGES if name in SPEAKING else LANGUAGES[:1])],
)
def test_the_files_of_a_person(
    name: str, language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_lists(tmp_path)
    arguments = ["--lang", language, *WITHOUT_A_RECORDING[name]]
    assert run(arguments) == 0
    seen = capsys.readouterr()
    own = str(tmp_path)
    if name.endswith("-check"):
        # That all is well is narration.
        assert seen.out == ""
        compare(FOLDER / f"{name}.{language}.txt", seen.err.replace(own, "HOME"))
        return
    assert seen.err == ""
    assert "\x1b" not in seen.out
    assert "…" not in seen.out
    compare(FOLDER / f"{name}.{language}.txt", seen.out.replace(own, "HOME"))
    for width in (80, 200):
        text = told_on_a_terminal(arguments, width, monkeypatch)
        if own in text:
            # A path is never cut; the terminal wraps it.
            assert text == seen.out
            continue
        assert max(cells(line) for line in text.splitlines()) <= width
        compare(FOLDER / f"{name}.{language}.{width}.txt", text)


def test_rating_changes_read_out_of_headlines() -> None:
    """They are JSON lines in whatever language, on a terminal as in a pipe."""
    titles = [json.loads(line)["text"] for line in HEADLINES.read_text(encoding="utf-8").splitlines()[::20]]
    told = CliRunner().invoke(cli, ["ratings", "extract"], input="\n".join(titles))
    assert told.exit_code == 0
    compare(FOLDER / "ratings-extract.jsonl", told.stdout)
    wanted = json.loads((SCHEMAS / "ratings-extract.json").read_text(encoding="utf-8"))
    for line in told.stdout.splitlines():
        assert errors(json.loads(line), wanted) == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_a_shell(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    compare(FOLDER / f"completion.{shell}", capsys.readouterr().out)


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


LISTING: dict[str, tuple[list[str], int]] = {
    "alerts-list": (["alerts", "list"], 0),
    "alerts-log": (["alerts", "log"], 0),
    # Nobody is at a terminal, so no bell can ring.
    "alerts-test": (["alerts", "test"], 3),
    "feeds-list": (["feeds", "list"], 0),
    # Nobody answers: each row says why.
    "feeds-check": (["feeds", "check", "RTHK", "Fed", "--timeout", "0.5"], 3),
    "watch-list": (["watch", "list"], 0),
    "watch-show": (["watch", "show"], 0),
}
"""Commands that print records and tell no recording, by their schema, with the code that they end with."""


@pytest.mark.parametrize("name", LISTING)
def test_lists_keep_to_their_schemas(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_lists(tmp_path)
    arguments, wanted_code = LISTING[name]
    wanted = schema(name, capsys)

    def told(form: str) -> str:
        try:
            code = int(run([*arguments, "--format", form]))
        except SystemExit as ended:
            code = int(ended.code or 0)
        assert code == wanted_code
        return capsys.readouterr().out

    rows = json.loads(told("json"))
    assert rows
    assert errors(rows, wanted) == []
    row, names_ = wanted["items"], list(wanted["items"]["properties"])
    if name == "watch-show":
        # A line is an entry with its list.
        entry = row["properties"]["entries"]["items"]
        row = {**entry, "properties": {"list": {"type": "string"}, **entry["properties"]}}
        names_ = ["list", *(one for one in entry["properties"] if one != "unverified")]
    assert all(errors(json.loads(line), row) == [] for line in told("jsonl").splitlines())
    assert next(csv.reader(io.StringIO(told("csv")))) == names_


def test_each_command_that_prints_json_has_a_schema_that_is_tested() -> None:
    """A command with ``--format json`` keeps to a schema of its own name, and each schema is some command's."""
    found = {"ratings-extract"}
    for words, command in leaves(cli, "", TOP):
        forms = next((one.type for one in command.params if one.name == "form"), None)
        if isinstance(forms, click.Choice) and "json" in forms.choices and words.partition(" ")[0] != "run":
            found.add(words.replace(" ", "-"))
    tested = {name for name in COMMANDS if name in names()} | set(LISTING) | {"ratings-extract"}
    # `run` and `watch export` write what `brief` and `watch show` print.
    assert found - {"watch-export", "watch-import"} == set(names()) == tested


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
