"""Sends the cells that changed, at the end of the turn of the loop in which they changed.

Textual's way from a changed cell to the terminal is made for screens that are laid out by rules: the widget's task
tells the screen's task, that wakes a timer, the timer asks every widget that can be seen for all its lines, cuts them
along each other and sends what lies in the changed places; then it wakes once more to see that nothing is left. For
the two cells of a price that is a hundred times the work of the cells, and most of what a key and a frame cost.

Our lines know which of their cells changed, and nothing lies over them: they are sent as they are. Where something
does, a dialog or another size, Textual's own way is taken.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from rich.color import ColorSystem
from rich.control import Control
from textual._compositor import CompositorUpdate
from textual._context import NoActiveAppError
from textual.app import ScreenStackError
from textual.dom import NoScreen

from tui_monitor.tui.pen import Pen
from tui_monitor.tui.terminal_output import TerminalWriter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console
    from textual.app import App
    from textual.geometry import Region
    from textual.screen import Screen
    from textual.strip import Strip

    from tui_monitor.tui.panels.base import PaintedLines

BEHIND = 0.1
"""Seconds between two looks at a terminal that has not taken the last frame."""

_due: WeakKeyDictionary[Screen[Any], dict[PaintedLines, list[Region]]] = WeakKeyDictionary()
"""What is to be sent of each screen at the end of this turn: places within widgets."""

_alone: WeakKeyDictionary[Screen[Any], tuple[object, dict[PaintedLines, bool]]] = WeakKeyDictionary()
"""Of each screen, for the arrangement that it was found out for, whether nothing lies over a widget."""


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
            if not _plain(screen) or not all(_uncovered(screen, widget) for widget in due):
                for widget, regions in due.items():
                    widget.refresh(*regions)
            else:
                app._display(screen, _Cells(_parts(screen, due.items())))  # type: ignore[arg-type]
        except Exception as error:  # noqa: BLE001 - as Textual's own timer does
            app._handle_exception(error)


def _behind(app: App[Any]) -> bool:
    writer = getattr(app._driver, "_writer_thread", None)
    return isinstance(writer, TerminalWriter) and writer.behind


def _plain(screen: Screen[Any]) -> bool:
    """Whether the screen is the one that is seen, and where everything is on it is settled."""
    app = screen.app
    return (
        app.screen is screen
        and not app._batch_count
        and not app.is_inline
        and not screen._layout_required
        and not screen._scroll_required
    )


def _uncovered(screen: Screen[Any], widget: PaintedLines) -> bool:
    """Whether the widget is seen in whole, composed for its size, and nothing but what it lies in overlaps it."""
    visible = screen._compositor.visible_widgets
    arranged, known = _alone.get(screen, (None, {}))
    if arranged is not visible:
        known = {}
        _alone[screen] = (visible, known)
    if widget not in known:
        own = visible.get(widget)
        around = set(widget.ancestors_with_self)
        known[widget] = (
            own is not None
            and own[1].contains_region(own[0])
            and not any(
                other not in around and clip.overlaps(own[0]) and region.overlaps(own[0])
                for other, (region, clip) in visible.items()
            )
        )
    return known[widget] and visible[widget][0].size == widget.room


def _parts(screen: Screen[Any], due: Iterable[tuple[PaintedLines, list[Region]]]) -> Iterator[tuple[int, int, Strip]]:
    """Give column, row and strip of every changed place."""
    visible = screen._compositor.visible_widgets
    for widget, regions in due:
        left, top = visible[widget][0].offset
        for x, y, strip in widget.parts(regions):
            yield left + x, top + y, strip


class _Cells(CompositorUpdate):
    """Strips and where they belong, as Textual's app takes what it sends."""

    def __init__(self, parts: Iterable[tuple[int, int, Strip]]) -> None:
        self._parts = parts

    def render_segments(self, console: Console) -> str:
        """Return what the terminal gets."""
        pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
        sequences: list[str] = []
        for x, y, strip in self._parts:
            sequences.append(Control.move_to(x, y).segment.text)
            sequences.append(pen.write(strip))
        sequences.append(pen.end())
        return "".join(sequences)
