"""The one place that touches private names of Textual (pinned exactly in pyproject.toml), each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.control import Control
from textual import _compositor

if TYPE_CHECKING:
    from rich.console import Console


def _render_segments(self: _compositor.ChopsUpdate, console: Console) -> str:
    """Send each changed span from its first changed cell on.

    Textual crops a span at its end only: everything between the widget's left edge and the first changed cell is
    sent again. For a number at the right end of a row that is five times the cell itself.
    """
    sequences: list[str] = []
    for y, x1, x2 in self.spans:
        for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
            if strip is None or x >= x2 or end <= x1:
                continue
            first, last = max(x, x1), min(end, x2)
            part = strip if first == x and last == end else strip.crop(first - x, last - x)
            sequences.append(Control.move_to(first, y).segment.text)
            sequences.append(part.render(console))
    return "".join(sequences)


def install() -> None:
    """Put our versions in the place of Textual's."""
    _compositor.ChopsUpdate.render_segments = _render_segments  # type: ignore[method-assign]
