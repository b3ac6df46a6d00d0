"""``tui-monitor feeds mute`` and ``unmute``: whose headlines are shown."""

from __future__ import annotations

import click

from tui_monitor.cli import completing
from tui_monitor.cli.data_command import end, read_settings
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.feeds_file import FeedsFile
from tui_monitor.config.paths import Paths
from tui_monitor.domain.errors import ConfigError


@click.command("mute")
@click.argument("name", shell_complete=completing.feed_names)
def mute(name: str) -> None:
    """Show the headlines of a feed no more; it is still read.

    Example: tui-monitor feeds mute RTHK
    """
    click.echo(f"Headlines of {_set(name, muted=True)} are not shown.", err=True)


@click.command("unmute")
@click.argument("name", shell_complete=completing.feed_names)
def unmute(name: str) -> None:
    """Show the headlines of a muted feed again.

    Example: tui-monitor feeds unmute RTHK
    """
    click.echo(f"Headlines of {_set(name, muted=False)} are shown again.", err=True)


def _set(name: str, *, muted: bool) -> str:
    """Mute the feed, or no longer, and return its name as the list has it."""
    from tui_monitor.services.source_setup import feeds_to_read

    paths = Paths.from_environment()
    settings = read_settings(paths)
    file = FeedsFile(paths.feeds_file)
    try:
        added = file.read()
        # A feed that is gone may still stand among the muted ones: it can be taken out of them.
        known = (*(feed.name for feed in feeds_to_read(settings, added)), *(() if muted else added.muted))
        found = next((one for one in known if one.casefold() == name.casefold()), None)
        if found is None:
            raise click.BadParameter(f"there is no feed called {name!r}", param_hint="NAME")
        paths.ensure()
        file.mute(found, muted)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    return found
