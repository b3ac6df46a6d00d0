"""What the calendar process prints, checked and made into calendars. Pure but for the JSON."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.session import Calendar, SessionDay
from tui_monitor.engine.weekly_hours import session_day

MAX_DAYS = 1_000
"""Days that one calendar may have."""

_Day = tuple[date, int, int, int | None, int | None]


class _Sessions(msgspec.Struct, frozen=True):
    zone: str
    days: list[_Day]


class _Answer(msgspec.Struct, frozen=True):
    calendars: dict[str, _Sessions]
    errors: dict[str, str]


def read_answer(body: bytes) -> tuple[list[Calendar], dict[str, str]]:
    """Return the calendars in ``body`` and a sentence for each exchange that has none. Raises ``SourceError``."""
    try:
        answer = msgspec.json.decode(body, type=_Answer)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SourceError(FailureKind.MALFORMED, "the calendar process answered with nonsense") from error
    calendars: list[Calendar] = []
    errors = dict(answer.errors)
    for mic, found in answer.calendars.items():
        days = [_day(mic, row) for row in found.days[:MAX_DAYS]]
        if not days or not _rising(days) or not _is_zone(found.zone):
            errors[mic] = "its calendar makes no sense"
            continue
        calendars.append(Calendar(mic, found.zone, tuple(days)))
    return calendars, errors


def _day(mic: str, row: _Day) -> SessionDay:
    day, opens, closes, break_start, break_end = row
    return session_day(mic, day, _moment(opens), _moment(closes), _optional(break_start), _optional(break_end))


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(min(max(seconds, 0), 32_503_680_000), UTC)


def _optional(seconds: int | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)


def _rising(days: list[SessionDay]) -> bool:
    """Whether each day's moments rise, and the days do not run into each other."""
    last: datetime | None = None
    for day in days:
        moments = [moment for moment, _ in day.boundaries()]
        if any(later <= earlier for earlier, later in pairwise(moments)):
            return False
        if last is not None and moments[0] <= last:
            return False
        last = moments[-1]
    return len({day.date for day in days}) == len(days)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
