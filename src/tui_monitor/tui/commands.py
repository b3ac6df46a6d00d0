"""The registry of commands: one row each. Keys, palette, help, hints and docs are derived from it.

To add a command, add a row here and its words (``command.ID``) to the catalogues.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.tui.layout import ORDER, PanelId

if TYPE_CHECKING:
    from tui_monitor.tui.screens.main import MainScreen

_TABLES = frozenset({PanelId.MOVERS, PanelId.RATINGS, PanelId.HEADLINES, PanelId.WATCHLIST})
_WATCH = frozenset({PanelId.WATCHLIST})
_NEWS = frozenset({PanelId.HEADLINES})
_RATINGS = frozenset({PanelId.RATINGS})
_MARKS = frozenset({PanelId.HEADLINES, PanelId.RATINGS})

GROUPS = ("moving", "panels", "list", "reading", "data", "program")
"""Headings of the help screen, in its order."""


class _Actions:
    """The functions of one module of ``tui.actions``, imported with the first one that is run.

    The forms and screens behind them are a fifth of the program; the first paint needs none of them.
    """

    def __init__(self, module: str) -> None:
        self._module = f"tui_monitor.tui.actions.{module}"

    def load(self) -> None:
        """Import them now."""
        import_module(self._module)

    def __getattr__(self, name: str) -> Callable[[MainScreen], None]:
        def run(screen: MainScreen) -> None:
            getattr(import_module(self._module), name)(screen)

        run.__name__, run.__module__ = name, self._module
        return run


conflicts, entries, lists = _Actions("conflicts"), _Actions("entries"), _Actions("lists")
moving, named_filters, program = _Actions("moving"), _Actions("named_filters"), _Actions("program")
alerts = _Actions("alerts")
news, reading, showing = _Actions("news"), _Actions("reading"), _Actions("showing")


def load_actions() -> None:
    """Import what the commands run, and the palette: after the first paint, so that no first key waits for it."""
    for actions in (moving, showing, conflicts, entries, lists, program, reading, news, named_filters, alerts):
        actions.load()
    for module in (
        "tui_monitor.present.detail", "tui_monitor.present.rating_detail", "tui_monitor.present.story_lines",
        "tui_monitor.tui.screens.calendar", "tui_monitor.tui.screens.help", "tui_monitor.tui.palette_commands",
        "textual.widgets._input", "textual.widgets._label",
    ):  # fmt: skip
        import_module(module)


def _shower(panel: PanelId) -> Callable[[MainScreen], None]:
    def show(screen: MainScreen) -> None:
        screen.show_panel(panel)

    return show


class Command(msgspec.Struct, frozen=True):
    """One thing that a person can make the program do."""

    id: str
    """``scope.verb``; its words are ``command.ID`` in the catalogues, its keys can be changed by it."""
    keys: tuple[str, ...]
    group: str
    run: Callable[[MainScreen], None]
    panels: frozenset[PanelId] | None = None
    """Panels in which it works; ``None``: everywhere."""
    hint: bool = False
    """Named in the status line while one of its panels has the focus."""
    replay_only: bool = False
    """Works only while a recording is played."""

    def works(self, panel: PanelId, *, replaying: bool) -> bool:
        """Whether it can be used while ``panel`` has the focus."""
        return (self.panels is None or panel in self.panels) and (replaying or not self.replay_only)


COMMANDS: tuple[Command, ...] = (
    Command("cursor.down", ("j", "down"), "moving", moving.down),
    Command("cursor.up", ("k", "up"), "moving", moving.up),
    Command("cursor.page-down", ("pagedown", "ctrl+d"), "moving", moving.page_down),
    Command("cursor.page-up", ("pageup", "ctrl+u"), "moving", moving.page_up),
    Command("cursor.first", ("g", "home"), "moving", moving.first),
    Command("cursor.last", ("G", "end"), "moving", moving.last),
    Command("row.open", ("enter",), "moving", showing.open_row, hint=True),
    Command("panel.next", ("tab",), "panels", showing.next_panel),
    Command("panel.previous", ("shift+tab",), "panels", showing.previous_panel),
    *(
        Command(f"panel.{panel}", (str(number),), "panels", _shower(panel))
        for number, panel in enumerate(ORDER, start=1)
    ),
    Command("panel.zoom", ("z",), "panels", showing.zoom),
    Command("list.find", ("slash",), "list", showing.find, _TABLES, hint=True),
    Command("list.sort", ("s",), "list", showing.sort, _TABLES - _NEWS, hint=True),
    Command("list.reverse", ("S",), "list", showing.reverse, frozenset({PanelId.MOVERS, PanelId.WATCHLIST})),
    Command("list.mine", ("m",), "list", showing.mine_only, _MARKS),
    Command("ratings.action", ("f",), "list", showing.next_action, _RATINGS, hint=True),
    Command("list.unread", ("U",), "list", showing.unread_only, _NEWS),
    Command("list.filter", ("f",), "list", news.write_filter, _NEWS, hint=True),
    Command("list.named-filter", ("F",), "list", named_filters.choose_filter, _NEWS),
    Command("list.saved", ("B",), "list", news.saved_only, _NEWS),
    # Space pauses a replay in every panel; where nothing is replayed it falls through to the mark below.
    Command("replay.pause", ("space",), "data", program.pause, replay_only=True),
    Command("watch.add", ("a", "plus"), "list", entries.add, hint=True),
    Command("watch.remove", ("d", "minus", "delete"), "list", entries.remove, _WATCH, hint=True),
    Command("watch.edit", ("e",), "list", entries.edit, _WATCH, hint=True),
    Command("watch.mark", ("x", "space"), "list", entries.mark, _WATCH),
    Command("watch.mark-all", ("X",), "list", entries.mark_all, _WATCH),
    Command("watch.move-down", ("J",), "list", entries.move_down, _WATCH),
    Command("watch.move-up", ("K",), "list", entries.move_up, _WATCH),
    Command("watch.move-to", ("M",), "list", entries.move_to, _WATCH),
    Command("watch.next-list", ("right_square_bracket",), "list", lists.next_list, _WATCH),
    Command("watch.previous-list", ("left_square_bracket",), "list", lists.previous_list, _WATCH),
    Command("watch.new-list", ("ctrl+n",), "list", lists.new, _WATCH),
    Command("watch.edit-list", ("E",), "list", lists.change, _WATCH),
    Command("watch.delete-list", ("D",), "list", lists.delete, _WATCH),
    Command("watch.list-right", ("right_curly_bracket",), "list", lists.move_right, _WATCH),
    Command("watch.list-left", ("left_curly_bracket",), "list", lists.move_left, _WATCH),
    Command("watch.sort-once", ("O",), "list", lists.sort_once, _WATCH),
    Command("watch.columns", ("C",), "list", lists.columns, _WATCH),
    Command("watch.conflict", ("exclamation_mark",), "list", conflicts.ask),
    Command("watch.undo", ("u",), "list", lists.undo, hint=True),
    Command("watch.redo", ("ctrl+r",), "list", lists.redo),
    Command("read.next", ("n",), "reading", reading.next_unread, _MARKS),
    Command("read.previous", ("p",), "reading", reading.previous_unread, _MARKS),
    Command("read.toggle", ("N",), "reading", reading.toggle, _MARKS),
    Command("read.all", ("A",), "reading", reading.mark_all, _MARKS),
    Command("read.save", ("s",), "reading", news.save, _NEWS, hint=True),
    Command("link.open", ("o",), "reading", reading.open_link, _MARKS, hint=True),
    Command("link.copy", ("y",), "reading", reading.copy),
    Command("alert.add", ("b",), "data", alerts.add),
    Command("alert.list", ("w",), "data", alerts.show),
    Command("data.refresh", ("r",), "data", program.refresh),
    Command("data.refresh-all", ("R",), "data", program.refresh_all),
    Command("data.sources", ("i",), "data", program.sources),
    Command("data.calendar", ("t",), "data", program.calendar),
    Command("replay.step", ("full_stop",), "data", program.step, replay_only=True),
    Command("replay.faster", ("greater_than_sign",), "data", program.faster, replay_only=True),
    Command("replay.slower", ("less_than_sign",), "data", program.slower, replay_only=True),
    Command("view.colours", ("c",), "program", program.colours),
    Command("view.theme", ("T",), "program", program.theme),
    Command("view.language", ("L",), "program", program.language),
    Command("view.redraw", ("ctrl+l",), "program", program.redraw),
    Command("program.suspend", ("ctrl+z",), "program", program.suspend),
    Command("program.palette", ("ctrl+p", "colon"), "program", program.palette),
    Command("program.log", ("l",), "program", program.log),
    Command("program.help", ("question_mark", "f1"), "program", program.help_screen, hint=True),
    Command("program.back", ("escape",), "program", showing.back),
    Command("program.quit", ("q", "ctrl+q"), "program", program.leave),
)
"""All commands."""

BY_ID = {command.id: command for command in COMMANDS}
"""Commands by their id."""

_KEY_NAMES = {
    "slash": "/", "question_mark": "?", "plus": "+", "minus": "-", "full_stop": ".", "colon": ":",
    "right_square_bracket": "]", "left_square_bracket": "[", "right_curly_bracket": "}",
    "left_curly_bracket": "{", "exclamation_mark": "!", "greater_than_sign": ">", "less_than_sign": "<",
    "escape": "Esc", "enter": "Enter", "tab": "Tab", "shift+tab": "Shift+Tab", "space": "Space", "down": "Down",
    "up": "Up", "pagedown": "PgDn", "pageup": "PgUp", "home": "Home", "end": "End", "delete": "Del", "f1": "F1",
}  # fmt: skip


def key_name(key: str) -> str:
    """Return a key as people write it."""
    if key in _KEY_NAMES:
        return _KEY_NAMES[key]
    if key.startswith("ctrl+"):
        return f"Ctrl+{key.removeprefix('ctrl+').upper()}"
    return key


def keys_of(command: Command, rebound: dict[str, str]) -> tuple[str, ...]:
    """Return the keys of a command with the person's own in force."""
    own = rebound.get(command.id)
    return tuple(key.strip() for key in own.split(",") if key.strip()) if own else command.keys
