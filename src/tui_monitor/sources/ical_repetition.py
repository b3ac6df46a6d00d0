"""The days of an event that repeats, by the rules of RFC 5545, section 3.3.10: pure, bounded, without a library.

A file comes from outside: ``dateutil`` looks for a day that never comes (a 30th of February) up to the year 9999, here
every day that is looked at counts against a budget. What schedules use is followed: ``DAILY`` to ``YEARLY`` with
``INTERVAL``, ``COUNT``, ``UNTIL``, ``BYMONTH``, ``BYMONTHDAY``, ``BYDAY``, ``BYSETPOS`` and ``WKST``.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

MAX_LOOKS = 100_000
"""Days that are looked at for all events of a file together: some 50 milliseconds."""

MAX_LIST = 100
"""Values of one part of a rule."""

WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}

_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST"}
_DAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d{1,5}", re.ASCII)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """How an event repeats."""

    frequency: str
    interval: int = 1
    count: int | None = None
    until: str = ""
    """The last date or moment as it is written, empty for none."""
    months: frozenset[int] = frozenset()
    month_days: tuple[int, ...] = ()
    """From 1, or from -1 backwards from the month's end."""
    days: tuple[tuple[int, int], ...] = ()
    """Ordinal (0 is every one, -1 the last) and weekday (0 is Monday)."""
    places: tuple[int, ...] = ()
    """Which of a period's days are meant, from 1, or from -1 backwards."""
    week_start: int = 0


class Looks:
    """How many more days may be looked at."""

    def __init__(self, left: int = MAX_LOOKS) -> None:
        self.left = left

    def take(self, days: int) -> bool:
        """Take some; return whether they were left."""
        self.left -= days
        return self.left >= 0


def read_rule(text: str) -> Rule | None:
    """Return the rule of an ``RRULE``; ``None`` for one that has no sense or asks for what is not followed."""
    parts: dict[str, str] = {}
    for part in text.strip().upper().split(";"):
        name, found, value = part.partition("=")
        if not part:
            continue
        if not found or name not in _PARTS or name in parts:
            return None
        parts[name] = value
    try:
        rule = _rule(parts)
    except ValueError:
        return None
    return rule if _has_sense(rule) else None


def _rule(parts: dict[str, str]) -> Rule:
    days = []
    for one in _listed(parts.get("BYDAY", "")):
        match = _DAY.fullmatch(one)
        if match is None:
            raise ValueError(one)
        days.append((int(match[1] or 0), WEEKDAYS[match[2]]))
    return Rule(
        frequency=parts.get("FREQ", ""),
        interval=_number(parts.get("INTERVAL", "1")),
        count=_number(parts["COUNT"]) if "COUNT" in parts else None,
        until=parts.get("UNTIL", ""),
        months=frozenset(map(_number, _listed(parts.get("BYMONTH", "")))),
        month_days=tuple(map(_number, _listed(parts.get("BYMONTHDAY", "")))),
        days=tuple(days),
        places=tuple(map(_number, _listed(parts.get("BYSETPOS", "")))),
        week_start=WEEKDAYS.get(parts.get("WKST", "MO"), -1),
    )


def _listed(text: str) -> list[str]:
    found = text.split(",") if text else []
    if len(found) > MAX_LIST:
        raise ValueError("too many")
    return found


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _has_sense(rule: Rule) -> bool:
    numbered = any(place for place, _ in rule.days)
    return (
        rule.frequency in _FREQUENCIES
        and rule.interval >= 1
        and (rule.count is None or (rule.count >= 1 and not rule.until))
        and all(1 <= one <= 12 for one in rule.months)
        and all(1 <= abs(one) <= 31 for one in rule.month_days)
        and all(abs(place) <= 53 for place, _ in rule.days)
        and all(1 <= abs(one) <= 366 for one in rule.places)
        and rule.week_start >= 0
        and not (numbered and rule.frequency in {"DAILY", "WEEKLY"})
        and not (rule.month_days and rule.frequency == "WEEKLY")
        and not (rule.places and not (rule.days or rule.month_days or rule.months))
    )


def days_of(rule: Rule, start: date, first: date, last: date, looks: Looks) -> Iterator[date]:
    """Yield the days of an event that began on ``start``, rising, from ``first`` to ``last``.

    ``COUNT`` counts from ``start``. Ends early when the budget is used up, which ``looks`` tells. ``UNTIL`` is the
    caller's to hold to: it may be a moment.
    """
    left = rule.count
    for period in _periods(rule, start, first if left is None else start, last):
        for day in _of_period(rule, start, period, looks):
            if day < start:
                continue
            if day > last or looks.left < 0 or left == 0:
                return
            left = None if left is None else left - 1
            if day >= first:
                yield day
        if looks.left < 0:
            return


def _periods(rule: Rule, start: date, first: date, last: date) -> Iterator[date]:
    """Yield the first day of each period that the rule is about: those before ``first`` are passed over."""
    step = rule.interval
    try:
        if rule.frequency in {"DAILY", "WEEKLY"}:
            length = 1 if rule.frequency == "DAILY" else 7
            anchor = start if length == 1 else start - timedelta((start.weekday() - rule.week_start) % 7)
            number = max(0, (first - anchor).days // (length * step))
            while (day := anchor + timedelta(number * length * step)) <= last:
                yield day
                number += 1
        elif rule.frequency == "MONTHLY":
            origin = start.year * 12 + start.month - 1
            month = origin + max(0, (first.year * 12 + first.month - 1 - origin) // step) * step
            while (day := date(month // 12, month % 12 + 1, 1)) <= last:
                yield day
                month += step
        else:
            year = start.year + max(0, (first.year - start.year) // step) * step
            while year <= last.year:
                yield date(year, 1, 1)
                year += step
    except (OverflowError, ValueError):
        # The end of all dates.
        return


def _of_period(rule: Rule, start: date, period: date, looks: Looks) -> list[date]:
    """Return the days of one period, rising."""
    if rule.frequency == "DAILY":
        found = _fitting(rule, [period], looks)
    elif rule.frequency == "WEEKLY":
        wanted = {day for _, day in rule.days} or {start.weekday()}
        week = [period + timedelta(number) for number in range(7)]
        looks.take(7)
        found = [day for day in week if day.weekday() in wanted and (not rule.months or day.month in rule.months)]
    elif rule.frequency == "MONTHLY":
        found = _of_month(rule, start, period, looks) if not rule.months or period.month in rule.months else []
        looks.take(1)
    else:
        found = _of_year(rule, start, period.year, looks)
    if rule.places:
        size = len(found)
        chosen = {place - 1 if place > 0 else size + place for place in rule.places}
        found = [day for number, day in enumerate(found) if number in chosen]
    return found


def _of_month(rule: Rule, start: date, first: date, looks: Looks) -> list[date]:
    length = monthrange(first.year, first.month)[1]
    if not rule.days and not rule.month_days:
        return [first.replace(day=start.day)] if start.day <= length else []
    days = [first.replace(day=number) for number in range(1, length + 1)]
    looks.take(length)
    if rule.month_days:
        days = [day for day in days if day.day in rule.month_days or day.day - length - 1 in rule.month_days]
    return [day for day in days if not rule.days or _is_one(rule, day, first, length)]


def _of_year(rule: Rule, start: date, year: int, looks: Looks) -> list[date]:
    if rule.months:
        return [day for month in sorted(rule.months) for day in _of_month(rule, start, date(year, month, 1), looks)]
    first, length = date(year, 1, 1), 366 if monthrange(year, 2)[1] == 29 else 365
    if rule.month_days:
        # Without a month an ordinal counts within the year.
        plain = msgspec.structs.replace(rule, days=())
        days = [day for month in range(1, 13) for day in _of_month(plain, start, date(year, month, 1), looks)]
        return [day for day in days if not rule.days or _is_one(rule, day, first, length)]
    if not rule.days:
        looks.take(1)
        try:
            return [start.replace(year=year)]
        except ValueError:
            # The 29th of February.
            return []
    looks.take(length)
    every = (first + timedelta(number) for number in range(length))
    return [day for day in every if _is_one(rule, day, first, length)]


def _is_one(rule: Rule, day: date, first: date, length: int) -> bool:
    """Whether ``day`` is one of the weekdays that are asked for, counted within ``length`` days from ``first``."""
    before = (day - first).days
    place, backwards = before // 7 + 1, -((length - 1 - before) // 7 + 1)
    return any(weekday == day.weekday() and number in {0, place, backwards} for number, weekday in rule.days)


def _fitting(rule: Rule, days: list[date], looks: Looks) -> list[date]:
    looks.take(len(days))
    return [
        day
        for day in days
        if (not rule.months or day.month in rule.months)
        and (not rule.days or any(weekday == day.weekday() for _, weekday in rule.days))
        and (
            not rule.month_days
            or day.day in rule.month_days
            or day.day - monthrange(day.year, day.month)[1] - 1 in rule.month_days
        )
    ]
