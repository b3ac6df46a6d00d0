"""Every source against every fault: real sources, real HTTP on loopback, the real scheduler, intake and store.

In each: the last good data stays and is marked, the reason is in words, nobody is asked too often, it recovers
within one period of its source (what the host asked for after 429 and 503), and nothing is logged with a traceback.
Time is simulated (``stepped_clock``), sockets are not.
"""

from __future__ import annotations

import logging
import socket
import ssl
from pathlib import Path

import pytest
from tests.contract.source_cases import CASES
from tests.engine.fault_bench import (
    HASTE,
    HELD,
    IN_GREAT_HASTE,
    KEEPS_WHAT_IT_HAS,
    OUTAGE,
    WIRE,
    assert_failing,
    assert_no_long_wait,
    assert_recovers,
    benches,
    come_back,
    first_round,
    no_traceback,
    outlast,
)
from tests.servers.distort import Lie
from tests.servers.loopback import Fault, LoopbackServer

from tui_monitor.domain.errors import FailureKind
from tui_monitor.sources.api import Topic


@pytest.mark.slow
@pytest.mark.parametrize("fault", WIRE, ids=lambda fault: fault.name.lower())
async def test_a_server_that_fails(fault: Fault, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    slow = fault in {Fault.BLACK_HOLE, Fault.SLOW_DRIP}
    async with benches(tmp_path) as made:
        held = await first_round(made)
        began = made[0].clock.elapsed()
        transport = made[0].transport
        assert transport is not None
        transport.longest = IN_GREAT_HASTE if slow else HASTE
        before = {one.name: one.asked() for one in made}
        for one in made:
            one.server.fail(one.case.path, fault)
        await made[0].clock.advance(OUTAGE / 2 if slow else OUTAGE)
        for one in made:
            if fault is Fault.TRUNCATED and one.name in {"tencent", "wire", "yahoo-news", "bls"}:
                # Formats of lines and items keep what is whole.
                one.assert_sane()
                assert set(one.values()) == set(held[one.name])
                continue
            assert_failing(one, held[one.name], WIRE[fault], began, before[one.name])
            assert one.quotes_are_marked(), one.name
        ended = made[0].clock.elapsed()
        for one in made:
            one.server.fail(one.case.path, None)
        transport.longest = HASTE
        most = HELD if fault in {Fault.TOO_MANY, Fault.TOO_MANY_RETRY} else None
        for one in made:
            assert_no_long_wait(one, most)
        waits = {one.name: one.health.countdown(one.clock.monotonic()) or 0.0 for one in made}
        await made[0].clock.advance(max(waits.values()) + 10)
        for one in made:
            assert_recovers(one, ended, most)
        assert all(any(at > began for at in one.source.times) for one in made), "each has met the fault"
    assert no_traceback(caplog)


RARE = tuple(case for case in CASES if case.name in {"yahoo-chart", "tencent-daily", "bls"})


@pytest.mark.parametrize("fault", [Fault.SERVER_ERROR, Fault.TOO_MANY], ids=lambda fault: fault.name.lower())
async def test_what_is_asked_every_few_hours_is_well_again_within_an_hour(
    fault: Fault, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with benches(tmp_path, sooner=False, cases=RARE) as made:
        await first_round(made)
        for one in made:
            one.server.fail(one.case.path, fault)
        await outlast(made, WIRE[fault])
        for one in made:
            one.server.fail(one.case.path, None)
        await come_back(made, made[0].clock.elapsed(), HELD if fault is Fault.TOO_MANY else None)
    assert no_traceback(caplog)


async def test_a_server_that_is_gone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with benches(tmp_path) as made:
        held = await first_round(made)
        began = made[0].clock.elapsed()
        for one in made:
            await one.server.stop()
        before = {one.name: one.asked() for one in made}
        await made[0].clock.advance(OUTAGE)
        for one in made:
            assert_failing(one, held[one.name], {FailureKind.REFUSED}, began, before[one.name])
            assert one.quotes_are_marked(), one.name
        ended = made[0].clock.elapsed()
        for one in made:
            await one.server.start()
            assert_no_long_wait(one)
        await made[0].clock.advance(1.1 * max(one.period for one in made) + 10)
        for one in made:
            assert_recovers(one, ended)
    assert no_traceback(caplog)


async def test_a_name_that_is_not_found_any_more(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui_monitor.sources import connecting

    caplog.set_level(logging.INFO, "tui_monitor")
    known = True

    async def look_up(host: str, port: int) -> list[str]:
        if not known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return ["127.0.0.1"]

    monkeypatch.setattr(connecting, "look_up", look_up)
    async with benches(tmp_path, name="market.test") as made:
        held = await first_round(made)
        known = False
        began = made[0].clock.elapsed()
        for one in made:
            # Kept connections would outlive the name.
            await one.server.stop()
            await one.server.start()
        before = {one.name: one.asked() for one in made}
        await made[0].clock.advance(OUTAGE)
        for one in made:
            assert_failing(one, held[one.name], {FailureKind.REFUSED}, began, before[one.name])
            assert one.health.failure is None or "market.test is not found" in one.health.failure
            assert one.asked() == before[one.name]
            assert one.quotes_are_marked(), one.name
        ended = made[0].clock.elapsed()
        known = True
        await made[0].clock.advance(1.1 * max(one.period for one in made) + 10)
        for one in made:
            assert_recovers(one, ended)
    assert no_traceback(caplog)


async def test_a_certificate_that_cannot_be_trusted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import trustme

    caplog.set_level(logging.INFO, "tui_monitor")
    ours, theirs = trustme.CA(), trustme.CA()
    ours.cert_pem.write_to_path(tmp_path / "ours.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ours.pem"))
    # Each server is given its authority before it starts.
    monkeypatch.setattr(LoopbackServer, "_authority", lambda self: ours)
    async with benches(tmp_path, tls=True) as made:
        held = await first_round(made)
        began = made[0].clock.elapsed()
        for authority in (theirs, ours):
            for one in made:
                await one.server.stop()
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
                one.server._contexts["localhost"] = context
                await one.server.start()
            if authority is theirs:
                before = {one.name: one.asked() for one in made}
                await made[0].clock.advance(OUTAGE)
                for one in made:
                    assert_failing(one, held[one.name], {FailureKind.TLS}, began, before[one.name])
                    assert one.asked() == before[one.name], "nothing was sent to a server that is not trusted"
                    assert one.quotes_are_marked(), one.name
        ended = made[0].clock.elapsed()
        await made[0].clock.advance(1.1 * max(one.period for one in made) + 10)
        for one in made:
            assert_recovers(one, ended)
    assert no_traceback(caplog)


DATES_UNREADABLE = {Lie.WRONG_TYPES, Lie.NAN, Lie.INFINITY, Lie.HUGE, Lie.NEGATIVE, Lie.ZERO}
"""Lies with which a calendar has no date left."""


@pytest.mark.parametrize("lie", Lie, ids=lambda lie: lie.value)
async def test_an_answer_that_lies(lie: Lie, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with benches(tmp_path) as made:
        held = await first_round(made)
        began = made[0].clock.elapsed()
        before = {one.name: one.asked() for one in made}
        for one in made:
            one.lie = lie
        await made[0].clock.advance(OUTAGE)
        for one in made:
            one.assert_sane()
            asks_by_number = bool(one.case.symbols) and one.case.by_symbol
            # Yahoo's chart names no symbol in its address's answer: it is asked for one, and gives one.
            told_apart = not (lie is Lie.OTHERS and one.name.startswith("yahoo-chart"))
            if asks_by_number and lie in KEEPS_WHAT_IT_HAS and told_apart:
                assert_failing(one, held[one.name], {FailureKind.MALFORMED}, began, before[one.name])
                assert one.quotes_are_marked(), (one.name, lie)
            elif lie is Lie.PAST and asks_by_number and one.source.descriptor.topic is Topic.QUOTES:
                # HTTP 200 and an old stamp: nothing newer is told, so the number shows its age.
                assert one.values() == held[one.name], one.name
                assert one.quotes_are_marked(), one.name
            elif one.name == "bls" and lie in DATES_UNREADABLE:
                assert_failing(one, held[one.name], {FailureKind.MALFORMED}, began, before[one.name])
            elif not asks_by_number:
                assert set(one.values()) >= set(held[one.name]), "headlines stay"
        ended = made[0].clock.elapsed()
        for one in made:
            one.lie = None
            assert_no_long_wait(one)
        await made[0].clock.advance(1.1 * max(one.period for one in made) + 10)
        for one in made:
            assert_recovers(one, ended)
            for symbol in one.case.symbols:
                quote = one.store.quote(symbol)
                assert quote is None or quote.time is None or (one.clock.now() - quote.time).days < 1, one.name
    assert no_traceback(caplog)
