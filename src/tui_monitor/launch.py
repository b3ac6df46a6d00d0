"""Runs a composed monitor in the terminal: the engine beside the app, the signals, the end."""

from __future__ import annotations

import asyncio
import gc
import select
import signal
import sys
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_monitor.compose import Monitor, Replay
from tui_monitor.config.paths import Paths
from tui_monitor.engine.clock import ReplayClock
from tui_monitor.engine.heap import share_heap, stay_small
from tui_monitor.put_off import bring_in_palette, let_in
from tui_monitor.services.suspension import hand_over_when_stopped

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.services.watchlists import WatchlistService
    from tui_monitor.tui.app import MonitorApp


TURN = 0.001
"""Seconds that a thread may go on computing while the screen wants its turn; Python's own five are felt at a key."""


def run_live(settings: Settings, paths: Paths) -> int:
    """Run the live monitor in the terminal; return the exit code."""
    return asyncio.run(run_screen(Monitor(settings, paths)))


def run_replay(settings: Settings, path: Path, *, speed: float | None, at: datetime | None, demo: bool) -> int:
    """Play a recording in the terminal. The person's own lists and database are not touched."""
    import tempfile

    from tui_monitor.store.recordings import open_recording

    recording = open_recording(path)
    header = recording.header
    start = at or header.cue or header.start
    clock = ReplayClock(start, recording.end, speed=speed or header.speed_hint)
    with tempfile.TemporaryDirectory(prefix="tui-monitor-") as folder:
        paths = Paths(Path(folder) / "config", Path(folder) / "state")
        paths.ensure()
        replay = Replay(recording=recording, clock=clock, demo=demo)
        return asyncio.run(run_screen(Monitor(settings, paths, replay=replay)))


async def run_screen(monitor: Monitor) -> int:
    """Run the terminal front end with the engine beside it; return the exit code.

    The engine's tasks are siblings of the app, not its workers: Textual cancels its workers without awaiting them.
    """
    import textual.app  # noqa: F401 - the last that is imported with what it brings put off

    let_in()
    from tui_monitor.tui.textual_private import crash_of

    ready = asyncio.Event()
    sys.setswitchinterval(TURN)
    app = monitor.build_app(ready.set)

    async def engine() -> None:
        await ready.wait()
        # What stands now stays: the collector need not look through it again, nor a key wait for that.
        gc.collect()
        gc.freeze()
        gc.enable()
        threading.Thread(target=_bring_in, name="load-actions", daemon=True).start()
        hand_over_when_stopped(monitor.lay_down, monitor.database.at_rest, monitor.came_back)
        await monitor.run_engine()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        with suppress(NotImplementedError, ValueError):
            loop.add_signal_handler(number, _leave, app, monitor.lists, number)
    display = monitor.settings.display
    try:
        async with asyncio.TaskGroup() as group:
            beside = (
                group.create_task(engine(), name="engine"),
                group.create_task(_until_hung_up(app, monitor.lists), name="terminal"),
                group.create_task(stay_small(), name="memory"),
            )
            await app.run_async(mouse=display.mouse and not display.slow)
            for task in beside:
                task.cancel()
    finally:
        await monitor.aclose()
        if not monitor.lists.saved and monitor.lists.trouble is not None:
            # The screen is gone, and with it the line that told so.
            sys.stderr.write(f"{monitor.view.words.told(monitor.lists.trouble)}\n")
    if (defect := crash_of(app)) is not None:
        raise defect
    return app.return_code or 0


def _bring_in() -> None:
    """Import what the first keys may need, after the first paint; in a thread of its own."""
    from tui_monitor.tui.commands import load_actions

    share_heap()
    bring_in_palette()
    load_actions()


async def _until_hung_up(app: MonitorApp, lists: WatchlistService) -> None:
    """End the program when its terminal is gone and nobody told it: SIGHUP goes to the leader of a session only.

    Textual's reading thread would take the end of the input for silence, and ask again as fast as it can.
    """
    if sys.platform != "linux":
        # Elsewhere there is no epoll, and polling a terminal's descriptor is an error in itself.
        return
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    # A set of its own within the loop's: the loop would ask for input too, and that is for Textual's thread.
    with select.epoll() as terminal:
        # For nothing: a hang-up and an error are reported all the same.
        terminal.register(sys.__stdin__.fileno() if sys.__stdin__ is not None else 0, 0)
        loop.add_reader(terminal.fileno(), gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(terminal.fileno())
    _leave(app, lists, signal.SIGHUP)


def _leave(app: MonitorApp, lists: WatchlistService, number: signal.Signals) -> None:
    """End on a signal: the lists are saved first, then Textual gives the terminal back."""
    lists.flush()
    app.exit(return_code=128 + number)
