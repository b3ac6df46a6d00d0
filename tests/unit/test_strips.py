from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from tests.unit.styled_lines import STYLES, line

from tui_monitor.tui.strips import changed_spans


def cells_of(segments: list[Segment]) -> list[tuple[str, Style | None]]:
    out: list[tuple[str, Style | None]] = []
    for text, style, _ in segments:
        for char in text:
            out.append((char, style))
            out.extend([("", style)] * (cell_len(char) - 1))
    return out


def alike(old: list[Segment], chance: Random) -> list[Segment]:
    """Return a line that is cut as ``old``: some characters are others as wide, some styles are others."""
    others = str.maketrans({"a": "b", "1": "│", "騰": "訊", " ": "1"})
    return [
        Segment(
            "".join(char.translate(others) if chance.random() < 0.2 else char for char in one.text),
            chance.choice(STYLES) if chance.random() < 0.1 else one.style,
        )
        for one in old
    ]


PAIRS = st.integers(1, 24).flatmap(lambda width: st.tuples(line(width), line(width))) | st.integers(1, 90).flatmap(
    lambda width: st.tuples(line(width), st.randoms(use_true_random=False)).map(
        lambda given: (given[0], alike(given[0], given[1]))
    )
)


@settings(max_examples=800)
@given(PAIRS)
def test_what_lies_outside_the_spans_is_equal_and_no_wide_character_is_cut(pair: tuple[list[Segment], ...]) -> None:
    old, new = (cells_of(one) for one in pair)
    spans = changed_spans(*pair)
    sent = {x for start, length in spans for x in range(start, start + length)}
    assert all(0 <= x < len(new) for x in sent)
    for x, (before, after) in enumerate(zip(old, new, strict=True)):
        if x not in sent:
            assert before == after
    for cells in (old, new):
        for start, length in spans:
            assert cells[start][0] != ""
            assert start + length == len(cells) or cells[start + length][0] != ""
    assert (spans == []) == (old == new)


def test_equal_ends_of_a_line_are_not_sent() -> None:
    red = Style(color="red")
    old = [Segment("│", red), Segment("騰訊 ", None), Segment("661.5", red), Segment("  ", None), Segment("│", red)]
    new = [Segment("│", red), Segment("騰訊 ", None), Segment("662.5", red), Segment("  ", None), Segment("│", red)]
    assert changed_spans(old, new) == [(8, 1)]


def test_near_places_of_two_segments_are_one() -> None:
    red = Style(color="red")
    old = [Segment("ab12", None), Segment("  34", red), Segment("z" * 20, None), Segment("5", red)]
    new = [Segment("ab13", None), Segment("  44", red), Segment("z" * 20, None), Segment("6", red)]
    assert changed_spans(old, new) == [(3, 4), (28, 1)]


def test_a_mark_over_the_segment_before_is_seen() -> None:
    old = [Segment("e", None), Segment("\u0301b", Style(bold=True)), Segment("c", None)]
    new = [Segment("f", None), Segment("\u0301b", Style(bold=True)), Segment("d", None)]
    assert changed_spans(old, new) == [(0, 3)]
    assert changed_spans(old, [old[0], Segment("\u0300b", Style(bold=True)), old[2]]) == [(0, 1)]
