"""Calendar files that lie in ways of their own: real HTTP, the real scheduler and store, time simulated.

What a calendar of numbers and dates shares with other answers, ``test_fault_matrix`` asks of it like of all.
"""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.contract.source_cases import CASES
from tests.engine.fault_bench import (
    Bench,
    assert_failing,
    assert_no_long_wait,
    assert_recovers,
    benches,
    first_round,
    no_traceback,
)
from tests.servers.distort import CalendarLie, distort_calendar
from tests.servers.loopback import Answer, Asked

from tui_monitor.domain.calendar_event import CalendarEvent
from tui_monitor.domain.errors import FailureKind
from tui_monitor.domain.text import MAX_TITLE
from tui_monitor.engine.health import State
from tui_monitor.sources.icalendar import MAX_EVENTS

FILES = tuple(case for case in CASES if case.plug_in == "calendar-files")

MOMENT = datetime(2025, 10, 2, 12, 30, tzinfo=UTC)
"""When the good file's events begin."""

UNREADABLE = {CalendarLie.NO_SUCH_DAY, CalendarLie.NO_SUCH_HOUR, CalendarLie.NEVER_ENDED}
"""Lies that leave no event that can be read."""

SAME = {CalendarLie.NO_END, CalendarLie.END_BEFORE_START, CalendarLie.REPEATING}
"""Lies about what is not read: the events are those of the good file."""


def told(bench: Bench) -> list[CalendarEvent]:
    return sorted(bench.store.events(), key=lambda event: event.key)


@pytest.mark.parametrize("lie", CalendarLie, ids=lambda lie: lie.value)
async def test_a_calendar_that_lies(lie: CalendarLie, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor")
    async with benches(tmp_path, cases=FILES) as made:
        (one,) = made
        held, good = await first_round(made), told(one)
        assert [event.moment for event in good] == [MOMENT, MOMENT]
        handler = one.server._routes[one.case.path]

        def lying(asked: Asked) -> Answer:
            found = handler(asked)
            assert isinstance(found, Answer)
            return distort_calendar(found, lie)

        one.server.route(one.case.path, lying)
        began, asked = one.clock.elapsed(), one.asked()
        await one.clock.advance(700)
        first = one.store.revision
        await one.clock.advance(700)
        for event in one.store.events():
            assert len(event.title) <= MAX_TITLE
            assert event.title.isprintable()
            assert event.day == date(2025, 10, 2)
            assert event.moment in {MOMENT, None}
        assert len(one.store.events()) <= MAX_EVENTS + len(good)
        assert set(one.values()) >= set(held[one.name]), "what was known stays"
        assert one.store.revision == first, "the same answer again is nothing new"
        if lie in UNREADABLE:
            assert_failing(one, held[one.name], {FailureKind.MALFORMED}, began, asked)
            assert one.health.failure is not None
            assert "none can be read" in one.health.failure
        else:
            assert one.health.state is State.IDLE
        if lie in SAME:
            assert one.values() == held[one.name]
        if lie is CalendarLie.ONE_IDENTITY:
            assert {event.title for event in one.store.events()} == {event.title for event in good}
        if lie in {CalendarLie.NO_SUCH_ZONE, CalendarLie.ZONE_IS_A_PATH}:
            assert [event.moment for event in told(one)] == [None, None], "a time of nowhere is no moment"
        if lie is CalendarLie.REPEATING:
            assert any("repeat too often" in note for note in one.health.notes)
        if lie is CalendarLie.FLOOD:
            assert any("more than is read" in note for note in one.health.notes)
        one.server.route(one.case.path, handler)
        ended = one.clock.elapsed()
        assert_no_long_wait(one)
        await one.clock.advance(1.1 * one.period + 10)
        assert_recovers(one, ended)
        again = {event.key: (event.title, event.moment) for event in told(one)}
        assert [again[event.key] for event in good] == [(event.title, event.moment) for event in good]
    assert no_traceback(caplog)
