"""Terminal cells of a text, without a terminal library: East Asian wide and full-width characters take two."""

from __future__ import annotations

import unicodedata
from functools import lru_cache


@lru_cache(maxsize=4096)
def cells(text: str) -> int:
    """Return the terminal cells that ``text`` takes. Ambiguous characters take one, combining marks none."""
    if text.isascii():
        return len(text)
    total = 0
    for char in text:
        if unicodedata.combining(char):
            continue
        total += 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1
    return total
