"""One headline in full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.times import full_time
from tui_monitor.present.tone import Tone, direction_tone

if TYPE_CHECKING:
    from tui_monitor.present.view import View


def headline_lines(view: View, key: str) -> list[Line]:
    """Return title, origin, summary and the symbols with their live quotes."""
    one = view.store.headline(key)
    if one is None:
        return [(Span(view.words("reader.gone"), Tone.MUTED),)]
    when = full_time(view, one.published) if one.published else view.words("reader.undated")
    if one.clamped:
        when += f"  {view.words('reader.clamped')}"
    lines: list[Line] = [
        (Span(one.title, Tone.STRONG),),
        (Span(f"{one.source}  {when}", Tone.MUTED),),
    ]
    if one.author:
        lines.append((Span(one.author, Tone.MUTED),))
    if one.also:
        lines.append((Span(view.words("reader.also", names=", ".join(one.also)), Tone.MUTED),))
    if one.topics:
        words = (view.words(f"topic.{topic}") for topic in one.topics)
        lines.append((Span(", ".join(words), Tone.MUTED),))
    if one.summary and one.summary != one.title:
        lines += [(), (Span(one.summary),)]
    if one.symbols:
        lines.append(())
        lines += [_quote_line(view, symbol) for symbol in one.symbols]
    if one.url:
        lines += [(), (Span(one.url, Tone.MUTED),)]
    return lines


def _quote_line(view: View, symbol: str) -> Line:
    quote = view.store.quote(symbol)
    percent = quote.percent if quote else None
    return (
        Span(f"{symbol}  {view.name(symbol, quote)}  ", Tone.PLAIN),
        Span(quote_cells.last(view, quote).text + "  ", Tone.STRONG),
        Span(numbers.percent(percent, view.glyphs) + "%", direction_tone(percent)),
    )
