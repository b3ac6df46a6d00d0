"""The tape of rating changes, each event once, whatever number of tables and feeds report it.

Merging needs the dictionary of research houses, which takes a moment to load. ``hold`` puts it off, so that the first
paint shows every report by itself; ``release`` lets the next question merge.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import home_lines
from tui_monitor.domain.rating import MergedRating, Origin
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.present.view import View

UNREAD_FOR = timedelta(days=7)
"""How long an event that nobody looked at counts as new: a table's first answer reaches back a year."""

HEADLINE_KEY = "headline:"
"""Begins the key of a rating change that was read in a headline; the headline's id follows."""


class RatingTape:
    """The events, kept until a rating change comes in. Changes nothing but itself."""

    def __init__(self) -> None:
        self.version = 0
        """Rises with each merging."""
        self._held = False
        self._stale = True
        self._revision = -1
        self._events: list[MergedRating] = []
        self._by_key: dict[str, MergedRating] = {}
        self._row_keys: dict[str, str] = {}
        self._newest: dict[Origin, datetime] = {}

    def hold(self) -> None:
        """Show every report by itself until ``release``."""
        self._held, self._stale = True, True

    def release(self) -> None:
        """Merge from now on."""
        self._held, self._stale = False, True
        self.version += 1

    @property
    def held(self) -> bool:
        """Whether merging is put off, and with it everything else that needs the dictionaries."""
        return self._held

    def events(self, view: View) -> list[MergedRating]:
        """Return all events, newest first. The list is the tape's own."""
        revision = view.store.family_revision(Family.RATING)
        if self._stale or revision != self._revision:
            self._stale, self._revision = False, revision
            self._take(view)
        return self._events

    def event(self, view: View, key: str) -> MergedRating | None:
        """Return the event that has a report with ``key``."""
        self.events(view)
        return self._by_key.get(key)

    def row_key(self, event: MergedRating) -> str:
        """Return the key that stands for an event: that of one of its reports, the same one as long as it is there."""
        return self._row_keys.get(event.change.key, event.change.key)

    def newest(self, view: View, origin: Origin | None = None) -> datetime | None:
        """Return the time of the newest report, or of the newest one of an origin."""
        self.events(view)
        if origin is not None:
            return self._newest.get(origin)
        return max(self._newest.values(), default=None)

    def is_unread(self, view: View, event: MergedRating) -> bool:
        """Whether an event is new: of the last days, and none of its reports was looked at."""
        return view.now() - event.change.time < UNREAD_FOR and event.keys.isdisjoint(view.seen_ratings)

    def count_unread(self, view: View) -> int:
        """Return how many events are new."""
        count = 0
        for event in self.events(view):
            if view.now() - event.change.time >= UNREAD_FOR:
                break
            count += event.keys.isdisjoint(view.seen_ratings)
        return count

    def step(self, grade: str | None) -> int | None:
        """Return the step of a grade's words on the scale from 5 (strong buy) to 1 (strong sell), if it is known."""
        if self._held or not grade:
            return None
        from tui_monitor.analysis.rating_text.grades import grade_step

        return grade_step(grade)

    def firm(self, name: str | None) -> str | None:
        """Return the name that all spellings of a research house have in common: 高盛 is ``Goldman Sachs``."""
        if self._held or not name:
            return name
        from tui_monitor.analysis.rating_text.firms import firm_key

        return firm_key(name)

    def _take(self, view: View) -> None:
        changes = view.store.ratings()
        if self._held:
            self._events = [MergedRating(change=one, parts=(one,)) for one in changes]
        else:
            from tui_monitor.analysis.rating_merge import merge

            self._events = merge(changes, home_lines(view.instruments.values()))
        self._newest = {}
        for one in changes:
            self._newest.setdefault(one.origin, one.time)
        self._name_rows()

    def _name_rows(self) -> None:
        """Let each event keep the key that its row had before, though an older report has joined it since."""
        before = {row: row for row in self._row_keys.values()}
        self._by_key, self._row_keys = {}, {}
        for event in self._events:
            kept = next((before[part.key] for part in event.parts if part.key in before), event.change.key)
            self._row_keys[event.change.key] = kept
            for part in event.parts:
                self._by_key[part.key] = event


def sources_of(view: View, event: MergedRating) -> tuple[str, ...]:
    """Return the providers and feeds that carry an event, each once: also feeds that carry the same headline."""
    names: dict[str, None] = {}
    for part in event.parts:
        names.setdefault(part.source or part.origin.value)
        if part.key.startswith(HEADLINE_KEY):
            headline = view.store.headline(part.key.removeprefix(HEADLINE_KEY))
            if headline is not None:
                names.update(dict.fromkeys(headline.also))
    return tuple(names)
