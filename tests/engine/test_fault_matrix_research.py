"""What is asked through yfinance against every fault: the real yfinance in its process, a server that behaves badly.

One process serves all tests of this file, as it serves all of these sources in the program. What is checked in each
is what ``test_fault_matrix`` checks of the others.
"""

from __future__ import annotations

import contextlib
import logging
import math
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
import pytest_asyncio
from tests.contract.source_cases import NOW, Stand
from tests.engine.fault_bench import (
    HELD,
    WIRE,
    Bench,
    assert_failing,
    assert_no_long_wait,
    assert_recovers,
    bench_of,
    come_back,
    first_round,
    no_traceback,
    outlast,
    running,
)
from tests.engine.stepped_clock import Counted, SteppedClock
from tests.servers.distort import Lie
from tests.servers.loopback import Fault, LoopbackServer
from tests.servers.research import CALENDAR, STORIES, TABLES, ResearchYahoo

from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine import backoff
from tui_monitor.engine.ledger import REASK_AFTER
from tui_monitor.sources import yahoo_research
from tui_monitor.sources.api import Source, SourceContext
from tui_monitor.sources.yfinance_worker import YfinanceProcess

if TYPE_CHECKING:
    import trustme

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 8.0
"""Real seconds that a request gets from a server that may answer."""

IN_GREAT_HASTE = 0.05
"""The same while none will come to an end: black holes and drips take all of it."""

OUTAGE = 1500.0
"""Simulated seconds for which a fault lasts."""

STANDS = tuple(
    Stand(
        name=name,
        plug_in="yahoo-research",
        settings=lambda url: {"base_url": url, "news": True},
        symbols=symbols,
        install=lambda server: None,
        path=path,
        by_symbol=bool(symbols),
    )
    for name, symbols, path in (
        ("yahoo-ratings", ("BABA",), TABLES),
        ("yahoo-calendar", (), CALENDAR),
        ("yahoo-dividends", ("BABA",), TABLES),
        ("yahoo-research-news", ("BABA",), STORIES),
    )
)


UNKNOWN = "http://yahoo.invalid"
"""A name that nobody may have (RFC 2606)."""


@dataclass
class Research:
    """The sources under test, their server and the process that all of them ask through."""

    server: LoopbackServer
    process: YfinanceProcess
    folder: Path

    @contextlib.asynccontextmanager
    async def benches(self, stands: Sequence[Stand] = STANDS) -> AsyncIterator[list[Bench]]:
        """Give running benches, each with a scheduler of its own, at the periods that the program has."""
        clock = SteppedClock(NOW)
        self.yahoo = ResearchYahoo(clock.now)
        self.yahoo.install(self.server)
        built = self._build(clock)
        made = [bench_of(stand, Counted(built[stand.name], clock), self.server, clock) for stand in stands]
        async with running(made):
            yield made

    async def ask_at(self, address: str) -> None:
        """Ask another address from now on, by a process of its own."""
        await self.process.aclose()
        self.process._base_url = address

    def _build(self, clock: SteppedClock) -> dict[str, Source]:
        context = SourceContext(
            settings=STANDS[0].settings(self.server.url),
            transport=cast("Any", None),
            now=clock.now,
            state_dir=self.folder,
            instruments={"9988.HK": cast("Any", SimpleNamespace(us_line=SimpleNamespace(symbol="BABA")))},
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(yahoo_research, "YfinanceProcess", lambda *folder, **options: self.process)
            return {one.descriptor.name: one for one in yahoo_research.build(context)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def research(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Research]:
    folder = tmp_path_factory.mktemp("research")
    async with LoopbackServer() as server:
        process = YfinanceProcess(folder / "yfinance", base_url=server.url, patience=PATIENCE)
        yield Research(server, process, folder)
        await process.aclose()


def assert_sane(bench: Bench) -> None:
    bench.assert_sane()
    for rating in bench.store.ratings():
        assert rating.time <= bench.clock.now() + timedelta(minutes=10), rating
        for target in (rating.target, rating.prior_target):
            assert target is None or (math.isfinite(target) and target > 0), rating
    for event in bench.store.events():
        assert abs(event.day - bench.clock.now().date()) <= timedelta(days=400), event


async def meet_it(made: list[Bench]) -> float:
    """Let a person ask all of them anew, as the fault begins: some would not be asked within its time."""
    began = made[0].clock.elapsed()
    await made[0].clock.advance(REASK_AFTER)
    for one in made:
        assert one.scheduler.refresh(name=one.name) == (one.name,)
    await made[0].clock.advance(OUTAGE)
    return began


def hold_up(made: list[Bench], held: dict[str, dict[str, object]], kinds: set[FailureKind], began: float) -> None:
    """Check each while the fault lasts."""
    for one in made:
        # All four share the server: what one of them asked is told by its own tries, checked below together.
        assert_failing(one, held[one.name], kinds, began, one.asked())
        assert any(at > began for at in one.source.times), (one.name, "has met the fault")
        assert_sane(one)


async def well_again(made: list[Bench], ended: float, most: float | None = None) -> None:
    for one in made:
        longest = min(one.period, backoff.LONGEST_WAIT)
        assert_no_long_wait(one, longest if most is None else most)
    waits = [one.health.countdown(one.clock.monotonic()) or 0.0 for one in made if one.health.failures]
    await made[0].clock.advance(max(waits, default=0.0) + 10)
    for one in made:
        if not [at for at in one.source.good if at >= ended]:
            # It did not take what it got for a failure and goes on at its pace: as a person asks it anew.
            assert not one.health.failures
            one.scheduler.refresh(name=one.name)
    await made[0].clock.advance(60)
    for one in made:
        assert_recovers(one, ended, most)


@pytest.mark.parametrize("fault", WIRE, ids=lambda fault: fault.name.lower())
async def test_a_server_that_fails(fault: Fault, research: Research, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with research.benches() as made:
        held = await first_round(made)
        before = research.server.count("*")
        for path in (TABLES, CALENDAR, STORIES):
            research.server.fail(path, fault)
        research.process.patience = IN_GREAT_HASTE if fault in {Fault.BLACK_HOLE, Fault.SLOW_DRIP} else PATIENCE
        began = await meet_it(made)
        hold_up(made, held, WIRE[fault], began)
        tries = sum(at > began for one in made for at in one.source.times)
        # No storm, counted at the server: a refused crumb is tried anew, a loop is followed a few times.
        assert research.server.count("*") - before <= 8 * tries
        for path in (TABLES, CALENDAR, STORIES):
            research.server.fail(path, None)
        research.process.patience = PATIENCE
        ended = made[0].clock.elapsed()
        await well_again(made, ended, HELD if fault in {Fault.TOO_MANY, Fault.TOO_MANY_RETRY} else None)
    assert no_traceback(caplog)


@pytest.mark.parametrize("lie", Lie, ids=lambda lie: lie.value)
async def test_an_answer_that_lies(lie: Lie, research: Research, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with research.benches() as made:
        held = await first_round(made)
        before = research.server.count("*")
        research.yahoo.lie = lie
        began = await meet_it(made)
        for one in made:
            assert_sane(one)
            assert set(one.values()) >= set(held[one.name]), (one.name, "what was known stays")
            if lie is Lie.OTHERS and one.case.path == TABLES:
                assert_failing(one, held[one.name], {FailureKind.MALFORMED}, began, one.asked())
        tries = sum(at > began for one in made for at in one.source.times)
        assert tries >= len(made)
        assert research.server.count("*") - before <= 2 * tries
        research.yahoo.lie = None
        await well_again(made, made[0].clock.elapsed())
    assert no_traceback(caplog)


RARE = tuple(stand for stand in STANDS if stand.name in {"yahoo-calendar", "yahoo-dividends"})


async def test_what_is_asked_twice_a_day_is_well_again_within_an_hour(
    research: Research, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with research.benches(RARE) as made:
        await first_round(made)
        for path in (TABLES, CALENDAR):
            research.server.fail(path, Fault.SERVER_ERROR)
        await outlast(made, WIRE[Fault.SERVER_ERROR])
        for path in (TABLES, CALENDAR):
            research.server.fail(path, None)
        await come_back(made, made[0].clock.elapsed())
    assert no_traceback(caplog)


async def test_a_server_that_is_gone(research: Research, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with research.benches() as made:
        held = await first_round(made)
        await research.server.stop()
        hold_up(made, held, {FailureKind.REFUSED}, await meet_it(made))
        await research.server.start()
        await well_again(made, made[0].clock.elapsed())
    assert no_traceback(caplog)


async def test_a_name_that_is_not_found_any_more(research: Research, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with research.benches() as made:
        held = await first_round(made)
        before = research.server.count("*")
        await research.ask_at(UNKNOWN)
        # A machine whose name server is silent cannot tell the two apart.
        hold_up(made, held, {FailureKind.REFUSED, FailureKind.TIMEOUT}, await meet_it(made))
        assert research.server.count("*") == before
        await research.ask_at(research.server.url)
        await well_again(made, made[0].clock.elapsed())
    assert no_traceback(caplog)


async def test_a_certificate_that_cannot_be_trusted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trustme

    caplog.set_level(logging.INFO, "tui_monitor")
    ours, theirs = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(tmp_path / "ours.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))
    monkeypatch.setattr(LoopbackServer, "_authority", lambda self: ours)
    async with LoopbackServer(tls=True) as server:
        process = YfinanceProcess(tmp_path / "yfinance", base_url=server.url, patience=PATIENCE)
        research = Research(server, process, tmp_path)
        async with research.benches() as made:
            held = await first_round(made)
            await show(server, theirs)
            before = server.count("*")
            hold_up(made, held, {FailureKind.TLS}, await meet_it(made))
            assert server.count("*") == before, "nothing was sent to a server that is not trusted"
            await show(server, ours)
            await well_again(made, made[0].clock.elapsed())
        await process.aclose()
    assert no_traceback(caplog)


async def show(server: LoopbackServer, authority: trustme.CA) -> None:
    """Let the server show a certificate of ``authority`` from now on."""
    await server.stop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    server._contexts["localhost"] = context
    await server.start()
