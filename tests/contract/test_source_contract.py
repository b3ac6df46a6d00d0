"""What every source promises, whatever the server does. A source is put under it by a row in ``source_cases``."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.contract.source_cases import CASES, NOW, SourceCase
from tests.servers.loopback import Fault, LoopbackServer

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.api import Batch, Request, Source, SourceContext
from tui_monitor.sources.registry import available, build_sources
from tui_monitor.sources.transport import Transport

HASTE = 0.4
"""Seconds that a request gets in this suite."""


@dataclass
class Bench:
    """A source, the server that it asks, and what lies between."""

    case: SourceCase
    server: LoopbackServer
    transport: Transport
    source: Source

    async def fetch(self) -> Batch:
        return await self.source.fetch(Request(symbols=self.case.symbols, full=True))

    async def failure(self) -> SourceError:
        with pytest.raises(SourceError) as caught:
            await self.fetch()
        return caught.value


def build_one(case: SourceCase, url: str, transport: Transport, folder: Path) -> Source:
    sources, warnings = build_sources(
        lambda _name, table: SourceContext(settings=table, transport=transport, now=lambda: NOW, state_dir=folder),
        {case.plug_in: case.settings(url)},
        only=[case.plug_in],
    )
    assert warnings == []
    return next(one for one in sources if one.descriptor.name == case.name)


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def case(request: pytest.FixtureRequest) -> SourceCase:
    found: SourceCase = request.param
    return found


@pytest.fixture
async def bench(case: SourceCase, tmp_path: Path) -> AsyncIterator[Bench]:
    transport = Transport(user_agent="test", now=lambda: NOW, longest=HASTE)
    await transport.prepare()
    async with LoopbackServer() as server:
        case.install(server)
        source = build_one(case, server.url, transport, tmp_path)
        yield Bench(case, server, transport, source)
        await source.aclose()
        await transport.aclose()


def assert_sound(batch: Batch, case: SourceCase) -> None:
    """Check what holds for every batch of every source."""
    assert batch.source == case.name
    answered = [*[one.symbol for one in batch.quotes], *[one.symbol for one in batch.histories]]
    if case.by_symbol:
        assert sorted({*answered, *batch.missing}) == sorted(case.symbols)
        assert not set(answered) & set(batch.missing)
        assert {one.symbol for one in batch.paths} <= set(answered)
    assert len(answered) == len(set(answered))
    assert batch.received == NOW
    for quote in batch.quotes:
        assert quote.last is not None
        assert quote.source == case.name
        assert quote.received == NOW
        assert quote.time is None or quote.time.tzinfo is not None
        assert quote.name is None or (quote.name and clean_text(quote.name) == quote.name)
        assert quote.currency is None or (quote.currency.isascii() and quote.currency.isalpha())
        numbers = [quote.last, quote.previous_close, quote.open, quote.high, quote.low, quote.year_high, quote.year_low]
        numbers += [quote.volume, quote.turnover, quote.market_cap, quote.trailing_pe, quote.forward_pe]
        assert all(one is None or (math.isfinite(one) and one > 0) for one in numbers)
        assert all(one is None or math.isfinite(one) for one in (quote.change, quote.percent, quote.reported_percent))
    for path in batch.paths:
        assert len(path.times) == len(path.closes) > 0
        assert list(path.times) == sorted(set(path.times))
        assert all(math.isfinite(one) and one > 0 for one in path.closes)
    for history in batch.histories:
        dates = [bar.date for bar in history.bars]
        assert dates == sorted(set(dates))
        assert dates
        assert all(math.isfinite(bar.close) and bar.close > 0 for bar in history.bars)
    for words in (*batch.notes, *[one.title for one in batch.headlines]):
        assert clean_text(words, 1000) == words


def assert_said_well(error: SourceError) -> None:
    """Check that an error's sentence is one for people; who failed stands before it on the screen."""
    words = str(error)
    assert 10 < len(words) < 250
    assert clean_text(words) == words
    assert "Traceback" not in words
    assert "Error" not in words


async def test_good(bench: Bench) -> None:
    batch = await bench.fetch()
    assert_sound(batch, bench.case)
    assert bench.case.contents(batch) > 0
    assert batch.requests == len(bench.server.asked) > 0
    assert batch.octets > 0


async def test_good_compressed(bench: Bench) -> None:
    good = await bench.fetch()
    bench.server.compress = True
    batch = await bench.fetch()
    assert bench.case.contents(batch) == bench.case.contents(good)
    assert batch.octets < good.octets


EXPECTED = {
    Fault.EMPTY: {FailureKind.MALFORMED},
    Fault.CUT: {FailureKind.REFUSED},
    Fault.HTML: {FailureKind.MALFORMED},
    Fault.UNAUTHORISED: {FailureKind.UNAUTHORISED},
    Fault.FORBIDDEN: {FailureKind.UNAUTHORISED},
    Fault.NOT_FOUND: {FailureKind.NOT_FOUND},
    Fault.TOO_MANY: {FailureKind.RATE_LIMITED},
    Fault.TOO_MANY_RETRY: {FailureKind.RATE_LIMITED},
    Fault.TOO_MANY_WORDS: {FailureKind.RATE_LIMITED},
    Fault.SERVER_ERROR: {FailureKind.SERVER},
    Fault.UNAVAILABLE: {FailureKind.SERVER},
    Fault.BLACK_HOLE: {FailureKind.TIMEOUT},
    Fault.SLOW_DRIP: {FailureKind.TIMEOUT},
    Fault.RESET: {FailureKind.REFUSED},
    # On a slow machine the time may be over before the limit is reached.
    Fault.ENDLESS: {FailureKind.TOO_LARGE, FailureKind.TIMEOUT},
    Fault.GZIP_BOMB: {FailureKind.TOO_LARGE},
    Fault.REDIRECT_LOOP: {FailureKind.REDIRECT},
    # The suite's server is a private host itself and may send us to another one, where nobody is.
    Fault.REDIRECT_PRIVATE: {FailureKind.REFUSED, FailureKind.REDIRECT},
    Fault.REDIRECT_FILE: {FailureKind.REDIRECT},
}

RETRY_AFTER = {Fault.TOO_MANY_RETRY: 30.0, Fault.UNAVAILABLE: 12.0}

MOST_REQUESTS = {Fault.REDIRECT_LOOP: 6, Fault.RESET: 2}
"""Requests that one fetch may send out; one for every other fault."""


@pytest.mark.parametrize("fault", EXPECTED, ids=lambda fault: fault.name.lower())
async def test_fault_is_named_and_passes(bench: Bench, fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    good = bench.case.contents(await bench.fetch())
    asked_before = len(bench.server.asked)
    bench.server.fail(bench.case.path, fault)
    error = await bench.failure()
    assert error.kind in EXPECTED[fault]
    assert error.retry_after == RETRY_AFTER.get(fault)
    assert_said_well(error)
    most = bench.case.most_requests.get(fault, MOST_REQUESTS.get(fault, 1))
    assert len(bench.server.asked) - asked_before <= most
    # It recovers with the next question, and nothing was said behind the scheduler's back.
    bench.server.fail(bench.case.path, None)
    assert bench.case.contents(await bench.fetch()) == good
    assert caplog.records == []


async def test_truncated(bench: Bench) -> None:
    good = bench.case.contents(await bench.fetch())
    bench.server.fail(bench.case.path, Fault.TRUNCATED)
    try:
        batch = await bench.fetch()
    except SourceError as error:
        assert error.kind is FailureKind.MALFORMED  # noqa: PT017 - a batch is right too.
        assert_said_well(error)
    else:
        # Formats of lines keep the lines that are whole.
        assert_sound(batch, bench.case)
        assert bench.case.contents(batch) < good


async def test_hostile_words(bench: Bench) -> None:
    bench.server.route(bench.case.path, bench.case.hostile)
    batch = await bench.fetch()
    assert_sound(batch, bench.case)
    assert bench.case.contents(batch) > 0
    assert "\x1b" not in repr(batch).replace("\\x1b", "\x1b")


async def test_wrong_types(bench: Bench) -> None:
    for answer in bench.case.wrong:
        bench.server.route(bench.case.path, answer)
        try:
            batch = await bench.fetch()
        except SourceError as error:
            assert error.kind is FailureKind.MALFORMED, answer.body[:200]  # noqa: PT017 - a batch is right too.
            assert_said_well(error)
        else:
            assert_sound(batch, bench.case)


async def test_nobody_listens(bench: Bench) -> None:
    await bench.fetch()
    await bench.server.stop()
    error = await bench.failure()
    assert error.kind is FailureKind.REFUSED
    assert_said_well(error)
    await bench.server.start()
    assert bench.case.contents(await bench.fetch()) > 0


async def test_no_such_host(case: SourceCase, tmp_path: Path) -> None:
    transport = Transport(user_agent="test", now=lambda: NOW)
    source = build_one(case, "https://nobody.invalid", transport, tmp_path)
    with pytest.raises(SourceError) as caught:
        await source.fetch(Request(symbols=case.symbols))
    assert caught.value.kind is FailureKind.REFUSED
    assert "nobody.invalid is not found" in str(caught.value)
    await source.aclose()
    await transport.aclose()


async def test_tls_is_verified(case: SourceCase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with LoopbackServer(tls=True, ca_dir=tmp_path) as server:
        case.install(server)
        for variable, trusted in ((None, False), ("CURL_CA_BUNDLE", True), ("SSL_CERT_FILE", True)):
            with monkeypatch.context() as patch:
                if variable:
                    patch.setenv(variable, str(server.ca_file))
                transport = Transport(user_agent="test", now=lambda: NOW)
                source = build_one(case, server.url, transport, tmp_path)
                if trusted:
                    assert case.contents(await source.fetch(Request(symbols=case.symbols))) > 0
                else:
                    with pytest.raises(SourceError) as caught:
                        await source.fetch(Request(symbols=case.symbols))
                    assert caught.value.kind is FailureKind.TLS
                    assert_said_well(caught.value)
                await source.aclose()
                await transport.aclose()


async def test_descriptor(bench: Bench) -> None:
    descriptor = bench.source.descriptor
    assert descriptor is bench.source.descriptor or descriptor == bench.source.descriptor
    assert descriptor.name == bench.case.name
    assert descriptor.host == "127.0.0.1"
    assert descriptor.period >= 5
    assert descriptor.timeout > 0


async def test_closing_twice(bench: Bench) -> None:
    await bench.source.aclose()
    await bench.source.aclose()


async def test_cancelled_fetch_leaves_the_source_usable(bench: Bench) -> None:
    bench.server.fail(bench.case.path, Fault.BLACK_HOLE)
    task = asyncio.create_task(bench.fetch())
    await bench.server.wait_for(bench.case.path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    bench.server.fail(bench.case.path, None)
    assert bench.case.contents(await bench.fetch()) > 0


def test_every_live_plug_in_is_under_contract() -> None:
    names = {
        name
        for name, point in available().items()
        if name != "replay" and importlib.util.find_spec(point.module) is not None
    }
    assert names - {case.plug_in for case in CASES} <= WITH_OWN_CONTRACT


WITH_OWN_CONTRACT: frozenset[str] = frozenset({"yahoo-research"})
"""Plug-ins whose transport is not ours: the faults of yfinance's are tested in ``test_yahoo_research_wire``."""
