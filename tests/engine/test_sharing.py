"""One monitor of many polls: turns, what followers see and want, what a new holder takes over. Clocks are simulated."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from tests.engine.fake_clock import FakeClock, run_virtual
from tests.engine.scripted import Scripted, descriptor, fail, running

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.engine.budget import TokenBucket
from tui_monitor.engine.health import SourceHealth, State, day_of
from tui_monitor.engine.hosts import Block
from tui_monitor.engine.scheduler import Scheduler
from tui_monitor.services.following import Following, set_marks
from tui_monitor.services.shared_health import HOST, HealthBoard, told, told_block, understood, understood_blocks
from tui_monitor.services.sharing import Sharing
from tui_monitor.services.wishes import ORDER, WANTED, Joined, Wanted, Wishing
from tui_monitor.sources.api import Batch, Topic
from tui_monitor.store import changes
from tui_monitor.store.changes import Mark, Wish
from tui_monitor.store.database import Database
from tui_monitor.store.holding import PollingLock
from tui_monitor.store.latest import Applied, LatestStore
from tui_monitor.store.rows import RATING_MARK
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


def quote(symbol: str, last: float, seconds: float = 0.0) -> Quote:
    moment = NOW + timedelta(seconds=seconds)
    return Quote(symbol=symbol, last=last, time=moment, received=moment, source="yahoo")


# The lock


def test_the_lock_is_held_by_one_and_let_go_by_the_kernel_when_its_holder_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from tui_monitor.store.holding import PollingLock\n"
        "lock = PollingLock(Path(sys.argv[1])); print(lock.acquire(), flush=True); time.sleep(60)"
    )
    path = tmp_path / "polling.lock"
    other = subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "True\n"
        lock = PollingLock(path)
        assert not lock.acquire()
        assert lock.holder() == other.pid
    finally:
        other.kill()
        other.wait()
    assert lock.acquire()
    assert lock.acquire(), "it is ours already"
    assert not PollingLock(path).acquire()
    lock.release()
    assert PollingLock(path).acquire()


def test_where_there_can_be_no_lock_everybody_polls(tmp_path: Path) -> None:
    assert PollingLock(tmp_path / "no" / "such" / "folder.lock").acquire()


# Following


@dataclass
class Pair:
    """Two programs on one file: one writes, the other follows."""

    mine: Database
    theirs: Database
    writer: Writer
    follower: Writer


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    mine, theirs = (Database.open(tmp_path / "monitor.db", now=lambda: NOW) for _ in range(2))
    pair = Pair(mine, theirs, Writer(mine, interval=0.01), Writer(theirs, interval=0.01))
    yield pair
    for writer, database in ((pair.writer, mine), (pair.follower, theirs)):
        writer.close()
        database.close()


class StandingClock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 50.0

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


@dataclass
class Follower:
    """What a program that follows keeps."""

    database: Database
    store: LatestStore = field(default_factory=LatestStore)
    marks: list[Mark] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    wishes: int = 0

    def __post_init__(self) -> None:
        self.following = Following(
            self.database,
            self.store,
            StandingClock(),
            since=self.database.last_change(),
            marked=self.marks.extend,
            calendars=lambda _: None,
            arrived=lambda some: self.arrived.extend(one.id for one in some),
            tap=lambda _: None,
        )

        def wished() -> None:
            self.wishes += 1

        self.following.wished = wished


async def test_a_follower_has_what_the_other_has_written_and_nothing_of_its_own_comes_back(pair: Pair) -> None:
    holder, store = LatestStore(), Follower(pair.theirs)
    item = Headline(id="h1", title="One", source="wire", received=NOW)
    batch = Batch(source="yahoo", received=NOW, quotes=(quote("A", 1.0),), headlines=(item,))
    pair.writer.put_applied(holder.apply(batch))
    assert await pair.writer.flush()
    await store.following.look()
    assert store.store.quote("A") == holder.quote("A")
    assert store.store.headline("h1") == item
    assert store.arrived == ["h1"]
    revision = store.store.revision
    await store.following.look()
    assert store.store.revision == revision, "nothing is read twice"

    store.store.apply(Batch(source="x", received=NOW, quotes=(quote("B", 2.0),)))
    pair.follower.mark_read(["h1"])
    assert await pair.follower.flush()
    back = Follower(pair.mine)
    back.following._number = 0
    await store.following.look()
    assert store.marks == [], "its own mark"
    await back.following.look()
    assert back.marks == [Mark("h1", read=True, saved=False)]
    assert back.store.quote("A") is None, "its own quote"


async def test_a_price_that_is_confirmed_without_a_change_is_as_young_for_the_follower(pair: Pair) -> None:
    holder, store = LatestStore(), Follower(pair.theirs)
    for seconds in (0.0, 5.0, 9.0):
        same = quote("A", 1.0)
        received = NOW + timedelta(seconds=seconds)
        applied = holder.apply(Batch(source="yahoo", received=NOW, quotes=(_at(same, received),)))
        assert bool(applied) is (seconds == 0.0)
        pair.writer.put_applied(applied)
        assert await pair.writer.flush()
        await store.following.look()
        held = store.store.quote("A")
        assert held is not None
        assert held.received == received
        assert store.store.revision == 1, "the screen has nothing to paint"
    # A start reads it so too.
    assert pair.theirs.read_latest().quotes[0].received == NOW + timedelta(seconds=9)


def _at(one: Quote, received: datetime) -> Quote:
    from msgspec.structs import replace

    return replace(one, received=received)


async def test_quotes_are_stored_with_what_other_sources_add() -> None:
    from msgspec.structs import replace

    store = LatestStore()
    slow = replace(quote("A", 1.0), source="yahoo-quote", market_cap=5e9)
    store.apply(Batch(source="yahoo-quote", received=NOW, quotes=(slow,)))
    applied = store.apply(Batch(source="yahoo", received=NOW, quotes=(quote("A", 1.5, 60.0),)))
    assert [(one.last, one.market_cap) for one in applied.quotes] == [(1.5, 5e9)]


async def test_marks_of_headlines_and_ratings_go_to_their_sets() -> None:
    read, saved, seen = {"old"}, set[str](), {"r2"}
    marks = (Mark("new", True, True), Mark("old", False, False), Mark(f"{RATING_MARK}r1", True, False))
    set_marks((*marks, Mark(f"{RATING_MARK}r2", False, False)), read=read, saved=saved, seen_ratings=seen)
    assert (read, saved, seen) == ({"new"}, {"new"}, {"r1"})


async def test_more_than_one_reading_and_more_than_the_log_keeps(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "AT_ONCE", 7)
    store = Follower(pair.theirs)
    pair.writer.put_applied(Applied(quotes=tuple(quote(f"S{n}", 1.0 + n) for n in range(30))))
    assert await pair.writer.flush()
    await store.following.look()
    assert len(store.store.names()) == 30
    monkeypatch.setattr(changes, "KEPT", 10)
    for n in range(30):
        pair.writer.put_applied(Applied(quotes=(quote(f"T{n}", 1.0),)))
        assert await pair.writer.flush()
    with pair.mine.writing() as connection:
        assert connection.execute("SELECT count(*) FROM changes").fetchone()[0] == 10
    await store.following.look()
    assert len(store.store.names()) == 60, "it was away too long and has read everything"


async def test_rows_that_are_not_ours_change_nothing(pair: Pair) -> None:
    store = Follower(pair.theirs)
    with pair.mine.writing() as connection:
        connection.execute("INSERT INTO changes (author, kind, key) VALUES (1, 'quote', 'X')")
        connection.execute("INSERT INTO changes (author, kind, key) VALUES (1, 'polling', 'source:x')")
        connection.execute("INSERT INTO quotes VALUES ('X', 0, ?)", (b"{not json",))
        connection.execute("INSERT INTO polling VALUES ('source:x', ?)", (b'{"name": 5}',))
        connection.execute("INSERT INTO receipts VALUES ('X', 1e300), ('Y', 'text')")
        connection.execute("INSERT INTO wishes VALUES (1, 'wanted', 1e300, ?)", (b"{}",))
    await store.following.look()
    assert store.store.names() == {}
    assert store.following.health == {}
    assert pair.theirs.read_wishes() == ()


# How the sources fare


def test_health_is_told_and_understood_by_another_clock() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        health = SourceHealth(
            name="yahoo", title="Yahoo", host="q1", topic=Topic.QUOTES, state=State.FAILING, period=15.0,
            failure="no\x1b[31m answer", failure_kind=FailureKind.TIMEOUT, failures=2,
            next_try=clock.monotonic() + 40.0, last_good=clock.now(), items=47, requests=9, day=day_of(clock.now()),
            budget=TokenBucket(rate=0.5, burst=15, now=clock.monotonic(), level=3.0),
        )  # fmt: skip
        health.latencies.extend(float(n) for n in range(1, 101))
        data = told(health, clock)
        await clock.sleep(10)
        other = understood(data, clock)
        assert other is not None
        assert other.countdown(clock.monotonic()) == pytest.approx(30.0)
        assert (other.state, other.failures, other.items, other.requests) == (State.FAILING, 2, 47, 9)
        assert (other.p50, other.p99) == (health.p50, health.p99)
        assert other.budget is not None
        assert other.budget.level(clock.monotonic()) == pytest.approx(8.0), "it has gained since it was told"
        assert other.day == health.day
        assert other.failure is not None
        assert "\x1b" not in other.failure
        for wrong in (b"", b"[]", data[:-1], data.replace(b"15.0", b"-1.0"), data.replace(b'"quotes"', b'"nonsense"')):
            assert understood(wrong, clock) is None

    run_virtual(scenario())


def test_only_what_has_changed_is_told_again() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        put: list[str] = []
        one = Scripted(descriptor("one", host="a.example", period=60.0), clock)
        two = Scripted(descriptor("two", host="b.example", topic=Topic.HEADLINES, period=600.0), clock)
        async with running(clock, one, two) as (scheduler, _):
            board = HealthBoard(clock, lambda name, _: put.append(name))
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await scheduler.wait_idle()
            board.tell(scheduler)
            assert sorted(put) == ["source:one", "source:two"]
            board.tell(scheduler)
            assert len(put) == 2
            await clock.sleep(70)
            board.tell(scheduler)
            assert put[2:] == ["source:one"]
            await scheduler.remove("two")
            board.tell(scheduler)
            assert put[3:] == ["source:two"]

    run_virtual(scenario())


# What followers want


def wish(name: str, data: object, author: int = 1, seconds: float = 10.0) -> Wish:
    body = data if isinstance(data, bytes) else msgspec.json.encode(data)
    return Wish(author, name, NOW + timedelta(seconds=seconds), body)


@dataclass
class Told:
    """Notes what it is told to ask for."""

    topics: dict[Topic, tuple[str, ...]] = field(default_factory=dict)
    watched: tuple[str, ...] = ()

    def set_interest(self, topic: Topic, symbols: object) -> None:
        assert isinstance(symbols, tuple)
        self.topics[topic] = symbols

    def set_watched(self, symbols: object) -> None:
        assert isinstance(symbols, tuple)
        self.watched = symbols


def test_the_others_symbols_come_behind_ours_until_they_go() -> None:
    target = Told()

    class Clock(StandingClock):
        moment = NOW

        def now(self) -> datetime:
            return self.moment

    clock = Clock()
    joined = Joined(target, clock)
    joined.set_watched(("A",))
    joined.set_interest(Topic.QUOTES, ("A", "B"))
    wanted = Wanted(topics={Topic.QUOTES: ("B", "C", "not a symbol", "<b>")}, watched=("C",))
    assert joined.hear([wish(WANTED, wanted, seconds=100)]) == []
    assert target.topics == {Topic.QUOTES: ("A", "B", "C")}
    assert target.watched == ("A", "C")
    joined.set_interest(Topic.QUOTES, ("D",))
    assert target.topics[Topic.QUOTES] == ("D", "B", "C")
    clock.moment += timedelta(seconds=101)
    joined.look()
    assert target.topics[Topic.QUOTES] == ("D",)


def test_orders_are_heard_once_and_nonsense_never() -> None:
    joined = Joined(Told(), StandingClock())
    order = {"serial": 1, "do": "refresh", "topic": "quotes"}
    heard = joined.hear([wish(ORDER, order)])
    assert [(one.do, one.topic) for one in heard] == [("refresh", Topic.QUOTES)]
    assert joined.hear([wish(ORDER, order)]) == []
    assert len(joined.hear([wish(ORDER, order, author=2)])) == 1, "another monitor's first"
    for nonsense in (
        wish(ORDER, {"serial": 9, "do": "delete"}),
        wish(ORDER, {"serial": 9, "do": "refresh", "topic": "everything"}),
        wish(ORDER, b"{"),
        wish(ORDER, {"serial": 9, "do": "refresh"}, seconds=-1),
        wish(ORDER, {"serial": 9, "do": "refresh"}, seconds=1e7),
        wish("else", {"serial": 9, "do": "refresh"}),
        wish(WANTED, {"topics": {"quotes": ["A"] * 10_001}}),
    ):
        assert joined.hear([nonsense]) == []


def test_what_is_wanted_is_said_when_it_changes_and_once_a_minute() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        said: list[tuple[str, datetime]] = []
        wishing = Wishing(clock, lambda name, expires, _: said.append((name, expires)))
        wishing.set_interest(Topic.QUOTES, ("A",))
        wishing.say()
        wishing.say()
        assert len(said) == 1
        wishing.set_interest(Topic.QUOTES, ("A",))
        wishing.say()
        assert len(said) == 1, "the same again is no news"
        wishing.set_interest(Topic.QUOTES, ("A", "B"))
        wishing.say()
        assert len(said) == 2
        await clock.sleep(61)
        wishing.say()
        assert len(said) == 3
        assert all(expires > clock.now() for _, expires in said[2:])
        wishing.take_back()
        assert said[3][1] <= clock.now()

    run_virtual(scenario())


# Taking over


def test_a_new_holder_goes_on_where_the_old_one_was() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        descriptors = [
            descriptor("quotes", host="a.example", period=60.0),
            descriptor("bars", host="b.example", topic=Topic.HISTORY, period=21_600.0),
            descriptor("wire", host="c.example", topic=Topic.HEADLINES, period=600.0),
            descriptor("gone", host="d.example", topic=Topic.HEADLINES, period=300.0),
        ]
        first = [Scripted(one, clock) for one in descriptors]
        first[3].answer = fail(FailureKind.RATE_LIMITED)
        async with running(clock, *first) as (scheduler, _):
            for topic in (Topic.QUOTES, Topic.HISTORY):
                scheduler.set_interest(topic, ["0700.HK"])
            await clock.sleep(30)
            words = {f"source:{name}": told(one, clock) for name, one in scheduler.health.items()}
            words |= {f"{HOST}{name}": told_block(block, clock) for name, block in scheduler.blocks().items()}
        assert [len(one.asked) for one in first] == [1, 1, 1, 1]

        await clock.sleep(4)
        second = [Scripted(one, clock) for one in descriptors]
        async with running(clock, *second) as (scheduler, _):
            for topic in (Topic.QUOTES, Topic.HISTORY):
                scheduler.set_interest(topic, ["0700.HK"])
            past = [one for data in words.values() if (one := understood(data, clock)) is not None]
            scheduler.take_up(past, understood_blocks(words, clock))
            await clock.sleep(10)
            assert [len(one.asked) for one in second] == [0, 0, 0, 0], "a storm"
            assert scheduler.health["gone"].state is State.LIMITED
            scheduler.set_interest(Topic.QUOTES, ["0700.HK", "0005.HK"])
            await clock.sleep(2)
            assert second[0].symbols == [("0005.HK",)], "what is new is asked for at once"
            await clock.sleep(30)
            assert len(second[0].asked) == 2
            await clock.sleep(200)
            assert len(second[3].asked) == 0, "it said 429 less than five minutes ago"
            await clock.sleep(100)
            assert len(second[3].asked) == 1

    run_virtual(scenario())


def test_the_day_is_counted_on_over_a_restart_and_begins_anew_at_midnight() -> None:
    async def scenario() -> None:
        clock = FakeClock(datetime(2025, 9, 17, 23, 40, tzinfo=UTC))
        one = Scripted(descriptor("one", host="a.example", period=60.0), clock)
        past = SourceHealth(
            name="one", title="", host="", topic=Topic.QUOTES, period=60.0, day=day_of(clock.now()), requests=40,
            octets=9_000,
        )  # fmt: skip
        gone = SourceHealth(name="gone", title="", host="", topic=Topic.QUOTES, period=60.0)
        async with running(clock, one) as (scheduler, _):
            scheduler.count_on([past, gone])
            scheduler.set_interest(Topic.QUOTES, ["A"])
            await clock.sleep(30)
            health = scheduler.health["one"]
            assert health.requests == 41
            assert health.octets > 9_000
            assert health.budget is not None
            assert health.budget.level(clock.monotonic()) <= health.budget.burst
            await clock.sleep(3_600)
            today = health.requests
            assert health.day == day_of(clock.now())
            assert 30 < today < 41, "forty minutes of the new day"
            scheduler.count_on([past])
            assert health.requests == today, "yesterday's numbers are no news"

    run_virtual(scenario())


def test_a_wrong_word_stops_no_source_for_longer_than_its_pace() -> None:
    async def scenario() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("wire", topic=Topic.HEADLINES, period=600.0), clock)
        past = SourceHealth(
            name="wire", title="", host="", topic=Topic.HEADLINES, period=600.0, last_good=clock.now(),
            next_try=clock.monotonic() + 1e7,
        )  # fmt: skip
        async with running(clock, source) as (scheduler, _):
            scheduler.take_up([past], {"example.com": Block(1e9)})
            await clock.sleep(700)
            assert len(source.asked) == 1

    run_virtual(scenario())


class Turn:
    """A lock within one process."""

    taken_by: int | None = None
    beats = 0
    stopped = False

    def __init__(self, number: int) -> None:
        self.number = number

    def acquire(self) -> bool:
        if Turn.taken_by is None:
            Turn.taken_by = self.number
        return Turn.taken_by == self.number

    def release(self) -> None:
        if Turn.taken_by == self.number:
            Turn.taken_by = None

    def holder(self) -> int | None:
        return Turn.taken_by

    def beat(self) -> bool:
        if Turn.taken_by == self.number and not Turn.stopped:
            Turn.beats += 1
        return Turn.taken_by == self.number

    def beaten(self) -> int | None:
        return Turn.beats

    def take_over(self, beaten: int) -> bool:
        return False

    def lost(self) -> bool:
        return Turn.taken_by != self.number


async def test_the_turn_goes_on_when_the_holder_ends_or_lays_it_down(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_monitor.services.sharing.LOOK", 0.02)
    Turn.taken_by = None
    polling: list[int] = []
    rests: list[int] = []

    async def poll(number: int) -> None:
        polling.append(number)
        try:
            await asyncio.Event().wait()
        finally:
            polling.remove(number)

    def sharing(number: int, database: Database, writer: Writer) -> Sharing:
        follower = Follower(database)
        return Sharing(
            Turn(number), follower.following, database, writer, StandingClock(), lambda: rests.append(number)
        )

    async def until(*numbers: int) -> None:
        async with asyncio.timeout(5):
            while polling != [*numbers]:  # noqa: ASYNC110 - threads and files decide
                await asyncio.sleep(0.005)

    one, two = sharing(1, pair.mine, pair.writer), sharing(2, pair.theirs, pair.follower)
    first = asyncio.create_task(one.run(lambda: poll(1)))
    await until(1)
    second = asyncio.create_task(two.run(lambda: poll(2)))
    async with asyncio.timeout(5):
        while two.holder != 1:  # noqa: ASYNC110 - threads and files decide
            await asyncio.sleep(0.005)
    assert rests == [2]
    one.lay_down()
    # The program is stopped before it can look again, so the other one finds the lock free.
    assert two._lock.acquire()
    await until(2)
    assert one.holder in {None, 2}
    second.cancel()
    await asyncio.gather(second, return_exceptions=True)
    await until(1)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert polling == []
    assert Turn.taken_by is None


async def test_every_turn_tells_of_its_sources_and_the_second_asks_nothing_anew(pair: Pair) -> None:
    Turn.taken_by = None
    sharing = Sharing(Turn(1), Follower(pair.mine).following, pair.mine, pair.writer, StandingClock(), lambda: None)
    asked: list[int] = []
    served = asyncio.Event()

    async def poll() -> None:
        clock = FakeClock()
        source = Scripted(descriptor("wire", topic=Topic.HEADLINES, period=600.0), clock, duration=0.0)
        scheduler = Scheduler([source], clock=clock, sink=lambda _: None)
        await sharing.take_up(scheduler)
        running = asyncio.create_task(scheduler.run())
        serving = asyncio.create_task(sharing.serve(scheduler, Joined(scheduler, clock)))
        try:
            await asyncio.sleep(0.3)
            sharing._board.tell(scheduler)
            await pair.writer.flush()
            asked.append(len(source.asked))
            served.set()
            await asyncio.Event().wait()
        finally:
            running.cancel()
            serving.cancel()
            await asyncio.gather(running, serving, return_exceptions=True)

    task = asyncio.create_task(sharing.run(poll))
    for _ in range(2):
        async with asyncio.timeout(5):
            await served.wait()
        served.clear()
        told_of = pair.theirs.read_polling()
        assert set(told_of) == {"source:wire"}
        sharing.lay_down()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert asked[0] == 1
    assert asked[1] == 0, "alone again after a pause, it goes on where it was"


async def test_a_defect_of_polling_ends_the_run(pair: Pair) -> None:
    Turn.taken_by = None

    async def broken() -> None:
        raise SourceError(FailureKind.INTERNAL, "broken")

    sharing = Sharing(Turn(1), Follower(pair.mine).following, pair.mine, pair.writer, StandingClock(), lambda: None)
    with pytest.raises(SourceError, match="broken"):
        await sharing.run(broken)
    assert Turn.taken_by is None
