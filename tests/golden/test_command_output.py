"""Each data command from the recorded day, offline: golden files, terminals of two widths, schemas.

``UPDATE_GOLDEN=1 pytest tests/golden`` writes the files anew; read the difference before committing it.
"""

from __future__ import annotations

import fcntl
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
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.golden.command_stage import COMMANDS, FOLDER, HEADLINES, LANGUAGES, own_lists, whole
from tests.golden.schema_check import errors

from tui_monitor.cli.commands.schema import FOLDER as SCHEMAS
from tui_monitor.cli.main import cli, run

pytestmark = pytest.mark.usefixtures("own_folders", "read_once")


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
