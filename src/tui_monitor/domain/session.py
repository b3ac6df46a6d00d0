"""Trading sessions: the phases of an exchange's day, which one it is, and when the next change comes."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime
from enum import StrEnum

import msgspec


class Phase(StrEnum):
    """A phase of an exchange's day."""

    PRE_OPEN = "pre-open"
    """Orders are taken, the opening auction runs; no continuous trading yet."""
    OPEN = "open"
    """Continuous trading where the day has no lunch break."""
    MORNING = "morning"
    """Continuous trading before the lunch break."""
    LUNCH = "lunch"
    AFTERNOON = "afternoon"
    """Continuous trading after the lunch break."""
    CLOSING_AUCTION = "closing-auction"
    CLOSED = "closed"

    @property
    def trading(self) -> bool:
        """Continuous trading: new prices are expected."""
        return self in {Phase.OPEN, Phase.MORNING, Phase.AFTERNOON}

    @property
    def live(self) -> bool:
        """Prices can still change before the session's close is known, the lunch break included."""
        return self.trading or self in {Phase.LUNCH, Phase.CLOSING_AUCTION}


class SessionDay(msgspec.Struct, frozen=True):
    """One trading day of one exchange. All times are aware UTC; ``None`` where the day has no such phase."""

    date: date
    """The date on the exchange's own calendar."""
    open: datetime
    close: datetime
    """End of continuous trading."""
    break_start: datetime | None = None
    break_end: datetime | None = None
    pre_open: datetime | None = None
    auction_end: datetime | None = None
    """End of the closing auction, after which the official close is known."""

    @property
    def end(self) -> datetime:
        """When the day's last price is known."""
        return self.auction_end or self.close

    def boundaries(self) -> list[tuple[datetime, Phase]]:
        """Return the phases of the day as (start, phase), rising, ending with the closed market."""
        steps: list[tuple[datetime, Phase]] = []
        if self.pre_open is not None and self.pre_open < self.open:
            steps.append((self.pre_open, Phase.PRE_OPEN))
        if self.break_start is not None and self.break_end is not None:
            steps += [
                (self.open, Phase.MORNING),
                (self.break_start, Phase.LUNCH),
                (self.break_end, Phase.AFTERNOON),
            ]
        else:
            steps.append((self.open, Phase.OPEN))
        if self.auction_end is not None and self.auction_end > self.close:
            steps.append((self.close, Phase.CLOSING_AUCTION))
        steps.append((self.end, Phase.CLOSED))
        return steps


class SessionState(msgspec.Struct, frozen=True):
    """What an exchange is doing at one moment."""

    phase: Phase
    day: SessionDay | None
    """The session that prices belong to: the running one, else the last one that ended; ``None`` if unknown."""
    next_phase: Phase | None
    """The phase that comes next, ``None`` if the calendar does not reach that far."""
    next_change: datetime | None
    """When it comes, aware UTC."""
    previous: SessionDay | None = None
    """The session before ``day``, ``None`` if the calendar does not reach that far."""


class Calendar(msgspec.Struct, frozen=True):
    """The trading days of one exchange, dates rising and unique."""

    mic: str
    zone: str
    """IANA name of the exchange's time zone."""
    days: tuple[SessionDay, ...]

    def state_at(self, moment: datetime) -> SessionState:
        """Return what the exchange does at ``moment`` (aware)."""
        index = bisect_right(self.days, moment, key=_first_moment) - 1
        if index > 0 and moment < self.days[index - 1].close:
            # Hours of the person's own may run into the auction before the next day's open.
            index -= 1
        following = self.days[index + 1] if index + 1 < len(self.days) else None
        upcoming = following.boundaries()[0] if following else None
        if index < 0:
            start, phase = upcoming if upcoming else (None, None)
            return SessionState(Phase.CLOSED, None, phase, start)
        day = self.days[index]
        steps = day.boundaries()
        current = bisect_right(steps, moment, key=lambda step: step[0]) - 1
        phase = steps[current][1]
        after = steps[current + 1] if current + 1 < len(steps) else upcoming
        if phase is Phase.PRE_OPEN and index > 0:
            # Nothing has traded yet: prices still belong to the session before.
            index -= 1
        previous = self.days[index - 1] if index > 0 else None
        return SessionState(phase, self.days[index], after[1] if after else None, after[0] if after else None, previous)

    def covers(self, moment: datetime) -> bool:
        """Whether ``moment`` lies within the dates that the calendar knows."""
        return bool(self.days) and _first_moment(self.days[0]) <= moment <= self.days[-1].end


def _first_moment(day: SessionDay) -> datetime:
    return day.pre_open or day.open
