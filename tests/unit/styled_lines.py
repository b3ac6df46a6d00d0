"""Invented lines of a few styles with wide characters, of an exact width."""

from __future__ import annotations

from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

STYLES = (None, Style(color="red"), Style(bold=True), Style(color="green", bgcolor="black"))


def line(width: int) -> st.SearchStrategy[list[Segment]]:
    """Lines of exactly ``width`` cells, with wide characters, in pieces of a few styles."""

    def built(parts: list[tuple[str, int]]) -> list[Segment]:
        out: list[Segment] = []
        room = width
        for text, style in parts:
            kept = ""
            for char in text:
                if cell_len(kept + char) <= room:
                    kept += char
            room -= cell_len(kept)
            if kept:
                out.append(Segment(kept, STYLES[style]))
        if room:
            out.append(Segment(" " * room, None))
        return out

    return st.lists(st.tuples(st.text("ab1 騰訊│", max_size=8), st.integers(0, 3)), max_size=8).map(built)
