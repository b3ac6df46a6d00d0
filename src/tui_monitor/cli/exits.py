"""What the program's end says to the shell that started it."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The documented exit codes."""

    OK = 0
    USAGE = 1
    """A command, option or argument is wrong."""
    CONFIG = 2
    """A file of the person's is wrong or cannot be read."""
    NO_DATA = 3
    """No source answered and nothing is stored."""
    PARTIAL = 4
    """Something was answered, but not everything that was asked for."""
