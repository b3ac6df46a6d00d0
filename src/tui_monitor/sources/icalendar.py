"""Events out of an iCalendar file (RFC 5545), as statistics offices publish their schedules: a reader of our own.

Only what a schedule needs is read: when, how it repeats, what, where it says more, and whether it was called off.
Lines, events, dates and texts are bounded; nothing in a file is followed or run.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from tui_monitor.analysis.event_subjects import kind_of, subject_of
from tui_monitor.domain.calendar_event import MAX_NOTE, CalendarEvent, zone_of
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.text import clean_text, safe_url
from tui_monitor.sources.ical_lines import Entry, written_in
from tui_monitor.sources.ical_repetition import Looks, days_of, read_rule

MAX_EVENTS = 2_000
"""Events that are taken of one file, each date of one that repeats counted."""

MAX_DATES = 400
"""Dates that are taken of one event that repeats: every day of the time that is looked ahead."""

_ZONES = {
    "US-Eastern": "America/New_York",
    "US/Eastern": "America/New_York",
    "Eastern Standard Time": "America/New_York",
}
"""Names that are used instead of the IANA's."""

_STAMP = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?", re.ASCII)
_ESCAPE = re.compile(r"\\([\\;,nN])")


class Schedule(msgspec.Struct):
    """What a file holds."""

    events: list[CalendarEvent] = msgspec.field(default_factory=list)
    refused: int = 0
    """Events without a usable date or title."""
    repeating: int = 0
    """Events that repeat in a way that is not followed, or more often than is taken: dates of them are missing."""
    read: int = 0
    """Events that could be read, those of other days and those that were called off included."""
    cut: bool = False
    """Whether there is more in it than is read."""


def parse_icalendar(
    body: bytes,
    *,
    source: str,
    received: datetime,
    region: str | None = None,
    back: timedelta = timedelta(days=2),
    ahead: timedelta = timedelta(days=400),
) -> Schedule:
    """Return the events of ``body`` between ``back`` before and ``ahead`` after ``received``.

    ``region`` is the economy that all of them are about. Raises ``SourceError`` if it is no iCalendar file, or if none
    of its events can be read.
    """
    text = body.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if not text.lstrip()[:40].upper().startswith("BEGIN:VCALENDAR"):
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with something that is no calendar.")
    if not text[-200:].rstrip().upper().endswith("END:VCALENDAR"):
        # Half a schedule would pass for a whole one.
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with a calendar that is cut off.")
    found = Schedule()
    first, last = (received - back).date(), (received + ahead).date()
    written = written_in(text)
    entries, home = written.entries, _zone(written.zone)
    found.refused, found.cut = written.refused, written.cut
    # What is said of one date of an event that repeats stands in an entry of its own, before or behind it.
    overridden = {
        (_identity(one), place)
        for one in entries
        if (when := _when(*one.first("RECURRENCE-ID"), home)) is not None and (place := _place(when))
    }
    looks, taken = Looks(), set[str]()
    for one in entries:
        if len(found.events) >= MAX_EVENTS:
            found.cut = True
            break
        title = clean_text(_plain(one.value("SUMMARY")))
        when = _when(*one.first("DTSTART"), home)
        if not title or when is None:
            found.refused += 1
            continue
        found.read += 1
        if one.value("STATUS").strip().upper() == "CANCELLED":
            continue
        single = _when(*one.first("RECURRENCE-ID"), home)
        if single is not None:
            dates = [(when, _place(single))]
        else:
            dates = [
                (each, place)
                for each, place in _dates(one, when, home, first, last, looks, found)
                if (_identity(one), place or _place(each)) not in overridden
            ]
        for each, place in dates:
            if not first <= each.day <= last:
                continue
            if len(found.events) >= MAX_EVENTS:
                found.cut = True
                break
            key = _key_of(taken, _identity(one) or title, place, each.day, title)
            if key is not None:
                found.events.append(_event(one, title, each, f"{source}:{key}", source, received, region))
    if found.refused and not found.read:
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with events of which none can be read.")
    return found


def _key_of(taken: set[str], identity: str, place: str, day: date, title: str) -> str | None:
    """Return what an event is known by from now on; ``None`` for one that is there already."""
    # The identity may be as long as it likes; with its date one of an event that repeats is one of several.
    words = "\x1f".join((identity, place))
    if words in taken:
        # Some give all events one identity: told apart by what they say, and twice the same is one.
        words = "\x1f".join((words, day.isoformat(), title))
        if words in taken:
            return None
    taken.add(words)
    return blake2b(words.encode("utf-8", "replace"), digest_size=10).hexdigest()


class _When(NamedTuple):
    """A date as it was read."""

    day: date
    """At its place."""
    moment: datetime | None
    zone: str | None
    written: datetime | None = None
    """The moment in the zone that it was written in, where repetitions keep to its hour."""

    def on(self, day: date) -> _When:
        """Return the same hour on another day of the zone that it was written in."""
        if self.written is None or self.moment is None:
            return self._replace(day=day)
        moved = datetime.combine(day, self.written.time(), self.written.tzinfo).astimezone(UTC)
        place = zone_of(self.zone) if self.zone is not None else None
        return self._replace(day=moved.astimezone(place).date() if place is not None else moved.date(), moment=moved)


def _identity(one: Entry) -> str:
    return one.value("UID") or one.value("SUMMARY")


def _place(when: _When) -> str:
    """Return what tells a date of an event that repeats from its others."""
    return (when.moment or when.day).isoformat()


def _dates(
    one: Entry, when: _When, home: ZoneInfo | None, first: date, last: date, looks: Looks, found: Schedule
) -> list[tuple[_When, str]]:
    """Return the dates of an event, each with what tells it from the others: nothing where it has but one."""
    rules = one.value("RRULE")
    more = [each for parameters, value in one.all("RDATE") for each in _listed(parameters, value, home)]
    if not rules and not more:
        return [(when, "")]
    rule = read_rule(rules) if rules else None
    if rules and rule is None:
        found.repeating += 1
        if not more:
            # The one date that is known of it, and nothing to tell it from.
            return [(when, "")]
    dates = [when] if rule is None else []
    if rule is not None:
        start = when.written.date() if when.written is not None else when.day
        until = _when("", rule.until, home) if rule.until else None
        # Zones lie at most a day apart; what is too much goes with the window.
        for day in days_of(rule, start, first - timedelta(1), last + timedelta(1), looks):
            each = when.on(day)
            if until is not None and _is_after(each, until, day):
                break
            dates.append(each)
            if len(dates) > MAX_DATES + 2:
                # Two at the most lie outside of the window.
                break
    left_out = [each for parameters, value in one.all("EXDATE") for each in _listed(parameters, value, home)]
    moments = {each.moment for each in left_out if each.moment is not None}
    days = {each.day for each in left_out if each.moment is None}
    kept = {
        _place(each): each
        for each in (*dates, *more)
        if first <= each.day <= last and each.moment not in moments and each.day not in days
    }
    if len(kept) > MAX_DATES or looks.left < 0:
        found.repeating += 1
    chosen = sorted(kept.items(), key=lambda item: item[0])[:MAX_DATES]
    return [(each, place) for place, each in chosen]


def _listed(parameters: str, value: str, home: ZoneInfo | None) -> list[_When]:
    """Return the dates of an ``EXDATE`` or ``RDATE``; of a period its beginning."""
    parts = value.split(",")[:MAX_DATES]
    found = (_when(parameters, part.partition("/")[0], home) for part in parts)
    return [one for one in found if one is not None]


def _is_after(each: _When, until: _When, day: date) -> bool:
    if each.moment is not None and until.moment is not None:
        return each.moment > until.moment
    return day > until.day


def _event(
    one: Entry, title: str, when: _When, key: str, source: str, received: datetime, region: str | None
) -> CalendarEvent:
    subject = subject_of(title, region)
    return CalendarEvent(
        key=key,
        kind=kind_of(subject),
        title=title,
        day=when.day,
        moment=when.moment,
        zone=when.zone,
        region=region,
        subject=subject,
        note=clean_text(_plain(one.value("DESCRIPTION")), MAX_NOTE),
        url=safe_url(one.value("URL")),
        source=source,
        received=received,
    )


def _when(parameters: str, value: str, home: ZoneInfo | None) -> _When | None:
    """Return day, moment and zone of a ``DTSTART``; a time without any zone is no moment."""
    stamp = _STAMP.fullmatch(value.strip())
    if stamp is None:
        return None
    named = next((part[5:] for part in parameters.split(";") if part[:5].upper() == "TZID="), "").strip('"')
    place = _zone(named) or home
    zone = place.key if place is not None else None
    try:
        day = date(int(stamp[1]), int(stamp[2]), int(stamp[3]))
        if stamp[4] is None:
            return _When(day, None, zone)
        told = datetime(day.year, day.month, day.day, int(stamp[4]), int(stamp[5]), min(int(stamp[6]), 59), tzinfo=UTC)
        if stamp[7]:
            local = told.astimezone(place) if place is not None else told
            return _When(local.date(), told, zone, told)
        if place is None:
            return _When(day, None, None)
        local = told.replace(tzinfo=place)
        return _When(day, local.astimezone(UTC), zone, local)
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo | None:
    name = name.strip()
    return zone_of(_ZONES.get(name, name)) if len(name) <= 64 else None


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], value)
