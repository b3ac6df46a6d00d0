"""Keys while something goes wrong or takes long: yfinance's import, a source that hangs, names that are not found for
half a minute, a feed of ten megabytes, a disk that takes a second for a file.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.figures.home import REAL_SOURCES, Home, codes, monitor
from benchmarks.figures.keys import cursor_mark, press
from benchmarks.figures.row import Row, median, percentile
from benchmarks.figures.terminal import Program

if TYPE_CHECKING:
    from benchmarks.figures.server import Market

PRESSES = 25
GOAL = 50.0
"""Milliseconds that a key may take at the 99th percentile; of that many it is the slowest."""

SYMBOLS = codes(60)

NAMELESS = """
import socket, time

def nothing(*arguments, **named):
    time.sleep(30.0)
    raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

socket.getaddrinfo = nothing
"""

SLOW_DISK = """
import os, time

def slowly(real):
    def call(*arguments, **named):
        time.sleep(1.0)
        return real(*arguments, **named)
    return call

os.fsync, os.replace = slowly(os.fsync), slowly(os.replace)
"""


def trouble_rows(folder: Path) -> list[Row]:
    """Measure keys in each trouble, as issue and design name them."""
    return [
        _research(folder / "import"),
        _hanging(folder / "hanging"),
        _nameless(folder / "names"),
        _large_feed(folder / "feed"),
        _slow_disk(folder / "disk"),
    ]


def _home(folder: Path, environment: Mapping[str, str], on: str | None, more: Mapping[str, Any] | None = None) -> Home:
    home = Home(folder, dict(environment))
    home.watchlist(SYMBOLS)
    home.database(SYMBOLS)
    off = {f"sources.{name}": {"enabled": False} for name in REAL_SOURCES if name != on}
    home.settings({"news": {"use_default_feeds": False}, **off, **(more or {})}, real=True)
    return home


def _row(what: str, home: Home, *, before: Callable[[Program], object] | None = None, note: str = "") -> Row:
    with Program(monitor(), home.environment) as program:
        program.wait_text(SYMBOLS[0], "Invented")
        if before is not None:
            before(program)
        taken, lost = press(program, cursor_mark(), random.Random(7), PRESSES)
    told = f"p50 {median(taken):.1f}" + (f"; {lost} lost" if lost else "") + (f"; {note}" if note else "")
    return Row(f"keys while {what}, p99", percentile(taken, 0.99), "ms", goal=0.0 if lost else GOAL, note=told)


def _server(folder: Path) -> Market:
    from benchmarks.figures.server import Market

    return Market(folder / "server")


def _research(folder: Path) -> Row:
    with _server(folder) as market:
        row = _row("yfinance is imported", _home(folder, market.environment, "yahoo-research"))
        asked = market.server.count("/v10/finance/quoteSummary/*")
    if not asked:
        raise OSError("yfinance asked nothing: its import did not fall into the time")
    return row


def _hanging(folder: Path) -> Row:
    from tests.servers.loopback import Fault

    with _server(folder) as market:
        for path in ("/v7/finance/spark", "/v8/finance/chart/*"):
            market.server.fail(path, Fault.BLACK_HOLE)
        row = _row("a source hangs", _home(folder, market.environment, "yahoo-spark"))
        asked = market.server.count("/v7/finance/spark")
    if not asked:
        raise OSError("nothing was asked of the source that hangs")
    return row


def _nameless(folder: Path) -> Row:
    home = _home(folder, {}, "yahoo-spark")
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        home.environment.pop(name)
    (home.path / "site" / "sitecustomize.py").write_text(NAMELESS)
    return _row("no name is found for 30 s", home)


def _large_feed(folder: Path) -> Row:
    from tests.servers.loopback import Answer

    def feed(size: int) -> Answer:
        item = "<item><title>A title of no company, number {}</title><link>https://example.com/{}</link></item>"
        items: list[str] = []
        length = 0
        while length < size:
            items.append(item.format(len(items), len(items)))
            length += len(items[-1])
        body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'
        return Answer(body=body.encode(), content_type="application/rss+xml")

    with _server(folder) as market:
        feeds: dict[str, Any] = {}
        # The larger one is beyond what is taken of a feed, the other one is just within.
        for name, size in (("large", 10_000_000), ("allowed", 4_900_000)):
            market.server.route(f"/{name}.xml", feed(size))
            feeds[name] = f"https://feeds.example.com/{name}.xml"
        home = _home(folder, market.environment, None)
        with (home.path / "config" / "config.toml").open("a", encoding="utf-8") as file:
            for name, url in feeds.items():
                file.write(f'[[feeds]]\nname = "{name}"\nurl = "{url}"\n')
        row = _row("a feed of 10 MB is read", home)
        asked = market.server.count("/large.xml"), market.server.count("/allowed.xml")
    if 0 in asked:
        raise OSError("the large feeds were not asked for")
    return row


def _slow_disk(folder: Path) -> Row:
    home = _home(folder, {}, None)
    (home.path / "site" / "sitecustomize.py").write_text(SLOW_DISK)

    def edit(program: Program) -> None:
        program.drain(1.0)
        # Three edits and an undo: the lists are being saved while the keys are pressed.
        for key in (b"d", b"u", b"d", b"u"):
            program.send(key)
            program.settle(0.3, 1.0)

    began = (home.path / "config" / "watchlists.toml").stat().st_mtime_ns
    row = _row("lists are saved to a slow disk", home, before=edit)
    if (home.path / "config" / "watchlists.toml").stat().st_mtime_ns == began:
        raise OSError("no edit was saved")
    return row
