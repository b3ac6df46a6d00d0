"""The alerts: the rules with where they stand, and the log of what fired."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.errors import MonitorError
from tui_monitor.present import numbers
from tui_monitor.present.alert_lines import event_line, rule_line
from tui_monitor.present.entry_fields import read_number
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import wrap
from tui_monitor.tui.screens.form import Field, Form
from tui_monitor.tui.screens.listing import Listing

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.services.alert_keeper import AlertKeeper
    from tui_monitor.tui.palette import Palette
    from tui_monitor.tui.screens.main import MainScreen

WIDTH = 84
"""Cells of the box at the most."""


class AlertsScreen(Listing[None]):
    """Rules or log; the state lives on while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "close", show=False),
        Binding("a,b", "add", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("l,tab", "log", show=False),
    ]

    def __init__(self, main: MainScreen, keeper: AlertKeeper) -> None:
        words = main.view.words
        super().__init__(words("alert.title"), words("alert.hint"), main.palette)
        self._main = main
        self._keeper = keeper
        self.shows_log = False
        """The log is shown in the place of the rules."""

    def on_mount(self) -> None:
        """Show the rows and keep them current."""
        self.update()
        self.set_interval(1.0, self.update)

    def rows(self) -> Sequence[Line]:
        """Return the rules, or what fired."""
        view, keeper = self._main.view, self._keeper
        width = max(20, min(WIDTH, self.app.size.width) - 4)
        if self.shows_log:
            lines = [event_line(view, one, width) for one in keeper.desk.events]
        else:
            desk = keeper.desk
            lines = [
                rule_line(view, one, desk.standings(one.rule), desk.value_now(one.rule), width) for one in keeper.rules
            ]
        if not lines:
            text = view.words("alert.none-fired" if self.shows_log else "alert.none")
            return [(Span(part, Tone.MUTED),) for part in wrap(text, width)]
        plain = view.glyphs.plain
        return [tuple(Span(plain(span.text), span.tone) for span in line) for line in lines]

    def action_log(self) -> None:
        """Show the log, or the rules again."""
        self.shows_log = not self.shows_log
        self.at = 0
        key = "alert.log-title" if self.shows_log else "alert.title"
        self.query_one(Vertical).border_title = Text(self._main.view.words(key), no_wrap=True)
        self.update()

    def action_take(self) -> None:
        """Do nothing: a row tells all of itself."""

    def action_add(self) -> None:
        """Make a rule for the row of the screen below."""
        from tui_monitor.tui.actions import alerts

        self.dismiss()
        alerts.add(self._main)

    def action_remove(self) -> None:
        """Remove the rule under the cursor, if it was made in the program."""
        rules = self._keeper.rules
        if self.shows_log or not 0 <= self.at < len(rules):
            return
        one, words = rules[self.at], self._main.view.words
        if one.own:
            self._main.say(words("alert.own", name=one.rule.name))
            return

        async def remove() -> None:
            try:
                await self._keeper.remove(one.rule.name)
            except MonitorError as error:
                self._main.say(str(error))
                return
            self._main.say(words("alert.removed", name=one.rule.name))
            self.update()

        self.run_worker(remove(), group="alerts")


def alert_form(
    view: View, palette: Palette, symbol: str, free_name: Callable[[str], str], save: Callable[[AlertEntry], None]
) -> Form:
    """Return the form that makes a rule for ``symbol``: a price above, a price below, or a change in percent.

    The price of the moment stands in the first line, to be changed by a few keys.
    """
    words = view.words
    quote = view.store.quote(symbol)
    last = quote.last if quote is not None else None
    price = "" if last is None else numbers.price(last).replace(",", "")
    now = words("alert.now", price=price) if price else ""
    fields = [
        Field("above", words("alert.field.above"), price, now, 24),
        Field("below", words("alert.field.below"), "", now, 24),
        Field("percent", words("alert.field.percent"), "", words("alert.percent-example"), 24),
        Field("name", words("alert.field.name"), "", words("alert.name-example"), 40),
    ]

    def submit(texts: Mapping[str, str]) -> str | None:
        found: dict[str, float] = {}
        for field in fields[:3]:
            number = read_number(texts[field.id])
            if isinstance(number, str):
                return words("alert.no-number", text=number, field=field.label)
            # The price as it stood there is no wish.
            if number is not None and not (field.id == "above" and texts["above"].strip() == price):
                found[field.id] = number
        if not found:
            return words("alert.nothing")
        if last is not None:
            for side, there in (
                ("above", last >= found.get("above", last + 1)),
                ("below", last <= found.get("below", 0)),
            ):
                if there:
                    return words("alert.already", field=words(f"alert.field.{side}"))
        wanted = " ".join(texts["name"].split())
        if "percent" in found and not {"above", "below"} & set(found):
            size = abs(found["percent"])
            name = free_name(wanted or f"{symbol} ±{size:g}%")
            save(AlertEntry(name=name, kind="percent", symbols=(symbol,), above=size, below=-size))
            return None
        if "percent" in found:
            return words("alert.one-kind")
        name = free_name(
            wanted or f"{symbol} {' '.join(f'{found[one]:g}' for one in ('above', 'below') if one in found)}"
        )
        save(AlertEntry(name=name, kind="price", symbols=(symbol,), above=found.get("above"), below=found.get("below")))
        return None

    title = " ".join(dict.fromkeys((symbol, view.name(symbol, quote))))
    return Form(words("alert.form-title", who=title), fields, words("form.hint"), palette, submit)
