"""The program itself: refresh, the replayed day, colours, language, help, leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present.source_names import source_name
from tui_monitor.present.words import LANGUAGES
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.palette import next_convention

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen

_TOPICS = {PanelId.RATINGS: "ratings", PanelId.HEADLINES: "headlines"}

NAMED = 5
"""How many of the asked sources are named."""

STEP_SECONDS = 60.0
"""How far one step of a replay goes."""


def refresh(screen: MainScreen) -> None:
    """Ask the sources of the panel in hand again."""
    _refresh(screen, _TOPICS.get(screen.desk.focused_panel, "quotes"))


def refresh_all(screen: MainScreen) -> None:
    """Ask all sources again."""
    _refresh(screen, None)


def _refresh(screen: MainScreen, topic: str | None) -> None:
    asked = [source_name(screen.view, name) for name in screen.services.refresh(topic)]
    words = screen.view.words
    # Whole names only: a feed's name cut short would be another one.
    named = ", ".join(asked[:NAMED]) + (f" +{len(asked) - NAMED}" if len(asked) > NAMED else "")
    screen.say(words("refresh.asked", names=named) if asked else words("refresh.wait"))


def sources(screen: MainScreen) -> None:
    """Show the sources and how they fare."""
    screen.show_sources()


def calendar(screen: MainScreen) -> None:
    """Show what is to come."""
    from tui_monitor.tui.screens.calendar import CalendarScreen

    screen.app.push_screen(CalendarScreen(screen.view, screen.palette))


def pause(screen: MainScreen) -> None:
    """Halt the replayed day, or let it go on."""
    if clock := screen.services.replay_clock:
        paused = clock.toggle_pause()
        screen.say(screen.view.words("replay.paused" if paused else "replay.goes-on"))


def step(screen: MainScreen) -> None:
    """Go one minute ahead in the replayed day."""
    if clock := screen.services.replay_clock:
        clock.step(STEP_SECONDS)


def faster(screen: MainScreen) -> None:
    """Double the speed of the replayed day."""
    _speed(screen, 2.0)


def slower(screen: MainScreen) -> None:
    """Halve the speed of the replayed day."""
    _speed(screen, 0.5)


def _speed(screen: MainScreen, factor: float) -> None:
    if clock := screen.services.replay_clock:
        clock.speed *= factor
        screen.say(screen.view.words("replay.speed", speed=f"{clock.speed:g}"))


def colours(screen: MainScreen) -> None:
    """Go on to the next convention of which colour means up."""
    convention = next_convention(screen.palette.convention)
    screen.repalette(screen.palette.theme, convention)
    screen.say(screen.view.words(f"colours.{convention}"))


def theme(screen: MainScreen) -> None:
    """Go on to the next theme."""
    themes = ("dark", "light", "terminal")
    chosen = themes[(themes.index(screen.palette.theme) + 1) % len(themes)]
    screen.repalette(chosen, screen.palette.convention)
    screen.say(screen.view.words(f"theme.{chosen}"))


def language(screen: MainScreen) -> None:
    """Go on to the next language."""
    screen.relanguage(LANGUAGES[(LANGUAGES.index(screen.view.language) + 1) % len(LANGUAGES)])


def redraw(screen: MainScreen) -> None:
    """Draw everything anew."""
    screen.app.paint_anew()  # type: ignore[attr-defined]


def suspend(screen: MainScreen) -> None:
    """Give the terminal back to the shell until ``fg``; nothing is asked or saved meanwhile, so save first."""
    screen.services.save()
    screen.app.action_suspend_process()


def palette(screen: MainScreen) -> None:
    """Find a command by its words."""
    screen.app.action_command_palette()


def help_screen(screen: MainScreen) -> None:
    """Show the keys."""
    screen.show_help()


def log(screen: MainScreen) -> None:
    """Show the last events of the log."""
    from tui_monitor.present.log_lines import log_lines

    screen.dialog(screen.view.words("log.title"), lambda: log_lines(screen.view, screen.services.log()))


def leave(screen: MainScreen) -> None:
    """End the program; edits are saved."""
    screen.app.exit()
