"""Making and changing an alert rule by keys: the kind, then what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from tui_monitor.domain.alert import EXTREMES, AlertKind, Span
from tui_monitor.present.alert_drafts import draft, kind_words, kinds_for, lines_for
from tui_monitor.tui.screens.choice import ChoiceScreen
from tui_monitor.tui.screens.form import Field, Form

if TYPE_CHECKING:
    from tui_monitor.config.settings import AlertEntry
    from tui_monitor.present.view import View
    from tui_monitor.tui.palette import Palette

Save = Callable[["AlertEntry"], None]
"""Takes the rule that was made."""


def make(app: App[None], view: View, palette: Palette, symbol: str, save: Save) -> None:
    """Ask which kind of rule ``symbol`` gets, then for what it waits."""
    words = view.words
    who = " ".join(dict.fromkeys((symbol, view.name(symbol, view.store.quote(symbol)))))
    options = [(kind.value, kind_words(words, kind)) for kind in kinds_for(view, symbol)]

    def chosen(value: str | None) -> None:
        if value is not None:
            _ask(app, view, palette, words("alert.form-title", who=who), AlertKind(value), symbol, save, None)

    app.push_screen(
        ChoiceScreen(words("alert.kinds-title", who=who), options, words("alert.kinds-hint"), palette), chosen
    )


def change(app: App[None], view: View, palette: Palette, entry: AlertEntry, save: Save) -> None:
    """Ask what else ``entry`` is to wait for."""
    symbol = entry.symbols[0] if entry.symbols else ""
    _ask(
        app, view, palette, view.words("alert.edit-title", name=entry.name), AlertKind(entry.kind), symbol, save, entry
    )


def _ask(
    app: App[None],
    view: View,
    palette: Palette,
    title: str,
    kind: AlertKind,
    symbol: str,
    save: Save,
    entry: AlertEntry | None,
) -> None:
    """Ask with the lines of the kind; of a new high or low first for how long."""
    words = view.words

    def form(span: Span | None) -> None:
        fields = [Field(one.id, one.label, one.value, one.example, 300) for one in lines_for(view, kind, symbol, entry)]

        def submit(texts: Mapping[str, str]) -> str | None:
            made = draft(view, kind, symbol, texts, entry, span=span)
            if isinstance(made, str):
                return made
            save(made)
            return None

        app.push_screen(Form(title, fields, words("form.hint"), palette, submit))

    if kind not in EXTREMES:
        form(None)
        return
    options = [(span.value, words(f"alert.span.{span}")) for span in Span]
    screen = ChoiceScreen(words("alert.spans-title"), options, words("alert.kinds-hint"), palette)
    if entry is not None:
        screen.at = [value for value, _ in options].index(entry.span)
    app.push_screen(screen, lambda value: form(Span(value)) if value is not None else None)
