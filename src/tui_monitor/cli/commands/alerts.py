"""``tui-monitor alerts``: the rules, what fired, whether the ways of delivery work."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from tui_monitor.cli.data_command import end, format_option, read_settings
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.tables import Column, records_text, table, terminal_width
from tui_monitor.config.alert_rules import ListedRule, listed_rules
from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel, Phase, Span
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.rating import Action
from tui_monitor.present.alert_lines import sentence, watched
from tui_monitor.present.words import Words, language_of

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.store.alert_log import AlertState

LISTED = (
    "name", "kind", "symbols", "above", "below", "span", "actions", "filter", "claim", "source", "hysteresis",
    "cooldown", "deliver", "enabled", "origin", "state", "last_fired",
)  # fmt: skip
"""Fields of ``alerts list``, in their order."""

LOGGED = (
    "time", "rule", "kind", "symbol", "name", "side", "value", "threshold", "text", "url", "quiet", "channels",
    "sentence",
)  # fmt: skip
"""Fields of ``alerts log``, in their order."""

TRIED = ("channel", "ok", "what")
"""Fields of ``alerts test``, in their order."""


@click.group("alerts", short_help="Alert rules: show, add, remove, what fired, a test.")
def command() -> None:
    """Show and change alert rules, see what fired, try how alerts reach you.

    Rules that are added here go to alerts.toml beside config.toml, which is never written. They are followed while
    the screen runs.

    Example: tui-monitor alerts add "tencent 700" --kind price --symbol 700 --above 700
    """


@command.command("list")
@format_option
def list_command(form: str) -> None:
    """List the rules, where they come from and where each stands.

    Example: tui-monitor alerts list --format json
    """
    from tui_monitor.store.alert_log import read_state

    paths = Paths.from_environment()
    settings = read_settings(paths)
    state = read_state(paths.alerts_state)
    rules = _rules(paths, settings)
    rows = [_listed(one, state) for one in rules]
    if form != "table":
        click.echo(records_text(form, LISTED, rows), nl=False)
        return
    words = _words(settings)
    columns = (
        Column("name"), Column("symbols", cut=True), Column("watches", cut=True), Column("state"),
        Column("last fired", rank=2), Column("origin", rank=3),
    )  # fmt: skip
    cells = [
        [
            row["name"], " ".join(row["symbols"]), watched(words, one.rule), row["state"], row["last_fired"] or "",
            row["origin"],
        ]
        for one, row in zip(rules, rows, strict=True)
    ]  # fmt: skip
    click.echo(table(columns, cells, width=terminal_width()), nl=False)


@command.command("log")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Alerts at the most.")
@format_option
def log(limit: int, form: str) -> None:
    """Print what fired, the newest first.

    Example: tui-monitor alerts log --limit 20
    """
    from tui_monitor.store.alert_log import event_record, read_events

    paths = Paths.from_environment()
    words = _words(read_settings(paths))
    rows = [
        {**event_record(event), "sentence": sentence(words, event)} for event in read_events(paths.alerts_log, limit)
    ]
    if form != "table":
        click.echo(records_text(form, LOGGED, rows), nl=False)
        return
    columns = (Column("time"), Column("rule", cut=True), Column("quiet", rank=2), Column("what", cut=True))
    cells = [[row["time"], row["rule"], "quiet" if row["quiet"] else "", row["sentence"]] for row in rows]
    click.echo(table(columns, cells, width=terminal_width()), nl=False)


@command.command("test")
@format_option
def test(form: str) -> None:
    """Deliver a sample by every channel of the settings and of the rules, and say what happened.

    Example: tui-monitor alerts test
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    wanted = {Channel(one): None for one in settings.alerts.deliver}
    for one in _rules(paths, settings):
        wanted.update(dict.fromkeys(one.rule.deliver or ()))
    if not wanted:
        end('no channel is set: [alerts] deliver in config.toml, such as ["bell", "desktop"].', ExitCode.USAGE)
    rows = asyncio.run(_try(settings, tuple(wanted)))
    if form != "table":
        click.echo(records_text(form, TRIED, rows), nl=False)
    else:
        columns = (Column("channel"), Column("ok"), Column("what", cut=True))
        cells = [[row["channel"], "yes" if row["ok"] else "NO", row["what"]] for row in rows]
        click.echo(table(columns, cells, width=terminal_width()), nl=False)
    failed = sum(not row["ok"] for row in rows)
    if failed:
        sys.exit(ExitCode.NO_DATA if failed == len(rows) else ExitCode.PARTIAL)


@command.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice([one.value for one in AlertKind]), required=True)
@click.option(
    "--symbol", "symbols", multiple=True, metavar="SYMBOL", help="May be given again; else all of your lists."
)
@click.option("--above", type=float, metavar="NUMBER")
@click.option("--below", type=float, metavar="NUMBER")
@click.option("--span", type=click.Choice([one.value for one in Span]), default="day", help="Of a high or low.")
@click.option("--action", "actions", multiple=True, type=click.Choice([one.value for one in Action]))
@click.option("--filter", "filter_", metavar="FILTER", default="", help="Of headlines, as in the filter line.")
@click.option("--claim", metavar="KIND", default="", help="Such as highest-close-since.")
@click.option("--source", metavar="NAME", default="", help="Of the kind stale.")
@click.option("--hysteresis", type=click.FloatRange(0), metavar="NUMBER", help="In the value's unit.")
@click.option("--cooldown", type=click.FloatRange(0, 604_800), metavar="SECONDS")
@click.option("--deliver", multiple=True, type=click.Choice([one.value for one in Channel]))
def add(**options: Any) -> None:
    """Add a rule to alerts.toml.

    Example: tui-monitor alerts add buybacks --kind headline --filter topic:buybacks
    """
    import msgspec

    paths = Paths.from_environment()
    settings = read_settings(paths)
    options["filter"] = options.pop("filter_")
    options["deliver"] = options["deliver"] or None
    try:
        entry = msgspec.convert(options, AlertEntry, strict=False)
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from None
    try:
        paths.ensure()
        AlertsFile(paths.alerts_file).add(entry, taken=[one.name for one in settings.alerts.rules])
    except ConfigError as error:
        end(str(error), ExitCode.USAGE)
    click.echo(f"Added {entry.name} to {paths.alerts_file}.", err=True)


@command.command("remove")
@click.argument("name")
def remove(name: str) -> None:
    """Remove a rule that was made in the program.

    Example: tui-monitor alerts remove buybacks
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    try:
        found = AlertsFile(paths.alerts_file).remove(name)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    if found:
        click.echo(f"Removed {name}.", err=True)
    elif any(one.name.casefold() == name.casefold() for one in settings.alerts.rules):
        end(f"{name} stands in {paths.config_file}, which is yours: take it out there.", ExitCode.USAGE)
    else:
        raise click.BadParameter(f"there is no rule called {name!r}", param_hint="NAME")


def _words(settings: Settings) -> Words:
    context = click.get_current_context().find_root()
    wanted = (context.obj or {}).get("lang") or settings.display.language
    return Words(language_of(wanted, os.environ))


def _rules(paths: Paths, settings: Settings) -> tuple[ListedRule, ...]:
    try:
        return listed_rules(settings.alerts.rules, AlertsFile(paths.alerts_file).read().rules)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)


def _listed(one: ListedRule, state: AlertState) -> dict[str, Any]:
    rule = one.rule
    now = datetime.now(UTC)
    marks = [mark for (name, _, _), mark in state.marks.items() if name == rule.name]
    phases = {mark.phase(rule, now) for mark in marks}
    phase = next((each for each in (Phase.FIRED, Phase.COOLING) if each in phases), Phase.ARMED)
    last = max((mark.last for mark in marks if mark.last is not None), default=None)
    return {
        "name": rule.name,
        "kind": rule.kind.value,
        "symbols": list(rule.symbols),
        "above": rule.above,
        "below": rule.below,
        "span": rule.span.value,
        "actions": sorted(rule.actions),
        "filter": rule.filter,
        "claim": rule.claim,
        "source": rule.source,
        "hysteresis": rule.hysteresis,
        "cooldown": rule.cooldown,
        "deliver": None if rule.deliver is None else [channel.value for channel in rule.deliver],
        "enabled": rule.enabled,
        "origin": "config" if one.own else "added",
        "state": phase.value if rule.enabled else "off",
        "last_fired": last.isoformat(timespec="seconds").replace("+00:00", "Z") if last is not None else None,
    }


async def _try(settings: Settings, channels: tuple[Channel, ...]) -> list[dict[str, Any]]:
    from tui_monitor.services.alert_delivery import Delivery, DeliveryError

    words = _words(settings)
    delivery = Delivery(lambda: settings.alerts, lambda event: event.text, os.environ)
    if sys.stderr.isatty():
        delivery.terminal = _to_terminal
    sample = AlertEvent(
        time=datetime.now(UTC), rule="test", kind=AlertKind.HEADLINE, text=words("alert.sample"), channels=channels
    )

    async def one(channel: Channel) -> dict[str, Any]:
        try:
            return {"channel": channel.value, "ok": True, "what": await delivery.deliver(channel, sample)}
        except DeliveryError as error:
            return {"channel": channel.value, "ok": False, "what": str(error)}

    return list(await asyncio.gather(*map(one, channels)))


def _to_terminal(text: str) -> None:
    # stdout may be a pipe, and is for data.
    sys.stderr.write(text)
    sys.stderr.flush()
