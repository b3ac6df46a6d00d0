"""Clocks. What time it is on the market, and how the program paces itself, are two questions.

``now`` is the moment that ages, sessions and countdowns are measured at; in a replay it is the recorded day's.
``monotonic`` and ``sleep`` pace the program and always run at the machine's own speed, except in tests.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """The seam through which all time enters."""

    def now(self) -> datetime:
        """Return the market's moment, aware UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never go back."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait ``seconds``; cancellable."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """Return the current moment, aware UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait by the event loop."""
        await asyncio.sleep(max(0.0, seconds))


def until_beat(period: float) -> float:
    """Return the seconds until the next full ``period`` of the event loop's clock.

    What looks now and then looks together with the others, so that an idle program wakes once for all of them.
    """
    return period - asyncio.get_running_loop().time() % period


async def beat(period: float) -> None:
    """Wait for the next full ``period`` of the event loop's clock, see ``until_beat``."""
    await asyncio.sleep(until_beat(period))


class ReplayClock:
    """A day that is played again: ``now`` runs at ``speed`` times the machine's pace, pauses and steps."""

    def __init__(
        self, start: datetime, end: datetime, *, speed: float = 1.0, pace: Callable[[], float] = time.monotonic
    ) -> None:
        """``pace`` gives the seconds that it runs by: the machine's, except in tests."""
        self._pace = pace
        self._anchor = start
        self._anchored_at = pace()
        self._end = end
        self._speed = speed
        self._paused = False

    @property
    def speed(self) -> float:
        """How many recorded seconds pass in one second."""
        return self._speed

    @speed.setter
    def speed(self, value: float) -> None:
        self._re_anchor()
        self._speed = min(max(value, 0.1), 3600.0)

    @property
    def paused(self) -> bool:
        """Whether the day stands still."""
        return self._paused

    @property
    def ended(self) -> bool:
        """Whether the recording has been played to its end."""
        return self.now() >= self._end

    def toggle_pause(self) -> bool:
        """Pause or go on; return whether it is paused now."""
        self._re_anchor()
        self._paused = not self._paused
        return self._paused

    def step(self, seconds: float) -> None:
        """Jump ahead by ``seconds`` of the recorded day."""
        self._re_anchor()
        self._anchor = min(self._anchor + timedelta(seconds=seconds), self._end)

    def now(self) -> datetime:
        """Return the recorded day's moment, never past its end."""
        if self._paused:
            return self._anchor
        passed = (self._pace() - self._anchored_at) * self._speed
        return min(self._anchor + timedelta(seconds=passed), self._end)

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return self._pace()

    async def sleep(self, seconds: float) -> None:
        """Wait by the event loop, at the machine's pace."""
        await asyncio.sleep(max(0.0, seconds))

    def _re_anchor(self) -> None:
        self._anchor = self.now()
        self._anchored_at = self._pace()
