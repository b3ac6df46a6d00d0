"""What alerts leave on the disk: ``alerts.jsonl``, what fired, and ``alerts.json``, where each rule stands.

The log is one line of JSON an alert, appended; a full file becomes ``alerts.jsonl.1``. The state is rewritten whole,
atomically. What cannot be read is passed over: neither file may keep the program from starting.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from tui_monitor.config.paths import make_private
from tui_monitor.domain.alert import AlertEvent, Mark
from tui_monitor.domain.text import clean_text, safe_url

MAX_LOG = 2 * 1024 * 1024
"""Bytes after which the log begins anew; one older file is kept."""

MAX_STATE = 8 * 1024 * 1024
"""Bytes of the largest state that is read."""

FORMAT = 1
"""Version of both files."""


class AlertState(msgspec.Struct, kw_only=True):
    """Where the rules stand."""

    looked: datetime | None = None
    """When they were last looked at, aware UTC."""
    shapes: dict[str, str] = msgspec.field(default_factory=dict)
    """What each rule asked for: marks of another question are worth nothing."""
    begun: dict[str, datetime] = msgspec.field(default_factory=dict)
    """Since when each rule is there."""
    told: list[str] = msgspec.field(default_factory=list)
    """Rule and identity of the publications that were told lately."""
    marks: dict[tuple[str, str, str], Mark] = msgspec.field(default_factory=dict)
    """By rule, symbol and side."""


class _StateShape(msgspec.Struct, frozen=True):
    version: int
    looked: datetime | None = None
    shapes: dict[str, str] = {}
    begun: dict[str, datetime] = {}
    told: list[str] = []
    marks: list[tuple[str, str, str, Mark]] = []


def event_record(event: AlertEvent) -> dict[str, Any]:
    """Return an event as JSON values: the line of the log, what a hook gets, what ``alerts log`` prints."""
    record: dict[str, Any] = {"version": FORMAT, **msgspec.to_builtins(event)}
    record["time"] = event.time.isoformat(timespec="seconds").replace("+00:00", "Z")
    return record


def append_events(path: Path, events: Iterable[AlertEvent]) -> None:
    """Add events to the log. Raises ``OSError``."""
    lines = "".join(json.dumps(event_record(event), ensure_ascii=True) + "\n" for event in events)
    make_private(path.parent)
    if path.exists() and path.stat().st_size > MAX_LOG:
        path.replace(path.with_name(f"{path.name}.1"))
    # One write of whole lines: two programs that append at once do not mix them.
    number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(number, lines.encode())
    finally:
        os.close(number)


def read_events(path: Path, limit: int | None = None) -> list[AlertEvent]:
    """Return what fired, the newest first; lines that are none of ours are passed over."""
    found: list[AlertEvent] = []
    for one in (path, path.with_name(f"{path.name}.1")):
        try:
            with one.open("rb") as file:
                data = file.read(MAX_LOG * 2)
        except OSError:
            continue
        for line in reversed(data.splitlines()):
            event = _event(line)
            if event is not None:
                found.append(event)
            if limit is not None and len(found) >= limit:
                return found
    return found


def _event(line: bytes) -> AlertEvent | None:
    try:
        event = msgspec.json.decode(line, type=AlertEvent)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if event.time.tzinfo is None:
        return None
    # Anybody may have edited the file.
    return AlertEvent(
        time=event.time,
        rule=clean_text(event.rule),
        kind=event.kind,
        symbol=clean_text(event.symbol) or None,
        name=clean_text(event.name),
        side=clean_text(event.side),
        value=event.value,
        threshold=event.threshold,
        text=clean_text(event.text),
        url=safe_url(event.url) if event.url else None,
        quiet=event.quiet,
        channels=event.channels,
    )


def read_state(path: Path) -> AlertState:
    """Return the state; an empty one where there is none or it cannot be read."""
    try:
        with path.open("rb") as file:
            shape = msgspec.json.decode(file.read(MAX_STATE), type=_StateShape)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return AlertState()
    if shape.version != FORMAT or (shape.looked is not None and shape.looked.tzinfo is None):
        return AlertState()
    return AlertState(
        looked=shape.looked,
        shapes=shape.shapes,
        begun={name: moment for name, moment in shape.begun.items() if moment.tzinfo is not None},
        told=shape.told,
        marks={
            (rule, symbol, side): mark
            for rule, symbol, side, mark in shape.marks
            if mark.last is None or mark.last.tzinfo is not None
        },
    )


def state_bytes(state: AlertState) -> bytes:
    """Return the state as it is written. Cheap enough for the event loop; ``write_state`` is not."""
    return msgspec.json.encode(
        _StateShape(
            version=FORMAT,
            looked=state.looked,
            shapes=state.shapes,
            begun=state.begun,
            told=state.told,
            marks=[(*key, mark) for key, mark in state.marks.items()],
        )
    )


def write_state(path: Path, data: bytes) -> None:
    """Make ``data`` the state, atomically. Raises ``OSError``."""
    make_private(path.parent)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    number = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(number, data)
        os.fsync(number)
    finally:
        os.close(number)
    temporary.replace(path)
