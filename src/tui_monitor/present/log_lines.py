"""The end of the log as lines of the screen, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tui_monitor.domain.text import clean_text
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone

if TYPE_CHECKING:
    from tui_monitor.present.view import View

LONGEST = 2_000
"""Characters of one event that are shown; the file has all of them."""

_TONES = {"DEBUG": Tone.FAINT, "INFO": Tone.PLAIN, "WARNING": Tone.WARN, "ERROR": Tone.ERROR, "CRITICAL": Tone.ERROR}


def log_lines(view: View, events: Sequence[str]) -> list[Line]:
    """Return ``events`` (one a line: time, level, logger, words; oldest first) newest first, a line each."""
    if not events:
        return [(Span(view.words("log.empty"), Tone.MUTED),)]
    return [_line(view, event) for event in reversed(events)]


def _line(view: View, event: str) -> Line:
    time, _, rest = event.partition(" ")
    level, _, words = rest.partition(" ")
    if level not in _TONES:
        # Not written by us, or by an older program: shown as it is.
        return (Span(clean_text(event, LONGEST), Tone.MUTED),)
    origin, colon, message = words.partition(": ")
    if not colon:
        origin, message = "", words
    return (
        Span(f"{_moment(view, clean_text(time, 30))} ", Tone.MUTED),
        Span(clean_text(message, LONGEST), _TONES[level]),
        Span(f"  {clean_text(origin.removeprefix('tui_monitor.'), 80)}", Tone.FAINT),
    )


def _moment(view: View, written: str) -> str:
    """Return a time of the file, which is UTC, by the clock of the screen, with its day if that is not today."""
    try:
        local = datetime.fromisoformat(written).astimezone(view.zone)
    except ValueError:
        return written
    return f"{local:%H:%M:%S}" if local.date() == view.now().astimezone(view.zone).date() else f"{local:%m-%d %H:%M:%S}"
