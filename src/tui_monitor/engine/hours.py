"""What the scheduler asks of the exchanges' hours."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from tui_monitor.domain.instrument import mic_of
from tui_monitor.engine.clock import Clock


class Hours:
    """Whether prices may move, and when that changes next."""

    def __init__(
        self,
        clock: Clock,
        *,
        is_open: Callable[[str | None], bool] | None = None,
        next_change: Callable[[], datetime | None] | None = None,
    ) -> None:
        """Without ``is_open`` everything counts as open; it gets a market identifier code or ``None``."""
        self._clock = clock
        self._is_open = is_open
        self._next_change = next_change
        self.watched: frozenset[str] | None = None
        """What the person looks at: while none of it trades, what surrounds it (peers, rates) rests as well."""

    def all_closed(self, symbols: Iterable[str]) -> bool:
        """Whether no price of ``symbols`` may move now; False where nothing is named or nothing is known."""
        if self._is_open is None:
            return False
        named = set(symbols)
        if self.watched is not None and named & self.watched:
            named &= self.watched
        mics = {mic_of(symbol) for symbol in named}
        return bool(mics) and not any(self._is_open(mic) for mic in mics)

    def open_mics(self, symbols: Iterable[str]) -> frozenset[str]:
        """Return the exchanges of ``symbols`` at which prices may move now."""
        if self._is_open is None:
            return frozenset()
        mics = {mic for symbol in symbols if (mic := mic_of(symbol)) is not None}
        return frozenset(mic for mic in mics if self._is_open(mic))

    def until_change(self) -> float | None:
        """Return the seconds until the next change of a session, ``None`` when none is known to come."""
        moment = self._next_change() if self._next_change is not None else None
        if moment is None:
            return None
        seconds = (moment - self._clock.now()).total_seconds()
        return seconds if seconds > 0 else None
