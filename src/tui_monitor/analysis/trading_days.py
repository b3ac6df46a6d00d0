"""The days on which an exchange does not trade as usual, out of its calendar. Pure."""

from __future__ import annotations

from collections import Counter
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.session import Calendar, SessionDay

SATURDAY = 5

SOURCE = "exchange"
"""Source of what is worked out of an exchange's calendar."""


def unusual_days(calendar: Calendar, first: date, last: date) -> list[CalendarEvent]:
    """Return holidays and half days from ``first`` to ``last``, as far as the calendar reaches.

    Holidays in a row are one event, a weekend between them included. Sessions that end earlier or begin later than
    most of the calendar's do are half days.
    """
    if not calendar.days:
        return []
    zone = ZoneInfo(calendar.zone)
    usual = _usual_hours(calendar, zone)
    sessions = {day.date: day for day in calendar.days}
    begin, end = max(first, calendar.days[0].date), min(last, calendar.days[-1].date)
    found = _holidays(calendar, sessions, begin, end)
    for day in calendar.days:
        if begin <= day.date <= end and _is_half(day, zone, usual):
            opens, closes = (one.astimezone(zone).strftime("%H:%M") for one in (day.open, day.end))
            found.append(_event(calendar, EventKind.HALF_DAY, day.date, note=f"{opens}-{closes}"))
    return sorted(found, key=lambda one: one.day)


def _holidays(calendar: Calendar, sessions: dict[date, SessionDay], begin: date, end: date) -> list[CalendarEvent]:
    runs: list[list[date]] = []
    day = begin
    while day <= end:
        if day.weekday() < SATURDAY and day not in sessions:
            if runs and not any(one in sessions for one in _between(runs[-1][-1], day)):
                runs[-1].append(day)
            else:
                runs.append([day])
        day += timedelta(days=1)
    return [_event(calendar, EventKind.HOLIDAY, run[0], last_day=run[-1] if len(run) > 1 else None) for run in runs]


def _between(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range(1, (last - first).days)]


def _usual_hours(calendar: Calendar, zone: ZoneInfo) -> tuple[time, time]:
    opens = Counter(day.open.astimezone(zone).time() for day in calendar.days)
    closes = Counter(day.close.astimezone(zone).time() for day in calendar.days)
    return opens.most_common(1)[0][0], closes.most_common(1)[0][0]


def _is_half(day: SessionDay, zone: ZoneInfo, usual: tuple[time, time]) -> bool:
    opens, closes = (one.astimezone(zone).time() for one in (day.open, day.close))
    return opens > usual[0] or closes < usual[1]


def _event(
    calendar: Calendar, kind: EventKind, day: date, *, last_day: date | None = None, note: str = ""
) -> CalendarEvent:
    return CalendarEvent(
        key=f"{SOURCE}:{calendar.mic}:{kind}:{day.isoformat()}",
        kind=kind,
        day=day,
        last_day=last_day,
        zone=calendar.zone,
        region=calendar.mic,
        note=note,
        source=SOURCE,
    )
