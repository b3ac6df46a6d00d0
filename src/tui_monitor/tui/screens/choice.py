"""A choice of one of several: which list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.tui.screens.listing import Listing

if TYPE_CHECKING:
    from tui_monitor.tui.palette import Palette


class ChoiceScreen(Listing[str]):
    """Answers with the value of the option that was chosen, ``None`` if none was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(str(number), f"pick({number})", show=False) for number in range(1, 10)
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], hint: str, palette: Palette) -> None:
        """``options`` are pairs of value and words."""
        super().__init__(title, hint, palette)
        self._options = options

    def rows(self) -> list[Line]:
        """Return the options, the first nine with their digit."""
        return [
            (Span(f"{number} " if number < 10 else "  ", Tone.ACCENT), Span(words))
            for number, (_, words) in enumerate(self._options, start=1)
        ]

    def action_take(self) -> None:
        """Answer with the option under the cursor."""
        self.dismiss(self._options[self.at][0])

    def action_pick(self, number: int) -> None:
        """Answer with an option by its digit."""
        if number <= len(self._options):
            self.dismiss(self._options[number - 1][0])
