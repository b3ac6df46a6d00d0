"""What the person watches, by topic, with the generation number that late answers are judged by."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from tui_monitor.sources.api import Batch, Topic

FRESH_SHARE = 0.85
"""Share of a period for which an answer counts as fresh: less than the shortest jittered period."""


class Interest:
    """Symbols by topic, most important first, and when each was last answered."""

    def __init__(self) -> None:
        self._symbols: dict[Topic, tuple[str, ...]] = {}
        self._sets: dict[Topic, frozenset[str]] = {}
        self._every: frozenset[str] | None = None
        self._generations: dict[Topic, int] = {}
        self._answered: dict[tuple[Topic, str], float] = {}

    def symbols(self, topic: Topic) -> tuple[str, ...]:
        """Return what is wanted of ``topic``."""
        return self._symbols.get(topic, ())

    def everything(self) -> frozenset[str]:
        """Return what is wanted of any topic."""
        if self._every is None:
            self._every = frozenset[str]().union(*self._sets.values())
        return self._every

    def generation(self, topic: Topic) -> int:
        """Return the number of the topic's current list; 0 before the first."""
        return self._generations.get(topic, 0)

    def change(self, topic: Topic, symbols: Iterable[str]) -> bool:
        """Set the list; return whether it differs. A list that differs begins a new generation."""
        wanted = tuple(dict.fromkeys(symbols))
        if wanted == self._symbols.get(topic, ()):
            return False
        self._symbols[topic] = wanted
        self._sets[topic] = frozenset(wanted)
        self._every = None
        self._generations[topic] = self.generation(topic) + 1
        for key in [key for key in self._answered if key[0] is topic and key[1] not in self._sets[topic]]:
            del self._answered[key]
        return True

    def still_wanted(self, topic: Topic, batch: Batch, generation: int) -> Batch:
        """Return ``batch`` without what nobody wants any more, if the list has changed since it was asked."""
        if generation == self.generation(topic):
            return batch
        wanted = self._sets.get(topic, frozenset())
        return replace(
            batch,
            quotes=tuple(one for one in batch.quotes if one.symbol in wanted),
            paths=tuple(one for one in batch.paths if one.symbol in wanted),
            histories=tuple(one for one in batch.histories if one.symbol in wanted),
            ratings=tuple(one for one in batch.ratings if one.symbol is None or one.symbol in wanted),
            missing=tuple(symbol for symbol in batch.missing if symbol in wanted),
        )

    def answered(self, topic: Topic, symbols: Iterable[str], at: float) -> None:
        """Note that ``symbols`` were answered in the round that began ``at`` (monotonic)."""
        for symbol in symbols:
            self._answered[topic, symbol] = at

    def answered_at(self, topic: Topic, symbol: str) -> float | None:
        """Return when the round began that last answered ``symbol``, ``None`` if none did."""
        return self._answered.get((topic, symbol))

    def forget(self, topic: Topic, symbols: Iterable[str]) -> None:
        """Let ``symbols`` count as never answered: their session has ended since."""
        for symbol in symbols:
            self._answered.pop((topic, symbol), None)
