"""Checks the tables ``[sources.NAME]`` against what their plug-ins declare, without building a source."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from typing import Any

import msgspec

from tui_monitor.config.expected import convert, nearest
from tui_monitor.config.toml_lines import KeyPath
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.options import declared_options
from tui_monitor.sources.registry import available

log = logging.getLogger(__name__)

Problem = tuple[KeyPath, str]
"""Where a mistake is, and what was expected."""

BESIDE = {"yahoo-search": "tui_monitor.sources.yahoo_search:YahooSearch"}
"""Tables of what is no source of the schedule."""


def check_tables(
    tables: Mapping[str, Mapping[str, Any]], *, plug_ins: Mapping[str, EntryPoint] | None = None
) -> tuple[list[Problem], list[str]]:
    """Return the mistakes of the tables by name, and a sentence for each table that cannot be checked.

    Only the plug-ins of tables that are there are imported; ``plug_ins`` replaces what is installed.
    """
    installed = {
        **(available() if plug_ins is None else plug_ins),
        **{name: EntryPoint(name=name, value=value, group="") for name, value in BESIDE.items()},
    }
    problems: list[Problem] = []
    unchecked: list[str] = []
    for name, table in tables.items():
        place = ("sources", name)
        point = installed.get(name)
        if point is None:
            problems.append((place, f"no such source is installed; {nearest(name, sorted(installed))}"))
            continue
        try:
            kind = declared_options(point.load())
            mistakes = _mistakes(table, kind, place) if kind is not None else []
        except Exception as error:
            # Somebody else's code: that it cannot be imported is no mistake of the file.
            log.warning("plug-in %s cannot be loaded", name, exc_info=True)
            reason = f"{type(error).__name__}: {clean_text(str(error), 160)}"
            unchecked.append(f"[sources.{name}]: the plug-in cannot be loaded ({reason}); its keys were not checked.")
            continue
        if kind is None:
            unchecked.append(f"[sources.{name}]: the plug-in does not say what it takes; its keys were not checked.")
        problems += mistakes
    return problems, unchecked


def _mistakes(table: Mapping[str, Any], kind: type[msgspec.Struct], place: KeyPath) -> list[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    # Turning a plug-in off is the registry's; its struct need not know the key.
    table = {key: value for key, value in table.items() if key in fields or (key, value) != ("enabled", False)}
    problems: list[Problem] = []
    for key, value in table.items():
        if key in fields:
            problems += convert(value, fields[key].type, (*place, key))[1]
        elif kind.__struct_config__.forbid_unknown_fields:
            problems.append(((*place, key), f"unknown; {nearest(key, list(fields))}"))
    problems += [
        (place, f'expected a key "{name}"') for name, field in fields.items() if field.required and name not in table
    ]
    if not problems:
        try:
            msgspec.convert(table, kind)
        except msgspec.ValidationError as error:
            # A rule of the struct itself, over several keys.
            problems.append((place, clean_text(str(error), 200)))
    return problems
