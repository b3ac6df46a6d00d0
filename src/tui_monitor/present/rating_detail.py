"""All ratings of one company: the spread of targets, the latest of each house, what came before, tables and links."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from tui_monitor.engine.health import State
from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.rating_cells import compact, company, firm, origins, tone, upside_cell
from tui_monitor.present.rating_spread import latest_by_firm, spread_line, spread_of
from tui_monitor.present.rating_tables import table_words
from tui_monitor.present.rating_tape import sources_of
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.source_names import source_name
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells, cut
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.domain.rating import MergedRating
    from tui_monitor.engine.health import SourceHealth
    from tui_monitor.present.view import View

MAX_EARLIER = 100
"""Older events that are listed."""

MAX_LINKS = 8
"""Addresses of the opened event's reports that are listed."""

FIRM_CELLS = 18
"""Cells of a house's name at most."""

TIME_CELLS = 12
"""Cells of a time and the blank behind it."""

UPSIDE_CELLS = 8
"""Cells of an upside."""

ORIGIN_CELLS = 11
"""Cells of the origins and the number of sources."""


def rating_title(view: View, key: str) -> str:
    """Return the company's name with its lines."""
    event = view.tape.event(view, key)
    if event is None:
        return ""
    name = company(view, event.change)
    return "  ".join([name, *(one for one in _lines_of(view, event) if one != name)])


def rating_lines(view: View, key: str, width: int = 78) -> list[Line]:
    """Return everything that is known about the ratings of the company of the event ``key``."""
    event = view.tape.event(view, key)
    if event is None:
        return [(Span(view.words("reader.gone"), Tone.MUTED),)]
    lines = _lines_of(view, event)
    events = [one for one in view.tape.events(view) if _same_company(view, one, event, lines)]
    latest = latest_by_firm(view, events)
    earlier = [one for one in events if one not in latest]
    found: list[Line] = [_quote(view, symbol) for symbol in lines]
    spread = spread_of(view, events)
    if spread is not None:
        several = "ratings.targets-of" if len(spread.values) > 1 else "ratings.target-of-one"
        count = view.words(several, count=len(spread.values), currency=spread.currency)
        left_out = f"  {view.words('ratings.left-out', count=spread.left_out)}" if spread.left_out else ""
        found += [(), (Span(count, Tone.TITLE), Span(left_out, Tone.MUTED)), spread_line(view, spread, width)]
    found += [(), (Span(view.words("ratings.latest", count=len(latest)), Tone.TITLE),)]
    firm_cells = min(FIRM_CELLS, width // 4, max(cells(firm(view, one.change)) for one in events))
    found += [_event(view, one, firm_cells, width, chosen=one is event) for one in latest]
    if earlier:
        found += [(), (Span(view.words("ratings.earlier", count=len(earlier)), Tone.TITLE),)]
        found += [_event(view, one, firm_cells, width, chosen=one is event) for one in earlier[:MAX_EARLIER]]
    tables = _tables(view, lines)
    if tables:
        found += [(), *tables]
    return [*found, *_links(view, event)]


def _lines_of(view: View, event: MergedRating) -> list[str]:
    """Return the lines of the event's company, the home line first."""
    found = dict.fromkeys(
        symbol for part in event.parts for symbol in (part.home_symbol, part.symbol) if symbol is not None
    )
    for symbol in list(found):
        instrument = view.instruments.get(symbol)
        if instrument is not None and instrument.us_line is not None:
            found.setdefault(instrument.us_line.symbol)
    return list(found)


def _same_company(view: View, one: MergedRating, event: MergedRating, lines: list[str]) -> bool:
    if one is event:
        return True
    if lines:
        return any(part.symbol in lines or part.home_symbol in lines for part in one.parts)
    return company(view, one.change).casefold() == company(view, event.change).casefold()


def _quote(view: View, symbol: str) -> Line:
    quote = view.store.quote(symbol)
    if quote is None:
        return (Span(f"{symbol}  {view.name(symbol)}", Tone.MUTED),)
    return (
        Span(f"{symbol}  {view.name(symbol, quote)}  ", Tone.PLAIN),
        Span(quote_cells.last(view, quote).text, Tone.STRONG),
        Span(f" {quote.currency or ''}  ", Tone.MUTED),
        Span(numbers.percent(quote.percent, view.glyphs) + "%", direction_tone(quote.percent)),
    )


def _event(view: View, event: MergedRating, firm_cells: int, width: int, *, chosen: bool) -> Line:
    """Return one event: time, house, what it did, upside, and where it was read if there is room for it."""
    one = event.change
    sources = len(sources_of(view, event))
    where = origins(view, event) + (f" {sources}" if sources > 1 else "")
    room = width - TIME_CELLS - firm_cells - UPSIDE_CELLS - 2
    narrow = room < 30
    if not narrow:
        room -= ORIGIN_CELLS
    above = upside_cell(view, one)
    done = cut(compact(view, one, room), room, view.glyphs.ellipsis)
    who = cut(firm(view, one) or view.glyphs.dash, firm_cells, view.glyphs.ellipsis)
    return (
        Span(_when(view, one.time).ljust(TIME_CELLS), Tone.MUTED),
        Span(who + " " * (firm_cells - cells(who) + 1), Tone.STRONG if chosen else Tone.PLAIN),
        Span(done + " " * (room - cells(done) + 1), tone(view, one)),
        Span(above.text.rjust(UPSIDE_CELLS - 1), above.tone),
        Span("" if narrow else f"  {where}", Tone.MUTED),
    )


def _when(view: View, moment: datetime) -> str:
    """Return ``03-04 10:42``, of another year ``2025-03-04``."""
    local = moment.astimezone(view.zone)
    this_year = local.year == view.now().astimezone(view.zone).year
    return f"{local:%m-%d %H:%M}" if this_year else f"{local:%Y-%m-%d}"


def _tables(view: View, lines: list[str]) -> list[Line]:
    """Return what the tables are like, and why none can be asked now."""
    words = [table_words(view, symbol) for symbol in lines if _has_table(view, symbol)]
    found: list[Line] = [(Span(text, tone),) for text, tone in words]
    for health in view.health.values():
        if found and health.topic is Topic.RATINGS and health.failure:
            found.append((Span(_failure(view, health), Tone.WARN),))
    return found


def _has_table(view: View, symbol: str) -> bool:
    """Whether the provider is asked for the table of ``symbol``: a home line's is asked for by its other line."""
    instrument = view.instruments.get(symbol)
    return view.store.rating_table(symbol) is not None or instrument is None or instrument.us_line is None


def _failure(view: View, health: SourceHealth) -> str:
    waits = health.countdown(view.monotonic())
    when = f" {view.words('table.next-try', wait=numbers.countdown(waits))}" if waits is not None else ""
    state = f"{view.words('table.limited')} " if health.state is State.LIMITED else ""
    return f"{source_name(view, health.name)}: {state}{view.words.told(health.failure or '')}{when}"


def _links(view: View, event: MergedRating) -> list[Line]:
    found: list[Line] = []
    for part in event.parts[:MAX_LINKS]:
        name = source_name(view, part.source) if part.source else view.words(f"origin.{part.origin}")
        origin = view.words("reader.origin", source=name)
        found.append((Span(origin, Tone.MUTED), Span(f"  {part.url}" if part.url else "", Tone.MUTED)))
    return [(), *found]
