"""Brings alerts to the person: terminal, tmux, desktop, a hook of the person's, apprise. Nothing waits for any of it.

Programs are run by their arguments, never by a shell; what an event says is cleaned for each of them
(``domain.alert_text``). Each slow way has a queue of its own, so that a hook that hangs holds up no message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_monitor.domain.alert import AlertEvent, Channel
from tui_monitor.domain.alert_text import BEL, desktop_body, osc9, osc777, passed_through, plain, tmux_message
from tui_monitor.domain.errors import MonitorError
from tui_monitor.engine.blocking import in_thread
from tui_monitor.store.alert_log import event_record

if TYPE_CHECKING:
    from tui_monitor.config.settings import Alerts

TERMINAL = frozenset({Channel.BELL, Channel.OSC9, Channel.OSC777})
"""What is written to the terminal, at once."""

OWN_TERMINAL = TERMINAL | {Channel.TMUX}
"""What each of several monitors does for itself; of the other ways once is enough."""

WAITING = 50
"""Alerts that wait for one slow way at the most; beyond it they are only logged."""

PROGRAM_SECONDS = 5.0
"""Seconds that tmux or the desktop may take."""

APPRISE_SECONDS = 30.0
"""Seconds that apprise may take; it asks the servers of others."""

TITLE = "tui-monitor"
"""Title of notifications."""

SHOWN_MILLISECONDS = 8_000
"""How long tmux shows a message."""

_OSASCRIPT = (
    "on run argv", "display notification (item 2 of argv) with title (item 1 of argv)", "end run",
)  # fmt: skip

_log = logging.getLogger(__name__)


class DeliveryError(MonitorError):
    """An alert did not get through, in a sentence."""


class Delivery:
    """The ways to the person."""

    def __init__(
        self,
        settings: Callable[[], Alerts],
        sentence: Callable[[AlertEvent], str],
        environment: Mapping[str, str],
    ) -> None:
        self._settings = settings
        self._sentence = sentence
        self._environment = environment
        self.terminal: Callable[[str], object] | None = None
        """Writes to the terminal; ``None`` while there is none."""
        self.problems: dict[Channel, str] = {}
        """Why a way failed the last time, until it works again."""
        self._queues: dict[Channel, asyncio.Queue[AlertEvent]] = {
            channel: asyncio.Queue(WAITING) for channel in Channel if channel not in TERMINAL
        }

    def offer(self, event: AlertEvent, *, everywhere: bool = True) -> None:
        """Deliver an event by all its channels, soon; not ``everywhere``: only on this monitor's own terminal."""
        for channel in event.channels:
            if not everywhere and channel not in OWN_TERMINAL:
                continue
            if channel in TERMINAL:
                with contextlib.suppress(DeliveryError):
                    self._write(channel, event)
            else:
                try:
                    self._queues[channel].put_nowait(event)
                except asyncio.QueueFull:
                    _log.warning("alert %s is not delivered by %s: too many wait", event.rule, channel.value)

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with asyncio.TaskGroup() as group:
            for channel, waiting in self._queues.items():
                group.create_task(self._serve(channel, waiting), name=f"alerts-{channel.value}")

    async def _serve(self, channel: Channel, waiting: asyncio.Queue[AlertEvent]) -> None:
        while True:
            event = await waiting.get()
            try:
                await self.deliver(channel, event)
            except DeliveryError as error:
                if self.problems.get(channel) != str(error):
                    _log.warning("alerts by %s: %s", channel.value, error)
                self.problems[channel] = str(error)
            except Exception:  # noqa: BLE001 - logged whole
                # A defect in one way must not end the others.
                _log.exception("alerts by %s", channel.value)
            else:
                self.problems.pop(channel, None)

    async def deliver(self, channel: Channel, event: AlertEvent) -> str:
        """Deliver an event one way; return what was done. Raises ``DeliveryError``."""
        settings = self._settings()
        words = plain(self._sentence(event))
        if channel in TERMINAL:
            return self._write(channel, event)
        if channel is Channel.TMUX:
            if not self._environment.get("TMUX"):
                raise DeliveryError("this is no tmux session.")
            arguments: tuple[str, ...] = (
                "tmux",
                "display-message",
                "-d",
                str(SHOWN_MILLISECONDS),
                "--",
                tmux_message(words),
            )
            await self._run(arguments, None, PROGRAM_SECONDS)
            return "tmux shows it"
        if channel is Channel.DESKTOP:
            arguments = desktop_command(words, which=self._which)
            await self._run(arguments, None, PROGRAM_SECONDS)
            return f"{arguments[0]} took it"
        if channel is Channel.HOOK:
            if not settings.hook:
                raise DeliveryError("no hook is set: [alerts] hook in config.toml.")
            body = json.dumps({**event_record(event), "sentence": words}, ensure_ascii=True).encode() + b"\n"
            await self._run(settings.hook, body, settings.hook_timeout)
            return f"{plain(settings.hook[0])} ended with 0"
        if not settings.apprise:
            raise DeliveryError("no address is set: [alerts] apprise in config.toml.")
        try:
            return await in_thread(_apprise, settings.apprise, words, timeout=APPRISE_SECONDS, name="alerts-apprise")
        except DeliveryError:
            raise
        except MonitorError as error:
            raise DeliveryError(str(error)) from error

    def _which(self, program: str) -> str | None:
        return shutil.which(program, path=self._environment.get("PATH"))

    def _write(self, channel: Channel, event: AlertEvent) -> str:
        if self.terminal is None:
            raise DeliveryError("there is no terminal.")
        words = self._sentence(event)
        if channel is Channel.BELL:
            self.terminal(BEL)
        else:
            sequence = osc9(words) if channel is Channel.OSC9 else osc777(TITLE, words)
            self.terminal(passed_through(sequence, self._environment))
        return "written to the terminal"

    async def _run(self, arguments: Sequence[str], body: bytes | None, timeout: float) -> None:
        """Run a program by its arguments; end it and what it started when it takes too long."""
        name = plain(arguments[0])
        program = self._which(arguments[0])
        if program is None:
            raise DeliveryError(f"{name} is not there or cannot be run.")
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *arguments[1:],
                stdin=asyncio.subprocess.DEVNULL if body is None else asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=dict(self._environment),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            raise DeliveryError(f"{name} cannot be run: {error}.") from error
        try:
            async with asyncio.timeout(timeout):
                # A hook that does not read what it is given is no fault of the alert's.
                await process.communicate(body)
        except TimeoutError:
            raise DeliveryError(f"{name} took longer than {timeout:g} s and was ended.") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                await asyncio.shield(process.wait())
        if process.returncode:
            raise DeliveryError(f"{name} ended with {process.returncode}.")


def desktop_command(words: str, *, which: Callable[[str], str | None]) -> tuple[str, ...]:
    """Return the program and arguments that notify on this desktop. Raises ``DeliveryError`` where there is none."""
    if sys.platform == "darwin" and which("osascript"):
        script = (part for line in _OSASCRIPT for part in ("-e", line))
        # The title comes first: words that begin with a dash are no option any more.
        return ("osascript", *script, TITLE, plain(words))
    if which("notify-send"):
        return ("notify-send", f"--app-name={TITLE}", "--", TITLE, desktop_body(words))
    raise DeliveryError("this machine has neither notify-send nor osascript.")


def _apprise(addresses: Sequence[str], words: str) -> str:
    """Notify by apprise. Runs in a thread: importing it takes a second, and it asks the servers of others."""
    try:
        import apprise
    except ImportError:
        raise DeliveryError('apprise is not installed: pip install "tui-monitor[notify]".') from None
    sender = apprise.Apprise()
    # An address holds a secret: it is never part of a message.
    refused = [number for number, address in enumerate(addresses, start=1) if not sender.add(address)]
    if refused:
        raise DeliveryError(f"apprise does not understand address {', '.join(map(str, refused))} of [alerts] apprise.")
    if not sender.notify(title=TITLE, body=words, body_format="text"):
        raise DeliveryError("apprise could not deliver it to all addresses.")
    return f"apprise delivered it to {len(addresses)}"
