"""The app: a shell. It registers the themes, shows the main screen and passes on what concerns the whole program."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from textual import events
from textual.app import App

from tui_monitor.tui import textual_private
from tui_monitor.tui.commands import BY_ID
from tui_monitor.tui.palette import Palette, textual_theme
from tui_monitor.tui.picture import Picture
from tui_monitor.tui.screens.main import MainScreen
from tui_monitor.tui.textual_paint import SendsDifferences

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.actions import ActionParseResult
    from textual.command import Provider
    from textual.dom import DOMNode
    from textual.driver import Driver

    from tui_monitor.present.view import View
    from tui_monitor.tui.services import Services


_log = logging.getLogger(__name__)


def _palette_commands() -> type[Provider]:
    """Return what the command palette offers; Textual's palette is imported with it, when it is first opened."""
    from tui_monitor.tui.palette_commands import MonitorCommands

    return MonitorCommands


FRAMES = 5.0
"""Frames a second."""

SLOW_FRAMES = 1.0
"""Frames a second on slow links."""


class MonitorApp(textual_private.QuietEnd, SendsDifferences, App[None]):
    """The terminal front end."""

    TITLE = "tui-monitor"
    COMMANDS = {_palette_commands}  # noqa: RUF012 - Textual's own way to declare them
    COMMAND_PALETTE_BINDING = "ctrl+p"
    ENABLE_COMMAND_PALETTE = True
    CSS = """
    MainScreen { background: $background; color: $foreground; }
    CommandPalette SearchIcon { display: none; }
    CommandPalette { background: transparent; }
    """

    def __init__(
        self, view: View, services: Services, *, theme: str, on_ready: Callable[[], None] | None = None
    ) -> None:
        textual_private.install()
        self.picture = Picture()
        # With the terminal's own colours Textual must not turn them into others; it decides that once, here.
        super().__init__(ansi_color=True if theme == "terminal" else None)
        self.view = view
        self.services = services
        self._monitor_theme = theme
        self._ready_callback = on_ready
        for name in ("dark", "light", "terminal"):
            self.register_theme(textual_theme(name))
        self.theme = f"monitor-{theme}"
        frames = SLOW_FRAMES if view.settings.display.slow else FRAMES
        self.main = MainScreen(view, services, Palette(theme, view.settings.display.colours), frames=frames)

    def plain(self, text: str) -> str:
        """Return what the terminal can show of ``text``."""
        return self.view.glyphs.plain(text)

    def get_driver_class(self) -> type[Driver]:
        """Return what powers the terminal: where Textual takes its own for Unix, one that sleeps while idle."""
        from textual.drivers.linux_driver import LinuxDriver

        from tui_monitor.tui.terminal_input import SleepingDriver

        chosen = super().get_driver_class()
        return SleepingDriver if chosen is LinuxDriver else chosen

    def get_default_screen(self) -> MainScreen:
        """Return the main screen: no empty one is made, styled and painted below it."""
        return self.main

    def on_mount(self) -> None:
        """Take the person's own keys; paint anew once the shell gave the terminal back."""
        self._bind_keys()
        self.app_resume_signal.subscribe(self, lambda _app: self.paint_anew())

    def paint_anew(self) -> None:
        """Send the whole screen to a terminal that has lost it: Textual finds nothing changed and would send none."""
        self.picture.forget()
        self.main.paint_everything()
        for screen in self.screen_stack:
            screen.refresh(repaint=True, layout=True)

    def _bind_keys(self) -> None:
        """Take the person's own keys, and say where one is for a command that does not exist."""
        bind = self.view.settings.keys.bind
        self.set_keymap(dict(bind))
        unknown = [name for name in bind if name not in BY_ID]
        if unknown:
            self.view.notices.append(self.view.words("config.no-command", names=", ".join(unknown)))

    def on_ready(self) -> None:
        """Tell that the first paint is out: what is heavy may begin now."""
        self.call_after_refresh(self._painted)

    def _painted(self) -> None:
        if self._ready_callback is not None:
            self._ready_callback()

    def take_settings(self, theme: str, language: str) -> None:
        """Take over changed settings: keys, colours, language, and paint anew."""
        self._bind_keys()
        self.main.repalette(theme, self.view.settings.display.colours)
        self.main.relanguage(language)

    def action_help_quit(self) -> None:
        """Say in the person's language how to leave; Textual's own words for ``Ctrl+C`` are English."""
        self.main.say(self.view.words("quit.hint"))

    def action_command_palette(self) -> None:
        """Open the palette with the person's words; Textual's own are English."""
        from tui_monitor.tui.palette_commands import MonitorPalette

        if not isinstance(self.screen, MonitorPalette):
            placeholder = self.view.words("command.program.palette")
            self.push_screen(MonitorPalette(id="--command-palette", placeholder=placeholder))

    @property
    def contains(self) -> bool:
        """Whether a defect is kept where it happens; tests turn it off, to see them all."""
        return self.main.frame_clock.contain

    def tell_defect(self) -> None:
        """Log the exception that is handled now, and say that there was one."""
        _log.exception("a defect")
        self.main.say(self.view.words("defect.said"))

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key is for; a defect in it is logged and said, and takes nothing else with it."""
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except Exception:
            if not self.contains:
                raise
            self.tell_defect()
            return True

    def run_command(self, command_id: str) -> None:
        """Run a command by its id."""
        self.main.action_run(command_id)

    def on_app_blur(self, event: events.AppBlur) -> None:  # noqa: ARG002 - Textual's signature
        """Slow down while the terminal has no focus."""
        self.main.frame_clock.rest()

    def on_app_focus(self, event: events.AppFocus) -> None:  # noqa: ARG002 - Textual's signature
        """Go on."""
        self.main.frame_clock.resume()
        self.main.away.focus()

    async def on_event(self, event: events.Event) -> None:
        """Note every key before it does anything, whoever presses one is here, and every change of the terminal."""
        if isinstance(event, events.Resize):
            if self.picture.known and event.size == self.size:
                # It was smaller for a moment, which nobody told: Textual finds nothing changed.
                self.call_later(self.paint_anew)
            self.picture.forget()
        if isinstance(event, events.Key | events.MouseDown | events.Paste):
            self.main.frame_clock.hurry()
        key = getattr(event, "key", None)
        # Textual hands a key in twice: once from the terminal, once when no widget has taken it.
        if isinstance(key, str) and not getattr(event, "is_forwarded", False):
            self.main.away.key(key)
        await super().on_event(event)
