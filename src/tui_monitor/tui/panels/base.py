"""A panel: a framed piece of the screen that keeps what it has painted and sends only what differs.

A panel composes its lines from a view model, compares them with the ones on the screen and refreshes the cells
that changed, nothing else. Arrival of data never paints; the frame clock calls ``frame``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.tui.containing import ContainsWork
from tui_monitor.tui.strips import changed_spans, fit, width_of
from tui_monitor.tui.textual_paint import paint_soon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence, Set

    from rich.style import Style
    from textual.color import Color
    from textual.filter import LineFilter

    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key
    from tui_monitor.tui.layout import PanelId
    from tui_monitor.tui.palette import Palette

Segments = list[Segment]

AROUND = 10.0
"""Seconds after which what is told beside the store's values is looked at again: a countdown of minutes, a phase."""


class PaintedLines(ContainsWork, Widget):
    """A widget of painted lines: compares, sends what differs. Holds no data of its own."""

    ALLOW_SELECT = False

    def __init__(self, palette: Palette, view: View, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.palette = palette
        self.view = view
        self.room = Size(0, 0)
        """The cells that it was composed for. Textual's ``size`` asks the screen anew each time that it is read."""
        self._painted: list[Segments] = []
        self._strips: dict[int, Strip] = {}
        self._filters: Sequence[LineFilter] = ()
        self._ground: Color | None = None
        """The background that filters are told, until a style changes."""
        self.uncovered: tuple[object, bool] = (None, False)
        """Of ``textual_paint``: whether nothing lies over the widget, and the arrangement that this is true of."""
        self._kept: dict[str, tuple[object, Segments]] = {}
        """Lines that seldom change, by name, each with what it was made of."""

    def compose_lines(self) -> list[Segments]:
        """Return what the widget should show: one list of segments a line, each as wide as the widget."""
        raise NotImplementedError

    def prepare(self) -> None:
        """Place what depends on the room, before everything is composed."""

    def repaint(self, lines: list[Segments] | None = None) -> int:
        """Bring the screen to ``lines`` (or to ``compose_lines()``); return how many places were sent."""
        if self.measure():
            self.refresh()
            return 1
        if not self.room.width or not self.room.height:
            return 0
        fresh = self.compose_lines() if lines is None else lines
        if len(fresh) != len(self._painted):
            self._painted = fresh
            self._strips.clear()
            self.refresh()
            return 1
        regions: list[Region] = []
        painted, strips = self._painted, self._strips
        for y, (old, new) in enumerate(zip(painted, fresh, strict=True)):
            if old is new:
                continue
            # Equal lines too: a line that is kept by who composes it is not compared again.
            painted[y] = new
            if spans := changed_spans(old, new):
                strips.pop(y, None)
                regions.extend(Region(x, y, width, 1) for x, width in spans)
        if regions:
            paint_soon(self, regions)
        return len(regions)

    def measure(self) -> bool:
        """Compose everything if the widget has another size than it was composed for; return whether it had."""
        if self.size == self.room:
            return False
        self.fill()
        return True

    def fill(self) -> None:
        """Compose everything for the size that the widget has, sending nothing."""
        self.room = self.size
        self.prepare()
        self._strips.clear()
        self._painted = self.compose_lines() if self.room.width and self.room.height else []

    def paint_all(self) -> None:
        """Compose and send everything: after a new theme, a new language."""
        self.fill()
        self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return what was painted last.

        Textual asks every widget of the screen for all its lines whenever one cell changed anywhere, and looks at
        each line's style again: half of what a key costs. Nothing of ours has a border or a padding by style.

        It also paints a widget of a new size before it tells the widget of it: a blank first screen, and each resize
        painted twice. So what is composed for another size is composed here.
        """
        self.measure()
        self._look_at_filters()
        lines = [self.render_line(y) for y in crop.line_range]
        if crop.column_span != (0, self.room.width):
            lines = [strip.crop(*crop.column_span) for strip in lines]
        return lines

    def parts(self, regions: Iterable[Region]) -> Iterator[tuple[int, int, Strip]]:
        """Give column, line and strip of each of ``regions``, one line high, as they were painted last."""
        self._look_at_filters()
        for x, y, width, _ in regions:
            yield x, y, self.render_line(y).crop(x, x + width)

    def _look_at_filters(self) -> None:
        filters = self.get_line_filters()
        if filters != self._filters:
            self._filters = filters
            self._strips.clear()

    def render_line(self, y: int) -> Strip:
        """Return one line as the terminal can show it."""
        strip = self._strips.get(y)
        if strip is None:
            if y < len(self._painted):
                strip = Strip(self._painted[y], self.room.width)
            else:
                strip = Strip.blank(self.room.width, self.palette.style(Tone.PLAIN))
            for one in self._filters:
                if self._ground is None:
                    self._ground = self.background_colors[1]
                strip = strip.apply_filter(one, self._ground)
            self._strips[y] = strip
        return strip

    def notify_style_update(self) -> None:
        """Filter every line again: colours without which a filter cannot tell have changed."""
        super().notify_style_update()
        self._strips.clear()
        self._ground = None

    def on_resize(self, event: events.Resize) -> None:  # noqa: ARG002 - Textual's signature
        """Compose for the new size, unless it was painted already."""
        if self.measure():
            self.refresh()

    def kept(self, name: str, told: object, make: Callable[[], Segments]) -> Segments:
        """Return the line ``name``, the same one as long as ``told``, what it is made of, and the colours are."""
        asked = (told, self.palette, self.view.glyphs)
        held = self._kept.get(name)
        if held is None or held[0] != asked:
            held = self._kept[name] = (asked, make())
        return held[1]

    def segments(self, line: Iterable[Span], width: int, ground: Style | None = None) -> Segments:
        """Return ``line`` as segments of exactly ``width`` cells; neighbours of one style become one."""
        out: Segments = []
        room = width
        blank = ground or self.palette.style(Tone.PLAIN)
        for text, tone in line:
            if room <= 0:
                break
            text = self.view.glyphs.plain(text)
            cells = width_of(text)
            if cells > room:
                text = fit(text, room)
                cells = room
            style = self.palette.style(tone) if ground is None else ground
            if out and (out[-1].style == style or text.isspace()):
                out[-1] = Segment(out[-1].text + text, out[-1].style)
            else:
                out.append(Segment(text, style))
            room -= cells
        if room > 0:
            if out:
                out[-1] = Segment(out[-1].text + " " * room, out[-1].style)
            else:
                out.append(Segment(" " * room, blank))
        return out


class Panel(PaintedLines, can_focus=True):
    """A framed panel. Subclasses give the title and the lines within the frame."""

    def __init__(self, panel_id: PanelId, palette: Palette, view: View) -> None:
        super().__init__(palette, view, id=f"panel-{panel_id}")
        self.panel_id = panel_id
        self._framed: list[tuple[Segments, Segments]] = []
        """The lines within the frame as they were composed last, each with the same line in its frame."""
        self._edge_drawn: Segment | None = None

    @property
    def inner_width(self) -> int:
        """Cells within the frame."""
        return max(0, self.room.width - 2)

    @property
    def inner_height(self) -> int:
        """Lines within the frame."""
        return max(0, self.room.height - 2)

    def title(self) -> Line:
        """Return the words in the frame's upper edge."""
        raise NotImplementedError

    def note(self) -> Line:
        """Return the words at the right of the frame's upper edge."""
        return ()

    def foot(self) -> Line:
        """Return the words in the frame's lower edge."""
        return ()

    def body(self) -> list[Segments]:
        """Return the lines within the frame, ``inner_height`` of them, ``inner_width`` wide."""
        raise NotImplementedError

    def frame(self, changed: Set[Key], *, second: bool) -> None:
        """Take in what changed since the last frame; ``second`` says that a new second has begun."""
        raise NotImplementedError

    def compose_lines(self) -> list[Segments]:
        """Return frame and body."""
        width, height = self.room
        if width < 4 or height < 3:
            body = self.body() if width and height else []
            return [self.segments((), width) for _ in range(height)] if not body else self._bare(body)
        glyphs = self.view.glyphs
        rule = self.palette.rule_focus if self.has_focus else self.palette.rule
        # The sides are the same with and without the focus: they would be four fifths of what a change of panel sends.
        edge = Segment(glyphs.vertical, self.palette.rule)
        body = self.body()
        known = self._framed if edge == self._edge_drawn else []
        framed: list[tuple[Segments, Segments]] = []
        for y, line in enumerate(body):
            # A line that is the same as last time is the same with its frame: nothing is compared then.
            same = y < len(known) and known[y][0] is line
            framed.append(known[y] if same else (line, [edge, *line, edge]))
        self._framed, self._edge_drawn = framed, edge
        return [self._edge(top=True, rule=rule), *(whole for _, whole in framed), self._edge(top=False, rule=rule)]

    def _bare(self, body: list[Segments]) -> list[Segments]:
        lines = body[: self.room.height]
        lines.extend(self.segments((), self.room.width) for _ in range(self.room.height - len(lines)))
        return lines

    def _edge(self, *, top: bool, rule: Style) -> Segments:
        """Return the upper or the lower edge, the same one as long as it tells the same."""
        start, end = (self.title(), self.note()) if top else ((), self.foot())
        told = (start, end, rule, self.room.width, self.has_focus)
        return self.kept("top" if top else "bottom", told, lambda: self._draw_edge(start, end, top=top, rule=rule))

    def _draw_edge(self, title: Line, words: Line, *, top: bool, rule: Style) -> Segments:
        glyphs = self.view.glyphs
        if self.has_focus:
            line = glyphs.heavy_horizontal
            left, right = (
                (glyphs.heavy_top_left, glyphs.heavy_top_right)
                if top
                else (glyphs.heavy_bottom_left, glyphs.heavy_bottom_right)
            )
        else:
            line = glyphs.horizontal
            left, right = (glyphs.top_left, glyphs.top_right) if top else (glyphs.bottom_left, glyphs.bottom_right)
        room = self.room.width - 4
        start = _crop(title, room)
        end = _crop(words, room - _width(start) - (3 if start else 0))
        out: Segments = [Segment(left, rule)]
        used = 0
        if start:
            out.append(Segment(" ", rule))
            out.extend(Segment(glyphs.plain(text), self._title_style(tone)) for text, tone in start)
            out.append(Segment(" ", rule))
            used += _width(start) + 2
        tail = _width(end) + 2 if end else 0
        out.append(Segment(line * max(0, self.room.width - 2 - used - tail), rule))
        if end:
            out.append(Segment(" ", rule))
            out.extend(Segment(glyphs.plain(text), self.palette.style(tone)) for text, tone in end)
            out.append(Segment(" ", rule))
        out.append(Segment(right, rule))
        return out

    def _title_style(self, tone: Tone) -> Style:
        style = self.palette.style(tone)
        return style + self.palette.rule_focus if self.has_focus and tone is Tone.TITLE else style

    def on_focus(self, event: events.Focus) -> None:
        """Take the focus without Textual's own repaint of the whole panel: only the frame's cells change."""
        event.prevent_default()
        self.has_focus = True
        if self.parent is not None:
            self.parent.post_message(events.DescendantFocus(self))

    def on_blur(self, event: events.Blur) -> None:
        """Lose the focus, as quietly."""
        event.prevent_default()
        self.has_focus = False
        if self.parent is not None:
            self.parent.post_message(events.DescendantBlur(self))

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Draw the heavy frame with the focus, the light one without.

        Textual's own watcher looks for style rules of the focus and repaints the whole panel; no rule of ours
        depends on it.
        """
        self.repaint()


def _width(line: Iterable[Span]) -> int:
    return sum(width_of(text) for text, _ in line)


def _crop(line: Line, room: int) -> Line:
    """Drop whole spans from the end until the line fits; crop the last one if even it is too long."""
    kept = list(line)
    while len(kept) > 1 and _width(kept) > room:
        kept.pop()
    if kept and _width(kept) > room:
        if room < 4:
            return ()
        kept[0] = Span(fit(kept[0].text, room).rstrip(), kept[0].tone)
    return tuple(kept)
