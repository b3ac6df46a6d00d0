"""Everything about one number: its time, source, delay and age, and what other sources say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.disagreement import disagree
from tui_monitor.domain.freshness import Freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.present import numbers, quote_cells
from tui_monitor.present.header import session_words
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.source_names import source_name
from tui_monitor.present.sparks import range_bar
from tui_monitor.present.times import full_time, zone_name
from tui_monitor.present.tone import Tone, direction_tone

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.present.view import View


def quote_title(view: View, symbol: str) -> str:
    """Return the instrument's full name with its symbol."""
    quote = view.store.quote(symbol)
    name = view.name(symbol, quote, short=False)
    other = view.second_name(symbol)
    text = symbol if name == symbol else f"{symbol}  {name}"
    return f"{text}  {other}" if other else text


def quote_lines(view: View, symbol: str) -> list[Line]:
    """Return the detail of a quote, one fact a line: label and value."""
    quote = view.store.quote(symbol)
    if quote is None:
        return [(Span(view.words("detail.no-quote"), Tone.MUTED),), *_who_was_asked(view)]
    tone = direction_tone(quote.percent)
    lines: list[Line] = [
        (
            Span(numbers.price(quote.last), Tone.STRONG),
            Span(f" {quote.currency or ''}  ", Tone.MUTED),
            Span(quote_cells.change(view, quote).text, tone),
            Span(f"  {numbers.percent(quote.percent, view.glyphs)}%", tone),
        ),
        *_outside(view, quote),
        (),
        _fact(view, "detail.time", full_time(view, quote.time) + _age(view, quote)),
        _fact(view, "detail.received", full_time(view, quote.received)),
        _fact(view, "detail.source", source_name(view, quote.source)),
        _fact(view, "detail.delay", _delay(view, quote)),
        _freshness(view, quote),
    ]
    mic = mic_of(symbol)
    state = view.session(mic) if mic else None
    if mic and state is not None:
        lines.append(_fact(view, "detail.session", session_words(view, mic, state)))
    lines.append(())
    lines.append(_fact(view, "detail.previous", numbers.price(quote.previous_close)))
    lines.append(_fact(view, "detail.open", numbers.price(quote.open)))
    bar = range_bar(quote.low, quote.high, quote.last, 15, view.glyphs)
    lines.append(
        _fact(view, "detail.range", f"{numbers.price(quote.low)} {bar} {numbers.price(quote.high)}".replace("  ", " "))
    )
    bar = range_bar(quote.year_low, quote.year_high, quote.last, 15, view.glyphs)
    year = f"{numbers.price(quote.year_low)} {bar} {numbers.price(quote.year_high)}".replace("  ", " ")
    lines.append(_fact(view, "detail.year", year))
    lines.append(_fact(view, "detail.volume", numbers.compact(quote.volume, view.language)))
    lines.append(_fact(view, "detail.turnover", numbers.compact(quote.estimated_turnover, view.language)))
    if quote.market_cap is not None:
        lines.append(_fact(view, "detail.cap", numbers.compact(quote.market_cap, view.language)))
    if quote.trailing_pe is not None:
        lines.append(_fact(view, "detail.pe", f"{quote.trailing_pe:.1f}"))
    if quote.forward_pe is not None:
        lines.append(_fact(view, "detail.forward-pe", f"{quote.forward_pe:.1f}"))
    lines.extend(_report(view, quote))
    lines.extend(_other_sources(view, quote))
    return lines


def _outside(view: View, quote: Quote) -> list[Line]:
    """Return the price from before or after the session with its time."""
    found = quote.extended(view.now())
    if found is None:
        return []
    cell = quote_cells.extended(view, quote)
    label = "detail.pre-market" if found.before else "detail.post-market"
    (lead, value) = _fact(view, label, f"{cell.text}%", cell.tone)
    return [(lead, value, Span(f"  {full_time(view, found.time)}", Tone.MUTED))]


def _report(view: View, quote: Quote) -> list[Line]:
    """Return when earnings come next: to the minute where the company said it, else the days they are expected in."""
    found = quote.next_report(view.now())
    if found is None:
        return []
    first, last = found.first.astimezone(view.zone), found.last.astimezone(view.zone)
    text = f"{first:%Y-%m-%d}"
    if first.date() != last.date():
        text = view.words("detail.report-days", first=text, last=f"{last:%Y-%m-%d}")
    elif not found.estimated:
        text = f"{first:%Y-%m-%d %H:%M} {zone_name(first)}"
    if found.estimated:
        text += f"  ({view.words('detail.report-expected')})"
    return [_fact(view, "detail.report", text)]


def _who_was_asked(view: View) -> list[Line]:
    return [
        (Span(f"{source_name(view, one.name)}: {view.words.told(one.failure)}", Tone.WARN),)
        for one in view.health.values()
        if one.failure
    ]


def _fact(view: View, label: str, value: str, tone: Tone = Tone.PLAIN) -> Line:
    from tui_monitor.present.width import cells

    words = view.words(label)
    return (Span(words + " " * max(1, 14 - cells(words)), Tone.MUTED), Span(value, tone))


def _age(view: View, quote: Quote) -> str:
    if quote.time is None:
        return ""
    age = numbers.age((view.now() - quote.time).total_seconds(), view.language)
    return f"  ({view.words('detail.ago', age=age)})"


def _delay(view: View, quote: Quote) -> str:
    if quote.delay is None:
        return view.words("detail.delay-unknown")
    if quote.delay == 0:
        return view.words("detail.delay-none")
    return view.words("detail.delay-declared", age=numbers.age(quote.delay, view.language))


def _freshness(view: View, quote: Quote) -> Line:
    level = view.freshness(quote)
    tone = {Freshness.FRESH: Tone.PLAIN, Freshness.FADING: Tone.WARN, Freshness.STALE: Tone.ERROR}[level]
    return _fact(view, "detail.state", view.words(f"freshness.{level.name.lower()}"), tone)


def _other_sources(view: View, quote: Quote) -> list[Line]:
    lines: list[Line] = []
    mic = mic_of(quote.symbol)
    state = view.session(mic) if mic else None
    for source, other in sorted(view.store.quotes_by_source(quote.symbol).items()):
        if source == quote.source or other.last is None:
            continue
        percent = numbers.percent(other.percent, view.glyphs)
        text = f"{numbers.price(other.last)}  {percent}%  {full_time(view, other.time)}"
        apart = disagree(quote, other, state)
        if apart:
            text += f"  {view.words('detail.disagree')}"
        if not lines:
            lines.append(())
        lines.append(_fact(view, source_name(view, source), text, Tone.WARN if apart else Tone.MUTED))
    return lines
