"""The symbols that a person may mean beyond the shipped ones: all that ever had a quote, all that is in a list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.store.latest import LatestStore

KEPT_SECONDS = 1.0
"""How long the names are kept before they are gathered anew: a key asks for them several times."""


class KnownNames:
    """Symbols with a source's name for them, gathered at most once a second."""

    def __init__(self, store: LatestStore, lists: Callable[[], Watchlists], monotonic: Callable[[], float]) -> None:
        self._store = store
        self._lists = lists
        self._monotonic = monotonic
        self._gathered_at = -KEPT_SECONDS
        self._names: dict[str, str | None] = {}

    def __call__(self) -> Mapping[str, str | None]:
        """Return the names by symbol; ``None`` where no source has given one."""
        now = self._monotonic()
        if now - self._gathered_at >= KEPT_SECONDS:
            self._gathered_at = now
            self._names = {**dict.fromkeys(self._lists().symbols), **self._store.names()}
        return self._names
