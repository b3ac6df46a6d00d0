"""The claims that a story's own history makes. When each is shown, and how surprising it is, is decided here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tui_monitor.analysis import surprise
from tui_monitor.analysis.claims import Claim, ClaimId, Fact
from tui_monitor.analysis.records import CloseSeries, PeriodChange, Since
from tui_monitor.analysis.streaks import Streak, last_of_each, month_number, week_number

if TYPE_CHECKING:
    from tui_monitor.analysis.story import Story

SHOWN_SPAN = 20
"""Sessions that a "strongest close since" must reach back; a shorter one is no news."""

SHOWN_STREAK = 3
"""Periods that a streak must last; two in a row are no news."""


def history_claims(story: Story, earlier: CloseSeries) -> Iterator[Claim]:
    """Yield the claims of ``story``, not ranked. ``earlier`` are the closes before its session."""
    if story.change_pct is not None and story.change is not None:
        yield _claim(
            story, ClaimId.MOVE, surprise.of_move(earlier.levels, story.change_pct),
            level=story.level, previous_close=story.previous_close, change=story.change, change_pct=story.change_pct,
        )  # fmt: skip
    yield from _span_claims(story, earlier)
    yield from _streak_claims(story, earlier)
    yield from _period_claims(story, earlier)
    yield from _record_claim(story, earlier)


def _span_claims(story: Story, earlier: CloseSeries) -> Iterator[Claim]:
    pairs: tuple[tuple[ClaimId, Since | None, bool], ...] = (
        (ClaimId.HIGHEST_CLOSE, story.highest_close_since, True),
        (ClaimId.LOWEST_CLOSE, story.lowest_close_since, False),
    )
    for claim_id, since, high in pairs:
        if since is None or since.sessions < SHOWN_SPAN:
            continue
        yield _claim(
            story, claim_id, surprise.of_span(earlier.levels, since.sessions, high=high),
            level=story.level, since="record" if since.date is None else since.date.isoformat(),
            since_level=since.level, sessions=since.sessions, history_from=story.first_date.isoformat(),
        )  # fmt: skip


def _streak_claims(story: Story, earlier: CloseSeries) -> Iterator[Claim]:
    weeks = [week_number(one) for one in earlier.dates]
    months = [month_number(one) for one in earlier.dates]
    week, month = week_number(story.as_of), month_number(story.as_of)
    kinds: tuple[tuple[ClaimId, Streak, list[float]], ...] = (
        (ClaimId.WEEKLY_STREAK, story.weekly, _ends_before(weeks, earlier, week)),
        (ClaimId.DAILY_STREAK, story.daily, list(earlier.levels)),
        (ClaimId.MONTHLY_STREAK, story.monthly, _ends_before(months, earlier, month)),
    )
    for claim_id, streak, ends in kinds:
        if abs(streak.count) >= SHOWN_STREAK:
            yield _claim(
                story, claim_id, surprise.of_streak(ends, streak.count),
                count=streak.count, running=streak.running, level=story.level, base=ends[-1],
            )  # fmt: skip


def _ends_before(periods: list[int], earlier: CloseSeries, current: int) -> list[float]:
    """Return the last close of each period before ``current``."""
    end = len(periods)
    while end and periods[end - 1] == current:
        end -= 1
    return last_of_each(periods[:end], earlier.levels[:end])


def _period_claims(story: Story, earlier: CloseSeries) -> Iterator[Claim]:
    if story.ytd is not None:
        years = [one.year for one in earlier.dates]
        measure = surprise.of_percent(surprise.to_date_percents(years, earlier.levels), story.ytd.percent)
        yield _claim(story, ClaimId.YEAR_TO_DATE, measure, **_base(story, story.ytd))
    if story.mtd is not None:
        months = [month_number(one) for one in earlier.dates]
        measure = surprise.of_percent(surprise.to_date_percents(months, earlier.levels), story.mtd.percent)
        yield _claim(story, ClaimId.MONTH_TO_DATE, measure, **_base(story, story.mtd))
    if story.since is not None:
        sessions = len(earlier) - earlier.dates.index(story.since.base_date)
        measure = surprise.of_percent(surprise.window_percents(earlier.levels, sessions), story.since.percent)
        yield _claim(story, ClaimId.SINCE_DATE, measure, sessions=sessions, **_base(story, story.since))


def _record_claim(story: Story, earlier: CloseSeries) -> Iterator[Claim]:
    record = story.record_close
    if record is None or story.below_record_pct is None or record.date == story.as_of or not len(earlier):
        return
    if story.highest_close_since is not None and story.highest_close_since.record:
        # It stands above the record: that is said by the claim of the highest close.
        return
    measure = surprise.of_either_tail(surprise.below_record_percents(earlier.levels), story.below_record_pct)
    facts: dict[str, Fact] = {
        "level": story.level, "record_date": record.date.isoformat(), "record_level": record.level,
        "below_record_pct": story.below_record_pct, "to_record_pct": story.to_record_pct,
    }  # fmt: skip
    if story.record_high is not None:
        facts |= {"record_high_date": story.record_high.date.isoformat(), "record_high": story.record_high.level}
    yield _claim(story, ClaimId.RECORD_DISTANCE, measure, **facts)


def _base(story: Story, change: PeriodChange) -> dict[str, Fact]:
    return {
        "level": story.level, "percent": change.percent,
        "base_date": change.base_date.isoformat(), "base_level": change.base_level,
    }  # fmt: skip


def _claim(story: Story, claim_id: ClaimId, measure: float, **facts: Fact) -> Claim:
    return Claim(
        id=claim_id, surprise=measure, provisional=story.provisional, inputs={"as_of": story.as_of.isoformat(), **facts}
    )
