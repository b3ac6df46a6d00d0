"""Two sources of one number: what is a contradiction, and what is only an older price."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from tests.tui.stage import Stage, at

from tui_monitor.domain.disagreement import disagree
from tui_monitor.domain.quote import Quote
from tui_monitor.engine.weekly_hours import ordinary_weeks
from tui_monitor.present.detail import quote_lines
from tui_monitor.sources.api import Batch

CALENDAR = ordinary_weeks("XHKG", date(2025, 9, 8), date(2025, 9, 30))


def hk(clock: str) -> datetime:
    return datetime.fromisoformat(f"2025-09-17T{clock}:00+08:00").astimezone(UTC)


def quote(last: float, clock: str | None, source: str, **more: Any) -> Quote:
    moment = hk(clock) if clock else None
    return Quote(
        symbol="0700.HK", last=last, previous_close=630.0, time=moment, received=hk("23:00"), source=source,
        currency="HKD", **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "one", "other", "expected"),
    [
        ("11:20", (660.0, "11:19"), (660.5, "11:20"), False),
        ("11:20", (660.0, "11:19"), (664.0, "11:20"), True),
        ("11:20", (660.0, "11:18"), (664.0, "11:20"), True),
        ("11:20", (660.0, "11:05"), (664.0, "11:20"), False),
        ("11:20", (660.0, None), (664.0, "11:20"), False),
        # After the close both speak of it, whatever they stamp it with.
        ("20:00", (660.0, "16:00"), (664.0, "16:08"), True),
        ("20:00", (660.0, "15:45"), (664.0, "16:08"), False),
        ("20:00", (660.0, "16:08"), (660.0, "16:00"), False),
        # A limit is a limit in both directions.
        ("11:20", (660.0, "11:20"), (663.3, "11:20"), False),
        ("11:20", (660.0, "11:20"), (663.4, "11:20"), True),
    ],
)
def test_the_price(now: str, one: tuple[float, str | None], other: tuple[float, str], expected: bool) -> None:
    state = CALENDAR.state_at(hk(now))
    first, second = quote(*one, "yahoo"), quote(*other, "tencent")
    assert disagree(first, second, state) is expected
    assert disagree(second, first, state) is expected


def test_the_close_before_is_compared_within_a_session_only() -> None:
    first = quote(660.0, "11:05", "yahoo")
    second = replace(quote(661.0, "11:20", "tencent"), previous_close=600.0)
    assert disagree(first, second, CALENDAR.state_at(hk("11:20")))
    before = replace(second, time=hk("09:00"))
    assert not disagree(first, before, CALENDAR.state_at(hk("11:20")))
    assert not disagree(first, replace(second, previous_close=None), CALENDAR.state_at(hk("11:20")))


def test_pence_are_no_pounds() -> None:
    pence = replace(quote(6600.0, "11:20", "yahoo"), currency="GBp")
    pounds = replace(quote(6600.0, "11:20", "other"), currency="GBP")
    assert disagree(pence, pounds, None)


def test_the_detail_says_so() -> None:
    stage = Stage().fill()
    held = stage.store.quote("0101.HK")
    assert held is not None

    def told(last: float, minutes: int) -> str:
        # Older than the shown one by a hair, so that it is the second voice.
        other = replace(held, last=last, source="tencent", time=at(11, 0 - minutes) if minutes == 0 else at(10, 30))
        stage.store.apply(Batch(source="tencent", received=held.received, quotes=(other,)))
        line = next(one for one in quote_lines(stage.view, "0101.HK") if one and one[0].text.strip() == "tencent")
        return line[1].text

    assert "disagrees" in told(111.0, 0)
    assert "disagrees" not in told(110.2, 0)
    assert "disagrees" not in told(120.0, 30), "half an hour older is older, not wrong"
    assert told(111.0, 0).startswith("111.00")
