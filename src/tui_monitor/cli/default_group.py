"""A group of commands of which one is meant where none is named."""

from __future__ import annotations

import click


class DefaultGroup(click.Group):
    """Runs the subcommand ``show`` where none is named: ``ratings BABA`` is ``ratings show BABA``."""

    default = "show"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default in front of whatever is no subcommand."""
        if not args or (args[0] not in self.commands and args[0] not in ctx.help_option_names):
            args = [self.default, *args]
        return super().parse_args(ctx, args)

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help of the default, then the subcommands."""
        shown = self.commands[self.default]
        with click.Context(shown, info_name=ctx.info_name, parent=ctx.parent) as inner:
            shown.format_help(inner, formatter)
        others = [(name, one.get_short_help_str()) for name, one in self.commands.items() if name != self.default]
        with formatter.section("Commands"):
            formatter.write_dl(others)
