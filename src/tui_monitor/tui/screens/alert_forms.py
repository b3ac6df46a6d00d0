"""Making and changing an alert rule by keys: the kind, then what it waits for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from textual.app import App

from tui_monitor.domain.alert import EXTREMES, AlertKind, Span
from tui_monitor.present.alert_drafts import draft, kind_words, kinds_for, lines_for, with_span
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
        if value is None:
            return
        kind = AlertKind(value)
        if kind in EXTREMES:
            _ask_span(app, view, palette, lambda span: save(with_span(view, kind, symbol, span)))
        else:
            app.push_screen(_form(view, palette, words("alert.form-title", who=who), kind, symbol, save, None))

    app.push_screen(
        ChoiceScreen(words("alert.kinds-title", who=who), options, words("alert.kinds-hint"), palette), chosen
    )


def change(app: App[None], view: View, palette: Palette, entry: AlertEntry, save: Save) -> None:
    """Ask what else ``entry`` is to wait for."""
    from msgspec.structs import replace

    kind = AlertKind(entry.kind)
    if kind in EXTREMES:
        _ask_span(app, view, palette, lambda span: save(replace(entry, span=span.value)))
        return
    symbol = entry.symbols[0] if entry.symbols else ""
    title = view.words("alert.edit-title", name=entry.name)
    app.push_screen(_form(view, palette, title, kind, symbol, save, entry))


def _form(
    view: View, palette: Palette, title: str, kind: AlertKind, symbol: str, save: Save, entry: AlertEntry | None
) -> Form:
    fields = [Field(one.id, one.label, one.value, one.example, 300) for one in lines_for(view, kind, symbol, entry)]

    def submit(texts: Mapping[str, str]) -> str | None:
        made = draft(view, kind, symbol, texts, entry)
        if isinstance(made, str):
            return made
        save(made)
        return None

    return Form(title, fields, view.words("form.hint"), palette, submit)


def _ask_span(app: App[None], view: View, palette: Palette, save: Callable[[Span], None]) -> None:
    words = view.words
    options = [(span.value, words(f"alert.span.{span}")) for span in Span]
    screen = ChoiceScreen(words("alert.spans-title"), options, words("alert.kinds-hint"), palette)
    app.push_screen(screen, lambda value: save(Span(value)) if value is not None else None)
