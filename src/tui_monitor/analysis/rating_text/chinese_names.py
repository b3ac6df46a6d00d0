"""Well-known companies: where a name ends cannot be seen from Chinese text."""

from __future__ import annotations

from functools import cache

from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.lexicon import read_seed


@cache
def _names() -> dict[str, tuple[str, ...]]:
    """Return the names by their first character, longest first."""
    by_head: dict[str, set[str]] = {}
    for name in read_seed("company_names.json")["names"]:
        key = lower(fold(name))
        by_head.setdefault(key[0], set()).add(key)
    return {head: tuple(sorted(names, key=len, reverse=True)) for head, names in by_head.items()}


def known_company_at(low: str, start: int) -> int | None:
    """Return the end of the longest well-known company name that begins at ``start`` of a folded text."""
    for name in _names().get(low[start : start + 1], ()):
        if low.startswith(name, start):
            return start + len(name)
    return None
