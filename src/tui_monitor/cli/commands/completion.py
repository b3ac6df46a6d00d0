"""``tui-monitor completion``: the script that makes a shell complete commands, options, symbols and names."""

from __future__ import annotations

import click

from tui_monitor.cli.shells import SHELLS, script


@click.command("completion", short_help="The script that makes bash, zsh or fish complete.")
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script that makes SHELL complete commands, options, symbols, and the names of lists and feeds.

    In the shell's start file: eval "$(tui-monitor completion bash)" for bash and, behind compinit, zsh; for fish:
    tui-monitor completion fish | source.

    Example: tui-monitor completion bash
    """
    click.echo(script(shell), nl=False)
