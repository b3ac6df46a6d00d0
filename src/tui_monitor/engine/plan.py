"""Who is asked for what: failover among the sources of one topic. Pure.

The first source is asked for everything that it covers, always, so that its recovery is seen. The next one is
asked only for what the earlier ones could not give: symbols that they declared missing or do not cover, or all
of its own while the earlier ones are down. Going down takes two failures in a row (one when the source never
worked), coming back takes two good rounds: a source that stumbles does not make its second flap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from tui_monitor.domain.instrument import mic_of
from tui_monitor.sources.api import Descriptor

FAILURES_TO_GO_DOWN = 2
"""Failed rounds in a row after which the next source takes over."""

ROUNDS_TO_RETURN = 2
"""Good rounds in a row after which the next source rests again."""


class Standing(msgspec.Struct):
    """Whether a source can be relied on. Changed by the outcome of each round."""

    down: bool = False
    ever_good: bool = False
    failures: int = 0
    """Failed rounds in a row."""
    good: int = 0
    """Good rounds in a row."""

    def failed(self, *, certain: bool = False) -> None:
        """Take in a failed round; ``certain`` means that the next ones will fail too (429, unavailable)."""
        self.failures += 1
        self.good = 0
        if certain or not self.ever_good or self.failures >= FAILURES_TO_GO_DOWN:
            self.down = True

    def succeeded(self) -> None:
        """Take in a good round."""
        self.ever_good = True
        self.failures = 0
        self.good += 1
        if self.good >= ROUNDS_TO_RETURN:
            self.down = False


class Member(msgspec.Struct, frozen=True):
    """One source of a chain, as the plan sees it."""

    descriptor: Descriptor
    down: bool = False
    """Failing, paused, unavailable, or its host is not to be asked."""
    missing: Collection[str] = frozenset()
    """Symbols that it was asked for and did not have."""


def in_order(descriptors: Iterable[Descriptor]) -> list[Descriptor]:
    """Return sources in the order they are asked in: priority, then name."""
    return sorted(descriptors, key=lambda one: (one.priority, one.name))


def assign(symbols: Sequence[str], chain: Sequence[Member]) -> dict[str, tuple[str, ...]]:
    """Return for each source of ``chain`` (in order) the symbols it is asked for, in the order given."""
    assigned: dict[str, list[str]] = {member.descriptor.name: [] for member in chain}
    for symbol in symbols:
        mic = mic_of(symbol)
        for member in chain:
            if not member.descriptor.covers(mic):
                continue
            assigned[member.descriptor.name].append(symbol)
            if not member.down and symbol not in member.missing:
                break
    return {name: tuple(mine) for name, mine in assigned.items()}


def assign_all(symbols: Sequence[str], chain: Sequence[Member]) -> dict[str, tuple[str, ...]]:
    """Return for each source every symbol that it covers: for topics whose sources add to each other."""
    return {
        member.descriptor.name: tuple(symbol for symbol in symbols if member.descriptor.covers(mic_of(symbol)))
        for member in chain
    }


def batches(symbols: Sequence[str], size: int | None) -> list[tuple[str, ...]]:
    """Split ``symbols`` into requests of at most ``size``: as few as possible, order kept."""
    if size is None or len(symbols) <= size:
        return [tuple(symbols)] if symbols else []
    return [tuple(symbols[start : start + size]) for start in range(0, len(symbols), size)]
