"""A desk over an invented market, for the tests of alerts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.tui.stage import Stage, quote

from tui_monitor.domain.alert import AlertEvent, AlertRule, Wording
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange
from tui_monitor.domain.series import DailyHistory
from tui_monitor.services.alert_desk import AlertDesk
from tui_monitor.sources.api import Batch
from tui_monitor.store.alert_log import AlertState, read_state, state_bytes, write_state


class Watched:
    """The desk with its market; ``restart`` makes another desk from the state that was written."""

    def __init__(self, *rules: AlertRule, stage: Stage | None = None) -> None:
        self.stage = stage or Stage()
        self.rules = rules
        self.fired: list[AlertEvent] = []
        self._revision = 0
        self.desk = self._desk(None)

    def _desk(self, state: AlertState | None) -> AlertDesk:
        wording = Wording(name=self.stage.view.name, rating=lambda event: f"{event.change.firm}")
        desk = AlertDesk(self.stage.view, wording, state=state, deliver=self.fired.append)
        desk.take_rules(self.rules)
        return desk

    def restart(self, path: Any) -> None:
        write_state(path, state_bytes(self.desk.state))
        self._revision = 0
        self.desk = self._desk(read_state(path))

    def apply(
        self,
        *quotes: Quote,
        headlines: tuple[Headline, ...] = (),
        ratings: tuple[RatingChange, ...] = (),
        histories: tuple[DailyHistory, ...] = (),
    ) -> None:
        batch = Batch(
            source="yahoo", received=self.stage.clock.now(), quotes=quotes, headlines=headlines, ratings=ratings,
            histories=histories,
        )  # fmt: skip
        self.stage.store.apply(batch)

    def look(self) -> list[AlertEvent]:
        """Look at what changed; return what fired by it."""
        before = len(self.fired)
        store = self.stage.store
        self.desk.look(list(store.changes_since(self._revision)))
        self._revision = store.revision
        return self.fired[before:]

    def price(self, last: float, *, after: float = 20.0, symbol: str = "0101.HK", **more: Any) -> list[AlertEvent]:
        """Let ``after`` seconds pass and a price come in."""
        self.stage.clock.pass_by(after)
        more.setdefault("previous", 100.0)
        self.apply(quote(symbol, last, more.pop("previous"), self.stage.clock.now(), **more))
        return self.look()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
