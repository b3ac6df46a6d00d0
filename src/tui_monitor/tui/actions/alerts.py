"""Alerts: a rule for the row under the cursor, the screen of rules, one line when something fires."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import MonitorError
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel

if TYPE_CHECKING:
    from tui_monitor.config.settings import AlertEntry
    from tui_monitor.tui.screens.main import MainScreen


def add(screen: MainScreen) -> None:
    """Make a rule for the symbol of the row under the cursor."""
    from msgspec.structs import replace

    from tui_monitor.tui.screens import alert_forms

    keeper, words = screen.services.alerts(), screen.view.words
    symbol = _symbol(screen)
    if keeper is None or symbol is None:
        screen.say(words("alert.unable" if keeper is None else "alert.no-row"))
        return

    def save(entry: AlertEntry) -> None:
        entry = replace(entry, name=keeper.free_name(entry.name))

        async def keep() -> None:
            try:
                await keeper.add(entry)
            except MonitorError as error:
                screen.say(words.of(error))
                return
            screen.say(words("alert.made", name=entry.name))

        screen.run_worker(keep(), group="alerts")

    alert_forms.make(screen.app, screen.view, screen.palette, symbol, save)


def show(screen: MainScreen) -> None:
    """Show the rules and what fired."""
    from tui_monitor.tui.screens.alerts import AlertsScreen

    keeper = screen.services.alerts()
    if keeper is None:
        screen.say(screen.view.words("alert.unable"))
    else:
        screen.app.push_screen(AlertsScreen(screen, keeper))


def _symbol(screen: MainScreen) -> str | None:
    """Return the symbol of the row under the cursor; of a headline or a rating change the first one it names."""
    panel, view = screen.current, screen.view
    key = panel.cursor_key if isinstance(panel, TablePanel) else view.index
    if key is None:
        return None
    if panel.panel_id is PanelId.HEADLINES:
        headline = view.headline(key)
        return headline.symbols[0] if headline is not None and headline.symbols else None
    if panel.panel_id is PanelId.RATINGS:
        event = view.tape.event(view, key)
        return (event.change.home_symbol or event.change.symbol) if event is not None else None
    return key
