"""``tui-monitor run``: the program without a screen, for a service manager."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tui_monitor.cli.data_command import chosen_language, end, language_option, read_settings
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.paths import Paths
from tui_monitor.domain.errors import ConfigError

STDOUT = Path("-")


@click.command("run", short_help="Keep sources, storage and recordings going without a screen.")
@click.option("--headless", is_flag=True, help="Open no screen: needed here, the screen is tui-monitor alone.")
@click.option(
    "--record",
    "record",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Record the market into DIR, one compressed file a day of its exchange.",
)
@click.option("--keep", type=click.IntRange(1, 36_500), metavar="DAYS", help="Days of recordings that stay; else all.")
@click.option(
    "--brief-at-close",
    "brief",
    metavar="DIR|-",
    type=click.Path(file_okay=False, path_type=Path, allow_dash=True),
    help="Write each session up after its close: a file a day in DIR, or on stdout.",
)
@click.option("--format", "form", type=click.Choice(("text", "md", "json")), default="text", show_default=True)
@language_option
def command(
    headless: bool, record: Path | None, keep: int | None, brief: Path | None, form: str, lang: str | None
) -> None:
    """Ask the sources, store what they answer and record it, until a signal ends it; each event is a line on stderr.

    Screens that are opened meanwhile ask nobody: they read what is stored. --format and --lang are those of the
    brief.

    Example: tui-monitor run --headless --record recordings --keep 30
    """
    if not headless:
        raise click.UsageError("the screen is opened by tui-monitor alone; here --headless is needed.")
    if keep is not None and record is None:
        raise click.UsageError("--keep needs --record.")
    paths = Paths.from_environment()
    settings = read_settings(paths)
    language = chosen_language(lang, settings)
    from tui_monitor.headless import BriefAtClose, run

    plan = BriefAtClose(None if brief == STDOUT else brief, form, language) if brief is not None else None
    try:
        code = run(settings, paths, record=record, keep=keep, brief=plan)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    sys.exit(code)
