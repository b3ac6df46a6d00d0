"""Quiet hours: a part of the day, also over midnight, by the person's clock."""

from __future__ import annotations

import re
from datetime import datetime, time, tzinfo

import msgspec

from tui_monitor.domain.patterns import lazy

_HOURS = lazy(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)


class QuietHours(msgspec.Struct, frozen=True):
    """From ``begin`` until before ``end``, local; ``end`` may be the earlier one."""

    begin: time
    end: time

    def hold(self, now: datetime, zone: tzinfo) -> bool:
        """Whether they hold at ``now`` (aware) in ``zone``."""
        here = now.astimezone(zone).time()
        if self.begin <= self.end:
            return self.begin <= here < self.end
        return here >= self.begin or here < self.end


def read_quiet_hours(text: str) -> QuietHours | None:
    """Return the hours of ``22:30-07:00``, ``None`` where it is nothing of the kind."""
    found = _HOURS.fullmatch(text)
    if found is None or found[1] == found[2]:
        return None
    return QuietHours(time.fromisoformat(found[1]), time.fromisoformat(found[2]))
