"""The rating tape: who changed what about which company, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_monitor.domain.rating import Action, Origin
from tui_monitor.present import numbers
from tui_monitor.present.rows import Align, Cell, Column, Line, Row, Span
from tui_monitor.present.times import short_time
from tui_monitor.present.tone import Tone
from tui_monitor.store.latest import Family

if TYPE_CHECKING:
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.present.view import View
    from tui_monitor.store.latest import Key

_TONES = {
    Action.UPGRADE: Tone.UP,
    Action.RAISE_TARGET: Tone.UP,
    Action.DOWNGRADE: Tone.DOWN,
    Action.CUT_TARGET: Tone.DOWN,
    Action.INITIATE: Tone.ACCENT,
    Action.REITERATE: Tone.MUTED,
}

SORTS = ("time", "firm", "action", "company")
"""What the tape can be ordered by."""


class RatingsModel:
    """Rows are rating changes; keys are theirs."""

    flashing: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self.sort = SORTS[0]
        self.mine = False
        """Only companies of the person's lists."""
        self.query = ""

    def next_sort(self) -> None:
        """Go on to the next order."""
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return time, firm, company, action, grades, targets and origin."""
        words = view.words
        return (
            Column("unread", "", 1, Align.LEFT),
            Column("time", words("column.time"), 5, Align.LEFT),
            Column("firm", words("column.firm"), 9, Align.LEFT, stretch=2, maximum=18),
            Column("company", words("column.company"), 9, Align.LEFT, stretch=2, maximum=16),
            Column("symbol", words("column.symbol"), 7, Align.LEFT, rank=3),
            Column("what", words("column.what"), 22, Align.LEFT, stretch=4, maximum=44),
            Column("upside", words("column.upside"), 6, rank=4),
            Column("origin", "", 3, Align.LEFT, rank=6),
        )

    def order(self, view: View) -> list[str]:
        """Return the changes to be shown, newest first within any order."""
        changes = view.store.ratings()
        if self.mine:
            own = view.own_symbols
            changes = [one for one in changes if one.symbol in own or one.home_symbol in own]
        if self.query:
            words = self.query.casefold().split()
            changes = [one for one in changes if _contains(view, one, words)]
        if self.sort == "firm":
            changes.sort(key=lambda one: (one.firm or "~").casefold())
        elif self.sort == "action":
            changes.sort(key=lambda one: list(Action).index(one.action))
        elif self.sort == "company":
            changes.sort(key=lambda one: _company(view, one).casefold())
        return [one.key for one in changes]

    def row(self, view: View, key: str) -> Row:
        """Return one change."""
        one = view.store.rating(key)
        if one is None:
            return Row(key, ())
        tone = _TONES[one.action]
        unread = key not in view.seen_ratings
        return Row(
            key,
            (
                Cell(view.glyphs.unread if unread else "", Tone.MARK),
                Cell(short_time(view, one.time), Tone.MUTED),
                Cell(one.firm or view.glyphs.dash, Tone.PLAIN),
                Cell(_company(view, one), Tone.PLAIN),
                Cell(one.symbol or "", Tone.MUTED),
                Cell(what(view, one), tone),
                Cell("", Tone.MUTED),
                Cell(view.words(f"origin.{one.origin}"), Tone.MUTED),
            ),
        )

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the rating changes that are new or changed."""
        return (name for family, name in changed if family is Family.RATING)

    def title(self, view: View) -> Line:
        """Return the panel's name and what is filtered."""
        dot = f" {view.glyphs.dot} "
        spans = [Span(view.words("panel.ratings"), Tone.TITLE)]
        if self.mine:
            spans.append(Span(dot + view.words("ratings.mine"), Tone.ACCENT))
        if self.sort != "time":
            spans.append(Span(dot + view.words(f"ratings.by.{self.sort}"), Tone.MUTED))
        if self.query:
            spans.append(Span(f"{dot}/{self.query}", Tone.ACCENT))
        return tuple(spans)

    def note(self, view: View) -> Line:
        """Return the newest change's date, so that a provider that went silent is seen."""
        changes = view.store.ratings()
        if not changes:
            return ()
        newest = numbers.age((view.now() - changes[0].time).total_seconds(), view.language)
        return (Span(view.words("ratings.newest", age=newest), Tone.MUTED),)

    def foot(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Leave it to the table."""
        return ()

    def empty(self, view: View) -> list[Line]:
        """Return why the tape is empty."""
        key = "ratings.none-found" if self.query or self.mine else "ratings.empty"
        return [(Span(view.words(key), Tone.MUTED),)]


def what(view: View, one: RatingChange) -> str:
    """Return what was changed in few words: ``▲ sell → buy``, ``▲ target 163 → 179``."""
    glyphs = view.glyphs
    sign = {
        Action.UPGRADE: glyphs.up,
        Action.RAISE_TARGET: glyphs.up,
        Action.DOWNGRADE: glyphs.down,
        Action.CUT_TARGET: glyphs.down,
        Action.INITIATE: "+",
        Action.REITERATE: glyphs.flat,
    }[one.action]
    parts: list[str] = []
    if one.action in {Action.UPGRADE, Action.DOWNGRADE} and one.from_grade and one.to_grade:
        parts.append(f"{one.from_grade} {glyphs.arrow} {one.to_grade}")
    elif one.action in {Action.UPGRADE, Action.DOWNGRADE} and one.to_grade:
        parts.append(f"{glyphs.arrow} {one.to_grade}")
    elif one.action in {Action.RAISE_TARGET, Action.CUT_TARGET} and one.target is not None:
        pass
    elif one.to_grade:
        parts.append(f"{view.words(f'action.{one.action}')} {one.to_grade}")
    else:
        parts.append(view.words(f"action.{one.action}"))
    if one.target is not None:
        new = _target(one.target)
        moved = f"{_target(one.prior_target)} {glyphs.arrow} {new}" if one.prior_target is not None else new
        if one.prior_target == one.target:
            moved = new
        parts.append(f"{view.words('ratings.target')} {moved}" + (f" {one.currency}" if one.currency else ""))
    return f"{sign} {', '.join(parts)}"


def _target(value: float | None) -> str:
    if value is None:
        return numbers.UNKNOWN
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def _company(view: View, one: RatingChange) -> str:
    for symbol in (one.home_symbol, one.symbol):
        if symbol and symbol in view.instruments:
            return view.name(symbol)
    return one.company or one.symbol or view.glyphs.dash


def _contains(view: View, one: RatingChange, words: list[str]) -> bool:
    fields = (one.firm, one.company, one.symbol, one.home_symbol, one.to_grade, _company(view, one), str(one.action))
    haystack = " ".join(field for field in fields if field).casefold()
    return all(word in haystack for word in words)


ORIGINS = tuple(Origin)
"""Where changes come from; each has its words in the catalogue."""
