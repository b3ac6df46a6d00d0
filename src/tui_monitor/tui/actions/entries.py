"""Editing the entries of a watchlist: add, remove, move, mark, note, tags and position. Each is one step of undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.watchlist import Entry, Watchlist
from tui_monitor.domain.watchlist_edits import Add, Edit, Move, NewList, Remove, Several
from tui_monitor.present.watchlist import OWN
from tui_monitor.tui.actions.watch import do, editable, meant, panel_of, some
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel
from tui_monitor.tui.screens.add import AddScreen
from tui_monitor.tui.screens.choice import ChoiceScreen
from tui_monitor.tui.screens.entry import entry_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_monitor.tui.screens.main import MainScreen

NEW = ""
"""Answer to the question for a list that asks for a new one: no list has an empty name."""


def add(screen: MainScreen) -> None:
    """Ask for symbols; elsewhere and in a built-in list, take what is under the cursor."""
    panel = panel_of(screen)
    if screen.desk.focused_panel is PanelId.WATCHLIST:
        own = panel.model.shown_list(screen.view)
        if own is not None or not screen.view.lists().lists:
            held = frozenset(own.symbols) if own is not None else frozenset()
            screen.app.push_screen(
                AddScreen(screen.view, screen.services, screen.palette, held), lambda found: _take(screen, found)
            )
            return
        symbols = meant(screen)
        _choose_list(screen, symbols, "watch.copy-to", lambda name: _add_to(screen, name, symbols))
        return
    found = under_cursor(screen)
    if found:
        _take(screen, list(found))
    else:
        screen.say(screen.view.words("watch.nothing-here"))


def under_cursor(screen: MainScreen) -> tuple[str, ...]:
    """Return the symbols that the row under the cursor is about."""
    panel = screen.current
    if not isinstance(panel, TablePanel) or panel.cursor_key is None:
        return (screen.view.index,) if screen.desk.focused_panel is PanelId.INDEX else ()
    key = panel.cursor_key
    if screen.desk.focused_panel is PanelId.HEADLINES:
        found = screen.view.headline(key)
        return found.symbols if found else ()
    if screen.desk.focused_panel is PanelId.RATINGS:
        event = screen.view.tape.event(screen.view, key)
        symbol = (event.change.home_symbol or event.change.symbol) if event else None
        return (symbol,) if symbol else ()
    return (key,)


def _take(screen: MainScreen, symbols: list[str] | None) -> None:
    """Add symbols to the list in hand; make one where there is none."""
    if symbols:
        own = panel_of(screen).model.own_list(screen.view)
        _add_to(screen, own.name if own is not None else screen.view.words("watch.default-name"), symbols)


def _entry(screen: MainScreen, symbol: str) -> Entry:
    known = screen.services.finder().knows(symbol) or screen.view.store.quote(symbol) is not None
    return Entry(symbol=symbol, unverified=not known)


def _add_to(screen: MainScreen, name: str, symbols: list[str]) -> None:
    """Add to the list ``name``; point at the first one where all are there already."""
    panel, words = panel_of(screen), screen.view.words
    one = screen.view.lists().named(name)
    held = frozenset(one.symbols) if one is not None else frozenset()
    fresh = [symbol for symbol in dict.fromkeys(symbols) if symbol not in held]
    if not fresh:
        panel.show_list(name)
        panel.select(symbols[0])
        screen.say(words("watch.already", symbol=symbols[0], name=name))
        return
    entries = tuple(_entry(screen, symbol) for symbol in fresh)
    if not do(screen, Add(name, entries) if one is not None else NewList(name, entries)):
        return
    panel.model.marks.clear()
    panel.show_list(name)
    panel.reload()
    panel.select(fresh[-1])
    unverified = [entry.symbol for entry in entries if entry.unverified]
    if unverified:
        screen.say(words("watch.added-unverified", symbols=some(unverified)))
    else:
        screen.say(words("watch.added", symbols=some(fresh), name=name))


def remove(screen: MainScreen) -> None:
    """Remove the marked rows, or the one under the cursor; undo brings them back."""
    one, symbols = editable(screen), meant(screen)
    if one is None or not symbols:
        return
    panel = panel_of(screen)
    if do(screen, Remove(one.name, tuple(symbols))):
        panel.model.marks.clear()
        panel.reload()
        screen.say(screen.view.words("watch.removed", symbol=some(symbols)))


def mark(screen: MainScreen) -> None:
    """Mark the row for the next action, or take the mark off, and go on to the next row."""
    panel = panel_of(screen)
    key = panel.cursor_key
    if key is not None:
        panel.model.marks ^= {key}
        at = panel.cursor_at
        panel.reload()
        panel.move_cursor(at + 1)


def mark_all(screen: MainScreen) -> None:
    """Mark every row that is shown, or take all marks off."""
    panel = panel_of(screen)
    shown = set(panel.keys)
    panel.model.marks = set() if shown <= panel.model.marks else shown
    panel.reload()


def move_down(screen: MainScreen) -> None:
    """Move the rows one place down."""
    _move(screen, 1)


def move_up(screen: MainScreen) -> None:
    """Move the rows one place up."""
    _move(screen, -1)


def _move(screen: MainScreen, step: int) -> None:
    one, symbols = editable(screen), meant(screen)
    if one is None or not symbols:
        return
    panel = panel_of(screen)
    if panel.model.sort != OWN or panel.model.reverse or panel.model.query:
        screen.say(screen.view.words("watch.move-needs-own-order"))
        return
    moved = set(symbols)
    before = one.symbols.index(symbols[0])
    rest = [symbol for symbol in one.symbols if symbol not in moved]
    # Rows that stand apart are gathered at the first one's place before they move on.
    gathered = (*rest[:before], *symbols, *rest[before:])
    to = before if gathered != one.symbols else before + step
    if 0 <= to <= len(rest) and do(screen, Move(one.name, tuple(symbols), to)):
        panel.reload()
        if panel.cursor_key is not None:
            panel.select(panel.cursor_key)


def move_to(screen: MainScreen) -> None:
    """Move the rows to another list."""
    one, symbols = editable(screen), meant(screen)
    if one is None or not symbols:
        return
    _choose_list(screen, symbols, "watch.move-to", lambda name: _move_to(screen, one, symbols, name), one.name)


def _move_to(screen: MainScreen, source: Watchlist, symbols: list[str], name: str) -> None:
    words = screen.view.words
    target = screen.view.lists().named(name)
    held = frozenset(target.symbols) if target is not None else frozenset()
    fresh = tuple(symbol for symbol in symbols if symbol not in held)
    if not fresh:
        screen.say(words("watch.already", symbol=symbols[0], name=name))
        return
    end = len(target.entries) if target is not None else 0
    move = Move(source.name, fresh, end, name)
    edit: Edit = move if target is not None else Several((NewList(name), move))
    if do(screen, edit):
        panel = panel_of(screen)
        panel.model.marks.clear()
        panel.reload()
        screen.say(words("watch.moved", symbols=some(list(fresh)), name=name))


def _choose_list(
    screen: MainScreen, symbols: list[str], question: str, then: Callable[[str], None], without: str | None = None
) -> None:
    """Ask by the catalogue's ``question`` for one of the person's lists, or for the name of a new one."""
    if not symbols:
        return
    words = screen.view.words
    names = [one.name for one in screen.view.lists().lists if one.name != without]

    def chosen(name: str | None) -> None:
        if name == NEW:
            screen.ask(words("prompt.new-list"), "", done=lambda text: then(text.strip()) if text else None)
        elif name is not None:
            then(name)

    options = [*((name, name) for name in names), (NEW, words("watch.new-list"))]
    title = words(question, symbols=some(symbols))
    screen.app.push_screen(ChoiceScreen(title, options, words("hint.choice"), screen.palette), chosen)


def edit(screen: MainScreen) -> None:
    """Edit note, tags and position of the rows in one form."""
    one, symbols = editable(screen), meant(screen)
    if one is None or not symbols:
        return
    entries = [entry for entry in one.entries if entry.symbol in set(symbols)]

    def save(edit: Edit | None) -> str | None:
        if edit is None:
            return None
        try:
            screen.services.edit(edit)
        except WatchlistError as error:
            return screen.view.words.told(error.sentence)
        screen.frame_clock.take_lists()
        panel_of(screen).reload()
        screen.say(screen.view.words("watch.saved"))
        return None

    screen.app.push_screen(entry_form(screen.view, screen.palette, one.name, entries, save))
