"""Regular expressions that are compiled when they are first used: all at once they were 10 ms of the first paint."""

from __future__ import annotations

import re
from typing import Any, cast


class _Pattern:
    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Compile, and keep what was asked for, so that the next time costs what it costs of a compiled one."""
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(re.compile(self._text, self._flags), name)
        setattr(self, name, value)
        return value


def lazy(text: str, flags: re.RegexFlag | int = 0) -> re.Pattern[str]:
    """Return the expression ``text``; a wrong one fails at its first use."""
    return cast("re.Pattern[str]", _Pattern(text, int(flags)))
