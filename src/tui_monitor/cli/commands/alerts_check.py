"""``tui-monitor alerts`` without a subcommand: what each rule sees now, and how far it is from firing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import click

from tui_monitor.cli import completing
from tui_monitor.cli.alerts_output import checked_rows, render_checked
from tui_monitor.cli.data_command import ask_sources, end, read_settings, stored
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.own_lists import lists_of
from tui_monitor.cli.situation_view import view_of
from tui_monitor.config.alert_rules import ListedRule, listed_rules
from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.paths import Paths
from tui_monitor.domain.alert import AlertKind, AlertRule
from tui_monitor.domain.errors import ConfigError

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.present.view import View
    from tui_monitor.services.situation import Situation
    from tui_monitor.services.stored import Stored
    from tui_monitor.sources.api import Topic


@click.command("show", hidden=True)
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=completing.alert_names)
@data_options()
def check_command(names: tuple[str, ...], request: DataRequest) -> None:
    """Hold the rules (or those called NAME) against what is known now: the value, and how far it is from firing.

    Nothing fires and nothing is remembered by it. Prices and headlines that the rules look at are asked first, rating
    changes and sources are those that are stored. Ends with 4 if a value is missing or only stored though the sources
    were asked, with 3 if no value at all is known.

    Example: tui-monitor alerts --format json
    """
    from tui_monitor.present.alert_lines import alert_wording
    from tui_monitor.services.alert_check import check, symbols_of
    from tui_monitor.store.alert_log import read_state

    paths = Paths.from_environment()
    settings = read_settings(paths)
    rules = _called(names, rules_of(paths, settings))
    if not rules:
        click.echo("There is no alert rule; tui-monitor alerts add makes one.", err=True)
    live: set[str] = set()
    complete = True
    if request.recording is not None:
        told = request.open(settings)[0]
        view = _view(told)
    else:
        request.check()
        known = stored(settings, request.language(settings), texts=True)
        told = known.situation
        view = _view(told)
        looked_at = dict.fromkeys(symbol for rule in rules for symbol in symbols_of(view, rule))
        known.recall_histories((*looked_at, view.index, *settings.market.peers))
        if not request.offline:
            live, complete = _ask(known, settings, view, rules, looked_at, request.timeout)
        view.health = known.health()
    if any(rule.kind is AlertKind.CLAIM for rule in rules):
        view.board = told.board()
    found = check(view, rules, alert_wording(view))
    rows = checked_rows(
        found,
        read_state(paths.alerts_state),
        view.now(),
        name=lambda symbol: view.name(symbol, view.store.quote(symbol)),
        origin=lambda one: "live" if one.symbol in live else request.origin,
    )
    if rules and all(one.distance is None and one.matches is None for one in found):
        end("Nothing that the rules look at is known.", ExitCode.NO_DATA)
    click.echo(render_checked(rows, found, request.form, view.words), nl=False)
    if not complete:
        click.echo("Some values are missing, or only stored ones.", err=True)
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def rules_of(paths: Paths, settings: Settings) -> tuple[ListedRule, ...]:
    """Return all rules; end where their file is wrong."""
    try:
        added = AlertsFile(paths.alerts_file).read()
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    return listed_rules(settings.alerts.rules, added.rules, added.off)


def _called(names: Sequence[str], rules: Sequence[ListedRule]) -> list[AlertRule]:
    """Return the rules with these names, all of them where none is given; end where there is none of a name."""
    by_name = {one.rule.name.casefold(): one.rule for one in rules}
    for name in names:
        if name.casefold() not in by_name:
            raise click.BadParameter(f"there is no rule called {name!r}", param_hint="NAME")
    return [by_name[name.casefold()] for name in names] or list(by_name.values())


def _view(told: Situation) -> View:
    lists = lists_of(told)
    return view_of(told, lists=lambda: lists)


def _ask(
    known: Stored,
    settings: Settings,
    view: View,
    rules: Sequence[AlertRule],
    looked_at: Iterable[str],
    timeout: float,
) -> tuple[set[str], bool]:
    """Ask for what the rules look at; return the symbols that were answered for, and whether everything was."""
    from tui_monitor.services.interests import RATES, wanted
    from tui_monitor.sources.api import Topic

    kinds = {rule.kind for rule in rules}
    quotes = dict.fromkeys(looked_at)
    if AlertKind.POINTS in kinds:
        quotes[view.index] = None
    if AlertKind.CLAIM in kinds:
        quotes.update(dict.fromkeys((view.index, *view.universe.symbols, *settings.market.peers, *RATES)))
    asked: dict[Topic, tuple[str, ...]] = {Topic.QUOTES: tuple(quotes)} if quotes else {}
    if AlertKind.HEADLINE in kinds:
        everything = wanted(settings, view.universe, view.instruments, view.lists())
        asked[Topic.HEADLINES] = tuple(everything[Topic.HEADLINES])
    if not asked:
        return set(), True
    outcomes = ask_sources(known, settings, asked, timeout=timeout)
    missing = set(outcomes[Topic.QUOTES].missing) if quotes else set()
    silent = Topic.HEADLINES in outcomes and bool(outcomes[Topic.HEADLINES].problems)
    return set(quotes) - missing, not missing and not silent
