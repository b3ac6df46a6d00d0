"""The pen: a screen that is drawn with it looks as if each segment had brought its whole style."""

from __future__ import annotations

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_monitor.tui.pen import PLAIN, Pen

COLOURS = st.sampled_from([None, "default", "red", "bright_blue", "color(120)", "#c9d1d9", "#0f1419"])
STYLES = st.none() | st.builds(
    Style,
    color=COLOURS,
    bgcolor=COLOURS,
    bold=st.sampled_from([None, True, False]),
    italic=st.booleans(),
    underline=st.booleans(),
    reverse=st.booleans(),
    strike=st.booleans(),
)
LINES = st.lists(st.lists(st.builds(Segment, st.text("ab 12▲", max_size=4), STYLES), max_size=6), max_size=5)


def _screen(text: str) -> list[list[pyte.screens.Char]]:
    screen = pyte.Screen(40, 6)
    pyte.Stream(screen).feed(text)
    return [[screen.buffer[y][x] for x in range(40)] for y in range(6)]


@settings(max_examples=150, deadline=None)
@given(LINES, st.sampled_from([ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT, ColorSystem.STANDARD]))
def test_the_screen_is_that_of_whole_styles(lines: list[list[Segment]], system: ColorSystem) -> None:
    """What is saved is never seen, at any depth of colour, and the next write finds the terminal's own style."""
    pen = Pen(system)
    short = "".join(f"\x1b[{y};1H{pen.write(line)}" for y, line in enumerate(lines, start=1)) + pen.end() + "\x1b[6;1H."
    whole = "".join(
        f"\x1b[{y};1H{''.join(_whole(one, system) for one in line)}" for y, line in enumerate(lines, start=1)
    )
    assert _screen(short) == _screen(whole + "\x1b[6;1H.")


def _whole(segment: Segment, system: ColorSystem) -> str:
    text, style, _ = segment
    # Not ``render_style``: a style keeps the codes of the first depth of colour that it was drawn in.
    codes = "" if style is None else Strip.render_ansi(style, system)
    return f"\x1b[{codes}m{text}\x1b[0m" if codes else text


def test_neighbours_share_what_they_have_in_common() -> None:
    pen = Pen(ColorSystem.TRUECOLOR)
    first = pen.write([Segment("a", Style.parse("#010203 on #040506"))])
    second = pen.write(
        [Segment("b", Style.parse("#070809 on #040506")), Segment("c", Style.parse("#070809 on #040506"))]
    )
    assert first == "\x1b[38;2;1;2;3;48;2;4;5;6ma"
    assert second == "\x1b[38;2;7;8;9mbc"
    assert (pen.end(), pen.end()) == (PLAIN, "")


@pytest.mark.parametrize("style", ["bold red", "dim"])
def test_an_attribute_ends_with_its_segment(style: str) -> None:
    pen = Pen(ColorSystem.STANDARD)
    pen.write([Segment("a", Style.parse(style))])
    assert pen.write([Segment("b", Style.parse("red"))]) == "\x1b[0;31mb"
    assert pen.write([Segment("c")]) == "\x1b[0mc"


def test_a_link_is_closed_behind_its_text() -> None:
    style = Style.parse("red link http://example.com")
    written = Pen(ColorSystem.STANDARD).write([Segment("a", style)])
    assert written == f"\x1b[31m\x1b]8;id={style._link_id};http://example.com\x1b\\a\x1b]8;;\x1b\\"
