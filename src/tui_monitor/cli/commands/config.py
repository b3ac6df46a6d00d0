"""``tui-monitor config``: where the settings are, whether they are right, a first file."""

from __future__ import annotations

import shutil

import click

from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.spoken import speaking
from tui_monitor.config.loading import Problem, load_settings
from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import example_config, load_universe
from tui_monitor.config.settings import Settings
from tui_monitor.domain.errors import ConfigError
from tui_monitor.sources.table_check import check_tables


@click.group("config", short_help="Where the settings are, whether they are right, a first file.")
def command() -> None:
    """Where the settings are, whether they are right, a first file. Example: tui-monitor config check"""


@command.command("path")
def path() -> None:
    """Print the paths of the program's files.

    Example: tui-monitor config path
    """
    paths = Paths.from_environment()
    for name, value in (
        ("settings", paths.config_file),
        ("watchlists", paths.watchlists_file),
        ("database", paths.database),
        ("log", paths.log_file),
    ):
        click.echo(f"{name:<11}{value}")


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Read config.toml and name every mistake by line and key, in the tables of plug-ins too.

    Example: tui-monitor config check
    """
    paths = Paths.from_environment()
    unchecked: list[str] = []

    def tables(settings: Settings) -> list[Problem]:
        problems, more = check_tables(settings.sources)
        unchecked.extend(more)
        return problems

    settings: Settings | None = None
    refused: ConfigError | None = None
    try:
        settings = load_settings(paths.config_file, further=tables)
        load_universe(settings.market.universe)
    except ConfigError as error:
        refused = error
    say = speaking(settings)
    for sentence in (*([str(refused)] if refused else []), *unchecked):
        click.echo(say(sentence), err=True)
    if refused is not None:
        ctx.exit(ExitCode.CONFIG)
    if paths.config_file.exists():
        click.echo(say(f"{paths.config_file}: right"), err=True)
    else:
        click.echo(say(f"{paths.config_file}: not there, so that all defaults hold"), err=True)


@command.command("init")
@click.pass_context
def init(ctx: click.Context) -> None:
    """Write a first config.toml with every key explained; never over one that stands.

    Example: tui-monitor config init
    """
    paths = Paths.from_environment()
    for problem in paths.ensure():
        click.echo(problem, err=True)
    if paths.config_file.exists():
        click.echo(f"{paths.config_file} is there already; nothing was written.", err=True)
        ctx.exit(ExitCode.CONFIG)
    try:
        shutil.copyfile(example_config(), paths.config_file)
        paths.config_file.chmod(0o600)
    except OSError as error:
        click.echo(f"{paths.config_file} cannot be written: {(error.strerror or str(error)).lower()}.", err=True)
        ctx.exit(ExitCode.CONFIG)
    click.echo(str(paths.config_file))
