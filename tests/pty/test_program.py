"""The whole program in a real terminal: start, keys to file, signals, a lost terminal, no network, real protocols."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.pty.terminal import Terminal, trade_all_day
from tests.servers.loopback import Answer, Fault, LoopbackServer
from tests.servers.market import Market

NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
"""A proxy that refuses: no request leaves the machine, and every one fails at once."""

FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>t</title>
<item><title>Tencent opens a glasshouse [/b]</title><link>https://news.example.com/1</link>
<pubDate>{date}</pubDate></item></channel></rss>"""


def _restored(raw: bytes) -> bool:
    """Whether the terminal was given back: main screen, cursor, no mouse reports."""
    return raw.rfind(b"\x1b[?1049l") > raw.rfind(b"\x1b[?1049h") and raw.rfind(b"\x1b[?25h") > raw.rfind(b"\x1b[?25l")


class ServerThread:
    """A loopback server on an event loop of its own, so that a test may block on the terminal."""

    def __init__(self, folder: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.server = LoopbackServer(ca_dir=folder)
        self.market = Market()
        self.market.install(self.server)
        self.call(self.server.start())

    def call(self, coroutine: object) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)  # type: ignore[arg-type]

    def stop(self) -> None:
        self.call(self.server.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[ServerThread]:
    running = ServerThread(tmp_path)
    try:
        yield running
    finally:
        running.stop()


def test_the_demo_fills_all_five_panels(tmp_path: Path) -> None:
    with Terminal("demo", "--at", "11:18", home=tmp_path, environment=NO_NETWORK) as terminal:
        text = terminal.wait(
            "DEMO", "HK open, lunch in", "Hang Seng TECH", "Movers", "Baidu", "Rating changes", "sell", "Headlines",
            "Watchlist", "0700.HK", "would be strongest since 2021-11-25", "replay",
        )  # fmt: skip
        assert "HSTECH" in text.splitlines()[0]
        terminal.send("q")
        assert terminal.ended(5) == 0
        assert _restored(terminal.raw)


def test_the_demo_pauses_and_steps(tmp_path: Path) -> None:
    with Terminal("demo", "--at", "10:00", home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("DEMO", "HKT", "Baidu")
        terminal.send(" ")
        terminal.wait("Paused")
        terminal.read(2.0)  # what was under way when the key came is painted: the clock may move once more
        held = _clock(terminal)
        terminal.read(2.5)  # more than two minutes of the day, did it go on
        assert _clock(terminal) == held
        terminal.send("..")
        terminal.wait_until(lambda _: _clock(terminal) != held, "another time")
        terminal.read(2.0)
        assert _clock(terminal) - held == 2


def _clock(terminal: Terminal) -> int:
    """The minute of the day that the status line shows."""
    found = re.search(r"(\d\d):(\d\d) HKT", terminal.lines[0])
    assert found is not None
    return int(found[1]) * 60 + int(found[2])


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_saves_the_lists_and_gives_the_terminal_back(tmp_path: Path, number: int, code: int) -> None:
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("Watchlist", "0700.HK")
        terminal.send("a")
        terminal.wait("Enter adds")
        terminal.send("BABA\r")
        terminal.wait_until(lambda text: "BABA" in text and "Enter adds" not in text, "BABA is in the list")
        terminal.signal(number)
        assert terminal.ended(5) == code
        assert _restored(terminal.raw)
        lists = tomllib.loads((terminal.config / "watchlists.toml").read_text())
        assert "BABA" in str(lists)


def test_a_closed_terminal_ends_the_program_and_keeps_the_edit(tmp_path: Path) -> None:
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("Watchlist", "0700.HK")
        terminal.send("d")
        terminal.wait("Removed 0700.HK")
        terminal.hang_up()
        terminal.ended(3)
        lists = tomllib.loads((terminal.config / "watchlists.toml").read_text())
        assert "0700.HK" not in str(lists)
        assert "9988.HK" in str(lists)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_an_edit_that_could_not_be_saved_is_told_after_the_screen(tmp_path: Path) -> None:
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("Watchlist", "0700.HK")
        file = terminal.config / "watchlists.toml"
        file.write_text('[[lists]]\nname = "mine"\nentries = ["0700.HK", "BABA"]\n')
        os.chown(file, 12345, 12345)
        terminal.wait("mine")
        terminal.send("d")
        terminal.wait("Removed 0700.HK")
        terminal.send("q")
        terminal.ended(5)
        assert b"it belongs to another user; unsaved edits are lost." in terminal.raw
        assert "0700.HK" in file.read_text()


def test_a_changed_config_is_taken_over_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("Watchlist", "no connection")
        (terminal.config / "config.toml").write_text('[display]\nlanguage = "zh-Hant"\n')
        terminal.wait("自選", "騰訊")
        (terminal.config / "config.toml").write_text('[display]\nlanguag = "en"\n')
        terminal.wait("config.toml 第 2 行", "自選")


def test_ctrl_z_gives_the_terminal_back_and_fg_brings_the_screen_again(tmp_path: Path) -> None:
    with Terminal("demo", "--at", "11:18", home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("DEMO", "Baidu")
        terminal.send("\x1a")
        until = time.monotonic() + 5
        while _state(terminal.pid) != "T" and time.monotonic() < until:
            terminal.read(0.05)
        assert _state(terminal.pid) == "T", "stopped"
        # It stopped at once; what it said before may still lie in the pty.
        while not _restored(terminal.raw) and time.monotonic() < until:
            terminal.read(0.05)
        assert _restored(terminal.raw)
        # Nothing of what stood there is left, so that what is seen was sent again: frames and titles never change.
        terminal.screen.reset()
        terminal.signal(signal.SIGCONT)
        terminal.wait("DEMO", "Watchlist", "Headlines", "Rating changes", "Movers", "Fed decision")
        assert not _restored(terminal.raw)
        terminal.send("q")
        assert terminal.ended(5) == 0
        assert _restored(terminal.raw)


def test_a_terminal_that_dies_without_a_word_ends_the_program_within_two_seconds_without_spinning(
    tmp_path: Path,
) -> None:
    # Not the leader of the terminal's session, as behind a wrapper: no SIGHUP comes, only the input ends.
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    variables = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "TERM": "xterm-256color",
        "TUI_MONITOR_CONFIG_DIR": str(tmp_path / "c"), "TUI_MONITOR_STATE_DIR": str(tmp_path / "s"), **NO_NETWORK,
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-m", "tui_monitor"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=variables, start_new_session=True,
    ) as program:  # fmt: skip
        try:
            os.close(theirs)
            taken = b""
            until = time.monotonic() + 20
            while b"0700.HK" not in taken and time.monotonic() < until:
                if select.select([ours], [], [], 0.1)[0]:
                    taken += os.read(ours, 65_536)
            assert b"0700.HK" in taken
            # Past the work of the start, reading on as a terminal does.
            until = time.monotonic() + 3
            while (left := until - time.monotonic()) > 0:
                if select.select([ours], [], [], left)[0]:
                    os.read(ours, 65_536)
            spent = _processor_seconds(program.pid)
            os.close(ours)
            last = spent
            until = time.monotonic() + 2
            while program.poll() is None and time.monotonic() < until:
                with suppress(OSError, IndexError):
                    last = _processor_seconds(program.pid)
                time.sleep(0.02)
            # 120 is the interpreter's own, where it cannot flush its last words.
            assert program.poll() in {129, 120}
            assert last - spent < 1.2, "it may look for half a second and needs some time to end"
        finally:
            program.kill()


def _processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_without_any_network_it_says_what_is_wrong_and_when_it_tries_again(tmp_path: Path) -> None:
    trade_all_day(tmp_path)
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("✗ no connection to any source", "next try")
        terminal.send("i")
        text = terminal.wait("Sources", "failing", "does not take the connection")
        assert "Traceback" not in text
        terminal.send("q")
        terminal.wait("Watchlist")
        terminal.send("q")
        assert terminal.ended(5) == 0


def test_real_protocols_from_socket_to_cell_then_offline_from_what_was_stored(
    tmp_path: Path, behind: ServerThread
) -> None:
    from email.utils import formatdate

    trade_all_day(tmp_path)
    server, market = behind.server, behind.market
    feed = FEED.format(date=formatdate(usegmt=True)).encode()
    server.route("/rss/92/feed", Answer(body=feed, headers={"Content-Type": "application/rss+xml"}))
    environment = {
        "HTTPS_PROXY": server.url,
        "CURL_CA_BUNDLE": str(server.ca_file),
        "REQUESTS_CA_BUNDLE": str(server.ca_file),
    }
    with Terminal(home=tmp_path, environment=environment) as terminal:
        # Its price as the server gave it, in the cell of the watchlist.
        def shown(text: str) -> bool:
            line = next((one for one in text.splitlines() if "0700.HK" in one), "")
            found = re.search(r"([\d,]+\.\d\d)\s", line.partition("Tencent")[2])
            if found is None:
                return False
            price = float(found[1].replace(",", ""))
            base = market.previous_close("0700.HK")
            return abs(price / base - 1) < 0.2

        terminal.wait_until(shown, "the quote of 0700.HK")
        terminal.wait("Tencent opens a glasshouse [/b]", "yahoo ")
        terminal.wait("Sell → Buy", seconds=60)
        server.fail("/v7/finance/spark", Fault.SERVER_ERROR)
        terminal.send("R")
        text = terminal.wait("yahoo ✗ server error")
        assert shown(text), "the last good number stays"
        server.fail("/v7/finance/spark", None)
        terminal.wait_until(lambda text: re.search(r"yahoo \d+s", text) is not None, "recovery by itself", 60)
        terminal.send("q")
        assert terminal.ended(8) == 0
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait_until(shown, "the stored quote of 0700.HK")
        terminal.wait("Tencent opens a glasshouse [/b]", "no connection")


def test_the_palette_opens_by_a_key_typed_before_the_first_paint(tmp_path: Path) -> None:
    """Textual's own is not read by the start; it has to be there for the first key all the same."""
    with Terminal(home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.send("\x10")
        terminal.wait("Find a command")
        terminal.send("how they fare")
        terminal.wait_until(lambda text: "Sources and how they fare" in text and "all sources again" not in text, "one")
        terminal.send("\r")
        terminal.wait("Sources", "failing")
        terminal.send("q")
        terminal.wait("Watchlist")
        terminal.send("q")
        assert terminal.ended(5) == 0


def test_nothing_heavy_is_imported_before_or_with_the_first_paint(tmp_path: Path) -> None:
    program = """
import asyncio, sys
from pathlib import Path
from tui_monitor.compose import Monitor
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings

async def main():
    paths = Paths(Path(sys.argv[1]) / "c", Path(sys.argv[1]) / "s")
    paths.ensure()
    monitor = Monitor(Settings(), paths)
    async with monitor.build_app().run_test(size=(120, 40)) as pilot:
        await pilot.pause(0.5)
        heavy = {"yfinance", "pandas", "numpy", "feedparser", "exchange_calendars", "httpx", "curl_cffi", "lxml"}
        print(sorted(heavy & set(sys.modules)))
    await monitor.aclose()

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["config", "path"], ["index", "--help"], ["watch", "list"]]
)
def test_headless_commands_import_no_textual(tmp_path: Path, arguments: list[str]) -> None:
    program = (
        "import sys, atexit\n"
        f"sys.argv = ['tui-monitor', *{arguments!r}]\n"
        "heavy = ('textual', 'yfinance', 'pandas', 'httpx')\n"
        "atexit.register(lambda: print('LOADED', [name for name in heavy if name in sys.modules]))\n"
        "from tui_monitor.cli.main import main\n"
        "main()\n"
    )
    environment = {
        "PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LANG": "C.UTF-8",
        "TUI_MONITOR_CONFIG_DIR": str(tmp_path / "c"), "TUI_MONITOR_STATE_DIR": str(tmp_path / "s"),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, env=environment
    )
    assert "LOADED []" in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_be_painted_gets_one_line(tmp_path: Path, term: str) -> None:
    with Terminal(home=tmp_path, environment={"TERM": term}) as terminal:
        assert terminal.ended(10) == 1
        assert terminal.text.count("tui-monitor") <= 2
        assert "tui-monitor index" in terminal.text.replace("\n", "")


def test_no_terminal_gets_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_monitor"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "environment",
    [
        {"NO_COLOR": "1"},
        {"TERM": "screen", "COLORTERM": ""},
        {"TERM": "linux", "COLORTERM": ""},
        {"LANG": "C", "LC_ALL": "C"},
    ],
)
def test_plain_terminals(tmp_path: Path, environment: dict[str, str]) -> None:
    with Terminal("demo", "--at", "14:00", home=tmp_path, environment={**NO_NETWORK, **environment}) as terminal:
        up = "+" if environment.get("LC_ALL") == "C" else "▲"
        terminal.wait("DEMO", "Baidu", f"{up} 1")
        if "NO_COLOR" in environment:
            assert not re.search(rb"\x1b\[[0-9;]*(?:38|48);2;", terminal.raw)
        if "LC_ALL" in environment:
            # Also where Textual draws: the frame of a dialog, its bar.
            terminal.send("?")
            terminal.wait("Keys", "cursor.down")
            drawn = terminal.raw.decode(errors="ignore")
            assert {char for char in drawn if not char.isascii() and char < "\u2e80"} == set()
            terminal.send("q")
            terminal.wait_until(lambda text: "cursor.down" not in text, "the help is closed")
        terminal.send("q")
        assert terminal.ended(5) == 0


def test_resize_in_a_real_terminal(tmp_path: Path) -> None:
    with Terminal("demo", "--at", "14:00", home=tmp_path, environment=NO_NETWORK) as terminal:
        terminal.wait("DEMO", "Baidu")
        for columns, rows in [(20, 5), (200, 60), (60, 20), (400, 100), (80, 24)]:
            terminal.resize(columns, rows)
            terminal.read(0.5)
        terminal.wait("Watchlist", "HSTECH")
        terminal.send("q")
        assert terminal.ended(5) == 0
