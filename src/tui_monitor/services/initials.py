"""Pinyin initials: ``tx`` for 騰訊. One letter a character, by the table in ``seeds/pinyin.json``."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from tui_monitor.config.seeds import seeds_dir


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    about: str
    initials: dict[str, str]


def load_initials() -> Mapping[str, str]:
    """Return each known character's possible first letters; an empty table where the file cannot be read."""
    try:
        return msgspec.json.decode((seeds_dir() / "pinyin.json").read_bytes(), type=_Shape).initials
    except (OSError, msgspec.MsgspecError):
        return {}


def letters_of(name: str, table: Mapping[str, str]) -> tuple[str, ...]:
    """Return the possible letters of each character of a Chinese name; empty if it has no known character.

    Latin letters and digits within it stand for themselves, punctuation for nothing.
    """
    if name.isascii():
        return ()
    found = [table.get(char) or (char.casefold() if char.isascii() and char.isalnum() else "") for char in name]
    return tuple(letters for letters in found if letters) if any(char in table for char in name) else ()


def begins(word: str, letters: tuple[str, ...]) -> bool:
    """Whether ``word`` (in lower case) is how the initials in ``letters`` begin."""
    return 0 < len(word) <= len(letters) and all(char in choice for char, choice in zip(word, letters, strict=False))
