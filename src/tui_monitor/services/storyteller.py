"""Keeps the index's board current: collects the facts on the event loop, tells the story in a thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import mic_of
from tui_monitor.engine.blocking import in_thread
from tui_monitor.services.index_story import Facts, build_board
from tui_monitor.store.latest import Family

if TYPE_CHECKING:
    from tui_monitor.analysis.board import Board
    from tui_monitor.domain.session import Calendar, SessionState
    from tui_monitor.present.view import View

PERIOD = 2.0
"""Seconds between two looks at whether the story has changed."""

AGAIN = 30.0
"""Seconds after which it is told again even if no number moved: sessions end, numbers go stale."""

_log = logging.getLogger(__name__)


class Storyteller:
    """Tells the board whenever what it rests on has changed."""

    def __init__(self, view: View, calendar: Callable[[str], Calendar | None]) -> None:
        self._view = view
        self._calendar = calendar
        self._told: tuple[object, ...] = ()
        self._told_at = float("-inf")

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self.tell()
            await self._view.clock.sleep(PERIOD)

    async def tell(self) -> Board | None:
        """Tell the board if anything it rests on has changed since."""
        view = self._view
        now = view.monotonic()
        basis = (
            view.store.family_revision(Family.QUOTE),
            view.store.family_revision(Family.HISTORY),
            view.language,
            view.universe,
        )
        if basis == self._told and now - self._told_at < AGAIN:
            return view.board
        facts = self.facts()
        if facts.index not in facts.quotes and facts.index not in facts.histories:
            return view.board
        try:
            view.board = await in_thread(build_board, facts, timeout=20.0, name="story")
        except Exception:
            # The panel goes on without claims; a defect here must not end the program.
            _log.exception("the index story could not be told")
        self._told, self._told_at = basis, now
        return view.board

    def facts(self) -> Facts:
        """Copy what the board is told from."""
        view = self._view
        market = view.settings.market
        symbols = {market.index, *view.universe.symbols, *market.peers, *market.macro, "HKD=X"}
        quotes = {symbol: quote for symbol in symbols if (quote := view.store.quote(symbol)) is not None}
        histories = {
            symbol: history.bars
            for symbol in (market.index, *market.peers)
            if (history := view.store.history(symbol)) is not None
        }
        states: dict[str, SessionState] = {}
        for symbol in symbols:
            mic = mic_of(symbol)
            if mic is not None and mic not in states and (state := view.session(mic)) is not None:
                states[mic] = state
        home = mic_of(market.index)
        return Facts(
            index=market.index,
            now=view.now(),
            quotes=quotes,
            histories=histories,
            universe=view.universe,
            instruments=view.instruments,
            reference=view.reference,
            peers=market.peers,
            states=states,
            calendar=self._calendar(home) if home else None,
            period=view.period,
            since=date.fromisoformat(market.since) if market.since else None,
            language=view.language,
        )
