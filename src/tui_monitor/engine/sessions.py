"""What every watched exchange is doing: real calendars where they are known, ordinary weeks until then.

Real calendars come from the database at start-up and from a child process (``calendar_process``), reach from two
weeks back to a year ahead, and are fetched again when less than two months are left. The person's own changes
(``[sessions.MIC]``: a closure for a typhoon, other hours, an added session) lie over both.

Hong Kong trades through typhoons since 23 September 2024 (HKEX, severe weather trading); changes serve earlier
days, other exchanges and what nobody foresaw.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.session import Calendar, SessionDay, SessionState
from tui_monitor.engine.calendar_answer import read_answer
from tui_monitor.engine.clock import Clock
from tui_monitor.engine.weekly_hours import WEEKLY, day_with_hours, ordinary_weeks
from tui_monitor.sources.child_process import end_child

log = logging.getLogger(__name__)

BACK = timedelta(days=14)
"""How far back a calendar reaches: weekly gains and the last session need it."""

AHEAD = timedelta(days=370)
"""How far ahead a calendar reaches."""

LEFT = timedelta(days=60)
"""With less than this left a calendar is fetched again."""

ORDINARY_AHEAD = timedelta(days=21)
"""How far ahead ordinary weeks are told: beyond it, their lack of holidays would mislead."""

LOOK_EVERY = 30.0
"""Seconds between two looks for exchanges without a calendar."""

TRY_AGAIN = 1800.0
"""Seconds after which a failed fetch is tried again."""

FETCH_EVERY = 86_400.0
"""Seconds before an exchange's calendar is fetched again, however little of it is left: some are not known further."""

PROCESS_TIMEOUT = 60.0
"""Seconds for the child process; it takes one to three."""

MAX_ANSWER = 4_000_000
"""Bytes of its answer; forty exchanges take 700,000."""

Changes = Mapping[str, Mapping[date, str]] | Mapping[str, Mapping[str, str]]
"""By exchange and date (or its ISO form): ``closed``, or local hours such as ``09:30-12:00``."""


class SessionBook:
    """The calendars of all exchanges. One event loop; no locks."""

    def __init__(
        self,
        clock: Clock,
        *,
        on_loaded: Callable[[Calendar], object] | None = None,
        overrides: Changes | None = None,
        command: tuple[str, ...] | None = None,
    ) -> None:
        """``on_loaded`` gets each real calendar as fetched, without the person's changes, to be stored.

        ``command`` is what is run for them instead of the project's own process. Raises ``ConfigError`` for
        changes that cannot be read.
        """
        self._clock = clock
        self._on_loaded = on_loaded
        self._changes = {mic: _read_changes(mic, days) for mic, days in (overrides or {}).items()}
        self._command = command or (sys.executable, "-P", "-m", "tui_monitor.engine.calendar_process")
        self._real: dict[str, Calendar] = {}
        self._changed: dict[str, tuple[Calendar, Calendar]] = {}
        self._ordinary: dict[str, Calendar] = {}
        self._next_fetch: dict[str, float] = {}
        self._states: dict[str, tuple[int, datetime, datetime, SessionState]] = {}
        self.notes: dict[str, str] = {}
        """A sentence for each exchange whose real calendar could not be had."""
        self.revision = 0
        """Rises when a calendar arrives."""

    # Reading

    def state(self, mic: str) -> SessionState | None:
        """Return what the exchange does now, ``None`` for one whose hours are not known."""
        now = self._clock.now()
        held = self._states.get(mic)
        if held is not None and held[0] == self.revision and held[1] <= now < held[2]:
            return held[3]
        calendar = self.calendar(mic)
        if calendar is None:
            return None
        state = calendar.state_at(now)
        if state.next_change is not None:
            # Asked for many times a second, and the same until the next change or another calendar.
            self._states[mic] = (self.revision, now, state.next_change, state)
        return state

    def calendar(self, mic: str) -> Calendar | None:
        """Return the best calendar there is for now, with the person's changes; ``None`` if there is none."""
        now = self._clock.now()
        real = self._real.get(mic)
        if real is not None and _reaches(real, now):
            return self._with_changes(real)
        ordinary = self._ordinary_calendar(mic, now)
        return self._with_changes(ordinary) if ordinary is not None else None

    def known(self) -> tuple[Calendar, ...]:
        """Return the calendars that were read or fetched, as they were: without the person's own changes."""
        return tuple(self._real.values())

    def provisional(self, mic: str) -> bool:
        """Whether ``state`` rests on an ordinary week, so that holidays and half days are not known."""
        real = self._real.get(mic)
        return real is None or not _reaches(real, self._clock.now())

    def next_change(self, mics: Iterable[str]) -> datetime | None:
        """Return the next change of phase at any of ``mics``, aware UTC; ``None`` if none is known."""
        states = (self.state(mic) for mic in mics)
        changes = [state.next_change for state in states if state is not None and state.next_change is not None]
        return min(changes, default=None)

    # Filling

    def seed(self, calendars: Iterable[Calendar]) -> None:
        """Take in calendars that were stored."""
        for calendar in calendars:
            if calendar.days:
                self._real[calendar.mic] = calendar
                self.revision += 1

    async def run(self, mics: Callable[[], Iterable[str]]) -> None:
        """Keep the calendars of ``mics()`` long enough, until cancelled."""
        while True:
            wanted = self._to_fetch(mics())
            if wanted:
                await self.load(wanted)
            await self._clock.sleep(LOOK_EVERY)

    async def load(self, mics: Iterable[str]) -> None:
        """Fetch the calendars of ``mics`` now. Never raises for a failure: it leaves a note and what was there."""
        wanted = sorted(set(mics))
        if not wanted:
            return
        today = self._clock.now().date()
        span = (today - BACK).isoformat(), (today + AHEAD).isoformat()
        now = self._clock.monotonic()
        try:
            body = await self._ask(*wanted, *span)
            calendars, errors = read_answer(body)
        except SourceError as error:
            log.warning("trading calendars of %s: %s", ", ".join(wanted), error)
            for mic in wanted:
                self.notes[mic] = f"{mic}: {error}; ordinary hours are shown."
                self._next_fetch[mic] = now + TRY_AGAIN
            return
        for mic in wanted:
            self._next_fetch[mic] = now + FETCH_EVERY
        for mic, words in errors.items():
            log.warning("no trading calendar of %s: %s", mic, words)
            self.notes[mic] = f"{mic}: no calendar ({words}); ordinary hours are shown."
        for calendar in calendars:
            self._real[calendar.mic] = calendar
            self.notes.pop(calendar.mic, None)
            self.revision += 1
            if self._on_loaded is not None:
                self._on_loaded(calendar)

    def _to_fetch(self, mics: Iterable[str]) -> list[str]:
        now, monotonic = self._clock.now(), self._clock.monotonic()
        wanted = []
        for mic in mics:
            real = self._real.get(mic)
            short = real is None or not _reaches(real, now) or real.days[-1].end - now < LEFT
            if short and monotonic >= self._next_fetch.get(mic, float("-inf")):
                wanted.append(mic)
        return wanted

    async def _ask(self, *arguments: str) -> bytes:
        """Run the child process; return what it prints. Raises ``SourceError``."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                *arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise SourceError(FailureKind.UNAVAILABLE, "the calendar process could not be started") from error
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PROCESS_TIMEOUT):
                body = bytearray()
                while piece := await process.stdout.read(65_536):
                    body += piece
                    if len(body) > MAX_ANSWER:
                        raise SourceError(FailureKind.TOO_LARGE, "the calendar process answered without end")
                status = await process.wait()
        except TimeoutError as error:
            raise SourceError(FailureKind.TIMEOUT, "the calendar process took too long") from error
        finally:
            if process.returncode is None:
                await end_child(process)
        if status != 0:
            raise SourceError(FailureKind.UNAVAILABLE, f"the calendar process ended with status {status}")
        return bytes(body)

    # Ordinary weeks and changes

    def _ordinary_calendar(self, mic: str, now: datetime) -> Calendar | None:
        if mic not in WEEKLY:
            return None
        held = self._ordinary.get(mic)
        if held is None or not _reaches(held, now) or held.days[-1].end - now < ORDINARY_AHEAD / 2:
            held = ordinary_weeks(mic, (now - BACK).date(), (now + ORDINARY_AHEAD).date())
            self._ordinary[mic] = held
        return held

    def _with_changes(self, calendar: Calendar) -> Calendar:
        changes = self._changes.get(calendar.mic)
        if not changes:
            return calendar
        held = self._changed.get(calendar.mic)
        if held is None or held[0] is not calendar:
            held = (calendar, changed(calendar, changes))
            self._changed[calendar.mic] = held
        return held[1]


def changed(calendar: Calendar, changes: Mapping[date, tuple[time, time] | None]) -> Calendar:
    """Return ``calendar`` with days taken out (``None``), given other local hours, or added, within its span."""
    days: dict[date, SessionDay] = {day.date: day for day in calendar.days}
    if not days:
        return calendar
    first, last = calendar.days[0].date, calendar.days[-1].date
    for day, hours in changes.items():
        if hours is None:
            days.pop(day, None)
        elif first <= day <= last:
            days[day] = day_with_hours(calendar.mic, day, *hours)
    return replace(calendar, days=tuple(days[day] for day in sorted(days)))


def _read_changes(mic: str, days: Mapping[date, str] | Mapping[str, str]) -> dict[date, tuple[time, time] | None]:
    found: dict[date, tuple[time, time] | None] = {}
    for given, words in days.items():
        try:
            day = given if isinstance(given, date) else date.fromisoformat(given)
            if words == "closed":
                found[day] = None
                continue
            opens, closes = (time.fromisoformat(part.strip()) for part in words.split("-"))
        except ValueError as error:
            raise ConfigError(
                f'[sessions.{mic}]: "{given}" = "{words}" is not a date and "closed" or hours such as "09:30-12:00".'
            ) from error
        if mic not in WEEKLY or not opens < closes or opens.tzinfo or closes.tzinfo:
            raise ConfigError(f'[sessions.{mic}]: "{words}" are no hours of an exchange that is known.')
        found[day] = (opens, closes)
    return found


def _reaches(calendar: Calendar, now: datetime) -> bool:
    """Whether ``now`` lies within the calendar, the days before its first and after its last session not included."""
    zone = ZoneInfo(calendar.zone)
    today = now.astimezone(zone).date()
    return bool(calendar.days) and calendar.days[0].date <= today <= calendar.days[-1].date
