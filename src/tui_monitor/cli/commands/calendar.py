"""``tui-monitor calendar``: reports, dividends, figures, decisions, days without trading, events of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from tui_monitor.cli.calendar_output import render
from tui_monitor.cli.data_command import ask_sources, end, read_settings
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.own_lists import lists_of, named_symbols
from tui_monitor.cli.situation_view import view_of
from tui_monitor.config.paths import Paths
from tui_monitor.domain.calendar_event import EventKind

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.services.stored import Stored


@click.command("calendar", short_help="What is to come: reports, figures, decisions, holidays, your own events.")
@click.argument("symbols", nargs=-1, metavar="[SYMBOL]...")
@click.option("--days", type=click.IntRange(0, 400), default=14, show_default=True, help="How far ahead.")
@click.option("--mine", is_flag=True, help="Only your own events and those of your watchlists' symbols.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([one.value for one in EventKind]),
    help="Only this kind; may be given more than once.",
)
@data_options()
def command(
    symbols: tuple[str, ...],
    days: int,
    mine: bool,
    kinds: tuple[str, ...],
    request: DataRequest,
) -> None:
    """Print what is to come, soonest first, each event once whatever number of sources tell it.

    Reports and dividends are those of your lists and of the index's constituents, or of SYMBOLs, which are codes or
    names. Times are in your zone; an event without an hour stays the day of its place. A ~ marks a date that is
    expected, not said. Ends with 4 if a source did not answer, with 3 if nothing is known at all.

    Example: tui-monitor calendar --days 30 --kind earnings --kind central-bank
    """
    settings = read_settings(Paths.from_environment())
    told, known = request.open(settings)
    lists = lists_of(told)
    lines = named_symbols(told, symbols)
    complete = known is None or _ask(known, settings, lists, lines, request.timeout)
    view = view_of(told, lists=lambda: lists)
    view.agenda = lambda: told.agenda((*lists.symbols, *lines))
    if not view.agenda():
        end("Nothing is known to come: no source answered and nothing is stored.", ExitCode.NO_DATA)
    from tui_monitor.present.agenda import sorted_for

    events = sorted_for(
        view,
        mine=mine,
        ahead=timedelta(days=days),
        kinds=frozenset(map(EventKind, kinds)),
        symbols=frozenset(lines),
    )
    click.echo(render(view, events, request.form), nl=False)
    if not events:
        click.echo("Nothing that is known to come fits.", err=True)
    if not complete:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _ask(known: Stored, settings: Settings, lists: Watchlists, lines: Sequence[str], timeout: float) -> bool:
    """Ask the calendars, and the quotes that tell the next report; return whether all sources answered."""
    from tui_monitor.services.interests import wanted
    from tui_monitor.sources.api import Topic

    told = known.situation
    everyone = wanted(settings, told.universe, told.instruments, lists)[Topic.FUNDAMENTALS]
    # Dividends are asked one company every few seconds: of those that are named; the live screen asks for all.
    asked = {Topic.FUNDAMENTALS: tuple(lines) or everyone, Topic.CALENDAR: tuple(lines)}
    outcomes = ask_sources(known, settings, asked, timeout=timeout)
    return not any(outcome.problems for outcome in outcomes.values())
