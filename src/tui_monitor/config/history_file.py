"""A person's own daily history: a CSV file with the columns ``date`` and ``close``.

The first line that is not blank is the header; names are compared without case. ``open``, ``high``, ``low`` and
``volume`` are taken where they are given, other columns are ignored. Rows may come in any order. A file that is
wrong anywhere is refused as a whole: a claim about a record is worth nothing on half a history.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from tui_monitor.domain.errors import HistoryError
from tui_monitor.domain.series import DailyBar
from tui_monitor.domain.text import clean_text

MAX_OCTETS = 8_000_000
"""Size of the largest file that is read: more than a century of full rows."""

LARGEST = 1e15
"""Prices and levels at or above it are refused as slips."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_VOLUME = re.compile(r"([0-9]+(?:\.[0-9]*)?(?:[eE][+]?[0-9]{1,3})?)([KMBT]?)", re.IGNORECASE)
_MULTIPLES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}

REQUIRED = ("date", "close")
OPTIONAL = ("open", "high", "low", "volume")


def read_history_file(path: Path, *, today: date) -> tuple[DailyBar, ...]:
    """Return the sessions of ``path``, dates rising.

    ``today`` is the date that no row may pass. Raises ``HistoryError`` ("FILE, line N: reason") for a file that
    cannot be read or is wrong.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_OCTETS + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HistoryError(f"{_shown(path)} cannot be read: {reason}") from error
    if len(body) > MAX_OCTETS:
        raise HistoryError(f"{_shown(path)}: larger than {MAX_OCTETS // 1_000_000} MB, which no daily history is")
    return parse_history(body, name=_shown(path), today=today)


def parse_history(body: bytes, *, name: str, today: date) -> tuple[DailyBar, ...]:
    """Return the sessions within the text of a file called ``name``; see ``read_history_file``."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise HistoryError(f"{name}, line {line}: this is not UTF-8 text") from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    columns: dict[str, int] | None = None
    width = 0
    bars: dict[date, DailyBar] = {}
    lines: dict[date, int] = {}
    header_line = 1
    try:
        for raw in reader:
            row = [field.strip() for field in raw]
            if not any(row):
                continue
            if columns is None:
                header_line = reader.line_num
                columns, width = _columns(row, f"{name}, line {header_line}"), len(row)
                continue
            where = f"{name}, line {reader.line_num}"
            bar = _bar(row, columns, width, where, today)
            if bar.date in bars:
                raise HistoryError(f"{where}: the date {bar.date} is in line {lines[bar.date]} already")
            bars[bar.date] = bar
            lines[bar.date] = reader.line_num
    except csv.Error as error:
        raise HistoryError(f"{name}, line {max(1, reader.line_num)}: {error}") from error
    if columns is None:
        raise HistoryError(f"{name}, line 1: the file is empty; expected a header with date,close")
    if not bars:
        raise HistoryError(f"{name}, line {header_line}: there is no row behind the header")
    return tuple(bars[day] for day in sorted(bars))


def _columns(header: Sequence[str], where: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, field in enumerate(header):
        column = field.lower()
        if column not in (*REQUIRED, *OPTIONAL):
            continue
        if column in found:
            raise HistoryError(f"{where}: the column {column} is there twice")
        found[column] = index
    for column in REQUIRED:
        if column not in found:
            raise HistoryError(f"{where}: there is no column {column}; expected a header with date,close")
    return found


def _bar(row: Sequence[str], columns: dict[str, int], width: int, where: str, today: date) -> DailyBar:
    if any(row[width:]):
        # 6,334.24 without quotes is two fields: the close would silently be 6.
        raise HistoryError(f"{where}: {len(row)} fields under a header of {width}; a comma within a number?")

    def field(column: str) -> str:
        index = columns.get(column)
        return "" if index is None or index >= len(row) else row[index]

    day = _date(field("date"), where)
    if day > today:
        raise HistoryError(f"{where}: the date {day} is in the future (today is {today})")
    if not field("close"):
        raise HistoryError(f"{where}: there is no close")
    close = _price(field("close"), "close", where)
    if close is None:
        raise HistoryError(f"{where}: close is 0, expected a number above zero")
    return DailyBar(
        day,
        close,
        _price(field("open"), "open", where),
        _price(field("high"), "high", where),
        _price(field("low"), "low", where),
        _volume(field("volume"), where),
    )


def _date(field: str, where: str) -> date:
    if _DATE.fullmatch(field):
        try:
            return date.fromisoformat(field)
        except ValueError:
            raise HistoryError(f"{where}: there is no date {field}") from None
    raise HistoryError(f"{where}: date is {_quoted(field)}, expected YYYY-MM-DD")


def _price(field: str, column: str, where: str) -> float | None:
    """Return a price above zero; ``None`` for an empty field and for the zero that stands for an unknown one."""
    if not field:
        return None
    if not _NUMBER.fullmatch(field):
        raise HistoryError(f"{where}: {column} is {_quoted(field)}, expected a number")
    value = float(field)
    if not math.isfinite(value) or value >= LARGEST:
        raise HistoryError(f"{where}: {column} is {_quoted(field)}, too large to be true")
    if value < 0.0:
        raise HistoryError(f"{where}: {column} is {_quoted(field)}, expected a number above zero")
    return value or None


def _volume(field: str, where: str) -> float | None:
    """Return a volume; ``733.49M`` is how some providers write millions."""
    if field in {"", "-"}:
        return None
    match = _VOLUME.fullmatch(field)
    if match is None:
        raise HistoryError(f"{where}: volume is {_quoted(field)}, expected a number of zero or more")
    value = float(match[1]) * _MULTIPLES[match[2].upper()]
    if not math.isfinite(value):
        raise HistoryError(f"{where}: volume is {_quoted(field)}, too large to be true")
    return value


def _quoted(field: str) -> str:
    return f'"{clean_text(field, 40)}"'


def _shown(path: Path) -> str:
    return clean_text(str(path)) or "history"
