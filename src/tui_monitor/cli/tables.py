"""What the data commands print: tables that fit the terminal, JSON, JSON lines, CSV.

A pipe gets whole values, without colour and without cutting. On a terminal a table is as wide as the terminal: the
least important columns go first, then the widest text is cut. Chinese takes two cells a character.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from tui_monitor.present.width import cells

GAP = "  "
"""What stands between two columns."""

CUT = "…"
"""Stands where a text was cut."""

LEAST_CUT = 6
"""Cells that a cut column keeps."""

COLOURS = {"green-up": ("32", "31"), "red-up": ("31", "32"), "blue-orange": ("34", "33"), "mono": ("", "")}
"""Codes (SGR) of up and down by the name in the settings."""


class Column(msgspec.Struct, frozen=True):
    """A column of a table."""

    title: str
    right: bool = False
    """Numbers stand at the right."""
    rank: int = 0
    """What does not fit is dropped by this, the highest first; 0 never."""
    cut: bool = False
    """Its text may be cut where the terminal is too narrow."""


class Field(NamedTuple):
    """A text with a direction: 1 is up, -1 down, 0 neither."""

    text: str
    direction: int = 0


Value = str | Field


def direction(value: float | None) -> int:
    """Return the sign of a change; 0 for an unknown one."""
    return 0 if value is None else (value > 0) - (value < 0)


def terminal_width() -> int | None:
    """Return the cells of the terminal that stdout is, ``None`` where it is none: nothing is cut then."""
    if not sys.stdout.isatty():
        return None
    return max(20, shutil.get_terminal_size().columns)


def coloured() -> bool:
    """Whether colours may be printed: on a terminal, unless ``NO_COLOR`` says otherwise."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM", "dumb") != "dumb"


def table(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    width: int | None = None,
    colours: str | None = None,
) -> str:
    """Return a table with its header. ``width`` are the cells that it may take, ``None`` is as many as it needs.

    ``colours`` is one of the settings' names; ``None`` prints none. A column without any text is left out.
    The headings are in lower case, also those that the screen begins with a capital.
    """
    body = [[one if isinstance(one, Field) else Field(one) for one in row] for row in rows]
    shown = [place for place in range(len(columns)) if not body or any(row[place].text for row in body)]
    widths = {place: max(cells(columns[place].title), *(cells(row[place].text) for row in body), 0) for place in shown}
    if width is not None:
        shown = _fit(columns, shown, widths, width)
    lines = [_line(columns, [Field(one.title.lower()) for one in columns], shown, widths, None)]
    lines += [_line(columns, row, shown, widths, colours) for row in body]
    return "".join(line + "\n" for line in lines)


def csv_text(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return CSV with a header; ``None`` is empty, truth is ``true`` and ``false``, a list is parted by blanks."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_plain(value) for value in row] for row in rows)
    return out.getvalue()


def json_text(value: Any) -> str:
    """Return one JSON document, indented."""
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def json_lines(rows: Iterable[Mapping[str, Any]]) -> str:
    """Return one line of JSON a row."""
    return "".join(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows)


def records_text(form: str, names: Sequence[str], records: Sequence[Mapping[str, Any]]) -> str:
    """Return records as ``json`` (a list), ``jsonl`` or ``csv``, the fields in the order of ``names``."""
    ordered = [{name: record.get(name) for name in names} for record in records]
    if form == "json":
        return json_text(ordered)
    if form == "jsonl":
        return json_lines(ordered)
    return csv_text(names, (list(record.values()) for record in ordered))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return ``text`` filled up with blanks to ``width`` cells."""
    gap = " " * (width - cells(text))
    return gap + text if right else text + gap


def cut(text: str, room: int) -> str:
    """Return ``text`` in at most ``room`` cells, with a mark where it was cut."""
    if cells(text) <= room:
        return text
    kept = ""
    used = cells(CUT)
    for char in text:
        used += cells(char)
        if used > room:
            break
        kept += char
    return kept.rstrip() + CUT


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else value


def _fit(columns: Sequence[Column], shown: list[int], widths: dict[int, int], width: int) -> list[int]:
    """Return the columns that stay; narrows those that may be cut within ``widths``."""

    def over() -> int:
        return sum(widths[place] for place in kept) + len(GAP) * (len(kept) - 1) - width

    kept = list(shown)
    natural = dict(widths)
    # What can be cut gives way first, as far as it stays readable; then columns go; then it is cut to the quick.
    for least in (LEAST_CUT * 3, LEAST_CUT):
        for place in sorted((one for one in kept if columns[one].cut), key=lambda one: -widths[one]):
            widths[place] -= max(0, min(over(), widths[place] - least))
        while over() > 0 and (droppable := [one for one in kept if columns[one].rank]):
            kept.remove(max(droppable, key=lambda one: (columns[one].rank, one)))
    for place in (one for one in kept if columns[one].cut):
        # A column that went may have left more room than was needed.
        widths[place] += max(0, min(-over(), natural[place] - widths[place]))
    return kept


def _line(
    columns: Sequence[Column],
    row: Sequence[Field],
    shown: Sequence[int],
    widths: Mapping[int, int],
    colours: str | None,
) -> str:
    parts = []
    # Nothing stands behind the last text of a line, not even coloured blanks.
    last = next((place for place in reversed(shown) if row[place].text), None)
    for place in shown if last is None else shown[: shown.index(last) + 1]:
        column, field = columns[place], row[place]
        text = cut(field.text, widths[place])
        filled = text if place == last and not column.right else padded(text, widths[place], right=column.right)
        parts.append(_painted(filled, field.direction, colours))
    return GAP.join(parts).rstrip()


def _painted(text: str, way: int, colours: str | None) -> str:
    if not way or colours is None:
        return text
    code = COLOURS.get(colours, COLOURS["mono"])[way < 0]
    return f"\x1b[{code}m{text}\x1b[0m" if code else text
