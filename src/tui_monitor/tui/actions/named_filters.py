"""Filters that have a name: chosen, given, deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import MonitorError
from tui_monitor.domain.text import clean_text
from tui_monitor.tui.actions.news import chosen_changed, panel_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tui_monitor.tui.screens.main import MainScreen

EVERYTHING = "\n"
"""Stands among the names for no filter at all: no name holds a new line."""

MAX_NAME = 40
"""Characters of a name, as ``config.filters_file`` bounds it."""


def choose_filter(screen: MainScreen) -> None:
    """Choose one of the named filters, name the one in hand, or delete one."""
    from tui_monitor.tui.screens.filters import DELETE, NAME, FilterScreen

    panel, words = panel_of(screen), screen.view.words
    model = panel.model
    named = model.rules(screen.view).named
    if not named and model.filter is None:
        screen.say(words("filter.none-named"))
        return
    own = screen.view.saved_filters()
    options = [
        (name, f"{name}  {made.text}" + ("" if name in own else f"  [{words('filter.of-config')}]"))
        for name, made in named.items()
    ]
    options.append((EVERYTHING, words("filter.all")))
    listing = FilterScreen(words("filter.title"), options, words("filter.hint"), screen.palette)

    def chosen(name: str | None) -> None:
        if name is None:
            return
        if listing.deed == NAME:
            name_filter(screen)
        elif listing.deed == DELETE:
            _delete(screen, name)
        else:
            model.filter = None if name == EVERYTHING else named[name]
            model.filter_name = None if name == EVERYTHING else name
            chosen_changed(panel)

    screen.app.push_screen(listing, chosen)


def name_filter(screen: MainScreen) -> None:
    """Ask for a name for the filter in hand and keep it."""
    model, words = panel_of(screen).model, screen.view.words
    wanted, desk = model.filter, screen.services.filters
    if wanted is None or not wanted.text:
        screen.say(words("filter.none-in-hand"))
        return
    if desk is None:
        screen.say(words("filter.unable"))
        return

    def done(answer: str | None) -> None:
        name = clean_text(answer or "", MAX_NAME)
        if not name:
            return
        if any(name.casefold() == one.casefold() for one in screen.view.settings.news.filters):
            screen.say(words("filter.is-config", name=name))
            return

        async def keep() -> None:
            await desk.save(name, wanted.text)
            if model.filter == wanted:
                model.filter_name = name
            panel_of(screen).reload()
            screen.say(words("filter.named", name=name))

        _do(screen, keep)

    screen.ask(words("prompt.filter-name"), model.filter_name or "", done=done)


def _delete(screen: MainScreen, name: str) -> None:
    model, words, desk = panel_of(screen).model, screen.view.words, screen.services.filters
    if name == EVERYTHING:
        return
    if name not in screen.view.saved_filters():
        screen.say(words("filter.is-config", name=name))
        return
    if desk is None:
        screen.say(words("filter.unable"))
        return

    async def forget() -> None:
        await desk.remove(name)
        if model.filter_name == name:
            # What is seen stays as it is; only the name is gone.
            model.filter_name = None
        panel_of(screen).reload()
        screen.say(words("filter.deleted", name=name))

    _do(screen, forget)


def _do(screen: MainScreen, change: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        try:
            await change()
        except MonitorError as error:
            screen.say(screen.view.words.of(error))

    screen.run_worker(run(), group="filters")
