"""The frame clock: five times a second it asks what changed and lets the visible panels take it in.

Arrival of data paints nothing: it makes the clock take its next frame a fifth of a second later, where nothing had
changed for a while and it took one a second, for the ages, the clock and the countdowns. Where nothing visible changed,
nothing is sent. It works on no panel that another screen covers. While the terminal has not the focus it takes one
frame a second; after hours, when no key was pressed lately, one in two seconds, and ages, clock and countdowns move
once a minute: nothing on the screen changes faster then.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui_monitor.analysis.board import Board
    from tui_monitor.tui.screens.main import MainScreen

_log = logging.getLogger(__name__)

RESTING = 1.0
"""Seconds between two frames while nobody is there."""

AFTER_HOURS = 2.0
"""The same after hours, when no key was pressed lately."""

ALERT = 5.0
"""Seconds after a key within which frames are taken at full pace whatever the hour."""

QUIET = 1.0
"""Seconds between two frames while nothing changes."""

SETTLING = 3.0
"""Seconds after a change within which frames are taken at full pace: a flash ends, an order follows."""

AFTER_HOURS_STEP = 60
"""Seconds between two looks at ages and clock after hours; counted from the full minute, so that the clock is right."""


class FrameClock:
    """Drives the main screen."""

    def __init__(self, screen: MainScreen, frames: float) -> None:
        self._screen = screen
        self.interval = 1.0 / frames
        """Seconds between two frames."""
        self._timer: Timer | None = None
        self._revision = -1
        self._second = -1
        self._marks = -1
        self._board: Board | None = None
        self._health = (0, 0, False)
        self._moved = False
        """A source fares differently than the status line says; it says so within a second."""
        self._said_at = 0
        self._ratings = -1
        self._settled_at = 0.0
        self._calm = False
        """Nothing moves by itself: it is after hours, and no key was pressed lately."""
        self._asked_at = -1
        self._after_hours = False
        """What the market's session said in this second."""
        self._lists: object = None
        self.resting = False
        """The terminal has not the focus: only one frame a second is taken."""
        self._stopped = False
        self.pace = self.interval
        """Seconds between two frames now."""
        self._alert_until = 0.0
        self.contain = True
        """Whether a defect in a presenter is logged and said instead of ending the program; tests turn it off."""

    def start(self) -> None:
        """Begin to tick."""
        self._lists = self._screen.view.lists()
        self.pace = self.interval
        self._timer = self._screen.set_interval(self.interval, self.tick)

    @property
    def ticking(self) -> bool:
        """Whether frames are taken at all."""
        return self._timer is not None

    def take_lists(self) -> None:
        """Show the watchlists if they are other ones than last time: edited here, by another program or by hand."""
        lists = self._screen.view.lists()
        if lists is not self._lists:
            known, self._lists = self._lists is not None, lists
            if known:
                self._screen.lists_edited()

    def rest(self) -> None:
        """Take one frame a second: the terminal lost the focus, but somebody may still look; or none, if so set."""
        self.resting = True
        if self._screen.view.settings.display.unfocused == "stop" and self._timer is not None:
            self._timer.stop()
            self._timer, self._stopped = None, True
        else:
            self._keep_pace()

    def resume(self) -> None:
        """Go on, catching up at once."""
        self.resting = False
        if self._stopped:
            self._stopped, self.pace = False, self.interval
            self._timer = self._screen.set_interval(self.interval, self.tick)
        if self._timer is not None:
            self.hurry()
            self.tick()

    def hurry(self) -> None:
        """Take frames at full pace for a while: a key was pressed."""
        if self._stopped:
            # Not every terminal says that it has the focus again.
            self.resume()
        self._alert_until = self._screen.view.monotonic() + ALERT
        self._keep_pace()

    def rouse(self) -> None:
        """Take frames at full pace for a while: somebody has changed a file and waits to see it."""
        # Whoever calls it does so from outside: a timer that is made there does not know its app.
        self._screen.call_later(lambda: None if self._stopped else self.hurry())

    def _keep_pace(self) -> None:
        """Take frames at the pace that somebody needs now."""
        view = self._screen.view
        now = view.monotonic()
        if int(now) != self._asked_at:
            self._asked_at, self._after_hours = int(now), view.after_hours
        self._calm = now >= self._alert_until and self._after_hours
        busy = now < max(self._alert_until, self._settled_at) or self._screen.services.replay_clock is not None
        calm = 0.0 if busy else AFTER_HOURS if self._calm else QUIET
        pace = max(self.interval, calm, RESTING if self.resting else 0.0)
        if pace != self.pace and self._timer is not None:
            self.pace = pace
            self._timer.stop()
            self._timer = self._screen.set_interval(pace, self.tick)
        view.store.stirred = self._stir if pace > self.interval and not self._stopped else None

    def _stir(self) -> None:
        """Take the next frame soon, and more of them: something has come in."""
        self._settled_at = self._screen.view.monotonic() + SETTLING
        # As above: it is the engine that calls.
        self._screen.call_later(self._keep_pace)

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

    def _moment(self) -> int:
        """Return a number that changes when ages, clock and countdowns have to be looked at."""
        view = self._screen.view
        if self._calm:
            return int(view.now().timestamp() // AFTER_HOURS_STEP)
        return int(view.monotonic())

    def _sources(self) -> tuple[int, int, bool]:
        """Return what changes when a source comes or goes, fares differently, or is asked by nobody that moves."""
        view = self._screen.view
        return len(view.health), sum(one.revision for one in view.health.values()), view.silence() is not None

    def _tick(self) -> None:
        screen = self._screen
        store = screen.view.store
        self._keep_pace()
        changed = store.changes_since(self._revision)
        self._revision = store.revision
        moment = self._moment()
        second = moment != self._second
        self._second = moment
        self._contained(self.take_lists)
        self._contained(screen.look_at_lists)
        ratings = store.family_revision(Family.RATING)
        if ratings != self._ratings:
            self._ratings = ratings
            self._contained(partial(screen.ring_for, changed))
        self._contained(screen.look_at_alerts)
        if not screen.is_current:
            return
        now, marks = screen.view.monotonic(), screen.view.marks_revision
        board = screen.view.board
        if changed or marks != self._marks or board is not self._board:
            self._marks, self._board, self._settled_at = marks, board, now + SETTLING
            if self.pace > self.interval:
                self._keep_pace()
        if second or not self._calm or now < self._settled_at:
            for panel in screen.desk.visible_panels():
                self._contained(partial(panel.frame, changed, second=second))
        health = self._sources()
        self._moved = self._moved or health != self._health
        self._health = health
        if second:
            self._moved = False
            self._contained(screen.repaint_lines)
        elif self._moved and self._calm and int(now) != self._said_at:
            # The next look at ages may be a minute away, and why a source fails is not to wait for that.
            self._moved, self._said_at = False, int(now)
            self._contained(screen.status.repaint)
        if not second and (Family.QUOTE, screen.view.index) in changed:
            # The header tells the same level as the panel under it.
            self._contained(screen.header.repaint)
