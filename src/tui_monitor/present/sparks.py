"""Small pictures of series: block sparks and braille lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.present.glyphs import Glyphs

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""Bits of a braille cell, top to bottom, left and right."""


def resample(values: Sequence[float], count: int) -> list[float]:
    """Return ``count`` values spread evenly over ``values``, the last one kept; fewer when there are fewer."""
    if count <= 0 or not values:
        return []
    if len(values) <= count:
        return list(values)
    step = (len(values) - 1) / max(1, count - 1)
    return [values[round(i * step)] for i in range(count)]


def spark(values: Sequence[float], width: int, glyphs: Glyphs) -> str:
    """Return one line of blocks for ``values``; a flat series is drawn in the middle."""
    taken = resample(values, width)
    if not taken:
        return ""
    low, high = min(taken), max(taken)
    steps = glyphs.blocks
    if high <= low:
        return steps[len(steps) // 2 - 1] * len(taken)
    return "".join(steps[min(len(steps) - 1, int((v - low) / (high - low) * len(steps)))] for v in taken)


def line_chart(
    values: Sequence[float | None], width: int, height: int, glyphs: Glyphs, *, reference: float | None = None
) -> list[str]:
    """Return ``height`` lines of ``width`` cells that draw ``values`` from left to right.

    ``None`` leaves a gap (time that has not come yet, a break). ``reference`` (the previous close) widens the
    range so that the line's place against it is true. Braille has 2 x 4 dots a cell, ASCII one sign a cell.
    """
    if not any(value is not None for value in values) or width <= 0 or height <= 0:
        return [" " * max(0, width)] * max(0, height)
    low, high = _range(values, reference)
    return _braille(values, width, height, low, high) if glyphs.braille else _plain(values, width, height, low, high)


def row_of(reference: float, values: Sequence[float | None], height: int, glyphs: Glyphs) -> int:
    """Return the line, from the top, at which ``line_chart`` of ``values`` with this ``reference`` has it."""
    low, high = _range(values, reference)
    steps = height * 4 if glyphs.braille else height
    return (steps - 1 - round((reference - low) / (high - low) * (steps - 1))) // (steps // height)


def _range(values: Sequence[float | None], reference: float | None) -> tuple[float, float]:
    """Return the lowest and the highest value that is drawn, never the same."""
    known = [*(value for value in values if value is not None), *([] if reference is None else [reference])]
    low, high = min(known), max(known)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _columns(values: Sequence[float | None], count: int) -> list[float | None]:
    if len(values) <= count:
        # Too few points for the room: hold each until the next, so that the line has no holes of its own.
        return [values[i * len(values) // count] for i in range(count)]
    picked: list[float | None] = []
    for i in range(count):
        start, end = i * len(values) // count, max(i * len(values) // count + 1, (i + 1) * len(values) // count)
        chunk = [value for value in values[start:end] if value is not None]
        picked.append(chunk[-1] if chunk else None)
    return picked


def _braille(values: Sequence[float | None], width: int, height: int, low: float, high: float) -> list[str]:
    rows = height * 4
    cells = [[0] * width for _ in range(height)]
    previous: int | None = None
    for x, value in enumerate(_columns(values, width * 2)):
        if value is None:
            previous = None
            continue
        y = rows - 1 - round((value - low) / (high - low) * (rows - 1))
        first, last = (y, y) if previous is None else (min(y, previous), max(y, previous))
        # Join to the neighbour, but not to its own dot: a steep move stays one dot wide.
        if previous is not None and first != last:
            first, last = (first + 1, last) if previous < y else (first, last - 1)
        for dot in range(first, last + 1):
            cells[dot // 4][x // 2] |= _DOTS[dot % 4][x % 2]
        previous = y
    return ["".join(chr(0x2800 + bits) if bits else " " for bits in line) for line in cells]


def _plain(values: Sequence[float | None], width: int, height: int, low: float, high: float) -> list[str]:
    lines = [[" "] * width for _ in range(height)]
    for x, value in enumerate(_columns(values, width)):
        if value is not None:
            y = height - 1 - round((value - low) / (high - low) * (height - 1))
            lines[y][x] = "*"
    return ["".join(line) for line in lines]


def range_bar(low: float | None, high: float | None, last: float | None, width: int, glyphs: Glyphs) -> str:
    """Return a bar of ``width`` cells with a mark where ``last`` stands between ``low`` and ``high``."""
    if low is None or high is None or last is None or width < 3:
        return ""
    if high <= low:
        return glyphs.bar_empty * (width // 2) + glyphs.bar_mark + glyphs.bar_empty * (width - width // 2 - 1)
    place = round(min(1.0, max(0.0, (last - low) / (high - low))) * (width - 1))
    return glyphs.bar_empty * place + glyphs.bar_mark + glyphs.bar_empty * (width - place - 1)
