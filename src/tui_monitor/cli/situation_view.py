"""The view that the screen's presenters read, made for a command: one moment, no colours of a theme."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_monitor.domain.watchlist import Watchlists
from tui_monitor.present.glyphs import UNICODE
from tui_monitor.present.view import View
from tui_monitor.present.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_monitor.services.situation import Situation

HOME_ZONE = "Asia/Hong_Kong"
"""Zone of an index whose exchange is not known."""


def view_of(told: Situation, *, lists: Callable[[], Watchlists] = Watchlists) -> View:
    """Return a view over ``told``; its zone is that of the settings, by default the index's own."""
    zone = told.settings.display.timezone
    if zone == "exchange":
        calendar = told.calendar(told.index)
        zone = calendar.zone if calendar is not None else HOME_ZONE
    view = View(
        store=told.store,
        clock=told.clock,
        settings=told.settings,
        universe=told.universe,
        instruments=told.instruments,
        reference=told.reference,
        words=Words(told.language),
        glyphs=UNICODE,
        zone=ZoneInfo(zone),
        session=told.session,
        lists=lists,
        flash=False,
    )
    view.agenda = lambda: told.agenda(view.own_symbols)
    return view
