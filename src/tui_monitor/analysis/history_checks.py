"""Keeping a daily history honest: holes, jumps that look like splits, and a last bar that is not what it says.

Sources of daily lines are wrong in known ways: they leave sessions out, they rescale all prices after a split
while older ones are stored, and their last bar may be the running session's, yesterday's once more, or dated on a
day without a session. Nothing here reads a clock or asks a source.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

import msgspec

from tui_monitor.domain.series import DailyBar

LONGEST_CLOSURE = timedelta(days=12)
"""Longest gap between two sessions that holidays explain where no calendar is known: the Lunar New Year of 2020 on
the mainland made 11 days."""

JUMP = 0.28
"""Change from one close to the next, as a fraction, from which it is held against the ratios of splits."""

SPLIT_RATIOS = (1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 15.0, 20.0, 25.0, 50.0, 100.0)
"""Usual splits, old shares to new; their inverses are consolidations."""

SPLIT_TOLERANCE = 0.06
"""How far a jump may be from a ratio: the share also moves on that day."""

LEAST_OVERLAP = 5
"""Sessions that a new and a stored history must share before a constant ratio between them counts as rescaling."""

Sessions = Callable[[date, date], Sequence[date]]
"""Gives the sessions of the exchange between two dates, both included."""


class Flaw(StrEnum):
    """What is wrong with a history."""

    HOLE = "hole"
    """Sessions are missing between ``date`` and ``until``."""
    SPLIT = "split"
    """The close of ``date`` looks like that of a split or a consolidation: ``amount`` old prices make a new one."""
    OUT_OF_RANGE = "out-of-range"
    """The close of ``date`` lies outside the session's own low and high."""
    NO_SESSION = "no-session"
    """There was no session on ``date``."""
    UNFINISHED = "unfinished"
    """The last bar belongs to the running session or to the future: its close is none."""
    REPEATED = "repeated"
    """The last bar repeats the one before it in every number."""
    WRONG_CLOSE = "wrong-close"
    """The last close is not the previous close that the exchange's quote states, which is ``amount``."""


class Finding(msgspec.Struct, frozen=True):
    """One flaw of a history."""

    flaw: Flaw
    date: dt.date
    until: dt.date | None = None
    amount: float | None = None
    """Missing sessions of a hole where a calendar tells them, the ratio of a split, the right close."""


class Merged(msgspec.Struct, frozen=True):
    """A stored history with a source's answer worked in."""

    bars: tuple[DailyBar, ...]
    added: int
    changed: int
    """Sessions whose numbers the source has corrected."""
    scale: float | None
    """What stored prices were multiplied by, because the source had rescaled them (a split); ``None``: nothing."""


def find_flaws(bars: Sequence[DailyBar], sessions: Sessions | None = None) -> tuple[Finding, ...]:
    """Return holes, suspected splits, closes out of their range and bars without a session, in order of date.

    ``bars``: dates rising and unique. Without ``sessions`` only a gap longer than any holiday is a hole, and only
    a weekend is no session.
    """
    if not bars:
        return ()
    found: list[Finding] = []
    expected = sorted(sessions(bars[0].date, bars[-1].date)) if sessions else None
    known = frozenset(expected or ())
    for bar in bars:
        if _out_of_range(bar):
            found.append(Finding(Flaw.OUT_OF_RANGE, bar.date))
        if bar.date not in known if expected is not None else bar.date.weekday() >= 5:
            found.append(Finding(Flaw.NO_SESSION, bar.date))
    position = 0
    for before, after in pairwise(bars):
        if expected is not None:
            missing = 0
            while position < len(expected) and expected[position] < after.date:
                missing += expected[position] > before.date
                position += 1
            if missing:
                found.append(Finding(Flaw.HOLE, before.date, after.date, float(missing)))
        elif after.date - before.date > LONGEST_CLOSURE:
            found.append(Finding(Flaw.HOLE, before.date, after.date))
        ratio = split_ratio(before.close, after.close)
        if ratio is not None:
            found.append(Finding(Flaw.SPLIT, after.date, amount=ratio))
    return tuple(sorted(found, key=lambda one: (one.date, one.flaw)))


def split_ratio(before: float, after: float) -> float | None:
    """Return the ratio of a split that would explain two closes in a row, below 1 for a consolidation."""
    if abs(after / before - 1.0) < JUMP:
        return None
    seen = before / after
    for ratio in SPLIT_RATIOS:
        for candidate in (ratio, 1.0 / ratio):
            if abs(seen / candidate - 1.0) <= SPLIT_TOLERANCE:
                return candidate
    return None


def check_last(
    bars: Sequence[DailyBar],
    *,
    last_closed: date,
    sessions: Sessions | None = None,
    quoted: tuple[date, float] | None = None,
) -> Finding | None:
    """Return what is wrong with the last bar; ``None`` if nothing.

    ``last_closed`` is the exchange's latest session that has closed. ``quoted`` is a session with the close that
    the exchange's own quote states for it (its previous close), the better authority.
    """
    if not bars:
        return None
    last = bars[-1]
    if last.date > last_closed:
        return Finding(Flaw.UNFINISHED, last.date)
    if last.date not in sessions(last.date, last.date) if sessions else last.date.weekday() >= 5:
        return Finding(Flaw.NO_SESSION, last.date)
    if quoted is not None and quoted[0] == last.date and abs(last.close / quoted[1] - 1.0) > 0.0005:
        # Half a tenth of a percent: quotes are rounded, a close of another moment is farther off.
        return Finding(Flaw.WRONG_CLOSE, last.date, amount=quoted[1])
    if len(bars) > 1 and _repeats(bars[-2], last):
        return Finding(Flaw.REPEATED, last.date)
    return Finding(Flaw.OUT_OF_RANGE, last.date) if _out_of_range(last) else None


def without_wrong_last(
    bars: Sequence[DailyBar],
    *,
    last_closed: date,
    sessions: Sessions | None = None,
    quoted: tuple[date, float] | None = None,
) -> tuple[DailyBar, ...]:
    """Return ``bars`` with wrong last bars taken off, or set right where the exchange's quote tells the close."""
    kept = list(bars)
    while kept:
        finding = check_last(kept, last_closed=last_closed, sessions=sessions, quoted=quoted)
        if finding is None:
            break
        last = kept.pop()
        if finding.flaw is Flaw.WRONG_CLOSE and quoted is not None:
            kept.append(DailyBar(last.date, quoted[1]))
            break
    return tuple(kept)


def merge(stored: Sequence[DailyBar], fetched: Sequence[DailyBar]) -> Merged:
    """Work a source's answer into the stored history, dates rising and unique in both.

    The source wins for the sessions that it has, but a number that it does not have is kept. Where it has rescaled
    its prices (all shared sessions differ by one ratio), the stored ones before its first session follow.
    """
    scale = _scale(stored, fetched)
    by_date: dict[date, DailyBar] = {bar.date: _scaled(bar, scale) if scale else bar for bar in stored}
    added = changed = 0
    for bar in fetched:
        before = by_date.get(bar.date)
        if before is None:
            added += 1
            by_date[bar.date] = bar
            continue
        filled = _filled(bar, before)
        changed += filled != before
        by_date[bar.date] = filled
    return Merged(tuple(by_date[day] for day in sorted(by_date)), added, changed, scale)


def with_own_close(bars: Sequence[DailyBar], own: DailyBar) -> tuple[DailyBar, ...]:
    """Return ``bars`` with a close that the program has seen itself; a bar of that date from a source stands."""
    known: Mapping[date, DailyBar] = {own.date: own} | {bar.date: bar for bar in bars}
    return tuple(known[day] for day in sorted(known))


def _scale(stored: Sequence[DailyBar], fetched: Sequence[DailyBar]) -> float | None:
    closes = {bar.date: bar.close for bar in fetched}
    ratios = sorted(closes[bar.date] / bar.close for bar in stored if bar.date in closes)
    if len(ratios) < LEAST_OVERLAP:
        return None
    middle = ratios[len(ratios) // 2]
    # All but one in twenty must agree: a corrected close among them is no reason to keep two scales.
    agreeing = sum(1 for one in ratios if abs(one / middle - 1.0) <= 0.002)
    return middle if abs(middle - 1.0) > 0.01 and agreeing >= 0.95 * len(ratios) else None


def _scaled(bar: DailyBar, scale: float) -> DailyBar:
    def times(value: float | None) -> float | None:
        return None if value is None else value * scale

    volume = None if bar.volume is None else bar.volume / scale
    return DailyBar(bar.date, bar.close * scale, times(bar.open), times(bar.high), times(bar.low), volume)


def _filled(bar: DailyBar, before: DailyBar) -> DailyBar:
    if bar.close != before.close:
        # Another close: the old range may not hold it.
        return bar
    return DailyBar(
        bar.date,
        bar.close,
        before.open if bar.open is None else bar.open,
        before.high if bar.high is None else bar.high,
        before.low if bar.low is None else bar.low,
        before.volume if bar.volume is None else bar.volume,
    )


def _out_of_range(bar: DailyBar) -> bool:
    # One part in ten thousand: ranges are rounded more coarsely than closes by some providers.
    low = bar.low is not None and bar.close < bar.low * 0.9999
    return low or (bar.high is not None and bar.close > bar.high * 1.0001)


def _repeats(before: DailyBar, last: DailyBar) -> bool:
    if last.close != before.close or last.high is None or last.low is None or last.high == last.low:
        # A close alone can come twice; a whole range with its close does not.
        return False
    return (last.open, last.high, last.low, last.volume) == (before.open, before.high, before.low, before.volume)
