"""What becomes of the lists when the file is not as we left it. Pure: no file is touched here."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from enum import StrEnum

import msgspec
from msgspec import structs

from tui_monitor.config.watchlist_text import Reading
from tui_monitor.domain.watchlist import Watchlists
from tui_monitor.domain.watchlist_diff import Difference, differences, edits_between
from tui_monitor.domain.watchlist_edits import Edit, rebase
from tui_monitor.services.watchlist_history import Line

REMEMBERED = 200
"""States of the file that are remembered, to know what an editor began from."""


class Outside(StrEnum):
    """What a look at the file found."""

    SAME = "same"
    """Nothing that we did not know."""
    TAKEN = "taken"
    """Somebody else's edits were taken over."""
    CONFLICT = "conflict"
    """Edited on both sides: the person has to choose, nothing is written meanwhile."""
    REFUSED = "refused"
    """The file cannot be read as lists: the last good ones stay, nothing is written over it."""
    MISSING = "missing"
    """The file is gone; the lists stay and are written with the next edit."""


class Conflict(msgspec.Struct, frozen=True):
    """Both sides of a conflict."""

    mine: Watchlists
    theirs: Watchlists
    base: Watchlists
    """What both began from, as far as it is known."""

    @property
    def differences(self) -> tuple[Difference, ...]:
        """What differs, by list and symbol."""
        return differences(self.mine, self.theirs)

    @property
    def merged(self) -> Watchlists:
        """Their lists with my changes done again on them."""
        done = rebase(self.theirs, edits_between(self.base, self.mine))
        return self.theirs if done is None else done[0]


class Outcome(msgspec.Struct, frozen=True):
    """What a look at the file found, with a sentence where there is something to say."""

    kind: Outside
    sentence: str | None = None
    conflict: Conflict | None = None


class Trail:
    """The states that the file has had, by stamp."""

    def __init__(self) -> None:
        self._states: deque[tuple[str | None, Watchlists]] = deque(maxlen=REMEMBERED)

    def add(self, stamp: str | None, lists: Watchlists) -> None:
        """Remember the state that the file has now."""
        self._states.append((stamp, lists))

    @property
    def newest(self) -> tuple[str | None, Watchlists]:
        """The state that the file had last, as we know it."""
        return self._states[-1] if self._states else (None, Watchlists())

    def base_of(self, stamp: str | None) -> Watchlists:
        """Return the state that a text with ``stamp`` was made from; the newest where it is not known."""
        if stamp is not None:
            for known, lists in reversed(self._states):
                if known == stamp:
                    return lists
        return self.newest[1]


def conflict_of(reading: Reading, mine: Watchlists, trail: Trail) -> Conflict | None:
    """Return the conflict of a text with my lists, ``None`` where it can be taken over.

    What another of our programs wrote never conflicts: it wrote under the lock, on top of what we had written.
    """
    if reading.by_program or reading.lists == mine:
        return None
    base = trail.base_of(reading.stamp)
    return None if mine == base else Conflict(mine, reading.lists, base)


def replay(lists: Watchlists, pending: Sequence[Line]) -> tuple[Watchlists, list[Line]]:
    """Do unsaved steps again on other lists; return the lists and the steps with inverses that fit them.

    An edit that is no longer possible is left out; an undo or redo of it moves nothing.
    """
    lines: list[Line] = []
    inverses: dict[str, Edit] = {}
    for line in pending:
        step = line.step
        if line.operation == "undo":
            done = rebase(lists, inverses.get(step.id, step.inverse))
            if done is not None:
                lists = done[0]
                step = structs.replace(step, edit=done[1])
            lines.append(structs.replace(line, step=step))
            continue
        done = rebase(lists, step.edit)
        if done is None:
            if line.operation == "redo":
                lines.append(line)
            continue
        lists = done[0]
        step = structs.replace(step, inverse=done[1])
        inverses[step.id] = step.inverse
        lines.append(structs.replace(line, step=step))
    return lists, lines
