"""A recording told without a screen: what the program knew at one moment of the recorded day."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_monitor.services.intake import Intake
from tui_monitor.services.situation import Situation, situation
from tui_monitor.sources.replay import Merged
from tui_monitor.store.recordings import Recording, open_recording

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings

PERIOD = 60.0
"""Seconds between two batches of a recording at least: the shipped day has one a minute."""


class Replayed:
    """A recording played up to one moment, however fast the machine is.

    ``at`` is that moment (aware), by default the recording's end; one outside of the recording means its nearest
    end. Raises ``RecordingError`` for a file that is none and ``ConfigError`` for settings that cannot be used.
    """

    def __init__(self, path: Path, at: datetime | None, settings: Settings, *, language: str = "en") -> None:
        self.recording: Recording = open_recording(path)
        end = self.recording.end
        moment = end if at is None else min(max(at, self.recording.header.start), end)
        self.situation: Situation = situation(settings, moment, language=language)
        self.situation.period = PERIOD
        self._fill()

    @property
    def moment(self) -> datetime:
        """The moment that is told, aware UTC."""
        return self.situation.now

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what of the file could not be used."""
        return self.recording.notes

    def _fill(self) -> None:
        told = self.situation
        merged = Merged()
        for entry in self.recording.entries():
            if entry.time > told.now:
                break
            merged.add(entry.batch)
        intake = Intake(told.store, written=lambda _: None, home_lines=told.universe.us_lines())
        batch = merged.batch("replay", told.now, ())
        if any(not (one.symbols and one.topics) for one in batch.headlines):
            from tui_monitor.services.headline_reading import headline_readers

            intake.find_symbols, intake.find_topics, intake.read_rating = headline_readers(told.instruments)
        intake.take(batch)
