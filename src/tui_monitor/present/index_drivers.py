"""Who made the index's move, in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present import numbers
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.present.view import View

DRIVERS = 6
"""Constituents that are named at the most as those that made the move."""

LEAST_POINTS = 0.05
"""Points that a constituent must have made to be named: fewer are shown as none."""

AGAINST = 0.1
"""Part of the greatest contribution that one the other way must have to be named beside it."""


def drivers_line(view: View, quote: Quote | None, width: int) -> list[Line]:
    """Return who made the move: those that added most points in its direction, and who did most against it."""
    found = view.board.breadth if view.board else None
    if found is None or quote is None or not found.contributions:
        return []
    sign = -1.0 if found.index_points is not None and found.index_points < 0.0 else 1.0
    ordered = sorted(found.contributions, key=lambda one: -one.points * sign)
    with_it = [one for one in ordered if one.points * sign >= LEAST_POINTS]
    least = max(LEAST_POINTS, AGAINST * with_it[0].points * sign if with_it else 0.0)
    against = [one for one in ordered[-1:] if one.points * sign <= -least]
    label = f" {view.words('column.points')}{'~' if found.estimated else ''}"
    room = width - cells(label)
    shown: list[tuple[float, Line]] = []
    # The one that pulled the other way comes before the fourth: without it a mixed day looks like a clear one.
    for one in (*with_it[:3], *against, *with_it[3:DRIVERS]):
        name, points = f"  {one.name} " if shown else f" {one.name} ", numbers.points(one.points)
        size = cells(name) + cells(points)
        if size > room:
            break
        room -= size
        tone = view.tone(quote, direction_tone(one.points))
        shown.append((one.points * sign, (Span(name, Tone.MUTED), Span(points, tone))))
    shown.sort(key=lambda one: -one[0])
    return [(Span(label, Tone.MUTED), *(span for _, line in shown for span in line))] if shown else []
