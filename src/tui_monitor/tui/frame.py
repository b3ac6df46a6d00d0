"""The frame clock: five times a second it asks what changed and lets the visible panels take it in.

Arrival of data paints nothing. Where nothing visible changed, nothing is sent; once a second the ages, the clock
and the countdowns move on. It slows down while the terminal has not the
focus, and works on no panel that another screen covers.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui_monitor.store.latest import Family

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
        self._contained(self._tick)

    def _contained(self, step: Callable[[], object]) -> None:
        """Take one step; a defect in it is logged and takes no other part of the screen away."""
        try:
            step()
        except Exception:
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
        self._contained(self.take_lists)
        self._contained(screen.look_at_lists)
        if changed:
            self._contained(partial(screen.ring_for, changed))
        if not screen.is_current:
            return
        for panel in screen.desk.visible_panels():
            self._contained(partial(panel.frame, changed, second=second))
        if second:
            self._contained(screen.repaint_lines)
        elif (Family.QUOTE, screen.view.index) in changed:
            # The header tells the same level as the panel under it.
            self._contained(screen.header.repaint)
