"""What touches private names of Textual (pinned exactly in pyproject.toml), each with its reason.

The other place that does is ``textual_paint``, which sends what changed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from textual import _styles_cache
from textual._context import visible_screen_stack
from textual.drivers import linux_driver
from textual.strip import Strip
from textual.style import Style

from tui_monitor.tui.terminal_output import TerminalWriter

if TYPE_CHECKING:
    from textual.app import App
    from textual.color import Color
    from textual.geometry import Region
    from textual.screen import Screen


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


class ShowsBelow:
    """Mixed into a modal screen without a ground of its own: shows what lies below as it is.

    Textual renders the screen below by Rich's console each time. Nothing is dimmed: that would send every cell of the
    terminal when a dialog opens and again when it closes.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the lines of the screen below."""
        screen: Screen[Any] = self  # type: ignore[assignment]
        below = visible_screen_stack.get([])
        if not below or below[-1] is screen:
            return super().render_lines(crop)  # type: ignore[misc, no-any-return]
        blank = screen.visual_style.rich_style
        known = below.pop()._compositor.render_strips()
        # After a change of size the screen below may be laid out later than this one.
        lines = (known[y].crop(crop.x, crop.right) if y < len(known) else Strip([]) for y in crop.line_range)
        return [line.adjust_cell_length(crop.width, blank) for line in lines]


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
    _styles_cache.StylesCache.get_inner_outer = _get_inner_outer  # type: ignore[assignment]
