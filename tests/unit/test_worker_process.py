"""A library in a process of its own: what becomes of it when it is killed, hangs, or has nothing to do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from tests.servers.loopback import Fault, LoopbackServer, json_body

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.decoding import decode_json
from tui_monitor.sources.worker_process import WorkerProcess
from tui_monitor.sources.yfinance_worker import MODULE, Answer, YfinanceProcess, packed

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as running:
        running.route("/*", json_body({"finance": {"result": [1]}}))
        yield running


async def ask(client: YfinanceProcess, timeout: float = 40.0) -> object:
    return (await client.get_json("/v10/finance/quoteSummary/X", {"a": "b"}, now=NOW, timeout=timeout)).value


async def gone(pid: int) -> bool:
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.01)
    return False


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"a": [1%s, 2, 18446744073709551615], "b": "x"}' % (b"0" * 400), {"a": [None, 2, None], "b": "x"}),
        (b'{"a": NaN, "b\\ud800": "\\udfff!"}', {"a": None, "b?": "?!"}),
        (b'{"a": [9223372036854775807, -1e308, true]}', {"a": [2**63 - 1, -1e308, True]}),
    ],
)
def test_what_a_frame_has_no_room_for_does_not_end_the_process(body: bytes, told: object) -> None:
    reply = packed(Answer(decode_json(body, "Yahoo"), 1, 2))
    assert msgspec.msgpack.decode(reply, type=Answer) == Answer(told, 1, 2)


def test_an_answer_that_is_nested_without_measure_is_a_failure() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    assert msgspec.msgpack.decode(packed(Answer(value)), type=Answer).kind is FailureKind.MALFORMED


async def test_a_killed_process_is_told_and_replaced_and_yfinance_stays_out_of_this_one(
    tmp_path: Path, server: LoopbackServer
) -> None:
    client = YfinanceProcess(tmp_path, base_url=server.url)
    try:
        assert await ask(client) == {"finance": {"result": [1]}}
        first = client.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        with pytest.raises(SourceError) as told:
            await ask(client)
        assert told.value.kind is FailureKind.INTERNAL
        assert await ask(client) == {"finance": {"result": [1]}}
        second = client.pid
        assert second not in {None, first}
        assert "yfinance" not in sys.modules
    finally:
        await client.aclose()
        await client.aclose()
    assert second is not None
    assert await gone(second)


async def test_a_process_that_hangs_is_ended_in_time(tmp_path: Path, server: LoopbackServer) -> None:
    client = YfinanceProcess(tmp_path, base_url=server.url)
    try:
        await ask(client)
        pid = client.pid
        assert pid is not None
        server.fail("/*", Fault.BLACK_HOLE)
        with pytest.raises(SourceError) as told:
            await ask(client, timeout=0.3)
        assert told.value.kind is FailureKind.TIMEOUT
        assert await gone(pid)
    finally:
        await client.aclose()


async def test_an_idle_process_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The question names the current folder for yfinance's caches.
    monkeypatch.chdir(tmp_path)
    worker = WorkerProcess(MODULE, "yfinance", idle_limit=0.05)
    try:
        with pytest.raises(SourceError):
            # No question at all: the worker ends over it.
            await worker.ask(b"\xc1", timeout=20.0)
        assert worker.pid is None
        question = b"\x95\xa1.\xa4http\xd7\xff" + bytes(8) + b"\xa1/\x80"
        await worker.ask(question, timeout=30.0)
        pid = worker.pid
        assert pid is not None
        assert await gone(pid)
        assert worker.pid is None
    finally:
        await worker.aclose()
