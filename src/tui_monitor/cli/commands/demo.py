"""``tui-monitor demo``: the recorded day."""

from __future__ import annotations

import click

from tui_monitor.cli.commands.replay import moment_of, play_options, screen_options
from tui_monitor.cli.screen import open_replay
from tui_monitor.config.seeds import recorded_day


@click.command("demo", short_help="Play the recorded day, offline, in the same screen.")
@play_options
@click.pass_context
def command(ctx: click.Context, speed: float | None, at: str | None, slow: bool, lang: str | None) -> None:
    """Play Wednesday 17 September 2025 as it was in Hong Kong, offline; every screen is marked DEMO.

    Space pauses, . goes one minute ahead, > and < change the speed. Example: tui-monitor demo --speed 120
    """
    path = recorded_day()
    ctx.exit(open_replay(path, speed=speed, at=moment_of(path, at), demo=True, **screen_options(ctx, slow, lang)))
