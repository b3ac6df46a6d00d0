"""Copies what an index's board is told from out of the store: the same for the screen and for a command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.series import OWN
from tui_monitor.services.index_story import Facts
from tui_monitor.services.interests import RATES

if TYPE_CHECKING:
    from tui_monitor.config.settings import Market
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.reference import Reference
    from tui_monitor.domain.session import Calendar, SessionState
    from tui_monitor.domain.universe import Universe
    from tui_monitor.store.latest import LatestStore

LEAST_OWN_SESSIONS = 60
"""Sessions that a history of our own closes alone must have before anything is told from it."""


def collect_facts(
    store: LatestStore,
    market: Market,
    *,
    now: datetime,
    universe: Universe,
    instruments: Mapping[str, Instrument],
    reference: Reference,
    session: Callable[[str], SessionState | None],
    calendar: Callable[[str], Calendar | None],
    period: float = 15.0,
    language: str = "en",
    stored_valuations: tuple[tuple[date, float], ...] = (),
) -> Facts:
    """Return the facts of the index of ``market`` at ``now``. ``session`` and ``calendar`` take a market code."""
    symbols = {market.index, *universe.symbols, *market.peers, *market.macro, *RATES}
    quotes = {symbol: quote for symbol in symbols if (quote := store.quote(symbol)) is not None}
    histories = {
        symbol: history.bars
        for symbol in (market.index, *market.peers)
        if (history := store.history(symbol)) is not None
        and (history.source != OWN or len(history.bars) >= LEAST_OWN_SESSIONS)
    }
    states: dict[str, SessionState] = {}
    for symbol in symbols:
        mic = mic_of(symbol)
        if mic is not None and mic not in states and (state := session(mic)) is not None:
            states[mic] = state
    home = mic_of(market.index)
    return Facts(
        index=market.index,
        now=now,
        quotes=quotes,
        histories=histories,
        universe=universe,
        instruments=instruments,
        reference=reference,
        peers=market.peers,
        states=states,
        calendar=calendar(home) if home else None,
        period=period,
        since=date.fromisoformat(market.since) if market.since else None,
        language=language,
        stored_valuations=stored_valuations,
    )
