"""What was to come as of the morning of 17 September 2025: public facts, each with where it was announced.

Only what had been announced by then and is sure; times are those of the place. Nothing here is drawn.
"""

# ruff: noqa: E501 - one row a line reads best as a table.
from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind

SOURCE = "recorded"

EVENTS = (
    # kind, subject, region, zone, day, last day, time, title
    ("economic", "hk-policy-address", "HK", "Asia/Hong_Kong", "2025-09-17", None, None, "Policy Address"),
    ("central-bank", "boc-decision", "CA", "America/Toronto", "2025-09-17", None, "09:45", "Bank of Canada rate decision"),
    ("central-bank", "fed-decision", "US", "America/New_York", "2025-09-17", None, "14:00", "FOMC statement"),
    ("central-bank", "boe-decision", "GB", "Europe/London", "2025-09-18", None, "12:00", "Bank of England rate decision"),
    ("central-bank", "boj-decision", "JP", "Asia/Tokyo", "2025-09-19", None, None, "Bank of Japan rate decision"),
    ("central-bank", "pboc-lpr", "CN", "Asia/Shanghai", "2025-09-22", None, "09:00", "Loan prime rate"),
    ("economic", "us-gdp", "US", "America/New_York", "2025-09-25", None, "08:30", "Gross domestic product, second quarter, third estimate"),
    ("economic", "us-pce", "US", "America/New_York", "2025-09-26", None, "08:30", "Personal income and outlays, August"),
    ("holiday", None, "XTKS", "Asia/Tokyo", "2025-09-23", None, None, ""),
    ("holiday", None, "XHKG", "Asia/Hong_Kong", "2025-10-01", None, None, ""),
    ("holiday", None, "XSHG", "Asia/Shanghai", "2025-10-01", "2025-10-08", None, ""),
    ("holiday", None, "XHKG", "Asia/Hong_Kong", "2025-10-07", None, None, ""),
)  # fmt: skip
"""The origin of each is named in ``seeds/README.md``."""


def events(received: datetime) -> tuple[CalendarEvent, ...]:
    """Return the events as they were known at ``received``."""
    found = []
    for kind, subject, region, zone, day, last_day, clock, title in EVENTS:
        there = date.fromisoformat(day)
        moment = None
        if clock is not None:
            moment = datetime.combine(there, time.fromisoformat(clock), ZoneInfo(zone)).astimezone(UTC)
        found.append(
            CalendarEvent(
                key=f"{SOURCE}:{subject or region}:{day}",
                kind=EventKind(kind),
                day=there,
                title=title,
                moment=moment,
                last_day=date.fromisoformat(last_day) if last_day is not None else None,
                zone=zone,
                region=region,
                subject=subject,
                source=SOURCE,
                received=received,
            )
        )
    return tuple(found)
