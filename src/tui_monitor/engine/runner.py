"""One source's life: when it asks, what it asks for, and what becomes of the answer.

A round is one turn of asking: the planned symbols in batches, one request after the other. A round is full (its
period has passed, or the person asked), or urgent (only what is new to it). After a failed round the source is
a half-open circuit: its next round sends one request, and goes on only if that one is answered.
"""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Callable, Collection

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.engine import backoff
from tui_monitor.engine.asking import SHORTEST_SLEEP, Asker
from tui_monitor.engine.clock import Clock
from tui_monitor.engine.health import SourceHealth, State, day_of
from tui_monitor.engine.hosts import Host
from tui_monitor.engine.hours import Hours
from tui_monitor.engine.interest import Interest
from tui_monitor.engine.ledger import Ledger
from tui_monitor.engine.plan import Standing, batches
from tui_monitor.sources.api import Batch, Source, Topic

ABOUT_THE_QUESTION = frozenset(
    {FailureKind.NOT_FOUND, FailureKind.MALFORMED, FailureKind.TOO_LARGE, FailureKind.INTERNAL}
)
"""Failures that may lie in what was asked for: the round goes on with its next batch."""

BAD_BATCHES = 3
"""Failed batches after which a round is given up."""

MAX_NOTES = 20
"""Notes of a round that are kept."""

SHORTEST_GAP = 0.05
"""Seconds between two rounds of a source that claims no period at all."""

AFTER_CHANGE = (0.5, 2.5)
"""Seconds after a change of session within which the round for it begins."""


class Tally(msgspec.Struct):
    """What one round came to."""

    good: int = 0
    unchanged: int = 0
    """Good answers that said that nothing is new."""
    items: int = 0
    answered: list[str] = msgspec.field(default_factory=list)
    missing: list[str] = msgspec.field(default_factory=list)
    bad: int = 0
    lost: list[str] = msgspec.field(default_factory=list)
    """Symbols whose batch failed, where that may lie in them."""
    notes: list[str] = msgspec.field(default_factory=list)
    error: SourceError | None = None
    aborted: bool = False
    """The round ended before its last batch."""
    postponed: bool = False
    """The host went into back-off while the round ran."""


class Runner:
    """Drives one source. Changed by the scheduler and by its own task, both on one event loop."""

    def __init__(
        self,
        source: Source,
        host: Host,
        *,
        clock: Clock,
        rng: random.Random,
        interest: Interest,
        hours: Hours,
        deliver: Callable[[Batch], object],
        after_round: Callable[[Runner], None],
        touched: Callable[[], None],
        not_before: float,
    ) -> None:
        self.source = source
        self.descriptor = source.descriptor
        self.host = host
        self.standing = Standing()
        self.ledger = Ledger(self.descriptor, interest)
        """What it is asked for, and what it has had and missed."""
        self.paused = False
        self.unavailable = False
        self.recovered_from: FailureKind | None = None
        """What its last good round ended, ``None`` where the round before was good."""
        self.resting = False
        """Whether it waits with nothing due: the scheduler is idle when all do."""
        now = clock.monotonic()
        self.next_try = now
        self.health = SourceHealth(
            name=self.descriptor.name,
            title=self.descriptor.title or self.descriptor.name,
            host=self.descriptor.host,
            topic=self.descriptor.topic,
            language=self.descriptor.language,
            period=self.descriptor.period,
            next_try=now,
            budget=host.bucket,
        )
        self._clock = clock
        self._rng = rng
        self._interest = interest
        self._hours = hours
        self._asker = Asker(source, host, self.health, clock=clock, interest=interest, deliver=deliver)
        self._after_round = after_round
        self._touched = touched
        self._not_before = not_before
        self._forced = False
        self._full = False
        self._again = False
        self._woken = asyncio.Event()

    # What the scheduler says

    @property
    def asks_by_symbol(self) -> bool:
        """Whether its requests name symbols. One of headlines or events does when it limits a request's symbols."""
        topic = self.descriptor.topic
        if topic in {Topic.HEADLINES, Topic.CALENDAR}:
            return self.descriptor.batch_size is not None
        return topic is not Topic.RECORDING

    @property
    def down(self) -> bool:
        """Whether the next source of its chain has to stand in."""
        return self.standing.down or self.paused or self.unavailable or self.host.blocked(self._clock.monotonic())

    @property
    def has_something_to_ask(self) -> bool:
        """Whether anything is planned for it."""
        return bool(self.ledger.planned) or not self.asks_by_symbol

    def plan(self, symbols: tuple[str, ...]) -> None:
        """Set what it is asked for; what is new to it is asked for at once."""
        if self.ledger.plan(symbols):
            self.wake()

    def wake(self) -> None:
        """Let it think again about when to ask."""
        self.resting = False
        self._woken.set()

    def ask_now(self, *, full: bool, again: bool) -> bool:
        """Ask as soon as host and budget allow; return whether it will.

        ``full`` asks for what a conditional request would save, ``again`` for what was answered a while ago.
        """
        if self.paused or not self.has_something_to_ask or self.host.blocked(self._clock.monotonic()):
            return False
        if self.unavailable:
            self.unavailable = False
        elif self.asks_by_symbol and not self.ledger.due(self._clock.monotonic(), again=again):
            return False
        self._forced = True
        self._full = self._full or full
        self._again = self._again or again
        self.wake()
        return True

    def pause(self) -> None:
        """Stop asking; a request that is out is finished."""
        self.paused = True
        self.wake()

    def resume(self) -> None:
        """Ask again, also after ``unavailable``."""
        self.paused = False
        self.unavailable = False
        self.next_try = self._clock.monotonic()
        self.wake()

    def take_up(self, past: SourceHealth) -> None:
        """Go on where another monitor ended: what it was answered is not asked again before its time."""
        health = self.health
        health.last_good, health.last_failure = past.last_good, past.last_failure
        health.failure, health.failure_kind, health.failures = past.failure, past.failure_kind, past.failures
        health.items, health.notes = past.items, past.notes
        self.count_on(past)
        for _ in range(min(past.failures, MAX_NOTES)):
            self.standing.failed(certain=past.failure_kind is FailureKind.RATE_LIMITED)
        self.paused = past.state is State.PAUSED
        if past.next_try is not None:
            # Never longer than its own pace, or the longest wait of one that fails: a wrong word stops nobody.
            longest = backoff.LONGEST_WAIT if past.failures else self.descriptor.idle_period or 0.0
            now = self._clock.monotonic()
            self.next_try = min(max(past.next_try, now), now + max(longest, self.descriptor.period))
            if past.last_good is not None and not past.failures:
                self.ledger.no_longer_urgent(self.ledger.planned)
        self.wake()

    def count_on(self, past: SourceHealth) -> None:
        """Count requests and bytes of the day on from what an earlier monitor had counted."""
        self.health.count_on(past, day_of(self._clock.now()))

    def hasten(self, seconds: float) -> None:
        """Try again within ``seconds`` unless it does sooner anyway, or has only just tried."""
        now = self._clock.monotonic()
        soonest = self._asker.last_attempt + min(self.descriptor.period, backoff.FIRST_WAIT) / 2.0
        self.next_try = min(self.next_try, max(now + seconds, soonest))
        self.wake()

    # Its task

    async def live(self) -> None:
        """Ask round after round until cancelled."""
        try:
            while True:
                symbols = self._order()
                if symbols is None:
                    await self._rest()
                else:
                    await self._round(symbols)
        finally:
            self.resting = True
            self._touched()

    def _order(self) -> tuple[str, ...] | None:
        """Return what to ask for now, ``()`` for a source that takes no symbols, ``None`` for nothing."""
        now = self._clock.monotonic()
        if self.paused or self.unavailable or not self.has_something_to_ask:
            self._forced = False
            return None
        if now < self._not_before or self.host.blocked(now):
            return None
        due = self._forced or now >= self.next_try
        if not self.asks_by_symbol:
            return () if due else None
        if due:
            symbols = self.ledger.due(now, again=self._again)
            if symbols:
                return symbols
            self._forced = self._again = False
            self.ledger.no_longer_urgent(self.ledger.planned)
            self.next_try = self._next_without_asking(now)
            return None
        return None if self.health.failures else self.ledger.urgent(now) or None

    def _next_without_asking(self, now: float) -> float:
        """Return when to look again, where a round would ask nothing now."""
        if self.ledger.once_a_period:
            return self.ledger.next_due(now)
        return now + backoff.jittered(self.descriptor.period, self._rng)

    async def _rest(self) -> None:
        """Wait until something is due or something changes."""
        now = self._clock.monotonic()
        target = self._next_wake(now)
        self._show_rest(target)
        self._woken.clear()
        self.resting = target is None or now >= self._not_before
        self._touched()
        if target is None:
            await self._woken.wait()
            return
        sleeper = asyncio.create_task(
            self._clock.sleep(max(SHORTEST_SLEEP, target - now)), name=f"rest:{self.descriptor.name}"
        )
        sleeper.add_done_callback(lambda _: self._woken.set())
        try:
            await self._woken.wait()
        finally:
            sleeper.cancel()
            await asyncio.wait([sleeper])

    def _next_wake(self, now: float) -> float | None:
        if self.paused or self.unavailable or not self.has_something_to_ask:
            return None
        # A request that names no symbols brings nothing sooner: without the first test a feed never rests.
        urgent = self.asks_by_symbol and self.ledger.has_urgent and not self.health.failures
        target = now if self._forced or urgent else self.next_try
        if self.host.blocked_until is not None and self.host.blocked(now):
            target = max(target, self.host.blocked_until)
        return max(target, self._not_before)

    def _show_rest(self, target: float | None) -> None:
        health = self.health
        if self.paused:
            state = State.PAUSED
        elif self.unavailable:
            state = State.UNAVAILABLE
        elif not self.has_something_to_ask:
            state = State.UNNEEDED
        elif self.host.blocked(self._clock.monotonic()) and health.failure_kind in {None, FailureKind.RATE_LIMITED}:
            state = State.LIMITED
        elif health.failures:
            state = State.FAILING
        else:
            state = State.IDLE
        if (health.state, health.next_try) != (state, target):
            health.state, health.next_try = state, target
            self._changed()

    def _changed(self) -> None:
        self.health.revision += 1
        self._touched()

    # A round

    async def _round(self, symbols: tuple[str, ...]) -> None:
        started = self._clock.monotonic()
        self.resting = False
        whole = self._forced or started >= self.next_try
        full = self._full
        self._forced = self._full = self._again = False
        self.ledger.no_longer_urgent(symbols)
        self.health.state, self.health.next_try = State.ASKING, None
        self._changed()
        tally = Tally()
        parts = batches(symbols, self.descriptor.batch_size) if self.asks_by_symbol else [()]
        for number, part in enumerate(parts):
            if number and self.descriptor.spacing:
                await self._clock.sleep(self.descriptor.spacing)
            wanted = part if not part else tuple(filter(self.ledger.wants, part))
            if part and not wanted:
                continue
            if self.paused or not await self._part(wanted, full, started, tally):
                tally.aborted = True
                break
        self._conclude(tally, started, whole=whole, symbols=symbols)
        self._after_round(self)

    async def _part(self, symbols: tuple[str, ...], full: bool, started: float, tally: Tally) -> bool:
        """Send one request; return whether the round goes on."""
        try:
            batch = await self._asker.ask(symbols, full=full)
        except SourceError as error:
            return self._take_failure(error, symbols, tally)
        if batch is None:
            tally.postponed = True
            return False
        tally.good += 1
        tally.unchanged += batch.unchanged
        tally.items += len(batch.quotes) + len(batch.histories) + len(batch.ratings)
        tally.items += len(batch.headlines) + len(batch.events)
        tally.notes += batch.notes
        missing = self.ledger.missing_in(symbols, batch)
        if missing and len(missing) == len(symbols) and self.ledger.gave(symbols):
            # It had them before: an answer of the right shape with nothing in it is no good one.
            tally.good -= 1
            words = f"{self.descriptor.name} answered without a usable value of {_some(symbols)}."
            return self._take_failure(SourceError(FailureKind.MALFORMED, words), symbols, tally)
        if missing and not batch.notes:
            tally.notes.append(f"{_some(missing)}: no usable value in the answer.")
        tally.missing += missing
        answered = [symbol for symbol in symbols if symbol not in missing]
        tally.answered += answered
        self.ledger.answered(answered, started)
        return True

    def _take_failure(self, error: SourceError, symbols: Collection[str], tally: Tally) -> bool:
        """Note a failed request; return whether the round goes on with the next batch."""
        tally.error = error
        tally.bad += 1
        self.ledger.stumbled(symbols)
        about_the_question = error.kind in ABOUT_THE_QUESTION
        if about_the_question or not self.ledger.once_a_period:
            tally.lost += symbols
        tally.notes.append(f"{_some(symbols)}: {error}")
        half_open = bool(self.health.failures) and not tally.good
        return about_the_question and not half_open and tally.bad < BAD_BATCHES

    # What comes of it

    def _conclude(self, tally: Tally, started: float, *, whole: bool, symbols: tuple[str, ...]) -> None:
        self.ledger.missed((*tally.missing, *(tally.lost if tally.good else ())), started)
        error = tally.error
        now = self._clock.monotonic()
        if error is not None and self._is_failure(error, tally):
            self._book_failure(error, now)
        elif tally.good:
            self._book_success(tally)
            if whole and not tally.postponed:
                self.next_try = self._next_round(started, now)
        elif not tally.postponed and whole:
            # Nothing was asked after all: the list changed, or it was paused.
            self.next_try = self._next_round(started, now)
        if tally.postponed:
            asked = {*tally.answered, *tally.missing, *tally.lost}
            self.ledger.make_urgent(symbol for symbol in symbols if symbol not in asked)
        self._changed()

    def _is_failure(self, error: SourceError, tally: Tally) -> bool:
        if not tally.good or error.kind in {FailureKind.RATE_LIMITED, FailureKind.UNAVAILABLE}:
            return True
        # What is asked for once a period would wait that long for the rest of its round.
        return tally.aborted and self.ledger.once_a_period

    def _book_failure(self, error: SourceError, now: float) -> None:
        health = self.health
        health.failures += 1
        health.failure, health.failure_kind = str(error), error.kind
        health.last_failure = self._clock.now()
        limited = error.kind is FailureKind.RATE_LIMITED
        self.unavailable = error.kind is FailureKind.UNAVAILABLE
        self.standing.failed(certain=limited or self.unavailable)
        if limited and self.host.blocked_until is not None:
            self.next_try = self.host.blocked_until + self._rng.uniform(0.0, 5.0)
            return
        period, closed = self._period()
        # What is gone does not come back within a minute.
        first = backoff.LONGEST_WAIT if error.kind is FailureKind.NOT_FOUND else self.descriptor.retry
        wait = backoff.failure_wait(health.failures, period, rng=self._rng, first=first)
        wait = max(wait, min(error.retry_after or 0.0, backoff.LONGEST_RETRY_AFTER))
        self.next_try = now + wait
        if closed and not error.retry_after:
            self.next_try = min(self.next_try, self._after_change(now))

    def _book_success(self, tally: Tally) -> None:
        health = self.health
        self.standing.succeeded()
        self.recovered_from = health.failure_kind
        health.failures, health.failure, health.failure_kind = 0, None, None
        if tally.answered or tally.unchanged or not self.asks_by_symbol:
            health.last_good = self._clock.now()
        if tally.unchanged < tally.good:
            # Where nothing is new, the last round with something in it is still what there is.
            health.items = tally.items
            health.notes = tuple(tally.notes[:MAX_NOTES])
        if tally.error is not None:
            health.last_failure = self._clock.now()

    def _next_round(self, started: float, now: float) -> float:
        """Return when the next full round begins: a period after this one began, and never at its heels."""
        period, closed = self._period()
        target = max(started + backoff.jittered(period, self._rng), now + min(1.0, max(SHORTEST_GAP, 0.2 * period)))
        if self.descriptor.topic is Topic.QUOTES or closed:
            target = min(target, self._after_change(now))
        return target

    def _period(self) -> tuple[float, bool]:
        """Return the seconds between two rounds as things are, and whether that is because nothing trades."""
        concerned = self.ledger.planned if self.asks_by_symbol else self._interest.everything()
        idle = self.descriptor.idle_period
        closed = idle is not None and self._hours.all_closed(concerned)
        self.health.period = idle if closed and idle is not None else self.descriptor.period
        return self.health.period, closed

    def _after_change(self, now: float) -> float:
        """Return the moment just after the next change of a session."""
        change = self._hours.until_change()
        return math.inf if change is None else now + change + self._rng.uniform(*AFTER_CHANGE)


def _some(symbols: Collection[str]) -> str:
    return next(iter(symbols)) if len(symbols) == 1 else f"{len(symbols)} symbols"
