"""The addresses of values, and the set of those that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from enum import StrEnum
from itertools import takewhile
from typing import cast


class Family(StrEnum):
    """What kind of value a key belongs to."""

    QUOTE = "quote"
    PATH = "path"
    HISTORY = "history"
    RATING = "rating"
    HEADLINE = "headline"
    EVENT = "event"


Key = tuple[Family, str]
"""A value's address: its family and its symbol, rating key, headline id or event key."""


class ChangedKeys(Set[Key]):
    """The keys that changed after a revision, newest first: a look at the store, not a copy of it.

    To ask for one key costs the same whatever changed, so that a frame pays for the rows that it shows and not for
    the thousands that changed behind them. It holds until the next change in the store, which it may or may not tell.
    """

    __slots__ = ("_revisions", "_since")

    def __init__(self, revisions: dict[Key, int], since: int) -> None:
        """``revisions`` are the revision of each key's last change, in their order; ``since`` is the last known one."""
        self._revisions = revisions
        self._since = since

    @classmethod
    def _from_iterable(cls, it: Iterable[Key]) -> frozenset[Key]:  # type: ignore[override]
        """Return what the set's operators give: plain sets."""
        return frozenset(it)

    def __contains__(self, key: object) -> bool:
        """Whether the value at ``key`` changed."""
        return self._revisions.get(cast("Key", key), self._since) > self._since

    def __iter__(self) -> Iterator[Key]:
        """Yield the keys, newest first; the cost is that of the keys that are taken."""
        since, revisions = self._since, self._revisions
        return takewhile(lambda key: revisions[key] > since, reversed(revisions))

    def __len__(self) -> int:
        """Return their number, at a cost of as many."""
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return any(True for _ in self)

    def more_than(self, few: int) -> bool:
        """Whether there are more than ``few``, at a cost of no more than these."""
        return any(at == few for at, _ in enumerate(self))
