"""A validator for the part of JSON Schema that the project's own schemas use; anything else in one is an error."""

from __future__ import annotations

import re
from typing import Any

_KNOWN = {
    "$schema", "$id", "title", "description", "type", "properties", "required", "additionalProperties", "items",
    "enum", "pattern",
}  # fmt: skip

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "number": (int, float), "integer": (int,),
    "boolean": (bool,), "null": (type(None),),
}  # fmt: skip


def errors(value: Any, schema: dict[str, Any], place: str = "$") -> list[str]:
    """Return what is wrong with ``value``, each with its place."""
    unknown = set(schema) - _KNOWN
    assert not unknown, f"{place}: the schema uses {unknown}"
    types = schema.get("type", [])
    types = types if isinstance(types, list) else [types]
    if types and not any(_is(value, one) for one in types):
        return [f"{place}: {value!r} is not {types}"]
    found: list[str] = []
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{place}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{place}: {value!r} does not match {schema['pattern']}")
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [f"{place}: {name} is missing" for name in schema.get("required", []) if name not in value]
        for name, one in value.items():
            rest = schema.get("additionalProperties", {})
            if name in properties:
                found += errors(one, properties[name], f"{place}.{name}")
            elif rest is False:
                found.append(f"{place}: {name} is not in the schema")
            elif isinstance(rest, dict):
                found += errors(one, rest, f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for number, one in enumerate(value):
            found += errors(one, schema["items"], f"{place}[{number}]")
    return found


def _is(value: Any, name: str) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, _TYPES[name])
