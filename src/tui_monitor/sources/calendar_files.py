"""Schedules that are published as iCalendar files: keyless, small, and asked for a few times a day.

The Bureau of Labor Statistics publishes its releases that way (consumer prices, jobs); a person may add any other
address. Each file is a source of its own, so that one failing file is one failing row.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.text import safe_url
from tui_monitor.sources.api import Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.icalendar import Schedule, parse_icalendar
from tui_monitor.sources.options import Options, read_options, takes
from tui_monitor.sources.transport import Transport, host_of

PLUG_IN = "calendar-files"

MAX_BYTES = 4_000_000
"""Bytes of a file; a year of a statistics office takes 100,000."""

PATIENCE = 15.0
"""Seconds for a file."""

LARGE = 200_000
"""Bytes beyond which a file is read in a thread: a key would wait for it."""


class File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One schedule."""

    name: Annotated[str, Meta(min_length=1, max_length=24)]
    url: Annotated[str, Meta(min_length=8, max_length=500)]
    region: Annotated[str, Meta(pattern="^[A-Z]{2}$")] | None = None
    """ISO 3166 code of the economy that it is about."""


SHIPPED = (File(name="bls", url="https://www.bls.gov/schedule/news_release/bls.ics", region="US"),)
"""What is read where the person names nothing else."""


class FilesOptions(Options, frozen=True, kw_only=True):
    """``[sources.calendar-files]``."""

    files: tuple[File, ...] = SHIPPED
    """The schedules to read; an empty list reads none."""
    period: Annotated[float, Meta(ge=600, le=86_400)] = 21_600.0
    """Seconds between two looks at a file."""


class CalendarFile:
    """The source of one file's events."""

    def __init__(self, context: SourceContext, file: File, period: float) -> None:
        self._transport: Transport = context.transport
        self._file = file
        self._now = context.now
        self._descriptor = Descriptor(
            name=file.name,
            topic=Topic.CALENDAR,
            host=host_of(file.url),
            title=f"Calendar {file.name}",
            period=period,
            timeout=PATIENCE + 5.0,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:  # noqa: ARG002 - a schedule is one for all symbols
        """Read the file."""
        answer = await self._transport.get(
            self._file.url, timeout=PATIENCE, max_bytes=MAX_BYTES, accept="text/calendar, */*;q=0.1"
        )
        name, now = self._file.name, self._now()
        found = await self._read(answer.body, now)
        notes = []
        if found.refused:
            notes.append(f"{found.refused} events had no usable date or title.")
        if found.repeating:
            notes.append(
                f"{found.repeating} events repeat too often or in a way that is not followed; not all dates are read."
            )
        if found.cut:
            notes.append("It holds more than is read; what stands at its end is left out.")
        return Batch(
            source=name,
            received=now,
            events=tuple(found.events),
            notes=tuple(notes),
            requests=answer.requests,
            octets=answer.octets,
        )

    async def _read(self, body: bytes, now: datetime) -> Schedule:
        def read() -> Schedule:
            return parse_icalendar(body, source=self._file.name, received=now, region=self._file.region)

        # Also a short one may repeat an event ten thousand times.
        slow = len(body) > LARGE or b"RRULE" in body
        return await in_daemon_thread(read, name="read calendar") if slow else read()

    async def aclose(self) -> None:
        """Nothing is held."""


@takes(FilesOptions)
def build(context: SourceContext) -> list[Source]:
    """Build a source for each file of ``[sources.calendar-files]``."""
    options = read_options(context.settings, FilesOptions, PLUG_IN)
    names: set[str] = set()
    for file in options.files:
        if safe_url(file.url) is None or not urlsplit(file.url).hostname:
            raise ConfigError(f"[sources.{PLUG_IN}]: the address of {file.name} is not a usable http or https one.")
        if file.name in names:
            raise ConfigError(f"[sources.{PLUG_IN}]: two files are called {file.name}.")
        names.add(file.name)
    return [CalendarFile(context, file, options.period) for file in options.files]
