"""The screen while a source fails: keys are answered, the last good numbers stay, the reason stands in the status."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import pytest
import trustme
from tests.engine.fault_bench import HASTE, IN_GREAT_HASTE, KEEPS_WHAT_IT_HAS, WIRE, LiveMarket
from tests.engine.stepped_clock import Counted, SteppedClock
from tests.servers.distort import Lie, distort
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer
from tests.tui.stage import Stage, at, frame_text

from tui_monitor.domain.errors import FailureKind
from tui_monitor.domain.freshness import Freshness
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.present.catalogue.english import WORDS
from tui_monitor.services.intake import Intake
from tui_monitor.sources import connecting
from tui_monitor.sources.api import SourceContext, Topic
from tui_monitor.sources.registry import build_sources
from tui_monitor.sources.transport import Transport

SYMBOLS = ("WOOD.HK", "0101.HK", "0102.HK", "0103.HK", "BABA")

PATH = "/v7/finance/spark"


class Away(Enum):
    """What no server can do by an answer."""

    GONE = "gone"
    NO_NAME = "no-name"
    BAD_CERTIFICATE = "bad-certificate"


Trouble = Fault | Lie | Away

KINDS: dict[Trouble, set[FailureKind]] = {
    **dict(WIRE.items()),
    **{lie: {FailureKind.MALFORMED} for lie in KEEPS_WHAT_IT_HAS},
    Away.GONE: {FailureKind.REFUSED},
    Away.NO_NAME: {FailureKind.REFUSED},
    Away.BAD_CERTIFICATE: {FailureKind.TLS},
}
"""What each is called. The other lies hold values that can be read."""


@dataclass
class Scene:
    """A stage whose numbers come from a real source."""

    stage: Stage
    clock: SteppedClock
    server: LoopbackServer
    scheduler: Scheduler
    transport: Transport
    ours: trustme.CA
    lie: Lie | None = None
    named: bool = True
    """Whether the server's name is known."""

    async def begin(self, trouble: Trouble) -> None:
        if isinstance(trouble, Lie):
            self.lie = trouble
        elif isinstance(trouble, Fault):
            self.server.fail(PATH, trouble)
            self.transport.longest = IN_GREAT_HASTE if FailureKind.TIMEOUT in WIRE[trouble] else HASTE
        else:
            await self.server.stop()
            self.named = trouble is not Away.NO_NAME
            if trouble is not Away.GONE:
                await self._start(trustme.CA() if trouble is Away.BAD_CERTIFICATE else self.ours)

    async def end(self, trouble: Trouble) -> None:
        self.lie, self.named, self.transport.longest = None, True, HASTE
        self.server.fail(PATH, None)
        if isinstance(trouble, Away):
            await self.server.stop()
            await self._start(self.ours)

    async def _start(self, authority: trustme.CA) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        self.server._contexts["localhost"] = context
        await self.server.start()


@contextlib.asynccontextmanager
async def scene(folder: Path, trouble: Trouble, patch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    ours = trustme.CA()
    ours.cert_pem.write_to_path(folder / "ours.pem")
    patch.setenv("SSL_CERT_FILE", str(folder / "ours.pem"))
    patch.setattr(LoopbackServer, "_authority", lambda self: ours)
    stage = Stage()
    clock = SteppedClock(at(10, 0))
    stage.clock = clock  # type: ignore[assignment]
    stage.view.clock = clock
    transport = Transport(user_agent="test", now=clock.now, longest=HASTE)
    await transport.prepare()
    async with LoopbackServer(tls=isinstance(trouble, Away)) as server:
        address = f"https://localhost:{server.port}" if isinstance(trouble, Away) else server.url
        sources, _ = build_sources(
            lambda name, table: SourceContext(settings=table, transport=transport, now=clock.now, state_dir=folder),
            {"yahoo-spark": {"base_url": address, "fallback_url": ""}},
            only=["yahoo-spark"],
        )
        intake = Intake(stage.store, written=lambda applied: None, home_lines={})
        scheduler = Scheduler(
            [Counted(one, clock) for one in sources], clock=clock, sink=intake.take, rng=random.Random(3)
        )
        scheduler.set_interest(Topic.QUOTES, SYMBOLS)
        stage.view.health = scheduler.health
        made = Scene(stage, clock, server, scheduler, transport, ours)

        async def look_up(host: str, port: int) -> list[str]:
            if not made.named:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return ["127.0.0.1"]

        patch.setattr(connecting, "look_up", look_up)
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


@pytest.mark.parametrize("trouble", [*WIRE, *Lie, *Away], ids=lambda trouble: trouble.name.lower())
async def test_keys_are_answered_and_the_last_good_numbers_stay(
    trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene(tmp_path, trouble, monkeypatch) as one:
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
            await one.begin(trouble)
            held = {symbol: one.stage.store.quote(symbol) for symbol in SYMBOLS}
            for key in ("4", "j", "z", "z", "s", "tab", "5"):
                await one.clock.advance(30)
                app.main.frame_clock.tick()
                await pilot.press(key)
                assert app.is_running
            app.main.frame_clock.tick()
            await pilot.pause()
            assert app.main.desk.focused_panel.value == "watchlist", "every key was answered"
            text = "\n".join(frame_text(app))
            quote = one.stage.store.quote("0102.HK")
            assert quote is not None
            if trouble in KINDS or trouble is Lie.PAST:
                assert price in text, "the last good number stays"
                assert {symbol: one.stage.store.quote(symbol) for symbol in SYMBOLS} == held
                # Marked: its age stands beside it and it is painted as old.
                assert one.stage.view.freshness(quote) is not Freshness.FRESH
            if trouble in KINDS:
                words = {f"yahoo ✗ {WORDS[f'failure.{kind}']}" for kind in KINDS[trouble]}
                assert any(one in text for one in words), text.splitlines()[-1]
                assert "next try" in text
            await pilot.press("i")
            await pilot.pause()
            told = "\n".join(frame_text(app))
            failure = one.scheduler.health["yahoo"].failure
            assert (failure is not None) == (trouble in KINDS)
            assert failure is None or failure[:30] in told
            await pilot.press("q")
            # The fault ends: the screen is well again by itself.
            await one.end(trouble)
            await one.clock.advance(3610 if trouble in {Fault.TOO_MANY, Fault.TOO_MANY_RETRY} else 70)
            app.main.frame_clock.tick()
            await pilot.pause()
            text = "\n".join(frame_text(app))
            assert "✗" not in text.splitlines()[-1]
            fresh = one.stage.store.quote("0102.HK")
            assert fresh is not None
            assert fresh.received > quote.received
            assert one.stage.view.freshness(fresh) is Freshness.FRESH
