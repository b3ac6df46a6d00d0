"""The forms of a watchlist: an entry's note, tags and position; a list's name and currency."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui_monitor.domain.watchlist import MAX_LIST_NAME, MAX_NOTE, Entry, Watchlist
from tui_monitor.domain.watchlist_edits import Edit, Rename, SetCurrency, SetNote, SetPosition, SetTags, Several
from tui_monitor.present.entry_fields import FIELDS, field_texts, read_currency, read_number, read_tags
from tui_monitor.present.watchlist_facts import home_currency
from tui_monitor.tui.screens.form import Field, Form

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.tui.palette import Palette

_LIMITS = {"note": MAX_NOTE, "tags": 320, "quantity": 24, "cost": 24, "currency": 3}


def entry_form(
    view: View, palette: Palette, list_name: str, entries: Sequence[Entry], save: Callable[[Edit | None], str | None]
) -> Form:
    """Return the form for one entry or several: of several only the lines that are changed are set."""
    words = view.words
    before = field_texts(entries)
    fields = [
        Field(
            one,
            words(f"entry.{one}"),
            before[one] or "",
            words("entry.various") if before[one] is None else words(f"entry.{one}-example"),
            _LIMITS[one],
        )
        for one in FIELDS
    ]

    def submit(texts: Mapping[str, str]) -> str | None:
        edit = _edit(view, list_name, entries, before, texts)
        return edit if isinstance(edit, str) else save(edit)

    count = f" +{len(entries) - 1}" if len(entries) > 1 else ""
    symbol = entries[0].symbol
    name = view.name(symbol, view.store.quote(symbol))
    title = f"{symbol} {name}{count}" if name != symbol else f"{symbol}{count}"
    return Form(title, fields, words("form.hint"), palette, submit)


def _edit(
    view: View, name: str, entries: Sequence[Entry], before: Mapping[str, str | None], texts: Mapping[str, str]
) -> Edit | str | None:
    """Return the edit that the texts ask for as one step, ``None`` for none, or why they cannot be read."""
    words = view.words
    changed = {one for one in FIELDS if texts[one].strip() != (before[one] or "")}
    symbols = tuple(entry.symbol for entry in entries)
    edits: list[Edit] = []
    if "note" in changed:
        edits.append(SetNote(name, symbols, " ".join(texts["note"].split())))
    if "tags" in changed:
        edits.append(SetTags(name, symbols, read_tags(texts["tags"])))
    numbers: dict[str, float | None] = {}
    for one in ("quantity", "cost"):
        if one in changed:
            found = read_number(texts[one])
            if isinstance(found, str):
                return words("entry.no-number", text=found, field=words(f"entry.{one}"))
            numbers[one] = found
    if changed & {"quantity", "cost", "currency"}:
        # Each keeps what was not changed: several entries may differ in the rest of their positions.
        edits += [
            SetPosition(
                name,
                (entry.symbol,),
                numbers["quantity"] if "quantity" in changed else entry.quantity,
                numbers["cost"] if "cost" in changed else entry.cost,
                read_currency(texts["currency"]) if "currency" in changed else entry.cost_currency,
            )
            for entry in entries
        ]
    return Several(tuple(edits)) if len(edits) > 1 else edits[0] if edits else None


def list_form(view: View, palette: Palette, one: Watchlist, save: Callable[[Edit | None, str], str | None]) -> Form:
    """Return the form of a list's name and the currency of its sums."""
    words = view.words
    fields = [
        Field("name", words("entry.list-name"), one.name, limit=MAX_LIST_NAME),
        Field("currency", words("entry.list-currency"), one.currency or "", home_currency(view), 3),
    ]

    def submit(texts: Mapping[str, str]) -> str | None:
        name, currency = " ".join(texts["name"].split()), read_currency(texts["currency"])
        edits: list[Edit] = []
        if currency != one.currency:
            edits.append(SetCurrency(one.name, currency))
        if name != one.name:
            edits.append(Rename(one.name, name))
        return save(Several(tuple(edits)) if len(edits) > 1 else edits[0] if edits else None, name)

    return Form(one.name, fields, words("form.hint"), palette, submit)
