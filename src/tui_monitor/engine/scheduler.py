"""When each source is asked. One task a source, all in one group; sources are known by their protocol only.

What the parts do: ``plan`` says who is asked for what, ``runner`` is one source's life, ``ledger`` what that source
had and missed, ``asking`` one request, ``hosts`` what sources of one host share (a lock, a budget, a back-off),
``backoff`` the waiting times, ``interest`` what is watched, ``health`` what people see of it.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from tui_monitor.domain.instrument import mic_of
from tui_monitor.engine import backoff
from tui_monitor.engine.clock import Clock
from tui_monitor.engine.health import SourceHealth
from tui_monitor.engine.hosts import Block, Host
from tui_monitor.engine.hours import Hours
from tui_monitor.engine.interest import Interest
from tui_monitor.engine.ledger import ONCE_A_PERIOD
from tui_monitor.engine.plan import Member, assign, assign_all, in_order
from tui_monitor.engine.runner import Runner
from tui_monitor.sources.api import Batch, Source, Topic

log = logging.getLogger(__name__)

WATCH_PERIOD = 5.0
"""Seconds between two looks at clocks and sessions."""

JUMP = 30.0
"""Seconds by which the wall clock must part from the monotonic one to count as a sleep or a set clock."""

LONG_SLEEP = 3600.0
"""Seconds of sleep after which histories count as old."""

SPREAD = 20.0
"""Seconds over which sources spread their first round after a jump or a return of the network, at the most."""

AFTER_SESSION = (60.0, 180.0)
"""Seconds after the end of a session within which its daily bar is asked for."""

START_DELAYS = {
    Topic.HEADLINES: 0.2,
    Topic.HISTORY: 0.5,
    Topic.RATINGS: 1.5,
    Topic.FUNDAMENTALS: 3.0,
    Topic.CALENDAR: 4.0,
}
"""Seconds by which topics start behind the quotes: first the numbers, last the import of a heavy library."""

IN_CHAIN = frozenset({Topic.QUOTES, Topic.HISTORY})
"""Topics whose sources stand in for each other; those of the others add to each other."""


class Scheduler:
    """Asks every source at its pace, politely, and hands each answer to ``sink``."""

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        clock: Clock,
        sink: Callable[[Batch], object],
        is_open: Callable[[str | None], bool] | None = None,
        next_change: Callable[[], datetime | None] | None = None,
        requests_per_minute: int = 30,
        rng: random.Random | None = None,
    ) -> None:
        """Nothing is asked before ``run``.

        ``is_open`` gets a market identifier code (``None`` for what trades around the clock) and says whether
        prices may move now; ``next_change`` gives the next change of any session, aware. Both may be absent.
        ``requests_per_minute`` is the budget of one host; half of it may be spent at once. Names of sources
        are unique; a second source of the same name raises ``ValueError``.
        """
        self._clock = clock
        self._sink = sink
        self._rng = rng if rng is not None else random.Random()  # noqa: S311 - jitter, not a secret
        self._interest = Interest()
        self._hours = Hours(clock, is_open=is_open, next_change=next_change)
        self._hosts: dict[str, Host] = {}
        self._runners: dict[str, Runner] = {}
        self._pulse = asyncio.Event()
        self._open: frozenset[str] = frozenset()
        self.revision = 0
        """Rises when the health of any source changes."""
        self._requests_per_minute = requests_per_minute
        self._group: asyncio.TaskGroup | None = None
        self._tasks: dict[str, asyncio.Task[None]] = {}
        descriptors = {source.descriptor.name: source for source in sources}
        if len(descriptors) != len(sources):
            raise ValueError("two sources have the same name")
        for descriptor in in_order(source.descriptor for source in sources):
            self._install(descriptors[descriptor.name], START_DELAYS.get(descriptor.topic, 0.0))
        self.health: dict[str, SourceHealth] = {name: runner.health for name, runner in self._runners.items()}
        """The health of each source by its name, in the order of asking."""
        self._rank()

    def _rank(self) -> None:
        for topic in Topic:
            for rank, runner in enumerate(self._chain(topic)):
                runner.ledger.rank = rank if topic in IN_CHAIN else 0

    def _install(self, source: Source, delay: float) -> Runner:
        descriptor = source.descriptor
        now = self._clock.monotonic()
        local = descriptor.topic is Topic.RECORDING or not descriptor.host
        key = f"local:{descriptor.name}" if local else descriptor.host
        if key not in self._hosts:
            self._hosts[key] = Host(key, requests_per_minute=None if local else self._requests_per_minute, now=now)
        runner = self._runners[descriptor.name] = Runner(
            source,
            self._hosts[key],
            clock=self._clock,
            rng=self._rng,
            interest=self._interest,
            hours=self._hours,
            deliver=self._sink,
            after_round=self._after_round,
            touched=self._touched,
            not_before=now + delay,
        )
        return runner

    # Sources that come and go while it runs

    def add(self, source: Source) -> None:
        """Ask one more source, from now on. A name that is taken raises ``ValueError``."""
        name, topic = source.descriptor.name, source.descriptor.topic
        if name in self._runners:
            raise ValueError(f"there is a source called {name} already")
        runner = self._install(source, 0.0)
        ordered = in_order(one.descriptor for one in self._runners.values())
        self._runners = {one.name: self._runners[one.name] for one in ordered}
        self.health[name] = runner.health
        self._rank()
        self._plan(topic)
        if self._group is not None:
            self._tasks[name] = self._group.create_task(runner.live(), name=f"source:{name}")
        self._touched()

    async def remove(self, name: str) -> None:
        """Stop asking a source and close it; what it gave stays. Unknown names raise ``KeyError``."""
        runner = self._runners.pop(name)
        self.health.pop(name, None)
        task = self._tasks.pop(name, None)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
        self._rank()
        self._plan(runner.descriptor.topic)
        self._touched()
        await _closed(runner)

    # Running

    async def run(self) -> None:
        """Ask until cancelled. Closes nothing: ``aclose`` does."""
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for name, runner in self._runners.items():
                    self._tasks[name] = group.create_task(runner.live(), name=f"source:{name}")
                group.create_task(self._watch(), name="scheduler:watch")
        finally:
            self._group = None
            self._tasks.clear()

    def halt(self) -> None:
        """Ask nothing any more, from this moment on: ``run`` is about to be cancelled."""
        for task in self._tasks.values():
            task.cancel()

    @property
    def busy(self) -> bool:
        """Whether any source asks or is about to: False once all wait for their next period."""
        return any(not runner.resting for runner in self._runners.values())

    async def wait_idle(self) -> None:
        """Return when nothing is being asked and nothing is due. Needs ``run`` to be running."""
        while self.busy:
            self._pulse.clear()
            await self._pulse.wait()

    async def aclose(self) -> None:
        """Close every source, whatever becomes of the others. May be called twice."""
        for runner in list(self._runners.values()):
            await _closed(runner)

    # What the person and the screen want

    def set_interest(self, topic: Topic, symbols: Sequence[str]) -> None:
        """Say what is wanted of ``topic``, most important first. What is new is asked for at once."""
        if self._interest.change(topic, symbols):
            self._plan(topic)

    def answered_before(self, topic: Topic, ages: Mapping[str, float]) -> None:
        """Let symbols count as answered so many seconds ago, by an earlier run: a restart asks for them no sooner.

        Only for topics that are asked once a period, and before ``set_interest``.
        """
        now = self._clock.monotonic()
        for symbol, age in ages.items():
            self._interest.answered(topic, (symbol,), now - max(0.0, age))

    def set_watched(self, symbols: Iterable[str]) -> None:
        """Say what the person looks at: while none of it trades, all quotes are asked for at the idle period."""
        watched = frozenset(symbols)
        if watched != self._hours.watched:
            self._hours.watched = watched
            for runner in self._chain(Topic.QUOTES):
                runner.hasten(0.0)

    def refresh(self, topic: Topic | None = None, name: str | None = None) -> tuple[str, ...]:
        """Ask now, ahead of the period; return the names of the sources that will.

        Spends the budget like any other round. Sources that are paused, have nothing to ask, or whose host is
        in back-off are left out. A source that is named is asked in full, without conditional requests. What
        is asked for once a period (histories, ratings) is asked anew only when topic or source is named, and
        was answered a while ago.
        """
        named = topic is not None or name is not None
        return tuple(
            one
            for one, runner in self._runners.items()
            if (name is None or one == name)
            and (topic is None or runner.descriptor.topic is topic)
            and runner.ask_now(full=name is not None, again=named or runner.descriptor.topic not in ONCE_A_PERIOD)
        )

    def take_up(self, fared: Iterable[SourceHealth], blocks: Mapping[str, Block]) -> None:
        """Go on where another scheduler ended: its waits stand, its failures count. After the first ``set_interest``.

        ``fared`` is what was known of its sources, by this clock; ``blocks`` how its hosts were, by name.
        """
        self.block(blocks)
        now = self._clock.monotonic()
        for past in fared:
            runner = self._runners.get(past.name)
            if runner is None or past.topic is not runner.descriptor.topic:
                continue
            if past.last_good is not None and past.topic in ONCE_A_PERIOD:
                age = max(0.0, (self._clock.now() - past.last_good).total_seconds())
                self._interest.answered(past.topic, runner.ledger.planned, now - age)
            runner.take_up(past)

    def count_on(self, fared: Iterable[SourceHealth]) -> None:
        """Count requests and bytes of the day on from those of an earlier scheduler."""
        for past in fared:
            if (runner := self._runners.get(past.name)) is not None:
                runner.count_on(past)

    def block(self, blocks: Mapping[str, Block]) -> None:
        """Leave hosts alone that an earlier scheduler was asked to leave alone."""
        now = self._clock.monotonic()
        for name, block in blocks.items():
            if (host := self._hosts.get(name)) is not None and host.bucket is not None:
                host.take_up(block, now)

    def blocks(self) -> dict[str, Block]:
        """Return how the hosts are that are left alone now, or answered 429 last."""
        now = self._clock.monotonic()
        return {name: block for name, host in self._hosts.items() if (block := host.block(now)) is not None}

    def pause(self, name: str) -> None:
        """Stop asking the source; its second takes over. Unknown names raise ``KeyError``."""
        runner = self._runners[name]
        runner.pause()
        self._plan(runner.descriptor.topic)

    def resume(self, name: str) -> None:
        """Ask the source again, also one that was unavailable. Unknown names raise ``KeyError``."""
        runner = self._runners[name]
        runner.resume()
        self._plan(runner.descriptor.topic)

    def tokens(self, host: str) -> float | None:
        """Return the requests that ``host`` may get at once, ``None`` where there is no budget."""
        found = self._hosts.get(host)
        return None if found is None or found.bucket is None else found.bucket.level(self._clock.monotonic())

    # Within

    @property
    def _only_replays(self) -> bool:
        return all(runner.descriptor.topic is Topic.RECORDING for runner in self._runners.values())

    def _chain(self, topic: Topic) -> list[Runner]:
        return [runner for runner in self._runners.values() if runner.descriptor.topic is topic]

    def _plan(self, topic: Topic) -> None:
        """Say anew who is asked for what; a source is woken only for what is new to it."""
        chain = self._chain(topic)
        members = [Member(runner.descriptor, runner.down, runner.ledger.missing) for runner in chain]
        rule = assign if topic in IN_CHAIN else assign_all
        assigned = rule(self._interest.symbols(topic), members)
        for runner in chain:
            runner.plan(assigned[runner.descriptor.name])

    def _after_round(self, runner: Runner) -> None:
        for topic in IN_CHAIN:
            if topic is runner.descriptor.topic or runner.host.blocked_until is not None:
                self._plan(topic)
        if runner.recovered_from in backoff.UNREACHED:
            self._network_is_back(runner)

    def _network_is_back(self, first: Runner) -> None:
        """One source was reached again: the others that were not need not wait their time out."""
        for runner in self._runners.values():
            if runner is not first and runner.health.failure_kind in backoff.UNREACHED:
                runner.hasten(self._rng.uniform(0.0, min(SPREAD, runner.descriptor.period)))

    def _touched(self) -> None:
        self.revision += 1
        self._pulse.set()

    async def _watch(self) -> None:
        """Look after clocks that part and sessions that end."""
        parted = self._parted()
        self._open = self._hours.open_mics(self._interest.symbols(Topic.HISTORY))
        while True:
            await self._clock.sleep(WATCH_PERIOD)
            before, parted = parted, self._parted()
            # In a replay the market's clock runs at a speed of its own: nothing is asked by it, and nothing jumps.
            if abs(parted - before) >= JUMP and not self._only_replays:
                self._clock_jumped(parted - before)
            self._look_for_ended_sessions()

    def _parted(self) -> float:
        """Return how far the wall clock is ahead of the monotonic one, in seconds, on an arbitrary scale."""
        return self._clock.now().timestamp() - self._clock.monotonic()

    def _clock_jumped(self, seconds: float) -> None:
        """Ask everything again soon: the machine slept (the monotonic clock did not run) or a clock was set."""
        log.info("the clock jumped by %.0f s; every source is asked again", seconds)
        if seconds > 0:
            for host in self._hosts.values():
                host.slept(seconds)
            if seconds >= LONG_SLEEP:
                # A session may have begun and ended meanwhile, without a look in between to tell it.
                self._interest.forget(Topic.HISTORY, self._interest.symbols(Topic.HISTORY))
        for runner in self._runners.values():
            if runner.descriptor.topic is not Topic.RECORDING:
                runner.hasten(self._rng.uniform(0.0, min(SPREAD, runner.descriptor.period)))

    def _look_for_ended_sessions(self) -> None:
        """A session that has ended has a new daily bar."""
        symbols = self._interest.symbols(Topic.HISTORY)
        before, self._open = self._open, self._hours.open_mics(symbols)
        ended = before - self._open
        if not ended:
            return
        self._interest.forget(Topic.HISTORY, [symbol for symbol in symbols if mic_of(symbol) in ended])
        for runner in self._chain(Topic.HISTORY):
            runner.hasten(self._rng.uniform(*AFTER_SESSION))


async def _closed(runner: Runner) -> None:
    try:
        await runner.source.aclose()
    except Exception:  # a plug-in that cannot close must not keep the others open
        log.exception("source %s could not be closed", runner.descriptor.name)
