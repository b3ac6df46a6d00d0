"""The command ``tui-monitor``: without a command it opens the live screen; each command is imported when it is run."""

from __future__ import annotations

import sys
from importlib import import_module

import click

from tui_monitor import __version__
from tui_monitor.cli.exits import ExitCode

COMMANDS = {
    "demo": "Play the recorded day, offline, in the same screen.",
    "replay": "Play a recording in the same screen.",
    "index": "What is notable about an index level.",
    "ratings": "Rating changes, and reading them out of headlines.",
    "watch": "Show and edit the watchlists.",
    "config": "Where the settings are, whether they are right, a first file.",
    "doctor": "Check settings, folders, terminal and the reach of each source.",
}
"""Commands in the order of the help; each is ``cli.commands.NAME:command``."""


class LazyGroup(click.Group):
    """Imports a command's module only when it is run or asked for help."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"tui_monitor.cli.commands.{cmd_name.replace('-', '_')}")
        command = module.command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Write the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tui-monitor")
@click.option("--slow", is_flag=True, help="For slow links: one frame a second, no flash, no mouse.")
@click.option("--lang", type=click.Choice(("en", "zh", "zh-Hant", "zh-Hans")), help="Language of the interface.")
@click.pass_context
def cli(ctx: click.Context, slow: bool, lang: str | None) -> None:
    """A terminal market monitor: index, movers, rating changes, headlines, your watchlists.

    Without a command it opens the live screen. Example: tui-monitor demo
    """
    ctx.obj = {"slow": slow, "lang": lang}
    if ctx.invoked_subcommand is None:
        from tui_monitor.cli.screen import open_live

        ctx.exit(open_live(slow=slow, lang=lang))


def main() -> None:
    """Run the command line; end with a documented exit code."""
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.exceptions.Abort:
        code = 130
    except click.ClickException as error:
        error.show()
        code = ExitCode.USAGE
    sys.exit(code if isinstance(code, int) else ExitCode.OK)
