"""``tui-monitor replay``: any recording."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from tui_monitor.cli.screen import open_replay

LANGUAGES = ("en", "zh", "zh-Hant", "zh-Hans")
"""What ``--lang`` takes; ``zh`` is ``zh-Hant``."""

_MOMENT = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def play_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that playing has."""
    speed = click.FloatRange(0.1, 3600)
    function = click.option("--lang", type=click.Choice(LANGUAGES), help="Language of the interface.")(function)
    function = click.option("--slow", is_flag=True, help="For slow links: one frame a second, no flash.")(function)
    function = click.option("--at", metavar="HH:MM", help="Begin at this time of the recorded market.")(function)
    return click.option("--speed", type=speed, help="Recorded seconds that pass in one second.")(function)


def screen_options(ctx: click.Context, slow: bool, lang: str | None) -> dict[str, Any]:
    """Return what was asked for before the command's name or after it."""
    before = ctx.find_root().obj or {}
    return {"slow": slow or bool(before.get("slow")), "lang": lang or before.get("lang")}


def moment_of(path: Path, text: str | None) -> datetime | None:
    """Return the moment of the recorded day that ``HH:MM`` names, in the zone of its market."""
    if text is None:
        return None
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        raise click.BadParameter(f"{text!r} is no time, expected HH:MM", param_hint="--at")
    from tui_monitor.store.recordings import open_recording

    header = open_recording(path).header
    local = header.start.astimezone(ZoneInfo(header.zone))
    return local.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)


@click.command("replay", short_help="Play a recording in the same screen.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@play_options
@click.pass_context
def command(ctx: click.Context, file: Path, speed: float | None, at: str | None, slow: bool, lang: str | None) -> None:
    """Play the recording FILE in the screen, marked REPLAY. Example: tui-monitor replay day.jsonl.gz --speed 10"""
    ctx.exit(open_replay(file, speed=speed, at=moment_of(file, at), demo=False, **screen_options(ctx, slow, lang)))
