"""Hosts: one request in flight, one budget and one back-off, however many sources ask them."""

from __future__ import annotations

import asyncio

import msgspec

from tui_monitor.engine.backoff import LONGEST_RETRY_AFTER, limited_wait
from tui_monitor.engine.budget import TokenBucket


class Block(msgspec.Struct, frozen=True):
    """What a later scheduler must know of a host that asked to be left alone."""

    seconds: float
    """How long it is to be left alone from now on; 0 once that is over."""
    strikes: int = 0
    limited_by: str | None = None
    """The source that was refused."""


class Host:
    """What all sources of one host share."""

    def __init__(self, name: str, *, requests_per_minute: int | None, now: float) -> None:
        """``requests_per_minute`` is ``None`` for what is no host of the network: a recording."""
        self.name = name
        self.lock = asyncio.Lock()
        """Held while a request is out."""
        self.bucket = (
            None
            if requests_per_minute is None
            else TokenBucket(rate=requests_per_minute / 60.0, burst=max(1.0, requests_per_minute / 2.0), now=now)
        )
        self.blocked_until: float | None = None
        """``clock.monotonic()`` before which nobody asks."""
        self.strikes = 0
        """Answers of 429 in a row."""
        self._limited_by: str | None = None

    def blocked(self, now: float) -> bool:
        """Whether the host is to be left alone at ``now``."""
        return self.blocked_until is not None and now < self.blocked_until

    def wait(self, now: float) -> float:
        """Return the seconds until the budget has a token."""
        return 0.0 if self.bucket is None else self.bucket.wait(now)

    def take(self, now: float) -> None:
        """Spend a token."""
        if self.bucket is not None:
            self.bucket.take(now)

    def charge(self, requests: int, now: float) -> None:
        """Pay for ``requests`` that went out beyond the one that was taken."""
        if self.bucket is not None and requests > 0:
            self.bucket.charge(requests, now)

    def limited(self, source: str, retry_after: float | None, now: float) -> None:
        """Take in a 429: leave the host alone for 5, 15, then 60 minutes, longer if it asks for that."""
        self.strikes += 1
        self._limited_by = source
        self.hold(limited_wait(self.strikes, retry_after), now)

    def hold(self, seconds: float, now: float) -> None:
        """Leave the host alone for ``seconds``; never shortens a running wait."""
        until = now + min(seconds, LONGEST_RETRY_AFTER)
        self.blocked_until = until if self.blocked_until is None else max(self.blocked_until, until)

    def answered(self, source: str) -> None:
        """Take in a good answer.

        Only the source that was refused clears the strikes: another address of the same host may work all along.
        """
        if self._limited_by in {None, source}:
            self.strikes = 0
            self._limited_by = None

    def block(self, now: float) -> Block | None:
        """Return what to remember of it, ``None`` where there is nothing."""
        left = max(0.0, self.blocked_until - now) if self.blocked_until is not None else 0.0
        return Block(left, self.strikes, self._limited_by) if left or self.strikes else None

    def take_up(self, block: Block, now: float) -> None:
        """Leave it alone for as long as an earlier scheduler was to."""
        self.strikes = max(self.strikes, block.strikes)
        self._limited_by = block.limited_by
        if block.seconds > 0.0:
            self.hold(block.seconds, now)

    def slept(self, seconds: float) -> None:
        """The machine slept for ``seconds`` that the monotonic clock did not count: the wait went on."""
        if self.blocked_until is not None:
            self.blocked_until -= seconds
