"""Events of the calendar as records with documented, stable field names, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_monitor.cli.tables import Column, Value, records_text, table, terminal_width
from tui_monitor.present.agenda import figures_text, title_of, until_text, when_text

if TYPE_CHECKING:
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.present.view import View

NAMES = (
    "date", "last_date", "time", "local_time", "estimated", "kind", "subject", "title", "symbols", "region", "zone",
    "expected", "previous", "actual", "note", "sources", "url",
)  # fmt: skip
"""Fields of a record, in their order."""


def records(view: View, events: Sequence[CalendarEvent]) -> list[dict[str, Any]]:
    """Return the documented fields of each event; what nobody told is ``None``."""
    return [
        {
            "date": one.day.isoformat(),
            "last_date": one.end_day.isoformat() if one.end_day != one.day else None,
            "time": _utc(one.moment),
            "local_time": one.moment.astimezone(view.zone).isoformat() if one.moment is not None else None,
            "estimated": one.estimated,
            "kind": one.kind.value,
            "subject": one.subject,
            "title": title_of(view, one),
            "symbols": list(one.symbols),
            "region": one.region,
            "zone": one.zone,
            "expected": one.expected,
            "previous": one.previous,
            "actual": one.actual,
            "note": one.note or None,
            "sources": list(one.sources),
            "url": one.url,
        }
        for one in events
    ]


def render(view: View, events: Sequence[CalendarEvent], form: str) -> str:
    """Return the events in a form of ``--format``, line breaks included."""
    if form != "table":
        return records_text(form, NAMES, records(view, events))
    words = view.words
    today = view.now().astimezone(view.zone).date()
    columns = (
        Column(words("calendar.column.when")),
        Column(words("calendar.column.in")),
        Column(words("calendar.column.kind"), rank=2),
        Column(words("calendar.column.event"), cut=True),
        Column(words("calendar.column.figures"), cut=True, rank=1),
        Column(words("calendar.column.sources"), rank=3),
    )
    rows: list[list[Value]] = [
        [
            when_text(one, view.zone, today, view.language),
            until_text(view, one),
            words(f"kind.{one.kind}"),
            title_of(view, one),
            figures_text(view, one),
            ", ".join(one.sources),
        ]
        for one in events
    ]
    return table(columns, rows, width=terminal_width())


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
