"""The columns that a watchlist can have: what each shows, what it is sorted by, how important it is.

Which are shown, in which order and how wide, is the person's; until it was touched, columns of positions, notes and
tags come by themselves with the first one of a list.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec.structs import replace

from tui_monitor.analysis.market_terms import grade_in
from tui_monitor.config.columns_file import WIDTHS, ColumnSetting
from tui_monitor.domain.rating import Action
from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.rating_cells import firm
from tui_monitor.present.rows import EMPTY_CELL, Align, Cell, Column
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells
from tui_monitor.store.latest import moment_of

if TYPE_CHECKING:
    from tui_monitor.analysis.positions import Worth
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.watchlist import Entry
    from tui_monitor.present.view import View
    from tui_monitor.present.watchlist_facts import Facts


class Subject(NamedTuple):
    """One entry with what its cells are made of."""

    view: View
    entry: Entry
    quote: Quote | None
    facts: Facts
    base: str
    """Currency of the list's sums."""

    @property
    def worth(self) -> Worth | None:
        """The position in ``base``, ``None`` where nothing is held."""
        return self.facts.worth(self.view, self.entry, self.base)


Value = float | str | None
"""What rows are sorted by; all values of a column are of one type, ``None`` comes last."""


class Spec(msgspec.Struct, frozen=True):
    """One kind of column."""

    id: str
    width: int
    cell: Callable[[Subject, int], Cell]
    """Makes the cell for a width."""
    value: Callable[[Subject], Value]
    """What it is sorted by."""
    align: Align = Align.RIGHT
    rank: int = 0
    """The highest is dropped first on a narrow screen; 0 never."""
    stretch: int = 0
    maximum: int = 40
    shown: bool = True
    """Shown until the person chose otherwise."""
    wanted: Callable[[Entry], bool] | None = None
    """Shown by itself once a list has an entry with it."""
    flashes: bool = False

    def column(self, title: str, width: int | None) -> Column:
        """Return the column with its title, in the width that the person gave it if any."""
        if width is None:
            return Column(self.id, title, self.width, self.align, self.stretch, self.rank, self.maximum)
        return Column(self.id, title, width, self.align, 0, self.rank, width)


def _name(subject: Subject, _width: int) -> Cell:
    view, entry, quote, *_ = subject
    name = view.name(entry.symbol, quote)
    if entry.unverified and quote is None:
        return Cell(f"? {'' if name == entry.symbol else name}{view.words('watch.unverified')}", Tone.WARN)
    return Cell(name, Tone.PLAIN)


def _share(low: float | None, high: float | None, last: float | None) -> float | None:
    if low is None or high is None or last is None or high <= low:
        return None
    return (last - low) / (high - low)


def money(value: float, width: int, language: str, *, signed: bool = False) -> str:
    """Return an amount of money in at most ``width`` cells: in full where it fits, else in three digits and a unit."""
    text = f"{value:+,.0f}" if signed else f"{value:,.0f}"
    if float(text.replace(",", "")) == 0:
        text = "0"
    if cells(text) <= width:
        return text
    short = numbers.compact(value, language)
    return f"+{short}" if signed and value > 0 else short


def _held(subject: Subject, width: int, *, what: str) -> Cell:
    worth = subject.worth
    if worth is None:
        return EMPTY_CELL
    value: float | None = getattr(worth, what)
    if value is None:
        # Held, but a price, a cost or a rate is missing: that is not the same as nothing.
        return Cell(subject.view.glyphs.dash, Tone.MUTED)
    signed = what != "value"
    text = money(value, width, subject.view.language, signed=signed)
    return Cell(text, direction_tone(value) if signed else Tone.PLAIN)


def _held_value(what: str) -> Callable[[Subject], Value]:
    def value(subject: Subject) -> Value:
        worth = subject.worth
        found: float | None = getattr(worth, what) if worth else None
        return found

    return value


def _held_cell(what: str) -> Callable[[Subject, int], Cell]:
    return lambda subject, width: _held(subject, width, what=what)


def _ratio(subject: Subject, _width: int) -> Cell:
    quote = subject.quote
    if quote is None or quote.trailing_pe is None:
        return Cell(subject.view.glyphs.dash, Tone.MUTED)
    return Cell(f"{quote.trailing_pe:.1f}", Tone.PLAIN)


_RATING_TONES = {
    Action.UPGRADE: Tone.UP, Action.RAISE_TARGET: Tone.UP, Action.DOWNGRADE: Tone.DOWN, Action.CUT_TARGET: Tone.DOWN,
}  # fmt: skip


def _rating(subject: Subject, _width: int) -> Cell:
    view = subject.view
    one = subject.facts.rating(view, subject.entry.symbol)
    if one is None:
        return EMPTY_CELL
    age = numbers.age((view.now() - one.time).total_seconds(), view.language)
    grade = grade_in(one.to_grade, view.language) if one.to_grade else ""
    what = grade or (numbers.price(one.target) if one.target is not None else view.words(f"action.{one.action}"))
    told = " ".join(part for part in (age, what, firm(view, one)) if part)
    return Cell(told, _RATING_TONES.get(one.action, Tone.PLAIN))


def _rating_value(subject: Subject) -> Value:
    one = subject.facts.rating(subject.view, subject.entry.symbol)
    return one.time.timestamp() if one else None


def _extended_value(subject: Subject) -> Value:
    found = subject.quote.extended(subject.view.now()) if subject.quote else None
    return found.percent if found else None


def _earnings_value(subject: Subject) -> Value:
    found = subject.quote.next_report(subject.view.now()) if subject.quote else None
    return found.first.timestamp() if found else None


def _path_value(subject: Subject) -> Value:
    """Return the move along the drawn path: its last point against its first, as a share."""
    series = subject.view.store.path(subject.entry.symbol)
    if series is None or len(series.closes) < 2 or not series.closes[0]:
        return None
    first = series.closes[0]
    # Futures can trade below zero: up is up from there too.
    return (series.closes[-1] - first) / abs(first)


def _of(name: str) -> Callable[[Subject], Value]:
    def value(subject: Subject) -> Value:
        found: Value = getattr(subject.quote, name) if subject.quote else None
        return found

    return value


def _amount(name: str) -> Callable[[Subject, int], Cell]:
    return lambda s, _: quote_cells.amount(s.view, getattr(s.quote, name) if s.quote else None, s.quote)


SPECS: tuple[Spec, ...] = (
    Spec("code", 8, lambda s, _: Cell(s.entry.symbol, Tone.MUTED), lambda s: s.entry.symbol, Align.LEFT, maximum=10),
    Spec(
        "name", 10, _name, lambda s: s.view.name(s.entry.symbol, s.quote).casefold(), Align.LEFT, stretch=3, maximum=24
    ),
    Spec("last", 9, lambda s, _: quote_cells.last(s.view, s.quote), _of("last"), flashes=True),
    Spec("percent", 8, lambda s, _: quote_cells.percent(s.view, s.quote), _of("percent"), flashes=True),
    Spec("change", 8, lambda s, _: quote_cells.change(s.view, s.quote), _of("change"), rank=6, flashes=True),
    Spec("today", 9, _held_cell("today"), _held_value("today"), rank=2, shown=False,
         wanted=lambda entry: entry.quantity is not None),
    Spec("total", 9, _held_cell("total"), _held_value("total"), rank=3, shown=False,
         wanted=lambda entry: entry.quantity is not None),
    Spec("value", 9, _held_cell("value"), _held_value("value"), rank=4, shown=False,
         wanted=lambda entry: entry.quantity is not None),
    Spec("spark", 8, lambda s, width: quote_cells.path(s.view, s.entry.symbol, s.quote, width), _path_value,
         Align.LEFT, rank=5),
    Spec("range", 9, lambda s, width: quote_cells.day_range(s.view, s.quote, width),
         lambda s: _share(s.quote.low, s.quote.high, s.quote.last) if s.quote else None, Align.LEFT, rank=9),
    Spec("turnover", 6, _amount("estimated_turnover"), _of("estimated_turnover"), rank=8),
    Spec("year", 4, lambda s, _: quote_cells.year_position(s.view, s.quote),
         lambda s: _share(s.quote.year_low, s.quote.year_high, s.quote.last) if s.quote else None, rank=10),
    Spec("volume", 6, _amount("volume"), _of("volume"), rank=12, shown=False),
    Spec("cap", 6, _amount("market_cap"), _of("market_cap"), rank=11, shown=False),
    Spec("pe", 6, _ratio, _of("trailing_pe"), rank=11, shown=False),
    Spec("extended", 14, lambda s, _: quote_cells.extended(s.view, s.quote), _extended_value, rank=9, shown=False),
    Spec("earnings", 8, lambda s, _: quote_cells.earnings(s.view, s.quote), _earnings_value, rank=10, shown=False),
    Spec("rating", 12, _rating, _rating_value, Align.LEFT, rank=10, stretch=1, maximum=28, shown=False),
    Spec("note", 10, lambda s, _: Cell(s.entry.note, Tone.PLAIN), lambda s: s.entry.note.casefold() or None, Align.LEFT,
         rank=7, stretch=3, maximum=60, shown=False, wanted=lambda entry: bool(entry.note)),
    Spec("tags", 8, lambda s, _: Cell(",".join(s.entry.tags), Tone.ACCENT),
         lambda s: ",".join(s.entry.tags).casefold() or None, Align.LEFT, rank=9, stretch=1, maximum=24, shown=False,
         wanted=lambda entry: bool(entry.tags)),
    Spec("currency", 4, lambda s, _: quote_cells.currency(s.quote), lambda s: s.quote.currency if s.quote else None,
         Align.LEFT, rank=13),
    Spec("age", 4, lambda s, _: quote_cells.age(s.view, s.quote),
         lambda s: moment_of(s.quote).timestamp() if s.quote else None, rank=1),
)  # fmt: skip
"""Every column, in the order that they have until the person orders them."""

BY_ID = {spec.id: spec for spec in SPECS}
"""Columns by their id."""

FIXED = frozenset({"code"})
"""Columns that cannot be hidden: without them a row has no name."""

ASCENDING = frozenset({"code", "name", "note", "tags", "currency", "earnings"})
"""Columns that begin with the smallest, or the soonest; numbers begin with the largest."""


def settings_now(chosen: tuple[ColumnSetting, ...] | None, entries: Iterable[Entry]) -> tuple[ColumnSetting, ...]:
    """Return every column as it is set, in order: the person's choice, or what is shown without one."""
    if chosen is None:
        held = tuple(entries)
        return tuple(
            ColumnSetting(spec.id, spec.shown or (spec.wanted is not None and any(map(spec.wanted, held))))
            for spec in SPECS
        )
    known = {one.id: one for one in chosen if one.id in BY_ID}
    order = [replace(one, shown=True) if one.id in FIXED else one for one in known.values()]
    # A column that came with a newer version of the program is offered, not shown.
    return (*order, *(ColumnSetting(spec.id, spec.id in FIXED) for spec in SPECS if spec.id not in known))


def toggled(settings: tuple[ColumnSetting, ...], at: int) -> tuple[ColumnSetting, ...]:
    """Return the settings with the column at a place shown or hidden."""
    one = settings[at]
    return _with(settings, at, replace(one, shown=not one.shown or one.id in FIXED))


def moved(settings: tuple[ColumnSetting, ...], at: int, to: int) -> tuple[ColumnSetting, ...]:
    """Return the settings with a column at another place."""
    rest = [*settings[:at], *settings[at + 1 :]]
    rest.insert(min(max(to, 0), len(rest)), settings[at])
    return tuple(rest)


def resized(settings: tuple[ColumnSetting, ...], at: int, by: int) -> tuple[ColumnSetting, ...]:
    """Return the settings with a column wider or narrower by some cells; 0 gives it what it needs."""
    one = settings[at]
    if not by:
        return _with(settings, at, replace(one, width=None))
    width = (one.width or BY_ID[one.id].width) + by
    return _with(settings, at, replace(one, width=min(max(width, WIDTHS[0]), WIDTHS[1])))


def _with(settings: tuple[ColumnSetting, ...], at: int, one: ColumnSetting) -> tuple[ColumnSetting, ...]:
    return (*settings[:at], one, *settings[at + 1 :])
