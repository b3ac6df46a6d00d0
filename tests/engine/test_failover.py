from __future__ import annotations

import pytest
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, fail, lacking, running

from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine.health import State
from tui_monitor.engine.plan import Member, Standing, assign, assign_all, batches, in_order
from tui_monitor.sources.api import Descriptor, Topic

ALL = descriptor("all", priority=0)
HONG_KONG = descriptor("hk", priority=1, markets=frozenset({"XHKG", "XSHG"}))
LAST = descriptor("last", priority=2)


@pytest.mark.parametrize(
    ("down", "missing", "expected"),
    [
        ((), {}, {"all": "0700.HK ^NDX BTC-USD", "hk": "", "last": ""}),
        ((), {"all": {"0700.HK"}}, {"all": "0700.HK ^NDX BTC-USD", "hk": "0700.HK", "last": ""}),
        (
            (),
            {"all": {"0700.HK", "^NDX"}, "hk": {"0700.HK"}},
            {"all": "0700.HK ^NDX BTC-USD", "hk": "0700.HK", "last": "0700.HK ^NDX"},
        ),
        (("all",), {}, {"all": "0700.HK ^NDX BTC-USD", "hk": "0700.HK", "last": "^NDX BTC-USD"}),
        (("all", "hk"), {}, {"all": "0700.HK ^NDX BTC-USD", "hk": "0700.HK", "last": "0700.HK ^NDX BTC-USD"}),
        (("hk", "last"), {}, {"all": "0700.HK ^NDX BTC-USD", "hk": "", "last": ""}),
        (("all", "hk", "last"), {}, {"all": "0700.HK ^NDX BTC-USD", "hk": "0700.HK", "last": "0700.HK ^NDX BTC-USD"}),
    ],
)
def test_each_source_gets_what_the_earlier_ones_could_not_give(
    down: tuple[str, ...], missing: dict[str, set[str]], expected: dict[str, str]
) -> None:
    chain = [Member(one, one.name in down, missing.get(one.name, set())) for one in (ALL, HONG_KONG, LAST)]
    assigned = assign(["0700.HK", "^NDX", "BTC-USD"], chain)
    assert {name: " ".join(symbols) for name, symbols in assigned.items()} == expected


def test_sources_that_add_to_each_other_get_all_that_they_cover() -> None:
    chain = [Member(ALL), Member(HONG_KONG)]
    assert assign_all(["BABA", "0700.HK"], chain) == {"all": ("BABA", "0700.HK"), "hk": ("0700.HK",)}


def test_order_is_priority_then_name() -> None:
    sources: list[Descriptor] = [descriptor("b"), descriptor("c", priority=-1), descriptor("a")]
    assert [one.name for one in in_order(sources)] == ["c", "a", "b"]


def test_batches_are_as_few_as_possible_and_whole() -> None:
    symbols = [str(number) for number in range(41)]
    parts = batches(symbols, 20)
    assert [len(part) for part in parts] == [20, 20, 1]
    assert [symbol for part in parts for symbol in part] == symbols
    assert batches(symbols, None) == [tuple(symbols)]
    assert batches([], 20) == []


def test_standing_falls_after_two_and_returns_after_two() -> None:
    standing = Standing()
    standing.failed()
    assert standing.down, "it never worked"
    standing.succeeded()
    assert standing.down
    standing.succeeded()
    assert not standing.down
    standing.failed()
    assert not standing.down
    standing.succeeded()
    standing.failed()
    assert not standing.down, "not two in a row"
    standing.failed()
    assert standing.down
    standing = Standing(ever_good=True)
    standing.failed(certain=True)
    assert standing.down


def pair(clock: FakeClock) -> tuple[Scripted, Scripted]:
    first = Scripted(descriptor("first", host="a.test"), clock)
    second = Scripted(descriptor("second", host="b.test", priority=1, markets=frozenset({"XHKG"})), clock)
    return first, second


def test_the_second_rests_while_the_first_answers() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        async with running(clock, second, first) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK", "^NDX"])
            await clock.sleep(600)
            assert list(scheduler.health) == ["first", "second"]
            assert len(first.asked) > 30
            assert second.asked == []
            assert scheduler.health["second"].state is State.UNNEEDED

    run_virtual(scenario())


def test_what_the_first_does_not_have_is_asked_of_the_second_at_once() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        first.answer = lacking(first, "0700.HK", "^NDX")
        async with running(clock, first, second) as (scheduler, sink):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK", "9988.HK", "^NDX"])
            await scheduler.wait_idle()
            assert clock.elapsed() < 1
            assert second.symbols == [("0700.HK",)]
            assert sorted(sink.symbols) == ["0700.HK", "9988.HK"]
            first.answer = None
            await clock.sleep(60)
            asked = len(second.asked)
            assert asked <= 2
            assert scheduler.health["second"].state is State.UNNEEDED
            await clock.sleep(600)
            assert len(second.asked) == asked

    run_virtual(scenario())


def test_a_symbol_that_nobody_has_is_asked_of_the_second_ever_more_rarely() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        first.answer, second.answer = lacking(first, "0001.HK"), lacking(second, "0001.HK")
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0001.HK", "0700.HK"])
            await clock.sleep(4 * 3600)
            # Twice the period, four times, ... up to an hour: instead of 960 questions.
            assert 8 <= len(second.asked) <= 14
            assert all(symbols == ("0001.HK",) for symbols in second.symbols)
            assert all("0001.HK" in symbols for symbols in first.symbols)

    run_virtual(scenario())


def test_a_first_that_never_worked_is_replaced_after_one_failure() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        first.answer = fail(FailureKind.REFUSED)
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK", "^NDX"])
            await scheduler.wait_idle()
            assert clock.elapsed() < 1
            assert second.symbols == [("0700.HK",)]

    run_virtual(scenario())


def test_failover_after_two_failures_and_return_after_two_good_rounds() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await clock.sleep(5)
            first.answer = fail(FailureKind.REFUSED)
            await clock.sleep(600)
            failures = [at for at in first.times if at > 5]
            assert second.times[0] == pytest.approx(failures[1] + first.duration)
            assert scheduler.health["second"].state == "idle"
            first.answer = None
            back = clock.elapsed()
            await clock.sleep(120)
            good = [at for at in first.times if at > back]
            assert good[0] <= back + 16.5, "recovery within one period"
            later = [at for at in second.times if at > good[1] + first.duration]
            assert later == []
            assert scheduler.health["second"].state == "unneeded"

    run_virtual(scenario())


def test_a_first_that_stumbles_every_other_round_does_not_wake_the_second() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await clock.sleep(1)
            for _ in range(40):
                first.answer = fail(FailureKind.TIMEOUT) if first.answer is None else None
                count = len(first.asked)
                while len(first.asked) == count:
                    await clock.sleep(1)
                await clock.sleep(1)
            assert second.asked == []

    run_virtual(scenario())


def test_pausing_the_first_brings_the_second_and_resuming_sends_it_home() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await scheduler.wait_idle()
            scheduler.pause("first")
            await scheduler.wait_idle()
            assert len(second.asked) == 1
            scheduler.resume("first")
            assert scheduler.health["second"].name == "second"
            await scheduler.wait_idle()
            assert scheduler.health["second"].state is State.UNNEEDED

    run_virtual(scenario())


def test_unavailable_is_final_until_the_person_asks() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first, second = pair(clock)
        first.answer = fail(FailureKind.UNAVAILABLE)
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.QUOTES, ["0700.HK"])
            await clock.sleep(7200)
            assert len(first.asked) == 1
            assert scheduler.health["first"].state == "unavailable"
            assert scheduler.health["first"].countdown(clock.monotonic()) is None
            assert len(second.asked) > 300
            assert scheduler.refresh(name="first") == ("first",)
            await scheduler.wait_idle()
            assert len(first.asked) == 2
            first.answer = None
            scheduler.resume("first")
            await clock.sleep(60)
            assert scheduler.health["first"].state == "idle"

    run_virtual(scenario())


def test_histories_come_from_the_first_that_has_them_and_once_a_period() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        tencent = Scripted(
            descriptor("t", Topic.HISTORY, period=6 * 3600.0, batch_size=1, markets=frozenset({"XHKG"})), clock
        )
        chart = Scripted(descriptor("c", Topic.HISTORY, period=6 * 3600.0, batch_size=1, priority=1), clock)
        async with running(clock, tencent, chart) as (scheduler, _):
            scheduler.set_interest(Topic.HISTORY, ["HSTECH.HK", "^NDX"])
            await clock.sleep(3600)
            scheduler.set_interest(Topic.HISTORY, ["HSTECH.HK", "^NDX", "0700.HK"])
            await scheduler.wait_idle()
            assert tencent.symbols == [("HSTECH.HK",), ("0700.HK",)]
            assert chart.symbols == [("^NDX",)]
            await clock.sleep(3600)
            assert scheduler.refresh() == (), "what is asked for once a period is not asked anew with everything"
            assert scheduler.refresh(Topic.HISTORY) == ("t", "c")
            await scheduler.wait_idle()
            assert len(tencent.asked) == 4
            assert scheduler.refresh(Topic.HISTORY) == (), "answered just now"
            await clock.sleep(24 * 3600)
            # Four or five periods of two and of one symbol.
            assert 4 + 6 <= len(tencent.asked) <= 4 + 10
            assert 2 + 3 <= len(chart.asked) <= 2 + 5

    run_virtual(scenario())


def test_a_history_that_one_source_answered_is_not_asked_of_the_other_on_return() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        first = Scripted(descriptor("t", Topic.HISTORY, period=6 * 3600.0, batch_size=1), clock)
        second = Scripted(descriptor("c", Topic.HISTORY, period=6 * 3600.0, batch_size=1, priority=1), clock)
        first.answer = fail(FailureKind.SERVER)
        async with running(clock, first, second) as (scheduler, _):
            scheduler.set_interest(Topic.HISTORY, ["A", "B"])
            await clock.sleep(30)
            assert second.symbols == [("A",), ("B",)]
            first.answer = None
            await clock.sleep(3 * 3600)
            assert first.symbols == [("A",)], "answered by the second, due only in the next period"

    run_virtual(scenario())


def test_ratings_go_on_where_they_stopped() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("r", Topic.RATINGS, period=1800.0, batch_size=1, spacing=3.0), clock)
        async with running(clock, source) as (scheduler, _):
            scheduler.set_interest(Topic.RATINGS, list("ABCDEF"))
            await clock.sleep(9)
            assert source.symbols == [("A",), ("B",), ("C",)]
            source.answer = fail(FailureKind.REFUSED)
            await clock.sleep(5)
            assert source.symbols[3:] == [("D",)]
            source.answer = None
            await clock.sleep(1200)
            # What was refused comes last; what was answered is not asked again.
            assert source.symbols[4:] == [("E",), ("F",), ("D",)]
            gaps = [b - a for a, b in zip(source.times, source.times[1:], strict=False)]
            assert min(gaps) >= 3.0

    run_virtual(scenario())
