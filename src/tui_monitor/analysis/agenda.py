"""What is to come, each event once whatever number of sources tell it, in the order in which it comes.

Reports of one event meet by what they are about: a company and a kind, a well-known subject, else the same words on
the same day. The report that states most leads; the others fill in what it leaves out and are named in ``also``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tui_monitor.analysis.event_subjects import subject_of
from tui_monitor.domain.calendar_event import COMPANY_KINDS, EXCHANGE_KINDS, CalendarEvent, EventKind

NEAR = {EventKind.EARNINGS: timedelta(days=45), EventKind.EX_DIVIDEND: timedelta(days=5)}
"""How far apart two sources may put one event of a company: reports come a quarter apart at the least."""

USUALLY_NEAR = timedelta(hours=20)
"""How far apart two sources may put any other event: one may only know the day, of another zone."""

_WORD = re.compile(r"\w+")


def agenda(
    events: Iterable[CalendarEvent],
    *,
    now: datetime,
    home: ZoneInfo,
    ahead: timedelta | None = None,
    home_lines: Mapping[str, str] | None = None,
) -> tuple[CalendarEvent, ...]:
    """Return the events that are not over at ``now`` (aware), soonest first, each once.

    ``ahead`` leaves out what begins later; ``home`` is the zone of days whose place is not known. ``home_lines``
    gives the watched line of another one (``BABA``: ``9988.HK``): both report their earnings at once.
    """
    lines = home_lines or {}
    groups: dict[tuple[str, ...], list[CalendarEvent]] = {}
    for event in events:
        if event.ends(home) < now or (ahead is not None and event.starts(home) > now + ahead):
            continue
        known = _with_subject(event)
        groups.setdefault(_meeting_point(known, lines), []).append(known)
    merged = [one for group in groups.values() for one in _merged(group, home)]
    return tuple(sorted(merged, key=lambda one: (one.starts(home), one.moment is None, one.kind, one.title, one.key)))


def _with_subject(event: CalendarEvent) -> CalendarEvent:
    if event.subject is not None or event.kind in COMPANY_KINDS or event.kind in EXCHANGE_KINDS:
        return event
    subject = subject_of(event.title, event.region)
    return event if subject is None else replace(event, subject=subject)


def _meeting_point(event: CalendarEvent, lines: Mapping[str, str]) -> tuple[str, ...]:
    """Return what reports of one event have in common, but for its day."""
    if event.kind in COMPANY_KINDS and event.symbols:
        symbol = event.symbols[0]
        return (event.kind, lines.get(symbol, symbol) if event.kind is EventKind.EARNINGS else symbol)
    if event.kind in EXCHANGE_KINDS:
        return (event.kind, event.region or "")
    if event.subject is not None:
        return ("subject", event.subject)
    return (event.kind, event.region or "", " ".join(_WORD.findall(event.title.casefold())))


def _merged(group: list[CalendarEvent], home: ZoneInfo) -> list[CalendarEvent]:
    """Return the events of one meeting point, those that are near each other as one."""
    near = NEAR.get(group[0].kind, USUALLY_NEAR)
    clusters: list[list[CalendarEvent]] = []
    for event in sorted(group, key=lambda one: (one.starts(home), one.key)):
        if clusters and _one_event(clusters[-1][-1], event, near, home):
            clusters[-1].append(event)
        else:
            clusters.append([event])
    return [_one(cluster) for cluster in clusters]


def _one_event(earlier: CalendarEvent, later: CalendarEvent, near: timedelta, home: ZoneInfo) -> bool:
    if earlier.day <= later.end_day and later.day <= earlier.end_day:
        return True
    if earlier.moment is not None and later.moment is not None and earlier.source == later.source:
        return earlier.moment == later.moment
    return later.starts(home) - earlier.starts(home) <= near


def _one(cluster: list[CalendarEvent]) -> CalendarEvent:
    best, *others = sorted(cluster, key=_leads)
    if not others:
        return best
    taken = {
        name: next((value for one in others if (value := getattr(one, name))), None)
        for name in ("title", "zone", "region", "subject", "expected", "previous", "actual", "note", "url")
        if not getattr(best, name)
    }
    symbols = dict.fromkeys(symbol for one in (best, *others) for symbol in one.symbols)
    also = dict.fromkeys(source for one in (best, *others) for source in one.sources)
    also.pop(best.source, None)
    return replace(
        best,
        symbols=tuple(symbols),
        also=tuple(also),
        **{name: value for name, value in taken.items() if value is not None},
    )


def _leads(event: CalendarEvent) -> tuple[bool, bool, bool, float, str]:
    """Sort the report first that knows most: settled before expected, an hour before a day, new before old."""
    received = event.received.timestamp() if event.received is not None else 0.0
    return (event.estimated, event.moment is None, event.kind is EventKind.OWN, -received, event.key)
