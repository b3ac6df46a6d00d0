"""Sentences of errors in one line: where the room is short, a file is told by its name instead of its path."""

from __future__ import annotations

from tui_monitor.domain.patterns import lazy
from tui_monitor.present.width import cells

_FOLDERS = lazy(r"(?<![\w./\\:])(?:/|~/|\b[A-Za-z]:\\)(?:[^/\\\n:,;]*[/\\])+(?=[^/\\\s])")
"""The folders of an absolute path up to its last part. A folder's name may hold blanks, so the longest is taken, but
not beyond the signs that end a path in a sentence: what comes behind them may hold a stroke, too (``key/value``)."""


def fitting(sentence: str, room: int) -> str:
    """Return ``sentence`` with names for paths if it takes more than ``room`` cells as it is."""
    return sentence if cells(sentence) <= room else _FOLDERS.sub("", sentence)
