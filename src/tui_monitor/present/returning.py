"""What happened while the person was away: headlines on own symbols, rating changes, the move of the index."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.present import numbers
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone, direction_tone

if TYPE_CHECKING:
    from tui_monitor.present.headline_rules import HeadlineRules
    from tui_monitor.present.view import View

AWAY = timedelta(minutes=10)
"""Without a key for this long the person has been away."""

OLDEST = timedelta(hours=12)
"""What was published this long before the person left is no news, though it came in only now (a feed was added)."""

OLDEST_RATING = timedelta(days=2)
"""The same of rating changes, which tables date by the day."""

LEAST_MOVE = 0.05
"""Percent: a smaller move of the index is none."""


class Departure(msgspec.Struct, frozen=True):
    """The last moment at which the person was seen."""

    at: datetime
    level: float | None
    """Where the index stood."""


class WhileAway(msgspec.Struct, frozen=True):
    """What happened since."""

    since: datetime
    headlines: frozenset[str]
    """Ids of new headlines on the person's own symbols."""
    ratings: int
    move: float | None
    """Percent by which the index moved, ``None`` where that is unknown."""

    def __bool__(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.headlines or self.ratings or abs(self.move or 0.0) >= LEAST_MOVE)


def departure(view: View) -> Departure:
    """Return the present moment and level, to be held against those of the return."""
    quote = view.store.quote(view.index)
    return Departure(view.now(), quote.last if quote is not None else None)


def was_away(view: View, left: Departure) -> bool:
    """Whether the person has been away since ``left``. A replayed day is no absence."""
    return view.replaying is None and view.now() - left.at >= AWAY


def while_away(view: View, left: Departure, rules: HeadlineRules) -> WhileAway:
    """Return what happened since ``left``."""
    now = view.now()
    own = view.own_symbols
    fresh = frozenset(
        one.id
        for one in view.store.headlines()
        if one.received > left.at
        and one.sort_time > left.at - OLDEST
        and one.id not in view.read
        and not own.isdisjoint(one.symbols)
        and not rules.hidden(view, one, now)
    )
    ratings = sum(
        1
        for one in view.store.ratings()
        if one.received is not None and one.received > left.at and one.time > left.at - OLDEST_RATING
    )
    quote = view.store.quote(view.index)
    level = quote.last if quote is not None else None
    move = (level / left.level - 1.0) * 100.0 if level is not None and left.level else None
    return WhileAway(left.at, fresh, ratings, move)


def away_line(view: View, what: WhileAway) -> Line:
    """Return it as one line with the keys that answer it."""
    words = view.words
    dot = f" {view.glyphs.dot} "
    since = what.since.astimezone(view.zone)
    spans = [Span(f" {words('away.since', time=f'{since:%H:%M}')} ", Tone.TITLE)]
    spans.append(Span(words("away.headlines", count=len(what.headlines)), Tone.ACCENT))
    spans.append(Span(dot + words("away.ratings", count=what.ratings), Tone.PLAIN))
    if what.move is not None:
        spans.append(Span(dot + view.name(view.index) + " ", Tone.PLAIN))
        spans.append(Span(numbers.percent(what.move, view.glyphs) + "%", direction_tone(what.move)))
    if what.headlines:
        spans.append(Span(dot + words("away.enter"), Tone.MUTED))
    return tuple(spans)
