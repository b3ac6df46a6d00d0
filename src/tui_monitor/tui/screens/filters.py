"""The filters that have a name: one is chosen, the one in hand is named, one is deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding, BindingType

from tui_monitor.tui.screens.choice import ChoiceScreen

if TYPE_CHECKING:
    from tui_monitor.tui.palette import Palette

Deed = Literal["name", "delete"]
"""What is done other than choosing."""

NAME: Deed = "name"
DELETE: Deed = "delete"


class FilterScreen(ChoiceScreen):
    """Answers with the chosen filter's value; ``deed`` says what is to be done with it if not to use it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "deed('name')", show=False),
        Binding("d,delete", "deed('delete')", show=False),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], hint: str, palette: Palette) -> None:
        super().__init__(title, options, hint, palette)
        self.deed: Deed | None = None
        """``None``: the chosen one is to be used."""

    def action_deed(self, deed: Deed) -> None:
        """Name the filter in hand, or delete the one under the cursor."""
        self.deed = deed
        self.action_take()
