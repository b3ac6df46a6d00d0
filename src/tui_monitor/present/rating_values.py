"""Targets against prices: which line a target is for, what it is in the watched line's currency, its implied upside."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tui_monitor.analysis.implied_upside import implied_upside
from tui_monitor.analysis.positions import currency_of_symbol, rate
from tui_monitor.domain.instrument import major_currency

if TYPE_CHECKING:
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.present.view import View


class Stated(NamedTuple):
    """What a target price is a price of."""

    line: str
    """The watched line that it is compared with."""
    ordinary_per_unit: float
    """Shares of that line that the target's unit stands for."""
    currency: str
    """The currency of the line's prices, as its source writes it."""


def watched_line(view: View, change: RatingChange) -> str | None:
    """Return the line whose price a target is held against: the home line, or the other one if only that is watched."""
    home, stated = change.home_symbol, change.symbol
    if home is None or stated is None:
        return home or stated
    lists = view.lists().symbols
    if home in lists or view.universe.member(home) is not None or stated not in lists:
        return home
    return stated


def stated_for(view: View, change: RatingChange) -> Stated | None:
    """Return what the target is a price of; ``None`` where currency and line do not fit, for then it is unknown.

    A target in the currency of the watched line is a price of its share; one in the currency of its United States line
    is a price of that line's unit. Any other one may be for a third line of the company.
    """
    line = watched_line(view, change)
    if line is None or change.currency is None:
        return None
    quote = view.store.quote(line)
    currency = (quote.currency if quote else None) or currency_of_symbol(line)
    if currency is None:
        return None
    wanted = major_currency(change.currency)[0]
    if wanted == major_currency(currency)[0]:
        return Stated(line, 1.0, currency)
    instrument = view.instruments.get(line)
    us_line = instrument.us_line if instrument is not None else None
    if us_line is not None and us_line.verified and us_line.currency == wanted:
        return Stated(line, us_line.ordinary_per_unit, currency)
    return None


def upside(view: View, change: RatingChange) -> float | None:
    """Return the percent by which the target lies above the watched line's last price; ``None`` where it is unknown."""
    stated = stated_for(view, change)
    quote = view.store.quote(stated.line) if stated is not None else None
    return _above(view, change, stated, quote.last if quote is not None else None)


def converted(view: View, change: RatingChange) -> tuple[float, str] | None:
    """Return the target for one share of the watched line, in that line's currency, with the currency's code."""
    stated = stated_for(view, change)
    above = _above(view, change, stated, 1.0)
    return None if stated is None or above is None else (1.0 + above / 100.0, stated.currency)


def _above(view: View, change: RatingChange, stated: Stated | None, price: float | None) -> float | None:
    if stated is None or change.currency is None:
        return None
    known = rate(major_currency(change.currency)[0], major_currency(stated.currency)[0], view.store.quote)
    return implied_upside(
        target=change.target,
        target_currency=change.currency,
        last=price,
        last_currency=stated.currency,
        rate=known.value if known is not None else None,
        ordinary_per_unit=stated.ordinary_per_unit,
    )
