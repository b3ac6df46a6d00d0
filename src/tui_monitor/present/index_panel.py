"""The index panel: level, range, path, what is notable, breadth and valuation, peers, the macro strip.

The panel is a list of blocks with a least and a greatest height; what matters most gets its lines first, and no
block is ever cut in the middle of a sentence.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from tui_monitor.analysis.claims import ClaimId
from tui_monitor.domain.instrument import mic_of
from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.agenda import next_line
from tui_monitor.present.index_drivers import drivers_line
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.source_names import source_name
from tui_monitor.present.sparks import line_chart, range_bar
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import SessionDay
    from tui_monitor.present.view import View

STRIP_NAME = 8
"""Cells of the longest name in the strips; a longer one gives way to the symbol."""

UNEXPLAINED = 0.01
"""Part of the index's move from which on what the constituents leave unexplained is told."""

_STATED_ELSEWHERE = frozenset({ClaimId.MOVE, ClaimId.BREADTH, ClaimId.VALUATION})
"""Claims whose numbers the panel shows in a line of their own."""


def title(view: View) -> Line:
    """Return the panel's title."""
    return (Span(view.words("panel.index"), Tone.TITLE),)


def note(view: View) -> Line:
    """Return where the level comes from."""
    quote = view.store.quote(view.index)
    if quote is None:
        return ()
    return (Span(source_name(view, quote.source), Tone.MUTED),)


def lines(view: View, width: int, height: int) -> list[Line]:
    """Return at most ``height`` lines for ``width`` cells, blank ones at the end left out."""
    if height <= 0 or width <= 0:
        return []
    quote = view.store.quote(view.index)
    claims = _claims(view, width)
    facts = _facts(view, width)
    drivers = drivers_line(view, quote, width)
    peers = _strip(view, view.settings.market.peers, width, peers=True)
    macro = _strip(view, view.settings.market.macro, width, peers=False)
    coming = next_line(view, width)
    spread = _range_line(view, quote, width)
    room = height - 1
    # What comes first in this list gets its lines first; the order on the screen is another one.
    shown: dict[str, int] = {}
    for block, wanted in (
        ("claims", min(1, len(claims))), ("facts", len(facts)), ("drivers", len(drivers)), ("range", len(spread)),
        ("claims", min(2, len(claims))), ("chart", 2), ("peers", min(1, len(peers))), ("macro", min(1, len(macro))),
        ("coming", len(coming)), ("chart", 3), ("peers", len(peers)), ("macro", len(macro)),
        ("claims", min(4, len(claims))), ("chart", 4), ("claims", len(claims)), ("chart", 10),
    ):  # fmt: skip
        more = wanted - shown.get(block, 0)
        if more > 0 and room > 0:
            taken = min(more, room)
            shown[block] = shown.get(block, 0) + taken
            room -= taken
    out: list[Line] = [_level(view, quote, width)]
    out += spread[: shown.get("range", 0)]
    out += _chart(view, quote, width, shown.get("chart", 0))
    out += claims[: shown.get("claims", 0)]
    out += facts[: shown.get("facts", 0)]
    out += drivers[: shown.get("drivers", 0)]
    out += coming[: shown.get("coming", 0)]
    out += peers[: shown.get("peers", 0)]
    out += macro[: shown.get("macro", 0)]
    return out[:height]


def _level(view: View, quote: Quote | None, width: int) -> Line:
    name = view.name(view.index, quote, short=False)
    if quote is None or quote.last is None:
        return (Span(f" {name}  "), Span(view.words("index.no-level"), Tone.MUTED))
    tone = view.tone(quote, direction_tone(quote.percent))
    level = numbers.price(quote.last)
    change = numbers.change(quote.change, decimals=1)
    percent = numbers.percent(quote.percent, view.glyphs) + "%"
    spans = [Span(f" {name}  "), Span(level, view.tone(quote, Tone.STRONG)), Span(f"  {change}  {percent}", tone)]
    turnover = quote.turnover
    if turnover is not None:
        tail = f"  {view.words('index.turnover')} {numbers.compact(turnover, view.language)}"
        if sum(cells(span.text) for span in spans) + cells(tail) <= width:
            spans.append(Span(tail, Tone.MUTED))
    return tuple(spans)


def _range_line(view: View, quote: Quote | None, width: int) -> list[Line]:
    if quote is None or quote.low is None or quote.high is None:
        return []
    low, high = numbers.price(quote.low), numbers.price(quote.high)
    bar = range_bar(quote.low, quote.high, quote.last, 9, view.glyphs)
    spans = [Span(f" {low} ", Tone.MUTED), Span(bar, Tone.PLAIN), Span(f" {high}", Tone.MUTED)]
    dot = f" {view.glyphs.dot} "
    year_low, year_high = quote.year_low, quote.year_high
    story = view.board.story if view.board else None
    if story is not None:
        year_low = year_low if year_low is not None else story.year_range.low
        year_high = year_high if year_high is not None else story.year_range.high
    # A provider's range of the year, and that of the closes, may not have today's extremes yet.
    year_low = None if year_low is None else min(year_low, quote.low)
    year_high = None if year_high is None else max(year_high, quote.high)
    extras = []
    if quote.open is not None:
        extras.append(f"{dot}{view.words('index.open')} {numbers.price(quote.open)}")
    if year_low is not None and year_high is not None:
        span = f"{numbers.price(year_low, decimals=0)}–{numbers.price(year_high, decimals=0)}"
        extras.append(f"{dot}{view.words('index.year')} {span}")
    for extra in extras:
        if sum(cells(one.text) for one in spans) + cells(extra) <= width:
            spans.append(Span(extra, Tone.MUTED))
    return [tuple(spans)]


def _chart(view: View, quote: Quote | None, width: int, height: int) -> list[Line]:
    if height <= 0:
        return []
    series = view.store.path(view.index)
    if series is None or len(series.closes) < 2:
        text = view.words("index.no-path") if height == 1 or series is None else ""
        return [(Span(f" {text}", Tone.MUTED),)] + [()] * (height - 1)
    mic = mic_of(view.index)
    state = view.session(mic) if mic else None
    day = state.day if state else None
    values = _by_minute(series.times, series.closes, day) if day else list(series.closes)
    reference = quote.previous_close if quote else None
    last, low, high = series.closes[-1], min(series.closes), max(series.closes)
    # Without this a reference far outside the day's range would flatten the line.
    if reference is not None and high > low and not low - 2 * (high - low) <= reference <= high + 2 * (high - low):
        reference = None
    tone = direction_tone(last - reference if reference is not None else None)
    if quote is not None:
        tone = view.tone(quote, direction_tone(quote.percent))
    axis = _axis(view, day, width - 2) if day and height >= 5 else ""
    picture = line_chart(values, width - 2, height - (1 if axis else 0), view.glyphs, reference=reference)
    out: list[Line] = [(Span(f" {line}", tone),) for line in picture]
    if axis:
        out.append((Span(f" {axis}", Tone.MUTED),))
    return out


def _by_minute(times: Sequence[int], closes: Sequence[float], day: SessionDay) -> list[float | None]:
    """Return one value a minute of the session, the lunch break left out; ``None`` where it has not come yet."""
    spans = _spans(day)
    slots = sum(int((end - start).total_seconds() // 60) for start, end in spans)
    values: list[float | None] = [None] * max(1, slots)
    furthest = -1
    for time, close in zip(times, closes, strict=True):
        slot = 0
        for start, end in spans:
            begin, finish = start.timestamp(), end.timestamp()
            if time < begin:
                break
            slot += int((min(time, finish) - begin) // 60)
            if time < finish:
                break
        at = min(max(0, slot), len(values) - 1)
        values[at] = close
        furthest = max(furthest, at)
    # Polls are some minutes apart: each value holds until the next.
    held: float | None = None
    for at in range(furthest + 1):
        held = values[at] if values[at] is not None else held
        values[at] = held
    return values


def _spans(day: SessionDay) -> list[tuple[datetime, datetime]]:
    if day.break_start is not None and day.break_end is not None:
        return [(day.open, day.break_start), (day.break_end, day.close)]
    return [(day.open, day.close)]


def _axis(view: View, day: SessionDay, width: int) -> str:
    """Return the times under the chart: open, break, close."""
    start = f"{day.open.astimezone(view.zone):%H:%M}"
    end = f"{day.close.astimezone(view.zone):%H:%M}"
    if day.break_start is None or day.break_end is None or width < 24:
        return start + " " * max(1, width - len(start) - len(end)) + end
    total = (day.close - day.open - (day.break_end - day.break_start)) / timedelta(minutes=1)
    at = round((day.break_start - day.open) / timedelta(minutes=1) / total * width)
    middle = f"{day.break_start.astimezone(view.zone):%H:%M}|{day.break_end.astimezone(view.zone):%H:%M}"
    left = max(len(start) + 1, at - len(middle) // 2)
    text = start + " " * (left - len(start)) + middle
    return text + " " * max(1, width - len(text) - len(end)) + end


def _claims(view: View, width: int) -> list[Line]:
    """Return the claims in rank order, packed into lines of whole phrases."""
    board = view.board
    if board is None:
        return []
    phrases = [claim.short(view.language) for claim in board.claims if claim.id not in _STATED_ELSEWHERE]
    old = old_session(view)
    if old is not None:
        phrases.insert(0, view.words("index.as-of", day=old.isoformat()))
    tone = Tone.PLAIN if old is None else Tone.FAINT
    return [(Span(" " + text, tone),) for text in pack(phrases, width - 2, f" {view.glyphs.dot} ")]


def old_session(view: View) -> date | None:
    """Return the session that is told of where a later one has ended since, of which nothing is known."""
    story = view.board.story if view.board else None
    mic = mic_of(view.index)
    state = view.session(mic) if mic else None
    if story is None or state is None or state.day is None:
        return None
    ended = state.day if view.now() >= state.day.end else state.previous
    return story.as_of if ended is not None and story.as_of < ended.date else None


def pack(phrases: Iterable[str], width: int, between: str) -> list[str]:
    """Return lines of whole phrases; one that is wider than a line is left out rather than cut."""
    packed: list[str] = []
    current = ""
    for phrase in phrases:
        size = cells(phrase)
        if size > width:
            continue
        if not current:
            current = phrase
        elif cells(current) + cells(between) + size <= width:
            current += between + phrase
        else:
            packed.append(current)
            current = phrase
    if current:
        packed.append(current)
    return packed


def _facts(view: View, width: int) -> list[Line]:
    """Return valuation and breadth."""
    board = view.board
    if board is None:
        return []
    glyphs = view.glyphs
    dot = f" {glyphs.dot} "
    spans: list[Span] = []
    value = board.valuation.forward_pe if board.valuation else None
    if value is not None:
        against = [
            f"{view.words('index.average')} {board.average.value:.1f}" if board.average is not None else "",
            f"NDX {board.other_pe:.1f}" if board.other_pe is not None else "",
        ]
        tail = dot.join(one for one in against if one)
        spans.append(Span(f" {view.words('index.forward-pe')} {value:.1f}" + (f" ({tail})" if tail else "")))
    found = board.breadth
    if found is not None and found.advancers + found.decliners + found.unchanged:
        spans.append(Span((dot if spans else " ") + f"{found.advancers}{glyphs.up}", Tone.UP))
        spans.append(Span(f" {found.decliners}{glyphs.down}", Tone.DOWN))
        spans.append(Span(f" {found.unchanged}{glyphs.flat}", Tone.MUTED))
        residual, whole = found.residual_points, found.index_points
        if residual is not None and whole is not None and found.estimated and abs(residual) >= UNEXPLAINED * abs(whole):
            text = f"{dot}{view.words('index.residual')} {numbers.points(residual)}"
            if sum(cells(one.text) for one in spans) + cells(text) <= width:
                spans.append(Span(text, Tone.MUTED))
    return [tuple(spans)] if spans else []


def _short_name(view: View, symbol: str) -> str:
    """Return what a strip says where the name in the person's language is too long: the English one, or the ticker."""
    instrument = view.instruments.get(symbol)
    english = instrument.name("en") if instrument else None
    if english and cells(english) <= STRIP_NAME:
        return english
    return quote_cells.code(symbol).removeprefix("^").removesuffix("=X")


def _strip(view: View, symbols: Sequence[str], width: int, *, peers: bool) -> list[Line]:
    """Return instruments with their percent change, as many lines as they need; closed markets in brackets."""
    parts: list[Line] = []
    for symbol in symbols:
        if symbol == view.index:
            continue
        quote = view.store.quote(symbol)
        if quote is None or quote.last is None:
            continue
        name = view.name(symbol, quote)
        if cells(name) > STRIP_NAME:
            name = _short_name(view, symbol)
        # What is said to be flat has no colour either.
        shown = round(quote.percent, 1) if quote.percent is not None else None
        tone = view.tone(quote, direction_tone(shown))
        percent = numbers.percent(quote.percent, view.glyphs, decimals=1).replace(" ", "")
        mic = mic_of(symbol)
        state = view.session(mic) if mic else None
        closed = state is not None and not state.phase.live
        text = percent if not closed else f"({percent})"
        level = "" if peers else f" {quote_cells.last(view, quote).text}"
        parts.append((Span(f"{name}{level} ", Tone.MUTED), Span(text, Tone.MUTED if closed else tone)))
    lines: list[Line] = []
    current: list[Span] = []
    used = 0
    for part in parts:
        size = sum(cells(span.text) for span in part)
        if current and used + 2 + size > width - 2:
            lines.append((Span(" "), *current))
            current, used = [], 0
        if current:
            current.append(Span("  "))
            used += 2
        current.extend(part)
        used += size
    if current:
        lines.append((Span(" "), *current))
    return lines
