"""The data commands against loopback servers, as programs of their own: failover, what is kept, codes, speed."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import re
import resource
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.engine.live_config import QUOTES
from tests.servers.loopback import Fault, LoopbackServer
from tests.servers.market import Market

from tui_monitor.config.seeds import load_universe

TWENTY = [*load_universe().symbols[:18], "BABA", "BIDU"]

CONFIG = (
    QUOTES
    + """\
[sources.calendar-files]
enabled = false
[sources.yahoo-research]
enabled = false
"""
)


@dataclass
class Done:
    """How a program ended."""

    code: int
    out: str
    err: str
    seconds: float
    work: float
    """Seconds of a core."""

    @property
    def rows(self) -> list[dict[str, Any]]:
        found = json.loads(self.out)
        assert isinstance(found, list)
        return found


def work_of_children() -> float:
    """Return the seconds of a core that children which have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass
class World:
    """A server, a market on it, and folders for the program."""

    server: LoopbackServer
    market: Market
    folder: Path

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
        return kept | {
            "TUI_MONITOR_CONFIG_DIR": str(self.folder / "config"),
            "TUI_MONITOR_STATE_DIR": str(self.folder / "state"),
        }

    async def start(self, *arguments: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tui_monitor", *arguments,
            env=self.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            # A suite that runs as a background job inherits an ignored SIGINT, and hands it on.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
        )  # fmt: skip

    async def run(self, *arguments: str) -> Done:
        began, worked = time.perf_counter(), work_of_children()
        process = await self.start(*arguments)
        out, err = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode is not None
        took, work = time.perf_counter() - began, work_of_children() - worked
        return Done(process.returncode, out.decode(), err.decode(), took, work)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with LoopbackServer() as server:
        market = Market()
        market.install(server)
        (tmp_path / "config").mkdir()
        text = CONFIG.replace("{url}", server.url)
        (tmp_path / "config" / "config.toml").write_text(text, encoding="utf-8")
        yield World(server, market, tmp_path)


async def test_twenty_symbols_in_one_request_and_in_time(world: World) -> None:
    best = 9.0
    # What it takes of a core: the wall's clock also counts what else the machine does (benchmarks measure that).
    for number in range(5):
        before = world.server.count("/v7/finance/spark")
        done = await world.run("quotes", *TWENTY, "--format", "json")
        assert done.code == 0, done.err
        assert world.server.count("/v7/finance/spark") == before + 1
        assert done.err == ""
        best = min(best, done.work)
        assert [row["symbol"] for row in done.rows] == TWENTY
        if number == 0:
            for row in done.rows:
                assert row["previous_close"] == world.market.previous_close(row["symbol"])
                assert row["last"] == world.market.price(row["symbol"])
                assert (row["source"], row["origin"], row["freshness"]) == ("yahoo", "live", "fresh")
                assert row["percent"] == pytest.approx((row["last"] / row["previous_close"] - 1) * 100)
    assert best < 0.6


async def test_what_one_source_does_not_have_the_next_gives(world: World) -> None:
    world.server.fail("/v7/finance/spark", Fault.SERVER_ERROR)
    done = await world.run("quotes", "700", "9988", "--format", "json")
    assert done.code == 0, done.err
    assert {row["source"] for row in done.rows} == {"yahoo-chart-quote"}
    assert "yahoo:" in done.err
    assert world.server.count("/v7/finance/spark") == 1
    # Nothing of Yahoo's answers: Tencent does, for what it covers. A failing source is not asked symbol by symbol.
    world.server.fail("/v8/finance/chart/*", Fault.SERVER_ERROR)
    before = len(world.server.asked)
    done = await world.run("quotes", "1810", "2015", "3690", "BABA", "--format", "json")
    assert done.code == 4
    assert {row["symbol"]: row["source"] for row in done.rows} == {
        "1810.HK": "tencent", "2015.HK": "tencent", "3690.HK": "tencent",
    }  # fmt: skip
    assert all(row["delay_seconds"] == 900 for row in done.rows)
    assert "No price of BABA." in done.err
    assert len(world.server.asked) == before + 3


async def test_a_source_that_never_answers_leaves_time_for_the_next(world: World) -> None:
    world.server.fail("/v7/finance/spark", Fault.BLACK_HOLE)
    world.server.fail("/v8/finance/chart/*", Fault.BLACK_HOLE)
    done = await world.run("quotes", "700", "--format", "json", "--timeout", "3")
    assert done.code == 0, done.err
    assert done.rows[0]["source"] == "tencent"
    assert done.seconds < 15.0, "three seconds were given; without that limit it would take ten for each of two sources"


async def test_an_unknown_symbol_makes_it_partial(world: World) -> None:
    done = await world.run("quotes", "BABA", "NOTREAL1", "--format", "json")
    assert done.code == 4
    assert [row["symbol"] for row in done.rows] == ["BABA"]
    assert "No price of NOTREAL1." in done.err
    nothing = await world.run("quotes", "NOTREAL1", "--format", "json")
    assert (nothing.code, nothing.out) == (3, "")


async def test_what_is_stored_stands_in_marked_and_aged(world: World) -> None:
    first = await world.run("quotes", "700", "BABA", "--format", "json")
    await world.server.stop()
    after = await world.run("quotes", "700", "BABA", "--format", "json", "--timeout", "2")
    assert after.code == 4
    assert {row["origin"] for row in after.rows} == {"stored"}
    assert [row["last"] for row in after.rows] == [row["last"] for row in first.rows]
    offline = await world.run("quotes", "700", "BABA", "--offline", "--format", "json")
    assert (offline.code, offline.err) == (0, "")
    assert all(row["age_seconds"] >= 0 and row["received"] for row in offline.rows)
    assert [row["received"] for row in offline.rows] == [row["received"] for row in first.rows]
    partial = await world.run("quotes", "700", "9999", "--offline")
    assert partial.code == 4
    assert (await world.run("quotes", "9999", "--offline")).code == 3


async def test_offline_asks_nobody(world: World) -> None:
    for arguments in (("quotes", "700"), ("movers",), ("index",)):
        assert (await world.run(*arguments, "--offline")).code == 3
    assert world.server.asked == []
    assert not (world.folder / "state").exists()


async def test_watching_prints_again_until_interrupted(world: World) -> None:
    process = await world.start("quotes", "BABA", "--watch", "2", "--format", "csv")
    assert process.stdout is not None
    lines = [(await asyncio.wait_for(process.stdout.readline(), 20)).decode() for _ in range(3)]
    process.send_signal(2)
    await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130
    assert lines[0].startswith("symbol,name,last")
    assert lines[1].split(",")[2] != lines[2].split(",")[2]
    assert all(line.startswith("BABA,") for line in lines[1:])


async def test_waiting_until_a_price_is_another(world: World) -> None:
    done = await world.run("quotes", "BABA", "--until-change", "--watch", "2", "--format", "json")
    assert done.code == 0
    assert done.rows[0]["last"] == world.market.price("BABA")
    assert world.server.count("/v7/finance/spark") == 2


async def test_without_a_first_answer_there_is_nothing_to_wait_on(world: World) -> None:
    await world.run("quotes", "BABA", "--format", "json")
    await world.server.stop()
    done = await world.run("quotes", "BABA", "--until-change", "--timeout", "1", "--format", "json")
    # What is stored does not change by itself.
    assert (done.code, done.out) == (3, "")
    assert "no price to wait on" in done.err


async def test_alerts_are_held_against_what_is_answered_and_then_against_what_is_stored(world: World) -> None:
    price = world.market.price("BABA")
    (world.folder / "config" / "alerts.toml").write_text(
        f'[[rules]]\nname = "one"\nkind = "price"\nsymbols = ["BABA"]\nabove = {price * 2}\n', encoding="utf-8"
    )
    done = await world.run("alerts", "--format", "json")
    assert (done.code, done.err) == (0, "")
    (row,) = done.rows
    assert row["value"] == world.market.price("BABA")
    assert row["distance"] == pytest.approx(price * 2 - row["value"])
    assert (row["origin"], row["source"], row["met"], row["state"]) == ("live", "yahoo", False, "armed")
    await world.server.stop()
    after = await world.run("alerts", "one", "--format", "json", "--timeout", "2")
    assert after.code == 4
    assert [(one["origin"], one["value"]) for one in after.rows] == [("stored", row["value"])]
    offline = await world.run("alerts", "--offline", "--format", "json")
    assert (offline.code, offline.err) == (0, "")


async def test_movers_live(world: World) -> None:
    done = await world.run("movers", "--by", "percent", "--format", "json")
    assert done.code == 0, done.err
    symbols = load_universe().symbols
    moves = {one: world.market.price(one) / world.market.previous_close(one) for one in symbols}
    assert [row["symbol"] for row in done.rows] == sorted(symbols, key=lambda one: -moves[one])
    assert [row["place"] for row in done.rows] == list(range(1, len(symbols) + 1))
    before = world.market.previous_close("HSTECH.HK")
    universe = load_universe()
    for row in done.rows:
        weight = universe.weight(row["symbol"])
        assert weight is not None
        assert row["points"] == pytest.approx(weight * (moves[row["symbol"]] - 1) * before, abs=1e-6)
    stored = await world.run("movers", "--offline", "--format", "json", "--limit", "3")
    assert stored.code == 0
    assert [row["symbol"] for row in stored.rows] == [row["symbol"] for row in done.rows[:3]]
    assert {row["origin"] for row in stored.rows} == {"stored"}


async def test_the_index_asks_once_then_tells_what_is_stored(world: World) -> None:
    done = await world.run("index", "--format", "json", "--timeout", "20")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    days = world.market.days("HSTECH.HK", 700)
    assert found["symbol"] == "HSTECH.HK"
    assert found["breadth"]["unknown"] == 0
    first = [close for day, close in days if day.year == int(found["as_of"][:4]) - 1][-1]
    assert found["ytd_pct"] == pytest.approx((found["level"] / first - 1) * 100)
    # The short stored history does not call its best day the record.
    assert found["record_close"] is None or found["record_close"]["level"] >= 10945.22
    asked = len(world.server.asked)
    again = await world.run("index", "--format", "json")
    assert again.code == 0
    assert json.loads(again.out)["as_of"] == found["as_of"]
    assert len(world.server.asked) == asked


async def test_a_pipe_that_closes_early_is_quiet(world: World) -> None:
    command = f"{sys.executable} -m tui_monitor movers --from-recording demo --format jsonl | head -1"
    process = await asyncio.create_subprocess_shell(
        command, env=world.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert out.count(b"\n") == 1
    assert err == b""


async def test_no_terminal_library_and_no_heavy_one_is_loaded(world: World) -> None:
    program = (
        "import sys\nsys.argv = ['tui-monitor', 'quotes', '700', 'BABA']\n"
        "from tui_monitor.cli.main import main\n"
        "try:\n    main()\nfinally:\n"
        "    print(sorted({'textual', 'rich', 'yfinance', 'pandas', 'feedparser', 'exchange_calendars'}"
        " & set(sys.modules)), file=sys.stderr)\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program,
        env=world.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    assert err.decode().strip() == "[]"
    # Piped: no colour, nothing cut, a line a symbol and the header.
    assert re.findall(r"^\S+", out.decode(), re.MULTILINE) == ["symbol", "0700.HK", "BABA"]
    assert "\x1b" not in out.decode()


async def test_a_session_is_recorded_and_told_again(world: World) -> None:
    (world.folder / "config" / "watchlists.toml").write_text(
        '[[list]]\nname = "secret plans"\n[[list.entry]]\nsymbol = "MYOWN"\n', encoding="utf-8"
    )
    file = world.folder / "day.jsonl.gz"
    process = await world.start("record", str(file))
    for _ in range(400):
        if world.server.count("/v7/finance/spark") >= 3 and world.server.count("/appstock/app/*"):
            break
        await asyncio.sleep(0.05)
    process.send_signal(2)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert (process.returncode, out) == (0, b""), err
    assert b"answers recorded" in err
    told = await world.run("movers", "--from-recording", str(file), "--format", "json")
    assert told.code == 0, told.err
    assert {row["origin"] for row in told.rows} == {"recording"}
    assert {row["symbol"] for row in told.rows} == set(load_universe().symbols)
    for row in told.rows:
        assert row["percent"] == pytest.approx((row["last"] / world.market.previous_close(row["symbol"]) - 1) * 100)
    whole = gzip.decompress(file.read_bytes()).decode()
    assert "MYOWN" not in whole
    assert "secret" not in whole
    assert str(world.folder) not in whole
    assert "127.0.0.1" not in whole
    again = await world.run("record", str(file), "--for", "1s")
    assert again.code == 1
    assert "exists already" in again.err


async def test_nothing_to_record(world: World) -> None:
    await world.server.stop()
    done = await world.run("record", str(world.folder / "empty.jsonl"), "--for", "2s")
    assert done.code == 3
    assert not (world.folder / "empty.jsonl").exists()
    assert (await world.run("record", "x", "--for", "soon")).code == 1
