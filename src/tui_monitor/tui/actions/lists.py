"""Whole watchlists: going through them, making, renaming, moving, ordering and deleting them, undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.watchlist_edits import DeleteList, Edit, MoveList, NewList, SortOnce
from tui_monitor.present.watchlist import OWN
from tui_monitor.tui.actions.watch import do, editable, panel_of, place_of
from tui_monitor.tui.screens.columns import ColumnsScreen
from tui_monitor.tui.screens.entry import list_form

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_monitor.config.columns_file import ColumnSetting
    from tui_monitor.tui.screens.main import MainScreen


def next_list(screen: MainScreen) -> None:
    """Go to the next list."""
    panel_of(screen).turn(1)


def previous_list(screen: MainScreen) -> None:
    """Go to the previous list."""
    panel_of(screen).turn(-1)


def new(screen: MainScreen) -> None:
    """Make a list after the shown one."""
    panel = panel_of(screen)
    shown = panel.model.shown_list(screen.view)
    lists = screen.view.lists().lists
    at = None if shown is None else lists.index(shown) + 1

    def done(text: str | None) -> None:
        name = (text or "").strip()
        if name and do(screen, NewList(name, index=at)):
            panel.show_list(name)
            screen.say(screen.view.words("watch.list-made", name=name))

    screen.ask(screen.view.words("prompt.new-list"), "", done=done)


def change(screen: MainScreen) -> None:
    """Rename the list and set the currency of its sums."""
    one = editable(screen)
    if one is None:
        return

    def save(edit: Edit | None, name: str) -> str | None:
        if edit is None:
            return None
        try:
            screen.services.edit(edit)
        except WatchlistError as error:
            return screen.view.words.told(error.sentence)
        panel = panel_of(screen)
        # The tab follows the new name before anything asks for the old one.
        panel.model.show(screen.view, name)
        screen.frame_clock.take_lists()
        panel.reload()
        screen.say(screen.view.words("watch.saved"))
        return None

    screen.app.push_screen(list_form(screen.view, screen.palette, one, save))


def delete(screen: MainScreen) -> None:
    """Delete the list with all that it holds; undo brings it back."""
    one = editable(screen)
    if one is not None and do(screen, DeleteList(one.name)):
        panel_of(screen).reload()
        screen.say(screen.view.words("watch.list-deleted", name=one.name, count=len(one.entries)))


def move_right(screen: MainScreen) -> None:
    """Move the list one place to the right among the lists."""
    _move(screen, 1)


def move_left(screen: MainScreen) -> None:
    """Move the list one place to the left."""
    _move(screen, -1)


def _move(screen: MainScreen, step: int) -> None:
    one = editable(screen)
    if one is None:
        return
    lists = screen.view.lists().lists
    to = lists.index(one) + step
    if 0 <= to < len(lists) and do(screen, MoveList(one.name, to)):
        panel_of(screen).reload()


def sort_once(screen: MainScreen) -> None:
    """Make the order that is shown the list's own."""
    one = editable(screen)
    if one is None:
        return
    model = panel_of(screen).model
    if model.sort == OWN and not model.reverse:
        screen.say(screen.view.words("watch.sort-first"))
        return
    query, model.query = model.query, ""
    order = tuple(model.order(screen.view))
    model.query = query
    if order == one.symbols or do(screen, SortOnce(one.name, order)):
        model.sort, model.reverse = OWN, False
        panel_of(screen).reload()
        screen.say(screen.view.words("watch.sorted-once"))


def columns(screen: MainScreen) -> None:
    """Choose, order and size the columns."""
    panel = panel_of(screen)

    def changed(settings: tuple[ColumnSetting, ...] | None) -> None:
        screen.view.columns = settings
        screen.services.keep_columns(settings)
        panel.reload()

    screen.app.push_screen(
        ColumnsScreen(screen.view, screen.palette, lambda: panel.model.settings(screen.view), changed)
    )


def undo(screen: MainScreen) -> None:
    """Take back the last edit, in whichever list it was."""
    _step(screen, screen.services.undo, "watch.undone", "watch.nothing-to-undo")


def redo(screen: MainScreen) -> None:
    """Make the last undone edit again."""
    _step(screen, screen.services.redo, "watch.redone", "watch.nothing-to-redo")


def _step(screen: MainScreen, step: Callable[[], Edit | None], done: str, nothing: str) -> None:
    try:
        edit = step()
    except WatchlistError as error:
        screen.say(screen.view.words.told(error.sentence))
        return
    if edit is None:
        screen.say(screen.view.words(nothing))
        return
    panel = panel_of(screen)
    screen.frame_clock.take_lists()
    name, symbol = place_of(edit)
    if name is not None:
        panel.show_list(name)
    panel.reload()
    if symbol is not None:
        panel.select(symbol)
    screen.say(screen.view.words(done))
