"""The lines of an iCalendar file (RFC 5545, section 3.1): unfolded, parted, gathered by event. Bounded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

MAX_LINES = 200_000
"""Lines that are looked at."""

MAX_LINE = 4_000
"""Characters of an unfolded line; the rest of it is passed over."""

MAX_ENTRIES = 10_000
"""Entries of a file that are looked at."""

MAX_LISTED = 400
"""Lines of left out and of further dates that are kept of an event."""


class Entry:
    """What stands between ``BEGIN:VEVENT`` and its end: the lines by name, each with its parameters."""

    def __init__(self) -> None:
        self._lines: dict[str, list[tuple[str, str]]] = {}

    def add(self, name: str, parameters: str, value: str) -> None:
        """Keep a line; of most names the first one counts."""
        held = self._lines.setdefault(name, [])
        if not held or (name in {"EXDATE", "RDATE"} and len(held) < MAX_LISTED):
            held.append((parameters, value))

    def all(self, name: str) -> list[tuple[str, str]]:
        """Return parameters and value of each line called so."""
        return self._lines.get(name, [])

    def first(self, name: str) -> tuple[str, str]:
        """Return parameters and value of the first one, empty where there is none."""
        return self.all(name)[0] if name in self._lines else ("", "")

    def value(self, name: str) -> str:
        """Return its value alone."""
        return self.first(name)[1]


class Written(msgspec.Struct):
    """What a file holds, as it is written."""

    entries: list[Entry] = msgspec.field(default_factory=list)
    zone: str = ""
    """Name of the zone that the whole file is in."""
    refused: int = 0
    """Events that were never ended."""
    cut: bool = False
    """Whether there is more in it than is read."""


def written_in(text: str) -> Written:
    """Return the events of a file as they are written."""
    found = Written()
    entries = found.entries
    current: Entry | None = None
    inner = 0
    lines = text.splitlines()
    found.cut = len(lines) > MAX_LINES
    for name, parameters, value in _lines(lines[:MAX_LINES]):
        if len(entries) >= MAX_ENTRIES:
            found.cut = True
            break
        if name == "X-WR-TIMEZONE" and current is None:
            found.zone = value
        elif name == "BEGIN" and value.upper() == "VEVENT" and current is None:
            current, inner = Entry(), 0
        elif current is None:
            continue
        elif name == "BEGIN" and value.upper() == "VEVENT":
            # Events do not stand within each other: the one before was never ended.
            found.refused += 1
            current, inner = Entry(), 0
        elif name == "BEGIN":
            # An alarm within an event has a date and words of its own.
            inner += 1
        elif name == "END" and value.upper() != "VEVENT":
            inner = max(0, inner - 1)
        elif name == "END":
            entries.append(current)
            current = None
        elif not inner:
            current.add(name, parameters, value)
    found.refused += current is not None and not found.cut
    return found


def _lines(lines: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Yield name, parameters and value of each line, unfolded."""
    pending = ""
    for line in lines:
        if line[:1] in {" ", "\t"}:
            if len(pending) < MAX_LINE:
                pending += line[1 : MAX_LINE + 1]
            continue
        if pending:
            yield _parted(pending)
        pending = line[:MAX_LINE]
    if pending:
        yield _parted(pending)


def _parted(line: str) -> tuple[str, str, str]:
    """Part a line at the first colon outside of quotes."""
    quoted = False
    at = len(line)
    for place, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == ":" and not quoted:
            at = place
            break
    name, _, parameters = line[:at].partition(";")
    return name.strip().upper(), parameters, line[at + 1 :]
