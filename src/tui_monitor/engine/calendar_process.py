"""Real trading calendars, computed in a process of their own.

``python -m tui_monitor.engine.calendar_process XHKG XNYS 2025-09-03 2026-09-22`` prints one JSON object.
exchange_calendars brings pandas with it, 66 MB and half a second: they live and die here.

The answer: ``calendars`` by market identifier code, each with ``zone`` and ``days``; a day is its ISO date and
four moments in seconds since the epoch: opening, close, begin and end of the lunch break (``null`` for none).
``errors`` holds a sentence for each code that has no calendar.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from collections.abc import Sequence
from typing import Any

SAME_SESSIONS = {"XSHE": "XSHG"}
"""Exchanges that exchange_calendars does not know, by the one that trades on the same days and hours."""


def main(arguments: Sequence[str]) -> int:
    """Print the calendars of all codes between the last two arguments, both ISO dates."""
    if len(arguments) < 3:
        sys.stderr.write("usage: calendar_process MIC... START END\n")
        return 1
    *mics, start, end = arguments
    with contextlib.suppress(OSError):
        # The screen and its first quotes go first.
        os.nice(10)
    warnings.simplefilter("ignore")
    calendars: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for mic in mics:
        try:
            calendars[mic] = sessions_of(mic, start, end)
        except Exception as error:  # noqa: BLE001 - one exchange's defect must not cost the others their calendars
            errors[mic] = f"{type(error).__name__}: {str(error)[:200]}"
    sys.stdout.write(json.dumps({"calendars": calendars, "errors": errors}, separators=(",", ":")))
    return 0


def sessions_of(mic: str, start: str, end: str) -> dict[str, Any]:
    """Return zone and days of one exchange as far as its calendar is known. Raises what exchange_calendars raises."""
    import exchange_calendars
    import pandas

    name = SAME_SESSIONS.get(mic, mic)
    try:
        calendar = exchange_calendars.get_calendar(name, start=start, end=end)
    except ValueError:
        # Some calendars are not known as far as that, and some do not bear being cut: the whole one, then.
        calendar = exchange_calendars.get_calendar(name)
    days = []
    for row in calendar.schedule.loc[start:end].itertuples():
        moments = [
            None if pandas.isna(moment) else int(moment.timestamp())
            for moment in (row.open, row.close, row.break_start, row.break_end)
        ]
        days.append([row.Index.date().isoformat(), *moments])
    return {"zone": str(calendar.tz), "days": days}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
