"""Notices that the person comes back after a while, and tells in one line what happened meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present.returning import WhileAway, away_line, departure, was_away, while_away
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.headlines import HeadlinesPanel

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen


class Absence:
    """Hears of every key and of the terminal's focus."""

    def __init__(self, screen: MainScreen) -> None:
        self._screen = screen
        self._left = departure(screen.view)
        self.told: WhileAway | None = None
        """What the line on the screen tells."""

    def key(self, key: str) -> None:
        """A key was pressed: the person is here. Enter on a line that stands is left to the command."""
        if self.told is None:
            self._look()
        elif key != "enter":
            self.drop()
        self._left = departure(self._screen.view)

    def focus(self) -> None:
        """The terminal has the focus again: somebody looks, though no key was pressed yet."""
        self._look()

    def _look(self) -> None:
        view = self._screen.view
        if self.told is not None or not was_away(view, self._left):
            return
        panel = self._screen.desk.panels[PanelId.HEADLINES]
        assert isinstance(panel, HeadlinesPanel)
        what = while_away(view, self._left, panel.model.rules(view))
        if what:
            self.told = what
            view.returned = away_line(view, what)
            self._screen.status.repaint()

    def drop(self) -> None:
        """Take the line away."""
        self.told = None
        self._screen.view.returned = None
        self._screen.status.repaint()
