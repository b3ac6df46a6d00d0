"""The log within the screen: the last events, newest first, in the person's language, obeying nothing in them."""

from __future__ import annotations

import pytest
from tests.contract.source_cases import HOSTILE
from tests.tui.stage import Stage, frame_text

from tui_monitor.present.log_lines import log_lines
from tui_monitor.present.tone import Tone

EVENTS = [
    "2026-03-04T03:00:00.000Z INFO tui_monitor.sources.transport: timeout: a.example gave no answer.",
    "2026-03-04T03:00:01.000Z ERROR tui_monitor.tui.frame: a frame failed ⏎ Traceback ⏎ ValueError: [red]x[/red]",
    f"2026-03-04T03:00:02.000Z WARNING x: {HOSTILE}",
    "a line of another program",
]


async def test_the_log_opens_and_closes_by_keys() -> None:
    stage = Stage().fill()
    events = list(EVENTS)
    stage.services.log = lambda: events
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await pilot.pause()
        text = "\n".join(frame_text(app))
        assert "Log" in text
        assert "a.example gave no answer." in text
        assert "ValueError: [red]x[/red]" in text, "no markup is read"
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "11:00:01 a frame failed" in text, "by the clock of the header"
        assert text.index("a frame failed") < text.index("gave no answer"), "newest first"
        await pilot.press("q")
        await pilot.pause()
        assert "gave no answer" not in "\n".join(frame_text(app))
        assert app.is_running


@pytest.mark.parametrize(("language", "words"), [("en", "Nothing"), ("zh-Hant", "尚無"), ("zh-Hans", "暂无")])
async def test_an_empty_log_says_so(language: str, words: str) -> None:
    stage = Stage(language=language).fill()
    app = stage.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("l")
        await pilot.pause()
        assert words in "\n".join(frame_text(app))


def test_levels_have_their_tones() -> None:
    stage = Stage()
    lines = log_lines(stage.view, EVENTS)
    assert [line[0].text.strip()[:10] for line in lines] == ["a line of ", "11:00:02", "11:00:01", "11:00:00"]
    assert [line[1].tone for line in lines[1:]] == [Tone.WARN, Tone.ERROR, Tone.PLAIN]
    assert lines[2][2].text.strip() == "tui.frame"


def test_an_event_of_another_day_says_of_which_and_a_strange_time_stays_as_it_is() -> None:
    view = Stage().view
    times = ("2026-03-03T17:00:00.000Z", "2026-03-03T15:59:59.000Z", "yesterday")
    lines = log_lines(view, [f"{time} INFO x: word" for time in times])
    assert [line[0].text for line in lines] == ["yesterday ", "03-03 23:59:59 ", "01:00:00 "]
