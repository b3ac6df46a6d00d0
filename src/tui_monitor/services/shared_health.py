"""How sources fare, told from the monitor that polls to the others by way of the database.

What is stored is judged like anything from outside: by type, bounded, text made safe. Moments that are waited for are
stored as times of day and turned into the reader's own monotonic seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta

from tui_monitor.domain.errors import FailureKind
from tui_monitor.domain.text import clean_text
from tui_monitor.engine.budget import TokenBucket
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.engine.hosts import Block
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.engine.clock import Clock
    from tui_monitor.engine.scheduler import Scheduler

SOURCE = "source:"
"""Begins the name of a word about a source."""

HOST = "host:"
"""Begins the name of a word about a host."""

_Count = Annotated[int, Meta(ge=0)]
_Moment = Annotated[datetime, Meta(tz=True)]
_Seconds = Annotated[float, Meta(ge=0.0, le=1e9)]
_Level = Annotated[float, Meta(ge=-1e6, le=1e6)]
_Rate = Annotated[float, Meta(gt=0.0, le=1e6)]

DAY = timedelta(days=1)


class _Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    title: str
    host: str
    topic: Topic
    state: State
    period: _Seconds
    language: str | None = None
    last_good: _Moment | None = None
    last_failure: _Moment | None = None
    failure: str | None = None
    failure_kind: FailureKind | None = None
    failures: _Count = 0
    next_try: _Moment | None = None
    budget: tuple[_Level, _Rate, _Rate] | None = None
    """Level at ``told_at``, tokens a second, tokens at the most."""
    told_at: _Moment | None = None
    day: date | None = None
    requests: _Count = 0
    octets: _Count = 0
    saved: _Count = 0
    octets_saved: _Count = 0
    items: _Count = 0
    p50: _Seconds | None = None
    p99: _Seconds | None = None
    notes: tuple[str, ...] = ()


class _Host(msgspec.Struct, frozen=True, kw_only=True):
    until: _Moment
    strikes: _Count
    limited_by: str | None = None


_source = msgspec.json.Decoder(_Source)
_host = msgspec.json.Decoder(_Host)


def told(health: SourceHealth, clock: Clock) -> bytes:
    """Return how a source fares as it is stored."""
    wait, bucket = health.countdown(clock.monotonic()), health.budget
    shape = _Source(
        name=health.name,
        title=health.title,
        host=health.host,
        topic=health.topic,
        state=health.state,
        period=health.period,
        language=health.language,
        last_good=health.last_good,
        last_failure=health.last_failure,
        failure=health.failure,
        failure_kind=health.failure_kind,
        failures=health.failures,
        next_try=None if wait is None else clock.now() + timedelta(seconds=wait),
        budget=None if bucket is None else (bucket.level(clock.monotonic()), bucket.rate, bucket.burst),
        told_at=clock.now(),
        day=health.day,
        requests=health.requests,
        octets=health.octets,
        saved=health.saved,
        octets_saved=health.octets_saved,
        items=health.items,
        p50=health.p50,
        p99=health.p99,
        notes=health.notes,
    )
    return msgspec.json.encode(shape)


def understood(data: bytes, clock: Clock) -> SourceHealth | None:
    """Return what ``told`` stored, by this program's clock; ``None`` for what it would not have stored."""
    try:
        shape = _source.decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
        return None
    health = SourceHealth(
        name=clean_text(shape.name, 80),
        title=clean_text(shape.title, 200),
        host=clean_text(shape.host, 255),
        topic=shape.topic,
        state=shape.state,
        period=shape.period,
        language=clean_text(shape.language, 12) if shape.language else None,
        last_good=_utc(shape.last_good),
        last_failure=_utc(shape.last_failure),
        failure=clean_text(shape.failure, 500) if shape.failure else None,
        failure_kind=shape.failure_kind,
        failures=shape.failures,
        budget=_budget(shape, clock),
        day=shape.day,
        requests=shape.requests,
        octets=shape.octets,
        saved=shape.saved,
        octets_saved=shape.octets_saved,
        items=shape.items,
        notes=tuple(clean_text(one, 300) for one in shape.notes[:20]),
    )
    if shape.next_try is not None:
        wait = min((shape.next_try - clock.now()).total_seconds(), DAY.total_seconds())
        health.next_try = clock.monotonic() + wait
    # Two durations have the percentiles of all that they stand for.
    health.latencies.extend(one for one in (shape.p50, shape.p99) if one is not None)
    return health


def _budget(shape: _Source, clock: Clock) -> TokenBucket | None:
    """Return the budget as it was told, which goes on gaining from then on."""
    if shape.budget is None or shape.told_at is None or shape.budget[2] < 1.0:
        return None
    level, rate, most = shape.budget
    age = min(max((clock.now() - shape.told_at).total_seconds(), 0.0), DAY.total_seconds())
    return TokenBucket(rate=rate, burst=most, now=clock.monotonic() - age, level=level)


def told_block(block: Block, clock: Clock) -> bytes:
    """Return how a host is that is left alone, as it is stored."""
    until = clock.now() + timedelta(seconds=block.seconds)
    return msgspec.json.encode(_Host(until=until, strikes=block.strikes, limited_by=block.limited_by))


def understood_blocks(words: Mapping[str, bytes], clock: Clock) -> dict[str, Block]:
    """Return the hosts that are to be left alone still, out of everything that was stored."""
    found: dict[str, Block] = {}
    for name, data in words.items():
        if not name.startswith(HOST):
            continue
        try:
            shape = _host.decode(data)
        except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
            continue
        left = (shape.until - clock.now()).total_seconds()
        if 0.0 < left <= DAY.total_seconds():
            found[name.removeprefix(HOST)] = Block(left, shape.strikes, shape.limited_by)
    return found


class HealthBoard:
    """What the others have been told: only what is another by now is told again."""

    def __init__(self, clock: Clock, put: Callable[[str, bytes | None], object]) -> None:
        """``put`` stores a word under a name; ``None`` removes it."""
        self._clock = clock
        self._put = put
        self._told: dict[str, object] = {}
        self._revision = -1

    def forget(self, names: Mapping[str, bytes], scheduler: Scheduler) -> None:
        """Remove what an earlier monitor told of sources and hosts that are no more."""
        blocked = scheduler.blocks()
        for name in names:
            kind, _, own = name.partition(":")
            if own not in (blocked if f"{kind}:" == HOST else scheduler.health):
                self._put(name, None)

    def tell(self, scheduler: Scheduler) -> None:
        """Tell what has changed since the last time."""
        if scheduler.revision == self._revision:
            return
        self._revision = scheduler.revision
        blocks = scheduler.blocks()
        current: dict[str, object] = {f"{SOURCE}{name}": one.revision for name, one in scheduler.health.items()}
        for name, block in blocks.items():
            # A wait that runs down is not news; one that grew is.
            current[f"{HOST}{name}"] = (block.strikes, round(self._clock.monotonic() + block.seconds))
        for name, state in current.items():
            if self._told.get(name) == state:
                continue
            own = name.partition(":")[2]
            is_host = name.startswith(HOST)
            self._put(
                name, told_block(blocks[own], self._clock) if is_host else told(scheduler.health[own], self._clock)
            )
        for name in [name for name in self._told if name not in current]:
            self._put(name, None)
        self._told = current


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment is not None else None
