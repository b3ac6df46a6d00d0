"""Choosing among headlines: the filter line, saved ones, what came while the person was away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.headline_filter import FilterError, parse_filter
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.headlines import HeadlinesPanel

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.tui.screens.main import MainScreen


def panel_of(screen: MainScreen) -> HeadlinesPanel:
    """Return the headline panel."""
    panel = screen.desk.panels[PanelId.HEADLINES]
    if not isinstance(panel, HeadlinesPanel):
        raise TypeError(panel)
    return panel


def write_filter(screen: MainScreen) -> None:
    """Ask for a filter; it works as one types, and the last one that can be read stays in force."""
    panel = panel_of(screen)
    model = panel.model
    before = model.filter, model.filter_name

    def changed(text: str) -> None:
        try:
            wanted = parse_filter(text) if text.strip() else None
        except FilterError as error:
            words = screen.view.words
            expected = words(f"filter.fault.{error.fault}", **error.values)
            screen.say(words("filter.wrong", place=error.position + 1, expected=expected))
            return
        screen.view.saying = None
        screen.status.repaint()
        if wanted != model.filter or model.filter_name is not None:
            model.filter, model.filter_name = wanted, None
            chosen_changed(panel)

    def done(text: str | None) -> None:
        if text is None:
            model.filter, model.filter_name = before
            screen.view.saying = None
            screen.status.repaint()
            chosen_changed(panel)
        else:
            changed(text)

    text = model.filter.text if model.filter is not None else ""
    screen.ask(screen.view.words("prompt.filter"), text, changed=changed, done=done)


def saved_only(screen: MainScreen) -> None:
    """Show only what was saved, however old it is, or everything again."""
    panel = panel_of(screen)
    panel.model.saved_only = not panel.model.saved_only
    chosen_changed(panel)


def save(screen: MainScreen) -> None:
    """Save the headline under the cursor, or no longer."""
    panel = panel_of(screen)
    one = screen.view.headline(panel.cursor_key) if panel.cursor_key is not None else None
    if one is not None:
        save_headline(screen, one)


def save_headline(screen: MainScreen, one: Headline) -> None:
    """Save ``one``, or no longer, and say which."""
    view, panel = screen.view, panel_of(screen)
    saved = one.id not in view.saved
    if saved:
        view.saved.add(one.id)
        panel.model.kept[one.id] = one
    else:
        view.saved.discard(one.id)
    if screen.services.archive is not None:
        screen.services.archive.save(one, saved)
    screen.say(view.words("headlines.saved" if saved else "headlines.dropped"))
    panel.frame(set(), second=True)


def list_while_away(screen: MainScreen) -> None:
    """Show what came in while the person was away."""
    what = screen.away.told
    screen.away.drop()
    if what is None:
        return
    if not what.headlines:
        screen.show_panel(PanelId.RATINGS)
        return
    panel = panel_of(screen)
    panel.model.step_back()
    panel.model.only = what.headlines
    screen.show_panel(PanelId.HEADLINES)
    panel.reload()
    panel.move_cursor(0)


def chosen_changed(panel: HeadlinesPanel) -> None:
    """The choice changed: show it, with what is saved where it asks for that."""
    model = panel.model
    if model.saved_only or (model.filter is not None and model.filter.asks_saved):
        panel.show_saved()
    panel.reload()
