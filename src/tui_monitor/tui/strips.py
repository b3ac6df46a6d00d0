"""From spans and cells to strips: cropping and padding in terminal cells, so that Chinese lines up."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

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
    while skipped and (_begins_with_mark(old, skipped) or _begins_with_mark(new, skipped)):
        skipped -= 1
    end = 0
    while end < min(len(old), len(new)) - skipped and old[-1 - end] == new[-1 - end]:
        end += 1
    # Taking segments apart is the dear part: what is equal stays whole.
    begin = sum(width_of(one.text) for one in old[:skipped])
    before, after = old[skipped : len(old) - end], new[skipped : len(new) - end]
    spans: list[tuple[int, int]] = []
    for x, first, second in _differing(before, after):
        if len(first) != len(second):
            rest = sum(width_of(one.text) for one in old[len(old) - end :])
            return [(0, begin + max(len(first), len(second)) + rest)]
        for start, length in _spans(first, second):
            at = begin + x + start
            if spans and at - sum(spans[-1]) <= _JOIN:
                spans[-1] = (spans[-1][0], at + length - spans[-1][0])
            else:
                spans.append((at, length))
    return spans


def _begins_with_mark(line: list[Segment], at: int) -> bool:
    """Whether a segment begins with a combining mark, which is in the cell of the segment before."""
    first = line[at].text[:1] if at < len(line) else ""
    return not first.isascii() and cell_len(first) == 0


_Cells = list[tuple[str, Style | None]]
"""A line as characters and styles by cell."""


def _differing(old: list[Segment], new: list[Segment]) -> list[tuple[int, _Cells, _Cells]]:
    """Return the first cell and the cells of what differs: by segments where both lines are cut alike, else at once."""
    widths = [width_of(one.text) for one in old]
    pieces: list[tuple[int, _Cells, _Cells]] = []
    alike = len(old) == len(new) and widths == [width_of(one.text) for one in new]
    x = 0
    for width, one, other in zip(widths, old, new, strict=False) if alike else ():
        if one != other:
            first, second = _explode([one]), _explode([other])
            # A segment that begins with a combining mark has it in the cell before.
            alike = alike and len(first) == len(second) == width
            pieces.append((x, first, second))
        x += width
    return pieces if alike else [(0, _explode(old), _explode(new))]


def _spans(first: _Cells, second: _Cells) -> Iterator[tuple[int, int]]:
    """Give first cell and number of cells of each place in which cells differ, whole characters in both."""
    start = end = -1
    for x, (before, after) in enumerate(zip(first, second, strict=True)):
        if before == after:
            continue
        if start >= 0 and x - end > _JOIN:
            yield _widen(first, second, start, end - start)
            start = x
        elif start < 0:
            start = x
        end = x + 1
    if start >= 0:
        yield _widen(first, second, start, end - start)


_JOIN = 6
"""Unchanged cells between two changed places that are cheaper to send than to jump over."""


def _widen(first: _Cells, second: _Cells, start: int, length: int) -> tuple[int, int]:
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


size_of = lru_cache(2048)(cell_len)
"""The cells of one character; charts and Chinese are asked for character by character."""


def _explode(segments: list[Segment]) -> _Cells:
    cells: _Cells = []
    for text, style, _control in segments:
        if text.isascii():
            cells.extend([(char, style) for char in text])
            continue
        for char in text:
            size = size_of(char)
            if size == 0 and cells:
                # A combining mark belongs to the cell before it.
                cells[-1] = (cells[-1][0] + char, style)
                continue
            cells.append((char, style))
            cells.extend([(_TAIL, style)] * (size - 1))
    return cells
