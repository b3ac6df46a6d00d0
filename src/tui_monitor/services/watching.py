"""Keeps who polls told of what is wanted: the settings' symbols, the lists, rates for sums, a glance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tui_monitor.analysis.positions import currency_of_symbol
from tui_monitor.domain.instrument import mic_of
from tui_monitor.services.interests import rates, wanted
from tui_monitor.sources.api import Topic
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.services.wishes import Target
    from tui_monitor.store.latest import LatestStore


class Watching:
    """What is watched, from settings and lists to the scheduler, here or in another monitor of the person's."""

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        universe: Universe,
        instruments: Mapping[str, Instrument],
        lists: Callable[[], Watchlists],
        store: LatestStore,
        target: Callable[[], Target | None],
        home_currency: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._universe = universe
        self._instruments = instruments
        self._lists = lists
        self._store = store
        self._target = target
        self._home_currency = home_currency
        self._glances: tuple[str, ...] = ()
        self._rates: tuple[str, ...] = ()
        self._rates_basis: tuple[object, ...] = ()
        """What the pairs were looked up for last."""

    def retarget(self) -> None:
        """Tell who polls what is wanted now."""
        target = self._target()
        if target is None:
            return
        self._rates = self._needed_rates()
        settings, lists = self._settings(), self._lists()
        target.set_watched((settings.market.index, *lists.symbols, *self._glances))
        also = (*self._rates, *self._glances)
        for topic, symbols in wanted(settings, self._universe, self._instruments, lists, also=also).items():
            target.set_interest(topic, symbols)

    def glance(self, symbols: Sequence[str]) -> None:
        """Ask for the prices of symbols that are only looked at, in the place of the last ones."""
        self._glances = tuple(symbols)
        self.retarget()

    def follow_currencies(self) -> None:
        """Ask for the pairs that the sums need by now: a quote may have told its currency."""
        basis = (self._lists(), self._store.family_revision(Family.QUOTE), self._home_currency())
        if basis == self._rates_basis:
            return
        self._rates_basis = basis
        if self._needed_rates() != self._rates:
            self.retarget()

    def mics(self) -> set[str]:
        """Return the exchanges of everything that is watched."""
        topics = wanted(self._settings(), self._universe, self._instruments, self._lists())
        return {mic for symbol in topics[Topic.QUOTES] if (mic := mic_of(symbol)) is not None}

    def _needed_rates(self) -> tuple[str, ...]:
        return rates(self._lists(), self._currency_of, self._home_currency())

    def _currency_of(self, symbol: str) -> str | None:
        quote, instrument = self._store.quote(symbol), self._instruments.get(symbol)
        known = (quote.currency if quote else None) or (instrument.currency if instrument else None)
        return known or currency_of_symbol(symbol)
