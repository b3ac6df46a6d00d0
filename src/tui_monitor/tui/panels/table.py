"""The live table: rows by key, only the visible ones worked on, only the changed cells sent.

The order of the rows is asked for again when data changed and no hand was on the list for two seconds; cursor
and scroll stay on their row. A changed number lights up for a moment unless that is turned off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment

from tui_monitor.present.rows import Line, Placed, Row, Span, place
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import wrap
from tui_monitor.store.keys import ChangedKeys, Family
from tui_monitor.tui.panels.base import AROUND, Panel, Segments
from tui_monitor.tui.strips import fit

if TYPE_CHECKING:
    from collections.abc import Set

    from rich.style import Style
    from textual import events

    from tui_monitor.present.table_model import TableModel
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key
    from tui_monitor.tui.layout import PanelId
    from tui_monitor.tui.palette import Palette

HAND_SECONDS = 2.0
"""How long after a key or click the order of the rows stays as it is."""

FLASH_SECONDS = 0.6
"""How long a changed number stays lit."""

MANY = 200
"""Changes of one frame from which on those are looked for first that are to be seen."""

_SYMBOLS = (Family.QUOTE, Family.PATH)
"""Families whose keys are symbols."""

_OTHERS = frozenset(Family) - set(_SYMBOLS)
"""Families whose keys are no symbols of rows."""

SORT_SECONDS = 1.0
"""The order is asked for at most this often."""


class TablePanel(Panel):
    """A panel that shows a table model."""

    def __init__(self, panel_id: PanelId, palette: Palette, view: View, model: TableModel) -> None:
        super().__init__(panel_id, palette, view)
        self.model = model
        self.keys: list[str] = []
        self._index: dict[str, int] = {}
        self.top = 0
        self._cursor_key: str | None = None
        self._cursor_at = 0
        self._rows: dict[str, Row] = {}
        self._lines: dict[str, Segments] = {}
        self._flashes: dict[tuple[str, int], float] = {}
        self._order_stale = True
        self._ordered_at = -SORT_SECONDS
        self._hand_at = -HAND_SECONDS
        self._touched = False
        self._others_at = -1
        self._due = False
        """Something changed since the last painting, which frame and title may tell."""
        self._known: tuple[int, object] = (0, None)
        self._placed: tuple[Placed, ...] = ()

    # The cursor

    @property
    def cursor_key(self) -> str | None:
        """The key of the row under the cursor."""
        return self._cursor_key

    @property
    def cursor_at(self) -> int:
        """The place of the cursor in the order of the rows."""
        return self._cursor_at

    def move_cursor(self, to: int) -> None:
        """Put the cursor on the row ``to``, within bounds, and keep it in sight."""
        self.touch()
        self.measure()
        self._set_cursor(to)
        self.repaint()

    def move_by(self, rows: int) -> None:
        """Move the cursor by ``rows``; a step over the edge shows half a page more.

        Each row that goes to another line is sent: the steps after it move the cursor alone, and what comes is seen.
        """
        to = self._cursor_at + rows
        if abs(rows) == 1 and not self.top <= to < self.top + self.page:
            self.top += rows * (self.page // 2)
        self.move_cursor(to)

    def select(self, key: str) -> None:
        """Put the cursor on the row ``key`` if it is there."""
        if key in self._index:
            self.move_cursor(self._index[key])

    def touch(self) -> None:
        """Note that a hand is on the list: its order waits, and the cursor keeps its row from now on."""
        self._touched = True
        self._hand_at = self.view.monotonic()

    @property
    def page(self) -> int:
        """Rows that are seen at once."""
        return max(1, self.inner_height - self._head_height())

    def _set_cursor(self, to: int) -> None:
        if not self.keys:
            self._cursor_at, self._cursor_key, self.top = 0, None, 0
            return
        before = self._cursor_key
        self._cursor_at = min(max(0, to), len(self.keys) - 1)
        self._cursor_key = self.keys[self._cursor_at]
        for key in (before, self._cursor_key):
            if key is not None:
                self._lines.pop(key, None)
        page = self.page
        if self._cursor_at < self.top:
            self.top = self._cursor_at
        elif self._cursor_at >= self.top + page:
            self.top = self._cursor_at - page + 1
        self.top = min(max(0, self.top), max(0, len(self.keys) - page))

    # Data

    def reload(self) -> None:
        """Forget what was built and ask the model for everything: another sort, filter, list or language."""
        self._order_stale = True
        self._rows.clear()
        self._lines.clear()
        self._flashes.clear()
        self._reorder(force=True)
        self._place()
        self.repaint()

    def frame(self, changed: Set[Key], *, second: bool) -> None:
        """Take in changed keys: rebuild the visible rows among them, let the order follow when it may."""
        visible = set(self._visible_keys())
        rebuilt: set[str] = set()
        near = self._near(changed)
        for key in self.model.affected(near):
            self._order_stale = True
            if key in rebuilt:
                # Its price and its path came together.
                continue
            if key in visible:
                self._rebuild(key)
                rebuilt.add(key)
            elif key in self._rows:
                # Seen before the list was scrolled on: made anew when it is seen again.
                del self._rows[key]
                self._lines.pop(key, None)
        touched = bool(rebuilt)
        self._due = self._due or bool(changed if self.model.by_symbol else near)
        around = second and self._around()
        if second:
            for key in visible - rebuilt:
                if (around or self._aged(key)) and self._rebuild(key, flash=False):
                    touched = True
        if self._expire_flashes():
            touched = True
        if self._order_stale and self._may_order() and self._reorder():
            touched = True
        if touched or (second and (around or self._due)):
            self._due = False
            self.repaint()

    def _around(self) -> bool:
        """Whether what rows tell beside the store may be another: ten seconds have begun, or there is a new story."""
        around = (int(self.view.now().timestamp() / AROUND), self.view.board)
        known, self._known = self._known, around
        return known[0] != around[0] or known[1] is not around[1]

    def _aged(self, key: str) -> bool:
        """Whether the row looks older than it was painted; most look the same for a minute, and to make one costs."""
        row = self._rows.get(key)
        return row is None or row.age != self.model.age(self.view, key)

    def _near(self, changed: Set[Key]) -> Set[Key]:
        """Return the changes that concern rows which were made; of thousands the others only make the order stale."""
        if not isinstance(changed, ChangedKeys):
            return changed
        if not self.model.by_symbol:
            latest = max(self.view.store.family_revision(family) for family in _OTHERS)
            if latest == self._others_at:
                return set()
            self._others_at = latest
            return {key for key in changed if key[0] in _OTHERS}
        if not changed.more_than(MANY):
            return changed
        if not self._order_stale:
            self._order_stale = next(iter(self.model.affected(changed)), None) is not None
        return {key for name in self._rows for family in _SYMBOLS if (key := (family, name)) in changed}

    def _may_order(self) -> bool:
        now = self.view.monotonic()
        return now - self._hand_at >= HAND_SECONDS and now - self._ordered_at >= SORT_SECONDS

    def _reorder(self, *, force: bool = False) -> bool:
        self._ordered_at = self.view.monotonic()
        self._order_stale = False
        keys = self.model.order(self.view)
        if keys == self.keys and not force:
            return False
        self.keys = keys
        self._index = {key: at for at, key in enumerate(keys)}
        known = self._index.keys()
        for stale in [key for key in self._rows if key not in known]:
            self._rows.pop(stale, None)
            self._lines.pop(stale, None)
        # Before a hand was on the list there is nothing to follow: the first row is what is looked at.
        follow = self._touched and self._cursor_key is not None and self._cursor_key in self._index
        if not self._touched:
            self._cursor_at = 0
        held_first = self.top
        self._set_cursor(self._index[self._cursor_key] if follow and self._cursor_key else self._cursor_at)
        if self._cursor_at == 0:
            self.top = 0
        elif follow:
            self.top = min(max(held_first, self._cursor_at - self.page + 1), self._cursor_at)
        return True

    def _rebuild(self, key: str, *, flash: bool = True) -> bool:
        old = self._rows.get(key)
        new = self.model.row(self.view, key)
        if old == new:
            return False
        self._rows[key] = new
        self._lines.pop(key, None)
        if flash and old is not None and self.view.flash:
            until = self.view.monotonic() + FLASH_SECONDS
            for at, (before, after) in enumerate(zip(old.cells, new.cells, strict=False)):
                if before.text != after.text and at in self.model.flashing:
                    self._flashes[key, at] = until
        return True

    def _expire_flashes(self) -> bool:
        if not self._flashes:
            return False
        now = self.view.monotonic()
        over = [place for place, until in self._flashes.items() if until <= now]
        for key, at in over:
            del self._flashes[key, at]
            self._lines.pop(key, None)
        return bool(over)

    def _visible_keys(self) -> list[str]:
        return self.keys[self.top : self.top + self.page]

    # Painting

    def title(self) -> Line:
        """Return the model's title."""
        return self.model.title(self.view)

    def note(self) -> Line:
        """Return the model's note."""
        return self.model.note(self.view)

    def foot(self) -> Line:
        """Return where the cursor is, when not everything is seen."""
        words = self.model.foot(self.view)
        if words:
            return words
        if len(self.keys) > self.page:
            return (Span(f"{self._cursor_at + 1}/{len(self.keys)}", Tone.MUTED),)
        return ()

    def _head_height(self) -> int:
        return 1 if self.inner_height >= 6 else 0

    def body(self) -> list[Segments]:
        """Return the column titles and the visible rows."""
        width, height = self.inner_width, self.inner_height
        if not self.keys and self._order_stale:
            self._reorder()
        lines: list[Segments] = []
        if not self.keys:
            for line in self.model.empty(self.view):
                tone = line[0].tone if line else Tone.MUTED
                text = "".join(span.text for span in line)
                lines.extend(self.segments((Span(f" {one}", tone),), width) for one in wrap(text, width - 2))
        else:
            if self._head_height():
                lines.append(self._head(width))
            lines.extend(self._row_line(key, width) for key in self._visible_keys())
        if len(lines) < height:
            # One line for all of them, and the same as last time: what is the same is not compared.
            blank = self.kept("blank", width, lambda: self.segments((Span(" " * width),), width))
            lines.extend([blank] * (height - len(lines)))
        return lines[:height]

    @property
    def visible_columns(self) -> list[str]:
        """The ids of the columns that the room is enough for."""
        return [one.column.id for one in self._placed]

    def _place(self) -> None:
        self._placed = place(self.model.columns(self.view), max(0, self.inner_width - 2))

    def prepare(self) -> None:
        """Place the columns anew."""
        self._place()
        self._lines.clear()
        self._rows.clear()
        self._set_cursor(self._cursor_at)

    def _head(self, width: int) -> Segments:
        return self.kept("head", (self._placed, width), lambda: self._titles(width))

    def _titles(self, width: int) -> Segments:
        parts = [" "]
        x = 0
        for one in self._placed:
            parts.append(" " * (one.x - x))
            parts.append(fit(one.column.title, one.width, one.column.align))
            x = one.x + one.width
        return self.segments((Span("".join(parts), Tone.MUTED),), width)

    def _row_line(self, key: str, width: int) -> Segments:
        held = self._lines.get(key)
        if held is not None:
            return held
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = self.model.row(self.view, key)
        on_cursor = key == self._cursor_key
        ellipsis, plain = self.view.glyphs.ellipsis, self.view.glyphs.plain
        lead = self.view.glyphs.marked if row.marked else " "
        out: Segments = []
        _append(out, lead, self._style(Tone.ACCENT if row.marked else Tone.MUTED, on_cursor))
        x = 0
        for one in self._placed:
            cell = row.cells[one.index] if one.index < len(row.cells) else None
            style = self._style(cell.tone if cell else Tone.PLAIN, on_cursor)
            if (key, one.index) in self._flashes and not on_cursor:
                style = self.palette.flashing(cell.tone if cell else Tone.PLAIN)
            if one.x > x:
                _append(out, " " * (one.x - x), self._style(Tone.PLAIN, on_cursor))
            _append(out, fit(plain(cell.text) if cell else "", one.width, one.column.align, ellipsis), style)
            x = one.x + one.width
        rest = width - 1 - x
        if rest > 0:
            _append(out, " " * rest, self._style(Tone.PLAIN, on_cursor))
        self._lines[key] = out
        return out

    def _style(self, tone: Tone, on_cursor: bool) -> Style:
        return self.palette.on_cursor(tone, focused=self.has_focus) if on_cursor else self.palette.style(tone)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """The cursor's row looks different with the focus."""
        if self._cursor_key is not None:
            self._lines.pop(self._cursor_key, None)
        super().watch_has_focus(_has_focus)

    # Mouse

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked; a second click opens it."""
        at = self.top + event.y - 1 - self._head_height()
        if 0 <= at < len(self.keys):
            again = at == self._cursor_at and event.chain >= 2
            self.move_cursor(at)
            if again:
                self.app.run_command("row.open")  # type: ignore[attr-defined]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll by three rows."""
        event.stop()
        self.move_by(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll by three rows."""
        event.stop()
        self.move_by(-3)


def _append(out: Segments, text: str, style: Style) -> None:
    """Add ``text``, joined to its neighbour where the style is the same or cannot be seen on blanks."""
    if out:
        last = out[-1]
        held = last.style
        if held == style or (text.isspace() and held is not None and held.bgcolor == style.bgcolor and _plain(held)):
            out[-1] = Segment(last.text + text, held)
            return
    out.append(Segment(text, style))


def _plain(style: Style) -> bool:
    return not (style.reverse or style.underline)
