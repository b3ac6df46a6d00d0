"""Headlines waiting to be read for rating changes: a few at a time, so that the screen never waits for them."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_monitor.domain.headline import Headline
from tui_monitor.engine.blocking import in_thread
from tui_monitor.sources.api import Batch

if TYPE_CHECKING:
    from tui_monitor.services.intake import ReadRating

BUDGET = 0.002
"""Seconds that one turn may take: twenty headlines or so, well under a frame."""

CAPACITY = 5_000
"""Headlines that wait at the most; beyond it the longest waiting one is let go."""

CATCH_UP = timedelta(days=3)
"""Stored headlines that are younger are read again at the start: they came just before the program ended, or it has
learnt to read them since."""

SOURCE = "headlines"
"""Names the batches of what was read."""

_PAUSE = 0.005
"""Seconds between two turns, which belong to keys and frames."""

_WARM_SECONDS = 30.0

_log = logging.getLogger(__name__)


class RatingReading:
    """Takes headlines at once and reads them by and by. Belongs to the event loop."""

    def __init__(
        self,
        read: ReadRating,
        take: Callable[[Batch], object],
        now: Callable[[], datetime],
        *,
        on_ready: Callable[[], object] | None = None,
    ) -> None:
        """``take`` gets a batch with the rating changes that one turn has found.

        ``on_ready`` is called once the word lists are loaded, which merging needs as well.
        """
        self._read = read
        self._take = take
        self._now = now
        self._on_ready = on_ready
        self._waiting: deque[Headline] = deque(maxlen=CAPACITY)
        self._filled = asyncio.Event()

    @property
    def waiting(self) -> int:
        """How many headlines wait."""
        return len(self._waiting)

    def offer(self, headline: Headline) -> None:
        """Have a headline read soon."""
        self._waiting.append(headline)
        self._filled.set()

    def catch_up(self, headlines: Iterable[Headline]) -> None:
        """Have those of the last ``CATCH_UP`` read."""
        since = self._now() - CATCH_UP
        for headline in headlines:
            if headline.sort_time >= since:
                self.offer(headline)

    def turn(self, budget: float = BUDGET) -> int:
        """Read until ``budget`` seconds are over, at least one headline; return how many were read."""
        ends = time.perf_counter() + budget
        found = []
        read = 0
        while self._waiting:
            headline = self._waiting.popleft()
            read += 1
            try:
                change = self._read(headline)
            except Exception:  # noqa: BLE001 - one odd headline must not end the reading of all others
                _log.exception("a headline could not be read for ratings: %.200s", headline.title)
                change = None
            if change is not None:
                found.append(change)
            if time.perf_counter() >= ends:
                break
        if found:
            self._take(Batch(source=SOURCE, received=self._now(), ratings=tuple(found)))
        return read

    async def run(self) -> None:
        """Read what is offered until cancelled. The word lists are loaded on a thread first."""
        try:
            await in_thread(self._load_words, timeout=_WARM_SECONDS, name="rating-words")
        except Exception:  # noqa: BLE001 - without ratings of headlines the rest goes on
            _log.exception("headlines are not read for ratings: the word lists could not be loaded")
            return
        if self._on_ready is not None:
            self._on_ready()
        while True:
            await self._filled.wait()
            while self._waiting:
                self.turn()
                await asyncio.sleep(_PAUSE)
            self._filled.clear()

    def _load_words(self) -> None:
        """Do on a thread what the first headline and the first merging would wait for."""
        from tui_monitor.analysis.rating_merge import merge

        merge(())
        self._read(Headline(id="", title="Citi upgrades Example to Buy", source="", received=self._now()))
