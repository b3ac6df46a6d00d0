"""The command ``tui-monitor``: without a command it opens the live screen; each command is imported when it is run."""

from __future__ import annotations

import errno
import os
import sys
from importlib import import_module
from io import StringIO
from typing import TYPE_CHECKING, Any

import click

from tui_monitor import __version__
from tui_monitor.cli.exits import ExitCode
from tui_monitor.domain.errors import ConfigError, MonitorError
from tui_monitor.domain.text import clean_text

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "demo": "Play the recorded day, offline, in the same screen.",
    "replay": "Play a recording in the same screen.",
    "quotes": "Prices of symbols, once or again and again.",
    "index": "What is notable about an index level.",
    "movers": "The constituents of the index by percent, points or turnover.",
    "brief": "The session written up in at most 200 words.",
    "run": "Keep sources, storage and recordings going without a screen.",
    "record": "Write a session to a file, to be replayed.",
    "ratings": "Rating changes, and reading them out of headlines.",
    "calendar": "What is to come: reports, figures, decisions, holidays, your own events.",
    "news": "Headlines of the feeds, or of files and addresses.",
    "feeds": "The list of feeds: show, add, remove, check, import, export.",
    "alerts": "Alert rules: show, add, remove, what fired, a test.",
    "watch": "Show and edit the watchlists.",
    "schema": "The JSON Schema of a command's output.",
    "completion": "The script that makes bash, zsh or fish complete.",
    "config": "Where the settings are, whether they are right, a first file.",
    "doctor": "Check settings, folders, terminal and the reach of each source.",
}
"""Commands in the order of the help; each is ``cli.commands.NAME:command``."""


COMPLETE = "_TUI_MONITOR_COMPLETE"
"""Environment variable by which a shell's script asks for completions."""

CRASHED = 70
"""Exit code after a defect of the program (EX_SOFTWARE of sysexits)."""


class UnknownCommandError(click.ClickException):
    """A word that is no command: one sentence, without the whole usage."""

    def show(self, file: Any = None) -> None:
        """Say it on stderr."""
        click.echo(f"tui-monitor: {self.message}", err=True, file=file)


UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""What a full or broken disk behind stdout says: no defect of the program."""


def _open_closed_streams() -> None:
    """Give standard streams that the shell closed (``>&-``) a place to go: nowhere.

    Otherwise the next file that is opened, such as the database, would get their number.
    """
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(opened)
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, "w" if number else "r", encoding="utf-8"))


def _write_nowhere() -> None:
    """Let what is still buffered go nowhere at exit instead of failing once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class LazyGroup(click.Group):
    """Imports a command's module only when it is run or asked for help."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader that has had enough, as `head` has, ends it quietly."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _write_nowhere()
            raise click.exceptions.Exit(ExitCode.OK) from None

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Return the command that is named; an unknown one gets one sentence."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            from difflib import get_close_matches

            like = get_close_matches(args[0], COMMANDS, n=1)
            hint = f"did you mean {like[0]}?" if like else "tui-monitor --help lists them."
            raise UnknownCommandError(f"there is no command {args[0]!r}; {hint}")
        return super().resolve_command(ctx, args)

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

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem[str]]:
        """Return the commands that begin so, without importing any, or the options."""
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=words) for name, words in COMMANDS.items() if name.startswith(incomplete)]
        return [*names, *click.Command.shell_complete(self, ctx, incomplete)]

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
    """Run the command line; end with a documented exit code. A shell that wants something completed is answered."""
    _open_closed_streams()
    if COMPLETE in os.environ:
        from tui_monitor.cli.shells import reply

        sys.exit(reply(cli))
    sys.exit(run())


def run(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code. Raises ``SystemExit`` where a command ends that way."""
    try:
        code = cli.main(arguments, standalone_mode=False)
    except click.exceptions.Exit as error:
        code = error.exit_code
    except click.exceptions.Abort:
        return 130
    except click.ClickException as error:
        # Usage errors are most of them; click's own code for those is 2, which is that of a wrong settings file here.
        told = StringIO()
        error.show(file=told)
        for line in told.getvalue().splitlines():
            # What was typed, or came out of a file by way of a shell, is quoted in it.
            click.echo(clean_text(line, 1_000), err=True)
        return ExitCode.USAGE
    except MonitorError as error:
        click.echo(f"tui-monitor: {error}", err=True)
        return ExitCode.CONFIG if isinstance(error, ConfigError) else ExitCode.NO_DATA
    except OSError as error:
        if error.errno not in UNWRITABLE:
            return _defect(error)
        click.echo(f"tui-monitor: not everything could be written: {error.strerror}", err=True)
        _write_nowhere()
        return ExitCode.PARTIAL
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever it is must not look like usage
        return _defect(error)
    return code if isinstance(code, int) else ExitCode.OK


def _defect(error: Exception) -> int:
    """Print where it happened; return the code of a defect."""
    import traceback

    traceback.print_exception(error)
    return CRASHED
