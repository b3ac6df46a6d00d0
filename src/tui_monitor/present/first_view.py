"""The view that the program begins with: what the settings say of how things are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_monitor.config.seeds import load_reference
from tui_monitor.domain.instrument import mic_of
from tui_monitor.present.appearance import glyphs_for
from tui_monitor.present.view import View
from tui_monitor.present.words import Words, language_of

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.session import Calendar, SessionState
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.engine.clock import Clock
    from tui_monitor.store.latest import LatestStore

HOME_ZONE = "Asia/Hong_Kong"
"""Zone of an index whose exchange is not known."""


def first_view(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    store: LatestStore,
    clock: Clock,
    universe: Universe,
    instruments: Mapping[str, Instrument],
    zone: tzinfo,
    session: Callable[[str | None], SessionState | None],
    lists: Callable[[], Watchlists],
    mark: str | None,
    notices: Sequence[str],
) -> View:
    """Return a view over what there is. ``mark`` names the words that mark a replayed day, ``None`` when live."""
    display = settings.display
    words = Words(language_of(display.language, environment))
    return View(
        store=store,
        clock=clock,
        settings=settings,
        universe=universe,
        instruments=instruments,
        reference=load_reference(),
        words=words,
        glyphs=glyphs_for(display, environment),
        zone=zone,
        session=session,
        lists=lists,
        flash=display.flash and not display.slow,
        replaying=words(mark) if mark is not None else None,
        notices=[*notices],
    )


def zone_of(settings: Settings, calendar: Callable[[str], Calendar | None], *, exchange: bool = False) -> ZoneInfo:
    """Return the zone that clock and times are shown in: the person's, or that of the index's exchange.

    With ``exchange`` it is the exchange's whatever the person's is.
    """
    name = settings.display.timezone
    if exchange or name == "exchange":
        mic = mic_of(settings.market.index)
        found = calendar(mic) if mic else None
        name = found.zone if found is not None else HOME_ZONE
    return ZoneInfo(name)
