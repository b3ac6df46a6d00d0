"""How long things are kept: the database must not grow without bound, nor forget what the person saved."""

from __future__ import annotations

import logging
import sqlite3
import time
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.store.database import Database

MAX_HEADLINES = 50_000
"""Headlines kept, saved ones not counted."""

HEADLINE_DAYS = 90
"""Days that a headline is kept for, from its receipt; saved ones are kept for good."""

PATH_DAYS = 7
"""Days that a session's path is kept for."""

MAX_RATINGS = 20_000
"""Rating changes kept."""

MAX_MARKS = 200_000
"""Read marks kept; marks of saved headlines are not counted."""

EVENT_DAYS = 30
"""Days that an event of the calendar is kept for after it is over."""

MAX_EVENTS = 10_000
"""Events of the calendar kept; the oldest go first."""

PERIOD = 3_600.0
"""Seconds between two rounds."""

FIRST = 30.0
"""Seconds after the start before the first round, which would compete with the first paint."""

CHUNK = 1_000
"""Rows removed in one transaction, so that values do not wait for long."""

_DAY = 86_400.0

_log = logging.getLogger(__name__)

_STALE = (
    ("paths", "symbol IN (SELECT symbol FROM paths WHERE received < :paths LIMIT :chunk)"),
    (
        "headlines",
        "row IN (SELECT row FROM headlines WHERE received < :headlines"
        " AND id NOT IN (SELECT id FROM marks WHERE saved = 1) LIMIT :chunk)",
    ),
    (
        "headlines",
        "row IN (SELECT row FROM headlines WHERE sort_time < (SELECT sort_time FROM headlines"
        " WHERE id NOT IN (SELECT id FROM marks WHERE saved = 1) ORDER BY sort_time DESC LIMIT 1 OFFSET :kept)"
        " AND id NOT IN (SELECT id FROM marks WHERE saved = 1) LIMIT :chunk)",
    ),
    (
        "ratings",
        "key IN (SELECT key FROM ratings WHERE time < (SELECT time FROM ratings"
        " ORDER BY time DESC LIMIT 1 OFFSET :ratings) LIMIT :chunk)",
    ),
    ("events", "key IN (SELECT key FROM events WHERE last_day < :events_from LIMIT :chunk)"),
    (
        "events",
        "key IN (SELECT key FROM events WHERE last_day < (SELECT last_day FROM events"
        " ORDER BY last_day DESC LIMIT 1 OFFSET :events) LIMIT :chunk)",
    ),
    (
        "marks",
        "id IN (SELECT id FROM marks WHERE saved = 0 AND changed < (SELECT changed FROM marks WHERE saved = 0"
        " ORDER BY changed DESC LIMIT 1 OFFSET :marks) LIMIT :chunk)",
    ),
)


class Retention:
    """Removes what has expired, a chunk at a time, on the writer thread."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._next = time.monotonic() + FIRST

    def due(self, monotonic: float) -> bool:
        """Whether it is time for a round."""
        return monotonic >= self._next

    def seconds_left(self, monotonic: float) -> float:
        """Return the seconds until the next round."""
        return max(0.0, self._next - monotonic)

    def run(self, *, headlines: int = MAX_HEADLINES, ratings: int = MAX_RATINGS, marks: int = MAX_MARKS) -> int:
        """Remove one chunk of everything that has expired; return how many rows went.

        The next round follows soon where there is more.
        """
        moment = self._database.now()
        now = moment.timestamp()
        values = {
            "paths": now - PATH_DAYS * _DAY, "headlines": now - HEADLINE_DAYS * _DAY, "chunk": CHUNK,
            "kept": headlines - 1, "ratings": ratings - 1, "marks": marks - 1,
            "events_from": (moment - timedelta(days=EVENT_DAYS)).date().isoformat(), "events": MAX_EVENTS - 1,
        }  # fmt: skip
        removed = most = 0
        try:
            with self._database.writing() as connection:
                for table, condition in _STALE:
                    count = connection.execute(f"DELETE FROM {table} WHERE {condition}", values).rowcount  # noqa: S608
                    removed += count
                    most = max(most, count)
                if removed:
                    # Gives pages back to the disk, few at a time.
                    connection.execute("PRAGMA incremental_vacuum(200)").fetchall()
        except sqlite3.Error as error:
            _log.warning("expired rows could not be removed: %s", error)
        self._next = time.monotonic() + (1.0 if most == CHUNK else PERIOD)
        return removed
