"""One source's life: when it asks, what it asks for, and what becomes of the answer.

A round is one turn of asking: the planned symbols in batches, one request after the other. A round is full (its
period has passed, or the person asked), or urgent (only what is new to it). After a failed round the source is
a half-open circuit: its next round sends one request, and goes on only if that one is answered.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.engine import backoff
from tui_monitor.engine.clock import Clock
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.engine.hosts import Host
from tui_monitor.engine.hours import Hours
from tui_monitor.engine.interest import FRESH_SHARE, Interest
from tui_monitor.engine.plan import Standing, batches
from tui_monitor.sources.api import Batch, Request, Source, Topic

log = logging.getLogger(__name__)

ABOUT_THE_QUESTION = frozenset(
    {FailureKind.NOT_FOUND, FailureKind.MALFORMED, FailureKind.TOO_LARGE, FailureKind.INTERNAL}
)
"""Failures that may lie in what was asked for: the round goes on with its next batch."""

BAD_BATCHES = 3
"""Failed batches after which a round is given up."""

ONCE_A_PERIOD = frozenset({Topic.HISTORY, Topic.RATINGS})
"""Topics whose symbols are asked for once a period each, not with every round."""

REASK_AFTER = 300.0
"""Seconds after which the person's own refresh asks again for what is asked for once a period."""

AFTER_CHANGE = (0.5, 2.5)
"""Seconds after a change of session within which the round for it begins."""

SHORTEST_SLEEP = 0.001
"""Seconds: rounding can leave a target a hair ahead of the clock, and a wait of nothing would spin."""

LONGEST_MISSING_WAIT = 3600.0
"""Seconds after which a second source is asked again for a symbol that it keeps not having."""


@dataclass(slots=True)
class Tally:
    """What one round came to."""

    good: int = 0
    items: int = 0
    answered: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    bad: int = 0
    lost: list[str] = field(default_factory=list)
    """Symbols whose batch failed, where that may lie in them."""
    notes: list[str] = field(default_factory=list)
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
        self.missing: set[str] = set()
        """Symbols that it was asked for and did not have."""
        self.rank = 0
        """Its place in the chain of its topic: 0 is asked first."""
        self.paused = False
        self.unavailable = False
        self.planned: tuple[str, ...] = ()
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
            period=self.descriptor.period,
            next_try=now,
        )
        self._clock = clock
        self._rng = rng
        self._interest = interest
        self._hours = hours
        self._deliver = deliver
        self._after_round = after_round
        self._touched = touched
        self._not_before = not_before
        self._last_attempt = float("-inf")
        self._urgent: dict[str, None] = {}
        self._forced = False
        self._full = False
        self._again = False
        self._setbacks: dict[str, int] = {}
        self._missed: dict[str, tuple[int, float]] = {}
        self._woken = asyncio.Event()

    # What the scheduler says

    @property
    def asks_by_symbol(self) -> bool:
        """Whether its requests name symbols. A source of headlines does when it limits a request's symbols."""
        topic = self.descriptor.topic
        if topic is Topic.HEADLINES:
            return self.descriptor.batch_size is not None
        return topic is not Topic.RECORDING

    @property
    def _once_a_period(self) -> bool:
        return self.descriptor.topic in ONCE_A_PERIOD

    @property
    def down(self) -> bool:
        """Whether the next source of its chain has to stand in."""
        return self.standing.down or self.paused or self.unavailable or self.host.blocked(self._clock.monotonic())

    @property
    def has_something_to_ask(self) -> bool:
        """Whether anything is planned for it."""
        return bool(self.planned) or not self.asks_by_symbol

    def plan(self, symbols: tuple[str, ...]) -> None:
        """Set what it is asked for; what is new to it is asked for at once."""
        if symbols == self.planned:
            return
        before = set(self.planned)
        self.planned = symbols
        wanted = set(symbols)
        self._urgent = {symbol: None for symbol in self._urgent if symbol in wanted}
        self._urgent.update(dict.fromkeys(symbol for symbol in symbols if symbol not in before))
        for book in (self._setbacks, self._missed):
            for symbol in [symbol for symbol in book if symbol not in wanted]:
                del book[symbol]
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
        elif self.asks_by_symbol and not self._due(self._clock.monotonic(), again=again):
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

    def hasten(self, seconds: float) -> None:
        """Try again within ``seconds`` unless it does sooner anyway, or has only just tried."""
        now = self._clock.monotonic()
        soonest = self._last_attempt + min(self.descriptor.period, backoff.FIRST_WAIT) / 2.0
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
            symbols = self._due(now, again=self._again)
            if symbols:
                return symbols
            self._forced = self._again = False
            self._urgent.clear()
            self.next_try = self._next_due(now)
            return None
        if not self._urgent or self.health.failures:
            return None
        fresh = set(self._due(now, again=False))
        symbols = tuple(symbol for symbol in self.planned if symbol in self._urgent and symbol in fresh)
        if not symbols:
            self._urgent.clear()
        return symbols or None

    def _due(self, now: float, *, again: bool) -> tuple[str, ...]:
        """Return the planned symbols to ask for, those that failed before behind the others.

        ``again`` is the person's own refresh: what was answered a while ago is asked for anew.
        """
        period = self.descriptor.period
        if self._once_a_period:
            age = min(REASK_AFTER, period) if again else period * FRESH_SHARE
            symbols = [symbol for symbol in self.planned if now >= self._had(symbol) + age]
        elif self.rank and not again:
            symbols = [symbol for symbol in self.planned if now >= self._miss_ends(symbol)]
        else:
            symbols = list(self.planned)
        return tuple(sorted(symbols, key=lambda symbol: self._setbacks.get(symbol, 0)))

    def _had(self, symbol: str) -> float:
        """Return when ``symbol`` was last answered, by any source of the topic, or missed by this one."""
        answered = self._interest.answered_at(self.descriptor.topic, symbol)
        missed = self._missed.get(symbol)
        return max(answered if answered is not None else float("-inf"), missed[1] if missed else float("-inf"))

    def _miss_ends(self, symbol: str) -> float:
        """Return when a second source is asked again for what it did not have: ever more rarely."""
        if symbol not in self._missed:
            return float("-inf")
        times, at = self._missed[symbol]
        return at + min(LONGEST_MISSING_WAIT, self.descriptor.period * (2.0 ** min(times, 20) - 0.5))

    def _next_due(self, now: float) -> float:
        """Return when the first planned symbol is due, at least a little ahead."""
        period = self.descriptor.period
        if self._once_a_period:
            first = min((self._had(symbol) for symbol in self.planned), default=now)
            return max(now + 1.0, first + period)
        return now + backoff.jittered(period, self._rng)

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
        target = now if self._forced or (self._urgent and not self.health.failures) else self.next_try
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
        for symbol in symbols:
            self._urgent.pop(symbol, None)
        self.health.state, self.health.next_try = State.ASKING, None
        self._changed()
        tally = Tally()
        parts = batches(symbols, self.descriptor.batch_size) if self.asks_by_symbol else [()]
        for number, part in enumerate(parts):
            if number and self.descriptor.spacing:
                await self._clock.sleep(self.descriptor.spacing)
            wanted = part if not part else tuple(symbol for symbol in part if symbol in self.planned)
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
            batch = await self._ask(Request(symbols=symbols, full=full))
        except SourceError as error:
            return self._take_failure(error, symbols, tally)
        if batch is None:
            tally.postponed = True
            return False
        tally.good += 1
        tally.items += len(batch.quotes) + len(batch.histories) + len(batch.ratings) + len(batch.headlines)
        tally.notes += batch.notes
        missing = self._missing_of(symbols, batch)
        tally.missing += missing
        tally.answered += [symbol for symbol in symbols if symbol not in missing]
        if self._once_a_period:
            had = [symbol for symbol in symbols if symbol not in missing]
            self._interest.answered(self.descriptor.topic, had, started)
        return True

    def _take_failure(self, error: SourceError, symbols: Collection[str], tally: Tally) -> bool:
        """Note a failed request; return whether the round goes on with the next batch."""
        tally.error = error
        tally.bad += 1
        for symbol in symbols:
            self._setbacks[symbol] = self._setbacks.get(symbol, 0) + 1
        about_the_question = error.kind in ABOUT_THE_QUESTION
        if about_the_question or not self._once_a_period:
            tally.lost += symbols
        tally.notes.append(f"{_some(symbols)}: {error}")
        half_open = bool(self.health.failures) and not tally.good
        return about_the_question and not half_open and tally.bad < BAD_BATCHES

    def _missing_of(self, symbols: Iterable[str], batch: Batch) -> set[str]:
        """Return what was asked for and is not in the answer, whether the source declares it or not."""
        asked = set(symbols)
        declared = asked & set(batch.missing)
        if batch.unchanged:
            return declared
        if self.descriptor.topic is Topic.QUOTES:
            return declared | (asked - {quote.symbol for quote in batch.quotes if quote.last is not None})
        if self.descriptor.topic is Topic.HISTORY:
            return declared | (asked - {one.symbol for one in batch.histories if one.bars})
        return declared

    async def _ask(self, request: Request) -> Batch | None:
        """Fetch within host, budget and time; ``None`` if the host is in back-off by now. Raises ``SourceError``."""
        while True:
            async with self.host.lock:
                now = self._clock.monotonic()
                if self.host.blocked(now):
                    return None
                wait = self.host.wait(now)
                if wait <= 0:
                    self.host.take(now)
                    return await self._fetch(request)
            await self._clock.sleep(max(SHORTEST_SLEEP, wait))

    async def _fetch(self, request: Request) -> Batch:
        topic, name = self.descriptor.topic, self.descriptor.name
        generation = self._interest.generation(topic)
        request = Request(symbols=request.symbols, generation=generation, full=request.full)
        begun = self._last_attempt = self._clock.monotonic()
        try:
            async with asyncio.timeout(self.descriptor.timeout):
                batch = await self.source.fetch(request)
            if not isinstance(batch, Batch):
                raise TypeError(f"fetch returned {type(batch).__name__}, not a Batch")
            self._deliver(self._interest.still_wanted(topic, batch, generation))
        except SourceError as error:
            self._failed(error)
            raise
        except TimeoutError as cause:
            late = SourceError(FailureKind.TIMEOUT, f"{name}: no answer within {self.descriptor.timeout:g} s.")
            self._failed(late)
            raise late from cause
        except asyncio.CancelledError as cause:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            raise self._contained(cause) from cause
        except Exception as cause:  # a plug-in is contained: whatever it raises ends its round only
            raise self._contained(cause) from cause
        now = self._clock.monotonic()
        self.health.latencies.append(now - begun)
        self.health.requests += batch.requests
        self.health.octets += batch.octets
        self.health.saved += batch.unchanged
        self.host.charge(batch.requests - 1, now)
        self.host.answered(name)
        return batch

    def _contained(self, cause: BaseException) -> SourceError:
        name = self.descriptor.name
        log.error("source %s failed in its own code", name, exc_info=cause)
        error = SourceError(
            FailureKind.INTERNAL, f"{name}: an error in the source itself ({type(cause).__name__}); see the log."
        )
        self._failed(error)
        return error

    def _failed(self, error: SourceError) -> None:
        """Take in at once what a failure means for the host, before the next source may ask it."""
        now = self._clock.monotonic()
        self.health.requests += 1
        if error.kind is FailureKind.RATE_LIMITED:
            self.host.limited(self.descriptor.name, error.retry_after, now)
        elif error.retry_after is not None:
            self.host.hold(error.retry_after, now)

    # What comes of it

    def _conclude(self, tally: Tally, started: float, *, whole: bool, symbols: tuple[str, ...]) -> None:
        self._book_missing(tally, started)
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
            self._urgent.update(dict.fromkeys(symbol for symbol in symbols if symbol not in asked))
        self._changed()

    def _is_failure(self, error: SourceError, tally: Tally) -> bool:
        if not tally.good or error.kind in {FailureKind.RATE_LIMITED, FailureKind.UNAVAILABLE}:
            return True
        # What is asked for once a period would wait that long for the rest of its round.
        return tally.aborted and self.descriptor.topic in ONCE_A_PERIOD

    def _book_missing(self, tally: Tally, started: float) -> None:
        for symbol in tally.answered:
            self.missing.discard(symbol)
            self._missed.pop(symbol, None)
            self._setbacks.pop(symbol, None)
        for symbol in (*tally.missing, *(tally.lost if tally.good else ())):
            self.missing.add(symbol)
            self._missed[symbol] = (self._missed.get(symbol, (0, 0.0))[0] + 1, started)
        self.missing &= set(self._interest.symbols(self.descriptor.topic))

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
        longest = backoff.LONGEST_QUOTES_WAIT if health.topic is Topic.QUOTES else backoff.LONGEST_WAIT
        wait = backoff.failure_wait(
            health.failures,
            self.descriptor.period,
            longest=longest,
            unreached=error.kind in backoff.UNREACHED,
            rng=self._rng,
        )
        self.next_try = now + max(wait, min(error.retry_after or 0.0, backoff.LONGEST_RETRY_AFTER))

    def _book_success(self, tally: Tally) -> None:
        health = self.health
        self.standing.succeeded()
        self.recovered_from = health.failure_kind
        health.failures, health.failure, health.failure_kind = 0, None, None
        health.last_good = self._clock.now()
        health.items = tally.items
        health.notes = tuple(tally.notes)
        if tally.error is not None:
            health.last_failure = self._clock.now()

    def _next_round(self, started: float, now: float) -> float:
        """Return when the next full round begins: a period after this one began, and never at its heels."""
        concerned = self.planned if self.asks_by_symbol else self._interest.everything()
        idle = self.descriptor.idle_period
        closed = idle is not None and self._hours.all_closed(concerned)
        period = idle if closed and idle is not None else self.descriptor.period
        self.health.period = period
        target = max(started + backoff.jittered(period, self._rng), now + min(1.0, 0.2 * period))
        if self.descriptor.topic is Topic.QUOTES or closed:
            change = self._hours.until_change()
            if change is not None:
                target = min(target, now + change + self._rng.uniform(*AFTER_CHANGE))
        return target


def _some(symbols: Collection[str]) -> str:
    return next(iter(symbols)) if len(symbols) == 1 else f"{len(symbols)} symbols"
