"""A screen over the main one: the base of all of them."""

from __future__ import annotations

from typing import TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen

from tui_monitor.tui.containing import ContainsWork
from tui_monitor.tui.textual_private import ShowsBelow

Answer = TypeVar("Answer")


class Modal(ContainsWork, ShowsBelow, ModalScreen[Answer]):
    """Is left once. A second Enter that was pressed before the first one was answered finds it gone."""

    @property
    def left(self) -> bool:
        """Whether it has been left: an answer that comes for it after that finds no place to be shown."""
        return self not in self.app.screen_stack

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Leave with ``result``, unless it has been left or another screen lies over it."""
        # Textual would take the screen off that is on top by then, and end the program where that is the last one.
        if self.app.screen_stack[-1:] != [self]:
            return AwaitComplete()
        return super().dismiss(result)
