"""Implied upside: how far a target price lies above the last price of the line that is watched."""

from __future__ import annotations

import math

from tui_monitor.domain.instrument import major_currency


def implied_upside(
    *,
    target: float | None,
    target_currency: str | None,
    last: float | None,
    last_currency: str | None,
    rate: float | None = None,
    ordinary_per_unit: float = 1.0,
) -> float | None:
    """Return the percent by which ``target`` lies above ``last``: 11.0 is 11 % above, negative is below.

    ``target`` is the price of one unit of the line that the broker wrote about, of which each stands for
    ``ordinary_per_unit`` shares of the watched line: 8 for BABA when 9988.HK is watched, 1 for the same line.
    ``rate`` is the price of one major unit of ``target_currency`` in major units of ``last_currency`` (7.8 for a target
    in USD and a last in HKD). Prices in pence and the like are converted to their major unit first.

    ``None`` where a price, a currency or, for two different currencies, the rate is missing: never guessed.
    """
    if target is None or last is None or target_currency is None or last_currency is None:
        return None
    from_major, target_parts = major_currency(target_currency)
    to_major, last_parts = major_currency(last_currency)
    if from_major == to_major:
        rate = 1.0
    elif rate is None:
        return None
    if not all(math.isfinite(value) and value > 0 for value in (target, last, rate, ordinary_per_unit)):
        return None
    per_share = target / target_parts * rate / ordinary_per_unit
    return (per_share / (last / last_parts) - 1.0) * 100.0
