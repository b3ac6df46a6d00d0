"""Write ``docs/tui-monitor.1`` from the parser: ``python scripts/make_man.py``. A test compares the two."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import click

from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.main import COMMANDS, CRASHED, cli

PAGE = Path(__file__).resolve().parents[1] / "docs" / "tui-monitor.1"
"""Where the page is."""

CODES = {
    int(ExitCode.OK): "Fine; also a reader that closes the pipe early.",
    int(ExitCode.USAGE): "A command, option or argument is wrong.",
    int(ExitCode.CONFIG): "A file of yours is wrong.",
    int(ExitCode.NO_DATA): "No source answered and nothing is stored.",
    int(ExitCode.PARTIAL): "Something was printed, but not everything that was asked for.",
    CRASHED: "A defect of the program.",
    130: "Interrupted.",
}
"""The exit codes and what each says."""

FILES = (
    ("config.toml", "Your settings; read, never written. See tui-monitor config path."),
    ("watchlists.toml", "The watchlists; written by the program, edits from outside are taken over."),
    ("feeds.toml", "Feeds that were added in the program."),
    ("monitor.db", "What was last known; deleting it loses only history."),
)


def page() -> str:
    """Return the manual page, in roff's man macros."""
    lines = ['.TH TUI\\-MONITOR 1 "" "tui\\-monitor" "User Commands"', ".SH NAME"]
    lines += [r"tui\-monitor \- a terminal market monitor", ".SH SYNOPSIS", r".B tui\-monitor"]
    lines += ["[options] [command [arguments]]", ".SH DESCRIPTION"]
    lines += _paragraphs(cli.help or "")
    context = click.Context(cli, info_name="tui-monitor", help_option_names=cli.context_settings["help_option_names"])
    lines += [".SH OPTIONS", *_options(cli, context), ".SH COMMANDS"]
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        lines += _command(command, f"tui-monitor {name}", context)
    lines += [".SH EXIT STATUS"]
    for code, words in CODES.items():
        lines += [".TP", f".B {code}", _text(words)]
    lines += [".SH ENVIRONMENT"]
    for variable, words in (
        ("NO_COLOR", "No colour is printed."),
        ("TUI_MONITOR_CONFIG_DIR, TUI_MONITOR_STATE_DIR", "Folders of the settings and of what is stored."),
        ("HTTPS_PROXY", "A proxy that the sources are asked through."),
    ):
        lines += [".TP", f".B {_text(variable)}", _text(words)]
    lines += [".SH FILES"]
    for file, words in FILES:
        lines += [".TP", f".I {_text(file)}", _text(words)]
    return "\n".join(lines) + "\n"


def _command(command: click.Command, name: str, parent: click.Context) -> Iterator[str]:
    """Yield a command's part, and those of its subcommands."""
    context = click.Context(command, info_name=name.rpartition(" ")[2], parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    shown = getattr(command, "default", None)
    if isinstance(command, click.Group) and isinstance(shown, str):
        # The group without a subcommand is one of them.
        yield from _command(command.commands[shown], name, parent)
    else:
        yield f".SS {_text(name)} {_text(usage)}".rstrip()
        yield from _paragraphs(command.help or "")
        yield from _options(command, context)
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            if found is not None and not found.hidden:
                yield from _command(found, f"{name} {sub}", context)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    # Every command has --help; it is told once.
    for parameter in command.params if context.parent else command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None:
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]) or r"\&")


def _paragraphs(help_text: str) -> Iterator[str]:
    """Yield the paragraphs of a help text; an example stands in a block of its own."""
    for part in re.split(r"\n\s*\n", textwrap.dedent(help_text).strip()):
        words, found, example = " ".join(part.split()).partition("Example: ")
        if words:
            yield from (".PP", _text(words.strip()))
        if found:
            yield from (".PP", "Example:", ".PP", ".RS", f".B {_text(example)}", ".RE")


def _text(words: str) -> str:
    """Return ``words`` with what roff would act on escaped."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
