"""``tui-monitor record``: a session into a file, without a screen."""

from __future__ import annotations

import asyncio
import re
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_monitor.cli.data_command import end, read_settings
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.paths import Paths
from tui_monitor.domain.errors import ConfigError, RecordingError

if TYPE_CHECKING:
    from tui_monitor.services.recorder import Recorder

_DURATION = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")
_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}

LONGEST = 7 * 86_400.0
"""Seconds of the longest recording."""


def _duration(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return the seconds of 90s, 30m, 2h or 1d."""
    if value is None:
        return None
    match = _DURATION.fullmatch(value.strip().lower())
    seconds = float(match[1]) * _UNITS[match[2]] if match is not None else 0.0
    if not 0.0 < seconds <= LONGEST:
        raise click.BadParameter(f"{value!r} is no duration, expected one such as 90s, 30m or 2h", ctx, param)
    return seconds


@click.command("record", short_help="Write a session to a file, to be replayed.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--for", "seconds", callback=_duration, metavar="DURATION", help="90s, 30m, 2h; else until interrupted.")
@click.option("--daily", is_flag=True, help="FILE is a folder: one compressed file a day of the index's exchange.")
@click.option("--keep", type=click.IntRange(1, 36_500), metavar="DAYS", help="With --daily: days that stay; else all.")
def command(file: Path, seconds: float | None, daily: bool, keep: int | None) -> None:
    """Write what the sources answer about the market of the settings to FILE; a name that ends in .gz is compressed.

    A recording holds no watchlists, no settings and none of the person's own feeds. An existing file is not
    overwritten. Play it with tui-monitor replay FILE, or give it to a command with --from-recording FILE.

    Example: tui-monitor record today.jsonl.gz --for 7h
    """
    if keep is not None and not daily:
        raise click.UsageError("--keep needs --daily.")
    if file.is_dir() != daily and file.exists():
        raise click.UsageError(f"{file} is {'no' if daily else 'a'} folder; --daily goes with one.")
    settings = read_settings(Paths.from_environment())
    from tui_monitor.services.recorder import Recorder

    async def run() -> Recorder:
        recorder = Recorder(settings, Paths.from_environment(), file, daily=daily, keep=keep)
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            with suppress(NotImplementedError, ValueError):
                loop.add_signal_handler(number, stopped.set)
        click.echo(f"Recording to {file}; ctrl+c ends it.", err=True)
        await recorder.run(seconds=seconds, stopped=stopped)
        return recorder

    try:
        recorder = asyncio.run(run())
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    except RecordingError as error:
        end(str(error), ExitCode.USAGE)
    for warning in recorder.warnings:
        click.echo(warning, err=True)
    if recorder.problem is not None:
        end(str(recorder.problem), ExitCode.PARTIAL)
    if not recorder.lines:
        end("no source answered; nothing was recorded.", ExitCode.NO_DATA)
    click.echo(f"{recorder.lines} answers recorded.", err=True)
