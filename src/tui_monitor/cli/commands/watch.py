"""``tui-monitor watch``: show and edit the watchlists; the same service and the same undo history as on the screen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, NoReturn

import click

from tui_monitor.cli import completing
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.first_lists import first_lists
from tui_monitor.cli.watch_output import FORMATS, render_entries, render_overview
from tui_monitor.config.paths import Paths
from tui_monitor.domain.errors import ConfigError, WatchlistError
from tui_monitor.domain.instrument import Instrument
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.watchlist import Entry, Watchlist
from tui_monitor.domain.watchlist_edits import (
    Add,
    DeleteList,
    Edit,
    Move,
    MoveList,
    NewList,
    Remove,
    Rename,
    SetCurrency,
    SetNote,
    SetPosition,
    SetTags,
    SortOnce,
)
from tui_monitor.present.entry_fields import read_currency
from tui_monitor.services.finding import Finder
from tui_monitor.services.list_import import import_edit
from tui_monitor.services.portable_lists import MAX_IMPORT, Form, Imported, export_lists, guess_form, import_lists
from tui_monitor.services.watchlists import WatchlistService

_list_option = click.option(
    "--list",
    "name",
    metavar="NAME",
    shell_complete=completing.list_names,
    help="The list; by default the first one.",
)
_format_option = click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)


@click.group("watch", short_help="Show and edit the watchlists.")
def command() -> None:
    """Show and edit the watchlists. Every edit can be undone, here and on the screen.

    Example: tui-monitor watch add tencent 9988 BABA --list "Hong Kong tech"
    """


# Showing


@command.command("list")
@_format_option
def list_command(form: str) -> None:
    """List the watchlists.

    Example: tui-monitor watch list
    """
    service = _service()
    click.echo(render_overview(service.lists.lists, form), nl=False)
    _say_problem(service)


@command.command("show")
@click.option(
    "--list", "name", metavar="NAME", shell_complete=completing.list_names, help="The list; by default all of them."
)
@_format_option
def show(name: str | None, form: str) -> None:
    """Show what is in the lists.

    Example: tui-monitor watch show --list "Hong Kong tech" --format csv
    """
    service = _service()
    lists = service.lists.lists if name is None else (_find(service, name),)
    click.echo(render_entries(lists, form), nl=False)
    _say_problem(service)


@command.command("check")
def check() -> None:
    """Read the file of the lists and name what is wrong with it.

    Example: tui-monitor watch check
    """
    service = _service()
    path = Paths.from_environment().watchlists_file
    if service.problem is not None:
        _end(service.problem, ExitCode.CONFIG)
    state = f"{len(service.lists.lists)} lists, {service.lists.count} symbols" if path.exists() else "not there yet"
    click.echo(f"{path}: {state}", err=True)


# Entries


@command.command("add")
@click.argument("symbols", nargs=-1, required=True, shell_complete=completing.symbols)
@_list_option
@click.option("--at", type=click.IntRange(1), metavar="PLACE", help="Place in the list, from 1; by default the end.")
@click.option("--note", default="", help="A note for them.")
def add(symbols: tuple[str, ...], name: str | None, at: int | None, note: str) -> None:
    """Add SYMBOLS: codes as people write them (700, 0700.HK, HKEX:700, BABA) or names in English and Chinese.

    What is in the list already is pointed at and not added twice.

    Example: tui-monitor watch add 388 BABA --note "after the results"
    """
    service = _editable()
    one = _find(service, name)
    wanted, unknown = _resolve(symbols)
    held = {symbol: place for place, symbol in enumerate(one.symbols, 1)}
    for word in unknown:
        click.echo(f'"{clean_text(word, 60)}" is no symbol and no name that is known.', err=True)
    for symbol in wanted:
        if symbol in held:
            click.echo(f'{symbol} is in "{one.name}" already, at place {held[symbol]}.', err=True)
    fresh = tuple(Entry(symbol=symbol, note=note) for symbol in wanted if symbol not in held)
    if not fresh:
        raise click.exceptions.Exit(ExitCode.USAGE)
    _do(service, Add(one.name, fresh, None if at is None else at - 1))
    _said("added to", one.name, [entry.symbol for entry in fresh])
    if unknown or len(fresh) < len(wanted):
        raise click.exceptions.Exit(ExitCode.PARTIAL)


@command.command("remove")
@click.argument("symbols", nargs=-1, required=True, shell_complete=completing.listed_symbols)
@_list_option
def remove(symbols: tuple[str, ...], name: str | None) -> None:
    """Remove SYMBOLS from a list.

    Example: tui-monitor watch remove 9988
    """
    _on_symbols(symbols, name, "removed from", lambda one, found: Remove(one.name, found))


@command.command("move")
@click.argument("symbols", nargs=-1, required=True, shell_complete=completing.listed_symbols)
@_list_option
@click.option("--at", type=click.IntRange(1), metavar="PLACE", help="Place in the list, from 1.")
@click.option(
    "--to",
    metavar="NAME",
    shell_complete=completing.list_names,
    help="Another list; by default they stay in theirs.",
)
def move(symbols: tuple[str, ...], name: str | None, at: int | None, to: str | None) -> None:
    """Move SYMBOLS within a list, or to another.

    Example: tui-monitor watch move 3690 --at 1
    """
    if at is None and to is None:
        raise click.UsageError("Say where to: --at PLACE, --to NAME, or both.")
    service = _editable()
    target = _find(service, to).name if to is not None else None
    index = at - 1 if at is not None else sys.maxsize
    _on_symbols(symbols, name, "moved in", lambda one, found: Move(one.name, found, index, target), service)


@command.command("note")
@click.argument("symbol", shell_complete=completing.listed_symbols)
@click.argument("text")
@_list_option
def note(symbol: str, text: str, name: str | None) -> None:
    """Give SYMBOL a note; an empty TEXT removes it.

    Example: tui-monitor watch note 700 "results on Wednesday"
    """
    _on_symbols((symbol,), name, "noted in", lambda one, found: SetNote(one.name, found, text))


@command.command("tag")
@click.argument("symbol", shell_complete=completing.listed_symbols)
@click.argument("tags", nargs=-1)
@_list_option
def tag(symbol: str, tags: tuple[str, ...], name: str | None) -> None:
    """Give SYMBOL these TAGS and no others; none removes all.

    Example: tui-monitor watch tag 700 games cloud
    """
    _on_symbols((symbol,), name, "tagged in", lambda one, found: SetTags(one.name, found, tags))


# A short position is a negative number, which click would take for an option.
@command.command("position", context_settings={"ignore_unknown_options": True})
@click.argument("symbol", shell_complete=completing.listed_symbols)
@click.argument("quantity", type=float, required=False)
@click.argument("cost", type=float, required=False)
@click.option("--currency", help="Currency of the cost: HKD, GBp.")
@_list_option
def position(symbol: str, quantity: float | None, cost: float | None, currency: str | None, name: str | None) -> None:
    """Give SYMBOL a position: QUANTITY held and the average COST of one; neither removes it.

    A short position is a negative QUANTITY: watch position BABA -100 160

    Example: tui-monitor watch position 700 200 480.5 --currency HKD
    """
    unit = read_currency(currency or "")
    _on_symbols((symbol,), name, "set in", lambda one, found: SetPosition(one.name, found, quantity, cost, unit))


@command.command("sort")
@click.option("--by", type=click.Choice(("symbol", "quantity", "cost", "note")), default="symbol", show_default=True)
@click.option("--reverse", is_flag=True)
@_list_option
def sort(by: str, reverse: bool, name: str | None) -> None:
    """Put a list in order, once.

    Example: tui-monitor watch sort --by symbol
    """
    service = _editable()
    one = _find(service, name)

    def rank(entry: Entry) -> tuple[bool, float | str]:
        value: float | str | None = getattr(entry, by)
        missing = value is None or value == ""
        # What is missing comes last, whichever way the rest is ordered.
        return missing != reverse, 0.0 if value is None else value

    ordered = sorted(one.entries, key=rank, reverse=reverse)
    _do(service, SortOnce(one.name, tuple(entry.symbol for entry in ordered)))


# Lists


@command.command("new")
@click.argument("name")
@click.option("--currency", help="Base currency of its sums.")
def new(name: str, currency: str | None) -> None:
    """Make a list.

    Example: tui-monitor watch new "US chips" --currency USD
    """
    _do(_editable(), NewList(name, currency=read_currency(currency or "")))


@command.command("delete")
@click.argument("name", shell_complete=completing.list_names)
def delete(name: str) -> None:
    """Delete a list with all it holds; undo brings it back.

    Example: tui-monitor watch delete "Hong Kong tech"
    """
    service = _editable()
    _do(service, DeleteList(_find(service, name).name))


@command.command("rename")
@click.argument("name", shell_complete=completing.list_names)
@click.argument("new_name")
def rename(name: str, new_name: str) -> None:
    """Give a list another name.

    Example: tui-monitor watch rename "Hong Kong tech" tech
    """
    service = _editable()
    _do(service, Rename(_find(service, name).name, new_name))


@command.command("place")
@click.argument("name", shell_complete=completing.list_names)
@click.argument("place", type=click.IntRange(1))
def place_command(name: str, place: int) -> None:
    """Put a list at another PLACE among the lists, from 1.

    Example: tui-monitor watch place "Hong Kong tech" 1
    """
    service = _editable()
    _do(service, MoveList(_find(service, name).name, place - 1))


@command.command("currency")
@click.argument("name", shell_complete=completing.list_names)
@click.argument("currency", required=False)
def currency_command(name: str, currency: str | None) -> None:
    """Set the base CURRENCY of a list's sums; none takes it away.

    Example: tui-monitor watch currency "Hong Kong tech" HKD
    """
    service = _editable()
    _do(service, SetCurrency(_find(service, name).name, read_currency(currency or "")))


# Back and forth


@command.command("undo")
@click.option("--steps", type=click.IntRange(1, 500), default=1, show_default=True)
def undo(steps: int) -> None:
    """Take back the last edit, wherever it was made.

    Example: tui-monitor watch undo
    """
    _steps(steps, lambda service: service.undo() is not None, "undone", "There is nothing to undo.")


@command.command("redo")
@click.option("--steps", type=click.IntRange(1, 500), default=1, show_default=True)
def redo(steps: int) -> None:
    """Do again what was taken back last.

    Example: tui-monitor watch redo
    """
    _steps(steps, lambda service: service.redo() is not None, "redone", "There is nothing to redo.")


# In and out


@command.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--form", type=click.Choice([form.value for form in Form]), help="Form of the file; else it is guessed.")
@click.option(
    "--list", "name", metavar="NAME", shell_complete=completing.list_names, help="Put everything into this list."
)
def import_command(file: IO[bytes], form: str | None, name: str | None) -> None:
    """Add what is in FILE (- for stdin) to the lists: CSV, JSON, plain symbols, Yahoo's portfolio CSV, ticker, mop.

    Lists of the same name grow, others are made; what is there already stays as it is. It is one step to undo.

    Example: tui-monitor watch import portfolio.csv --list mine
    """
    service = _editable()
    data = file.read(MAX_IMPORT + 1)
    label = Path(str(getattr(file, "name", "-"))).name
    chosen = Form(form) if form is not None else guess_form(label, data)
    imported = _imported(data, chosen, name)
    for refusal in imported.refused:
        where = f"{label}, line {refusal.line}" if refusal.line is not None else label
        click.echo(f"{where}: {refusal.reason}; left out.", err=True)
    edit, count = import_edit(service.lists, imported.lists, into=name)
    if edit is None:
        _end(f"{label}: nothing new in it.", ExitCode.PARTIAL if imported.refused else ExitCode.OK)
    _do(service, edit)
    click.echo(f"{label}: {count} added.", err=True)
    if imported.refused:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


@command.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", atomic=True), default="-")
@click.option("--form", type=click.Choice([form.value for form in Form]), default="csv", show_default=True)
@click.option(
    "--list",
    "name",
    metavar="NAME",
    shell_complete=completing.list_names,
    help="Only this list; by default all of them.",
)
def export_command(file: IO[str], form: str, name: str | None) -> None:
    """Write the lists to FILE (- for stdout) in a form that other programs read.

    Example: tui-monitor watch export lists.csv
    """
    service = _service()
    lists = service.lists.lists if name is None else (_find(service, name),)
    file.write(export_lists(lists, Form(form)))
    _say_problem(service)


# What the commands share


def _imported(data: bytes, form: Form, name: str | None) -> Imported:
    try:
        return import_lists(data, form, default=name or "Imported")
    except WatchlistError as error:
        _end(str(error), ExitCode.CONFIG)


def _service() -> WatchlistService:
    paths = Paths.from_environment()
    return WatchlistService(paths, now=lambda: datetime.now(UTC), default=first_lists(paths))


def _editable() -> WatchlistService:
    """Return the service, or end: nothing is written over a file that cannot be read."""
    paths = Paths.from_environment()
    for problem in paths.ensure():
        click.echo(problem, err=True)
    service = _service()
    if service.problem is not None:
        _end(service.problem, ExitCode.CONFIG)
    return service


def _find(service: WatchlistService, name: str | None) -> Watchlist:
    lists = service.lists.lists
    if name is None:
        if not lists:
            _end('There is no list yet; make one: tui-monitor watch new "My list"', ExitCode.USAGE)
        return lists[0]
    found = service.lists.named(name) or next((one for one in lists if one.name.casefold() == name.casefold()), None)
    if found is None:
        known = ", ".join(f'"{one.name}"' for one in lists) or "none"
        _end(f'There is no list named "{clean_text(name, 60)}"; there are: {known}.', ExitCode.USAGE)
    return found


def _resolve(words: Sequence[str]) -> tuple[list[str], list[str]]:
    return Finder(_instruments()).resolve(" ".join(words))


def _instruments() -> dict[str, Instrument]:
    from tui_monitor.config.seeds import load_instruments

    try:
        return load_instruments()
    except ConfigError as error:
        click.echo(str(error), err=True)
        return {}


def _on_symbols(
    words: Sequence[str],
    name: str | None,
    done: str,
    make: Callable[[Watchlist, tuple[str, ...]], Edit],
    service: WatchlistService | None = None,
) -> None:
    """Do one edit on symbols of a list that are there."""
    service = service or _editable()
    one = _find(service, name)
    symbols, unknown = _resolve(words)
    if unknown:
        _end(f'"{clean_text(unknown[0], 60)}" is no symbol and no name that is known.', ExitCode.USAGE)
    _do(service, make(one, tuple(symbols)))
    _said(done, one.name, symbols)


def _do(service: WatchlistService, edit: Edit) -> None:
    try:
        service.edit(edit)
    except WatchlistError as error:
        _end(str(error), ExitCode.USAGE)
    _save(service)


def _save(service: WatchlistService) -> None:
    if not service.close():
        _end(service.problem or "The lists could not be saved.", ExitCode.CONFIG)


def _steps(steps: int, step: Callable[[WatchlistService], bool], done: str, nothing: str) -> None:
    service = _editable()
    count = 0
    while count < steps and step(service):
        count += 1
    if count == 0:
        _end(nothing, ExitCode.USAGE)
    _save(service)
    click.echo(f"{count} {done}.", err=True)


def _said(done: str, name: str, symbols: Sequence[str]) -> None:
    click.echo(f'{", ".join(symbols)} {done} "{name}".', err=True)


def _say_problem(service: WatchlistService) -> None:
    """Say what is wrong with the file although something could be shown, and end so."""
    if service.problem is not None:
        _end(service.problem, ExitCode.CONFIG)


def _end(sentence: str, code: ExitCode) -> NoReturn:
    click.echo(sentence, err=True)
    raise click.exceptions.Exit(code)
