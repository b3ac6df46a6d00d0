"""The command palette, filled from the registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider

from tui_monitor.tui.commands import COMMANDS, key_name, keys_of
from tui_monitor.tui.screens.main import MainScreen
from tui_monitor.tui.screens.modal import Modal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_monitor.tui.commands import Command

_UNLISTED = frozenset({"cursor.down", "cursor.up", "program.palette", "program.back"})
"""Commands that make no sense in a list."""


class MonitorPalette(CommandPalette, Modal[None]):
    """Textual's palette, left once. Textual takes its rules of style from the first of the two."""


class MonitorCommands(Provider):
    """Every command that works now, by its words."""

    _ran = False
    """Whether the palette that this belongs to has run its command: a second Enter does not run another."""

    async def discover(self) -> Hits:
        """Offer all of them."""
        for command, text in self._offered():
            yield DiscoveryHit(text, partial(self._run, command), help=self._keys(command))

    async def search(self, query: str) -> Hits:
        """Offer those whose words match."""
        matcher = self.matcher(query)
        for command, text in self._offered():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), partial(self._run, command), help=self._keys(command))

    def _offered(self) -> Iterator[tuple[Command, str]]:
        screen = self.screen
        if isinstance(screen, MainScreen):
            for command in COMMANDS:
                if command.id not in _UNLISTED and screen.available(command):
                    yield command, screen.view.words(f"command.{command.id}")

    def _keys(self, command: Command) -> str:
        screen = self.screen
        bound = screen.view.settings.keys.bind if isinstance(screen, MainScreen) else {}
        return " ".join(key_name(key) for key in keys_of(command, bound))

    def _run(self, command: Command) -> None:
        screen = self.screen
        if isinstance(screen, MainScreen) and not self._ran:
            self._ran = True
            command.run(screen)
