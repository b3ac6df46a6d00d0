"""What the terminal shows, as far as it was sent: what is on it already is not sent again.

A dialog that opens or closes, another layout and every cell that moves beside a dialog make Textual paint whole
screens: seventy kilobytes to show a box, thirty a second while it was open. Of all that only what differs is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_monitor.tui.strips import changed_spans, size_of

MAX_OWED = 64
"""Pieces of a line that are kept beside it before they are put into it."""


class Part(NamedTuple):
    """A piece of a line and the cell in which it begins."""

    x: int
    y: int
    strip: Strip


class Picture:
    """The lines of a terminal. Without one (at the start, after a change of size) everything is sent."""

    def __init__(self) -> None:
        self._width = 0
        self._lines: list[list[Segment]] = []
        self._owed: list[list[tuple[int, Strip]]] = []
        """Pieces of each line that were sent since it was put together: a frame only notes what it sends."""

    @property
    def known(self) -> bool:
        """Whether it is known what the terminal shows."""
        return bool(self._lines)

    def forget(self) -> None:
        """Know nothing: the terminal may show something else."""
        self._lines, self._owed = [], []

    def sent(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Note ``parts`` as they pass by."""
        for part in parts:
            if part.y < len(self._owed):
                owed = self._owed[part.y]
                owed.append((part.x, part.strip))
                if len(owed) > MAX_OWED:
                    # Mostly the same few cells again and again: only the last of them counts.
                    owed[:] = _seen(owed)
                    if len(owed) > MAX_OWED // 2:
                        self._line(part.y)
            yield part

    def whole(self, width: int, lines: Sequence[Sequence[Strip]]) -> list[Part]:
        """Return what has to be sent so that the terminal shows ``lines``, each ``width`` cells."""
        joined = [_merged(segment for strip in line for segment in strip) for line in lines]
        known = (width, len(joined)) == (self._width, len(self._lines))
        parts: list[Part] = []
        for y, line in enumerate(joined):
            spans = changed_spans(self._line(y), line) if known else [(0, width)]
            strip = Strip(line, width)
            parts.extend(Part(x, y, strip.crop(x, x + size)) for x, size in spans)
        self._width, self._lines = width, joined
        self._owed = [[] for _ in joined]
        return parts

    def changed(self, parts: Iterable[Part]) -> Iterator[Part]:
        """Give what of ``parts`` the terminal does not show yet, and note it."""
        return self.sent(
            piece for part in parts for piece in (self._differing(part) if part.y < len(self._lines) else (part,))
        )

    def _differing(self, part: Part) -> list[Part]:
        """Return the pieces of ``part`` that differ from what is shown in its place."""
        line, width = Strip(self._line(part.y), self._width), part.strip.cell_length
        if _halves(line, part.x) or _halves(line, part.x + width):
            # The other half goes with what is written over one.
            return [part]
        shown, wanted = line.crop(part.x, part.x + width), Strip(_merged(part.strip), width)
        spans = changed_spans(list(shown), list(wanted))
        return [Part(part.x + x, part.y, wanted.crop(x, x + size)) for x, size in spans]

    def _line(self, y: int) -> list[Segment]:
        """Return a line with all that was sent of it."""
        owed = self._owed[y]
        if owed:
            line = Strip(self._lines[y], self._width)
            for x, strip in _seen(owed):
                # Half of a wide character that is written over is blank then, as it is in the terminal.
                line = Strip.join([line.crop(0, x), strip, line.crop(x + strip.cell_length, self._width)])
            self._lines[y] = _merged(line)
            owed.clear()
        return self._lines[y]


def _merged(segments: Iterable[Segment]) -> list[Segment]:
    """Return a line as few segments: two lines that look the same are cut the same."""
    out: list[Segment] = []
    texts: list[str] = []
    ink: Style | None = None
    for text, style, _ in segments:
        if style is ink or style == ink:
            texts.append(text)
            continue
        if texts:
            out.append(Segment("".join(texts), ink))
        texts, ink = [text], style
    if texts:
        out.append(Segment("".join(texts), ink))
    return out


def _seen(pieces: list[tuple[int, Strip]]) -> list[tuple[int, Strip]]:
    """Return those pieces of a line that later ones do not cover in whole, in their order."""
    kept: list[tuple[int, Strip]] = []
    covered = 0
    for x, strip in reversed(pieces):
        cells = ((1 << strip.cell_length) - 1) << x
        if cells & ~covered:
            kept.append((x, strip))
            covered |= cells
    kept.reverse()
    return kept


def _halves(line: Strip, x: int) -> bool:
    """Whether the cell ``x`` is the second one of a wide character."""
    text = line.text
    if line.cell_length == len(text):
        return False
    at = 0
    for char in text:
        if at >= x:
            break
        at += size_of(char)
    return at > x
