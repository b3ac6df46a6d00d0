"""The health of each source: what the status line, the health screen and ``doctor`` read.

One ``SourceHealth`` a source, owned and changed by the scheduler alone, on the event loop. Readers compare
``revision`` to see whether anything moved.
"""

from __future__ import annotations

import math
from collections import deque
from datetime import date, datetime
from enum import StrEnum

import msgspec

from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine.budget import TokenBucket
from tui_monitor.sources.api import Topic

LATENCIES_KEPT = 256
"""Answers whose duration is remembered for the percentiles."""


class State(StrEnum):
    """What a source is doing."""

    IDLE = "idle"
    """Waiting for its next round."""
    ASKING = "asking"
    """A round is running: a request is out, or queues for its host."""
    FAILING = "failing"
    """The last round failed; it tries again at ``next_try``."""
    LIMITED = "limited"
    """Its host said 429 or asked us to wait; nobody asks that host before ``next_try``."""
    PAUSED = "paused"
    """The person stopped it."""
    UNNEEDED = "unneeded"
    """Nothing to ask: a second source while the first one answers, or nothing is watched that it covers."""
    UNAVAILABLE = "unavailable"
    """It cannot work here; only ``resume`` or ``refresh`` makes it try again."""


class SourceHealth(msgspec.Struct, kw_only=True, eq=False):
    """How one source fares. Requests and bytes are those of one day."""

    name: str
    title: str
    host: str
    topic: Topic
    language: str | None = None
    """What its items are written in, where it says so."""
    state: State = State.IDLE
    last_good: datetime | None = None
    """When it last gave a usable answer, aware UTC."""
    last_failure: datetime | None = None
    """When it last failed, aware UTC."""
    failure: str | None = None
    """The last failure in a sentence, ``None`` once it has answered again."""
    failure_kind: FailureKind | None = None
    failures: int = 0
    """Failed rounds in a row."""
    next_try: float | None = None
    """``clock.monotonic()`` at which it asks next; ``None`` while it asks or will not ask."""
    period: float
    """Seconds between two rounds as they run now (longer while its markets are closed)."""
    budget: TokenBucket | None = None
    """The requests that its host may get, shared with the host's other sources; ``None`` where there is no bound."""
    day: date | None = None
    """The day that is counted, by the clock on this machine's wall."""
    requests: int = 0
    """Requests that went out on that day."""
    octets: int = 0
    """Body bytes that came in."""
    saved: int = 0
    """Answers that said that nothing is new (HTTP 304)."""
    octets_saved: int = 0
    """Body bytes that these answers made unnecessary."""
    items: int = 0
    """Quotes, histories, ratings or headlines of the last good round."""
    latencies: deque[float] = msgspec.field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))
    """Seconds that the last answers took."""
    notes: tuple[str, ...] = ()
    """What the last good round left out and why."""
    revision: int = 0
    """Rises with each change."""

    @property
    def p50(self) -> float | None:
        """Median seconds of an answer, ``None`` before the first."""
        return _percentile(self.latencies, 0.50)

    @property
    def p99(self) -> float | None:
        """Seconds that 99 of 100 answers stayed within, ``None`` before the first."""
        return _percentile(self.latencies, 0.99)

    def count(self, day: date, *, requests: int, octets: int = 0, saved: int = 0, octets_saved: int = 0) -> None:
        """Count what an answer of ``day`` took; a new day begins at nothing."""
        if day != self.day:
            self.day = day
            self.requests = self.octets = self.saved = self.octets_saved = 0
        self.requests += requests
        self.octets += octets
        self.saved += saved
        self.octets_saved += octets_saved

    def count_on(self, past: SourceHealth, today: date) -> None:
        """Go on with the numbers of an earlier program, where they are of the same day."""
        if past.day == today:
            self.day = past.day
            self.requests, self.octets = past.requests, past.octets
            self.saved, self.octets_saved = past.saved, past.octets_saved

    def countdown(self, monotonic: float) -> float | None:
        """Return the seconds until it tries next, never negative; ``None`` when no try is set."""
        return None if self.next_try is None else max(0.0, self.next_try - monotonic)


def day_of(moment: datetime) -> date:
    """Return the day of ``moment`` by the clock on this machine's wall."""
    return moment.astimezone().date()


def _percentile(values: deque[float], share: float) -> float | None:
    """Return the nearest-rank percentile."""
    if not values:
        return None
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
