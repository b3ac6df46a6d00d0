"""How long to wait until the next try. Pure: chance comes from the caller's generator."""

from __future__ import annotations

import random

from tui_monitor.domain.errors import FailureKind

JITTER = 0.1
"""Share by which a period is shortened or lengthened, so that clients and sources do not fall into step."""

LIMITED_WAITS = (300.0, 900.0, 3600.0)
"""Seconds for which a host is left alone after its first, second and every later 429 in a row."""

LONGEST_RETRY_AFTER = 86_400.0
"""Seconds of the longest ``Retry-After`` that is believed."""

LONGEST_WAIT = 3600.0
"""Seconds that a failing source waits at the most, where its period is longer."""

FIRST_WAIT = 60.0
"""Seconds after which a source with a longer period tries again for the first time, where it wants no more."""

UNREACHED = frozenset({FailureKind.REFUSED, FailureKind.TIMEOUT})
"""Failures in which no server answered: our own network is the first suspect, and who is reached speaks for all."""


def jittered(period: float, rng: random.Random) -> float:
    """Return ``period`` give or take a tenth."""
    return period * rng.uniform(1.0 - JITTER, 1.0 + JITTER)


def limited_wait(strikes: int, retry_after: float | None) -> float:
    """Return the seconds to leave a host alone after ``strikes`` (at least 1) answers of 429 in a row."""
    wait = LIMITED_WAITS[min(max(strikes, 1), len(LIMITED_WAITS)) - 1]
    return max(wait, min(retry_after or 0.0, LONGEST_RETRY_AFTER))


def failure_wait(failures: int, period: float, *, rng: random.Random, first: float = FIRST_WAIT) -> float:
    """Return the seconds until the next try after ``failures`` (at least 1) failed rounds in a row.

    Full jitter: chance picks between nothing and a ceiling that doubles up to the period, but never sooner than the
    source's normal pace, which is its period, or ``first`` where the period is longer. In the end it is one try a
    period, and never less than that: so a fault that has passed is over within one period. Who says 429 or asks us to
    wait is left alone for longer.
    """
    longest, pace = min(period, LONGEST_WAIT), min(period, first)
    ceiling = pace * 2.0 ** min(failures, 20)
    if ceiling >= 2.0 * longest:
        return _just_within(longest, rng)
    return max(_just_within(pace, rng), rng.uniform(0.0, min(ceiling, longest)))


def _just_within(seconds: float, rng: random.Random) -> float:
    return seconds * rng.uniform(1.0 - JITTER, 1.0)
