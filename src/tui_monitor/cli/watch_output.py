"""Watchlists as a table, JSON, JSON lines or CSV. The JSON field names are stable and documented."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections.abc import Sequence

from tui_monitor.domain.watchlist import Entry, Watchlist
from tui_monitor.services.portable_lists import Form, export_lists, json_document

FORMATS = ("table", "json", "jsonl", "csv")
"""What ``--format`` takes."""


def render_overview(lists: Sequence[Watchlist], form: str) -> str:
    """Return a line for each list: ``name``, ``symbols`` (their number), ``currency``."""
    rows = [{"name": one.name, "symbols": len(one.entries), "currency": one.currency} for one in lists]
    if form == "json":
        return json.dumps(rows, ensure_ascii=False, indent=2) + "\n"
    if form == "jsonl":
        return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    cells = [[one.name, str(len(one.entries)), one.currency or ""] for one in lists]
    if form == "csv":
        return _csv([["name", "symbols", "currency"], *cells])
    return _table(["list", "symbols", "currency"], cells, right={1})


def render_entries(lists: Sequence[Watchlist], form: str) -> str:
    """Return the entries of ``lists``: JSON as ``export`` writes it; JSON lines have the list's name in each."""
    if form == "json":
        return export_lists(lists, Form.JSON)
    if form == "jsonl":
        rows = [(one, row) for one in json_document(lists) for row in _entries(one)]
        return "".join(json.dumps({"list": one["name"], **row}, ensure_ascii=False) + "\n" for one, row in rows)
    if form == "csv":
        return export_lists(lists, Form.CSV)
    blocks = [
        f"{one.name}\n" * (len(lists) > 1)
        + _table(["#", "symbol", "quantity", "cost", "", "tags", "note"], _rows(one), right={0, 2, 3})
        for one in lists
    ]
    return "\n".join(blocks)


def _entries(document: dict[str, object]) -> list[dict[str, object]]:
    entries = document["entries"]
    assert isinstance(entries, list)
    return entries


def _rows(one: Watchlist) -> list[list[str]]:
    return [[str(place), *_cells(entry)] for place, entry in enumerate(one.entries, 1)]


def _cells(entry: Entry) -> list[str]:
    symbol = f"{entry.symbol} (unverified)" if entry.unverified else entry.symbol
    return [
        symbol, _number(entry.quantity), _number(entry.cost), entry.cost_currency or "",
        " ".join(f"#{tag}" for tag in entry.tags), entry.note,
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.6f}".rstrip("0").rstrip(".")


def _csv(rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _table(header: list[str], rows: list[list[str]], *, right: set[int]) -> str:
    kept = [index for index, name in enumerate(header) if any(row[index] for row in rows) or index < 2]
    widths = {index: max(_width(row[index]) for row in [header, *rows]) for index in kept}
    lines = []
    for row in [header, *rows]:
        cells = []
        for index in kept:
            gap = " " * (widths[index] - _width(row[index]))
            cells.append(gap + row[index] if index in right else row[index] + gap)
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _width(text: str) -> int:
    """Return the columns that ``text`` takes: Chinese takes two each, combining marks none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
