"""The chart of the index panel: the session's path, the previous close, the hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import mic_of
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.sparks import line_chart, row_of
from tui_monitor.present.tone import Tone, direction_tone

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import SessionDay
    from tui_monitor.present.glyphs import Glyphs
    from tui_monitor.present.view import View

LEAST_ROWS = 3
"""Lines of a chart from which on the previous close is drawn in it."""

REFERENCE = "·"
"""Stands for the previous close; where only ASCII is drawn a full stop does."""

EVERY = 3
"""Cells from one sign of the previous close to the next."""


def chart_lines(view: View, quote: Quote | None, width: int, height: int) -> list[Line]:
    """Return the session's path in ``height`` lines, with its hours below where there are five or more."""
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
    rows = height - (1 if axis else 0)
    picture = line_chart(values, width - 2, rows, view.glyphs, reference=reference)
    out: list[Line] = [(Span(f" {line}", tone),) for line in picture]
    if reference is not None and rows >= LEAST_ROWS:
        at = row_of(reference, values, rows, view.glyphs)
        out[at] = _with_reference(picture[at], tone, view.glyphs)
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


def _with_reference(line: str, tone: Tone, glyphs: Glyphs) -> Line:
    """Return the line of the picture at whose height the previous close is, with dots where nothing is drawn."""
    sign = REFERENCE if glyphs.braille else "."
    spans = [Span(" ")]
    for drawn, run in groupby(enumerate(line), key=lambda one: one[1] != " "):
        cells = list(run)
        if drawn:
            spans.append(Span("".join(char for _, char in cells), tone))
        else:
            spans.append(Span("".join(sign if at % EVERY == 0 else " " for at, _ in cells), Tone.RULE))
    return tuple(spans)
