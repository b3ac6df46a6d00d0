"""From spans and cells to strips: cropping and padding in terminal cells, so that Chinese lines up."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from tui_monitor.present.rows import Align


def fit(text: str, width: int, align: Align = Align.LEFT, ellipsis: str = "…") -> str:
    """Return ``text`` in exactly ``width`` terminal cells: padded, or cropped with an ellipsis.

    A number that does not fit is replaced by a row of ``#``: a cropped number would be a wrong one.
    """
    if width <= 0:
        return ""
    size = len(text) if text.isascii() else cell_len(text)
    if size == width:
        return text
    if size < width:
        pad = " " * (width - size)
        return text + pad if align is Align.LEFT else pad + text
    if align is Align.RIGHT and any(char.isdigit() for char in text):
        return "#" * width
    if width == 1:
        return ellipsis if len(ellipsis) == 1 else " "
    return set_cell_size(set_cell_size(text, width - 1).rstrip() + ellipsis, width)


def width_of(text: str) -> int:
    """Return the terminal cells that ``text`` takes."""
    return len(text) if text.isascii() else cell_len(text)


def changed_spans(old: list[Segment], new: list[Segment]) -> list[tuple[int, int]]:
    """Return (first cell, cells) of each place in which two lines differ; near neighbours are joined.

    The comparison is by text and style in steps of one cell; wide characters are never cut in half. Joining
    saves the cursor move between two places where that is longer than the cells between them.
    """
    skipped = 0
    while skipped < len(old) and skipped < len(new) and old[skipped] == new[skipped]:
        skipped += 1
    if skipped == len(old) == len(new):
        return []
    end = 0
    while end < min(len(old), len(new)) - skipped and old[-1 - end] == new[-1 - end]:
        end += 1
    # Taking segments apart is the dear part: what is equal at both ends of the line stays whole.
    begin = sum(width_of(one.text) for one in old[:skipped])
    first = _explode(old[skipped : len(old) - end])
    second = _explode(new[skipped : len(new) - end])
    if len(first) != len(second):
        return [(0, begin + max(len(first), len(second)) + sum(width_of(one.text) for one in old[len(old) - end :]))]
    spans: list[tuple[int, int]] = []
    for x, (before, after) in enumerate(zip(first, second, strict=True)):
        if before == after:
            continue
        if spans and x - (spans[-1][0] + spans[-1][1]) <= _JOIN:
            spans[-1] = (spans[-1][0], x - spans[-1][0] + 1)
        else:
            spans.append((x, 1))
    widened = (_widen(first, second, start, length) for start, length in spans)
    return [(begin + start, length) for start, length in widened]


_JOIN = 6
"""Unchanged cells between two changed places that are cheaper to send than to jump over."""


def _widen(
    first: list[tuple[str, Style | None]], second: list[tuple[str, Style | None]], start: int, length: int
) -> tuple[int, int]:
    """Grow a span so that it begins and ends between characters in both lines."""
    end = start + length
    for cells in (first, second):
        while start > 0 and cells[start][0] == _TAIL:
            start -= 1
        while end < len(cells) and cells[end][0] == _TAIL:
            end += 1
    return start, end - start


_TAIL = ""
"""Stands in the second cell of a wide character."""


def _explode(segments: list[Segment]) -> list[tuple[str, Style | None]]:
    cells: list[tuple[str, Style | None]] = []
    for text, style, _control in segments:
        if text.isascii():
            cells.extend([(char, style) for char in text])
            continue
        for char in text:
            size = cell_len(char)
            if size == 0 and cells:
                # A combining mark belongs to the cell before it.
                cells[-1] = (cells[-1][0] + char, style)
                continue
            cells.append((char, style))
            cells.extend([(_TAIL, style)] * (size - 1))
    return cells
