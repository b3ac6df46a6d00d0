"""Sends the cells that changed, at the end of the turn of the loop in which they changed.

Textual's way from a changed cell to the terminal is made for screens that are laid out by rules: the widget's task
tells the screen's task, that wakes a timer, the timer asks every widget that can be seen for all its lines, cuts them
along each other and sends what lies in the changed places; then it wakes once more to see that nothing is left. For
the two cells of a price that is a hundred times the work of the cells, and most of what a key and a frame cost.

Our lines know which of their cells changed, and nothing but the box of a dialog lies over them: they are sent as they
are, without what the box covers. All else (a screen that opens or closes, another size, what dialogs show) is painted
by Textual, and of that only what the terminal does not show yet is sent.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual._context import NoActiveAppError
from textual.app import ScreenStackError
from textual.dom import NoScreen
from textual.strip import Strip

from tui_monitor.tui.pen import Pen
from tui_monitor.tui.picture import Part, Picture
from tui_monitor.tui.terminal_output import TerminalWriter
from tui_monitor.tui.textual_private import ShowsBelow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.console import Console
    from textual.app import App
    from textual.geometry import Region
    from textual.screen import Screen
    from textual.widget import Widget

    from tui_monitor.tui.panels.base import PaintedLines

BEHIND = 0.1
"""Seconds between two looks at a terminal that has not taken the last frame."""

_due: dict[Screen[Any], dict[PaintedLines, list[Region]]] = {}
"""What is to be sent of each screen at the end of this turn: places within widgets."""


def paint_soon(widget: PaintedLines, regions: Sequence[Region]) -> None:
    """Send ``regions`` of a widget, each one line high, when this turn of the loop ends."""
    try:
        screen = widget.screen
        running = widget.is_mounted and screen.is_running
    except (NoScreen, ScreenStackError, NoActiveAppError):
        running = False
    if not running:
        widget.refresh(*regions)
        return
    due = _due.get(screen)
    if due is None:
        due = _due[screen] = {}
        asyncio.get_running_loop().call_soon(_paint, screen)
    due.setdefault(widget, []).extend(regions)


def _paint(screen: Screen[Any]) -> None:
    app = screen.app
    if _behind(app):
        # What the terminal cannot take would queue up, and the newest would come last: it gets one frame, the newest.
        asyncio.get_running_loop().call_later(BEHIND, _paint, screen)
        return
    due = _due.pop(screen)
    if not screen.is_running or app._exit:
        return
    with app._context(), screen._context():
        try:
            boxes = _boxes_over(screen)
            if boxes is None or not all(_uncovered(screen, widget) for widget in due):
                for widget, regions in due.items():
                    widget.refresh(*regions)
            elif parts := [rest for part in _parts(screen, due.items()) for rest in _beside(part, boxes)]:
                app._display(screen, Cells(parts))  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - as Textual's own timer does
            app._handle_exception(error)


def _behind(app: App[Any]) -> bool:
    writer = getattr(app._driver, "_writer_thread", None)
    return isinstance(writer, TerminalWriter) and writer.behind


def _boxes_over(screen: Screen[Any]) -> list[Region] | None:
    """Return the boxes that dialogs show over the screen; ``None`` where it has to be painted by Textual.

    That is so where its places are not settled, and under a screen that is no dialog of ours.
    """
    app = screen.app
    stack = app.screen_stack
    if screen not in stack or app._batch_count or app.is_inline or screen._layout_required or screen._scroll_required:
        return None
    boxes: list[Region] = []
    for over in stack[stack.index(screen) + 1 :]:
        if not isinstance(over, ShowsBelow):
            return None
        for widget, (region, clip) in over._compositor.visible_widgets.items():
            box = clip.intersection(region)
            if widget is not over and widget.visible and not any(one.contains_region(box) for one in boxes):
                boxes.append(box)
    return boxes


def _beside(part: Part, boxes: list[Region]) -> list[Part]:
    """Return what of ``part`` no box covers."""
    left = [part]
    for box in boxes:
        if box.y <= part.y < box.bottom:
            left = [rest for one in left for rest in _cut(one, box.x, box.right)]
    return left


def _cut(part: Part, first: int, end: int) -> list[Part]:
    """Return ``part`` without the cells from ``first`` to before ``end``."""
    x, y, strip = part
    right = x + strip.cell_length
    if right <= first or x >= end:
        return [part]
    kept = []
    if x < first:
        kept.append(Part(x, y, strip.crop(0, first - x)))
    if right > end:
        kept.append(Part(end, y, strip.crop(end - x, right - x)))
    return kept


def _uncovered(screen: Screen[Any], widget: PaintedLines) -> bool:
    """Whether the widget is seen in whole, composed for its size, and nothing but what it lies in overlaps it."""
    visible = screen._compositor.visible_widgets
    if widget.uncovered[0] is not visible:
        widget.uncovered = (visible, widget in visible and _on_top(visible, widget))
    return widget.uncovered[1] and visible[widget][0].size == widget.room


def _on_top(visible: Mapping[Widget, tuple[Region, Region]], widget: PaintedLines) -> bool:
    box, clip = visible[widget]
    around = set(widget.ancestors_with_self)
    others = ((region, clip) for other, (region, clip) in visible.items() if other not in around)
    return clip.contains_region(box) and not any(clip.overlaps(box) and region.overlaps(box) for region, clip in others)


def _parts(screen: Screen[Any], due: Iterable[tuple[PaintedLines, list[Region]]]) -> Iterator[Part]:
    """Give column, row and strip of every changed place."""
    visible = screen._compositor.visible_widgets
    for widget, regions in due:
        left, top = visible[widget][0].offset
        for x, y, strip in widget.parts(regions):
            yield Part(left + x, top + y, strip)


class Cells(CompositorUpdate):
    """Pieces of lines and where they belong, as Textual's app takes what it sends."""

    def __init__(self, parts: list[Part]) -> None:
        self.parts = parts

    def render_segments(self, console: Console) -> str:
        """Return what the terminal gets."""
        pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
        sequences: list[str] = []
        for x, y, strip in self.parts:
            sequences.append(Control.move_to(x, y).segment.text)
            sequences.append(pen.write(strip))
        sequences.append(pen.end())
        return "".join(sequences)


class SendsDifferences:
    """Mixed into the app: of what Textual would send, only what the terminal does not show yet is sent."""

    picture: Picture

    def _display(self, screen: Screen[Any], renderable: object) -> None:
        app: App[Any] = self  # type: ignore[assignment]
        if isinstance(renderable, CompositorUpdate) and not app._batch_count:
            parts = self._unseen(renderable)
            if not parts and app._previous_cursor_position == app.screen.outer_size.clamp_offset(app.cursor_position):
                renderable = None
            else:
                renderable = Cells(parts)
        super()._display(screen, renderable)  # type: ignore[misc]

    def _unseen(self, update: CompositorUpdate) -> list[Part]:
        if isinstance(update, Cells):
            # Found to differ by who made it.
            return list(self.picture.sent(update.parts))
        if isinstance(update, ChopsUpdate):
            return list(self.picture.changed(_pieces(update)))
        if isinstance(update, LayoutUpdate):
            return self.picture.whole(update.region.width, [list(line) for line in update.strips])
        raise TypeError(update)


def _pieces(update: ChopsUpdate) -> Iterator[Part]:
    """Give the changed spans of a partial update, each in one piece as far as there is something to paint."""
    for y, x1, x2 in update.spans:
        at = x1
        strips: list[Strip] = []
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if x >= x2 or end <= x1:
                continue
            first, last = max(x, x1), min(end, x2)
            if strip is None or first != at + sum(one.cell_length for one in strips):
                if strips:
                    yield Part(at, y, Strip.join(strips))
                at, strips = (last, []) if strip is None else (first, [])
            if strip is not None:
                strips.append(strip if first == x and last == end else strip.crop(first - x, last - x))
        if strips:
            yield Part(at, y, Strip.join(strips))
