"""Tells when a session is over and its close is out, once a session: the moment to write the day up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import mic_of
from tui_monitor.services.daily_bars import is_final

if TYPE_CHECKING:
    from tui_monitor.domain.session import SessionDay, SessionState
    from tui_monitor.store.latest import LatestStore

LONGEST = timedelta(minutes=60)
"""How long after the end the close is waited for; then the day is written up from what there is."""

LATE = timedelta(hours=6)
"""How long after the end a session is still worth writing up: the program may have been begun after it."""

_SETTLED = timedelta(minutes=1)
"""How long after the end at the soonest."""

_FIRST_ANSWERS = timedelta(minutes=5)
"""How long after its own start the program waits for answers at the least."""


class Closing:
    """Looks after the sessions of one index."""

    def __init__(
        self,
        index: str,
        store: LatestStore,
        session: Callable[[str | None], SessionState | None],
        *,
        written: Callable[[date], bool] | None = None,
    ) -> None:
        """``written`` says of a session whether it was written up by an earlier run.

        Without it a session that was over already at the first look counts as written.
        """
        self._index = index
        self._store = store
        self._session = session
        self._written = written
        self._done: date | None = None
        self._begun: datetime | None = None

    def look(self, now: datetime) -> date | None:
        """Return the session that is to be written up now, ``None`` most of the time. Once for each."""
        first = self._begun is None
        self._begun = begun = self._begun if self._begun is not None else now
        day = self._ended(now)
        if day is None or day.date == self._done:
            return None
        if now - day.end > LATE or (self._written(day.date) if self._written is not None else first):
            self._done = day.date
            return None
        quote = self._store.quote(self._index)
        final = quote is not None and is_final(quote, day, now)
        # At a start the values are yesterday's until the sources have answered.
        waited = now - day.end >= LONGEST and now - begun >= _FIRST_ANSWERS
        if now < day.end + _SETTLED or not (final or waited):
            return None
        self._done = day.date
        return day.date

    def _ended(self, now: datetime) -> SessionDay | None:
        state = self._session(mic_of(self._index))
        if state is None or state.day is None or state.phase.live or now < state.day.end:
            return None
        return state.day
