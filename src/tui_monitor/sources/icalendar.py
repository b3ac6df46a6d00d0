"""Events out of an iCalendar file (RFC 5545), as statistics offices publish their schedules: a reader of our own.

Only what a schedule needs is read: when, what, where it says more, and whether it was called off. Repetitions are left
out and told of. Lines, events and texts are bounded; nothing in a file is followed or run.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

import msgspec

from tui_monitor.analysis.event_subjects import kind_of, subject_of
from tui_monitor.domain.calendar_event import MAX_NOTE, CalendarEvent, zone_of
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.text import clean_text, safe_url

MAX_LINES = 200_000
"""Lines that are looked at."""

MAX_LINE = 4_000
"""Characters of an unfolded line; the rest of it is passed over."""

MAX_EVENTS = 2_000
"""Events that are taken of one file."""

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
    """Events that repeat: only their first date was taken."""
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
    home: ZoneInfo | None = None
    current: dict[str, tuple[str, str]] | None = None
    inner = 0
    taken: set[str] = set()
    lines = text.splitlines()
    found.cut = len(lines) > MAX_LINES
    for name, parameters, value in _lines(lines[:MAX_LINES]):
        if len(found.events) >= MAX_EVENTS:
            found.cut = True
            break
        if name == "X-WR-TIMEZONE" and current is None:
            home = _zone(value)
        elif name == "BEGIN" and value.upper() == "VEVENT" and current is None:
            current, inner = {}, 0
        elif current is None:
            continue
        elif name == "BEGIN" and value.upper() == "VEVENT":
            # Events do not stand within each other: the one before was never ended.
            found.refused += 1
            current, inner = {}, 0
        elif name == "BEGIN":
            # An alarm within an event has a date and words of its own.
            inner += 1
        elif name == "END" and value.upper() != "VEVENT":
            inner = max(0, inner - 1)
        elif name == "END":
            _take(found, taken, current, source, received, region, home, first, last)
            current = None
        elif not inner:
            current.setdefault(name, (parameters, value))
    found.refused += current is not None and not found.cut
    if found.refused and not found.read:
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with events of which none can be read.")
    return found


def _lines(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield name, parameters and value of each line, unfolded."""
    pending = ""
    for line in lines:
        if line[:1] in {" ", "\t"}:
            if len(pending) < MAX_LINE:
                pending += line[1 : MAX_LINE + 1]
            continue
        if pending:
            yield _parted(pending)
        pending = line[:MAX_LINE]
    if pending:
        yield _parted(pending)


def _parted(line: str) -> tuple[str, str, str]:
    """Part a line at the first colon outside of quotes."""
    quoted = False
    at = len(line)
    for place, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            at = place
            break
    name, _, parameters = line[:at].partition(";")
    return name.strip().upper(), parameters, line[at + 1 :]


def _take(
    found: Schedule,
    taken: set[str],
    fields: dict[str, tuple[str, str]],
    source: str,
    received: datetime,
    region: str | None,
    home: ZoneInfo | None,
    first: date,
    last: date,
) -> None:
    title = clean_text(_plain(fields.get("SUMMARY", ("", ""))[1]))
    when = _when(*fields.get("DTSTART", ("", "")), home)
    if not title or when is None:
        found.refused += 1
        return
    found.read += 1
    day, moment, zone = when
    if not first <= day <= last or fields.get("STATUS", ("", ""))[1].strip().upper() == "CANCELLED":
        return
    found.repeating += "RRULE" in fields or "RDATE" in fields
    # The identity may be as long as it likes; with the first date of a repetition it is one of several.
    words = "\x1f".join((fields.get("UID", ("", title))[1], fields.get("RECURRENCE-ID", ("", ""))[1]))
    if words in taken:
        # Some give all events one identity: told apart by what they say, and twice the same is one.
        words = "\x1f".join((words, day.isoformat(), title))
        if words in taken:
            return
    taken.add(words)
    subject = subject_of(title, region)
    found.events.append(
        CalendarEvent(
            key=f"{source}:{blake2b(words.encode('utf-8', 'replace'), digest_size=10).hexdigest()}",
            kind=kind_of(subject),
            title=title,
            day=day,
            moment=moment,
            zone=zone,
            region=region,
            subject=subject,
            note=clean_text(_plain(fields.get("DESCRIPTION", ("", ""))[1]), MAX_NOTE),
            url=safe_url(fields.get("URL", ("", ""))[1]),
            source=source,
            received=received,
        )
    )


def _when(parameters: str, value: str, home: ZoneInfo | None) -> tuple[date, datetime | None, str | None] | None:
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
            return day, None, zone
        told = datetime(day.year, day.month, day.day, int(stamp[4]), int(stamp[5]), min(int(stamp[6]), 59), tzinfo=UTC)
        if stamp[7]:
            local = told.astimezone(place) if place is not None else told
            return local.date(), told, zone
        if place is None:
            return day, None, None
        return day, told.replace(tzinfo=place).astimezone(UTC), zone
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> ZoneInfo | None:
    name = name.strip()
    return zone_of(_ZONES.get(name, name)) if len(name) <= 64 else None


def _plain(value: str) -> str:
    return _ESCAPE.sub(lambda match: " " if match[1] in "nN" else match[1], value)
