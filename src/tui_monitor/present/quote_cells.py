"""The cells of quotes that several tables share: last, percent, spark, range, age."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui_monitor.domain.freshness import Freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.present import numbers
from tui_monitor.present.rows import EMPTY_CELL, Cell
from tui_monitor.present.sparks import range_bar, spark
from tui_monitor.present.times import short_time
from tui_monitor.present.tone import Tone, direction_tone

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.present.view import View


OUTSIDE_FADES = timedelta(minutes=30)
"""Age at which a price from outside the session fades: it is asked for rarely, and little is traded then."""

REPORT_NEAR = timedelta(days=7)
"""From here on the day of the next earnings stands out."""


def last(view: View, quote: Quote | None) -> Cell:
    """Return the last price."""
    if quote is None or quote.last is None:
        return Cell(view.glyphs.dash, Tone.MUTED)
    return Cell(numbers.price(quote.last), view.tone(quote, Tone.PLAIN))


def percent(view: View, quote: Quote | None) -> Cell:
    """Return the percent change with its direction."""
    if quote is None or quote.percent is None:
        return Cell(view.glyphs.dash, Tone.MUTED)
    return Cell(numbers.percent(quote.percent, view.glyphs), view.tone(quote, direction_tone(quote.percent)))


def change(view: View, quote: Quote | None) -> Cell:
    """Return the change in price."""
    if quote is None or quote.change is None or quote.last is None:
        return Cell(view.glyphs.dash, Tone.MUTED)
    text = numbers.change(quote.change, decimals=numbers.price_decimals(quote.last))
    return Cell(text, view.tone(quote, direction_tone(quote.change)))


def path(view: View, symbol: str, quote: Quote | None, width: int) -> Cell:
    """Return the session's path as a spark line in the direction's tone."""
    series = view.store.path(symbol)
    if series is None or len(series.closes) < 2:
        return EMPTY_CELL
    tone = direction_tone(quote.percent if quote else None)
    return Cell(spark(series.closes, width, view.glyphs), view.tone(quote, tone) if quote else tone)


def day_range(view: View, quote: Quote | None, width: int) -> Cell:
    """Return where the last price stands in the day's range."""
    if quote is None:
        return EMPTY_CELL
    return Cell(range_bar(quote.low, quote.high, quote.last, width, view.glyphs), view.tone(quote, Tone.MUTED))


def year_position(view: View, quote: Quote | None) -> Cell:
    """Return where the last price stands between the 52-week low (0) and high (100)."""
    if quote is None or quote.last is None or quote.year_high is None or quote.year_low is None:
        return Cell(view.glyphs.dash, Tone.MUTED)
    if quote.year_high <= quote.year_low:
        return Cell(view.glyphs.dash, Tone.MUTED)
    place = (quote.last - quote.year_low) / (quote.year_high - quote.year_low) * 100
    return Cell(f"{min(100.0, max(0.0, place)):.0f}", view.tone(quote, Tone.PLAIN))


def amount(view: View, value: float | None, quote: Quote | None) -> Cell:
    """Return a large amount."""
    if value is None:
        return Cell(view.glyphs.dash, Tone.MUTED)
    return Cell(numbers.compact(value, view.language), view.tone(quote, Tone.PLAIN) if quote else Tone.PLAIN)


def age(view: View, quote: Quote | None) -> Cell:
    """Return how long ago the price was current by its source's own clock, by the hour after the close.

    A close grows no older by the minute in any way that matters, and a calm screen sends nothing.
    """
    if quote is None:
        return Cell(view.glyphs.wait, Tone.MUTED)
    moment = quote.time or quote.received
    seconds = (view.now() - moment).total_seconds()
    level = view.freshness(quote)
    mic = mic_of(quote.symbol)
    state = view.session(mic) if mic is not None else None
    if level is Freshness.FRESH and state is not None and not state.phase.live:
        text = numbers.hourly_age(seconds, view.language)
    else:
        text = numbers.coarse_age(seconds, view.language)
    tone = {Freshness.FRESH: Tone.MUTED, Freshness.FADING: Tone.FAINT, Freshness.STALE: Tone.WARN}[level]
    return Cell(text, tone)


def extended(view: View, quote: Quote | None) -> Cell:
    """Return the price from before or after the session with its percent, while that trading goes on."""
    found = quote.extended(view.now()) if quote is not None else None
    if found is None:
        return EMPTY_CELL
    text = f"{numbers.price(found.price)} {numbers.percent(found.percent, view.glyphs)}"
    old = view.now() - found.time > OUTSIDE_FADES
    return Cell(text, Tone.FAINT if old else direction_tone(found.percent))


def earnings(view: View, quote: Quote | None) -> Cell:
    """Return the day of the next earnings, the time where it is today; marked where it is only expected."""
    now = view.now()
    found = quote.next_report(now) if quote is not None else None
    if found is None:
        return EMPTY_CELL
    near = found.first - now <= REPORT_NEAR
    if found.estimated or found.first != found.last:
        return Cell(f"~{found.first.astimezone(view.zone):%m-%d}", Tone.ACCENT if near else Tone.MUTED)
    return Cell(short_time(view, found.first), Tone.ACCENT if near else Tone.PLAIN)


def currency(quote: Quote | None) -> Cell:
    """Return the currency that the price is quoted in, as its source writes it."""
    return Cell(quote.currency, Tone.MUTED) if quote is not None and quote.currency else EMPTY_CELL


def code(symbol: str) -> str:
    """Return a symbol as its home market writes it: Hong Kong's four digits without the suffix."""
    stem, dot, suffix = symbol.rpartition(".")
    return stem if dot and suffix == "HK" and stem.isdigit() else symbol
