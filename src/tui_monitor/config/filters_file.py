"""``filters.toml``: the headline filters that were given a name within the program.

``[news.filters]`` of ``config.toml`` is the person's and never touched; this file is the program's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from tui_monitor.config.program_file import ProgramFile
from tui_monitor.config.settings import Section
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.headline_filter import MAX_LENGTH

MAX_FILTERS = 200
"""Filters that the file may hold."""

MAX_NAME = 40
"""Characters of a filter's name."""

Name = Annotated[str, Meta(min_length=1, max_length=MAX_NAME, pattern=r"^\S(?:[^\x00-\x1f\x7f-\x9f]*\S)?$")]
Text = Annotated[str, Meta(min_length=1, max_length=MAX_LENGTH)]


class _Shape(Section, frozen=True):
    filters: Annotated[dict[Name, Text], Meta(max_length=MAX_FILTERS)] = msgspec.field(default_factory=dict)


class FiltersFile(ProgramFile[dict[str, str]]):
    """The file: filters by name."""

    HEAD = "# Headline filters that were named in tui-monitor. It rewrites this file; your own belong to config.toml."
    MAX_FILE = 256 * 1024

    def empty(self) -> dict[str, str]:
        """Return no filters."""
        return {}

    def decoded(self, document: Mapping[str, Any]) -> dict[str, str]:
        """Return the filters of a document."""
        return msgspec.convert(document, _Shape).filters

    def document(self, held: dict[str, str]) -> dict[str, Any]:
        """Return what is written."""
        return {"filters": held}

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

        return self.edit(change)

    def remove(self, name: str) -> dict[str, str]:
        """Forget the filter ``name``."""
        return self.edit(lambda held: {one: text for one, text in held.items() if one.casefold() != name.casefold()})
