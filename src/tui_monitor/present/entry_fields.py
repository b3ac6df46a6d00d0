"""The lines of an entry's form: values to text and back."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from tui_monitor.domain.watchlist import Entry

FIELDS = ("note", "tags", "quantity", "cost", "currency")
"""The lines in their order."""

_NUMBER = re.compile(r"[+-]?(?=\.?\d)(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d{1,3})?")
_MINOR = frozenset({"GBp", "GBX", "ZAc", "ILA"})
"""Codes of minor units that prices and costs are stated in."""


def number_text(value: float | None) -> str:
    """Return a number so that reading it gives the same one."""
    if value is None:
        return ""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)


def field_texts(entries: Sequence[Entry]) -> dict[str, str | None]:
    """Return the text of each line; ``None`` where the entries differ in it."""
    texts: dict[str, Callable[[Entry], str]] = {
        "note": lambda one: one.note,
        "tags": lambda one: ", ".join(one.tags),
        "quantity": lambda one: number_text(one.quantity),
        "cost": lambda one: number_text(one.cost),
        "currency": lambda one: one.cost_currency or "",
    }
    found: dict[str, str | None] = {}
    for field, text in texts.items():
        values = {text(one) for one in entries}
        found[field] = values.pop() if len(values) == 1 else None
    return found


def read_number(text: str) -> float | str | None:
    """Return a number as people write it (``1,000``, ``-5``, ``1.5``), ``None`` for nothing, the text if it is none."""
    bare = text.strip().replace(" ", "").replace("\u00a0", "")
    if not bare:
        return None
    if not _NUMBER.fullmatch(bare) or not bare.isascii():
        return text.strip()
    value = float(bare.replace(",", ""))
    return value if math.isfinite(value) else text.strip()


def read_tags(text: str) -> tuple[str, ...]:
    """Return tags separated by commas, each once."""
    parts = (" ".join(part.split()).lstrip("#") for part in re.split(r"[,，、;；]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def read_currency(text: str) -> str | None:
    """Return a currency code in capitals, but for the minor units that are told by a small letter (``GBp``)."""
    bare = text.strip()
    if not bare:
        return None
    return bare if bare in _MINOR else bare.upper()
