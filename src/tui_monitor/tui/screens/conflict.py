"""The question after edits on both sides: what differs, and whose lists stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_monitor.present.conflict import conflict_lines
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.tui.screens.listing import Listing

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.services.watchlists import Conflict
    from tui_monitor.tui.palette import Palette
    from tui_monitor.tui.services import Choice

CHOICES: tuple[Choice, ...] = ("merge", "mine", "theirs")
"""What can be chosen, the one that loses nothing first."""


class ConflictScreen(Listing["Choice"]):
    """Three answers above the difference. Esc puts the question off; nothing is written meanwhile."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b,1", "choose('merge')", show=False),
        Binding("m,2", "choose('mine')", show=False),
        Binding("t,3", "choose('theirs')", show=False),
    ]

    def __init__(self, view: View, conflict: Conflict, palette: Palette) -> None:
        super().__init__(view.words("conflict.title"), view.words("conflict.hint"), palette)
        self._view = view
        self._conflict = conflict

    def rows(self) -> list[Line]:
        """Return the answers, then what differs."""
        words = self._view.words
        answers: list[Line] = [
            (Span(f"{key} ", Tone.ACCENT), Span(words(f"conflict.{choice}")))
            for key, choice in zip("bmt", CHOICES, strict=True)
        ]
        one = self._conflict
        return [*answers, (Span(" "),), *conflict_lines(self._view, one.mine, one.theirs, one.base)]

    def action_take(self) -> None:
        """Answer with the row under the cursor, if it is an answer."""
        if self.at < len(CHOICES):
            self.dismiss(CHOICES[self.at])

    def action_choose(self, choice: Choice) -> None:
        """Answer by key."""
        self.dismiss(choice)
