"""The help: every command with its keys, from the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells, wrap
from tui_monitor.tui.commands import Command, key_name, keys_of

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.tui.layout import PanelId

KEY_CELLS = 16
"""Cells of the column of keys."""


def help_lines(
    view: View, commands: Sequence[Command], groups: Sequence[str], panel: PanelId, *, replaying: bool, width: int
) -> list[Line]:
    """Return the commands by group, then the signs; commands that do nothing in the panel in hand are muted.

    Each command ends with its name for ``[keys.bind]`` where ``width`` cells have the room.
    """
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
            start = f"  {keys}{' ' * max(1, KEY_CELLS - cells(keys))}"
            what = view.words(f"command.{command.id}")
            first, *more = wrap(what, max(10, width - cells(start)))
            line = [Span(start, Tone.ACCENT), Span(first, tone)]
            room = width - cells(start) - cells(first) - len(command.id)
            if room >= 2 and not more:
                line.append(Span(" " * room + command.id, Tone.FAINT))
            lines.append(tuple(line))
            lines += [(Span(" " * cells(start)), Span(one, tone)) for one in more]
    return [*lines, (), *_signs(view)]


def _signs(view: View) -> list[Line]:
    """Return what the signs of the screen stand for."""
    glyphs = view.glyphs
    signs = (
        (f"({glyphs.up}1.2)", "closed"),
        (f"{glyphs.up} {glyphs.down}", "grade"),
        (f"{glyphs.target_up} {glyphs.target_down}", "target"),
        (glyphs.unread, "unread"),
        (glyphs.own, "own"),
        ("~", "estimated"),
        (f"{view.words('origin.table')} {view.words('origin.headline')}", "origin"),
    )
    return [
        (Span(view.words("help.signs"), Tone.TITLE),),
        *(
            (Span(f"  {sign}{' ' * (KEY_CELLS - cells(sign))}", Tone.ACCENT), Span(view.words(f"help.{key}")))
            for sign, key in signs
        ),
    ]
