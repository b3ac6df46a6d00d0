"""The screen while a source fails: keys are answered, the last good numbers stay, the reason stands in the status."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.engine.stepped_clock import Counted, SteppedClock
from tests.engine.test_fault_matrix import LiveMarket
from tests.servers.distort import Lie, distort
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer
from tests.tui.stage import Stage, at, frame_text

from tui_monitor.domain.freshness import Freshness
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import SourceContext, Topic
from tui_monitor.sources.registry import build_sources
from tui_monitor.sources.transport import Transport

SYMBOLS = ("WOOD.HK", "0101.HK", "0102.HK", "0103.HK", "BABA")


@dataclass
class Scene:
    """A stage whose numbers come from a real source."""

    stage: Stage
    clock: SteppedClock
    server: LoopbackServer
    scheduler: Scheduler
    lie: Lie | None = None


@contextlib.asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    stage = Stage()
    clock = SteppedClock(at(10, 0))
    stage.clock = clock  # type: ignore[assignment]
    stage.view.clock = clock
    transport = Transport(user_agent="test", now=clock.now, longest=0.3)
    await transport.prepare()
    async with LoopbackServer() as server:
        sources, _ = build_sources(
            lambda name, table: SourceContext(settings=table, transport=transport, now=clock.now, state_dir=folder),
            {"yahoo-spark": {"base_url": server.url, "fallback_url": ""}},
            only=["yahoo-spark"],
        )
        intake = Intake(stage.store, written=lambda applied: None, home_lines={})
        scheduler = Scheduler(
            [Counted(one, clock) for one in sources], clock=clock, sink=intake.take, rng=random.Random(3)
        )
        scheduler.set_interest(Topic.QUOTES, SYMBOLS)
        stage.view.health = scheduler.health
        made = Scene(stage, clock, server, scheduler)
        market = LiveMarket(clock)

        def spark(asked: Asked) -> Answer:
            return market.spark(asked) if made.lie is None else distort(market.spark(asked), made.lie)

        server.route("/v7/finance/spark", spark)
        task = asyncio.create_task(scheduler.run())
        try:
            yield made
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await scheduler.aclose()
            await transport.aclose()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault.SERVER_ERROR, "server error"),
        (Fault.TOO_MANY, "429 too many"),
        (Fault.HTML, "not readable"),
        (Fault.BLACK_HOLE, "no answer"),
        (Fault.RESET, "no connection"),
        (Fault.GZIP_BOMB, "too large"),
        (Lie.NAN, "not readable"),
        (Lie.ZERO, "not readable"),
        (Lie.MISSING, "not readable"),
        (Lie.PAST, None),
        (None, "no connection"),
    ],
    ids=str,
)
async def test_keys_are_answered_and_the_last_good_numbers_stay(
    fault: Fault | Lie | None, words: str | None, tmp_path: Path
) -> None:
    async with scene(tmp_path) as one:
        app = one.stage.app()
        async with app.run_test(size=(120, 40)) as pilot:
            await one.clock.advance(20)
            app.main.frame_clock.tick()
            await pilot.pause()
            before = "\n".join(frame_text(app))
            shown = one.stage.store.quote("0102.HK")
            assert shown is not None
            price = f"{shown.last:,.2f}"
            assert price in before
            if isinstance(fault, Lie):
                one.lie = fault
            elif fault is None:
                await one.server.stop()
            else:
                one.server.fail("/v7/finance/spark", fault)
            held = {symbol: one.stage.store.quote(symbol) for symbol in SYMBOLS}
            for key in ("4", "j", "k", "z", "z", "s", "1", "tab", "5"):
                await one.clock.advance(85)
                await pilot.press(key)
                app.main.frame_clock.tick()
                await pilot.pause()
                assert app.is_running
            assert app.main.desk.focused_panel.value == "watchlist", "every key was answered"
            text = "\n".join(frame_text(app))
            assert price in text, "the last good number stays"
            assert {symbol: one.stage.store.quote(symbol) for symbol in SYMBOLS} == held
            if words is not None:
                assert f"yahoo ✗ {words}" in text, text.splitlines()[-1]
                assert "next try" in text
            # Marked: its age stands beside it and it is painted as old.
            quote = one.stage.store.quote("0102.HK")
            assert quote is not None
            assert one.stage.view.freshness(quote) is not Freshness.FRESH
            await pilot.press("i")
            await pilot.pause()
            told = "\n".join(frame_text(app))
            failure = one.scheduler.health["yahoo"].failure
            assert failure is None or failure[:30] in told
            await pilot.press("q")
            # The fault ends: the screen is well again by itself.
            one.lie = None
            if fault is None:
                await one.server.start()
            elif isinstance(fault, Fault):
                one.server.fail("/v7/finance/spark", None)
            await one.clock.advance(3610 if fault is Fault.TOO_MANY else 70)
            app.main.frame_clock.tick()
            await pilot.pause()
            text = "\n".join(frame_text(app))
            assert "✗" not in text.splitlines()[-1]
            fresh = one.stage.store.quote("0102.HK")
            assert fresh is not None
            assert fresh.received > quote.received
            assert one.stage.view.freshness(fresh) is Freshness.FRESH
