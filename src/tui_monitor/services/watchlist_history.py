"""The steps that undo and redo go by, kept over restarts and shared by all processes of the person.

``undo.jsonl`` is a journal: a line for each edit, each undo and each redo, appended in one write. Reading it from
the beginning gives the two stacks. A line that a killed process left half written is passed over.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from tui_monitor.domain.watchlist_edits import Edit, Several

MAX_STEPS = 500
"""Steps that can be taken back."""

MAX_JOURNAL = 8 * 1024 * 1024
"""Bytes beyond which the journal is written anew with the newest steps only."""

MAX_READ = 64 * 1024 * 1024
"""Bytes of the largest journal that is read; a larger one is none of ours."""

MAX_NESTING = 8
"""Depth of edits within edits that is read."""

Operation = Literal["do", "undo", "redo"]


class Step(msgspec.Struct, frozen=True):
    """One edit of the person: ``edit`` does it again, ``inverse`` takes it back."""

    id: str
    edit: Edit
    inverse: Edit


class Line(msgspec.Struct, frozen=True):
    """What happened to a step. ``step`` is its state afterwards."""

    operation: Operation
    step: Step


class Stacks(msgspec.Struct):
    """What can be undone and redone, the next one last."""

    undo: list[Step] = msgspec.field(default_factory=list)
    redo: list[Step] = msgspec.field(default_factory=list)

    def take(self, line: Line) -> None:
        """Follow one line of the journal."""
        if line.operation == "do":
            self.undo.append(line.step)
            self.redo.clear()
            del self.undo[:-MAX_STEPS]
            return
        source, target = (self.undo, self.redo) if line.operation == "undo" else (self.redo, self.undo)
        for index in range(len(source) - 1, -1, -1):
            if source[index].id == line.step.id:
                del source[index]
                target.append(line.step)
                return


def new_step(edit: Edit, inverse: Edit) -> Step:
    """Return a step with an identity of its own."""
    return Step(os.urandom(6).hex(), edit, inverse)


class Journal:
    """The file of the steps. Appending and compacting need the lock of the lists' file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: tuple[Line, ...] = ()
        self._trace: tuple[int, int, int] | None = None

    def stacks(self, unsaved: Iterable[Line] = ()) -> Stacks:
        """Return the stacks of the journal as it stands, followed by lines that it does not have yet."""
        found = Stacks()
        for line in (*self._read(), *unsaved):
            found.take(line)
        return found

    def append(self, lines: Sequence[Line]) -> None:
        """Add lines and force them to the disk; raise ``OSError`` if that fails."""
        if not lines:
            return
        data = b"".join(_encode(line) + b"\n" for line in lines)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                # A killed process left half a line; the next one must not be joined to it.
                data = b"\n" + data
            os.write(handle, data)
            os.fsync(handle)
        finally:
            os.close(handle)
        if size + len(data) > MAX_JOURNAL:
            self._compact()

    def _compact(self) -> None:
        stacks = self.stacks()
        # The redo stack is the same after its steps were done and undone again, the last one first.
        lines = [Line("do", step) for step in (*stacks.undo, *reversed(stacks.redo))]
        lines += [Line("undo", step) for step in stacks.redo]
        data = b"".join(_encode(line) + b"\n" for line in lines)
        if len(data) > MAX_JOURNAL // 2:
            keep = len(stacks.undo) // 2
            data = b"".join(_encode(Line("do", step)) + b"\n" for step in stacks.undo[-keep:]) if keep else b""
        temporary = self.path.with_name(f".{self.path.name}.tmp")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise

    def _read(self) -> tuple[Line, ...]:
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                trace = (found.st_mtime_ns, found.st_size, found.st_ino)
                if trace == self._trace:
                    return self._lines
                data = file.read() if found.st_size <= MAX_READ else b""
        except OSError:
            return ()
        lines = (_decode(line) for line in data.split(b"\n"))
        self._lines = tuple(line for line in lines if line is not None)
        self._trace = trace
        return self._lines


def _encode(line: Line) -> bytes:
    return msgspec.json.encode(line)


@cache
def _decoder() -> msgspec.json.Decoder[Line]:
    return msgspec.json.Decoder(Line)


def _decode(data: bytes) -> Line | None:
    """Return a line of the journal, ``None`` for one that is not ours or not whole."""
    try:
        line = _decoder().decode(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return line if _depth_within(line.step.edit) and _depth_within(line.step.inverse) else None


def _depth_within(edit: Edit, limit: int = MAX_NESTING) -> bool:
    if not isinstance(edit, Several):
        return True
    return limit > 0 and all(_depth_within(one, limit - 1) for one in edit.edits)
