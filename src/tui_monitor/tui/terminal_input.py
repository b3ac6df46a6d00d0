"""Textual's driver for terminals, with a thread that sleeps until a key comes.

Textual's own asks ten times a second whether there is input: a third of what the idle program took. Without input it
need look only while a lone Escape may be the beginning of a sequence, and for that the moment is known.
"""

from __future__ import annotations

import os
import selectors
from codecs import getincrementaldecoder
from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Any

from textual import _parser
from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

CHUNK = 4096
"""Bytes read at a time."""


class _Telling(Event):
    """An event that also wakes who sleeps on a descriptor."""

    def __init__(self, wake: Callable[[], object]) -> None:
        super().__init__()
        self._wake = wake

    def set(self) -> None:
        super().set()
        self._wake()


class SleepingDriver(LinuxDriver):
    """Powers the terminal as Textual's own driver does; the waiting for input is another, and so may its signs be."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        app = arguments[0] if arguments else named.get("app")
        self._plain: Callable[[str], str] = getattr(app, "plain", str)
        # Kept for the life of the process: the program may be suspended and go on.
        self._waked, waking = os.pipe()
        self.exit_event = _Telling(lambda: os.write(waking, b"!"))

    def write(self, data: str) -> None:
        """Send ``data``; frames and bars that Textual draws are no other signs than the screen's own."""
        super().write(self._plain(data))

    def run_input_thread(self) -> None:
        """Wait for input and dispatch events until the program stops listening."""
        parser = XTermParser(self._debug)
        # What is no UTF-8 is a key that nobody knows, not the end of the program.
        decode = getincrementaldecoder("utf-8")("replace").decode
        with selectors.SelectSelector() as selector:  # others refuse a terminal on macOS
            selector.register(self.fileno, selectors.EVENT_READ)
            selector.register(self._waked, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                due = parser._timeout_time
                wait = None if due is None else max(0.0, due - get_time())
                ready = {key.fd for key, _ in selector.select(wait)}
                if self._waked in ready:
                    os.read(self._waked, CHUNK)
                if self.fileno in ready and not self._take(parser, decode):
                    # The terminal is gone. Who watches it ends the program.
                    break
                for event in parser.tick():
                    self.process_message(event)
        with suppress(EOFError, _parser.ParseError):
            for _ in parser.feed(""):
                pass

    def _take(self, parser: XTermParser, decode: Callable[[bytes], str]) -> bool:
        """Dispatch what was typed; return ``False`` where nothing will be typed any more."""
        try:
            data = os.read(self.fileno, CHUNK)
        except OSError:
            return False
        text = decode(data)
        if text:
            for event in parser.feed(text):
                self.process_message(event)
        return bool(data)
