"""``filters.toml``: the headline filters that were given a name within the program.

``[news.filters]`` of ``config.toml`` is the person's and never touched; this file is the program's. It is read
whole and written atomically under a lock, so that two programs lose no edit of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tui_monitor.config.settings import Section
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.watchlist_file import WatchlistFile
from tui_monitor.domain.errors import ConfigError, WatchlistError
from tui_monitor.domain.headline_filter import MAX_LENGTH

MAX_FILE = 256 * 1024
"""Bytes of the largest file that is read."""

MAX_FILTERS = 200
"""Filters that the file may hold."""

MAX_NAME = 40
"""Characters of a filter's name."""

_HEAD = "# Headline filters that were named in tui-monitor. It rewrites this file; your own belong to config.toml.\n\n"

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME, pattern=r"^\S(?:[^\x00-\x1f\x7f-\x9f]*\S)?$")]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)]


class _Shape(Section, frozen=True):
    filters: Annotated[dict[Name, Text], Meta(max_length=MAX_FILTERS)] = msgspec.field(default_factory=dict)


class FiltersFile:
    """The file: filters by name. All failures are ``ConfigError`` with one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = WatchlistFile(path)

    def read(self) -> dict[str, str]:
        """Return what the file holds; nothing where there is none. What cannot be read is left as it is."""
        try:
            content = self._file.read()
        except WatchlistError as error:
            raise ConfigError(str(error)) from error
        if content is None:
            return {}
        try:
            document, _ = parse_toml(content.data, limit=MAX_FILE)
            return msgspec.convert(document, _Shape).filters
        except TomlError as error:
            raise ConfigError(f"{self.path}, line {error.line}: {error.reason}.") from error
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self.path}: {str(error)[:1].lower()}{str(error)[1:]}.") from error

    def save(self, name: str, text: str) -> dict[str, str]:
        """Give the filter ``text`` a name; one that is there already, in any case, stands for ``text`` from now on."""

        def change(held: Mapping[str, str]) -> dict[str, str]:
            after = {one: filter_ for one, filter_ in held.items() if one.casefold() != name.casefold()}
            if len(after) >= MAX_FILTERS:
                raise ConfigError(f"at most {MAX_FILTERS} filters can be named.")
            try:
                return msgspec.convert({"filters": {**after, name: text}}, _Shape).filters
            except msgspec.ValidationError as error:
                raise ConfigError(f"a filter's name has 1 to {MAX_NAME} characters.") from error

        return self._edit(change)

    def remove(self, name: str) -> dict[str, str]:
        """Forget the filter ``name``."""
        return self._edit(lambda held: {one: text for one, text in held.items() if one.casefold() != name.casefold()})

    def _edit(self, change: Callable[[Mapping[str, str]], dict[str, str]]) -> dict[str, str]:
        try:
            with self._file.locked():
                before = self.read()
                after = change(before)
                if after != before:
                    self._file.write(_written(after))
        except WatchlistError as error:
            cause = error.__cause__
            reason = (cause.strerror or str(cause)).lower() if isinstance(cause, OSError) else "it is held by another"
            raise ConfigError(f"{self.path} cannot be written: {reason}; nothing was changed.") from error
        return after


def _written(held: Mapping[str, str]) -> bytes:
    import tomli_w

    return (_HEAD + tomli_w.dumps({"filters": dict(held)} if held else {})).encode()
