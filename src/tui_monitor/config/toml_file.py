"""A TOML file read with its limits: what is too large, is no UTF-8 or does not parse is refused by line."""

from __future__ import annotations

import re
from typing import Any

import tomli

from tui_monitor.domain.patterns import lazy
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.told import Told, told

_POSITION = lazy(r"^(.*?) \(at (?:line (\d+), column (\d+)|(end of document))\)$", re.DOTALL)


class TomlError(Exception):
    """A text is no TOML. ``line`` counts from 1."""

    def __init__(self, line: int, reason: Told) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


def parse_toml(data: bytes, *, limit: int) -> tuple[dict[str, Any], str]:
    """Return the document in ``data`` and its text; raise ``TomlError`` for anything else, whatever the bytes."""
    if len(data) > limit:
        raise TomlError(1, told("toml.too-large", size=limit // 1024))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TomlError(data.count(b"\n", 0, error.start) + 1, told("toml.no-utf-8")) from error
    try:
        return tomli.loads(text), text
    except tomli.TOMLDecodeError as error:
        match = _POSITION.match(str(error))
        if match is None:
            raise TomlError(1, told("toml.invalid", reason=clean_text(str(error)))) from error
        line = int(match[2]) if match[2] else text.rstrip().count("\n") + 1
        reason = clean_text(match[1])
        if match[3]:
            raise TomlError(line, told("toml.invalid-at", reason=reason, column=int(match[3]))) from error
        raise TomlError(line, told("toml.invalid-at-end", reason=reason)) from error
    except RecursionError as error:
        raise TomlError(1, told("toml.too-deep")) from error
    except ValueError as error:
        # tomli lets a number of thousands of digits and an impossible date through to int() and datetime().
        raise TomlError(1, told("toml.invalid", reason=told("toml.beyond"))) from error
