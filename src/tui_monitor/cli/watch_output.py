"""Watchlists as a table, JSON, JSON lines or CSV. The JSON field names are stable and documented."""

from __future__ import annotations

from collections.abc import Sequence

from tui_monitor.cli.tables import Column, csv_text, json_lines, json_text, table, terminal_width
from tui_monitor.domain.watchlist import Entry, Watchlist
from tui_monitor.services.portable_lists import Form, export_lists, json_document

FORMATS = ("table", "json", "jsonl", "csv")
"""What ``--format`` takes."""


_COLUMNS = (
    Column("#", right=True), Column("symbol"), Column("quantity", right=True, rank=2),
    Column("cost", right=True, rank=3), Column("", rank=3), Column("tags", rank=1, cut=True),
    Column("note", rank=1, cut=True),
)  # fmt: skip


def render_overview(lists: Sequence[Watchlist], form: str) -> str:
    """Return a line for each list: ``name``, ``symbols`` (their number), ``currency``."""
    rows = [{"name": one.name, "symbols": len(one.entries), "currency": one.currency} for one in lists]
    if form == "json":
        return json_text(rows)
    if form == "jsonl":
        return json_lines(rows)
    cells = [[one.name, str(len(one.entries)), one.currency or ""] for one in lists]
    if form == "csv":
        return csv_text(["name", "symbols", "currency"], cells)
    columns = (Column("list", cut=True), Column("symbols", right=True), Column("currency"))
    return table(columns, cells, width=terminal_width())


def render_entries(lists: Sequence[Watchlist], form: str) -> str:
    """Return the entries of ``lists``: JSON as ``export`` writes it; JSON lines have the list's name in each."""
    if form == "json":
        return export_lists(lists, Form.JSON)
    if form == "jsonl":
        rows = [(one, row) for one in json_document(lists) for row in _entries(one)]
        return json_lines({"list": one["name"], **row} for one, row in rows)
    if form == "csv":
        return export_lists(lists, Form.CSV)
    blocks = [f"{one.name}\n" * (len(lists) > 1) + table(_COLUMNS, _rows(one), width=terminal_width()) for one in lists]
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
