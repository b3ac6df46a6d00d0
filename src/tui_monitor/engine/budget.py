"""Token budgets: how many requests a host gets. Pure: the moment is an argument."""

from __future__ import annotations


class TokenBucket:
    """Holds up to ``burst`` tokens and gains ``rate`` a second. One request costs one token."""

    def __init__(self, *, rate: float, burst: float, now: float, level: float | None = None) -> None:
        """Start full, or at ``level``. ``rate`` and ``burst`` are positive, ``now`` is monotonic seconds."""
        if rate <= 0 or burst < 1:
            raise ValueError("a budget needs a positive rate and room for at least one token")
        self.rate = rate
        """Tokens a second."""
        self.burst = burst
        """Tokens held at the most."""
        self._level = float(burst) if level is None else min(burst, max(-burst, level))
        self._at = now

    def level(self, now: float) -> float:
        """Return the tokens held at ``now``; negative while a costly answer is being paid off."""
        self._gain(now)
        return self._level

    def wait(self, now: float) -> float:
        """Return the seconds until one token is there, 0 if it is there now."""
        self._gain(now)
        return 0.0 if self._level >= 1.0 - _EPSILON else (1.0 - self._level) / self.rate

    def take(self, now: float) -> bool:
        """Spend one token if there is one; return whether there was."""
        if self.wait(now) > 0:
            return False
        self._level -= 1.0
        return True

    def charge(self, tokens: float, now: float) -> None:
        """Spend ``tokens`` after the fact, for an answer that cost more requests than one.

        The debt is bounded by one full bucket, so that a source which misreports cannot stop its host for good.
        """
        self._gain(now)
        self._level = max(-self.burst, self._level - max(0.0, tokens))

    def _gain(self, now: float) -> None:
        if now > self._at:
            self._level = min(self.burst, self._level + (now - self._at) * self.rate)
            self._at = now


_EPSILON = 1e-9
"""Rounding of a level that was waited for exactly."""
