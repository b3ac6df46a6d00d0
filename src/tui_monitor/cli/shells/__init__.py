"""Completion by the shell: the scripts, and what the program answers them.

A script hands over the line up to the cursor and gets lines of ``kind``, ``value`` and ``help``, parted by tabs. Click
works out what is completed; the commands are not run, nothing is written and no network is asked.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

import click
from click.shell_completion import CompletionItem, ShellComplete, split_arg_string

from tui_monitor.cli.main import COMPLETE
from tui_monitor.domain.text import clean_text

SHELLS = ("bash", "zsh", "fish")
"""The shells that there is a script for."""

LONGEST_HELP = 80
"""Characters of the help beside a value."""

_END = "\0"
_SPECIAL = re.compile(r"([\s!\"#$&'()*;<>?\[\\\]`{|}~])")
_WITHIN_QUOTES = re.compile(r"([\"$\\`])")


def script(shell: str) -> str:
    """Return the script that makes ``shell`` ask the program."""
    return (Path(__file__).parent / f"completion.{shell}").read_text(encoding="utf-8")


def words_of(line: str) -> tuple[list[str], str]:
    """Return the whole words behind the program's name, and the one before the cursor, which may be empty."""
    # The mark behind the cursor keeps an empty last word, and a quote that is still open, in one piece.
    found = split_arg_string(line + _END)
    return found[1:-1], found[-1].rstrip(_END) if found else ""


class Answering(ShellComplete):
    """Answers the scripts of all three shells."""

    name = "any"
    source_template = ""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return what stands before the cursor."""
        return words_of(os.environ.get("COMP_LINE", ""))


def answer(cli: click.Command, shell: str) -> str:
    """Return the answer to the script of ``shell``; the line comes from the environment."""
    asking = Answering(cli, {}, "tui-monitor", COMPLETE)
    args, incomplete = asking.get_completion_args()
    items = asking.get_completions(args, incomplete)
    return "".join(f"{one.type}\t{_value(one, shell, incomplete)}\t{_help(one)}\n" for one in items)


def reply(cli: click.Command) -> int:
    """Answer the script that asks; return the exit code."""
    shell = os.environ[COMPLETE]
    if shell not in SHELLS:
        return 1
    sys.stdout.buffer.write(answer(cli, shell).encode())
    sys.stdout.buffer.flush()
    return 0


def _value(item: CompletionItem[str], shell: str, incomplete: str) -> str:
    value = clean_text(item.value, 500)
    return value if shell != "bash" else for_bash(value, incomplete, os.environ)


def _help(item: CompletionItem[str]) -> str:
    return clean_text(item.help or "", LONGEST_HELP)


def for_bash(value: str, incomplete: str, environment: Mapping[str, str]) -> str:
    """Return what bash puts in place of its own last word, which begins behind the last of its word breaks."""
    word = environment.get("COMP_CUR", "")
    if word[:1] == '"':
        return _WITHIN_QUOTES.sub(r"\\\1", value)
    if word[:1] == "'":
        return value
    breaks = [one for one in environment.get("COMP_WORDBREAKS", "") if one in "=:@"]
    done = max((incomplete.rfind(one) + 1 for one in breaks), default=0)
    if value.startswith(incomplete[:done]):
        value = value[done:]
    return _SPECIAL.sub(r"\\\1", value)
