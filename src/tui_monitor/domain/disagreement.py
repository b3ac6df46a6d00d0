"""When two sources contradict each other: they speak of the same moment and their prices differ by too much.

Two prices of different moments are no contradiction: one is older. Two closes of one session are of the same moment
whatever their stamps.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import SessionState

DISAGREEMENT = 0.005
"""Share of a price by which two sources of the same moment may differ."""

SAME_MOMENT = timedelta(seconds=120)
"""How far apart two stamps may lie and still mean the same moment."""


def same_moment(one: Quote, other: Quote, state: SessionState | None) -> bool:
    """Whether both prices belong to one moment; ``state`` is their exchange's session, ``None`` without one."""
    if one.time is None or other.time is None:
        return False
    if abs(one.time - other.time) <= SAME_MOMENT:
        return True
    day = state.day if state is not None and not state.phase.live else None
    return day is not None and min(one.time, other.time) >= day.close


def same_session(one: Quote, other: Quote, state: SessionState | None) -> bool:
    """Whether both prices belong to the session of ``state``, so that their previous closes must be the same."""
    if one.time is None or other.time is None or state is None or state.day is None:
        return False
    return min(one.time, other.time) >= state.day.open


def disagree(one: Quote, other: Quote, state: SessionState | None) -> bool:
    """Whether two sources contradict each other about one instrument, in the price or in the close before it."""
    if one.currency is not None and other.currency is not None and one.currency != other.currency:
        return same_moment(one, other, state)
    if same_moment(one, other, state) and _apart(one.last, other.last):
        return True
    return same_session(one, other, state) and _apart(one.previous_close, other.previous_close)


def differ(one: Quote, other: Quote) -> bool:
    """Whether two sources' numbers are so far apart that they disagree if they speak of one moment."""
    if one.currency is not None and other.currency is not None and one.currency != other.currency:
        return True
    return _apart(one.last, other.last) or _apart(one.previous_close, other.previous_close)


def _apart(one: float | None, other: float | None) -> bool:
    if one is None or other is None or min(one, other) <= 0:
        return False
    return abs(one - other) / min(one, other) > DISAGREEMENT
