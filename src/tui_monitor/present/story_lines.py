"""The index's story in full: every claim as a sentence, who made the move, the peers with day and year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.analysis.peers import Standing
from tui_monitor.present import numbers
from tui_monitor.present.index_panel import old_session
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells, wrap

if TYPE_CHECKING:
    from tui_monitor.analysis.board import Board
    from tui_monitor.present.view import View

MOVERS_TOLD = 5
"""Constituents named on either side."""


def story_lines(view: View, width: int) -> list[Line]:
    """Return the board as lines of at most ``width`` cells; sentences are wrapped, never cut."""
    board = view.board
    if board is None:
        return [(Span(view.words("story.none"), Tone.MUTED),)]
    lines: list[Line] = []
    old = old_session(view)
    if old is not None:
        told = wrap(view.words("story.as-of", day=old.isoformat()), max(1, width))
        lines += [*((Span(one, Tone.WARN),) for one in told), ()]
    for claim in board.claims:
        first, *rest = wrap(claim.text(view.language), max(1, width - 2))
        lines.append((Span(f"{view.glyphs.dot} ", Tone.MUTED), Span(first)))
        lines.extend((Span(f"  {one}"),) for one in rest)
    lines += _contributions(view, board)
    lines += _peers(view, board)
    story = board.story
    if story is not None:
        words = view.words("story.basis", sessions=story.sessions, first=story.first_date.isoformat())
        lines += [(), *((Span(one, Tone.MUTED),) for one in wrap(words, max(1, width)))]
    return lines


def _contributions(view: View, board: Board) -> list[Line]:
    found = board.breadth
    if found is None or not found.contributions:
        return []
    lines: list[Line] = [(), (Span(view.words("story.points"), Tone.TITLE),)]
    best = [one for one in found.contributions if one.points > 0][:MOVERS_TOLD]
    worst = [one for one in reversed(found.contributions) if one.points < 0][:MOVERS_TOLD]
    for one in (*best, *reversed(worst)):
        tone = direction_tone(one.points)
        points, percent = numbers.points(one.points), numbers.percent(one.percent, view.glyphs)
        lines.append(
            (
                Span(one.name + " " * max(1, 18 - cells(one.name)), Tone.PLAIN),
                Span(f"{points:>8}  {percent:>8}%", tone),
                Span(f"  {one.weight * 100:5.1f}%{'~' if one.estimated else ' '}", Tone.MUTED),
            )
        )
    text = view.words(
        "story.sum", explained=numbers.points(found.explained_points), residual=numbers.points(found.residual_points)
    )
    lines.append((Span(text, Tone.MUTED),))
    return lines


def _peers(view: View, board: Board) -> list[Line]:
    ranking = board.ranking
    if ranking is None:
        return []
    lines: list[Line] = [(), (Span(view.words("story.peers"), Tone.TITLE),)]
    for row in ranking.rows:
        one = row.reading
        comparable = row.standing is Standing.COMPARABLE
        place = f"{row.place:>2}" if row.place is not None else "  "
        percent = numbers.percent(one.percent, view.glyphs)
        ytd = numbers.signed_percent(one.ytd_percent)
        year = f"{row.ytd_place:>2}" if row.ytd_place is not None else "  "
        mark = "" if comparable else f"  {view.words(f'standing.{row.standing}')}"
        name = one.name + " " * max(1, 18 - cells(one.name))
        lines.append(
            (
                Span(f"{place} ", Tone.MUTED),
                Span(name, Tone.ACCENT if row.own else Tone.PLAIN),
                Span(f"{percent:>8}", direction_tone(one.percent) if comparable else Tone.MUTED),
                Span(f"  {view.words('story.year')} {ytd:>8} {year}", Tone.MUTED),
                Span(mark, Tone.MUTED),
            )
        )
    return lines
