"""What the screen may ask for: the seam to everything that lies behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

if TYPE_CHECKING:
    from tui_monitor.config.columns_file import ColumnSetting
    from tui_monitor.domain.alert import AlertEvent
    from tui_monitor.domain.watchlist_edits import Edit
    from tui_monitor.engine.clock import ReplayClock
    from tui_monitor.services.alert_keeper import AlertKeeper
    from tui_monitor.services.archive import Archive
    from tui_monitor.services.feed_desk import FeedDesk
    from tui_monitor.services.filter_desk import FilterDesk
    from tui_monitor.services.finding import Finder, Found
    from tui_monitor.services.watchlists import Conflict

Choice = Literal["mine", "theirs", "merge"]
"""How a conflict ends."""


class Services(msgspec.Struct, kw_only=True):
    """Use-cases behind commands. Each returns at once; what takes time happens elsewhere."""

    edit: Callable[[Edit], None]
    """Do an edit of the watchlists, one step of undo; raises ``WatchlistError`` where it cannot be done."""
    undo: Callable[[], Edit | None]
    """Take the last step back; returns what was done for that, ``None`` if there is no step."""
    redo: Callable[[], Edit | None]
    conflict: Callable[[], Conflict | None]
    """Both sides, while the lists' file was edited on both and the person has to choose."""
    settle: Callable[[Choice], None]
    """End a conflict."""
    finder: Callable[[], Finder]
    """Gives what turns a person's words into symbols; built when it is first needed."""
    search: Callable[[str], Awaitable[list[Found]]] | None
    """Asks a provider what a text may mean, raises ``SourceError``; ``None`` where none is asked."""
    glance: Callable[[Sequence[str]], None]
    """Ask for the prices of symbols that are only looked at, in the place of those of the last glance."""
    keep_columns: Callable[[tuple[ColumnSetting, ...] | None], None]
    """Keep how the watchlist's columns are set."""
    refresh: Callable[[str | None], Sequence[str]]
    """Ask the sources of a topic, or all, again; returns the names of those that are asked."""
    mark_read: Callable[[Sequence[str], bool], None]
    """Keep the read marks of headlines."""
    mark_seen: Callable[[Sequence[str], bool], None]
    """Keep the read marks of rating changes, by their keys."""
    open_link: Callable[[str], object]
    """Hand an address to the browser; ``False`` where there is none."""
    pause_source: Callable[[str], None]
    """Pause a source, or let it go on."""
    refresh_source: Callable[[str], object]
    interest_changed: Callable[[], None]
    """The lists changed: ask for what is in them now."""
    problem: Callable[[], str | None]
    """What stands in the way of saving, in a sentence."""
    log: Callable[[], Sequence[str]] = tuple
    """Gives the last events of the log, oldest first."""
    archive: Archive | None = None
    """The stored headlines beyond those in memory; ``None`` where nothing is stored."""
    feeds: Callable[[], FeedDesk | None] = lambda: None
    """Gives what changes the list of feeds; it gives ``None`` in a replayed day."""
    filters: FilterDesk | None = None
    """What names and deletes headline filters; ``None`` in a replayed day."""
    alerts: Callable[[], AlertKeeper | None] = lambda: None
    """Gives the alert rules, where they stand and what fired; made when they are first needed."""
    fired: Callable[[], AlertEvent | None] = lambda: None
    """Gives the last alert that was not asked for yet, once."""
    save: Callable[[], object] = bool
    """Write what waits to be written: before the program is stopped."""
    replay_clock: ReplayClock | None = None
    """The clock of a replayed day, ``None`` when live."""
