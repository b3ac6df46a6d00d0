"""Peers: where an index stands among others, each in its own session state.

A number is today's only within a session of the same kind as the index's own: while the index trades, it is
ranked among the gauges that trade; once it has closed, among those that have closed the same date. Every other
gauge is marked and left out of the rank of the day. The rank of the year takes all of them, each at its last
price, because a session more or less hardly matters there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum

import msgspec

from tui_monitor.analysis.claims import Claim, ClaimId


class Standing(StrEnum):
    """What a gauge's number of the day is worth beside the index's."""

    COMPARABLE = "comparable"
    CLOSED = "closed"
    """Its session is over, while the index trades; or it belongs to another date."""
    TRADING = "trading"
    """It still trades, while the index's session is over."""
    UNKNOWN = "unknown"
    """There is no number, or it is too old to be used."""


class PeerReading(msgspec.Struct, frozen=True):
    """One gauge's numbers. Percentages are in percent units."""

    symbol: str
    name: str
    percent: float | None
    """Change of its latest session; ``None`` where it is not known or too old."""
    ytd_percent: float | None
    trading: bool
    """Its session is running (the lunch break included)."""
    session: date | None
    """The date that ``percent`` belongs to, on its own exchange's calendar."""


class PeerRow(msgspec.Struct, frozen=True):
    """One gauge within the ranking."""

    reading: PeerReading
    standing: Standing
    place: int | None
    """Place of the day among the comparable ones, from 1, ties sharing a place; ``None`` where not comparable."""
    ytd_place: int | None
    own: bool = False
    """It is the index itself."""


class PeerRanking(msgspec.Struct, frozen=True):
    """The index among its peers."""

    rows: tuple[PeerRow, ...]
    """Comparable ones first, the strongest of the day first; then the others, as they were given."""
    place: int | None
    """The index's own place of the day."""
    count: int
    """How many gauges were ranked for the day, the index included."""
    ytd_place: int | None
    ytd_count: int


def rank(own: PeerReading, peers: Sequence[PeerReading]) -> PeerRanking:
    """Rank ``own`` among ``peers``, today and year to date. Ties share the better place."""
    others = [one for one in peers if one.symbol != own.symbol]
    standings = {one.symbol: _standing(own, one) for one in (own, *others)}
    day = {
        one.symbol: one.percent
        for one in (own, *others)
        if one.percent is not None and standings[one.symbol] is Standing.COMPARABLE
    }
    year = {one.symbol: one.ytd_percent for one in (own, *others) if one.ytd_percent is not None}
    rows = [
        PeerRow(one, standings[one.symbol], _place(day, one.symbol), _place(year, one.symbol), one.symbol == own.symbol)
        for one in (own, *others)
    ]
    rows.sort(key=lambda row: math.inf if row.place is None else row.place)
    return PeerRanking(tuple(rows), _place(day, own.symbol), len(day), _place(year, own.symbol), len(year))


def rank_claim(ranking: PeerRanking) -> Claim | None:
    """Return the claim of the day's place; ``None`` with fewer than two comparable peers.

    Its surprise is that of a place so near to either end of the table when all places are equally likely.
    """
    own = next((row for row in ranking.rows if row.own), None)
    if own is None or own.place is None or ranking.count < 3 or own.reading.percent is None:
        return None
    compared = [row for row in ranking.rows if row.place is not None and not row.own]
    first = own.place == 1
    other = compared[0] if first else compared[-1]
    percent = own.reading.percent
    shared = any(row.reading.percent == percent for row in compared)
    from_end = min(own.place, ranking.count + 1 - own.place)
    return Claim(
        id=ClaimId.PEER_RANK,
        surprise=max(0.0, math.log2(ranking.count / (2 * from_end))) if not shared else 0.0,
        provisional=own.reading.trading,
        inputs={
            "place": own.place,
            "count": ranking.count,
            "percent": percent,
            "other": other.reading.name,
            "other_symbol": other.reading.symbol,
            "other_percent": other.reading.percent,
        },
    )


def _standing(own: PeerReading, one: PeerReading) -> Standing:
    if one.percent is None or own.percent is None:
        return Standing.UNKNOWN
    if own.trading:
        return Standing.COMPARABLE if one.trading else Standing.CLOSED
    if one.trading:
        return Standing.TRADING
    return Standing.COMPARABLE if own.session is not None and one.session == own.session else Standing.CLOSED


def _place(values: dict[str, float], symbol: str) -> int | None:
    if symbol not in values:
        return None
    return 1 + _count_above(values.values(), values[symbol])


def _count_above(values: Iterable[float], value: float) -> int:
    return sum(1 for one in values if one > value)
