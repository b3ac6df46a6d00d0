"""The program without a screen, kept going: sources, storage, recordings, the day's brief. Imports no Textual.

It is a monitor like any other: it polls when it is its turn and follows otherwise, and screens that are opened beside
it read what it stores. On stdout goes data only, each event is a line on stderr.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.cli.exits import ExitCode
from tui_monitor.core import Core
from tui_monitor.domain.errors import MonitorError, RecordingError
from tui_monitor.engine.blocking import in_thread
from tui_monitor.present.first_view import zone_of
from tui_monitor.services.closing import Closing
from tui_monitor.services.suspension import hand_over_when_stopped
from tui_monitor.store.log import start_log, tell_log
from tui_monitor.store.recordings import FLUSH_EVERY

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.sources.api import Batch
    from tui_monitor.store.daily_recordings import DailyRecordings
    from tui_monitor.store.keys import Key

LOOK = 1.0
"""Seconds between two looks at what has changed."""

CLOSE_LOOK = 20.0
"""Seconds between two looks at whether a session is over."""

BRIEF_SECONDS = 60.0
"""Seconds that writing a brief may take."""

ENDINGS = {"text": "txt", "md": "md", "json": "json"}
"""Endings of a brief's file by its format."""

_log = logging.getLogger(__name__)


class BriefAtClose(msgspec.Struct, frozen=True):
    """How a session is written up after its close."""

    folder: Path | None
    """Where a file for each session goes; ``None``: to stdout."""
    form: str
    language: str


def run(
    settings: Settings,
    paths: Paths,
    *,
    record: Path | None = None,
    keep: int | None = None,
    brief: BriefAtClose | None = None,
) -> int:
    """Keep the program going until a signal ends it; return the exit code.

    ``record`` is the folder of daily recordings, of which ``keep`` days stay. Raises ``ConfigError``.
    """
    for problem in paths.ensure():
        sys.stderr.write(f"{problem}\n")
    start_log(paths.log_file, settings.log.level)
    tell_log(sys.stderr)
    return asyncio.run(_run(settings, paths, record, keep, brief))


async def _run(
    settings: Settings, paths: Paths, record: Path | None, keep: int | None, brief: BriefAtClose | None
) -> int:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, stopped.set)
    core = Core(settings, paths)
    headless = Headless(core)
    try:
        if record is not None:
            headless.record(record, keep)
    except RecordingError as error:
        sys.stderr.write(f"tui-monitor: {error}\n")
        await core.aclose()
        return ExitCode.USAGE
    hand_over_when_stopped(core.lay_down, core.database.at_rest, core.came_back)
    _log.info("running without a screen")
    try:
        await headless.run(stopped, brief)
    finally:
        headless.close()
        await core.aclose()
        _log.info("ended")
    return ExitCode.PARTIAL if headless.problem else ExitCode.OK


class Headless:
    """What goes on beside the core while there is no screen."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.changed: list[Callable[[Sequence[Key]], object]] = []
        """Hear each second of the keys that have changed since: whoever watches values, as alerts do, belongs here."""
        self.problem: str | None = None
        """Why the recording ended before its time."""
        self._recordings: DailyRecordings | None = None

    def record(self, folder: Path, keep: int | None) -> None:
        """Record the market's part of every answer in a file a day. Raises ``RecordingError``."""
        from tui_monitor.services.public_batch import PublicPart
        from tui_monitor.sources.api import Batch
        from tui_monitor.store.daily_recordings import DailyRecordings

        core = self.core
        public = PublicPart(core.settings, core.universe, core.instruments)

        def known() -> Batch:
            return public.known(core.store, Batch(source="database", received=core.clock.now()))

        zone = zone_of(core.settings, core.book.calendar, exchange=True).key
        recordings = DailyRecordings(folder, core.settings.market.index, zone, keep=keep, opening=known)
        self._recordings = recordings

        def tap(batch: Batch) -> None:
            if self.problem is not None:
                return
            self._recorded(lambda: recordings.append(public.of(batch), at=core.clock.now()))

        core.taps.append(tap)

    def _recorded(self, write: Callable[[], object]) -> None:
        """Write to the recording; give it up where that cannot be done."""
        try:
            write()
        except RecordingError as error:
            self.problem = str(error)
            _log.error("%s; nothing more is recorded", error)

    async def _flush(self, recordings: DailyRecordings) -> None:
        """Bring what came into the file while nothing further comes: a kill in a quiet hour loses no more."""
        while self.problem is None:
            await self.core.clock.sleep(FLUSH_EVERY)
            self._recorded(recordings.flush_new)
        await asyncio.Event().wait()

    async def run(self, stopped: asyncio.Event, brief: BriefAtClose | None) -> None:
        """Keep everything going until ``stopped`` is set."""
        tasks = [
            asyncio.create_task(self.core.run_engine(), name="engine"),
            asyncio.create_task(self._tell_changes(), name="changes"),
            asyncio.create_task(self._tell_notices(), name="notices"),
        ]
        if self._recordings is not None:
            tasks.append(asyncio.create_task(self._flush(self._recordings), name="flush"))
        if brief is not None:
            tasks.append(asyncio.create_task(self._write_briefs(brief), name="briefs"))
        end = asyncio.create_task(stopped.wait(), name="end")
        try:
            done, _ = await asyncio.wait([*tasks, end], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*tasks, end):
                task.cancel()
            await asyncio.gather(*tasks, end, return_exceptions=True)

    def close(self) -> None:
        """End the recording; what is written is whole."""
        if self._recordings is not None:
            try:
                self._recordings.close()
            except RecordingError as error:
                self.problem = self.problem or str(error)

    async def _tell_changes(self) -> None:
        """Pass on what has changed. Pulled as the screen pulls it: a value that changed five times is told once."""
        store = self.core.store
        revision = store.revision
        while True:
            await self.core.clock.sleep(LOOK)
            if store.revision == revision or not self.changed:
                continue
            keys = tuple(store.changes_since(revision))
            revision = store.revision
            for hear in self.changed:
                hear(keys)

    async def _tell_notices(self) -> None:
        """Log what a screen would show as notices."""
        told = 0
        while True:
            notices = self.core.view.notices
            for notice in notices[told:]:
                _log.warning("%s", notice)
            told = len(notices)
            await self.core.clock.sleep(LOOK)

    # The day's brief

    async def _write_briefs(self, plan: BriefAtClose) -> None:
        core = self.core

        def written(day: date) -> bool:
            return plan.folder is not None and _file_of(plan.folder, day, plan.form).exists()

        closing = Closing(
            core.settings.market.index,
            core.store,
            core.view.session,
            written=written if plan.folder is not None else None,
        )
        while True:
            day = closing.look(core.clock.now())
            if day is not None:
                await self._write_brief(plan, day)
            await core.clock.sleep(CLOSE_LOOK)

    async def _write_brief(self, plan: BriefAtClose, day: date) -> None:
        from tui_monitor.cli.commands.brief import stored_brief

        core = self.core
        # What it is written from is what is stored by now.
        await core.writer.flush()
        moment = core.clock.now()

        def write() -> str | None:
            text = stored_brief(core.settings, core.paths, plan.language, plan.form, moment)
            if text is not None and plan.folder is not None:
                _write_file(_file_of(plan.folder, day, plan.form), text)
            return text

        try:
            text = await in_thread(write, timeout=BRIEF_SECONDS, name="brief")
        except (MonitorError, OSError) as error:
            _log.warning("the brief of %s could not be written: %s", day, error)
            return
        except Exception:  # noqa: BLE001 - logged whole
            # A defect in writing must not end sources, recordings and alerts.
            _log.exception("the brief of %s could not be written", day)
            return
        if text is None:
            _log.warning("no brief of %s: no daily history of the index is known", day)
            return
        _log.info("wrote the brief of %s", day)
        if plan.folder is None:
            try:
                sys.stdout.write(text)
                sys.stdout.flush()
            except BrokenPipeError:
                _log.warning("nobody reads the brief of %s", day)


def _file_of(folder: Path, day: date, form: str) -> Path:
    return folder / f"{day.isoformat()}.{ENDINGS[form]}"


def _write_file(path: Path, text: str) -> None:
    """Write the whole file or nothing."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)
