"""A small TOML file that the program keeps beside ``config.toml``: read whole, written atomically, under a lock.

So two programs that edit it at once lose no edit of each other. What cannot be read is left as it is. All failures are
``ConfigError`` with one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.watchlist_file import WatchlistFile
from tui_monitor.domain.errors import ConfigError, WatchlistError

Held = TypeVar("Held")


class ProgramFile(Generic[Held]):
    """One file. Subclasses say what it holds and how that is written."""

    HEAD: ClassVar[str]
    """The comment that the file begins with."""
    MAX_FILE: ClassVar[int] = 1024 * 1024
    """Bytes of the largest file that is read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = WatchlistFile(path)

    def empty(self) -> Held:
        """Return what a file holds that is not there."""
        raise NotImplementedError

    def decoded(self, document: Mapping[str, Any]) -> Held:
        """Return what a document says. Raises ``ConfigError``, or ``msgspec.ValidationError`` for its shape."""
        raise NotImplementedError

    def document(self, held: Held) -> Mapping[str, Any]:
        """Return what is written; TOML has no null."""
        raise NotImplementedError

    def trace(self) -> object:
        """Return what tells at a glance that the file changed."""
        return self._file.trace()

    def read(self) -> Held:
        """Return what the file holds; nothing where there is none."""
        try:
            content = self._file.read()
        except WatchlistError as error:
            raise ConfigError(str(error)) from error
        if content is None:
            return self.empty()
        try:
            document, _ = parse_toml(content.data, limit=self.MAX_FILE)
            return self.decoded(document)
        except TomlError as error:
            raise ConfigError(f"{self.path}, line {error.line}: {error.reason}.") from error
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self.path}: {str(error)[:1].lower()}{str(error)[1:]}.") from error

    def edit(self, change: Callable[[Held], Held]) -> Held:
        """Read, change and write under the lock; return what is there then. ``change`` may raise ``ConfigError``."""
        try:
            with self._file.locked():
                before = self.read()
                after = change(before)
                if after != before:
                    self._file.write(self._text(after).encode())
        except WatchlistError as error:
            cause = error.__cause__
            reason = (cause.strerror or str(cause)).lower() if isinstance(cause, OSError) else "it is held by another"
            raise ConfigError(f"{self.path} cannot be written: {reason}; nothing was changed.") from error
        return after

    def _text(self, held: Held) -> str:
        import tomli_w

        return f"{self.HEAD}\n\n{tomli_w.dumps({key: value for key, value in self.document(held).items() if value})}"
