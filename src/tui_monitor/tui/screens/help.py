"""The help: every command with its keys, from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells
from tui_monitor.tui.commands import Command, key_name, keys_of

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.tui.layout import PanelId

KEY_CELLS = 16
"""Cells of the column of keys."""


def help_lines(
    view: View, commands: Sequence[Command], groups: Sequence[str], panel: PanelId, *, replaying: bool
) -> list[Line]:
    """Return the commands by group; those that do nothing in the panel in hand are muted."""
    lines: list[Line] = []
    for group in groups:
        members = [one for one in commands if one.group == group and (replaying or not one.replay_only)]
        if not members:
            continue
        if lines:
            lines.append(())
        lines.append((Span(view.words(f"group.{group}"), Tone.TITLE),))
        for command in members:
            keys = " ".join(key_name(key) for key in keys_of(command, view.settings.keys.bind))
            tone = Tone.PLAIN if command.works(panel, replaying=replaying) else Tone.MUTED
            lines.append(
                (
                    Span(f"  {keys}{' ' * max(1, KEY_CELLS - cells(keys))}", Tone.ACCENT),
                    Span(view.words(f"command.{command.id}"), tone),
                )
            )
    return lines
