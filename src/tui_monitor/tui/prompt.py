"""One line at the bottom that asks: for symbols to add, for words to find."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

if TYPE_CHECKING:
    from textual import events
    from textual.widgets import Input, Label

CHANGE_SECONDS = 0.05
"""Typing bursts are answered once they pause this long."""

Changed = Callable[[str], None]
Done = Callable[[str | None], None]


class Prompt(Widget):
    """Asks for one line; hidden while nothing is asked. Its parts are made with the first question."""

    DEFAULT_CSS = """
    Prompt { width: 1fr; height: 1; layout: horizontal; overflow: hidden; display: none; background: $panel; }
    Prompt.-open { display: block; }
    Prompt Label { width: auto; padding: 0 1; text-style: bold; color: $accent; background: $panel; }
    Prompt Input { width: 1fr; border: none; padding: 0; height: 1; background: $panel; }
    Prompt Input:focus { border: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", show=False)]

    def __init__(self) -> None:
        super().__init__(id="prompt")
        self._changed: Changed | None = None
        self._done: Done | None = None
        self._label: Label | None = None
        self._field: Input | None = None

    def prepare(self) -> None:
        """Make the question and the line to answer in, unless they are there."""
        if self._label is None:
            from textual.widgets import Input, Label  # imported by ``load_actions`` before anybody can ask

            self._label = Label("", id="prompt-label", markup=False)
            self._field = Input(id="prompt-input", compact=True, max_length=400)
            self.mount(self._label, self._field)

    @property
    def is_open(self) -> bool:
        """Whether something is being asked."""
        return self.has_class("-open")

    def ask(self, question: str, text: str, *, changed: Changed | None, done: Done) -> None:
        """Ask ``question``; ``changed`` hears each change, ``done`` the answer or ``None``."""
        self._changed, self._done = None, done
        self.prepare()
        label, field = self._label, self._field
        assert label is not None
        assert field is not None
        label.update(Content(question))
        field.value = text
        field.cursor_position = len(text)
        self._changed = changed
        self.add_class("-open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        if self._changed is not None and self.is_open:
            self._changed(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Answer."""
        event.stop()
        self._close(event.value)

    def action_cancel(self) -> None:
        """Give up."""
        self._close(None)

    def on_descendant_blur(self, event: events.DescendantBlur) -> None:  # noqa: ARG002 - Textual's signature
        """Give up when the person goes elsewhere."""
        if self.is_open and self.app.focused is not None and self.app.focused is not self._field:
            self._close(None)

    def _close(self, answer: str | None) -> None:
        if not self.is_open:
            return
        self.remove_class("-open")
        done, self._done, self._changed = self._done, None, None
        if done is not None:
            done(answer)
