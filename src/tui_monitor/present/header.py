"""The line at the top: the index, its session with the countdown, the market's clock and the data's delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.freshness import Freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.session import Phase, SessionState
from tui_monitor.present import numbers
from tui_monitor.present.quote_cells import code
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.times import short_time, zone_name
from tui_monitor.present.tone import Tone, direction_tone

if TYPE_CHECKING:
    from datetime import date, datetime

    from tui_monitor.present.view import View

WIDE = 72
"""Columns from which on the data's delay is said."""

_MARKETS = {"XHKG": "HK", "XSHG": "SH", "XSHE": "SZ", "XTKS": "TYO", "XNYS": "US", "XLON": "LON", "XKRX": "KR",
            "XTAI": "TW", "XSES": "SG", "XETR": "DE", "XPAR": "PA", "XASX": "AU"}  # fmt: skip


def header(view: View, width: int) -> Line:
    """Return the header for ``width`` cells: what matters less is left out where the room is short."""
    left = _level(view)
    right = _clock(view, short=width < 96)
    delay, stale = _delay(view)
    if width < WIDE and not stale:
        delay = ()
    mark: Line = (Span(f" {view.replaying} ", Tone.DEMO),) if view.replaying else ()
    bare: Line = (Span(" "), *mark, *left)
    sessions = (_session(view, short=False), _session(view, short=True), ())
    # The countdown goes before the session, and both before the clock and the age of the data.
    for end in ((*right, *delay, Span(" ")), (*right, Span(" "))):
        start = next((one for session in sessions if _size(one := (*bare, *session)) + _size(end) < width), bare)
        room = width - _size(start) - _size(end)
        if room >= 1:
            break
    if room < 1:
        end = ()
        room = max(0, width - _size(start))
    return (*start, Span(" " * max(1, room)), *end)


def _level(view: View) -> Line:
    quote = view.store.quote(view.index)
    name = Span(code(view.index).removesuffix(".HK") + " ", Tone.MUTED)
    if quote is None or quote.last is None:
        return (name, Span(view.glyphs.dash, Tone.MUTED))
    tone = direction_tone(quote.percent)
    return (
        name,
        Span(numbers.price(quote.last), view.tone(quote, Tone.STRONG)),
        Span(f" {numbers.percent(quote.percent, view.glyphs)}%", view.tone(quote, tone)),
    )


def _session(view: View, *, short: bool) -> Line:
    mic = mic_of(view.index)
    state = view.session(mic)
    if mic is None or state is None:
        return ()
    text = session_words(view, mic, state, short=short)
    return (Span(f"  {text}", Tone.PLAIN if state.phase.live else Tone.MUTED),)


def session_words(view: View, mic: str, state: SessionState, *, short: bool = False) -> str:
    """Return the session in words with the time to its next change: ``HK open, lunch in 0:42``."""
    words = view.words
    market = words(f"market.{mic}") if f"market.{mic}" != words(f"market.{mic}") else _MARKETS.get(mic, mic)
    text = f"{market} {words(f'phase.{state.phase}')}"
    if state.next_change is None or state.next_phase is None or short:
        return text
    left = numbers.clock_span((state.next_change - view.now()).total_seconds(), view.language)
    upcoming = state.next_phase
    key = "next.open" if upcoming in {Phase.MORNING, Phase.OPEN} else f"next.{upcoming}"
    return words("session.until", session=text, next=words(key), left=left)


def _clock(view: View, *, short: bool) -> Line:
    local = view.now().astimezone(view.zone)
    text = f"{local:%H:%M} {zone_name(local)}" if short else f"{local:%Y-%m-%d %H:%M} {zone_name(local)}"
    return (Span(f" {text}", Tone.PLAIN),)


def _delay(view: View) -> tuple[Line, bool]:
    """Return the declared delay, or what matters more once it is so: the age of the last good data, the close's day.

    Beside it stands whether the level is stale, which no screen is too small to say.
    """
    quote = view.store.quote(view.index)
    if quote is None:
        return (), False
    level = view.freshness(quote)
    if level is not Freshness.FRESH and quote.time is not None:
        age = numbers.age((view.now() - quote.time).total_seconds(), view.language)
        stale = level is Freshness.STALE
        return (Span("  " + view.words("header.data-age", age=age), Tone.WARN if stale else Tone.FAINT),), stale
    if quote.time is not None and _day(view, quote.time) < _day(view, view.now()):
        # In the morning the level and its change are those of the session before: nothing else in the line says so.
        return (Span("  " + view.words("header.close-of", day=short_time(view, quote.time)), Tone.MUTED),), False
    if quote.delay:
        age = numbers.age(quote.delay, view.language)
        return (Span("  " + view.words("header.delayed", age=age), Tone.MUTED),), False
    return (), False


def _day(view: View, moment: datetime) -> date:
    return moment.astimezone(view.zone).date()


def _size(line: Line) -> int:
    from tui_monitor.present.width import cells

    return sum(cells(span.text) for span in line)
