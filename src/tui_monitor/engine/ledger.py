"""What one source is asked for, and what it has had, missed and stumbled over. Pure but for its own state."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tui_monitor.engine.interest import FRESH_SHARE, Interest
from tui_monitor.sources.api import Batch, Descriptor, Topic

ONCE_A_PERIOD = frozenset({Topic.HISTORY, Topic.RATINGS})
"""Topics whose symbols are asked for once a period each, not with every round."""

REASK_AFTER = 300.0
"""Seconds after which the person's own refresh asks again for what is asked for once a period."""

LONGEST_MISSING_WAIT = 3600.0
"""Seconds after which a second source is asked again for a symbol that it keeps not having."""

_NEVER = float("-inf")


class Ledger:
    """The symbols of one source. Moments are ``clock.monotonic()``."""

    def __init__(self, descriptor: Descriptor, interest: Interest) -> None:
        self.planned: tuple[str, ...] = ()
        """What it is asked for, most important first."""
        self._wanted: frozenset[str] = frozenset()
        self.missing: set[str] = set()
        """Symbols that it was asked for and did not have."""
        self.rank = 0
        """Its place in the chain of its topic: 0 is asked first."""
        self.once_a_period = descriptor.topic in ONCE_A_PERIOD
        self._topic = descriptor.topic
        self._period = descriptor.period
        self._interest = interest
        self._urgent: dict[str, None] = {}
        self._setbacks: dict[str, int] = {}
        self._missed: dict[str, tuple[int, float]] = {}
        self._gave: set[str] = set()

    def plan(self, symbols: tuple[str, ...]) -> bool:
        """Set what it is asked for; return whether that is a change. What is new to it is urgent."""
        if symbols == self.planned:
            return False
        before, wanted = self._wanted, frozenset(symbols)
        self.planned, self._wanted = symbols, wanted
        self._urgent = {symbol: None for symbol in self._urgent if symbol in wanted}
        self._urgent.update(dict.fromkeys(symbol for symbol in symbols if symbol not in before))
        for book in (self._setbacks, self._missed):
            for symbol in [symbol for symbol in book if symbol not in wanted]:
                del book[symbol]
        self._gave &= wanted
        return True

    def gave(self, symbols: Iterable[str]) -> bool:
        """Whether it has ever had a value of any of ``symbols``."""
        return not self._gave.isdisjoint(symbols)

    def wants(self, symbol: str) -> bool:
        """Whether ``symbol`` is planned."""
        return symbol in self._wanted

    @property
    def has_urgent(self) -> bool:
        """Whether anything waits to be asked for ahead of the next round."""
        return bool(self._urgent)

    def urgent(self, now: float) -> tuple[str, ...]:
        """Return what to ask for ahead of the next round; forgets what turns out to need no asking."""
        if not self._urgent:
            return ()
        fresh = set(self.due(now, again=False))
        symbols = tuple(symbol for symbol in self.planned if symbol in self._urgent and symbol in fresh)
        if not symbols:
            self._urgent.clear()
        return symbols

    def make_urgent(self, symbols: Iterable[str]) -> None:
        """Ask for ``symbols`` as soon as may be: their round was broken off by another's back-off."""
        self._urgent.update(dict.fromkeys(symbols))

    def no_longer_urgent(self, symbols: Iterable[str]) -> None:
        """A round asks for ``symbols`` now."""
        for symbol in symbols:
            self._urgent.pop(symbol, None)

    def due(self, now: float, *, again: bool) -> tuple[str, ...]:
        """Return the planned symbols to ask for, those that failed before behind the others.

        ``again`` is the person's own refresh: what was answered a while ago is asked for anew.
        """
        if self.once_a_period:
            age = min(REASK_AFTER, self._period) if again else self._period * FRESH_SHARE
            symbols = [symbol for symbol in self.planned if now >= self._had(symbol) + age]
        elif self.rank and not again:
            symbols = [symbol for symbol in self.planned if now >= self._miss_ends(symbol)]
        else:
            symbols = list(self.planned)
        return tuple(sorted(symbols, key=lambda symbol: self._setbacks.get(symbol, 0)))

    def next_due(self, now: float) -> float:
        """Return when the first symbol of a topic that is asked once a period is due, at least a little ahead."""
        first = min((self._had(symbol) for symbol in self.planned), default=now)
        return max(now + 1.0, first + self._period)

    # The outcome of a round that began at ``started``

    def missing_in(self, symbols: Iterable[str], batch: Batch) -> set[str]:
        """Return what was asked for and is not in the answer, whether the source declares it or not."""
        asked = set(symbols)
        declared = asked & set(batch.missing)
        if batch.unchanged:
            return declared
        if self._topic is Topic.QUOTES:
            return declared | (asked - {quote.symbol for quote in batch.quotes if quote.last is not None})
        if self._topic is Topic.HISTORY:
            return declared | (asked - {one.symbol for one in batch.histories if one.bars})
        return declared

    def answered(self, symbols: Collection[str], started: float) -> None:
        """``symbols`` were answered."""
        if self.once_a_period:
            self._interest.answered(self._topic, symbols, started)
        self._gave.update(symbols)
        for symbol in symbols:
            self.missing.discard(symbol)
            self._missed.pop(symbol, None)
            self._setbacks.pop(symbol, None)

    def missed(self, symbols: Iterable[str], started: float) -> None:
        """``symbols`` were asked for in vain."""
        wanted = set(self._interest.symbols(self._topic))
        for symbol in symbols:
            self.missing.add(symbol)
            self._missed[symbol] = (self._missed.get(symbol, (0, 0.0))[0] + 1, started)
        self.missing &= wanted

    def stumbled(self, symbols: Iterable[str]) -> None:
        """The request for ``symbols`` failed: they go behind the others."""
        for symbol in symbols:
            self._setbacks[symbol] = self._setbacks.get(symbol, 0) + 1

    def _had(self, symbol: str) -> float:
        """Return when ``symbol`` was last answered, by any source of the topic, or missed by this one."""
        answered = self._interest.answered_at(self._topic, symbol)
        missed = self._missed.get(symbol)
        return max(_NEVER if answered is None else answered, missed[1] if missed else _NEVER)

    def _miss_ends(self, symbol: str) -> float:
        """Return when a second source is asked again for what it did not have: ever more rarely."""
        if symbol not in self._missed:
            return _NEVER
        times, at = self._missed[symbol]
        return at + min(LONGEST_MISSING_WAIT, self._period * (2.0 ** min(times, 20) - 0.5))
