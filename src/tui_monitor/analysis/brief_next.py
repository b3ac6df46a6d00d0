"""What a brief says comes next: the weightiest event of the next day and a half that a market waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from tui_monitor.analysis.event_subjects import SUBJECTS, weight
from tui_monitor.domain.calendar_event import CalendarEvent, EventKind

WINDOW = timedelta(hours=60)
"""How far ahead it looks: over a weekend's Saturday and Sunday."""

LEAST_WEIGHT = 2
"""What matters less is not waited for."""


def next_inputs(
    events: Iterable[CalendarEvent], moment: datetime, company: Callable[[str], str | None]
) -> dict[str, Any] | None:
    """Return what the last sentence states, ``None`` where nothing is waited for.

    ``moment`` is when it is told, in the zone of the exchange: times and days are stated in that zone. A day without
    an hour counts from the next one on. ``company`` gives the name of a symbol that has one.
    """
    waited = [
        (one, begins)
        for one in events
        if _is_told(one, company) and moment < (begins := _begins(one, moment)) <= moment + WINDOW
    ]
    if not waited:
        return None
    event, begins = min(waited, key=lambda pair: (-weight(pair[0], frozenset()), pair[1], pair[0].key))
    told: dict[str, Any] = {
        "kind": event.kind.value,
        "subject": event.subject,
        "date": begins.date().isoformat(),
        "time": f"{begins:%H:%M}" if event.moment is not None else None,
        "today": begins.date() == moment.date(),
        "sources": list(event.sources),
    }
    if event.kind is EventKind.EARNINGS:
        told |= {"symbol": event.symbols[0], "company": company(event.symbols[0])}
    return told


def _is_told(event: CalendarEvent, company: Callable[[str], str | None]) -> bool:
    """Whether it is public, certain and has words in every language."""
    if event.estimated or weight(event, frozenset()) < LEAST_WEIGHT:
        return False
    if event.kind is EventKind.EARNINGS:
        return bool(event.symbols) and company(event.symbols[0]) is not None
    return event.kind in {EventKind.CENTRAL_BANK, EventKind.ECONOMIC} and event.subject in SUBJECTS


def _begins(event: CalendarEvent, moment: datetime) -> datetime:
    if event.moment is not None:
        return event.moment.astimezone(moment.tzinfo)
    return datetime.combine(event.day if event.day > date.min else moment.date(), time(), moment.tzinfo)
