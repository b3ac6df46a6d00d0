"""``tui-monitor alerts``: the rules, what fired, whether the ways of delivery work."""

from __future__ import annotations

import asyncio
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from tui_monitor.cli import completing
from tui_monitor.cli.alerts_output import listed_rows, render_listed, render_log, render_tried
from tui_monitor.cli.commands.alerts_check import check_command, rules_of
from tui_monitor.cli.data_command import chosen_language, end, format_option, language_option, read_settings
from tui_monitor.cli.default_group import DefaultGroup
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.situation_view import HOME_ZONE
from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel, Span
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.rating import Action
from tui_monitor.present.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_monitor.config.alert_rules import ListedRule
    from tui_monitor.config.settings import Settings


@click.group("alerts", cls=DefaultGroup, short_help="Alert rules: what they see, add, remove, what fired, a test.")
def command() -> None:
    """Show and change alert rules, see what fired, try how alerts reach you.

    Rules that are added here go to alerts.toml beside config.toml, which is never written. They are followed while
    the screen runs.
    """


command.add_command(check_command, "show")


@command.command("list")
@format_option
@language_option
def list_command(form: str, lang: str | None) -> None:
    """List the rules, where they come from and where each stands.

    Example: tui-monitor alerts list --format json
    """
    from tui_monitor.store.alert_log import read_state

    paths = Paths.from_environment()
    settings = read_settings(paths)
    rules = rules_of(paths, settings)
    rows = listed_rows(rules, read_state(paths.alerts_state), datetime.now(UTC))
    click.echo(render_listed(rows, rules, form, Words(chosen_language(lang, settings)), _zone(settings)), nl=False)


@command.command("log")
@click.option("--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="Alerts at the most.")
@format_option
@language_option
def log(limit: int, form: str, lang: str | None) -> None:
    """Print what fired, the newest first.

    Example: tui-monitor alerts log --limit 20
    """
    from tui_monitor.store.alert_log import read_events

    paths = Paths.from_environment()
    settings = read_settings(paths)
    words = Words(chosen_language(lang, settings))
    click.echo(render_log(read_events(paths.alerts_log, limit), form, words, _zone(settings)), nl=False)


@command.command("test")
@format_option
@language_option
@click.option(
    "--timeout", type=click.FloatRange(0.5, 120), help="Seconds that one channel may take; by default as when it fires."
)
def test(form: str, lang: str | None, timeout: float | None) -> None:
    """Deliver a sample by every channel of the settings and of the rules, and say what happened.

    Example: tui-monitor alerts test
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    wanted = {Channel(one): None for one in settings.alerts.deliver}
    for one in rules_of(paths, settings):
        wanted.update(dict.fromkeys(one.rule.deliver or ()))
    if not wanted:
        end('no channel is set: [alerts] deliver in config.toml, such as ["bell", "desktop"].', ExitCode.USAGE)
    language = chosen_language(lang, settings)
    rows = asyncio.run(_try(settings, tuple(wanted), Words(language), timeout))
    click.echo(render_tried(rows, form, language), nl=False)
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
@click.argument("name", shell_complete=completing.alert_names)
def remove(name: str) -> None:
    """Remove a rule that was made in the program.

    Example: tui-monitor alerts remove buybacks
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    one = _named(name, paths, settings)
    if one.own:
        end(f"{one.rule.name} stands in {paths.config_file}, which is yours: take it out there.", ExitCode.USAGE)
    _change(lambda: AlertsFile(paths.alerts_file).remove(one.rule.name))
    click.echo(f"Removed {one.rule.name}.", err=True)


@command.command("enable")
@click.argument("name", shell_complete=completing.alert_names)
def enable(name: str) -> None:
    """Turn a rule on again, which stands where it stood.

    Example: tui-monitor alerts enable buybacks
    """
    _turn(name, on=True)


@command.command("disable")
@click.argument("name", shell_complete=completing.alert_names)
def disable(name: str) -> None:
    """Turn a rule off and keep it; one of config.toml too, which is not written for that.

    Example: tui-monitor alerts disable buybacks
    """
    _turn(name, on=False)


def _zone(settings: Settings) -> ZoneInfo:
    """Return the zone that tables tell times in."""
    name = settings.display.timezone
    return ZoneInfo(HOME_ZONE if name == "exchange" else name)


def _turn(name: str, *, on: bool) -> None:
    paths = Paths.from_environment()
    settings = read_settings(paths)
    one = _named(name, paths, settings)
    if on and one.own and not one.entry.enabled:
        end(f"{one.rule.name} is turned off in {paths.config_file}, which is yours: turn it on there.", ExitCode.USAGE)
    _change(lambda: AlertsFile(paths.alerts_file).turn(one.rule.name, on=on, own=one.own))
    click.echo(f"{one.rule.name} is {'on' if on else 'off'}.", err=True)


def _named(name: str, paths: Paths, settings: Settings) -> ListedRule:
    for one in rules_of(paths, settings):
        if one.rule.name.casefold() == name.casefold():
            return one
    raise click.BadParameter(f"there is no rule called {name!r}", param_hint="NAME")


def _change(change: Callable[[], object]) -> None:
    """Change the rules' file; end where it cannot be."""
    try:
        Paths.from_environment().ensure()
        change()
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)


async def _try(
    settings: Settings, channels: tuple[Channel, ...], words: Words, timeout: float | None
) -> list[dict[str, Any]]:
    from tui_monitor.services.alert_delivery import Delivery, DeliveryError

    delivery = Delivery(lambda: settings.alerts, lambda event: event.text, os.environ)
    if sys.stderr.isatty():
        delivery.terminal = _to_terminal
    sample = AlertEvent(
        time=datetime.now(UTC), rule="test", kind=AlertKind.HEADLINE, text=words("alert.sample"), channels=channels
    )

    async def one(channel: Channel) -> dict[str, Any]:
        try:
            async with asyncio.timeout(timeout):
                return {"channel": channel.value, "ok": True, "what": await delivery.deliver(channel, sample)}
        except TimeoutError:
            return {"channel": channel.value, "ok": False, "what": f"it took longer than {timeout:g} s."}
        except DeliveryError as error:
            return {"channel": channel.value, "ok": False, "what": str(error)}

    return list(await asyncio.gather(*map(one, channels)))


def _to_terminal(text: str) -> None:
    # stdout may be a pipe, and is for data.
    sys.stderr.write(text)
    sys.stderr.flush()
