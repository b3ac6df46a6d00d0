"""Converts a value of a TOML document to the type of a setting, and words what was expected instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Any

import msgspec
from msgspec import inspect

from tui_monitor.config.toml_lines import KeyPath
from tui_monitor.domain.patterns import lazy
from tui_monitor.domain.text import clean_text

_STEP = lazy(r"\[(\d+|\.\.\.)\]|\.([^.\[\]]+)")
_UNKNOWN_FIELD = lazy(r"Object contains unknown field `([^`]+)`")
_MISSING_FIELD = lazy(r"Object missing required field `([^`]+)`")


def convert(value: object, kind: Any, path: KeyPath) -> tuple[Any, list[tuple[KeyPath, str]]]:
    """Return ``value`` as ``kind`` and no mistakes, or ``None`` and the mistakes with their places.

    Elements of an array and entries of a table are judged one by one, so that every wrong one is named.
    """
    info = inspect.type_info(kind)
    wrong: list[tuple[KeyPath, str]] = []
    if isinstance(info, inspect.VarTupleType) and isinstance(value, list):
        item = kind.__args__[0]
        found = [_one(element, item, (*path, index), wrong) for index, element in enumerate(value)]
        return (None, wrong) if wrong else (tuple(found), [])
    if isinstance(info, inspect.DictType) and isinstance(value, dict):
        item = kind.__args__[1]
        pairs = {key: _nested(element, item, (*path, key), wrong) for key, element in value.items()}
        return (None, wrong) if wrong else (pairs, [])
    result = _one(value, kind, path, wrong)
    return (None, wrong) if wrong else (result, [])


def _nested(value: object, kind: Any, path: KeyPath, wrong: list[tuple[KeyPath, str]]) -> Any:
    found, more = convert(value, kind, path)
    wrong += more
    return found


def _one(value: object, kind: Any, path: KeyPath, wrong: list[tuple[KeyPath, str]]) -> Any:
    value = _dates_as_text(value, inspect.type_info(kind))
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        message = str(error)
        inner = _place(message)
        unknown, missing = _UNKNOWN_FIELD.search(message), _MISSING_FIELD.search(message)
        if unknown:
            wrong.append(((*path, *inner, unknown[1]), "unknown"))
        elif missing:
            wrong.append(((*path, *inner), f'expected a key "{missing[1]}"'))
        else:
            there, there_kind = _follow(value, kind, inner)
            wrong.append(((*path, *inner), f"expected {describe(there_kind)}, got {got(there)}"))
        return None


def _dates_as_text(value: object, info: inspect.Type) -> object:
    """Return ``value`` with dates as text where a text is wanted: unquoted they are dates in TOML; nobody need know."""
    if isinstance(value, date) and not isinstance(value, datetime) and _is_text(info):
        return value.isoformat()
    if isinstance(value, dict) and isinstance(info, inspect.StructType):
        types = {field.encode_name: field.type for field in info.fields}
        return {key: _dates_as_text(one, types[key]) if key in types else one for key, one in value.items()}
    return value


def _place(message: str) -> KeyPath:
    """Return the path in a message of msgspec: ``… - at `$.url```."""
    _, mark, tail = message.rpartition(" - at `$")
    if not mark:
        return ()
    return tuple(int(index) if index.isdigit() else name for index, name in _STEP.findall(tail.rstrip("`")))


def _follow(value: Any, kind: Any, path: KeyPath) -> tuple[Any, inspect.Type]:
    info = inspect.type_info(kind)
    for part in path:
        if isinstance(info, inspect.StructType) and isinstance(part, str):
            info = next((field.type for field in info.fields if field.encode_name == part), info)
        elif isinstance(info, inspect.VarTupleType):
            info = info.item_type
        elif isinstance(info, inspect.DictType):
            info = info.value_type
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            break
    return value, info


def _is_text(info: inspect.Type) -> bool:
    if isinstance(info, inspect.UnionType):
        return any(_is_text(one) for one in info.types)
    return isinstance(info, inspect.StrType)


def describe(info: inspect.Type) -> str:
    """Return what a type takes, in words: ``a number from 300 to 86400``."""
    if isinstance(info, inspect.BoolType):
        return "true or false"
    if isinstance(info, inspect.IntType | inspect.FloatType):
        noun = "a whole number" if isinstance(info, inspect.IntType) else "a number"
        low, high = info.ge, info.le
        if low is not None and high is not None:
            return f"{noun} from {low:g} to {high:g}"
        return noun
    if isinstance(info, inspect.StrType):
        low_length, high_length = info.min_length, info.max_length
        if low_length and high_length:
            return f"a text of {low_length} to {high_length} characters"
        return f"a text of at most {high_length} characters" if high_length else "a text"
    if isinstance(info, inspect.LiteralType):
        return "one of " + ", ".join(f'"{value}"' for value in sorted(info.values, key=str))
    if isinstance(info, inspect.VarTupleType):
        return f"a list of {describe(info.item_type)}" if not _is_text(info.item_type) else "a list of texts"
    if isinstance(info, inspect.DictType | inspect.StructType):
        return "a table"
    if isinstance(info, inspect.UnionType):
        return " or ".join(describe(one) for one in info.types if not isinstance(one, inspect.NoneType))
    return "another value"


def got(value: object) -> str:
    """Return ``value`` as a message shows it: short, on one line, safe for a terminal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{clean_text(value, 60)}"' if len(value) <= 200 else f"a text of {len(value)} characters"
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else clean_text(str(value)[:40], 40)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, date | datetime | time):
        return f"the time {value.isoformat()}"
    return "another value"


def nearest(key: str, known: Sequence[str]) -> str:
    """Return what may be meant by an unknown ``key``: the nearest of ``known``, else all of them."""
    from difflib import get_close_matches

    close = get_close_matches(key, known, n=1, cutoff=0.6)
    return f'did you mean "{close[0]}"?' if close else f"expected one of {', '.join(known)}"
