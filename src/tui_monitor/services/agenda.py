"""What is to come for this person: stored events of what is watched, next reports, own events, days without trading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_monitor.analysis.agenda import agenda
from tui_monitor.analysis.trading_days import unusual_days
from tui_monitor.domain.calendar_event import COMPANY_KINDS, CalendarEvent, EventKind, zone_of
from tui_monitor.domain.instrument import mic_of, normalise_symbol
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.config.settings import EventEntry, Settings
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import Calendar
    from tui_monitor.store.latest import LatestStore

RECORDED = "recorded"
"""Source of the quotes of a recorded day that was put together."""

OWN = "config"
"""Source of the person's own events."""

AHEAD = timedelta(days=400)
"""How far ahead anything is told: companies report once a year at the least."""

BACK = timedelta(days=13)
"""How far back a run of holidays may have begun; calendars reach two weeks back."""

REPORTS = "yahoo-quote"
"""The only source whose quotes tell when a company reports."""

KEPT = timedelta(minutes=5)
"""How long the agenda is told as it was put together, unless events or lists change."""

HOME_ZONE = "Asia/Hong_Kong"
"""Zone of an index whose exchange is not known."""


def gathered(
    store: LatestStore,
    settings: Settings,
    *,
    now: datetime,
    watched: Iterable[str],
    calendar: Callable[[str], Calendar | None],
    provisional: Callable[[str], bool],
    home_lines: Mapping[str, str],
) -> tuple[CalendarEvent, ...]:
    """Return everything that is known to come, soonest first, each event once.

    ``watched`` are the symbols whose reports and dividends count; ``calendar`` takes a market code, ``provisional``
    says that its answer is an ordinary week and knows no holidays.
    """
    symbols = dict.fromkeys(watched)
    mic = mic_of(settings.market.index)
    at_home = calendar(mic) if mic is not None else None
    home = zone_of(at_home.zone if at_home is not None else HOME_ZONE) or ZoneInfo("UTC")
    found = [
        one for one in store.events() if one.kind not in COMPANY_KINDS or not symbols.keys().isdisjoint(one.symbols)
    ]
    for symbol in symbols:
        quote = store.quote(symbol)
        report = report_of(quote, now, calendar) if quote is not None else None
        if report is not None:
            found.append(report)
    found += [one for entry in settings.events if (one := own_event(entry, home)) is not None]
    mics = dict.fromkeys(mic_of(one) for one in (settings.market.index, *settings.market.peers, *symbols))
    for exchange in mics:
        if exchange is None or provisional(exchange):
            continue
        days = calendar(exchange)
        if days is not None:
            found += unusual_days(days, (now - BACK).date(), (now + AHEAD).date())
    return agenda(found, now=now, home=home, ahead=AHEAD, home_lines=home_lines)


def report_of(quote: Quote, now: datetime, calendar: Callable[[str], Calendar | None]) -> CalendarEvent | None:
    """Return when a company reports next, as its quote tells it; ``None`` where it does not.

    An expected time of day is nobody's word: of an estimate only the days are kept, at the exchange.
    """
    report = quote.next_report(now)
    if report is None:
        return None
    mic = mic_of(quote.symbol)
    days = calendar(mic) if mic is not None else None
    zone = days.zone if days is not None else "UTC"
    place = ZoneInfo(zone)
    first, last = (moment.astimezone(place).date() for moment in (report.first, report.last))
    settled = report.first == report.last and not report.estimated
    return CalendarEvent(
        key=f"quote:earnings:{quote.symbol}",
        kind=EventKind.EARNINGS,
        day=first,
        last_day=last if last > first else None,
        moment=report.first if settled else None,
        estimated=report.estimated,
        zone=zone,
        symbols=(quote.symbol,),
        source=quote.source if quote.source == RECORDED else REPORTS,
        received=quote.received,
    )


def own_event(entry: EventEntry, home: ZoneInfo) -> CalendarEvent | None:
    """Return an event of the settings, which were checked; ``None`` for one that is none after all."""
    zone = zone_of(entry.zone) or home
    try:
        day = date.fromisoformat(entry.date)
        moment = datetime.combine(day, time.fromisoformat(entry.time), zone) if entry.time else None
        told = None if moment is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return CalendarEvent(
        key=f"{OWN}:{entry.date}:{entry.time or ''}:{entry.name}",
        kind=EventKind.OWN,
        title=entry.name,
        day=day,
        moment=told,
        zone=zone.key,
        symbols=tuple(symbol for text in entry.symbols if (symbol := normalise_symbol(text))),
        note=entry.note,
        source=OWN,
    )


class Agenda:
    """The same, kept for the screen, which asks five times a second."""

    def __init__(self, store: LatestStore, gather: Callable[[], tuple[CalendarEvent, ...]]) -> None:
        """``gather`` puts it together anew."""
        self._store = store
        self._gather = gather
        self._stamp: tuple[object, ...] = ()
        self._until: datetime | None = None
        self._told: tuple[CalendarEvent, ...] = ()

    def told(self, now: datetime, *stamp: object) -> tuple[CalendarEvent, ...]:
        """Return what is to come at ``now`` (aware). ``stamp`` is what else it is put together anew for."""
        whole = (self._store.family_revision(Family.EVENT), *stamp)
        if self._until is None or not self._until - KEPT <= now < self._until or whole != self._stamp:
            self._told = self._gather()
            self._stamp = whole
            self._until = now + KEPT
        return self._told
