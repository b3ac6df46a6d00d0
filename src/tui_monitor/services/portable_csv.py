"""Watchlists as CSV: a plain one of our own, and Yahoo Finance's portfolio export."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Protocol

from msgspec.structs import replace

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.watchlist import MAX_NOTE, MAX_TAG, MAX_TAGS, Entry, Watchlist
from tui_monitor.domain.watchlist_rules import check_entry

FACTS = ("note", "tags", "quantity", "cost", "cost_currency", "unverified")
"""Fields of an entry besides its symbol."""

COLUMNS = ("list", "symbol", "note", "tags", "quantity", "cost", "cost_currency")
"""Columns of the plain CSV; tags are separated by blanks or ``|``."""

YAHOO_COLUMNS = (
    "Symbol", "Current Price", "Date", "Time", "Change", "Open", "High", "Low", "Volume", "Trade Date",
    "Purchase Price", "Quantity", "Commission", "High Limit", "Low Limit", "Comment", "Transaction Type",
)  # fmt: skip
"""Columns of Yahoo Finance's portfolio export, in its order."""

_FORMULA = re.compile(r"^[=+\-@\t\r]")
_CURRENCY = re.compile(r"[A-Za-z]{3}")


class Gatherer(Protocol):
    """Where readers put what they find."""

    default: str

    def add(self, name: str, code: str, line: int | None, **facts: object) -> None:
        """Take one entry."""
        ...

    def refuse(self, line: int | None, reason: str) -> None:
        """Note what was left out."""
        ...

    def begin(self, name: str) -> str:
        """Make sure that there is such a list."""
        ...


def read_csv(text: str, gathering: Gatherer) -> None:
    """Read a CSV with a header that has at least ``symbol``; unknown columns are passed over."""
    for line, row in _rows(text):
        tags = row.get("tags", "")
        gathering.add(
            row.get("list") or gathering.default, row["symbol"], line,
            note=row.get("note", ""),
            tags=[tag for tag in (tags.split("|") if "|" in tags else tags.split()) if tag.strip()],
            quantity=row.get("quantity"), cost=row.get("cost"),
            cost_currency=row.get("cost_currency") or row.get("currency"),
        )  # fmt: skip


def write_csv(lists: Iterable[Watchlist]) -> str:
    """Return the plain CSV of all entries. A text that a spreadsheet would take for a formula gets a quote before."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in lists:
        for entry in one.entries:
            tags = "|".join(entry.tags) + ("|" if len(entry.tags) == 1 and " " in entry.tags[0] else "")
            writer.writerow(
                (
                    _harmless(one.name), entry.symbol, _harmless(entry.note), _harmless(tags),
                    _plain(entry.quantity), _plain(entry.cost), entry.cost_currency or "",
                )
            )  # fmt: skip
    return out.getvalue()


def read_yahoo(text: str, gathering: Gatherer) -> None:
    """Read Yahoo's export: lots of one symbol are added up at their average price, sold ones are taken off."""
    for line, row in _rows(text):
        quantity, cost = row.get("quantity"), row.get("purchase price")
        if quantity and row.get("transaction type", "").casefold() == "sell":
            quantity = quantity[1:] if quantity.startswith("-") else f"-{quantity}"
        gathering.add(
            gathering.default, row["symbol"], line,
            note=row.get("comment", ""), quantity=quantity, cost=cost if quantity else None,
        )  # fmt: skip


def write_yahoo(lists: Iterable[Watchlist]) -> str:
    """Return Yahoo's portfolio CSV: one row a symbol, or one for each list that has it."""
    out = io.StringIO()
    writer = csv.DictWriter(out, YAHOO_COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for one in lists:
        for entry in one.entries:
            writer.writerow(
                {
                    "Symbol": entry.symbol,
                    "Purchase Price": _plain(entry.cost),
                    "Quantity": _plain(entry.quantity),
                    "Comment": _harmless(entry.note),
                }
            )
    return out.getvalue()


def bare(cell: str) -> str:
    """Return a header's cell as columns are compared: lower case, no quotes."""
    return cell.strip().strip('"').strip().casefold()


def is_currency(text: str) -> bool:
    """Whether a text has the shape of a currency code."""
    return _CURRENCY.fullmatch(text) is not None


def valid_entry(symbol: str, facts: Mapping[str, object]) -> Entry:
    """Return an entry of loosely written facts; raise ``WatchlistError`` where one cannot be meant so."""
    tags = facts.get("tags")
    found = dict.fromkeys(
        clean_text(tag, MAX_TAG).replace(",", "") for tag in (tags if isinstance(tags, list | tuple) else ())
    )
    currency = facts.get("cost_currency")
    entry = Entry(
        symbol=symbol,
        note=clean_text(_unquoted(facts.get("note")), MAX_NOTE),
        tags=tuple(tag for tag in found if tag)[:MAX_TAGS],
        quantity=_number("quantity", facts.get("quantity")),
        cost=_number("cost", facts.get("cost")),
        cost_currency=currency if isinstance(currency, str) and is_currency(currency) else None,
        unverified=facts.get("unverified") is True,
    )
    return check_entry(entry)


def with_lot(held: Entry, lot: Entry) -> Entry:
    """Return ``held`` with another lot of the same symbol: quantities added, cost their average.

    What is sold leaves the average as it is. Where a bought lot has no price, the average is not known.
    """
    if lot.quantity is None:
        return held
    if held.quantity is None:
        return replace(held, quantity=lot.quantity, cost=lot.cost, cost_currency=lot.cost_currency)
    quantity = held.quantity + lot.quantity
    cost = held.cost
    if lot.quantity > 0 and held.quantity >= 0:
        known = held.cost is not None and lot.cost is not None and quantity > 0
        cost = (held.quantity * (held.cost or 0) + lot.quantity * (lot.cost or 0)) / quantity if known else None
    if quantity == 0:
        return replace(held, quantity=None, cost=None, cost_currency=None)
    return check_entry(replace(held, quantity=quantity, cost=cost))


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row with its line, keyed by the bare names of the header, which must have ``symbol``."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        header = [bare(cell) for cell in next(reader, [])]
        if "symbol" not in header:
            raise WatchlistError('The first line of the file has no column "symbol".')
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = {name: cell.strip() for name, cell in zip(header, row, strict=False)}
                yield reader.line_num, {"symbol": "", **cells}
    except csv.Error as error:
        raise WatchlistError(f"Line {reader.line_num} of the file is no CSV: {clean_text(str(error))}.") from error


def _number(word: str, value: object) -> float | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        text = value.replace("\u2212", "-").strip()
        # A comma separates thousands where three digits follow each; elsewhere it may be a decimal point.
        if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", text):
            text = text.replace(",", "")
        try:
            value = float(text) if re.fullmatch(r"[+-]?[\d.]{1,30}(?:[eE][+-]?\d{1,3})?", text) else None
        except ValueError:
            value = None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e15 or not isfinite(value):
        raise WatchlistError(f"the {word} is no number.")
    return float(value)


def _plain(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else repr(value)


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def _unquoted(value: object) -> object:
    """Take off the quote that ``_harmless`` put before a formula."""
    return value[1:] if isinstance(value, str) and value.startswith("'") and _FORMULA.match(value[1:]) else value
