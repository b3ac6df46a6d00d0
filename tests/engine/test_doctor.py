"""``doctor``: what it finds in folders, clock, TLS and sources, and that it ends with what to do."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from tests.servers.distort import Lie
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer
from tests.servers.market import Market
from tests.servers.research import ResearchYahoo

from tui_monitor.cli.commands.doctor import command
from tui_monitor.sources.refusals import server_time


class Served:
    """A loopback server on a thread of its own: the command has its own event loop."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.call(server.start())

    def call(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self) -> None:
        self.call(self.server.stop())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(5)
        self.loop.close()


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, folder in (("CONFIG", "config"), ("STATE", "state")):
        (tmp_path / folder).mkdir(mode=0o700)
        monkeypatch.setenv(f"TUI_MONITOR_{name}_DIR", str(tmp_path / folder))
    return tmp_path


@pytest.fixture
def served(folders: Path) -> Iterator[Served]:
    one = Served(LoopbackServer(ca_dir=folders))
    Market().install(one.server)
    configure(folders, one.server.url)
    try:
        yield one
    finally:
        one.stop()


def configure(folders: Path, url: str) -> None:
    (folders / "config" / "config.toml").write_text(
        f"""
[news]
use_default_feeds = false
[sources.yahoo-spark]
base_url = "{url}"
fallback_url = ""
[sources.tencent]
base_url = "{url}"
history = false
[sources.yahoo-chart]
enabled = false
[sources.yahoo-quote]
enabled = false
[sources.calendar-files]
enabled = false
[sources.yahoo-research]
enabled = false
[sources.feeds]
per_symbol = false
""",
        encoding="utf-8",
    )
    (folders / "config" / "config.toml").chmod(0o600)


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, list(arguments), obj={})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert "Traceback" not in done.output
    return done.exit_code, done.output


def line(output: str, what: str) -> str:
    return next(one for one in output.splitlines() if one[5:].startswith(what))


def dated(served: Served, moment: datetime, *, age: str = "") -> None:
    """Let every answer of quotes carry ``moment`` as its time."""
    market = Market()
    headers = {"Date": format_datetime(moment, usegmt=True)} | ({"Age": age} if age else {})

    def spark(asked: Asked) -> Answer:
        return Answer(body=market.spark(asked).body, headers=headers)

    served.server.route("/v7/finance/spark", spark)


def test_all_is_well(served: Served) -> None:
    dated(served, datetime.now(UTC))
    code, output = run()
    assert output.rstrip().endswith("All is well.")
    assert code == 0
    assert "1 items in" in line(output, "yahoo")
    assert "right, compared" in line(output, "clock")
    assert "MB free" in line(output, "disk")


@pytest.mark.parametrize(
    ("ahead", "right", "words"),
    [
        (5, True, "right"),
        (60, True, "60 s ahead of"),
        (3600, False, "s ahead of"),
        (-3600, False, "s behind"),
    ],
)
def test_the_clock_is_compared_with_the_answers(served: Served, ahead: int, right: bool, words: str) -> None:
    dated(served, datetime.now(UTC) - timedelta(seconds=ahead))
    code, output = run()
    told = line(output, "clock")
    assert words in told or (words.startswith("60") and " s ahead of" in told)
    assert told.startswith("ok" if right else "BAD")
    assert ("clock: set it" in output) is not right
    assert code == (0 if right else 4)


def test_an_answer_out_of_a_cache_does_not_make_the_clock_wrong(served: Served) -> None:
    dated(served, datetime.now(UTC) - timedelta(seconds=1800), age="1800")
    assert "right" in line(run()[1], "clock")


def test_without_a_time_the_clock_is_not_judged(served: Served) -> None:
    assert "not compared" in line(run()[1], "clock")
    served.server.route("/v7/finance/spark", Answer(body=b"{}", headers={"Date": "yesterday"}))
    assert "not compared" in line(run()[1], "clock")


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        (Fault.TOO_MANY, "leave 127.0.0.1 alone for 5 minutes"),
        (Fault.FORBIDDEN, "turn yahoo off or give it another address"),
        (Fault.NOT_FOUND, "is gone: correct it"),
        (Fault.SERVER_ERROR, "nothing to do, it is tried again"),
        (Fault.HTML, "a login page of the network?"),
        (Fault.REDIRECT_LOOP, "sends us elsewhere"),
        (Fault.BLACK_HOLE, "try again, with --timeout"),
    ],
    ids=str,
)
def test_a_source_that_fails_gets_its_reason_and_what_to_do(served: Served, fault: Fault, advice: str) -> None:
    served.server.fail("/v7/finance/spark", fault)
    code, output = run("--timeout", "1")
    assert line(output, "yahoo").startswith("BAD")
    assert line(output, "tencent").startswith("ok"), "one failing source costs no other"
    head, _, tail = output.partition("What to do:")
    assert "yahoo: " in tail
    assert advice in tail
    assert "yahoo" in head
    assert code == 4


def test_where_nothing_is_reached_there_is_one_advice(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.call(served.server.stop())
    code, output = run("--timeout", "1")
    assert output.partition("What to do:")[2].strip().splitlines() == ["network: see that this machine is online"]
    assert code == 4
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert "the proxy of HTTPS_PROXY runs" in run("--timeout", "1")[1]


def test_a_certificate_that_is_not_accepted_and_one_that_is(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = Served(LoopbackServer(tls=True, ca_dir=folders))
    try:
        Market().install(one.server)
        configure(folders, one.server.url)
        _, output = run("--timeout", "3")
        assert line(output, "TLS").startswith("BAD")
        assert "SSL_CERT_FILE" in output.partition("What to do:")[2]
        monkeypatch.setenv("SSL_CERT_FILE", str(one.server.ca_file))
        code, output = run("--timeout", "3")
        assert line(output, "TLS") == "ok   TLS              verified with 1 hosts"
        assert code == 0
    finally:
        one.stop()


def test_folders_settings_and_a_broken_database(folders: Path) -> None:
    (folders / "config").chmod(0o755)
    (folders / "state").chmod(0o755)
    # Not the program's: it may be there for others to read, and keeps the folder open.
    (folders / "state" / "notes.txt").touch()
    (folders / "state" / "monitor.db").write_bytes(b"this is no database at all" * 100)
    (folders / "config" / "config.toml").write_text("[display]\nlanguag = 1\n")
    code, output = run("--offline")
    assert code == 2
    assert f"chmod 700 {folders / 'state'}" in output
    assert f"chmod 700 {folders / 'config'}" not in output
    assert (folders / "config").stat().st_mode & 0o777 == 0o700
    assert line(output, "database").startswith("BAD")
    assert "config.toml, line 2" in line(output, "settings")
    tail = output.partition("What to do:")[2]
    assert "settings: correct the lines that are named" in tail
    assert "database: it is set aside at the next start" in tail


@pytest.mark.parametrize(
    ("date", "age", "expected"),
    [
        ("Wed, 17 Sep 2025 03:20:00 GMT", None, "2025-09-17T03:20:00+00:00"),
        ("Wed, 17 Sep 2025 11:20:00 +0800", None, "2025-09-17T03:20:00+00:00"),
        ("Wed, 17 Sep 2025 03:20:00 GMT", "60", "2025-09-17T03:21:00+00:00"),
        ("Wed, 17 Sep 2025 03:20:00 GMT", "-1", "2025-09-17T03:20:00+00:00"),
        ("Wed, 17 Sep 2025 03:20:00 GMT", "9" * 400, "2025-09-17T03:20:00+00:00"),
        ("", None, None),
        (None, None, None),
        ("x" * 5000, None, None),
        ("Wed, 99 Sep 2025 03:20:00 GMT", None, None),
    ],
)
def test_the_time_of_a_server(date: str | None, age: str | None, expected: str | None) -> None:
    found = server_time(date, age)
    assert (found.isoformat() if found is not None else None) == expected


def test_what_is_asked_by_company_is_asked_for_one_and_events_count(served: Served, folders: Path) -> None:
    yahoo = ResearchYahoo(lambda: datetime.now(UTC))
    yahoo.install(served.server)
    schedule = (
        f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART:{datetime.now(UTC):%Y%m%d}\r\nSUMMARY:Figure\r\nEND:VEVENT\r\n"
    )
    served.server.route("/own.ics", Answer(body=f"{schedule}END:VCALENDAR\r\n".encode(), content_type="text/calendar"))
    settings = folders / "config" / "config.toml"
    text = settings.read_text()
    url = served.server.url
    for name, table in (
        ("yahoo-research", f'base_url = "{url}"\nnews = true'),
        ("calendar-files", f'files = [{{name = "own", url = "{url}/own.ics"}}]'),
    ):
        text = text.replace(f"[sources.{name}]\nenabled = false", f"[sources.{name}]\n{table}")
    settings.write_text(text)
    code, output = run("--timeout", "60")
    assert code == 0, output
    assert "1 items" in line(output, "own")
    assert "2 items" in line(output, "yahoo-dividends"), "an ex-date and a day of payment"
    assert "2 items" in line(output, "yahoo-research-news")
    asked = [one.path for one in served.server.asked]
    assert {"/v10/finance/quoteSummary/MSFT", "/v10/finance/quoteSummary/0700.HK", "/xhr/ncp", "/own.ics"} <= set(asked)
    assert asked.count("/v1/test/getcrumb") == 1, "one process of yfinance's for all of them"
    yahoo.lie = Lie.OTHERS
    code, output = run("--timeout", "60")
    assert line(output, "yahoo-dividends").startswith("BAD"), "nothing of what was asked for is no reach"
    assert "login page" in output.partition("What to do:")[2]
    assert code != 0


@pytest.mark.parametrize(
    ("locale", "well", "wrong"), [("zh_HK.UTF-8", "正常", "異常"), ("zh_CN.UTF-8", "正常", "异常")]
)
def test_it_speaks_the_language_of_the_locale(
    locale: str, well: str, wrong: str, folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    (folders / "config" / "config.toml").write_text("[market]\nindx = 1\n")
    (folders / "config" / "config.toml").chmod(0o600)
    result = CliRunner().invoke(command, ["--offline"])
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert all(line.startswith((well, wrong)) for line in lines[: lines.index("")]), result.output
    assert "indx" in result.output
    rest = re.sub(r"\S*/\S*|\S*=\S*|[「“].*?[」”]", "", result.output)
    assert not re.search(r"[a-z]{3,} [a-z]{2,} [a-z]{2,}", rest), rest
