"""What a shell may put in place of a half-typed value: symbols, and the names of lists, feeds and schemas.

Each is read from the person's files and the shipped ones when the shell asks. A file that cannot be read gives
nothing: the command itself says what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from tui_monitor.domain.errors import MonitorError

if TYPE_CHECKING:
    from tui_monitor.domain.watchlist import Watchlists

Items = list[CompletionItem[str]]


def symbols(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the watched symbols and the known ones that begin so.

    A number stays as it is written: 7 becomes 700. Where no symbol begins so, the one company whose name does stands
    for it: tenc becomes 0700.HK.
    """
    given = ctx.params.get("symbols") or ()
    names = _names()
    wanted = incomplete.upper()
    short = incomplete.isdigit() and not incomplete.startswith("0")
    found = {
        written: words[0]
        for symbol, words in names.items()
        if (written := _code(symbol) if short else symbol).startswith(wanted)
    }
    if not found and incomplete:
        folded = incomplete.casefold()
        called: dict[str, str] = {}
        for whole in (True, False):
            for symbol, words in names.items():
                if any(word.casefold() == folded if whole else word.casefold().startswith(folded) for word in words):
                    # The line of the home market stands before the others of its company.
                    called.setdefault(words[0], symbol)
            if called:
                break
        # Several would be cut to what their symbols have in common, and what was typed would be lost.
        found = {symbol: name for name, symbol in called.items()} if len(called) == 1 else {}
    return [CompletionItem(one, help=name) for one, name in found.items() if one not in given]


def listed_symbols(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Return the symbols of the list that ``--list`` names, by default of the first one, that begin so."""
    lists = _lists()
    if lists is None or not lists.lists:
        return []
    name = ctx.params.get("name")
    one = lists.named(name) if name else lists.lists[0]
    if one is None:
        return []
    held = {*one.symbols, *map(_code, one.symbols)}
    return [item for item in symbols(ctx, param, incomplete) if item.value in held]


def tape_symbols(ctx: click.Context, param: click.Parameter, incomplete: str) -> Items:
    """Return symbols for the tape and, as the first word, its subcommand."""
    found = symbols(ctx, param, incomplete)
    if not ctx.params.get("symbols") and "extract".startswith(incomplete):
        found.append(CompletionItem("extract", help="Read rating changes out of headlines."))
    return found


def alert_names(ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the names of the alert rules and, as the first word behind ``alerts``, its subcommands."""
    group = ctx.parent.command if ctx.parent is not None else None
    found = _beginning(incomplete, _alerts())
    if (
        isinstance(group, click.Group)
        and ctx.info_name == getattr(group, "default", None)
        and not ctx.params.get("names")
    ):
        found += [
            CompletionItem(name, help=one.get_short_help_str())
            for name, one in group.commands.items()
            if name.startswith(incomplete) and not one.hidden
        ]
    return found


def list_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the names of the watchlists that begin so."""
    lists = _lists()
    return _beginning(incomplete, (one.name for one in lists.lists) if lists is not None else ())


def feed_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the names of the feeds that are read."""
    return _beginning(incomplete, _feeds(only_added=False))


def added_feed_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the names of the feeds that were added, which are those that can be removed."""
    return _beginning(incomplete, _feeds(only_added=True))


def filter_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the names of the headline filters."""
    return _beginning(incomplete, _filters())


def schema_names(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the commands whose output has a schema."""
    from tui_monitor.cli.commands.schema import names

    return _beginning(incomplete, names())


def recordings(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Return the shipped day, and let the shell complete files."""
    return [*_beginning(incomplete, ("demo",)), CompletionItem(incomplete, type="file")]


def files(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> Items:
    """Let the shell complete files."""
    return [CompletionItem(incomplete, type="file")]


def _code(symbol: str) -> str:
    """Return a symbol of Hong Kong as people write it, 700; others as they are."""
    return symbol.removesuffix(".HK").lstrip("0") if symbol.endswith(".HK") else symbol


def _beginning(incomplete: str, words: Iterable[str]) -> Items:
    folded = incomplete.casefold()
    return [CompletionItem(word) for word in words if word.casefold().startswith(folded)]


def _names() -> dict[str, list[str]]:
    """Return every known symbol with its names, the watched ones first; the first name is told."""
    from tui_monitor.config.loading import load_settings
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.seeds import load_instruments, load_universe

    try:
        universe = load_universe(load_settings(Paths.from_environment().config_file).market.universe)
    except MonitorError:
        universe = load_universe()
    known = load_instruments(universe)
    lists = _lists()
    watched = lists.symbols if lists is not None else ()
    found: dict[str, list[str]] = {}
    for symbol in dict.fromkeys((*watched, *universe.symbols, *known)):
        one = known.get(symbol)
        words = (one.short_en, one.name_en, one.short_hant, one.short_hans, *one.aliases) if one is not None else ()
        found[symbol] = [word for word in words if word] or [""]
    return found


def _lists() -> Watchlists | None:
    from tui_monitor.cli.first_lists import first_lists
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.watchlist_file import WatchlistFile
    from tui_monitor.config.watchlist_text import read_text

    paths = Paths.from_environment()
    try:
        content = WatchlistFile(paths.watchlists_file).read()
        return first_lists(paths) if content is None else read_text(content.data, "watchlists.toml").lists
    except MonitorError:
        return None


def _filters() -> Iterator[str]:
    from tui_monitor.config.filters_file import FiltersFile
    from tui_monitor.config.loading import load_settings
    from tui_monitor.config.named_filters import named_filters
    from tui_monitor.config.paths import Paths

    paths = Paths.from_environment()
    try:
        yield from named_filters(load_settings(paths.config_file).news, FiltersFile(paths.filters_file).read())
    except MonitorError:
        return


def _alerts() -> Iterator[str]:
    from tui_monitor.config.alerts_file import AlertsFile
    from tui_monitor.config.loading import load_settings
    from tui_monitor.config.paths import Paths

    paths = Paths.from_environment()
    try:
        yield from (one.name for one in load_settings(paths.config_file).alerts.rules)
        yield from (one.name for one in AlertsFile(paths.alerts_file).read().rules)
    except MonitorError:
        return


def _feeds(*, only_added: bool) -> Iterator[str]:
    from tui_monitor.config.loading import load_settings
    from tui_monitor.config.paths import Paths
    from tui_monitor.services.source_setup import feeds_to_read, read_added

    paths = Paths.from_environment()
    added, _ = read_added(paths)
    if only_added:
        yield from (one.name for one in added.feeds)
        return
    try:
        yield from (one.name for one in feeds_to_read(load_settings(paths.config_file), added))
    except MonitorError:
        return
