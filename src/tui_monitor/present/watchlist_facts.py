"""What the watchlist knows beyond quotes: positions in the list's currency, and each symbol's newest rating change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.analysis.positions import Holding, Sums, Worth, currency_of_symbol, sums, worth
from tui_monitor.domain.instrument import major_currency
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
    from tui_monitor.present.view import View

SUM_SECONDS = 1.0
"""Sums are added up at most this often: they are asked for with every line that is painted."""

NO_WORTH = Worth()


def home_currency(view: View) -> str:
    """Return the currency of the home market: that of the index."""
    instrument = view.instruments.get(view.index)
    return (instrument.currency if instrument else None) or currency_of_symbol(view.index) or "USD"


def base_of(view: View, one: Watchlist | None) -> str:
    """Return the currency of a list's sums, a major unit: its own, or the home market's."""
    return major_currency(one.currency)[0] if one is not None and one.currency else home_currency(view)


class Facts:
    """Positions and ratings, kept until what they come from changes."""

    def __init__(self) -> None:
        self._lists: Watchlists | None = None
        self._held: dict[str, tuple[Entry, ...]] = {}
        self._sums: dict[str | None, tuple[float, Sums | None]] = {}
        self._ratings_at = -1
        self._ratings: dict[str, RatingChange] = {}

    # Positions

    def worth(self, view: View, entry: Entry, base: str) -> Worth | None:
        """Return what an entry is worth in ``base``; ``None`` where nothing is held."""
        if entry.quantity is None:
            return None
        store = view.store
        holding = Holding(
            symbol=entry.symbol, quantity=entry.quantity, cost=entry.cost, cost_currency=entry.cost_currency
        )
        return worth(holding, store.quote(entry.symbol), base, store.quote)

    def has_positions(self, view: View, name: str) -> bool:
        """Whether a list holds any position."""
        self._read(view)
        return bool(self._held.get(name))

    def sums(self, view: View, one: Watchlist) -> Sums | None:
        """Return the sums of a list, ``None`` where it holds nothing. At most a second old."""
        return self._kept(view, one.name, base_of(view, one))

    def everything(self, view: View) -> Sums | None:
        """Return the sums of all lists in the home currency, ``None`` unless more than one holds something."""
        self._read(view)
        return self._kept(view, None, home_currency(view)) if sum(map(bool, self._held.values())) > 1 else None

    def _kept(self, view: View, name: str | None, base: str) -> Sums | None:
        self._read(view)
        now = view.monotonic()
        held = self._sums.get(name)
        if held is not None and now - held[0] < SUM_SECONDS and (held[1] is None or held[1].base == base):
            return held[1]
        entries = (
            self._held.get(name, ()) if name is not None else [one for some in self._held.values() for one in some]
        )
        found = sums((self.worth(view, one, base) or NO_WORTH for one in entries), base) if entries else None
        self._sums[name] = (now, found)
        return found

    def _read(self, view: View) -> None:
        lists = view.lists()
        if lists is not self._lists:
            self._lists = lists
            self._held = {one.name: tuple(e for e in one.entries if e.quantity is not None) for one in lists.lists}
            self._sums.clear()

    # Ratings

    def rating(self, view: View, symbol: str) -> RatingChange | None:
        """Return the newest rating change that concerns ``symbol``."""
        revision = view.store.family_revision(Family.RATING)
        if revision != self._ratings_at:
            self._ratings_at = revision
            self._ratings = {}
            for one in view.store.ratings():
                for line in (one.symbol, one.home_symbol):
                    if line is not None:
                        self._ratings.setdefault(line, one)
        return self._ratings.get(symbol)
