"""The search for symbols over a real connection to this machine."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.instrument import Kind
from tui_monitor.services.finding import Finder, Found
from tui_monitor.services.symbol_search import SymbolSearch
from tui_monitor.sources.transport import Transport
from tui_monitor.sources.yahoo_search import YahooSearch


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


@pytest.mark.parametrize(
    ("status", "kind"),
    [("429 Too Many Requests", FailureKind.RATE_LIMITED),
     ("500 Oops", FailureKind.SERVER), ("200 OK", FailureKind.MALFORMED)],
)  # fmt: skip
async def test_a_failure_has_its_reason(status: str, kind: FailureKind) -> None:
    async with server(status, b"<html>no</html>") as (address, _), transport() as way:
        source = YahooSearch(way, {"base_url": address})
        with pytest.raises(SourceError) as caught:
            await SymbolSearch(lambda: source, lambda: Finder({})).find("alder")
    assert caught.value.kind is kind


async def test_before_the_sources_are_there_it_says_so() -> None:
    with pytest.raises(SourceError) as caught:
        await SymbolSearch(lambda: None, lambda: Finder({})).find("alder")
    assert caught.value.kind is FailureKind.UNAVAILABLE


async def test_its_table_is_checked() -> None:
    async with transport() as way:
        with pytest.raises(ConfigError, match=r"sources\.yahoo-search"):
            YahooSearch(way, {"base_ur": "x"})
