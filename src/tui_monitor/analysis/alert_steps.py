"""One step of a rule: from what is remembered and the value now to what is remembered next, and whether it fires.

What was already true at the first look does not fire; what came true since the state that is remembered does.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from tui_monitor.domain.alert import AlertKind, AlertRule, Mark, Span, is_resting


class Step(NamedTuple):
    """What one look came to."""

    mark: Mark
    """What to remember."""
    fires: bool
    threshold: float | None = None
    """What the value was held against."""


def level(rule: AlertRule, side: str, mark: Mark | None, value: float, now: datetime) -> Step:
    """Look at a value that has a threshold. ``side`` is ``above`` or ``below``; ``mark`` is ``None`` at first."""
    threshold = rule.above if side == "above" else rule.below
    assert threshold is not None
    sign = 1.0 if side == "above" else -1.0
    beyond = (value - threshold) * sign
    if mark is None:
        return Step(Mark(fired=beyond >= 0.0), False, threshold)
    if mark.fired:
        back = beyond < 0.0 and -beyond >= rule.band
        return Step(replace(mark, fired=False) if back else mark, False, threshold)
    if beyond < 0.0:
        return Step(mark, False, threshold)
    if is_resting(rule, mark, now):
        # It came true within the cool-down: that is not told later either, or calm would only be a delay.
        return Step(replace(mark, fired=True), False, threshold)
    return Step(replace(mark, fired=True, last=now), True, threshold)


def extreme(
    rule: AlertRule, mark: Mark | None, price: float, known: float | None, day: str | None, now: datetime
) -> Step:
    """Look at a price that may be a new high or low.

    ``known`` is the extreme so far as others state it: of the session, of 52 weeks or of the daily bars; it may
    already hold the price itself. ``day`` is the session of the price, an ISO date.
    """
    sign = 1.0 if rule.kind is AlertKind.HIGH else -1.0
    reach = price if known is None or rule.span is not Span.DAY else _further(sign, price, known)
    if mark is None or mark.extreme is None:
        return Step(replace(mark or Mark(), extreme=_further(sign, reach, known), day=day), False)
    if day != mark.day:
        if rule.span is Span.DAY:
            # The first price of a session is its high and its low; that is no news.
            return Step(replace(mark, extreme=reach, told=None, day=day), False)
        # What was the extreme may have left the window since: the lesser of both stands, so that none is missed.
        base = mark.extreme if known is None else min(mark.extreme * sign, known * sign) * sign
        mark = replace(mark, extreme=base, told=None, day=day)
    before = mark.extreme
    assert before is not None
    if (reach - before) * sign <= 0.0:
        return Step(mark, False, before)
    mark = replace(mark, extreme=reach)
    step = abs(mark.told or 0.0) * rule.band / 100.0
    if is_resting(rule, mark, now) or (mark.told is not None and (reach - mark.told) * sign < step):
        return Step(mark, False, before)
    return Step(replace(mark, last=now, told=reach), True, before)


def _further(sign: float, one: float, other: float | None) -> float:
    return one if other is None else max(one * sign, other * sign) * sign
