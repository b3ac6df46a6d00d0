"""What the person asks of the sources: done by this monitor's scheduler, or by the monitor that polls for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_monitor.engine.health import State
from tui_monitor.services.sharing import toggle
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.engine.health import SourceHealth
    from tui_monitor.engine.scheduler import Scheduler
    from tui_monitor.services.sharing import Sharing

RESTING = frozenset({State.PAUSED, State.UNNEEDED, State.LIMITED})
"""States in which a source is not asked, whoever wants it."""


class Asking:
    """Refreshes and pauses. Each returns at once."""

    def __init__(
        self,
        scheduler: Callable[[], Scheduler | None],
        sharing: Callable[[], Sharing | None],
        health: Callable[[], Mapping[str, SourceHealth]],
    ) -> None:
        self._scheduler = scheduler
        self._sharing = sharing
        self._health = health

    def refresh(self, topic: str | None) -> Sequence[str]:
        """Ask the sources of a topic, or all, again; return the names of those that will be asked."""
        wanted = Topic(topic) if topic else None
        if (scheduler := self._scheduler()) is not None:
            return scheduler.refresh(wanted)
        return self._ordered(lambda one: wanted in {None, one.topic}, topic=wanted)

    def refresh_source(self, name: str) -> Sequence[str]:
        """Ask one source again, in full."""
        if (scheduler := self._scheduler()) is not None:
            return scheduler.refresh(name=name)
        return self._ordered(lambda one: one.name == name, source=name)

    def toggle_source(self, name: str) -> None:
        """Pause a source, or let it go on."""
        if (scheduler := self._scheduler()) is not None:
            toggle(scheduler, name)
        elif (sharing := self._sharing()) is not None:
            sharing.wishing.order("pause", source=name)

    def _ordered(
        self, concerned: Callable[[SourceHealth], bool], *, topic: Topic | None = None, source: str | None = None
    ) -> Sequence[str]:
        """Have the monitor that polls ask anew."""
        sharing, health = self._sharing(), self._health()
        if sharing is None or not health:
            return ()
        asked = [one.name for one in health.values() if concerned(one) and one.state not in RESTING]
        if asked:
            sharing.wishing.order("refresh", topic=topic, source=source)
        return asked
