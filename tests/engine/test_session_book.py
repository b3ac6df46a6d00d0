from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tui_monitor.domain.errors import ConfigError, SourceError
from tui_monitor.domain.instrument import MIC_BY_INDEX, MIC_BY_SUFFIX
from tui_monitor.domain.session import Calendar, Phase
from tui_monitor.engine.calendar_answer import read_answer
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.engine.weekly_hours import WEEKLY, ordinary_day, ordinary_weeks

MODEL_DAY = datetime(2025, 9, 17, 3, 18, tzinfo=UTC)
"""11:18 in Hong Kong."""


class Fixed:
    """A clock for the book: the market's moment is set, waiting ends at once and is counted."""

    def __init__(self, now: datetime) -> None:
        self.moment = now
        self.slept: list[float] = []
        self._long_enough = asyncio.Event()
        self._sleeps = 0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return sum(self.slept)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.moment += timedelta(seconds=seconds)
        if len(self.slept) == self._sleeps:
            self._long_enough.set()
        await asyncio.sleep(0)

    async def after(self, sleeps: int) -> None:
        """Return when the book has slept that often."""
        self._sleeps = sleeps
        async with asyncio.timeout(30):
            await self._long_enough.wait()


@cache
def real_calendars() -> dict[str, Calendar]:
    """Run the real process once, over a year that all calendars know."""
    mics = sorted(WEEKLY)
    done = subprocess.run(
        [sys.executable, "-m", "tui_monitor.engine.calendar_process", *mics, "2025-09-01", "2026-09-30"],
        capture_output=True,
        check=True,
        timeout=110,
    )
    assert done.stderr == b""
    calendars, errors = read_answer(done.stdout)
    # The one whose calendar exchange_calendars itself cannot build may or may not be there.
    assert set(errors) <= {"XTAE"}, errors
    return {calendar.mic: calendar for calendar in calendars}


def fake_process(tmp_path: Path, body: str) -> tuple[str, ...]:
    script = tmp_path / "process.py"
    script.write_text(body)
    return (sys.executable, str(script))


def printing(tmp_path: Path, answer: Any) -> tuple[str, ...]:
    log = tmp_path / "asked"
    return fake_process(
        tmp_path,
        f"import sys\nopen({str(log)!r}, 'a').write(' '.join(sys.argv[1:]) + chr(10))\nprint({json.dumps(answer)!r})",
    )


def stamp(day: str, clock: str, zone: str) -> int:
    return int(datetime.fromisoformat(f"{day} {clock}").replace(tzinfo=ZoneInfo(zone)).timestamp())


# Against exchange_calendars


def test_every_exchange_of_a_symbol_has_hours() -> None:
    assert set(MIC_BY_SUFFIX.values()) | set(MIC_BY_INDEX.values()) <= set(WEEKLY)


def test_ordinary_days_are_those_of_exchange_calendars() -> None:
    real = real_calendars()
    for mic in sorted(set(WEEKLY) - {"XTAE"}):
        days = real[mic].days
        assert len(days) > 230, mic
        assert real[mic].zone == WEEKLY[mic].zone
        same = sum(day == ordinary_day(mic, day.date) for day in days)
        assert same / len(days) > 0.97, f"{mic}: {same} of {len(days)}"


@pytest.mark.parametrize(
    ("mic", "day", "hours"),
    [
        ("XHKG", "2025-12-24", "09:30-12:00"),
        ("XHKG", "2025-12-31", "09:30-12:00"),
        ("XHKG", "2026-02-16", "09:30-12:00"),
        ("XHKG", "2025-10-01", None),
        ("XHKG", "2025-12-25", None),
        ("XHKG", "2026-02-17", None),
        ("XNYS", "2025-11-28", "09:30-13:00"),
        ("XNYS", "2025-11-27", None),
        ("XTKS", "2025-11-05", "09:00-15:30"),
        ("XSHE", "2025-10-08", None),
        ("XSHE", "2025-10-09", "09:30-15:00"),
        ("XLON", "2025-12-24", "08:00-12:30"),
    ],
)
def test_holidays_and_half_days(mic: str, day: str, hours: str | None) -> None:
    calendar = real_calendars()[mic]
    found = {one.date: one for one in calendar.days}.get(date.fromisoformat(day))
    if hours is None:
        assert found is None
        return
    assert found is not None
    zone = ZoneInfo(calendar.zone)
    assert f"{found.open.astimezone(zone):%H:%M}-{found.close.astimezone(zone):%H:%M}" == hours


def test_the_half_day_of_hong_kong_by_phase() -> None:
    calendar = real_calendars()["XHKG"]
    at = {clock: calendar.state_at(datetime.fromisoformat(f"2025-12-24T{clock}+08:00")) for clock in
          ("09:10", "11:00", "12:05", "12:10", "13:30")}  # fmt: skip
    assert [state.phase for state in at.values()] == [
        Phase.PRE_OPEN,
        Phase.OPEN,
        Phase.CLOSING_AUCTION,
        Phase.CLOSED,
        Phase.CLOSED,
    ]
    # Christmas and Boxing Day, then a week-end.
    assert at["13:30"].next_change == datetime(2025, 12, 29, 1, 0, tzinfo=UTC)


async def test_the_book_fetches_real_calendars_and_tells_them() -> None:
    before = {"exchange_calendars", "pandas"} & sys.modules.keys()
    stored: list[Calendar] = []
    clock = Fixed(MODEL_DAY)
    book = SessionBook(clock, on_loaded=stored.append)
    assert book.provisional("XHKG")
    await book.load(["XHKG", "XNYS"])
    assert not book.provisional("XHKG")
    assert [calendar.mic for calendar in stored] == ["XHKG", "XNYS"]
    assert book.notes == {}
    assert book.revision == 2
    state = book.state("XHKG")
    assert state is not None
    assert (state.phase, state.next_phase) == (Phase.MORNING, Phase.LUNCH)
    assert state.next_change is not None
    assert state.next_change - clock.now() == timedelta(minutes=42), "lunch in 0:42"
    days = stored[0].days
    assert days[0].date >= date(2025, 9, 3)
    assert date(2026, 9, 15) <= days[-1].date <= date(2026, 9, 22)
    assert {"exchange_calendars", "pandas"} & sys.modules.keys() == before


# Without


def test_until_then_the_ordinary_week_stands_in() -> None:
    book = SessionBook(Fixed(MODEL_DAY))
    state = book.state("XHKG")
    assert state is not None
    assert state.phase is Phase.MORNING
    assert book.provisional("XHKG")
    assert book.state("NONE") is None
    assert book.calendar("NONE") is None
    assert book.next_change(["NONE"]) is None
    assert book.next_change(["XHKG", "XNYS", "XTKS"]) == datetime(2025, 9, 17, 3, 30, tzinfo=UTC), "Tokyo after lunch"


def test_the_ordinary_week_moves_along_with_the_clock() -> None:
    clock = Fixed(MODEL_DAY)
    book = SessionBook(clock)
    for _ in range(30):
        clock.moment += timedelta(days=9, hours=5)
        state = book.state("XHKG")
        assert state is not None
        assert state.next_change is not None
        assert timedelta(0) < state.next_change - clock.moment <= timedelta(days=3)


def test_a_stored_calendar_serves_at_once_and_falls_back_when_it_ends() -> None:
    clock = Fixed(MODEL_DAY)
    book = SessionBook(clock)
    closed_today = ordinary_weeks("XHKG", date(2025, 9, 1), date(2025, 10, 30))
    closed_today = Calendar(
        "XHKG", closed_today.zone, tuple(day for day in closed_today.days if day.date != date(2025, 9, 17))
    )
    book.seed([closed_today, Calendar("XNYS", "America/New_York", ())])
    state = book.state("XHKG")
    assert state is not None
    assert state.phase is Phase.CLOSED
    assert state.day is not None
    assert state.day.date == date(2025, 9, 16)
    assert not book.provisional("XHKG")
    assert book.provisional("XNYS")
    clock.moment = datetime(2025, 12, 1, 3, 0, tzinfo=UTC)
    assert book.provisional("XHKG")
    state = book.state("XHKG")
    assert state is not None
    assert state.phase is Phase.MORNING


FAILURES = {
    "status": "import sys; sys.exit(3)",
    "nonsense": "print('<html>')",
    "nothing": "",
    "types": """print('{"calendars": {"XHKG": {"zone": 5, "days": []}}, "errors": {}}')""",
    "endless": "import sys\nwhile True: sys.stdout.write('x' * 65536)",
    "traceback": "raise RuntimeError('words on stderr')",
}


@pytest.mark.parametrize("body", FAILURES.values(), ids=FAILURES.keys())
async def test_a_process_that_fails_leaves_the_ordinary_week_and_a_note(
    body: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    clock = Fixed(MODEL_DAY)
    book = SessionBook(clock, command=fake_process(tmp_path, body))
    await book.load(["XHKG"])
    assert book.provisional("XHKG")
    state = book.state("XHKG")
    assert state is not None
    assert state.phase is Phase.MORNING
    assert "ordinary hours" in book.notes["XHKG"]
    assert capfd.readouterr().err == ""


async def test_a_process_that_is_not_there() -> None:
    book = SessionBook(Fixed(MODEL_DAY), command=("/nowhere/at/all",))
    await book.load(["XHKG"])
    assert "could not be started" in book.notes["XHKG"]
    await book.load([])


async def test_cancelling_kills_the_process(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    book = SessionBook(
        Fixed(MODEL_DAY),
        command=fake_process(
            tmp_path, f"import os, time\nopen({str(alive)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)"
        ),
    )
    task = asyncio.create_task(book.load(["XHKG"]))
    for _ in range(500):
        if alive.exists() and alive.read_text():
            break
        await asyncio.sleep(0.01)
    pid = int(alive.read_text())
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_run_fetches_what_is_short_once_a_day_and_what_failed_after_half_an_hour(tmp_path: Path) -> None:
    zone = "Asia/Hong_Kong"
    # A calendar that is not known for longer than ten days ahead, and an exchange that is not known at all.
    days = [
        [f"2025-09-{day}", stamp(f"2025-09-{day}", "09:30", zone), stamp(f"2025-09-{day}", "16:00", zone), None, None]
        for day in ("16", "17", "18", "19", "26")
    ]
    answer = {"calendars": {"XHKG": {"zone": zone, "days": days}}, "errors": {"XXXX": "unknown"}}
    clock = Fixed(MODEL_DAY)
    book = SessionBook(clock, command=printing(tmp_path, answer))
    task = asyncio.create_task(book.run(lambda: ["XHKG", "XXXX"]))
    asked = tmp_path / "asked"
    await clock.after(2 * 2880 + 10)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    lines = asked.read_text().splitlines()
    assert lines[0] == "XHKG XXXX 2025-09-03 2026-09-22"
    assert len(lines) == 3, "now, in a day, in two"
    assert "unknown" in book.notes["XXXX"]
    assert "XHKG" not in book.notes


async def test_run_leaves_a_long_calendar_alone(tmp_path: Path) -> None:
    clock = Fixed(MODEL_DAY)
    book = SessionBook(clock, command=printing(tmp_path, {"calendars": {}, "errors": {}}))
    book.seed([ordinary_weeks("XHKG", date(2025, 9, 1), date(2026, 9, 1))])
    task = asyncio.create_task(book.run(lambda: ["XHKG"]))
    await clock.after(20)
    assert not (tmp_path / "asked").exists()
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


# The person's changes


def test_changes_lie_over_both_kinds_of_calendar() -> None:
    clock = Fixed(MODEL_DAY)
    book = SessionBook(
        clock, overrides={"XHKG": {"2025-09-17": "closed", "2025-09-18": "09:30-12:00", "2025-09-20": "10:00-16:00"}}
    )
    for _ in range(2):
        calendar = book.calendar("XHKG")
        assert calendar is not None
        days = {day.date: day for day in calendar.days}
        assert date(2025, 9, 17) not in days
        half, added = days[date(2025, 9, 18)], days[date(2025, 9, 20)]
        assert half.close == datetime(2025, 9, 18, 4, 0, tzinfo=UTC)
        assert half.break_start is None
        assert half.auction_end == datetime(2025, 9, 18, 4, 10, tzinfo=UTC)
        assert added.open == datetime(2025, 9, 20, 2, 0, tzinfo=UTC)
        assert added.break_start == datetime(2025, 9, 20, 4, 0, tzinfo=UTC)
        assert [day.date for day in calendar.days] == sorted(days)
        assert book.calendar("XHKG") is calendar, "made once"
        state = book.state("XHKG")
        assert state is not None
        assert (state.phase, state.next_change) == (Phase.CLOSED, datetime(2025, 9, 18, 1, 0, tzinfo=UTC))
        book.seed([ordinary_weeks("XHKG", date(2025, 9, 1), date(2025, 12, 30))])
    other = book.calendar("XSHG")
    assert other is not None
    assert date(2025, 9, 17) in {day.date for day in other.days}


@pytest.mark.parametrize(
    "changes",
    [
        {"XHKG": {"17 September": "closed"}},
        {"XHKG": {"2025-09-17": "shut"}},
        {"XHKG": {"2025-09-17": "16:00-09:30"}},
        {"XHKG": {"2025-09-17": "09:30-12:00-13:00"}},
        {"NONE": {"2025-09-17": "09:30-12:00"}},
    ],
)
def test_changes_that_cannot_be_read_name_what_is_wrong(changes: Any) -> None:
    with pytest.raises(ConfigError, match=r"\[sessions\.(XHKG|NONE)\]"):
        SessionBook(Fixed(MODEL_DAY), overrides=changes)


@pytest.mark.parametrize(
    ("hours", "at", "phase", "changes"),
    [
        ("closed", "10:00", Phase.CLOSED, "2025-09-25T09:00"),
        ("closed", "14:00", Phase.CLOSED, "2025-09-25T09:00"),
        ("13:30-16:00", "10:00", Phase.CLOSED, "2025-09-24T13:00"),
        ("13:30-16:00", "13:10", Phase.PRE_OPEN, "2025-09-24T13:30"),
        ("13:30-16:00", "13:40", Phase.OPEN, "2025-09-24T16:00"),
        ("09:30-11:00", "11:05", Phase.CLOSING_AUCTION, "2025-09-24T11:10"),
        ("09:30-11:00", "11:10", Phase.CLOSED, "2025-09-25T09:00"),
    ],
)
def test_a_typhoon_in_the_settings_changes_the_session(hours: str, at: str, phase: Phase, changes: str) -> None:
    from tui_monitor.config.loading import read_settings

    settings = read_settings(f'[sessions.XHKG]\n"2025-09-24" = "{hours}"\n'.encode(), "config.toml")
    assert settings.closed_days() == {"XHKG": (date(2025, 9, 24),) if hours == "closed" else ()}
    book = SessionBook(Fixed(datetime.fromisoformat(f"2025-09-24T{at}:00+08:00")), overrides=settings.sessions)
    state = book.state("XHKG")
    assert state is not None
    assert state.phase is phase
    assert state.next_change == datetime.fromisoformat(f"{changes}:00+08:00")
    # Prices belong to the day before until the session begins.
    assert state.day is not None
    began = phase not in {Phase.CLOSED, Phase.PRE_OPEN} or at == "11:10"
    assert state.day.date == date(2025, 9, 24 if began else 23)


def test_dates_as_dates_are_taken_too() -> None:
    book = SessionBook(Fixed(MODEL_DAY), overrides={"XHKG": {date(2025, 9, 17): "closed"}})
    state = book.state("XHKG")
    assert state is not None
    assert state.phase is Phase.CLOSED


# The answer


def test_an_answer_with_days_that_make_no_sense_is_refused_exchange_by_exchange() -> None:
    good = ["2025-09-17", 1000, 2000, None, None]
    body = {
        "calendars": {
            "GOOD": {"zone": "Asia/Tokyo", "days": [good, ["2025-09-18", 100_000, 200_000, None, None]]},
            "BACK": {"zone": "Asia/Tokyo", "days": [["2025-09-17", 2000, 1000, None, None]]},
            "DOUB": {"zone": "Asia/Tokyo", "days": [good, good]},
            "ZONE": {"zone": "../../etc/passwd", "days": [good]},
            "NONE": {"zone": "Asia/Tokyo", "days": []},
            "LUNC": {"zone": "Asia/Tokyo", "days": [["2025-09-17", 1000, 2000, 2500, 2600]]},
        },
        "errors": {"LOST": "no such calendar"},
    }
    calendars, errors = read_answer(json.dumps(body).encode())
    assert [calendar.mic for calendar in calendars] == ["GOOD"]
    assert set(errors) == {"BACK", "DOUB", "ZONE", "NONE", "LUNC", "LOST"}
    with pytest.raises(SourceError):
        read_answer(b"\xff")


def test_the_process_says_how_it_is_used() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tui_monitor.engine.calendar_process", "XHKG"], capture_output=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith(b"usage")


@pytest.mark.parametrize(
    ("at", "phase", "day"),
    [
        ("2025-09-17T23:29", Phase.AFTERNOON, 17),
        ("2025-09-17T23:45", Phase.AFTERNOON, 17),
        ("2025-09-17T23:59", Phase.PRE_OPEN, 17),
        ("2025-09-18T00:00", Phase.MORNING, 18),
    ],
)
def test_hours_that_run_into_the_next_day_s_auction_go_to_their_end(at: str, phase: Phase, day: int) -> None:
    clock = Fixed(datetime.fromisoformat(f"{at}:00+08:00"))
    hours = {"2025-09-17": "00:00-23:59", "2025-09-18": "00:00-23:59"}
    state = SessionBook(clock, overrides={"XHKG": hours}).state("XHKG")
    assert state is not None
    assert state.phase is phase
    # Before anything has traded prices belong to the session before.
    assert state.day is not None
    assert state.day.date == date(2025, 9, day)
    assert state.next_change is not None
    assert state.next_change > clock.now()
