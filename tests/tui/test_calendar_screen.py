"""The calendar on the screen: the list behind its key, the line of the index panel, three languages."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace
from tests.contract.source_cases import HOSTILE
from tests.tui.stage import Stage, frame_text

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.text import clean_text
from tui_monitor.present.agenda import next_line, until_text
from tui_monitor.present.width import cells


def events(stage: Stage) -> tuple[CalendarEvent, ...]:
    now = stage.view.now()
    fed = CalendarEvent(
        key="fed", kind=EventKind.CENTRAL_BANK, subject="fed-decision", day=now.date(), zone="America/New_York",
        moment=now + timedelta(hours=11, minutes=20), source="test", also=("other",), expected="4.25%",
    )  # fmt: skip
    canada = replace(fed, key="boc", subject="boc-decision", moment=now + timedelta(hours=6))
    report = CalendarEvent(
        key="report", kind=EventKind.EARNINGS, day=now.date() + timedelta(days=2), symbols=("0700.HK",), source="test",
        last_day=now.date() + timedelta(days=5), estimated=True,
    )  # fmt: skip
    wild = CalendarEvent(
        key="wild", kind=EventKind.ECONOMIC, title=clean_text(HOSTILE + "[red]x[/red]"), region="ZA",
        day=now.date() + timedelta(days=9), source="test",
    )  # fmt: skip
    return (canada, fed, report, wild)


def staged(language: str = "en") -> Stage:
    stage = Stage(language=language).fill()
    told = events(stage)
    stage.view.agenda = lambda: told
    return stage


def line(stage: Stage, width: int) -> str:
    return "".join(span.text for one in next_line(stage.view, width) for span in one)


def test_the_line_names_the_weightiest_that_fits() -> None:
    stage = staged()
    assert line(stage, 30) == " next: Fed decision in 11 h"
    wide = line(stage, 80)
    assert wide.index("Bank of Canada decision in 6 h") < wide.index("Fed decision in 11 h"), "soonest first"
    assert line(stage, 10) == ""
    for width in range(100):
        assert cells(line(stage, width)) <= width


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "next: Fed decision in 11 h"),
        ("zh-Hant", "下一項：聯儲局議息 11小時後"),
        ("zh-Hans", "下一项：美联储议息 11小时后"),
    ],
)
def test_the_line_in_each_language(language: str, words: str) -> None:
    assert line(staged(language), 30).strip() == words


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(seconds=30), "now"),
        (timedelta(minutes=59), "in 59 min"),
        (timedelta(hours=47), "in 47 h"),
        (timedelta(days=3), "in 3 days"),
    ],
)
def test_how_long_until_then(ahead: timedelta, words: str) -> None:
    stage = staged()
    event = replace(events(stage)[1], moment=stage.view.now() + ahead)
    assert until_text(stage.view, event) == words


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40)])
async def test_the_list_opens_by_its_key_and_closes(size: tuple[int, int]) -> None:
    stage = staged()
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("t")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "Calendar" in text
        assert "Fed decision" in text
        if size[0] > 60:
            assert "[red]x[/red]" in text, "no markup is read"
        assert "\x1b" not in text
        assert "~" in text, "an expected report is marked"
        await pilot.press("j")
        await pilot.pause()
        assert "from test, other" in "\n".join(frame_text(app))
        await pilot.press("G")
        await pilot.pause()
        # What was cut in the list stands whole below it.
        assert all(line.startswith(("╭", "│", "╰")) for line in frame_text(app))
        assert "[red]x[/red]" in "\n".join(frame_text(app))
        await pilot.press("escape")
        await pilot.pause()
        assert "from test, other" not in "\n".join(frame_text(app))
        assert app.is_running


async def test_only_what_is_mine_and_nothing_at_all() -> None:
    stage = staged()
    canada, fed, report, wild = events(stage)
    own = replace(report, symbols=(min(stage.view.own_symbols),))
    stage.view.agenda = lambda: (canada, fed, own, wild)
    app = stage.app()
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.press("t", "m")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "earnings" in text
        assert "Fed decision" not in text
        stage.view.agenda = tuple
        await pilot.press("m")
        await pilot.pause()
        assert "Nothing is known to come" in "\n".join(frame_text(app))
