"""What the actions on watchlists share: the panel, what is meant by the cursor or the marks, doing an edit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.watchlist import Watchlist
from tui_monitor.domain.watchlist_edits import Edit, NewList, Rename, ReplaceAll, Several
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.watchlist import WatchlistPanel

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen


def panel_of(screen: MainScreen) -> WatchlistPanel:
    """Return the watchlist panel."""
    panel = screen.desk.panels[PanelId.WATCHLIST]
    if not isinstance(panel, WatchlistPanel):
        raise TypeError(PanelId.WATCHLIST)
    return panel


def meant(screen: MainScreen) -> list[str]:
    """Return the marked rows in the list's order, or the row under the cursor."""
    panel = panel_of(screen)
    marks = panel.model.marks
    if marks:
        return [entry.symbol for entry in panel.model.entries() if entry.symbol in marks]
    return [panel.cursor_key] if panel.cursor_key is not None else []


def editable(screen: MainScreen) -> Watchlist | None:
    """Return the person's list that is shown; say so and return ``None`` where it is a built-in one."""
    panel = panel_of(screen)
    one = panel.model.shown_list(screen.view)
    if one is None:
        tab = panel.model.tab(screen.view)
        screen.say(screen.view.words("watch.read-only", name=tab.title))
    return one


def do(screen: MainScreen, edit: Edit) -> bool:
    """Do an edit and show it; say why it was refused. Return whether it was done."""
    try:
        screen.services.edit(edit)
    except WatchlistError as error:
        screen.say(screen.view.words.told(error.sentence))
        return False
    screen.frame_clock.take_lists()
    return True


def together(edits: list[Edit]) -> Edit | None:
    """Return several edits as one step."""
    return edits[0] if len(edits) == 1 else Several(tuple(edits)) if edits else None


def place_of(edit: Edit) -> tuple[str | None, str | None]:
    """Return the list that an edit changed and the first symbol of it, to show them after an undo."""
    if isinstance(edit, Several):
        return place_of(edit.edits[-1]) if edit.edits else (None, None)
    if isinstance(edit, ReplaceAll):
        return None, None
    if isinstance(edit, NewList | Rename):
        return edit.name, None
    name = getattr(edit, "to", None) or edit.list
    symbols = getattr(edit, "symbols", ()) or [entry.symbol for entry in getattr(edit, "entries", ())]
    return name, symbols[0] if symbols else None


def some(symbols: list[str]) -> str:
    """Return symbols for a sentence: the first few, and how many more."""
    shown = ", ".join(symbols[:4])
    return f"{shown} +{len(symbols) - 4}" if len(symbols) > 4 else shown
