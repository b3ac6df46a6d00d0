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


def cut(text: str, room: int, mark: str = "…") -> str:
    """Return ``text`` in at most ``room`` cells, with ``mark``, one cell wide, where it was cut."""
    if cells(text) <= room:
        return text
    kept, used = "", 1
    for char in text:
        used += cells(char)
        if used > room:
            break
        kept += char
    return kept.rstrip() + mark if room > 0 else ""


def wrap(text: str, room: int) -> list[str]:
    """Return ``text`` in lines of at most ``room`` cells, broken at blanks, or anywhere between wide characters."""
    if room <= 0:
        return []
    lines: list[str] = []
    current = ""
    for piece in _pieces(text):
        if cells(current) + cells(piece.rstrip()) <= room:
            current += piece
            continue
        if current.strip():
            lines.append(current.rstrip())
        current = piece
        while cells(current.rstrip()) > room:
            # A word wider than the line, such as an address, is broken where it must be.
            cut = max(1, next((n for n in range(len(current), 0, -1) if cells(current[:n]) <= room), 1))
            lines.append(current[:cut])
            current = current[cut:]
    if current.strip():
        lines.append(current.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """Return words with the blank behind them; a wide character is a piece of its own."""
    pieces: list[str] = []
    word = ""
    for char in text:
        if unicodedata.east_asian_width(char) in {"W", "F"}:
            if word:
                pieces.append(word)
                word = ""
            # Closing punctuation never begins a line.
            if pieces and char in "，。、；：？！）」』》％":
                pieces[-1] += char
            else:
                pieces.append(char)
            continue
        word += char
        if char == " ":
            pieces.append(word)
            word = ""
    if word:
        pieces.append(word)
    return pieces
