"""The lists as tabs: the person's own, then the built-in ones, which cannot be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_monitor.present.view import View

BUILT_IN = ("constituents", "movers", "recent")
"""The lists that the program makes, in their order."""

MOVERS = 20
"""Symbols of the list of movers."""

TAB_CELLS = 16
"""Cells of a tab's name at the most."""


class Tab(msgspec.Struct, frozen=True):
    """One list that can be shown."""

    id: str
    """The name of an own list, one of ``BUILT_IN`` for the others."""
    title: str
    own: bool = True


def tabs(view: View) -> tuple[Tab, ...]:
    """Return all lists in their order."""
    own = (Tab(one.name, one.name) for one in view.lists().lists)
    return (*own, *(Tab(one, view.words(f"list.{one}"), own=False) for one in BUILT_IN))


def built_in_symbols(view: View, which: str) -> tuple[str, ...]:
    """Return the symbols of a built-in list as they are now."""
    if which == "constituents":
        return view.universe.symbols
    if which == "recent":
        return tuple(view.recent)
    found: list[tuple[float, str]] = []
    for symbol in dict.fromkeys((*view.universe.symbols, *view.lists().symbols)):
        quote = view.store.quote(symbol)
        if quote is not None and quote.percent is not None:
            found.append((quote.percent, symbol))
    found.sort(key=lambda pair: -pair[0])
    return tuple(symbol for _, symbol in found[:MOVERS])


def tab_line(tabs: Sequence[Tab], at: int, room: int, ellipsis: str) -> Line:
    """Return the tabs that fit into ``room`` cells around the one at ``at``, which is set off by brackets."""
    if not tabs:
        return ()
    texts = [_text(tab, number == at, ellipsis) for number, tab in enumerate(tabs)]
    first = last = at
    used = cells(texts[at])
    # Grow to both sides in turn, the right one first: that is where the next key leads.
    while True:
        grown = False
        for number in (last + 1, first - 1):
            if 0 <= number < len(texts) and used + 1 + cells(texts[number]) + 4 <= room:
                used += 1 + cells(texts[number])
                first, last = min(first, number), max(last, number)
                grown = True
        if not grown:
            break
    spans: list[Span] = [Span("< ", Tone.MUTED)] if first > 0 else []
    for number in range(first, last + 1):
        spans.append(Span(texts[number], Tone.ACCENT if number == at else Tone.MUTED))
        if number < last:
            spans.append(Span(" "))
    if last < len(tabs) - 1:
        spans.append(Span(" >", Tone.MUTED))
    return tuple(spans)


def _text(tab: Tab, chosen: bool, ellipsis: str) -> str:
    title = tab.title
    if cells(title) > TAB_CELLS:
        while cells(title) > TAB_CELLS - 1:
            title = title[:-1]
        title = title.rstrip() + ellipsis
    return f"[{title}]" if chosen else title
