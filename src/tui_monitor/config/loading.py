"""Reads ``config.toml``: every mistake in it is named with file, line, key and what was expected.

All mistakes of a file are told at once, a line each. The file is never written.
"""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tui_monitor.config.expected import convert, got, nearest
from tui_monitor.config.rules import check_rules
from tui_monitor.config.settings import Section, Settings
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.toml_lines import KeyPath, TomlLines, dotted, lines_of
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.text import clean_text, is_plain

MAX_CONFIG = 1024 * 1024
"""Bytes of the largest settings file that is read."""

MAX_PROBLEMS = 20
"""Mistakes told of one file; more than that is another kind of file."""

Problem = tuple[KeyPath, str]
"""Where a mistake is, and the sentence's end: ``expected …, got …``."""


Further = Callable[[Settings], list[Problem]]
"""Names more mistakes of settings that are right by themselves."""


def load_settings(path: Path | None, *, further: Further | None = None) -> Settings:
    """Return the settings in ``path``, or the defaults where there is no such file.

    ``further`` looks for mistakes that only others can know of. Raises ``ConfigError`` whose text has one line for
    each mistake: ``FILE, line N: key "market.index": expected …, got …``.
    """
    if path is None:
        return Settings()
    try:
        data = path.read_bytes()
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Settings()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}.") from error
    return read_settings(data, str(path), mode=mode, further=further)


def read_settings(data: bytes, name: str, *, mode: int = 0o600, further: Further | None = None) -> Settings:
    """Return the settings in ``data``; ``name`` is the file's, ``mode`` its permission bits, for messages."""
    try:
        document, text = parse_toml(data, limit=MAX_CONFIG)
    except TomlError as error:
        raise ConfigError(f"{name}, line {error.line}: {error.reason}.") from error
    problems: list[Problem] = []
    _refuse_controls(document, (), problems)
    settings = _section(Settings, document, (), problems)
    assert isinstance(settings, Settings)
    check_rules(settings, mode, problems)
    if further is not None:
        known = {place for place, _ in problems}
        problems += [one for one in further(settings) if one[0] not in known]
    if problems:
        raise ConfigError(_worded(name, problems, lines_of(text)))
    return settings


def _refuse_controls(value: object, path: KeyPath, problems: list[Problem]) -> None:
    """Note each text with characters that a terminal obeys: what a file says is shown sooner or later."""
    if isinstance(value, str):
        if not is_plain(value):
            problems.append((path, f"expected text without control characters, got {got(value)}"))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            _refuse_controls(one, (*path, index), problems)
    elif isinstance(value, dict):
        for key, one in value.items():
            if not is_plain(key):
                problems.append(((*path, clean_text(key)), "expected a key without control characters"))
            else:
                _refuse_controls(one, (*path, key), problems)


def _section(kind: type[Section], table: dict[str, Any], path: KeyPath, problems: list[Problem]) -> Section:
    """Return ``table`` as ``kind``; what is wrong is noted and left at its default."""
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    values: dict[str, Any] = {}
    for key, value in table.items():
        here = (*path, key)
        field = fields.get(key)
        if field is None:
            problems.append((here, f"unknown; {nearest(key, list(fields))}"))
        elif isinstance(field.type, type) and issubclass(field.type, Section):
            if isinstance(value, dict):
                values[field.name] = _section(field.type, value, here, problems)
            else:
                problems.append((here, f"expected a table, got {got(value)}"))
        else:
            found, wrong = convert(value, field.type, here)
            if wrong:
                problems += [(place, _suggested(place, reason)) for place, reason in wrong]
            else:
                values[field.name] = found
    try:
        return kind(**values)
    except TypeError:
        # A required key is missing; convert() reports that for elements of arrays, tables have defaults only.
        raise AssertionError(f"{kind.__name__} has a key without a default") from None


def _suggested(place: KeyPath, reason: str) -> str:
    if place and place[0] == "feeds" and reason == "unknown" and isinstance(place[-1], str):
        from tui_monitor.config.settings import FeedEntry

        return f"unknown; {nearest(place[-1], list(FeedEntry.__struct_fields__))}"
    return reason


def _worded(name: str, problems: list[Problem], lines: TomlLines | None) -> str:
    placed = [(lines.line_of(path) if lines else None, path, reason) for path, reason in problems]
    placed.sort(key=lambda one: one[0] or 0)
    told = [
        f'{name}{f", line {line}" if line else ""}: key "{dotted(path)}": {reason}'
        for line, path, reason in placed[:MAX_PROBLEMS]
    ]
    if len(placed) > MAX_PROBLEMS:
        told.append(f"{name}: and {len(placed) - MAX_PROBLEMS} more mistakes.")
    return "\n".join(told)
