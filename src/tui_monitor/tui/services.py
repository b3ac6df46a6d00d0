"""What the screen may ask for: the seam to everything that lies behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.engine.clock import ReplayClock


@dataclass(slots=True, kw_only=True)
class Services:
    """Use-cases behind commands. Each returns at once; what takes time happens elsewhere."""

    add: Callable[[str, list[str]], None]
    """Add symbols to a list by its name."""
    remove: Callable[[str, list[str]], None]
    move: Callable[[str, str, int], None]
    """Move a symbol within its list to a place."""
    undo: Callable[[], bool]
    redo: Callable[[], bool]
    resolve: Callable[[str], tuple[list[str], list[str]]]
    """Turn what a person typed into symbols; the second list is what was not understood."""
    refresh: Callable[[str | None], Sequence[str]]
    """Ask the sources of a topic, or all, again; returns the names of those that are asked."""
    mark_read: Callable[[Sequence[str], bool], None]
    """Keep the read marks of headlines."""
    open_link: Callable[[str], object]
    pause_source: Callable[[str], None]
    """Pause a source, or let it go on."""
    refresh_source: Callable[[str], object]
    interest_changed: Callable[[], None]
    """The lists changed: ask for what is in them now."""
    problem: Callable[[], str | None]
    """What stands in the way of saving, in a sentence."""
    replay_clock: ReplayClock | None = None
    """The clock of a replayed day, ``None`` when live."""
