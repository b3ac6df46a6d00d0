"""The person's watchlists: edited at once in memory, saved soon and safely, shared with the file and other programs.

An edit changes ``lists`` before the method returns. A daemon thread saves at most 300 ms after the first unsaved
edit; whatever goes wrong is a sentence in ``problem`` while the edits stay and saving is tried again. Under the lock
of the file each save looks at what is there: another program's edits are kept by doing ours again on top of them, a
person's edits of the file are taken over or, where both sides changed, put to the person as a conflict.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from tui_monitor.config.paths import Paths
from tui_monitor.config.watchlist_file import LOST, Content, Trace, WatchlistFile, reason_of
from tui_monitor.config.watchlist_text import Reading, read_text, stamp_of, write_text
from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.told import Told, told
from tui_monitor.domain.watchlist import Watchlists
from tui_monitor.domain.watchlist_edits import Edit, ReplaceAll, apply, rebase
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.watchlist_history import Journal, Line, Stacks, Step, new_step
from tui_monitor.services.watchlist_sync import Conflict, Outcome, Outside, Trail, conflict_of, replay

__all__ = ["Conflict", "Outcome", "Outside", "Step", "WatchlistService", "default_lists"]

DELAY = 0.3
"""Seconds from the first unsaved edit to its saving."""

RETRIES = (1.0, 2.0, 5.0, 10.0)
"""Seconds between tries while saving fails; the last one repeats."""

RACY = 2.0
"""Seconds for which a file's time of change cannot be trusted to tell a second change."""


class WatchlistService:
    """All watchlists of the person. Methods may be called from any thread; edits never wait for the disk."""

    def __init__(
        self,
        paths: Paths,
        *,
        now: Callable[[], datetime],
        default: Watchlists,
        monotonic: Callable[[], float] = time.monotonic,
        delay: float = DELAY,
    ) -> None:
        self.trouble: Told | str | None = None
        """Why the lists are not saved now, in a sentence; ``None`` while all is well."""
        self.revision = 0
        """Grows with every change of ``lists``, whoever made it."""
        self._now = now
        self._monotonic = monotonic
        self._delay = delay
        self._file = WatchlistFile(paths.watchlists_file)
        self._journal = Journal(paths.undo_file)
        self._lists = default
        self._trail = Trail()
        self._fingerprint: str | None = None
        self._trace: Trace | None = None
        self._pending: list[Line] = []
        self._unlogged: list[Line] = []
        self._conflict: Conflict | None = None
        self._theirs: Content | None = None
        self._dirty = False
        self._due: float | None = None
        self._failures = 0
        self._closing = False
        # Two locks, always taken in this order: one held over a whole save, one for a moment's look at the state.
        self._saving = threading.RLock()
        self._state = threading.Condition(threading.RLock())
        self._thread: threading.Thread | None = None
        self._load(default)

    # What is there

    @property
    def problem(self) -> str | None:
        """``trouble`` in English."""
        return None if self.trouble is None else str(self.trouble)

    @property
    def lists(self) -> Watchlists:
        """The lists as they are now."""
        return self._lists

    @property
    def conflict(self) -> Conflict | None:
        """Both sides, while the person has to choose between them."""
        conflict = self._conflict
        return None if conflict is None else Conflict(self._lists, conflict.theirs, conflict.base)

    @property
    def saved(self) -> bool:
        """Whether everything is on the disk."""
        return not (self._pending or self._dirty or self._unlogged)

    def stacks(self) -> Stacks:
        """Return what can be undone and redone, the next one last."""
        with self._state:
            return self._journal.stacks((*self._unlogged, *self._pending))

    # What can be done

    def edit(self, edit: Edit) -> Watchlists:
        """Do ``edit`` and return the lists; raise ``WatchlistError`` and change nothing if it cannot be done."""
        with self._state:
            lists, inverse = apply(self._lists, edit)
            if lists != self._lists:
                self._take(lists, Line("do", new_step(edit, inverse)))
            return self._lists

    def undo(self) -> Step | None:
        """Take the last step back, whoever made it; return it, or ``None`` if there is none."""
        self._look_first()
        with self._state:
            for step in reversed(self.stacks().undo):
                done = rebase(self._lists, step.inverse)
                lists, edit = done if done is not None else (self._lists, step.edit)
                changed = lists != self._lists
                self._take(lists, Line("undo", Step(step.id, edit, step.inverse)))
                if changed:
                    return step
            return None

    def redo(self) -> Step | None:
        """Do the step again that was taken back last; return it, or ``None`` if there is none."""
        self._look_first()
        with self._state:
            for step in reversed(self.stacks().redo):
                done = rebase(self._lists, step.edit)
                lists, inverse = done if done is not None else (self._lists, step.inverse)
                changed = lists != self._lists
                self._take(lists, Line("redo", Step(step.id, step.edit, inverse)))
                if changed:
                    return step
            return None

    def resolve(self, choice: Literal["mine", "theirs", "merge"]) -> Watchlists:
        """End a conflict. Whatever is chosen, what was given up can be had back by ``undo``."""
        with self._saving, self._state:
            conflict, theirs = self.conflict, self._theirs
            if conflict is None or theirs is None:
                return self._lists
            self._conflict = self._theirs = None
            self.trouble = None
            self._settle(theirs, conflict.theirs)
            chosen = {"mine": conflict.mine, "theirs": conflict.theirs, "merge": conflict.merged}[choice]
            if chosen != conflict.mine:
                self._take(chosen, Line("do", new_step(ReplaceAll(chosen), ReplaceAll(conflict.mine))))
            elif chosen != conflict.theirs:
                self._dirty = True
                self._wake(self._delay)
            return self._lists

    def poll_outside(self) -> Outcome:
        """Look whether the file was changed by somebody else; to be called about twice a second, off the event loop.

        Costs a look at the folder while nothing changed.
        """
        if not self._saving.acquire(blocking=False):
            return Outcome(Outside.SAME)  # a save looks by itself
        try:
            trace = self._file.trace()
            if trace is None and self._fingerprint is not None:
                return self._gone()
            fresh = trace is not None and abs(self._now().timestamp() - trace[0] / 1e9) < RACY
            if trace == self._trace and not fresh:
                return self._standing()
            return self._look()
        except WatchlistError as error:
            return self._refuse(error.sentence)
        finally:
            self._saving.release()

    # Saving

    def flush(self) -> bool:
        """Save now; return whether everything is on the disk. For signals, the command line and the end."""
        with self._saving:
            try:
                if not self.saved:
                    self._save()
            except WatchlistError as error:
                self._failed(error.sentence)
            return self.saved

    def close(self) -> bool:
        """Save and end the thread; may be called twice."""
        with self._state:
            self._closing = True
            self._file.fate = LOST
            self._state.notify_all()
        return self.flush()

    def _save(self) -> None:
        """Write what is unsaved, on top of what is in the file. Needs the saving lock."""
        with self._file.locked():
            if self._look().kind in {Outside.CONFLICT, Outside.REFUSED}:
                return
            with self._state:
                lists, taken = self._lists, list(self._pending)
            data = write_text(lists)
            content = self._file.read()
            if content is None or content.data != data:
                content = self._file.write(data)
            with self._state:
                self._settle(content, lists)
                del self._pending[: len(taken)]
                self._unlogged += taken
                self._dirty = False
                self._failures = 0
                self.trouble = None
                if not self._pending:
                    self._due = None
            self._log()

    def _log(self) -> None:
        """Add saved steps to the journal; the lists are safe even where that fails."""
        with self._state:
            lines = list(self._unlogged)
        try:
            self._journal.append(lines)
        except OSError as error:
            fate = told("lists.fate.no-undo" if self._closing else "lists.fate.no-undo-kept")
            self.trouble = told("lists.no-journal", path=self._journal.path, reason=reason_of(error), fate=fate)
            self._wake(RETRIES[-1])
            return
        with self._state:
            del self._unlogged[: len(lines)]

    def _failed(self, sentence: Told | str) -> None:
        with self._state:
            self.trouble = sentence
            pause = RETRIES[min(self._failures, len(RETRIES) - 1)]
            self._failures += 1
            self._wake(pause)

    # Looking at the file

    def _load(self, default: Watchlists) -> None:
        """Begin with the file's lists; with the backup's, or ``default``, where it cannot be read."""
        try:
            content = self._file.read()
            if content is None:
                self._trail.add(None, default)
                return
            reading = self._reading(content)
        except WatchlistError as error:
            self._refuse(error.sentence)
            with contextlib.suppress(WatchlistError):
                backup = self._file.read(self._file.backup)
                if backup is not None:
                    self._lists = read_text(backup.data, str(self._file.backup)).lists
            self._trail.add(None, self._lists)
            return
        self._lists = reading.lists
        self._settle(content, reading.lists)

    def _look_first(self) -> None:
        """Take over what another program did, so that the journal's last step is one that the lists have."""
        # Never longer than a key may wait: a save that runs now looks by itself.
        if self._saving.acquire(timeout=0.02):
            try:
                if self._file.trace() != self._trace:
                    self._look()
            except WatchlistError as error:
                self._refuse(error.sentence)
            finally:
                self._saving.release()

    def _look(self) -> Outcome:
        """Read the file and take it over where that is possible. Needs the saving lock."""
        content = self._file.read()
        if content is None:
            return self._gone()
        if content.fingerprint == self._fingerprint:
            with self._state:
                self._trace = content.trace
                if self._conflict is not None or self._failures == 0:
                    # Somebody put it back as it was: there is nothing to choose or refuse any more.
                    self._conflict = self._theirs = None
                    self.trouble = None
            return Outcome(Outside.SAME)
        if self._theirs is not None and content.fingerprint == self._theirs.fingerprint:
            return self._standing()
        try:
            reading = self._reading(content)
        except WatchlistError as error:
            self._trace = content.trace
            return self._refuse(error.sentence)
        return self._take_over(content, reading)

    def _take_over(self, content: Content, reading: Reading) -> Outcome:
        with self._state:
            conflict = conflict_of(reading, self._lists, self._trail)
            self._trace = content.trace
            if conflict is not None:
                self._conflict, self._theirs = conflict, content
                self.trouble = told("lists.both-changed", path=self._file.path)
                self._due = None
                return Outcome(Outside.CONFLICT, self.problem, conflict)
            self._conflict = self._theirs = None
            self.trouble = None
            before = self._lists
            if reading.lists == before:
                # The same by another way; steps not yet saved have still to be logged.
                lists = before
            else:
                lists, self._pending = replay(reading.lists, self._pending)
            self._settle(content, reading.lists)
            if self._pending:
                self._wake(self._delay)
            if lists == before:
                return Outcome(Outside.SAME)
            self._lists = lists
            self.revision += 1
            return Outcome(Outside.TAKEN)

    def _standing(self) -> Outcome:
        """Return what is still so although the file did not change since the last look."""
        if self._conflict is not None:
            return Outcome(Outside.CONFLICT, self.problem, self.conflict)
        return Outcome(Outside.SAME)

    def _gone(self) -> Outcome:
        with self._state:
            known = self._fingerprint is not None
            self._fingerprint = self._trace = None
            self._conflict = self._theirs = None
        if not known:
            return Outcome(Outside.SAME)
        return Outcome(Outside.MISSING, str(told("lists.gone", path=self._file.path)))

    def _refuse(self, sentence: Told | str) -> Outcome:
        with self._state:
            self.trouble = sentence
            self._conflict = self._theirs = None
            # What comes next is new, whatever it is: also the state that we had.
            self._fingerprint = ""
            if self._pending:
                self._wake(RETRIES[0])
        return Outcome(Outside.REFUSED, str(sentence))

    def _reading(self, content: Content) -> Reading:
        return read_text(content.data, str(self._file.path))

    def _settle(self, content: Content, lists: Watchlists) -> None:
        """Note that the file holds ``lists``."""
        self._fingerprint, self._trace = content.fingerprint, content.trace
        self._trail.add(stamp_of(content.data), lists)

    # The thread

    def _take(self, lists: Watchlists, line: Line) -> None:
        if lists != self._lists:
            self._lists = lists
            self.revision += 1
        self._pending.append(line)
        self._wake(self._delay)

    def _wake(self, delay: float) -> None:
        """Let the thread save in ``delay`` seconds, or sooner where that was planned already."""
        with self._state:
            due = self._monotonic() + delay
            if self._due is None or due < self._due:
                self._due = due
            if self._thread is None and not self._closing:
                self._thread = threading.Thread(target=self._run, name="watchlist-saver", daemon=True)
                self._thread.start()
            self._state.notify_all()

    def _run(self) -> None:
        for _ in self._turns():
            with self._saving:
                try:
                    if not self.saved:
                        self._save()
                except WatchlistError as error:
                    self._failed(error.sentence)

    def _turns(self) -> Iterator[None]:
        """Yield whenever it is time to save, until the service is closed."""
        while True:
            with self._state:
                while not self._closing and (self._due is None or self._monotonic() < self._due):
                    self._state.wait(None if self._due is None else max(0.001, self._due - self._monotonic()))
                if self._closing:
                    return
                self._due = None
            yield
