"""The rating tape: who changed what about which company, each event once, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_monitor.domain.rating import Action, Origin
from tui_monitor.present import numbers, rating_filter
from tui_monitor.present.rating_cells import (
    compact,
    company,
    firm,
    grades,
    origins,
    sign,
    targets,
    tone,
    upside_cell,
)
from tui_monitor.present.rating_tape import sources_of
from tui_monitor.present.rating_values import upside
from tui_monitor.present.rows import Align, Cell, Column, Line, Row, Span, place
from tui_monitor.present.times import short_time
from tui_monitor.present.tone import Tone
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.domain.rating import MergedRating
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key

SORTS = ("time", "firm", "action", "company", "upside")
"""What the tape can be ordered by."""

WIDE = 88
"""Cells from which grades and targets have columns of their own."""

VERY_WIDE = 120
"""Cells from which the time is told with its date."""


class RatingsModel:
    """Rows are rating events; the key of each is that of one of its reports."""

    flashing: frozenset[int] = frozenset()
    by_symbol = False

    def __init__(self) -> None:
        self.sort = SORTS[0]
        self.mine = False
        """Only companies of the person's lists."""
        self.query = ""
        """What the person typed to narrow it, see ``rating_filter``."""
        self.room = 0
        """Cells of a row, as the panel was placed last."""
        self._view: View | None = None
        self._version = -1
        self._what_cells = 0

    def next_sort(self) -> None:
        """Go on to the next order."""
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]

    def next_action(self) -> str | None:
        """Go on to the next action to show alone, behind the last to all of them; return it."""
        asked = rating_filter.action_of(self.query)
        choices = [None, *(action.value for action in Action)]
        at = choices.index(asked) if asked in choices else 0
        chosen = choices[(at + 1) % len(choices)]
        self.query = rating_filter.with_action(self.query, chosen)
        return chosen

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return the columns that the room is enough for; in a wide one grades and targets stand apart."""
        words = view.words
        head = (
            Column("unread", "", 1, Align.LEFT),
            Column("time", words("column.time"), 11 if self.room >= VERY_WIDE else 5, Align.LEFT),
            Column("firm", words("column.firm"), 8, Align.LEFT, stretch=2 if self.room < WIDE else 8, maximum=22),
            Column("company", words("column.company"), 8, Align.LEFT, stretch=2, maximum=20),
            Column("symbol", words("column.symbol"), 7, Align.LEFT, rank=3),
        )
        tail = (
            Column("upside", words("column.upside"), 6, rank=1),
            Column("origin", words("column.source"), 7, Align.LEFT, rank=5),
        )
        if self.room < WIDE:
            what = Column("what", words("column.what"), 21, Align.LEFT, stretch=4, maximum=44)
            columns = (*head, what, *tail)
            self._what_cells = next((one.width for one in place(columns, self.room) if one.column is what), what.width)
            return columns
        return (
            *head,
            Column("sign", "", 2, Align.LEFT),
            Column("grades", words("column.grades"), 20, Align.LEFT, stretch=4, maximum=36),
            Column("targets", words("column.target"), 19, Align.LEFT, stretch=1, maximum=26),
            *tail,
            Column("sources", words("column.sources"), 7, rank=6),
        )

    def order(self, view: View) -> list[str]:
        """Return the events to be shown, newest first within any order."""
        self._view, self._version = view, view.tape.version
        events = list(view.tape.events(view))
        if self.mine:
            own = set(view.lists().symbols)
            events = [one for one in events if _own(one, own)]
        fits = rating_filter.matcher(self.query)
        if fits is not None:
            events = [one for one in events if fits(view, one)]
        if self.sort == "firm":
            events.sort(key=lambda one: (view.tape.firm(one.change.firm) or "~").casefold())
        elif self.sort == "action":
            events.sort(key=lambda one: list(Action).index(one.change.action))
        elif self.sort == "company":
            events.sort(key=lambda one: company(view, one.change).casefold())
        elif self.sort == "upside":
            events.sort(key=lambda one: _by_upside(view, one))
        return [view.tape.row_key(one) for one in events]

    def row(self, view: View, key: str) -> Row:
        """Return one event."""
        event = view.tape.event(view, key)
        if event is None:
            return Row(key, ())
        one = event.change
        meaning = tone(view, one)
        unread = view.tape.is_unread(view, event)
        cells = [
            Cell(view.glyphs.unread if unread else "", Tone.MARK),
            Cell(_time(view, event, self.room), Tone.MUTED),
            Cell(firm(view, one) or view.glyphs.dash, Tone.PLAIN),
            Cell(company(view, one), Tone.ACCENT if _own(event, view.own_symbols) else Tone.PLAIN),
            Cell(one.symbol or one.home_symbol or "", Tone.MUTED),
        ]
        if self.room < WIDE:
            cells.append(Cell(compact(view, one, self._what_cells), meaning))
        else:
            cells += [Cell(sign(view, one), meaning), Cell(grades(view, one), meaning), _targets(view, event)]
        cells += [upside_cell(view, one), Cell(origins(view, event), Tone.MUTED)]
        if self.room >= WIDE:
            cells.append(Cell(str(len(sources_of(view, event))), Tone.MUTED))
        return Row(key, tuple(cells))

    def age(self, view: View, key: str) -> Cell | None:  # noqa: ARG002 - the protocol's
        """Return nothing: ages go by the minute here."""
        return None

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the rows whose reports are new or changed; any name where the whole tape was merged anew."""
        for family, name in changed:
            if family is Family.RATING:
                yield self._row_of(name)
        if self._view is not None and self._view.tape.version != self._version:
            yield ""

    def title(self, view: View) -> Line:
        """Return the panel's name, how many are new, and what is filtered."""
        dot = f" {view.glyphs.dot} "
        spans = [Span(view.words("panel.ratings"), Tone.TITLE)]
        unread = view.tape.count_unread(view)
        if unread:
            spans.append(Span(dot + view.words("ratings.unread", count=unread), Tone.MUTED))
        if self.mine:
            spans.append(Span(dot + view.words("ratings.mine"), Tone.ACCENT))
        if self.sort != "time":
            spans.append(Span(dot + view.words(f"ratings.by.{self.sort}"), Tone.MUTED))
        if self.query:
            spans.append(Span(f"{dot}/{self.query}", Tone.ACCENT))
        return tuple(spans)

    def note(self, view: View) -> Line:
        """Return the newest event's age and that of the tables' newest row: a silent provider is seen."""
        newest = view.tape.newest(view)
        if newest is None:
            return ()
        times = [table.newest for table in view.store.rating_tables() if table.newest is not None]
        rows = view.tape.newest(view, Origin.TABLE)
        table = max([*times, *([rows] if rows is not None else [])], default=None)
        age = numbers.age((view.now() - newest).total_seconds(), view.language)
        if table is None:
            return (Span(view.words("ratings.newest", age=age), Tone.MUTED),)
        of_tables = numbers.age((view.now() - table).total_seconds(), view.language)
        return (Span(view.words("ratings.newest-both", age=age, table=of_tables), Tone.MUTED),)

    def foot(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Leave it to the table."""
        return ()

    def empty(self, view: View) -> list[Line]:
        """Return why the tape is empty."""
        key = "ratings.none-found" if self.query or self.mine else "ratings.empty"
        return [(Span(view.words(key), Tone.MUTED),)]

    def _row_of(self, key: str) -> str:
        event = self._view.tape.event(self._view, key) if self._view is not None else None
        return self._view.tape.row_key(event) if self._view is not None and event is not None else key


def _own(event: MergedRating, own: set[str] | frozenset[str]) -> bool:
    return any(part.symbol in own or part.home_symbol in own for part in event.parts)


def _by_upside(view: View, event: MergedRating) -> tuple[bool, float]:
    """Return the order of the highest upside first and of the unknown last."""
    value = upside(view, event.change)
    return (value is None, -value if value is not None else 0.0)


def _time(view: View, event: MergedRating, room: int) -> str:
    moment = event.change.time
    return f"{moment.astimezone(view.zone):%m-%d %H:%M}" if room >= VERY_WIDE else short_time(view, moment)


def _targets(view: View, event: MergedRating) -> Cell:
    one = event.change
    moved = one.target - one.prior_target if one.target is not None and one.prior_target is not None else 0.0
    return Cell(targets(view, one), {1: Tone.UP, -1: Tone.DOWN}.get((moved > 0) - (moved < 0), Tone.PLAIN))
