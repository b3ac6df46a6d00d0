"""``tui-monitor ratings`` as a program of its own, its tables asked over a connection through the real yfinance."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from tests.engine.live_config import QUOTES
from tests.servers.loopback import Answer, LoopbackServer
from tests.servers.market import Market

CONFIG = (
    QUOTES
    + """\
[sources.calendar-files]
enabled = false
[sources.yahoo-research]
base_url = "{url}"
spacing = 1
calendar = false
"""
)

TABLES = "/v10/finance/quoteSummary/"


async def run(folder: Path, *arguments: str) -> tuple[int, str, str]:
    kept = {name: value for name, value in os.environ.items() if "PROXY" not in name.upper()}
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tui_monitor", "ratings", *arguments,
        env=kept | {"TUI_MONITOR_CONFIG_DIR": str(folder), "TUI_MONITOR_STATE_DIR": str(folder / "state")},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(program.communicate(), 90)
    assert program.returncode is not None
    return program.returncode, out.decode(), err.decode()


def tables_asked(server: LoopbackServer) -> list[str]:
    return [one.path.removeprefix(TABLES) for one in server.asked if one.path.startswith(TABLES)]


@pytest.mark.timeout(240)
async def test_tables_are_asked_stored_and_not_asked_again_within_the_round(tmp_path: Path) -> None:
    async with LoopbackServer() as server:
        Market().install(server)
        (tmp_path / "config.toml").write_text(CONFIG.format(url=server.url), encoding="utf-8")
        code, out, err = await run(tmp_path, "BABA", "--timeout", "40", "--format", "json")
        assert code == 0, err
        found = json.loads(out)
        assert [one["firm"] for one in found] == ["Invented Brothers", "Example Securities"]
        assert found[0]["actions"] == ["upgrade", "raise-target"]
        # The market is invented: price of the home line and rate are there, so there is an upside.
        assert found[0]["upside_symbol"] == "9988.HK"
        assert isinstance(found[0]["upside_percent"], float)
        assert tables_asked(server) == ["BABA"]
        again = await run(tmp_path, "BABA", "--timeout", "40", "--format", "json")
        assert [one["firm"] for one in json.loads(again[1])] == ["Invented Brothers", "Example Securities"]
        assert again[0] == 0
        assert tables_asked(server) == ["BABA"]
    # The server is gone: what was stored is told.
    code, out, _ = await run(tmp_path, "9988", "--offline", "--format", "jsonl")
    assert (code, len(out.splitlines())) == (0, 2)


@pytest.mark.timeout(240)
async def test_no_table_is_an_answer_and_429_is_a_failure_that_is_told(tmp_path: Path) -> None:
    async with LoopbackServer() as server:
        Market().install(server)
        server.route(f"{TABLES}BIDU", Answer(status=429, body=b"Too Many Requests"))
        (tmp_path / "config.toml").write_text(CONFIG.format(url=server.url), encoding="utf-8")
        code, out, err = await run(tmp_path, "NOTREAL", "--timeout", "40")
        assert (code, out) == (3, "")
        assert "yahoo-ratings" not in err
        await run(tmp_path, "BABA", "--timeout", "40")
        code, out, err = await run(tmp_path, "BABA", "BIDU", "--timeout", "40", "--format", "jsonl")
        assert code == 4
        assert len(out.splitlines()) == 2
        assert "yahoo-ratings:" in err
        assert "0 of 1 tables answered" in err
