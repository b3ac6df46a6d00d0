"""Surprise: how unusual a claim is, in bits, so that unlike claims can be ranked on one scale.

A claim that was at least as strong on one earlier session in 2^n is worth n bits. The share is taken from the
instrument's own history and counts today's case itself, so that nothing is ever infinitely surprising and a short
history cannot claim much: with ``k`` like cases among ``n`` earlier ones the share is (k + 1) / (n + 1).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tui_monitor.analysis.records import spans
from tui_monitor.analysis.streaks import running_counts

WARM_UP = 20
"""Sessions at the start of a history that are no measure: nearly each of them is a record of something."""

MOVE_WINDOW = 250
"""Sessions that a daily move is held against: about a year, because volatility comes in spells."""


def bits(like: int, cases: int) -> float:
    """Return the surprise of something that ``like`` of ``cases`` earlier ones equalled or passed."""
    return math.log2((cases + 1) / (like + 1))


def of_span(levels: Sequence[float], span: int, *, high: bool) -> float:
    """Return the surprise of ``span`` sessions back to an equal close; ``levels`` are the earlier closes."""
    earlier = spans(levels, high=high)[WARM_UP:]
    return bits(sum(1 for one in earlier if one >= span), len(earlier))


def of_move(levels: Sequence[float], percent: float) -> float:
    """Return the surprise of a daily move among the last 250, either direction counted."""
    recent = levels[-(MOVE_WINDOW + 1) :]
    size = abs(percent)
    moves = [abs(after / before - 1.0) * 100.0 for before, after in pairwise(recent)]
    return bits(sum(1 for one in moves if one >= size), len(moves))


def of_streak(period_levels: Sequence[float], count: int) -> float:
    """Return the surprise of a streak among the earlier periods, whose last levels are ``period_levels``."""
    earlier = running_counts(period_levels)[1:]
    like = sum(1 for one in earlier if (one >= count if count > 0 else one <= count))
    return bits(like, len(earlier))


def of_percent(earlier: Iterable[float], percent: float) -> float:
    """Return the surprise of a percentage among earlier ones of the same kind, same direction."""
    like = cases = 0
    for one in earlier:
        cases += 1
        if one >= percent if percent >= 0.0 else one <= percent:
            like += 1
    return bits(like, cases)


def of_either_tail(earlier: Sequence[float], value: float) -> float:
    """Return the surprise of a value that can be unusual by being large or by being small."""
    above = sum(1 for one in earlier if one >= value)
    below = sum(1 for one in earlier if one <= value)
    return max(0.0, bits(min(above, below), len(earlier)) - 1.0)


def to_date_percents(periods: Sequence[int], levels: Sequence[float]) -> list[float]:
    """Return each session's change against the last level of the period before its own, where there is one.

    ``periods`` numbers the year or month of each level.
    """
    percents: list[float] = []
    base: float | None = None
    for index, level in enumerate(levels):
        if index and periods[index] != periods[index - 1]:
            base = levels[index - 1]
        if base is not None:
            percents.append((level / base - 1.0) * 100.0)
    return percents


def window_percents(levels: Sequence[float], sessions: int) -> list[float]:
    """Return every earlier change over the same number of sessions."""
    return [
        (after / before - 1.0) * 100.0 for before, after in zip(levels, levels[sessions:], strict=False) if sessions > 0
    ]


def below_record_percents(levels: Sequence[float]) -> list[float]:
    """Return how far each level stood below the highest one up to it; zero or negative."""
    percents: list[float] = []
    best = 0.0
    for level in levels:
        best = max(best, level)
        percents.append((level / best - 1.0) * 100.0)
    return percents
