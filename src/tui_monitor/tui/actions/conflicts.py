"""The lists' file was edited on both sides: ask the person once, and again when asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import WatchlistError

if TYPE_CHECKING:
    from tui_monitor.services.watchlists import Conflict
    from tui_monitor.tui.screens.main import MainScreen
    from tui_monitor.tui.services import Choice


def notice(screen: MainScreen) -> None:
    """Ask if a conflict arose that the person has not put off."""
    conflict = screen.services.conflict()
    if conflict is None:
        screen.put_off = None
    elif screen.is_current and not screen.prompt.is_open and conflict.theirs != screen.put_off:
        _ask(screen, conflict)


def ask(screen: MainScreen) -> None:
    """Ask now, also after it was put off."""
    conflict = screen.services.conflict()
    if conflict is None:
        screen.say(screen.view.words("conflict.none"))
    else:
        _ask(screen, conflict)


def _ask(screen: MainScreen, conflict: Conflict) -> None:
    from tui_monitor.tui.screens.conflict import ConflictScreen

    # Put off by Esc it is not asked for again until the file changes once more; the status line keeps saying it.
    screen.put_off = conflict.theirs

    def answered(choice: Choice | None) -> None:
        if choice is None:
            return
        try:
            screen.services.settle(choice)
        except WatchlistError as error:
            screen.say(screen.view.words.told(error.sentence))
            return
        screen.frame_clock.take_lists()
        screen.look_at_lists()
        screen.say(screen.view.words(f"conflict.chose-{choice}"))

    screen.app.push_screen(ConflictScreen(screen.view, conflict, screen.palette), answered)
