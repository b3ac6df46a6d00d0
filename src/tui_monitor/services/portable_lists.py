"""Watchlists in and out of other programs' files: CSV, JSON, plain symbols, Yahoo's portfolio CSV, ticker, mop.

Reading is tolerant: what can be understood is taken, the rest is named by line. Nothing raises but
``WatchlistError``, when a file as a whole is not what it should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.watchlist import MAX_ENTRIES, MAX_LIST_NAME, MAX_LISTS, Entry, Watchlist
from tui_monitor.services import portable_csv, ticker_yaml

MAX_IMPORT = 16 * 1024 * 1024
"""Bytes of the largest file that is read."""


class Form(StrEnum):
    """The forms that lists are exchanged in."""

    CSV = "csv"
    """One row an entry, with a header: list, symbol, note, tags, quantity, cost, cost_currency."""
    JSON = "json"
    SYMBOLS = "symbols"
    """Symbols separated by blanks, commas or lines; ``#`` begins a comment."""
    YAHOO = "yahoo"
    """Yahoo Finance's portfolio CSV."""
    TICKER = "ticker"
    """``~/.ticker.yaml`` of ticker (github.com/achannarasappa/ticker)."""
    MOP = "mop"
    """``~/.moprc`` of mop (github.com/mop-tracker/mop)."""


class Refusal(msgspec.Struct, frozen=True):
    """A part of a file that was left out. ``line`` counts from 1, ``None`` where the form has none."""

    line: int | None
    reason: str


class Imported(msgspec.Struct, frozen=True):
    """What a file held: valid lists with unique names, and what was left out."""

    lists: tuple[Watchlist, ...]
    refused: tuple[Refusal, ...] = ()


class Gathering(msgspec.Struct):
    """Entries as they are found, by list; a symbol that comes again is left out or added up."""

    default: str
    refused: list[Refusal] = msgspec.field(default_factory=list)
    currencies: dict[str, str] = msgspec.field(default_factory=dict)
    _lists: dict[str, dict[str, Entry]] = msgspec.field(default_factory=dict)

    def refuse(self, line: int | None, reason: str) -> None:
        """Note what was left out; the first thousand are kept."""
        if len(self.refused) < 1_000:
            self.refused.append(Refusal(line, reason))

    def begin(self, name: str) -> str:
        """Make sure that there is a list ``name``, which may be empty; return the name that it has."""
        cleaned = clean_text(name, MAX_LIST_NAME) or self.default
        same = next((held for held in self._lists if held.casefold() == cleaned.casefold()), None)
        if same is None:
            self._lists[cleaned] = {}
        return same or cleaned

    def add(self, name: str, code: str, line: int | None, **facts: object) -> None:
        """Take one entry, or note why not. ``facts`` are further fields of ``Entry``."""
        symbol = normalise_symbol(code)
        if symbol is None:
            self.refuse(line, f'"{clean_text(code, 40)}" is no symbol')
            return
        if name not in self._lists and len(self._lists) >= MAX_LISTS:
            self.refuse(line, f"more than {MAX_LISTS} lists")
            return
        entries = self._lists[self.begin(name)]
        held = entries.get(symbol)
        if held is not None and held.quantity is None and facts.get("quantity") is None:
            self.refuse(line, f"{symbol} stands twice")
            return
        if held is None and len(entries) >= MAX_ENTRIES:
            self.refuse(line, f"more than {MAX_ENTRIES} symbols in one list")
            return
        try:
            entry = portable_csv.valid_entry(symbol, facts)
        except WatchlistError as error:
            self.refuse(line, str(error).rstrip("."))
            return
        entries[symbol] = entry if held is None else portable_csv.with_lot(held, entry)

    def imported(self) -> Imported:
        """Return what was found."""
        lists = tuple(
            Watchlist(name=name, entries=tuple(entries.values()), currency=self.currencies.get(name))
            for name, entries in self._lists.items()
        )
        return Imported(lists, tuple(self.refused))


def guess_form(name: str, data: bytes) -> Form:
    """Return the form of a file by its name and its beginning."""
    lower = name.casefold()
    head = data[:4096].decode("utf-8-sig", "replace").lstrip()
    if lower.endswith((".yaml", ".yml")):
        return Form.TICKER
    if lower.endswith(".moprc") or (head.startswith("{") and '"Tickers"' in head):
        return Form.MOP
    if lower.endswith(".json") or head.startswith(("{", "[")):
        return Form.JSON
    header = head.split("\n", 1)[0].casefold()
    if header.startswith("symbol,") and ("current price" in header or "purchase price" in header):
        return Form.YAHOO
    if "," in header and "symbol" in [portable_csv.bare(cell) for cell in header.split(",")]:
        return Form.CSV
    return Form.SYMBOLS


def import_lists(data: bytes, form: Form, *, default: str) -> Imported:
    """Return the lists in ``data``; entries without a list of their own go to one named ``default``."""
    if len(data) > MAX_IMPORT:
        raise WatchlistError(f"The file is larger than {MAX_IMPORT // 1024 // 1024} MiB.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WatchlistError(f"Line {line} of the file is not UTF-8 text.") from error
    gathering = Gathering(default)
    _READERS[form](text, gathering)
    return gathering.imported()


def export_lists(lists: Iterable[Watchlist], form: Form) -> str:
    """Return ``lists`` in one form, line breaks included. Forms that know one list only hold them all in it."""
    return _WRITERS[form](tuple(lists))


# JSON: what `watch list --format json` prints is what is read.


def _read_json(text: str, gathering: Gathering) -> None:
    document = _json(text)
    if isinstance(document, dict):
        document = document.get("lists", [document])
    if not isinstance(document, list):
        raise WatchlistError("The file holds no lists: expected an array of lists or of symbols.")
    for number, item in enumerate(document, 1):
        if isinstance(item, str):
            gathering.add(gathering.default, item, None)
        elif isinstance(item, dict) and ("entries" in item or "name" in item):
            _read_json_list(item, number, gathering)
        else:
            _read_json_entry(gathering.default, item, number, gathering)


def _read_json_list(item: dict[str, object], number: int, gathering: Gathering) -> None:
    name = item.get("name")
    held = gathering.begin(name if isinstance(name, str) else gathering.default)
    currency = item.get("currency")
    if isinstance(currency, str) and portable_csv.is_currency(currency):
        gathering.currencies[held] = currency
    entries = item.get("entries", [])
    if not isinstance(entries, list):
        gathering.refuse(None, f"list {number} has no array of entries")
        return
    for entry in entries:
        _read_json_entry(held, entry, number, gathering)


def _read_json_entry(name: str, item: object, number: int, gathering: Gathering) -> None:
    if isinstance(item, str):
        gathering.add(name, item, None)
        return
    symbol = item.get("symbol") if isinstance(item, dict) else None
    if not isinstance(item, dict) or not isinstance(symbol, str):
        gathering.refuse(None, f"an entry of list {number} has no symbol")
        return
    facts = {key: item[key] for key in portable_csv.FACTS if item.get(key) is not None}
    gathering.add(name, symbol, None, **facts)


def json_document(lists: Iterable[Watchlist]) -> list[dict[str, object]]:
    """Return the documented JSON of lists: name, currency, entries with every field of an entry."""
    return [
        {
            "name": one.name,
            "currency": one.currency,
            "entries": [
                {
                    "symbol": entry.symbol, "note": entry.note, "tags": list(entry.tags), "quantity": entry.quantity,
                    "cost": entry.cost, "cost_currency": entry.cost_currency, "unverified": entry.unverified,
                }
                for entry in one.entries
            ],
        }
        for one in lists
    ]  # fmt: skip


def _write_json(lists: tuple[Watchlist, ...]) -> str:
    return json.dumps(json_document(lists), ensure_ascii=False, indent=2) + "\n"


# Plain symbols


def _read_symbols(text: str, gathering: Gathering) -> None:
    for number, line in enumerate(text.splitlines(), 1):
        for part in line.partition("#")[0].replace(";", ",").split(","):
            words = part.split()
            # "700 HK" is one code; otherwise blanks separate.
            if len(words) == 2 and "hk" in {word.casefold() for word in words} and normalise_symbol(part.strip()):
                words = [part.strip()]
            for word in words:
                gathering.add(gathering.default, word, number)


def _write_symbols(lists: tuple[Watchlist, ...]) -> str:
    symbols = dict.fromkeys(symbol for one in lists for symbol in one.symbols)
    return "".join(f"{symbol}\n" for symbol in symbols)


# mop


def _read_mop(text: str, gathering: Gathering) -> None:
    document = _json(text)
    tickers = document.get("Tickers") if isinstance(document, dict) else None
    if not isinstance(tickers, list):
        raise WatchlistError('The file is no profile of mop: it has no "Tickers".')
    for code in tickers:
        gathering.add(gathering.default, code if isinstance(code, str) else "", None)


def _write_mop(lists: tuple[Watchlist, ...]) -> str:
    tickers = list(dict.fromkeys(symbol for one in lists for symbol in one.symbols))
    # mop sets no default for a key that a profile leaves out, and its timers fail on zero: these are its own.
    profile = {
        "Tickers": tickers, "MarketRefresh": 12, "QuotesRefresh": 5, "SortColumn": 0, "Ascending": True,
        "Grouped": False, "Filter": "",
    }  # fmt: skip
    return json.dumps(profile, ensure_ascii=False) + "\n"


def _json(text: str) -> object:
    try:
        document: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise WatchlistError(f"Line {line} of the file is not valid JSON.") from error
    return document


_READERS: dict[Form, Callable[[str, Gathering], None]] = {
    Form.CSV: portable_csv.read_csv, Form.JSON: _read_json, Form.SYMBOLS: _read_symbols,
    Form.YAHOO: portable_csv.read_yahoo, Form.TICKER: ticker_yaml.read_ticker, Form.MOP: _read_mop,
}  # fmt: skip

_WRITERS: dict[Form, Callable[[tuple[Watchlist, ...]], str]] = {
    Form.CSV: portable_csv.write_csv, Form.JSON: _write_json, Form.SYMBOLS: _write_symbols,
    Form.YAHOO: portable_csv.write_yahoo, Form.TICKER: ticker_yaml.write_ticker, Form.MOP: _write_mop,
}  # fmt: skip
