"""``tui-monitor ratings``: the tape of rating changes; ``ratings extract`` reads them out of headlines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from tui_monitor.cli import completing
from tui_monitor.cli.commands.ratings_extract import command as extract_command
from tui_monitor.cli.data_command import ask_sources, end, read_settings
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.default_group import DefaultGroup
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.own_lists import lists_of, named_symbols
from tui_monitor.cli.ratings_output import render
from tui_monitor.cli.situation_view import view_of
from tui_monitor.config.paths import Paths

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.rating import MergedRating
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.present.view import View
    from tui_monitor.services.situation import Situation
    from tui_monitor.services.stored import Stored

USUAL = timedelta(days=30)
"""How far back the tape goes where neither a company nor ``--since`` is named."""

ROUND = timedelta(minutes=30)
"""A table that answered this short a time ago is not asked for again."""

_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_SPAN = re.compile(r"(\d{1,5})([hdw])")


@click.group("ratings", cls=DefaultGroup, short_help="Rating changes, and reading them out of headlines.")
def command() -> None:
    """Show the tape of rating changes, or read them out of headlines."""


command.add_command(extract_command, "extract")


def _since(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime | timedelta | None:
    """Return a span such as 12h, 7d or 4w, or the beginning of a day in UTC."""
    if value is None:
        return None
    span = _SPAN.fullmatch(value.strip().lower())
    try:
        return int(span[1]) * _UNITS[span[2]] if span else datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise click.BadParameter(
            f"{value!r} is no span; expected such as 12h, 7d, 4w or 2026-01-31", ctx, param
        ) from None


@command.command("show", hidden=True)
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...", shell_complete=completing.tape_symbols)
@click.option("--since", callback=_since, metavar="SPAN|DATE", help="Only what is younger: 12h, 7d, 4w, 2026-01-31.")
@click.option("--mine", is_flag=True, help="Only companies of your watchlists.")
@data_options()
def show(
    symbols: tuple[str, ...],
    since: datetime | timedelta | None,
    mine: bool,
    request: DataRequest,
) -> None:
    """Print rating changes, newest first, each event once whatever number of tables and feeds report it.

    SYMBOLs are codes or names (700, BABA, tencent); by default all companies of your lists and of the index, the last
    30 days. Analysts' tables are asked one company every few seconds, those that did not answer within the last half
    hour, for as long as --timeout lets; the rest is what is stored. Ends with 4 if a table was not answered, with 3 if
    nothing is known at all.

    Example: tui-monitor ratings BABA 700 --since 4w --format json
    """
    settings = read_settings(Paths.from_environment())
    told, known = request.open(settings, texts=True)
    lines = _lines(told, symbols)
    lists = lists_of(told)
    complete = known is None or _ask(known, settings, lists, lines, request.timeout)
    view = view_of(told, lists=lambda: lists)
    events = view.tape.events(view)
    if not events:
        end("No rating change is known: no table answered and none is stored.", ExitCode.NO_DATA)
    if since is None and not symbols:
        since = USUAL
    oldest = told.now - since if isinstance(since, timedelta) else since
    wanted = _narrowed(events, lines, frozenset(lists.symbols) if mine else None, oldest)
    click.echo(render(view, wanted, request.form, settings.display.colours), nl=False)
    if not wanted:
        click.echo(f"None of the {len(events)} rating changes that are known fits.", err=True)
    _tell_newest(view)
    if not complete:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _lines(told: Situation, words: Sequence[str]) -> frozenset[str]:
    """Return all lines of the companies that ``words`` name; end where one names none."""
    lines = set(named_symbols(told, words))
    for one in told.instruments.values():
        if one.us_line is not None and not lines.isdisjoint({one.symbol, one.us_line.symbol}):
            lines |= {one.symbol, one.us_line.symbol}
    return frozenset(lines)


def _ask(known: Stored, settings: Settings, lists: Watchlists, lines: frozenset[str], timeout: float) -> bool:
    """Ask the tables that were not asked of late, and for the prices behind the upside; return whether all answered."""
    from tui_monitor.domain.instrument import home_lines, mic_of
    from tui_monitor.services.interests import RATES, wanted
    from tui_monitor.sources.api import Topic

    told = known.situation
    began = told.now

    def asked(symbol: str) -> datetime:
        held = told.store.rating_table(symbol)
        return held.asked if held is not None else datetime.min.replace(tzinfo=UTC)

    tables = wanted(settings, told.universe, told.instruments, lists)[Topic.RATINGS]
    if lines:
        # A line of another home market has no table of its own.
        tables = tuple(sorted(one for one in lines if mic_of(one) == "XNYS" and not one.startswith("^")))
    # What waited longest comes first: runs in a row go through all of them.
    due = sorted((one for one in tables if asked(one) <= began - ROUND), key=asked)
    if not due:
        return True
    homes = home_lines(told.instruments.values())
    prices = dict.fromkeys((*(homes.get(one, one) for one in tables), *RATES))
    ask_sources(known, settings, {Topic.RATINGS: due, Topic.QUOTES: tuple(prices)}, timeout=timeout)
    answered = sum(asked(one) >= began for one in due)
    if answered < len(due):
        click.echo(
            f"{answered} of {len(due)} tables answered within {timeout:g} s; the rest is what is stored. "
            "Run it again to go on, or with a longer --timeout.",
            err=True,
        )
    return answered == len(due)


def _narrowed(
    events: Sequence[MergedRating], lines: frozenset[str], own: frozenset[str] | None, oldest: datetime | None
) -> list[MergedRating]:
    def fits(event: MergedRating) -> bool:
        symbols = {symbol for part in event.parts for symbol in (part.symbol, part.home_symbol)}
        return (
            (oldest is None or event.change.time >= oldest)
            and (not lines or not symbols.isdisjoint(lines))
            and (own is None or not symbols.isdisjoint(own))
        )

    return [event for event in events if fits(event)]


def _tell_newest(view: View) -> None:
    """Say on stderr how old the newest change of each origin is: a provider that went silent is seen."""
    from tui_monitor.domain.rating import Origin
    from tui_monitor.present import numbers

    ages = {
        origin: numbers.age((view.now() - moment).total_seconds())
        for origin in Origin
        if (moment := view.tape.newest(view, origin)) is not None
    }
    click.echo("Newest: " + ", ".join(f"{origin.value} {age} ago" for origin, age in ages.items()) + ".", err=True)
