"""The chart of the index panel: the previous close in it, at the height where the path would be at that level."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests.tui.stage import Stage

from tui_monitor.present.glyphs import ASCII, UNICODE, Glyphs
from tui_monitor.present.index_chart import EVERY, REFERENCE, chart_lines
from tui_monitor.present.rows import Line
from tui_monitor.present.sparks import line_chart, row_of
from tui_monitor.present.tone import Tone


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
@pytest.mark.parametrize("height", [1, 3, 10])
@pytest.mark.parametrize("reference", [95.0, 100.0, 104.2, 110.0, 115.0])
def test_it_is_drawn_where_a_path_at_that_level_is(glyphs: Glyphs, height: int, reference: float) -> None:
    values = [100.0 + n / 10 for n in range(100)]
    at = row_of(reference, values, height, glyphs)
    # A path that ends at the reference has its last cell in that row.
    low, high = min(*values, reference), max(*values, reference)
    picture = line_chart([low, high, *([reference] * 20)], 11, height, glyphs)
    assert picture[at][-1] != " "


def drawn(height: int, previous: float = 1000.0, *, ascii_only: bool = False) -> list[Line]:
    """Return the chart of a path from 1,001 to 1,009.9."""
    stage = Stage(ascii_only=ascii_only).fill()
    quote = stage.store.quote("WOOD.HK")
    assert quote is not None
    return chart_lines(stage.view, replace(quote, previous_close=previous), 62, height)


@pytest.mark.parametrize("ascii_only", [False, True])
def test_the_previous_close_is_dotted_over_the_whole_day_where_nothing_is_drawn(ascii_only: bool) -> None:
    *picture, axis = drawn(6, ascii_only=ascii_only)
    sign = "." if ascii_only else REFERENCE
    rows = [at for at, line in enumerate(picture) if any(sign in span.text for span in line)]
    assert rows == [len(picture) - 1], "below all of the path"
    text = "".join(span.text for span in picture[-1])
    # Behind a blank at the left edge; the day has hardly begun, so that most of the line is free.
    assert {at for at, char in enumerate(text[1:]) if char == sign} <= set(range(0, 60, EVERY))
    assert text.count(sign) > 12
    assert all(span.tone is Tone.RULE for span in picture[-1] if sign in span.text)
    assert "09:30" in axis[0].text


@pytest.mark.parametrize(("height", "previous"), [(1, 1000.0), (2, 1000.0), (6, 900.0)])
def test_it_is_left_out_of_a_low_chart_and_where_it_would_flatten_the_path(height: int, previous: float) -> None:
    assert not any(REFERENCE in span.text for line in drawn(height, previous) for span in line)
