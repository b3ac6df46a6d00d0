"""The ordinary week of each exchange: what stands in until its real calendar is loaded, and the phases around it.

Hours are those that exchange_calendars 4.13 gives for an ordinary day, in the exchange's own zone; a test
compares them. The phases of Hong Kong are HKEX's, "Trading Hours", securities market: pre-opening session
09:00 to 09:30; morning 09:30 to 12:00; afternoon 13:00 to 16:00; closing auction session 16:00 to 16:10 with a
random close from 16:08. On a half day there is no afternoon and the closing auction runs 12:00 to 12:10.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from tui_monitor.domain.session import Calendar, SessionDay

_WEEKDAYS = frozenset(range(5))


class WeeklyHours(msgspec.Struct, frozen=True):
    """An exchange's ordinary day, in local time."""

    zone: str
    open: time
    close: time
    break_start: time | None = None
    break_end: time | None = None
    days: frozenset[int] = _WEEKDAYS
    """Days of the week that it trades on, Monday is 0."""
    pre_open: timedelta | None = None
    """How long before the opening orders are taken, where that is shown as a phase."""
    auction: timedelta | None = None
    """How long the closing auction runs after continuous trading, where that is shown as a phase."""


def _hours(
    zone: str, hours: str, lunch: str = "", *, days: frozenset[int] = _WEEKDAYS, pre_open: int = 0, auction: int = 0
) -> WeeklyHours:
    first, last = (time.fromisoformat(part) for part in hours.split("-"))
    start, end = (time.fromisoformat(part) for part in lunch.split("-")) if lunch else (None, None)
    return WeeklyHours(
        zone,
        first,
        last,
        start,
        end,
        days,
        timedelta(minutes=pre_open) if pre_open else None,
        timedelta(minutes=auction) if auction else None,
    )


WEEKLY = {
    "XHKG": _hours("Asia/Hong_Kong", "09:30-16:00", "12:00-13:00", pre_open=30, auction=10),
    "XSHG": _hours("Asia/Shanghai", "09:30-15:00", "11:30-13:00"),
    "XSHE": _hours("Asia/Shanghai", "09:30-15:00", "11:30-13:00"),
    # Tokyo closes at 15:30 since 5 November 2024, before at 15:00.
    "XTKS": _hours("Asia/Tokyo", "09:00-15:30", "11:30-12:30"),
    "XKRX": _hours("Asia/Seoul", "09:00-15:30"),
    "XTAI": _hours("Asia/Taipei", "09:00-13:30"),
    "XSES": _hours("Asia/Singapore", "09:00-17:00"),
    "XASX": _hours("Australia/Sydney", "10:00-16:00"),
    "XNZE": _hours("Pacific/Auckland", "10:00-16:45"),
    "XBOM": _hours("Asia/Kolkata", "09:15-15:30"),
    "XBKK": _hours("Asia/Bangkok", "10:00-16:30"),
    "XIDX": _hours("Asia/Jakarta", "09:00-15:50"),
    "XKLS": _hours("Asia/Kuala_Lumpur", "09:00-17:00"),
    "XPHS": _hours("Asia/Manila", "09:30-15:30"),
    "XLON": _hours("Europe/London", "08:00-16:30"),
    "XPAR": _hours("Europe/Paris", "09:00-17:30"),
    "XAMS": _hours("Europe/Amsterdam", "09:00-17:30"),
    "XBRU": _hours("Europe/Brussels", "09:00-17:30"),
    "XETR": _hours("Europe/Berlin", "09:00-17:30"),
    "XFRA": _hours("Europe/Berlin", "09:00-17:30"),
    "XMIL": _hours("Europe/Rome", "09:00-17:30"),
    "XMAD": _hours("Europe/Madrid", "09:00-17:30"),
    "XSWX": _hours("Europe/Zurich", "09:00-17:30"),
    "XSTO": _hours("Europe/Stockholm", "09:00-17:30"),
    "XCSE": _hours("Europe/Copenhagen", "09:00-17:00"),
    "XOSL": _hours("Europe/Oslo", "09:00-16:20"),
    "XHEL": _hours("Europe/Helsinki", "10:00-18:30"),
    "XLIS": _hours("Europe/Lisbon", "08:00-16:30"),
    "XWBO": _hours("Europe/Vienna", "09:00-17:30"),
    "XWAR": _hours("Europe/Warsaw", "09:00-17:00"),
    "XDUB": _hours("Europe/Dublin", "08:00-16:28"),
    "XIST": _hours("Europe/Istanbul", "10:00-18:00"),
    "XNYS": _hours("America/New_York", "09:30-16:00"),
    "XTSE": _hours("America/Toronto", "09:30-16:00"),
    "XMEX": _hours("America/Mexico_City", "08:30-15:00"),
    "BVMF": _hours("America/Sao_Paulo", "10:00-18:00"),
    "XJSE": _hours("Africa/Johannesburg", "09:00-17:00"),
    # Monday to Friday since January 2026, before Sunday to Thursday.
    "XTAE": _hours("Asia/Jerusalem", "10:00-17:15"),
    "XSAU": _hours("Asia/Riyadh", "10:00-15:00", days=frozenset({6, 0, 1, 2, 3})),
}
"""By market identifier code (ISO 10383)."""


def session_day(
    mic: str,
    day: date,
    opens: datetime,
    closes: datetime,
    break_start: datetime | None = None,
    break_end: datetime | None = None,
) -> SessionDay:
    """Return the session of ``day`` with the phases that the exchange has around it. Moments are aware."""
    hours = WEEKLY.get(mic)
    pre_open = hours.pre_open if hours else None
    auction = hours.auction if hours else None
    return SessionDay(
        date=day,
        open=opens.astimezone(UTC),
        close=closes.astimezone(UTC),
        break_start=break_start.astimezone(UTC) if break_start and break_end else None,
        break_end=break_end.astimezone(UTC) if break_start and break_end else None,
        pre_open=(opens - pre_open).astimezone(UTC) if pre_open else None,
        auction_end=(closes + auction).astimezone(UTC) if auction else None,
    )


def ordinary_day(mic: str, day: date) -> SessionDay:
    """Return an ordinary session of ``mic`` on ``day``; ``KeyError`` for an exchange whose hours are not known."""
    hours = WEEKLY[mic]
    return day_with_hours(mic, day, hours.open, hours.close)


def day_with_hours(mic: str, day: date, opens: time, closes: time) -> SessionDay:
    """Return a session of ``mic`` on ``day`` with other hours, local; it has its lunch break if that lies within."""
    hours = WEEKLY[mic]
    zone = ZoneInfo(hours.zone)
    start, end = hours.break_start, hours.break_end
    lunch = start is not None and end is not None and opens < start and end < closes
    return session_day(
        mic,
        day,
        datetime.combine(day, opens, zone),
        datetime.combine(day, closes, zone),
        datetime.combine(day, start, zone) if lunch and start else None,
        datetime.combine(day, end, zone) if lunch and end else None,
    )


def ordinary_weeks(mic: str, first: date, last: date) -> Calendar:
    """Return ordinary sessions of ``mic`` from ``first`` to ``last``, holidays unknown."""
    hours = WEEKLY[mic]
    count = (last - first).days + 1
    days = (first + timedelta(days=number) for number in range(max(0, count)))
    return Calendar(mic, hours.zone, tuple(ordinary_day(mic, day) for day in days if day.weekday() in hours.days))
