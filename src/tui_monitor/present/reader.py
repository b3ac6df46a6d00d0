"""One headline in full: wrapped text, who carries it, its symbols with their live quotes and their move since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.headlines import age_words, topic_words
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.since_publication import move_since
from tui_monitor.present.times import full_time
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells, wrap

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.present.view import View

MEASURE = 84
"""Cells of a line of text at the most: longer ones are hard to read."""


def headline_lines(view: View, key: str, width: int) -> list[Line]:
    """Return a headline in lines of at most ``width`` cells."""
    one = view.headline(key)
    if one is None:
        return [(Span(view.words("reader.gone"), Tone.MUTED),)]
    room = max(8, min(width, MEASURE))
    lines = _wrapped(one.title, room, Tone.STRONG)
    lines += [(), *_origin(view, one, room)]
    if one.summary and one.summary != one.title:
        lines += [(), *_wrapped(one.summary, room, Tone.PLAIN)]
    if one.symbols:
        lines.append(())
        for symbol in one.symbols:
            lines += _symbol(view, symbol, one, room)
    if one.url:
        lines += [(), *_wrapped(one.url, room, Tone.MUTED)]
    return lines


def _origin(view: View, one: Headline, room: int) -> list[Line]:
    """Return who says it and when, who else, by whom, about what."""
    gap = f" {view.glyphs.dot} "
    when = full_time(view, one.published) if one.published else view.words("reader.undated")
    facts = [one.source, when]
    if one.published is not None:
        facts.append(view.words("detail.ago", age=age_words(view, one, view.now()).rstrip("?")))
    if one.clamped:
        facts.append(view.words("reader.clamped"))
    lines = _wrapped(gap.join(facts), room, Tone.MUTED)
    if one.author and one.author != one.source:
        lines += _wrapped(one.author, room, Tone.MUTED)
    if one.also:
        lines += _wrapped(view.words("reader.also", names=", ".join(one.also)), room, Tone.MUTED)
    marks = [topic_words(view, topic) for topic in one.topics]
    spans = [Span(gap.join(marks), Tone.MUTED)] if marks else []
    if one.id in view.saved:
        spans.append(Span(f"{gap if spans else ''}{view.glyphs.saved} {view.words('reader.saved')}", Tone.ACCENT))
    if one.id not in view.read:
        spans.append(Span(f"{gap if spans else ''}{view.glyphs.unread} {view.words('reader.unread')}", Tone.MARK))
    if spans:
        lines.append(tuple(spans))
    return lines


def _symbol(view: View, symbol: str, one: Headline, room: int) -> list[Line]:
    """Return a symbol's live quote and, beside or under it, its move since publication."""
    quote = view.store.quote(symbol)
    percent = quote.percent if quote else None
    own = symbol in view.own_symbols
    name = view.name(symbol, quote)
    label = symbol if name == symbol else f"{symbol}  {name}"
    line: Line = (
        Span(f"{view.glyphs.own if own else ' '} ", Tone.ACCENT),
        Span(f"{label}  ", Tone.ACCENT if own else Tone.PLAIN),
        Span(quote_cells.last(view, quote).text, Tone.STRONG),
        Span(f"  {numbers.percent(percent, view.glyphs)}%" if percent is not None else "", direction_tone(percent)),
    )
    move = move_since(view, symbol, one.published)
    if move is None:
        return [line]
    since: Line = (
        Span(f"{view.words('reader.since')} ", Tone.MUTED),
        Span(f"{numbers.percent(move.percent, view.glyphs)}%", direction_tone(move.percent)),
        Span(f" ({numbers.price(move.then)})", Tone.MUTED),
    )
    if _cells(line) + 3 + _cells(since) <= room:
        return [(*line, Span("   "), *since)]
    return [line, (Span("    "), *since)]


def _wrapped(text: str, room: int, tone: Tone) -> list[Line]:
    return [(Span(line, tone),) for line in wrap(text, room)]


def _cells(line: Line) -> int:
    return sum(cells(span.text) for span in line)
