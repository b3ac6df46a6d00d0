"""The watchlist panel: one list at a time, row by row, in the person's order or by a column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui_monitor.domain.watchlist import Entry
from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.rows import Cell, Column, Line, Row, Span
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.watchlist_columns import ASCENDING, BY_ID, Spec, Subject, Value, money, settings_now
from tui_monitor.present.watchlist_facts import Facts, base_of
from tui_monitor.present.watchlist_tabs import Tab, built_in_symbols, tab_line, tabs
from tui_monitor.present.width import cells
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.analysis.positions import Sums
    from tui_monitor.config.columns_file import ColumnSetting
    from tui_monitor.domain.watchlist import Watchlist, Watchlists
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key

OWN = "own"
"""The person's own order; the others are by a column's id."""

SUM_CELLS = 12
"""Cells of a sum in the panel's foot."""


class WatchlistModel:
    """Rows are entries of the chosen list; keys are their symbols."""

    by_symbol = True

    def __init__(self) -> None:
        self.sort = OWN
        self.reverse = False
        """The column's order is turned round."""
        self.query = ""
        """Words that rows must contain to be shown."""
        self.marks: set[str] = set()
        """Symbols that the next action is for, instead of the row under the cursor."""
        self.facts = Facts()
        self.flashing: frozenset[int] = frozenset()
        self._shown: Tab | None = None
        self._at = 0
        self._own: str | None = None
        self._specs: tuple[tuple[Spec, int], ...] = ()
        self._entries: dict[str, Entry] = {}
        self._from: tuple[Watchlists, str] | None = None
        self._haystacks: dict[str, tuple[str, str | None, str]] = {}

    # Which list

    def tab(self, view: View) -> Tab:
        """Return the list that is shown: by its name, where it went away the one that took its place."""
        every = tabs(view)
        for at, one in enumerate(every):
            if self._shown is not None and (one.id, one.own) == (self._shown.id, self._shown.own):
                self._at = at
                break
        else:
            self._at = min(self._at, len(every) - 1)
        self._shown = every[self._at]
        if self._shown.own:
            self._own = self._shown.id
        return self._shown

    def turn(self, view: View, step: int) -> None:
        """Go to another list."""
        every = tabs(view)
        self.tab(view)
        self._go(every[(self._at + step) % len(every)])

    def show(self, view: View, name: str) -> bool:
        """Go to the person's list ``name``; return whether there is one."""
        found = next((one for one in tabs(view) if one.own and one.id == name), None)
        if found is not None and found != self._shown:
            self._go(found)
        return found is not None

    def _go(self, tab: Tab) -> None:
        self._shown = tab
        self.marks.clear()

    def shown_list(self, view: View) -> Watchlist | None:
        """Return the person's list that is shown, ``None`` while it is a built-in one."""
        tab = self.tab(view)
        return view.lists().named(tab.id) if tab.own else None

    def own_list(self, view: View) -> Watchlist | None:
        """Return the person's list that additions go to: the shown one, else the one that was shown last."""
        shown = self.shown_list(view)
        if shown is not None:
            return shown
        lists = view.lists()
        last = lists.named(self._own) if self._own is not None else None
        return last or (lists.lists[0] if lists.lists else None)

    def entry(self, symbol: str) -> Entry:
        """Return the entry of a row."""
        return self._entries.get(symbol) or Entry(symbol=symbol)

    def entries(self) -> Iterable[Entry]:
        """Return the entries of the list as it was ordered last."""
        return self._entries.values()

    def _read(self, view: View) -> list[str]:
        """Return the symbols of the list in its own order."""
        tab = self.tab(view)
        lists = view.lists()
        if not tab.own:
            symbols = built_in_symbols(view, tab.id)
            self._entries = {symbol: Entry(symbol=symbol) for symbol in symbols}
            self._from = None
        elif self._from is None or self._from[0] is not lists or self._from[1] != tab.id:
            one = lists.named(tab.id)
            self._entries = {entry.symbol: entry for entry in one.entries} if one else {}
            self._from = (lists, tab.id)
            self.marks &= self._entries.keys()
        return list(self._entries)

    # Columns

    def settings(self, view: View) -> tuple[ColumnSetting, ...]:
        """Return every column as it is set now."""
        self._read(view)
        return settings_now(view.columns, self.entries())

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return the columns that are shown, the least important dropped first by the table."""
        chosen = [(BY_ID[one.id], one.width) for one in self.settings(view) if one.shown]
        self._specs = tuple((spec, width or spec.width) for spec, width in chosen)
        self.flashing = frozenset(at for at, (spec, _) in enumerate(self._specs) if spec.flashes)
        return tuple(spec.column(view.words(f"column.{_title(spec.id)}"), width) for spec, width in chosen)

    # Order

    def next_sort(self, visible: Sequence[str] = ()) -> None:
        """Go on to the next of the columns to be seen that rows can be sorted by, then to the person's order."""
        choices = [OWN, *(one for one in visible if one in BY_ID and BY_ID[one].value is not None)]
        at = choices.index(self.sort) if self.sort in choices else 0
        self.sort = choices[(at + 1) % len(choices)]
        self.reverse = False

    def order(self, view: View) -> list[str]:
        """Return the list's symbols in the chosen order; rows without a value come last."""
        symbols = self._read(view)
        if self.query:
            symbols = self._found(view, symbols)
        spec = BY_ID.get(self.sort)
        if spec is None:
            return symbols[::-1] if self.reverse else symbols
        base, facts, entries = self._base(view), self.facts, self._entries
        value_of, quote_of = spec.value, view.store.quote
        values: dict[str, Value] = {
            symbol: value_of(Subject(view, entries[symbol], quote_of(symbol), facts, base)) for symbol in symbols
        }
        known = [symbol for symbol in symbols if values[symbol] is not None]
        known.sort(key=values.__getitem__, reverse=self.descending)  # type: ignore[arg-type]
        if len(known) < len(symbols):
            known += [symbol for symbol in symbols if values[symbol] is None]
        return known

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return (self.sort not in ASCENDING) != self.reverse

    def _found(self, view: View, symbols: Iterable[str]) -> list[str]:
        """Return the symbols whose code, names, note and tags contain all words of the query."""
        words = self.query.casefold().split()
        language, quote_of, entries, haystacks = view.language, view.store.quote, self._entries, self._haystacks
        found: list[str] = []
        for symbol in symbols:
            quote = quote_of(symbol)
            source = quote.name if quote is not None else None
            held = haystacks.get(symbol)
            if held is None or held[1] is not source or held[0] != language:
                name = view.name(symbol, quote, short=False)
                text = f"{symbol} {name} {view.second_name(symbol)}".casefold()
                held = haystacks[symbol] = (language, source, text)
            text = held[2]
            entry = entries[symbol]
            if entry.note or entry.tags:
                text = f"{text} {entry.note} {' '.join(entry.tags)}".casefold()
            for word in words:
                if word not in text:
                    break
            else:
                found.append(symbol)
        return found

    # Rows

    def row(self, view: View, key: str) -> Row:
        """Return one entry."""
        if not self._specs:
            self.columns(view)
        subject = self._subject(view, key, self._base(view))
        cells = tuple(spec.cell(subject, width) for spec, width in self._specs)
        return Row(key, cells, key in self.marks, quote_cells.age(view, subject.quote))

    def age(self, view: View, key: str) -> Cell | None:
        """Return the age of the entry's price."""
        return quote_cells.age(view, view.store.quote(key))

    def _base(self, view: View) -> str:
        return base_of(view, self.shown_list(view))

    def _subject(self, view: View, symbol: str, base: str) -> Subject:
        return Subject(view, self.entry(symbol), view.store.quote(symbol), self.facts, base)

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the entries whose quote, path or rating changed."""
        entries = self._entries
        return (
            name for family, name in changed if (family is Family.QUOTE or family is Family.PATH) and name in entries
        )

    # The frame

    def title(self, view: View) -> Line:
        """Return the lists as tabs, with plenty of room."""
        return self.title_within(view, 400)

    def title_within(self, view: View, room: int) -> Line:
        """Return the lists as tabs, as far as they fit into ``room`` cells; the panel's name where it does too."""
        tab = self.tab(view)
        every = tabs(view)
        name = view.words("panel.watchlist")
        lead: Line = (Span(name, Tone.TITLE), Span(" "))
        rest = room - cells(name) - 1
        if rest < cells(tab.title) + 10:
            lead, rest = (), room
        line = tab_line(every, self._at, rest, view.glyphs.ellipsis)
        return (*lead, *line)

    def note(self, view: View) -> Line:
        """Return the state: marked rows, the query, the order."""
        spans: list[Span] = []
        if self.marks:
            spans.append(Span(view.words("watch.marked", count=len(self.marks)), Tone.ACCENT))
        if self.query:
            spans.append(Span(f"/{self.query}", Tone.ACCENT))
        if self.sort != OWN:
            arrow = view.glyphs.down if self.descending else view.glyphs.up
            spans.append(Span(f"{arrow} {view.words(f'column.{_title(self.sort)}')}", Tone.MUTED))
        elif self.reverse:
            spans.append(Span(f"{view.glyphs.down} {view.words('watchlist.own-order')}", Tone.MUTED))
        parts: list[Span] = []
        for span in spans:
            parts += [Span("  "), span] if parts else [span]
        return tuple(parts)

    def foot(self, view: View) -> Line:
        """Return the sums of the list's positions with the age of the rates behind them, and those of all lists."""
        one = self.shown_list(view)
        found = self.facts.sums(view, one) if one is not None else None
        spans: list[Span] = []
        if found is not None:
            spans += self._sums(view, found)
        every = self.facts.everything(view) if one is not None else None
        if every is not None and every.value is not None:
            mark = f" {view.words('sum.partial')}" if every.value_partial else ""
            amount = money(every.value, SUM_CELLS, view.language)
            spans.append(Span(f"  {view.words('sum.all-lists')} {every.base} {amount}{mark}", Tone.MUTED))
        return tuple(spans)

    def _sums(self, view: View, found: Sums) -> list[Span]:
        words, dash = view.words, view.glyphs.dash
        value = dash if found.value is None else money(found.value, SUM_CELLS, view.language)
        partial = Span(f" {words('sum.partial')}", Tone.WARN)
        spans = [Span(f"{found.base} {value}", Tone.PLAIN)]
        if found.value_partial:
            spans.append(partial)
        for label, amount, lacks in (
            ("today", found.today, found.today_partial),
            ("total", found.total, found.total_partial),
        ):
            if amount is None:
                continue
            text = money(amount, SUM_CELLS, view.language, signed=True)
            spans.append(Span(f"  {words(f'sum.{label}')} ", Tone.MUTED))
            spans.append(Span(text, direction_tone(amount)))
            if lacks:
                spans.append(partial)
        if found.rate_time is not None:
            age = numbers.age((view.now() - found.rate_time).total_seconds(), view.language)
            spans.append(Span(f"  {words('sum.rates', age=age)}", Tone.MUTED))
        return spans

    def empty(self, view: View) -> list[Line]:
        """Return what to do with an empty list."""
        tab = self.tab(view)
        key = "watchlist.empty" if tab.own else f"watchlist.empty-{tab.id}"
        return [(Span(view.words("watchlist.none-found" if self.query else key), Tone.MUTED),)]


def _title(column: str) -> str:
    """Return the catalogue's name of a column's title."""
    return {"code": "symbol", "percent": "percent", "spark": "spark"}.get(column, column)
