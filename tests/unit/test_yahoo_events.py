"""Rows of Yahoo's calendar of economic events, good and bad."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.domain.calendar_event import EventKind
from tui_monitor.domain.errors import SourceError
from tui_monitor.sources.yahoo_events import COLUMNS, parse_events

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


def answer(*lines: Any) -> dict[str, Any]:
    document = {"columns": [{"id": name} for name in COLUMNS], "rows": list(lines)}
    return {"finance": {"result": [{"documents": [document]}], "error": None}}


FED = ["Fed Interest Rate Decision", "US", "2025-09-17T18:00:00.000Z", "Sep", None, 4.25, 4.5, 0.0]


def test_a_row() -> None:
    count, (event,), refused = parse_events(answer(FED), NOW)
    assert (count, refused) == (1, 0)
    assert (event.kind, event.subject, event.region) == (EventKind.CENTRAL_BANK, "fed-decision", "US")
    assert (event.day, event.zone) == (date(2025, 9, 17), "America/New_York")
    assert (event.expected, event.previous, event.actual, event.note) == ("4.25", "4.5", None, "Sep")


def test_the_day_is_that_of_the_economy() -> None:
    row = ["Industrial output", "JP", "2025-09-17T23:50:00Z", None, None, None, None, None]
    _, (event,), _ = parse_events(answer(row), NOW)
    assert event.day == date(2025, 9, 18)


def test_other_economies_are_left_out_and_bad_rows_counted() -> None:
    lines = (["X", "ZA", "2025-09-18T10:00:00Z"], ["X", "US", "soon"], ["", "US", "2025-09-18T10:00:00Z"], "row", FED)
    count, events, refused = parse_events(answer(*lines), NOW)
    assert (count, len(events), refused) == (5, 1, 3)


@pytest.mark.parametrize(
    "wrong", [None, [], {}, {"finance": {"result": None}}, {"finance": {"result": [{"documents": []}]}}]
)
def test_an_answer_without_a_table_is_an_error(wrong: object) -> None:
    with pytest.raises(SourceError):
        parse_events(wrong, NOW)


_ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.lists(st.none(), max_size=2)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(_ANY | st.sampled_from(FED), max_size=9), max_size=6))
def test_whatever_a_row_holds_nothing_breaks(lines: list[list[Any]]) -> None:
    count, events, refused = parse_events(answer(*lines), NOW)
    assert len(events) + refused <= count
    for event in events:
        assert event.title.isprintable()
        assert event.moment is not None
        for figure in (event.expected, event.previous, event.actual):
            assert figure is None or figure.isprintable()
