"""Editing the watchlists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.rating import RatingChange
from tui_monitor.present.watchlist import WatchlistModel
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen


def _panel(screen: MainScreen) -> tuple[TablePanel, WatchlistModel] | None:
    panel = screen.desk.panels[PanelId.WATCHLIST]
    if isinstance(panel, TablePanel) and isinstance(panel.model, WatchlistModel):
        return panel, panel.model
    return None


def add(screen: MainScreen) -> None:
    """Add what is under the cursor of another panel, or ask for symbols."""
    if screen.desk.focused_panel is PanelId.WATCHLIST:
        screen.ask(screen.view.words("prompt.add"), "", done=lambda text: _add_words(screen, text))
        return
    symbols = under_cursor(screen)
    if symbols:
        _add(screen, list(symbols))
    else:
        screen.say(screen.view.words("watch.nothing-here"))


def under_cursor(screen: MainScreen) -> tuple[str, ...]:
    """Return the symbols that the row under the cursor is about."""
    panel = screen.current
    if not isinstance(panel, TablePanel) or panel.cursor_key is None:
        return (screen.view.index,) if screen.desk.focused_panel is PanelId.INDEX else ()
    key = panel.cursor_key
    found: Headline | RatingChange | None
    if screen.desk.focused_panel is PanelId.HEADLINES:
        found = screen.view.store.headline(key)
        return found.symbols if found else ()
    if screen.desk.focused_panel is PanelId.RATINGS:
        found = screen.view.store.rating(key)
        symbol = (found.home_symbol or found.symbol) if found else None
        return (symbol,) if symbol else ()
    return (key,)


def _add_words(screen: MainScreen, text: str | None) -> None:
    if not text or not text.strip():
        return
    found, unknown = screen.services.resolve(text)
    if unknown:
        screen.say(screen.view.words("watch.not-understood", words=" ".join(unknown)[:60]))
    if found:
        _add(screen, found)


def _add(screen: MainScreen, symbols: list[str]) -> None:
    parts = _panel(screen)
    if parts is None:
        return
    panel, model = parts
    current = model.current(screen.view)
    name = current.name if current else screen.view.words("watch.default-name")
    held = set(current.symbols) if current else set()
    fresh = [symbol for symbol in symbols if symbol not in held]
    if not fresh:
        screen.say(screen.view.words("watch.already", symbol=symbols[0], name=name))
        panel.select(symbols[0])
        return
    _try(screen, lambda: screen.services.add(name, fresh))
    panel.reload()
    panel.select(fresh[-1])
    screen.say(screen.view.words("watch.added", symbols=", ".join(fresh)[:60], name=name))


def remove(screen: MainScreen) -> None:
    """Remove the row under the cursor; undo brings it back."""
    parts = _panel(screen)
    if parts is None:
        return
    panel, model = parts
    current = model.current(screen.view)
    key = panel.cursor_key
    if current is None or key is None:
        return
    if _try(screen, lambda: screen.services.remove(current.name, [key])):
        panel.reload()
        screen.say(screen.view.words("watch.removed", symbol=key))


def move_down(screen: MainScreen) -> None:
    """Move the row under the cursor one place down."""
    _move(screen, 1)


def move_up(screen: MainScreen) -> None:
    """Move the row under the cursor one place up."""
    _move(screen, -1)


def _move(screen: MainScreen, step: int) -> None:
    parts = _panel(screen)
    if parts is None:
        return
    panel, model = parts
    current = model.current(screen.view)
    key = panel.cursor_key
    if current is None or key is None:
        return
    if model.sort != "own" or model.query:
        screen.say(screen.view.words("watch.move-needs-own-order"))
        return
    to = current.symbols.index(key) + step
    if not 0 <= to < len(current.symbols):
        return
    if _try(screen, lambda: screen.services.move(current.name, key, to)):
        panel.reload()
        panel.select(key)


def next_list(screen: MainScreen) -> None:
    """Go to the next list."""
    _turn(screen, 1)


def previous_list(screen: MainScreen) -> None:
    """Go to the previous list."""
    _turn(screen, -1)


def _turn(screen: MainScreen, step: int) -> None:
    parts = _panel(screen)
    if parts is not None:
        panel, model = parts
        model.turn(screen.view, step)
        panel.reload()
        screen.lists_changed()


def undo(screen: MainScreen) -> None:
    """Take back the last edit."""
    _step(screen, screen.services.undo, "watch.undone", "watch.nothing-to-undo")


def redo(screen: MainScreen) -> None:
    """Make the last undone edit again."""
    _step(screen, screen.services.redo, "watch.redone", "watch.nothing-to-redo")


def _step(screen: MainScreen, step: object, done: str, nothing: str) -> None:
    parts = _panel(screen)
    if parts is None or not callable(step):
        return
    changed = False

    def run() -> None:
        nonlocal changed
        changed = bool(step())

    if _try(screen, run):
        screen.say(screen.view.words(done if changed else nothing))
        parts[0].reload()


def _try(screen: MainScreen, edit: object) -> bool:
    """Run an edit; say why it was refused. Return whether it was made."""
    try:
        if callable(edit):
            edit()
    except WatchlistError as error:
        screen.say(str(error))
        return False
    screen.lists_changed()
    return True
