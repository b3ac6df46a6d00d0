"""The alerts: the rules with where they stand, and the log of what fired."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui_monitor.domain.errors import MonitorError
from tui_monitor.present.alert_lines import event_line, rule_line
from tui_monitor.present.alert_seen import seen_lines
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import wrap
from tui_monitor.tui.screens import alert_forms
from tui_monitor.tui.screens.dialog import Dialog, text_width
from tui_monitor.tui.screens.listing import Listing

if TYPE_CHECKING:
    from tui_monitor.config.alert_rules import ListedRule
    from tui_monitor.config.settings import AlertEntry
    from tui_monitor.services.alert_keeper import AlertKeeper
    from tui_monitor.tui.screens.main import MainScreen

WIDTH = 84
"""Cells of the box at the most."""


class AlertsScreen(Listing[None]):
    """Rules or log; the state lives on while it is open."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "close", show=False),
        Binding("a,b", "add", show=False),
        Binding("e", "take", show=False),
        Binding("x,space", "turn", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("u", "restore", show=False),
        Binding("t", "test", show=False),
        Binding("s", "sample", show=False),
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

    @property
    def chosen(self) -> ListedRule | None:
        """The rule under the cursor."""
        rules = self._keeper.rules
        return rules[self.at] if not self.shows_log and 0 <= self.at < len(rules) else None

    def action_take(self) -> None:
        """Change what the rule under the cursor waits for, if it was made in the program."""
        one = self.chosen
        if one is None:
            return
        if one.own:
            self._main.say(self._main.view.words("alert.own-edit", name=one.rule.name))
            return
        self._ask(
            lambda save: alert_forms.change(self.app, self._main.view, self._main.palette, one.entry, save),
            self._keeper.put,
            "alert.changed",
        )

    def action_add(self) -> None:
        """Make a rule for the row of the screen below."""
        from tui_monitor.tui.actions import alerts

        self.dismiss()
        alerts.add(self._main)

    def action_turn(self) -> None:
        """Turn the rule under the cursor off, or on again."""
        one = self.chosen
        if one is None:
            return
        on = not one.rule.enabled
        if on and one.own and not one.entry.enabled:
            self._main.say(self._main.view.words("alert.own-off", name=one.rule.name))
            return
        self._do(
            self._keeper.turn(one, on=on),
            self._main.view.words(f"alert.turned-{'on' if on else 'off'}", name=one.rule.name),
        )

    def action_remove(self) -> None:
        """Remove the rule under the cursor, if it was made in the program; it can be brought back."""
        one, words = self.chosen, self._main.view.words
        if one is None:
            return
        if one.own:
            self._main.say(words("alert.own", name=one.rule.name))
            return
        self._do(self._keeper.remove(one), words("alert.removed", name=one.rule.name))

    def action_restore(self) -> None:
        """Bring back what was removed last."""

        async def restore() -> None:
            words = self._main.view.words
            try:
                name = await self._keeper.restore()
            except MonitorError as error:
                self._main.say(self._main.view.words.of(error))
                return
            self._main.say(words("alert.restored", name=name) if name else words("alert.nothing-removed"))
            self.update()

        self._main.run_worker(restore(), group="alerts")

    def action_test(self) -> None:
        """Show what the rule under the cursor sees now."""
        one, view, keeper = self.chosen, self._main.view, self._keeper
        if one is None:
            return
        title = view.words("alert.test-title", name=one.rule.name)
        width = text_width(self.app.size.width)
        self.app.push_screen(Dialog(title, lambda: seen_lines(view, keeper.check(one.rule), width), self._main.palette))

    def action_sample(self) -> None:
        """Send a sample the ways that the rule under the cursor takes."""
        one = self.chosen
        if one is None:
            return
        rule = one.rule

        async def sample() -> None:
            self._main.say(await self._keeper.sample(rule))

        self.run_worker(sample(), group="alerts-sample", exclusive=True)

    def _ask(
        self,
        ask: Callable[[Callable[[AlertEntry], None]], None],
        keep: Callable[[AlertEntry], Coroutine[None, None, None]],
        key: str,
    ) -> None:
        ask(lambda entry: self._do(keep(entry), self._main.view.words(key, name=entry.name)))

    def _do(self, change: Coroutine[None, None, None], told: str) -> None:
        """Let a change happen, say what was done or why it was not."""

        async def run() -> None:
            try:
                await change
            except MonitorError as error:
                self._main.say(self._main.view.words.of(error))
                return
            self._main.say(told)
            self.update()

        # Of the screen below: one that is left before it is done would take the change with it.
        self._main.run_worker(run(), group="alerts")
