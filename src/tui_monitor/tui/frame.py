"""The frame clock: five times a second it asks what changed and lets the visible panels take it in.

Arrival of data paints nothing. Where nothing visible changed, nothing is sent; once a second the ages, the clock
and the countdowns move on. It slows down while the terminal has not the
focus, and works on no panel that another screen covers.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_monitor.tui.screens.main import MainScreen

_log = logging.getLogger(__name__)


class FrameClock:
    """Drives the main screen."""

    def __init__(self, screen: MainScreen, frames: float) -> None:
        self._screen = screen
        self.interval = 1.0 / frames
        """Seconds between two frames."""
        self._timer: Timer | None = None
        self._revision = -1
        self._second = -1
        self._lists: object = None
        self.resting = False
        """Only one frame a second is taken."""
        self.contain = True
        """Whether a defect in a presenter is logged and said instead of ending the program; tests turn it off."""

    def start(self) -> None:
        """Begin to tick."""
        self._lists = self._screen.view.lists()
        self._timer = self._screen.set_interval(self.interval, self.tick)

    def take_lists(self) -> None:
        """Show the watchlists if they are other ones than last time: edited here, by another program or by hand."""
        lists = self._screen.view.lists()
        if lists is not self._lists:
            known, self._lists = self._lists is not None, lists
            if known:
                self._screen.lists_edited()

    def rest(self) -> None:
        """Take one frame a second: the terminal lost the focus, but somebody may still look."""
        self.resting = True

    def resume(self) -> None:
        """Go on, catching up at once."""
        self.resting = False
        if self._timer is not None:
            self.tick()

    def tick(self) -> None:
        """Take in what changed since the last frame."""
        try:
            self._tick()
        except Exception:
            # One defect in a presenter must not take the whole screen away from a person with positions.
            if not self.contain:
                raise
            _log.exception("a frame failed")

    def _tick(self) -> None:
        screen = self._screen
        store = screen.view.store
        if self.resting and int(screen.view.monotonic()) == self._second:
            return
        changed = set(store.changes_since(self._revision)) if store.revision != self._revision else set()
        self._revision = store.revision
        moment = int(screen.view.monotonic())
        second = moment != self._second
        self._second = moment
        self.take_lists()
        screen.look_at_lists()
        if changed:
            screen.ring_for(changed)
        if not screen.is_current or not (changed or second):
            for panel in screen.desk.visible_panels() if screen.is_current else ():
                panel.frame(changed, second=False)
            return
        for panel in screen.desk.visible_panels():
            panel.frame(changed, second=second)
        if second:
            screen.repaint_lines()
