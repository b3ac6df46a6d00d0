"""A form of a few lines, filled in and saved by keys alone; small enough for 60 x 20."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

import msgspec
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Label, Static

from tui_monitor.present.tone import Tone
from tui_monitor.tui.screens.modal import Modal

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from tui_monitor.tui.palette import Palette

Submit = Callable[[Mapping[str, str]], str | None]
"""Takes the fields' texts; returns why they cannot be saved, ``None`` when they were."""


class Field(msgspec.Struct, frozen=True):
    """One line of a form."""

    id: str
    label: str
    value: str = ""
    placeholder: str = ""
    limit: int = 400
    """Characters that can be typed."""


class Form(Modal[None]):
    """Tab and the arrows go from line to line, Enter saves, Esc leaves everything as it was."""

    DEFAULT_CSS = """
    Form { align: center middle; background: transparent; }
    Form > Vertical {
        width: 72; max-width: 100%; height: auto; max-height: 100%; background: $background;
        border: round $accent; padding: 0 1;
    }
    Form Horizontal { height: 1; background: $background; }
    Form Label { width: 14; color: $secondary; background: $background; }
    Form Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    Form Input:focus { border: none; background: $boost; text-style: none; }
    Form #refused { width: 1fr; height: auto; background: $background; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        Binding("enter,ctrl+s", "save", show=False, priority=True),
        Binding("down", "app.focus_next", show=False),
        Binding("up", "app.focus_previous", show=False),
    ]

    def __init__(self, title: str, fields: Sequence[Field], hint: str, palette: Palette, submit: Submit) -> None:
        super().__init__()
        self._title = title
        self._fields = fields
        self._hint = hint
        self._palette = palette
        self._submit = submit

    def compose(self) -> ComposeResult:
        """Return the box."""
        with Vertical() as box:
            # Text, never a str: Textual would read markup in it.
            box.border_title = Text(self._title, no_wrap=True)
            box.border_subtitle = Text(self._hint, no_wrap=True)
            for field in self._fields:
                with Horizontal():
                    yield Label(field.label, markup=False)
                    yield Input(
                        field.value,
                        placeholder=field.placeholder,
                        id=f"field-{field.id}",
                        compact=True,
                        max_length=field.limit,
                        select_on_focus=False,
                    )
            yield Static(markup=False, id="refused")

    def on_mount(self) -> None:
        """Begin with the first line."""
        self.query(Input).first().focus()

    def values(self) -> dict[str, str]:
        """Return what stands in the lines."""
        return {field.id: self.query_one(f"#field-{field.id}", Input).value for field in self._fields}

    def action_save(self) -> None:
        """Save and go back, or say why not, once the line in hand has taken the keys that came before."""
        (self.focused or self).call_later(self._save)

    def _save(self) -> None:
        if not self.is_current:
            return
        refused = self._submit(self.values())
        if refused is None:
            self.dismiss()
        else:
            self.query_one("#refused", Static).update(Text(refused, self._palette.style(Tone.WARN)))

    def action_close(self) -> None:
        """Go back without a change."""
        self.dismiss()
