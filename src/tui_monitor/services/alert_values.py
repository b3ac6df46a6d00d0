"""The numbers that alert rules look at, out of what the program knows at the moment."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tui_monitor.analysis.breadth import points
from tui_monitor.domain.alert import AlertKind, AlertRule, Span
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.session import Phase

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.series import DailyHistory
    from tui_monitor.domain.universe import Universe
    from tui_monitor.present.view import View

AVERAGE_SESSIONS = 20
"""Sessions that the average volume is taken over, the running one not among them."""

LEAST_SESSIONS = 5
"""Sessions that an average needs."""


class AlertValues:
    """Answers what a rule's value is for a symbol. What comes out of histories is kept until they change."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._averages: dict[str, tuple[DailyHistory, str | None, float | None]] = {}
        self._records: dict[tuple[str, AlertKind], tuple[DailyHistory, float | None]] = {}
        self._universe: Universe | None = None
        self._weights: dict[str, float | None] = {}

    def of(self, rule: AlertRule, symbol: str, quote: Quote) -> float | None:
        """Return the value that a threshold is for, ``None`` where it is not known."""
        if rule.kind is AlertKind.PERCENT:
            return quote.percent
        if rule.kind is AlertKind.POINTS:
            return self._points(symbol, quote)
        if rule.kind is AlertKind.VOLUME:
            average = self._average(symbol, self.day(quote)) if quote.volume is not None else None
            return quote.volume / average if average and quote.volume is not None else None
        return quote.last

    def known_extreme(self, rule: AlertRule, symbol: str, quote: Quote) -> float | None:
        """Return the high or low so far as it is stated."""
        high = rule.kind is AlertKind.HIGH
        if rule.span is Span.DAY:
            return quote.high if high else quote.low
        if rule.span is Span.YEAR:
            return quote.year_high if high else quote.year_low
        history = self._view.store.history(symbol)
        if history is None:
            return None
        held = self._records.get((symbol, rule.kind))
        if held is None or held[0] is not history:
            if high:
                best = max((bar.close if bar.high is None else bar.high for bar in history.bars), default=None)
            else:
                best = min((bar.close if bar.low is None else bar.low for bar in history.bars), default=None)
            held = self._records[symbol, rule.kind] = (history, best)
        return held[1]

    def day(self, quote: Quote) -> str | None:
        """Return the date of the session that a quote belongs to, ``None`` for none."""
        mic = mic_of(quote.symbol)
        state = self._view.session(mic) if mic is not None else None
        moment = quote.time or quote.received
        if state is not None and state.phase is Phase.PRE_OPEN and state.day is not None and moment > state.day.end:
            # An opening auction's price belongs to no session yet.
            return None
        if state is not None and state.day is not None and moment >= state.day.open:
            return state.day.date.isoformat()
        if state is not None and state.previous is not None:
            return state.previous.date.isoformat()
        return moment.date().isoformat()

    def _points(self, symbol: str, quote: Quote) -> float | None:
        view = self._view
        if self._universe is not view.universe:
            self._universe = view.universe
            self._weights = {member.symbol: member.weight for member in view.universe.members}
        weight, percent = self._weights.get(symbol), quote.percent
        index = view.store.quote(view.index)
        previous = index.previous_close if index is not None else None
        if weight is None or percent is None or previous is None or view.universe.index != view.index:
            return None
        return points(percent, weight, previous)

    def _average(self, symbol: str, day: str | None) -> float | None:
        history = self._view.store.history(symbol)
        if history is None:
            return None
        held = self._averages.get(symbol)
        if held is None or held[0] is not history or held[1] != day:
            today = date.fromisoformat(day) if day is not None else None
            volumes = [bar.volume for bar in history.bars[-AVERAGE_SESSIONS - 2 :] if bar.volume and bar.date != today][
                -AVERAGE_SESSIONS:
            ]
            average = sum(volumes) / len(volumes) if len(volumes) >= LEAST_SESSIONS else None
            held = self._averages[symbol] = (history, day, average)
        return held[2]
