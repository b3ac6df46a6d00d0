"""Hostile words from every side, through the whole program to a real terminal and out of every command.

Names, firms, grades, titles, authors and error bodies come from a server; list names, notes and feed names from
files. No byte of theirs may reach the terminal as anything but text. What the program writes is the owner's alone.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from email.utils import formatdate
from html import escape
from pathlib import Path
from typing import Any

import pytest
from tests.pty.terminal import Terminal
from tests.pty.test_program import ServerThread, behind  # noqa: F401 - a fixture
from tests.servers.loopback import Answer, Asked, Fault

POISON = (
    "Zz\x1b]0;owned\x07\x1b[31337m\x9b31337m\x1b]52;c;b3duZWQ=\x07\x1bP1$r\x1b\\\u202elive\u2066\u200f"
    "\x00\x08\r\n[bold red]mark[/] [@click=app.quit]q[/] %s {0} zZ"
)
"""Sets the title, colours, the clipboard, the direction of writing; deletes, begins a line; markup of two libraries."""

FORBIDDEN = (
    b"\x1b]0;", b"\x1b[31337m", b"\xc2\x9b", b"\x1b]52", b"\x1bP1", "\u202e".encode(), "\u2066".encode(),
    "\u200f".encode(), b"\x00", b"\x08",
)  # fmt: skip

WORD = POISON.replace("\x00", "")
"""The same as an argument, which cannot hold a null."""

CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")

WORDS = {"longName", "shortName", "firm", "toGrade", "fromGrade"}

MARKUP = "Zz [bold red]mark[/] [@click=app.quit]q[/] %s {0}"
"""What a list's name and a note may well hold: it is text."""


def poisoned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: POISON if key in WORDS else poisoned(one) for key, one in value.items()}
    return [poisoned(one) for one in value] if isinstance(value, list) else value


def toml(text: str) -> str:
    """Return ``text`` as a string of TOML, every odd character written by its number."""
    return '"' + "".join(c if c.isalnum() or c in " -" else f"\\u{ord(c):04x}" for c in text) + '"'


def install(server: ServerThread) -> dict[str, str]:
    routes = dict(server.server._routes)

    for path in ("/v7/finance/spark", "/v8/finance/chart/*", "/v10/finance/quoteSummary/*", "/v7/finance/quote"):

        def answer(asked: Asked, inner: Any = routes[path]) -> Answer:
            found: Answer = inner(asked)
            return Answer(status=found.status, body=json.dumps(poisoned(json.loads(found.body))).encode())

        server.server.route(path, answer)
    words = escape(re.sub(r"[\x00\x08\x1b\x07\x9b]", lambda match: f"&#{ord(match[0])};", POISON), quote=False)
    words = words.replace("&amp;#", "&#")
    item = (
        f"<item><title>Tencent {words}</title><link>https://news.example.com/1</link><author>{words}</author>"
        f"<description>{words}</description><category>{words}</category>"
        f"<pubDate>{formatdate(usegmt=True)}</pubDate></item>"
    )
    feed = f'<?xml version="1.0"?><rss version="2.0"><channel><title>{words}</title>{item}</channel></rss>'
    server.server.route("/rss/92/feed", Answer(body=feed.encode(), content_type="application/rss+xml"))
    server.server.route("/q=*", Answer(status=500, body=POISON.encode(), headers={"Server": "x"}))
    server.server.route("/rss/91/feed", Answer(status=403, body=POISON.encode()))
    return {
        "HTTPS_PROXY": server.server.url,
        "CURL_CA_BUNDLE": str(server.server.ca_file),
        "REQUESTS_CA_BUNDLE": str(server.server.ca_file),
    }


def write_lists(folder: Path, name: str, note: str) -> None:
    entries = "".join(
        f"[[lists.entries]]\nsymbol = {toml(symbol)}\nnote = {toml(note)}\n" for symbol in ("0700.HK", "BABA")
    )
    (folder / "watchlists.toml").write_text(f"version = 1\n[[lists]]\nname = {toml(name)}\n{entries}")


def files(home: Path) -> None:
    (home / "config").mkdir(mode=0o700)
    write_lists(home / "config", "Zz [b]m[/]", MARKUP)
    (home / "config" / "config.toml").write_text(
        '[display]\nlanguage = "en"\n'
        '[[feeds]]\nname = "Zz[bold red]mark[/]"\n'
        'url = "https://www.scmp.com/rss/91/feed"\ntitle = "[@click=app.quit]q[/]"\n',
        encoding="utf-8",
    )


def assert_harmless(raw: bytes) -> None:
    for one in FORBIDDEN:
        assert one not in raw, one


@pytest.fixture
def careless() -> Iterator[None]:
    """Let what is started here make files that everybody may read and write, unless it takes care itself."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("careless")
def test_nothing_hostile_reaches_the_terminal_or_a_pipe(
    tmp_path: Path,
    behind: ServerThread,  # noqa: F811 - the fixture
) -> None:
    environment = install(behind)
    files(tmp_path)
    with Terminal(home=tmp_path, environment=environment) as terminal:
        terminal.wait("0700.HK", "Tencent", "yahoo ")
        terminal.wait_until(lambda text: "Tencent Zz" in text, "a hostile title", 60)
        terminal.wait_until(lambda text: "No rating" not in text, "hostile firms and grades", 60)
        behind.server.fail("/v7/finance/spark", Fault.SERVER_ERROR)
        behind.server.route("/v7/finance/spark", Answer(body=POISON.encode()))
        behind.server.fail("/v7/finance/spark", None)
        # Every panel, detail, reader, list of sources and log, with the hostile words in them.
        opened = [key for panel in "5432" for key in (panel, "\r", "\x1b")]
        for keys in (*opened, "R", "i", "\x1b", "l", "\x1b", "L", "L", "?", "\x1b", "1", "z", "z"):
            terminal.send(keys)
            terminal.read(0.4)
        terminal.send("5e")
        terminal.read(0.5)
        terminal.send("\x1b")
        terminal.read(0.3)
        terminal.send("gd")
        terminal.wait_until(lambda text: "0700.HK" not in text, "an edit, so that the lists are written")
        terminal.send("q")
        assert terminal.ended(10) == 0
        assert_harmless(terminal.raw)
        assert b"[bold red]mark" in terminal.raw, "markup is text"
    variables = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8",
        "TUI_MONITOR_CONFIG_DIR": str(terminal.config), "TUI_MONITOR_STATE_DIR": str(terminal.state), **environment,
    }  # fmt: skip
    commands = (
        ["quotes", "0700.HK", "BABA"], ["quotes", "0700.HK", "--offline"], ["news", "--offline"],
        ["ratings", "--timeout", "3"], ["movers"], ["index"], ["brief"], ["watch", "list"],
        ["feeds", "list"], ["doctor", "--offline"], ["watch", "add", WORD], ["watch", "list", WORD], ["quotes", WORD],
        ["news", "--offline", "--filter", WORD],
    )  # fmt: skip
    told = 0
    for command in commands:
        for form in ("table", "json", "csv"):
            asks = command if command[0] in {"doctor", "watch", "feeds", "brief"} else [*command, "--format", form]
            done = subprocess.run(
                [sys.executable, "-m", "tui_monitor", *asks], capture_output=True, env=variables, timeout=60
            )
            text = (done.stdout + done.stderr).decode("utf-8")
            assert_harmless(done.stdout + done.stderr)
            assert not CONTROL.search(text.replace("\t", " ")), (asks, CONTROL.search(text))
            assert "Traceback" not in text, (asks, text)
            told += "Zz" in text
            if asks == command:
                break
    assert told >= 6, "the hostile words were there to be printed"
    assert_private(terminal.config, given={"config.toml"})
    assert_private(terminal.state, given=set())
    # What a file of lists may not hold is refused in a sentence.
    for name, note in ((POISON, "x"), ("mine", POISON)):
        write_lists(terminal.config, name, note)
        done = subprocess.run(
            [sys.executable, "-m", "tui_monitor", "watch", "list"], capture_output=True, env=variables, timeout=60
        )
        assert_harmless(done.stdout + done.stderr)
        assert b"watchlists.toml, line" in done.stderr
        assert not CONTROL.search(done.stderr.decode())
    log = (terminal.state / "monitor.log").read_text(encoding="utf-8")
    assert not CONTROL.search(log)
    assert "aBcDeFgHiJ1" not in log, "the crumb is a secret"


def assert_private(folder: Path, *, given: set[str]) -> None:
    """Check that folders are 0700 and files 0600, but for those that the person gave."""
    seen = 0
    for path in (folder, *folder.rglob("*")):
        if path.name in given:
            continue
        seen += 1
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert seen > 1
