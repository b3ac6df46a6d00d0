"""The calendar as people read it: what an event is called, when it is, how long until then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_monitor.analysis.event_subjects import SUBJECTS, weight
from tui_monitor.domain.calendar_event import COMPANY_KINDS, EXCHANGE_KINDS, CalendarEvent, EventKind
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.source_names import source_name
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells, cut

if TYPE_CHECKING:
    from tui_monitor.present.view import View

SOON = timedelta(days=3)
"""How far ahead the line of the index panel looks."""

LEAST_WEIGHT = 2
"""What matters less than this is in the list, not in the line."""

MOST_NAMED = 3
"""Events of the line at the most."""

_DAYS = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "zh-Hant": ("週一", "週二", "週三", "週四", "週五", "週六", "週日"),
    "zh-Hans": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}


def title_of(view: View, event: CalendarEvent) -> str:
    """Return what an event is called, in the person's language where it is a known one."""
    words = view.words
    if event.kind is EventKind.OWN or (event.title and event.source == "config"):
        return event.title
    if event.kind in COMPANY_KINDS and event.symbols:
        symbol = event.symbols[0]
        return words(f"event.{event.kind}", name=view.name(symbol, view.store.quote(symbol)))
    if event.kind in EXCHANGE_KINDS:
        key = f"market.{event.region}"
        market = words(key)
        return words(f"event.{event.kind}", market=market if market != key else event.region, hours=event.note).strip()
    if event.subject in SUBJECTS:
        return words(f"event.{event.subject}")
    return f"{event.region} {event.title}" if event.region else event.title


def when_text(event: CalendarEvent, zone: tzinfo, today: date, language: str) -> str:
    """Return day and time in ``zone``; a day without an hour stays the day of its place, a guess has a ``~``."""
    mark = "~" if event.estimated else ""
    if event.moment is not None:
        local = event.moment.astimezone(zone)
        return f"{mark}{day_text(local.date(), today, language)} {local:%H:%M}"
    first = mark + day_text(event.day, today, language)
    if event.end_day == event.day:
        return first
    return f"{first} – {_short_day(event.end_day, today)}"


def day_text(day: date, today: date, language: str) -> str:
    """Return a day with its weekday; with its year where it is not near."""
    return f"{_short_day(day, today)} {_DAYS.get(language, _DAYS['en'])[day.weekday()]}"


def _short_day(day: date, today: date) -> str:
    return f"{day:%m-%d}" if abs((day - today).days) < 300 else day.isoformat()


def until_text(view: View, event: CalendarEvent) -> str:
    """Return how long it is until then: minutes and hours where the hour is known, else days."""
    words, now = view.words, view.now()
    if event.moment is not None:
        seconds = (event.moment - now).total_seconds()
        if seconds < 60:
            return words("calendar.now")
        if seconds < 3600:
            return words("calendar.in-minutes", count=int(seconds // 60))
        if seconds < 48 * 3600:
            return words("calendar.in-hours", count=int(seconds // 3600))
    day, today = (_local_day(event, view.zone), now.astimezone(view.zone).date())
    days = (day - today).days
    if days < 0:
        return words("calendar.under-way")
    if days <= 1:
        return words("calendar.tomorrow" if days else "calendar.today")
    return words("calendar.in-days", count=days)


def _local_day(event: CalendarEvent, zone: tzinfo) -> date:
    return event.day if event.moment is None else event.moment.astimezone(zone).date()


def figures_text(view: View, event: CalendarEvent) -> str:
    """Return what is expected, what was before, what came, and the note of an event of the person's own."""
    words = view.words
    parts = [
        words(f"calendar.{name}", value=value)
        for name in ("actual", "expected", "previous")
        if (value := getattr(event, name)) is not None
    ]
    if event.note and event.kind not in EXCHANGE_KINDS:
        parts.append(event.note)
    return ", ".join(parts)


def sorted_for(
    view: View,
    *,
    mine: bool = False,
    ahead: timedelta | None = None,
    kinds: frozenset[EventKind] = frozenset(),
    symbols: frozenset[str] = frozenset(),
) -> list[CalendarEvent]:
    """Return what is to come, soonest first.

    ``mine`` are events of the person's own and of symbols in the lists; ``symbols`` leaves out what is of none of them.
    """
    own = view.own_symbols
    home = _home(view.zone)
    last = view.now() + ahead if ahead is not None else None
    return [
        one
        for one in view.agenda()
        if (last is None or one.starts(home) <= last)
        and (not kinds or one.kind in kinds)
        and (not symbols or not symbols.isdisjoint(one.symbols))
        and (not mine or one.kind is EventKind.OWN or not own.isdisjoint(one.symbols))
    ]


def next_line(view: View, width: int) -> list[Line]:
    """Return one line that tells what comes next, or none: the weightiest events that have room, soonest first."""
    own = view.own_symbols
    now, home = view.now(), _home(view.zone)
    soon = [
        one
        for one in sorted_for(view, ahead=SOON)
        # A day that has begun is told only where its hour is known: it may be over.
        if weight(one, own) >= LEAST_WEIGHT and one.starts(home) >= now
    ]
    lead = f" {view.words('calendar.next')}"
    between = f" {view.glyphs.dot} "
    chosen: list[tuple[datetime, str]] = []
    room = width - cells(lead)
    for one in sorted(soon, key=lambda event: (-weight(event, own), event.starts(home))):
        text = f"{title_of(view, one)} {until_text(view, one)}"
        size = cells(text) + (cells(between) if chosen else 0)
        if size <= room and len(chosen) < MOST_NAMED:
            chosen.append((one.starts(home), text))
            room -= size
    if not chosen:
        return []
    return [(Span(lead, Tone.MUTED), Span(between.join(text for _, text in sorted(chosen))))]


def list_lines(view: View, events: Sequence[CalendarEvent], width: int) -> list[Line]:
    """Return a line for each event: when, how long until then, what, and what is expected of it."""
    today = view.now().astimezone(view.zone).date()
    own = view.own_symbols
    rows = [
        (
            when_text(one, view.zone, today, view.language),
            until_text(view, one),
            title_of(view, one),
            figures_text(view, one),
        )
        for one in events
    ]
    widest = [max((cells(row[column]) for row in rows), default=0) for column in range(2)]
    lines: list[Line] = []
    for one, (when, until, title, figures) in zip(events, rows, strict=True):
        heavy = weight(one, own)
        tone = Tone.STRONG if heavy >= 3 else Tone.PLAIN if heavy else Tone.MUTED
        mark = view.glyphs.own if one.kind is EventKind.OWN or not own.isdisjoint(one.symbols) else " "
        spans = [
            Span(when + " " * (widest[0] - cells(when)), Tone.MUTED),
            Span("  " + until + " " * (widest[1] - cells(until)), Tone.MUTED),
            Span(f" {mark}", Tone.ACCENT),
        ]
        room = width - sum(cells(span.text) for span in spans)
        spans.append(Span(" " + cut(title, max(4, room - 1), view.glyphs.ellipsis), tone))
        if figures and sum(cells(span.text) for span in spans) + 2 + cells(figures) <= width:
            spans.append(Span(f"  {figures}", Tone.MUTED))
        lines.append(tuple(spans))
    return lines


def detail_text(view: View, event: CalendarEvent) -> str:
    """Return who tells an event, and what did not fit its line."""
    parts = [view.words(f"kind.{event.kind}")]
    if event.estimated:
        parts.append(view.words("calendar.estimated"))
    parts += [text for text in (figures_text(view, event), " ".join(event.symbols)) if text]
    parts.append(view.words("calendar.sources", names=", ".join(source_name(view, one) for one in event.sources)))
    return f" {view.glyphs.dot} ".join(parts)


def _home(zone: tzinfo) -> ZoneInfo:
    return zone if isinstance(zone, ZoneInfo) else ZoneInfo("UTC")
