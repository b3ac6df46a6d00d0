"""The line of every key of a TOML text, which ``tomli`` does not tell.

The text must have passed ``tomli``: this is no validator. It walks tables, dotted keys, arrays and inline
tables and notes where each begins, so that a message can name the line of ``feeds[2].url``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from tui_monitor.domain.patterns import lazy

KeyPath = tuple[str | int, ...]
"""A place in a TOML document: keys, and indices of arrays counted from 0."""

_BARE = lazy(r"[A-Za-z0-9_-]+")
_SCALAR = lazy(r"[^,\]}\s#]+(?: [^,\]}\s#]+)?")
_GAP = lazy(r"[ \t\r]+")
_BLANK = lazy(r"(?:[ \t\r\n]+|#[^\n]*)+")
_ESCAPE = lazy(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_CLOSE = {
    '"""': lazy(r'(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}', re.DOTALL),
    "'''": lazy(r"(?:[^']|'{1,2}(?!'))*'{3,5}", re.DOTALL),
    '"': lazy(r'(?:[^"\\]|\\.)*"'),
    "'": lazy(r"[^']*'"),
}
"""The rest of a string behind its opening quotes, closing ones included."""
_PLAIN_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


class TomlLines:
    """Lines by key path, counted from 1."""

    def __init__(self, text: str) -> None:
        self._text = text.replace("\r\n", "\n")
        self._at = 0
        self._line_starts = [0, *(match.end() for match in re.finditer("\n", self._text))]
        self._lines: dict[KeyPath, int] = {}
        self._counts: dict[KeyPath, int] = {}
        self._read()

    def line_of(self, path: KeyPath) -> int | None:
        """Return the line of ``path``, or of the nearest thing that holds it; ``None`` if there is none."""
        for length in range(len(path), 0, -1):
            line = self._lines.get(path[:length])
            if line is not None:
                return line
        return None

    def _read(self) -> None:
        table: KeyPath = ()
        while self._skip(_BLANK):
            line = self._line()
            if self._text.startswith("[[", self._at):
                self._at += 2
                keys = self._resolve(self._keys())
                index = self._counts.get(keys, -1) + 1
                self._counts[keys] = index
                table = (*keys, index)
                self._lines.setdefault(keys, line)
                self._lines.setdefault(table, line)
                self._at += 2
            elif self._text[self._at] == "[":
                self._at += 1
                table = self._resolve(self._keys())
                self._lines.setdefault(table, line)
                self._at += 1
            else:
                self._pair(table)

    def _resolve(self, keys: KeyPath) -> KeyPath:
        """Put the current index behind each array of tables on the way to ``keys``."""
        found: KeyPath = ()
        for position, key in enumerate(keys):
            found = (*found, key)
            if position < len(keys) - 1 and found in self._counts:
                found = (*found, self._counts[found])
        return found

    def _pair(self, table: KeyPath) -> None:
        line = self._line()
        path = table
        for key in self._keys():
            path = (*path, key)
            self._lines.setdefault(path, line)
        self._at += 1  # the equals sign
        self._skip(_GAP)
        self._value(path)

    def _keys(self) -> KeyPath:
        return tuple(self._each_key())

    def _each_key(self) -> Iterator[str]:
        while True:
            self._skip(_GAP)
            mark = self._text[self._at]
            if mark in "\"'":
                start = self._at + 1
                self._string()
                yield _unescape(self._text[start : self._at - 1]) if mark == '"' else self._text[start : self._at - 1]
            else:
                match = _BARE.match(self._text, self._at)
                if match is None:
                    raise ValueError(f"no key at {self._at}")
                self._at = match.end()
                yield match[0]
            self._skip(_GAP)
            if self._text[self._at] != ".":
                return
            self._at += 1

    def _value(self, path: KeyPath) -> None:
        mark = self._text[self._at]
        if mark in "\"'":
            self._string()
        elif mark == "[":
            self._at += 1
            index = 0
            while self._skip(_BLANK) and self._text[self._at] != "]":
                if self._text[self._at] == ",":
                    self._at += 1
                    continue
                self._lines[*path, index] = self._line()
                self._value((*path, index))
                index += 1
            self._at += 1
        elif mark == "{":
            self._at += 1
            while self._skip(_BLANK) and self._text[self._at] != "}":
                if self._text[self._at] == ",":
                    self._at += 1
                    continue
                self._pair(path)
            self._at += 1
        else:
            match = _SCALAR.match(self._text, self._at)
            if match is None:
                raise ValueError(f"no value at {self._at}")
            self._at = match.end()

    def _string(self) -> None:
        triple = self._text[self._at : self._at + 3]
        quote = triple if triple in _CLOSE else self._text[self._at]
        match = _CLOSE[quote].match(self._text, self._at + len(quote))
        if match is None:
            raise ValueError(f"open string at {self._at}")
        self._at = match.end()

    def _skip(self, pattern: re.Pattern[str]) -> bool:
        match = pattern.match(self._text, self._at)
        if match is not None:
            self._at = match.end()
        return self._at < len(self._text)

    def _line(self) -> int:
        return bisect_right(self._line_starts, self._at)


def lines_of(text: str) -> TomlLines | None:
    """Return the lines of a text that ``tomli`` accepts, or ``None`` where they cannot be told."""
    try:
        return TomlLines(text)
    except (ValueError, IndexError, RecursionError):
        # A message without its line is still a message; it must never become a crash.
        return None


def dotted(path: KeyPath) -> str:
    """Return ``path`` as people write it: ``feeds[0].url``; indices count from 0 as in the file's order."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            name = part if _BARE.fullmatch(part) else f'"{part}"'
            text += f".{name}" if text else name
    return text


def _unescape(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        if match[3] is not None:
            return _PLAIN_ESCAPES.get(match[3], match[3])
        return chr(int(match[1] or match[2], 16))

    return _ESCAPE.sub(one, text)
