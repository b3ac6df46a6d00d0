"""Streaks: how many periods in a row have risen or fallen.

A period is a session, an ISO week or a calendar month of the exchange's own dates. Its value is the last close in
it; its change is measured against the latest earlier period that has a close, so that a week without any session
(a long holiday) is stepped over and not counted. A change of exactly zero ends a streak. The first period of a
history has no change and counts for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec


class Streak(msgspec.Struct, frozen=True):
    """A run of periods in one direction, the latest one included."""

    count: int
    """Signed: 7 for seven gains in a row, -2 for two losses, 0 for an unchanged or unknown latest period."""
    running: bool
    """The latest period is not over: its last session has not closed, the count is "on course"."""


def week_number(day: date) -> int:
    """Return a number that is the same for all days of one ISO week (Monday to Sunday) and one more in the next."""
    return (day.toordinal() - 1) // 7


def month_number(day: date) -> int:
    """Return a number that is the same for all days of one calendar month and one more in the next."""
    return day.year * 12 + day.month - 1


def last_of_each(periods: Sequence[int], levels: Sequence[float]) -> list[float]:
    """Return the last level of each run of equal period numbers. Both arguments have the same length."""
    ends: list[float] = []
    last = len(levels) - 1
    for index, level in enumerate(levels):
        if index == last or periods[index + 1] != periods[index]:
            ends.append(level)
    return ends


def running_counts(levels: Sequence[float]) -> list[int]:
    """Return the signed streak that stood at each level; 0 at the first one and wherever nothing changed."""
    counts: list[int] = []
    count = 0
    before: float | None = None
    for level in levels:
        if before is None or level == before:
            count = 0
        elif level > before:
            count = count + 1 if count > 0 else 1
        else:
            count = count - 1 if count < 0 else -1
        counts.append(count)
        before = level
    return counts
