"""Valuation: the forward price-earnings ratio of an index from those of its constituents.

The ratio of a basket is its price over its earnings: the harmonic mean of the constituents' ratios, weighted by
their share of the basket. Constituents that are expected to make a loss have no such ratio; they are left out and
lower the coverage, which is stated. Earnings count in the currency of the price: another currency is converted, and
without a rate the constituent is left out.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

import msgspec

from tui_monitor.analysis.claims import Claim, ClaimId, Fact
from tui_monitor.domain.instrument import major_currency
from tui_monitor.domain.reference import Measure, Reference

LEAST_COVERAGE = 0.6
"""Part of the index's weight that must have a ratio for the index's own to be shown."""

ENOUGH_POINTS = 1_000
"""Own daily ratios within five years, about four years' worth, from which their mean replaces the reference."""

FIVE_YEARS = timedelta(days=1_826)

USUAL_DISPERSION = 0.2
"""Standard deviation of the logarithm of an index's ratio around its own mean, assumed while there is no history."""

Rate = Callable[[str, str], float | None]
"""Gives how many units of the second currency one unit of the first buys; ``None`` is unknown."""


class Earnings(msgspec.Struct, frozen=True, kw_only=True):
    """What is expected of one constituent. Either the ratio is known with its currencies, or price and earnings are."""

    symbol: str
    weight: float | None
    """Share of the index, a fraction of one."""
    price: float | None = None
    """In ``price_currency`` as quoted (pence for GBp)."""
    price_currency: str | None = None
    forward_eps: float | None = None
    """Earnings expected for the next twelve months, for one share of this line, in ``earnings_currency``."""
    earnings_currency: str | None = None
    forward_pe: float | None = None
    """The source's own ratio: its quoted price over its earnings figure, currencies as they stand."""


class IndexValuation(msgspec.Struct, frozen=True):
    """The forward ratio of an index."""

    forward_pe: float | None
    """``None`` below 60 % of coverage."""
    coverage: float
    """Part of the index's weight behind it, a fraction of one; unknown weights count as not covered."""
    used: tuple[str, ...]
    left_out: tuple[str, ...]
    """Constituents without earnings, with losses, or in a currency that could not be converted."""


class Average(msgspec.Struct, frozen=True):
    """The mean that a ratio is held against."""

    value: float
    as_of: date
    """Last day that went into it."""
    origin: str
    """``own history``, or who stated the reference figure."""
    points: int | None
    """Own daily ratios that went into it; ``None`` for a reference figure."""


def ratio(one: Earnings, rate: Rate) -> float | None:
    """Return the forward ratio of one constituent in one currency; ``None`` where there is no honest one."""
    if one.price_currency is None or one.earnings_currency is None:
        return None
    priced, minor = major_currency(one.price_currency)
    earned, earned_minor = major_currency(one.earnings_currency)
    converted = 1.0 if priced == earned else rate(earned, priced)
    if converted is None or not converted > 0.0:
        return None
    raw: float | None = None
    if one.price is not None and one.forward_eps is not None and one.forward_eps > 0.0:
        raw = one.price / one.forward_eps
    elif one.forward_eps is None:
        raw = one.forward_pe
    if raw is None or not math.isfinite(raw) or raw <= 0.0:
        return None
    return raw / minor * earned_minor / converted


def index_valuation(constituents: Iterable[Earnings], rate: Rate) -> IndexValuation:
    """Return the weighted harmonic mean over the constituents that have a ratio."""
    used: list[tuple[str, float, float]] = []
    left_out: list[str] = []
    for one in constituents:
        found = ratio(one, rate)
        if found is None or one.weight is None or one.weight <= 0.0:
            left_out.append(one.symbol)
        else:
            used.append((one.symbol, one.weight, found))
    coverage = math.fsum(weight for _, weight, _ in used)
    earned = math.fsum(weight / found for _, weight, found in used)
    forward = coverage / earned if earned > 0.0 and coverage >= LEAST_COVERAGE else None
    return IndexValuation(forward, coverage, tuple(symbol for symbol, _, _ in used), tuple(left_out))


def five_year_average(
    stored: Sequence[tuple[date, float]], reference: Reference, symbol: str, today: date
) -> Average | None:
    """Return the mean of the own ratios of five years, or the dated reference figure until there are enough.

    ``stored`` holds one ratio a day, dates rising.
    """
    recent = [(day, value) for day, value in stored if today - FIVE_YEARS < day <= today]
    if len(recent) >= ENOUGH_POINTS:
        mean = math.fsum(value for _, value in recent) / len(recent)
        return Average(mean, recent[-1][0], "own history", len(recent))
    figure = reference.get(symbol, Measure.FORWARD_PE_AVERAGE_5Y)
    return None if figure is None else Average(figure.value, figure.date, figure.origin, None)


def valuation_claim(
    valuation: IndexValuation,
    average: Average | None,
    *,
    other: float | None = None,
    other_name: str = "Nasdaq 100",
    other_short: str = "NDX",
    stored: Sequence[tuple[date, float]] = (),
) -> Claim | None:
    """Return the claim of an index's ratio against its own mean and another index's; ``None`` without a ratio.

    Its surprise is how rarely the ratio lay so far from its mean: counted in ``stored`` where that is what made
    the mean, else by a normal distribution of the logarithm with the usual dispersion.
    """
    own = valuation.forward_pe
    if own is None:
        return None
    surprise = 0.0
    facts: dict[str, Fact] = {"forward_pe": own, "coverage": valuation.coverage}
    if average is not None:
        facts |= {
            "average": average.value,
            "average_as_of": average.as_of.isoformat(),
            "average_origin": average.origin,
        }
        surprise = _surprise(own, average, stored)
    if other is not None:
        facts |= {"other": other, "other_name": other_name, "other_short": other_short}
    return Claim(id=ClaimId.VALUATION, surprise=surprise, inputs=facts)


def _surprise(own: float, average: Average, stored: Sequence[tuple[date, float]]) -> float:
    away = abs(math.log(own / average.value))
    if average.points is not None and stored:
        values = [value for _, value in stored if value > 0.0]
        like = sum(1 for value in values if abs(math.log(value / average.value)) >= away)
        return math.log2((len(values) + 1) / (like + 1))
    # math.erfc underflows to zero far out; nothing is worth more than 40 bits.
    return -math.log2(max(math.erfc(away / USUAL_DISPERSION / math.sqrt(2.0)), 2.0**-40))
