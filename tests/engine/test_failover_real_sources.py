"""Yahoo's spark, then its chart, then Tencent: real sources over loopback, each at an address of its own.

Failover is per symbol and field, the source shown is the one that the number came from, and nothing flaps.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from tests.contract.source_cases import NOW
from tests.engine.fault_bench import LiveMarket
from tests.engine.stepped_clock import Counted, SteppedClock
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer, json_body

from tui_monitor.engine.health import State
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import SourceContext, Topic
from tui_monitor.sources.registry import build_sources
from tui_monitor.sources.transport import Transport
from tui_monitor.store.latest import LatestStore

SYMBOLS = ("HSTECH.HK", "0700.HK", "600021.SS", "BABA")


@dataclass
class Three:
    """The three sources of quotes with their servers."""

    clock: SteppedClock
    scheduler: Scheduler
    store: LatestStore
    servers: dict[str, LoopbackServer]
    sources: dict[str, Counted]
    hidden: set[str] = field(default_factory=set)
    """Symbols that spark does not have."""

    def shown(self) -> dict[str, str]:
        """Return the source of each number on the screen."""
        return {symbol: quote.source for symbol in SYMBOLS if (quote := self.store.quote(symbol)) is not None}

    def asked(self) -> dict[str, int]:
        return {name: len(source.times) for name, source in self.sources.items()}


@contextlib.asynccontextmanager
async def three(folder: Path) -> AsyncIterator[Three]:
    clock = SteppedClock(NOW)
    # Hosts of their own: otherwise the three would share one back-off.
    names = {"yahoo": "127.0.0.1", "yahoo-chart-quote": "127.0.0.2", "tencent": "127.0.0.3"}
    transport = Transport(user_agent="test", now=clock.now, longest=0.5)
    await transport.prepare()
    async with contextlib.AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(LoopbackServer(address=address)) for name, address in names.items()
        }
        sources, warnings = build_sources(
            lambda name, table: SourceContext(settings=table, transport=transport, now=clock.now, state_dir=folder),
            {
                "yahoo-spark": {"base_url": servers["yahoo"].url, "fallback_url": ""},
                "yahoo-chart": {"base_url": servers["yahoo-chart-quote"].url, "fallback_url": ""},
                "tencent": {"base_url": servers["tencent"].url, "history": False},
            },
            only=["yahoo-spark", "yahoo-chart", "tencent"],
        )
        assert warnings == []
        counted = {one.descriptor.name: Counted(one, clock) for one in sources if one.descriptor.name in names}
        assert set(counted) == set(names)
        store = LatestStore()
        intake = Intake(store, written=lambda applied: None, home_lines={})
        scheduler = Scheduler(list(counted.values()), clock=clock, sink=intake.take, rng=random.Random(11))
        scheduler.set_interest(Topic.QUOTES, SYMBOLS)
        made = Three(clock, scheduler, store, servers, counted)
        market = LiveMarket(clock)

        def spark(asked: Asked) -> Answer:
            wanted = [one for one in asked.query["symbols"].split(",") if one not in made.hidden]
            return json_body(market.spark_value(wanted))

        servers["yahoo"].route("/v7/finance/spark", spark)
        servers["yahoo-chart-quote"].route("/v8/finance/chart/*", market.chart)
        servers["tencent"].route("/q=*", market.tencent)
        task = asyncio.create_task(scheduler.run())
        try:
            yield made
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await scheduler.aclose()
            await transport.aclose()


def fail(one: Three, name: str, fault: Fault | None) -> None:
    path = {"yahoo": "/v7/finance/spark", "yahoo-chart-quote": "/v8/finance/chart/*", "tencent": "/q=*"}[name]
    one.servers[name].fail(path, fault)


async def test_the_first_alone_while_it_answers(tmp_path: Path) -> None:
    async with three(tmp_path) as one:
        await one.clock.advance(300)
        assert set(one.shown().values()) == {"yahoo"}
        assert one.asked()["yahoo-chart-quote"] == one.asked()["tencent"] == 0
        assert one.scheduler.health["tencent"].state is State.UNNEEDED


async def test_one_symbol_that_the_first_lacks_comes_from_the_second_alone(tmp_path: Path) -> None:
    async with three(tmp_path) as one:
        one.hidden = {"0700.HK"}
        await one.clock.advance(120)
        assert one.shown() == dict.fromkeys(SYMBOLS, "yahoo") | {"0700.HK": "yahoo-chart-quote"}
        paths = {asked.path for asked in one.servers["yahoo-chart-quote"].asked}
        assert paths == {"/v8/finance/chart/0700.HK"}
        assert one.asked()["tencent"] == 0
        # Without the second, Tencent has it.
        fail(one, "yahoo-chart-quote", Fault.FORBIDDEN)
        await one.clock.advance(240)
        assert one.shown()["0700.HK"] == "tencent"
        assert {asked.path for asked in one.servers["tencent"].asked} == {"/q=hk00700"}
        # Spark has it again: back to the first, the others rest.
        one.hidden = set()
        await one.clock.advance(120)
        assert set(one.shown().values()) == {"yahoo"}
        before = one.asked()
        await one.clock.advance(300)
        assert one.asked()["tencent"] == before["tencent"]
        assert one.asked()["yahoo-chart-quote"] == before["yahoo-chart-quote"]


async def test_the_whole_chain_and_back(tmp_path: Path) -> None:
    async with three(tmp_path) as one:
        await one.clock.advance(60)
        fail(one, "yahoo", Fault.SERVER_ERROR)
        await one.clock.advance(240)
        assert set(one.shown().values()) == {"yahoo-chart-quote"}
        assert one.asked()["tencent"] == 0
        fail(one, "yahoo-chart-quote", Fault.TOO_MANY)
        await one.clock.advance(240)
        shown = one.shown()
        assert shown["0700.HK"] == shown["HSTECH.HK"] == shown["600021.SS"] == "tencent"
        # Tencent is not asked for New York: the last good number stays, under its own source's name.
        assert shown["BABA"] == "yahoo-chart-quote"
        assert all("BABA" not in asked.path for asked in one.servers["tencent"].asked)
        age = one.clock.now() - one.store.quote("BABA").received  # type: ignore[union-attr]
        assert age.total_seconds() > 200
        fail(one, "yahoo", None)
        await one.clock.advance(180)
        assert set(one.shown().values()) == {"yahoo"}
        before = one.asked()["tencent"]
        await one.clock.advance(600)
        assert one.asked()["tencent"] == before, "it rests"


async def test_fields_that_only_a_later_source_has_stay_with_the_number_of_the_first(tmp_path: Path) -> None:
    async with three(tmp_path) as one:
        fail(one, "yahoo", Fault.HTML)
        fail(one, "yahoo-chart-quote", Fault.HTML)
        await one.clock.advance(120)
        told = one.store.quote("0700.HK")
        assert told is not None
        assert (told.source, told.trailing_pe) == ("tencent", 17.5)
        assert told.turnover == 5e9
        fail(one, "yahoo", None)
        await one.clock.advance(180)
        told = one.store.quote("0700.HK")
        assert told is not None
        # What changes slowly stays; what belongs to the moment is the first's own or unknown.
        assert (told.source, told.trailing_pe) == ("yahoo", 17.5)
        assert told.turnover is None


async def test_a_first_that_comes_and_goes_does_not_flap(tmp_path: Path) -> None:
    async with three(tmp_path) as one:
        await one.clock.advance(60)
        seen: list[str] = []
        for turn in range(40):
            fail(one, "yahoo", Fault.SERVER_ERROR if turn % 2 else None)
            await one.clock.advance(30)
            seen.append(one.shown()["0700.HK"])
        changes = sum(a != b for a, b in pairwise(seen))
        # Twenty outages within twenty minutes: the source shown changes a few times at the most.
        assert changes <= 8, seen
        assert len(one.servers["yahoo"].asked) <= 1260 / 13.5 + 2
        assert len(one.servers["yahoo-chart-quote"].asked) <= 1200 / 27 * len(SYMBOLS)


@pytest.mark.parametrize("name", ["yahoo", "yahoo-chart-quote", "tencent"])
async def test_numbers_that_disagree_are_all_kept_with_their_sources(name: str, tmp_path: Path) -> None:
    async with three(tmp_path) as one:
        order = ["yahoo", "yahoo-chart-quote", "tencent"]
        for earlier in order[: order.index(name)]:
            fail(one, earlier, Fault.FORBIDDEN)
        await one.clock.advance(200)
        assert one.shown()["0700.HK"] == name
        assert name in one.store.quotes_by_source("0700.HK")
