"""Ages of headlines after hours: in steps, so that a resting screen does not count minutes all evening."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.tui.stage import Stage, at

from tui_monitor.domain.headline import Headline
from tui_monitor.present import numbers
from tui_monitor.present.headlines import HeadlinesModel
from tui_monitor.sources.api import Batch


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [(0, "<20m", "剛剛"), (19.9, "<20m", "剛剛"), (20, "20m", "20分"), (59.9, "40m", "40分"), (60, "1h", "1時")],
)
def test_an_age_below_an_hour_goes_in_steps(minutes: float, english: str, chinese: str) -> None:
    assert numbers.calm_age(60 * minutes) == english
    assert numbers.calm_age(60 * minutes, "zh-Hant") == chinese


@pytest.mark.parametrize(("hour", "shown"), [(11, "7m"), (20, "<20m")])
def test_headlines_count_minutes_only_while_there_is_a_market(hour: int, shown: str) -> None:
    now = at(hour, 0)
    stage = Stage(moment=now)
    published = now - timedelta(minutes=7)
    one = Headline(id="a", title="A story", source="Desk", published=published, received=now, url="https://example.com")
    stage.store.apply(Batch(source="desk", received=now, headlines=(one,)))
    row = HeadlinesModel().row(stage.view, "a")
    assert row.cells[1].text == shown
