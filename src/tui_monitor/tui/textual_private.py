"""What touches private names of Textual (pinned exactly in pyproject.toml), each with its reason.

The other place that does is ``textual_paint``, which sends what changed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.color import ColorSystem
from rich.control import Control
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import _compositor, _styles_cache
from textual._context import visible_screen_stack
from textual.color import Color
from textual.drivers import linux_driver
from textual.strip import Strip
from textual.style import Style

from tui_monitor.tui.pen import Pen
from tui_monitor.tui.terminal_output import TerminalWriter

if TYPE_CHECKING:
    from rich.console import Console
    from textual.app import App
    from textual.geometry import Region
    from textual.screen import Screen


def _render_segments(self: _compositor.ChopsUpdate, console: Console) -> str:
    """Send each changed span from its first changed cell on, and of each style what differs from the one before.

    Textual crops a span at its end only: everything between the widget's left edge and the first changed cell is
    sent again. For a number at the right end of a row that is five times the cell itself.
    """
    pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
    sequences: list[str] = []
    for y, x1, x2 in self.spans:
        for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
            if strip is None or x >= x2 or end <= x1:
                continue
            first, last = max(x, x1), min(end, x2)
            part = strip if first == x and last == end else strip.crop(first - x, last - x)
            sequences.append(Control.move_to(first, y).segment.text)
            sequences.append(pen.write(part))
    sequences.append(pen.end())
    return "".join(sequences)


def _render_layout(self: _compositor.LayoutUpdate, console: Console) -> str:
    """Send a whole region in the same way: what a screen that opens takes."""
    pen = Pen(console._color_system or ColorSystem.TRUECOLOR)
    sequences: list[str] = []
    for y, line in enumerate(self.strips, self.region.y):
        sequences.append(Control.move_to(self.region.x, y).segment.text)
        sequences.extend(pen.write(strip) for strip in line)
    sequences.append(pen.end())
    return "".join(sequences)


@lru_cache(64)
def _backgrounds(base: Color, background: Color) -> tuple[Style, Style]:
    return Style(background=base + background), Style(background=base)


def _get_inner_outer(
    self: _styles_cache.StylesCache,  # noqa: ARG001 - Textual's signature
    base_background: Color,
    background: Color,
) -> tuple[Style, Style]:
    """Return the styles within and around a border.

    Textual keeps its answers with the cache that asked: a thousand closed widgets stay in memory, each with all the
    lines that it had rendered. A day of opening and closing dialogs took 20 MB.
    """
    return _backgrounds(base_background, background)


@lru_cache(2048)
def _dimmed(style: RichStyle, ground: Color) -> RichStyle:
    if ground.a == 0:
        return style.clear_meta_and_links()
    return style.clear_meta_and_links() + RichStyle.from_color(
        None if style.color is None else (Color.from_rich_color(style.color) + ground).rich_color,
        None if style.bgcolor is None else (Color.from_rich_color(style.bgcolor) + ground).rich_color,
    )


class DimsBelow:
    """Mixed into a modal screen: shows what lies below it, under its own translucent ground.

    Textual renders the screen below by Rich's console and mixes the colours of each segment anew, five times while a
    dialog opens: half of the time until it was seen.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of the screen below, dimmed."""
        screen: Screen[Any] = self  # type: ignore[assignment]
        ground = screen.styles.background
        below = visible_screen_stack.get([])
        if not below or below[-1] is screen or ground.a == 1:
            return super().render_lines(crop)  # type: ignore[misc, no-any-return]
        filters, blank = screen.get_line_filters(), screen.visual_style.rich_style
        known = below.pop()._compositor.render_strips()
        lines: list[Strip] = []
        for y in crop.line_range:
            # After a change of size the screen below may be laid out later than this one.
            line = known[y].crop(crop.x, crop.right) if y < len(known) else Strip.blank(crop.width, blank)
            strip = Strip([Segment(text, _dimmed(style or RichStyle.null(), ground)) for text, style, _ in line])
            for one in filters:
                strip = strip.apply_filter(one, ground)
            lines.append(strip.adjust_cell_length(crop.width, blank))
        return lines


class QuietEnd:
    """Mixed into the app: a defect ends it without Textual's own report.

    That one is written over the terminal, with the values of all variables in it, and the one who started the app
    does not hear of it.
    """

    def _fatal_error(self) -> None:
        self._close_messages_no_wait()  # type: ignore[attr-defined]


def crash_of(app: App[Any]) -> Exception | None:
    """Return what ended the app, ``None`` if it ended by itself."""
    return app._exception


def write_terminal(app: App[Any], text: str) -> None:
    """Write a sequence that moves no cursor, such as the bell: Textual offers that for nothing but the bell."""
    driver = app._driver
    if driver is not None and not app.is_headless:
        driver.write(text)
        driver.flush()


def install() -> None:
    """Put our versions in the place of Textual's."""
    vars(linux_driver)["WriterThread"] = TerminalWriter
    _compositor.ChopsUpdate.render_segments = _render_segments  # type: ignore[method-assign]
    _compositor.LayoutUpdate.render_segments = _render_layout  # type: ignore[method-assign]
    _styles_cache.StylesCache.get_inner_outer = _get_inner_outer  # type: ignore[assignment]
