"""What the terminal shows, against a terminal of cells that is only ever told the pieces that are sent."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from tests.unit.styled_lines import line as styled_line
from textual.strip import Strip

from tui_monitor.tui.picture import MAX_OWED, Part, Picture

WIDTH, HEIGHT = 14, 3

Cell = tuple[str, Style | None]


class Terminal:
    """Cells; half of a wide character that is written over leaves a blank in the other half."""

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = [[(" ", None)] * WIDTH for _ in range(HEIGHT)]

    def write(self, parts: list[Part]) -> None:
        for x, y, strip in parts:
            row = self.rows[y]
            at = x
            for text, style, _ in strip:
                for char in text:
                    size = cell_len(char)
                    for place in range(at, at + size):
                        self._clear(row, place)
                    row[at] = (char, style)
                    row[at + 1 : at + size] = [("", style)] * (size - 1)
                    at += size

    def _clear(self, row: list[Cell], at: int) -> None:
        if row[at][0] == "":
            row[at - 1] = (" ", row[at - 1][1])
        elif at + 1 < WIDTH and row[at + 1][0] == "":
            row[at + 1] = (" ", row[at + 1][1])


def strips(width: int) -> st.SearchStrategy[Strip]:
    return styled_line(width).map(lambda segments: Strip(segments, width))


def parts() -> st.SearchStrategy[Part]:
    return st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1)).flatmap(
        lambda at: st.integers(1, WIDTH - at[0]).flatmap(strips).map(lambda strip: Part(at[0], at[1], strip))
    )


WHOLE = st.lists(strips(WIDTH), min_size=HEIGHT, max_size=HEIGHT)
STEPS = st.lists(
    st.tuples(st.just("whole"), WHOLE) | st.tuples(st.sampled_from(["changed", "sent"]), st.lists(parts(), max_size=4)),
    max_size=8,
)


def assert_shows(terminal: Terminal, wanted: Terminal) -> None:
    # The style of a blank that half a character leaves is the terminal's own affair.
    assert [[char for char, _ in row] for row in terminal.rows] == [[char for char, _ in row] for row in wanted.rows]
    for row, other in zip(terminal.rows, wanted.rows, strict=True):
        assert all(one == two for one, two in zip(row, other, strict=True) if one[0].strip())


@settings(max_examples=400)
@given(WHOLE, STEPS)
def test_the_terminal_shows_what_was_wanted(first: list[Strip], steps: list[tuple[str, Sequence[object]]]) -> None:
    picture, terminal, wanted = Picture(), Terminal(), Terminal()
    begin: tuple[str, Sequence[object]] = ("whole", first)
    for kind, given_ in [begin, *steps]:
        if kind == "whole":
            lines = [one for one in given_ if isinstance(one, Strip)]
            terminal.write(picture.whole(WIDTH, [[one] for one in lines]))
            wanted.write([Part(0, y, one) for y, one in enumerate(lines)])
        else:
            pieces = [one for one in given_ if isinstance(one, Part)]
            terminal.write(list(picture.changed(pieces) if kind == "changed" else picture.sent(pieces)))
            wanted.write(pieces)
        assert_shows(terminal, wanted)


def line(text: str) -> list[Strip]:
    return [Strip([Segment(text, None)], cell_len(text))]


def test_what_is_shown_already_is_not_sent() -> None:
    picture = Picture()
    assert len(picture.whole(6, [line("abcdef"), line("ghijkl")])) == 2
    assert picture.whole(6, [line("abcdef"), line("ghijkl")]) == []
    assert [(x, y, one.text) for x, y, one in picture.whole(6, [line("abXdef"), line("ghijkl")])] == [(2, 0, "X")]
    assert list(picture.changed([Part(1, 1, line("hij")[0])])) == []
    assert [one.strip.text for one in picture.changed([Part(1, 1, line("hiY")[0])])] == ["Y"]
    assert [one.strip.text for one in picture.sent([Part(0, 0, line("Z")[0])])] == ["Z"]
    assert picture.whole(6, [line("ZbXdef"), line("ghiYkl")]) == []


def test_another_size_and_what_is_forgotten_are_sent_in_whole() -> None:
    picture = Picture()
    picture.whole(6, [line("abcdef")])
    assert len(picture.whole(5, [line("abcde")])) == 1
    assert len(picture.whole(5, [line("abcde"), line("abcde")])) == 2
    picture.forget()
    assert len(picture.whole(5, [line("abcde"), line("abcde")])) == 2
    picture.forget()
    assert [one.strip.text for one in picture.changed([Part(0, 0, line("ab")[0])])] == ["ab"]


@settings(max_examples=60)
@given(WHOLE, st.lists(parts(), min_size=MAX_OWED, max_size=3 * MAX_OWED))
def test_many_pieces_are_as_good_as_few(first: list[Strip], pieces: list[Part]) -> None:
    picture, terminal, wanted = Picture(), Terminal(), Terminal()
    everything = [Part(0, y, one) for y, one in enumerate(first)]
    wanted.write([*everything, *pieces])
    terminal.write(picture.whole(WIDTH, [[one] for one in first]))
    terminal.write(list(picture.sent(pieces)))
    assert_shows(terminal, wanted)
    # What it believes is what is there: the whole screen anew sends nothing where it knows better.
    lines = [Strip(picture._line(y), WIDTH) for y in range(HEIGHT)]
    believed = Terminal()
    believed.write([Part(0, y, one) for y, one in enumerate(lines)])
    assert_shows(believed, wanted)


def test_what_is_noted_does_not_pile_up() -> None:
    picture = Picture()
    picture.whole(6, [line("abcdef")])
    for number in range(10 * MAX_OWED):
        list(picture.sent([Part(3, 0, line(str(number % 10))[0])]))
        assert len(picture._owed[0]) <= MAX_OWED
    assert picture.whole(6, [line("abc9ef")]) == []
