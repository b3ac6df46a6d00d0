"""The search for symbols over a real connection to this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from tests.contract.test_source_contract import EXPECTED, MOST_REQUESTS
from tests.servers.loopback import Answer, Fault, LoopbackServer

from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.instrument import Kind
from tui_monitor.services.finding import Finder, Found
from tui_monitor.services.symbol_search import SymbolSearch
from tui_monitor.sources.transport import Transport
from tui_monitor.sources.yahoo_search import YahooSearch

PATH = "/v1/finance/search"

SLOW = {Fault.BLACK_HOLE, Fault.SLOW_DRIP}
"""Faults that take all the time there is."""


@asynccontextmanager
async def server(status: str, body: bytes) -> AsyncIterator[tuple[str, list[str]]]:
    asked: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        asked.append(head.decode().splitlines()[0])
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}", asked


@asynccontextmanager
async def transport() -> AsyncIterator[Transport]:
    made = Transport(user_agent="test", now=lambda: datetime.now(UTC), allow_private_hosts=True)
    try:
        yield made
    finally:
        await made.aclose()


async def test_what_is_found_is_known_from_then_on() -> None:
    body = {"quotes": [{"symbol": "ALDR.L", "longname": "Alder plc", "exchDisp": "London", "quoteType": "EQUITY"}]}
    finder = Finder({})
    async with server("200 OK", json.dumps(body).encode()) as (address, asked), transport() as way:
        source = YahooSearch(way, {"base_url": address})
        found = await SymbolSearch(lambda: source, lambda: finder).find("榿木 alder&x=1")
    assert found == [Found("ALDR.L", "Alder plc", "London", Kind.EQUITY)]
    assert finder.knows("ALDR.L")
    assert finder.candidates("alder plc")[0].symbol == "ALDR.L"
    assert asked == ["GET /v1/finance/search?q=%E6%A6%BF%E6%9C%A8+alder%26x%3D1&quotesCount=20&newsCount=0 HTTP/1.1"]


@pytest.mark.parametrize("fault", [*EXPECTED, Fault.TRUNCATED], ids=lambda fault: fault.name.lower())
async def test_every_fault_has_its_reason_and_passes(fault: Fault) -> None:
    finder = Finder({})
    body = json.dumps({"quotes": [{"symbol": "ALDR.L", "longname": "Alder plc"}]}).encode()
    async with LoopbackServer() as failing, transport() as way:
        failing.route(PATH, Answer(body=body, content_type="application/json"))
        source = YahooSearch(way, {"base_url": failing.url, "timeout": 1.0 if fault in SLOW else 3.0})
        search = SymbolSearch(lambda: source, lambda: finder)
        failing.fail(PATH, fault)
        with pytest.raises(SourceError) as caught:
            await search.find("alder")
        assert caught.value.kind in EXPECTED.get(fault, {FailureKind.MALFORMED})
        assert len(str(caught.value)) > 15
        assert len(failing.asked) <= MOST_REQUESTS.get(fault, 1)
        failing.fail(PATH, None)
        assert [one.symbol for one in await search.find("alder")] == ["ALDR.L"]


async def test_nobody_there_is_a_reason_as_well() -> None:
    async with LoopbackServer() as gone, transport() as way:
        source = YahooSearch(way, {"base_url": gone.url})
        await gone.stop()
        with pytest.raises(SourceError) as caught:
            await SymbolSearch(lambda: source, lambda: Finder({})).find("alder")
        assert caught.value.kind is FailureKind.REFUSED
        await gone.start()


async def test_before_the_sources_are_there_it_says_so() -> None:
    with pytest.raises(SourceError) as caught:
        await SymbolSearch(lambda: None, lambda: Finder({})).find("alder")
    assert caught.value.kind is FailureKind.UNAVAILABLE


async def test_its_table_is_checked() -> None:
    async with transport() as way:
        with pytest.raises(ConfigError, match=r"sources\.yahoo-search"):
            YahooSearch(way, {"base_ur": "x"})
