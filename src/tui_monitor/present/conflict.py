"""The difference between the program's lists and the file that somebody else edited meanwhile, line by line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_diff import Difference, Side, differences
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone

if TYPE_CHECKING:
    from tui_monitor.present.view import View

MAX_LINES = 400
"""Differences that are shown; the rest is counted."""


def conflict_lines(view: View, mine: Watchlists, theirs: Watchlists, base: Watchlists) -> list[Line]:
    """Return what differs, list by list: added, removed, moved, changed, and by whom."""
    lines: list[Line] = []
    found = differences(mine, theirs)
    heading: str | None = None
    for one in found[:MAX_LINES]:
        if one.list != heading:
            heading = one.list
            lines.append((Span(one.list, Tone.TITLE),))
        lines.append(_line(view, one, base))
    if len(found) > MAX_LINES:
        lines.append((Span(view.words("conflict.more", count=len(found) - MAX_LINES), Tone.MUTED),))
    lines += [
        (Span(f"  {view.glyphs.arrow} {name}: {view.words('conflict.order')}", Tone.WARN),)
        for name in dict.fromkeys(one.list for one in found if one.symbol is not None)
        if _moved(mine.named(name), theirs.named(name))
    ]
    return lines


def _line(view: View, one: Difference, base: Watchlists) -> Line:
    words = view.words
    before = base.named(one.list)
    if one.symbol is None:
        known = before is not None
        what = {
            Side.MINE: "conflict.list-removed-there" if known else "conflict.list-added-here",
            Side.THEIRS: "conflict.list-removed-here" if known else "conflict.list-added-there",
            Side.BOTH: "conflict.order",
        }[one.side]
        return (Span(f"  {view.glyphs.arrow} {words(what)}", Tone.WARN),)
    known = before is not None and one.symbol in before.symbols
    if one.side is Side.BOTH:
        assert one.mine is not None
        assert one.theirs is not None
        text = f"{words('conflict.here')}: {_differing(one.mine, one.theirs, view)}"
        text += f" | {words('conflict.there')}: {_differing(one.theirs, one.mine, view)}"
        return (Span(f"  * {one.symbol} ", Tone.ACCENT), Span(text))
    if one.side is Side.MINE:
        sign, key = ("-", "conflict.removed-there") if known else ("+", "conflict.added-here")
    else:
        sign, key = ("-", "conflict.removed-here") if known else ("+", "conflict.added-there")
    tone = Tone.DOWN if sign == "-" else Tone.UP
    name = view.name(one.symbol, view.store.quote(one.symbol))
    named = "" if name == one.symbol else f" {name}"
    return (Span(f"  {sign} {one.symbol}", tone), Span(named), Span(f"  {words(key)}", Tone.MUTED))


def _differing(one: Entry, other: Entry, view: View) -> str:
    """Return the fields of ``one`` that are not those of ``other``."""
    parts: list[str] = []
    if one.note != other.note:
        parts.append(f"“{one.note}”" if one.note else view.words("conflict.no-note"))
    if one.tags != other.tags:
        parts.append("#" + ",".join(one.tags))
    if (one.quantity, one.cost, one.cost_currency) != (other.quantity, other.cost, other.cost_currency):
        if one.quantity is None:
            parts.append(view.words("conflict.no-position"))
        else:
            cost = "" if one.cost is None else f" @ {one.cost:g} {one.cost_currency or ''}".rstrip()
            parts.append(f"{one.quantity:g}{cost}")
    if one.unverified != other.unverified:
        parts.append(view.words("watch.unverified") if one.unverified else view.glyphs.marked)
    return " ".join(parts)


def _moved(one: Watchlist | None, other: Watchlist | None) -> bool:
    if one is None or other is None:
        return False
    mine, theirs = set(one.symbols), set(other.symbols)
    return [s for s in one.symbols if s in theirs] != [s for s in other.symbols if s in mine]
