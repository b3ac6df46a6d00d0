"""Breadth and contribution: how many constituents take part in a move, and how many points each of them makes.

A constituent's points are its weight at the previous close, times its change, times the index's previous level.
Weights that are estimates, or older than the previous close, make the sum miss the index's own change; the
difference is stated as the residual and never shared out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import msgspec

from tui_monitor.analysis.claims import Claim, ClaimId, Fact

LEAST_MOVE = 0.1
"""Percent that an index must have moved for shares of its move to mean anything."""


class ConstituentMove(msgspec.Struct, frozen=True):
    """One constituent today."""

    symbol: str
    name: str
    percent: float | None
    """Change in percent units; ``None`` is unknown."""
    weight: float | None
    """Share of the index as a fraction of one; ``None`` is unknown."""
    estimated: bool = False


class Contribution(msgspec.Struct, frozen=True):
    """What one constituent adds to the index."""

    symbol: str
    name: str
    points: float
    percent: float
    weight: float
    estimated: bool


class Breadth(msgspec.Struct, frozen=True, kw_only=True):
    """Who took part, and with how many points."""

    advancers: int
    decliners: int
    unchanged: int
    unknown: int
    """Constituents without a price."""
    contributions: tuple[Contribution, ...]
    """The most points first; constituents without a price or a weight are left out."""
    index_points: float | None
    """The index's own change in points."""
    explained_points: float
    """Sum of the contributions."""
    residual_points: float | None
    """The index's change less the sum: what weights and missing prices leave unexplained."""
    covered_weight: float
    """Sum of the weights behind the contributions, a fraction of one."""
    top_three: tuple[Contribution, ...]
    """Those that did most in the direction of the index, at most three."""
    top_three_share: float | None
    """Their part of the index's change, 0.61 for 61 %; can pass 1 when others pulled the other way.

    ``None`` where the index moved by less than 0.1 % or is not known.
    """
    estimated: bool
    """Some weight is an estimate."""

    def points_of(self, symbol: str) -> float | None:
        """Return the points of one constituent, ``None`` where they are not known."""
        return next((one.points for one in self.contributions if one.symbol == symbol), None)


def points(percent: float, weight: float, previous_level: float) -> float:
    """Return the index points that a constituent's change makes. ``weight`` is a fraction of one."""
    return weight * percent / 100.0 * previous_level


def breadth(moves: Iterable[ConstituentMove], previous_level: float | None, level: float | None) -> Breadth:
    """Return breadth and contributions. The levels are the index's; without the previous one there are no points."""
    counts = {1: 0, -1: 0, 0: 0}
    unknown = 0
    made: list[Contribution] = []
    for move in moves:
        if move.percent is None:
            unknown += 1
            continue
        counts[(move.percent > 0.0) - (move.percent < 0.0)] += 1
        if move.weight is not None and previous_level is not None:
            gained = points(move.percent, move.weight, previous_level)
            made.append(Contribution(move.symbol, move.name, gained, move.percent, move.weight, move.estimated))
    made.sort(key=lambda one: -one.points)
    explained = math.fsum(one.points for one in made)
    change = None if level is None or previous_level is None else level - previous_level
    sign = -1.0 if change is not None and change < 0.0 else 1.0
    top = tuple(sorted((one for one in made if one.points * sign > 0.0), key=lambda one: -one.points * sign)[:3])
    share = None
    if change is not None and previous_level and abs(change) / previous_level * 100.0 >= LEAST_MOVE and top:
        share = math.fsum(one.points for one in top) / change
    return Breadth(
        advancers=counts[1],
        decliners=counts[-1],
        unchanged=counts[0],
        unknown=unknown,
        contributions=tuple(made),
        index_points=change,
        explained_points=explained,
        residual_points=None if change is None else change - explained,
        covered_weight=math.fsum(one.weight for one in made),
        top_three=top,
        top_three_share=share,
        estimated=any(one.estimated for one in made),
    )


def breadth_claims(found: Breadth, *, provisional: bool) -> tuple[Claim, ...]:
    """Return the claims of breadth and of the three that move the index most, where they can be made.

    Constituents move together, so that each count of advancers is taken to be equally likely: with 26 up and 3
    down of 30 the smaller side has at most 3 in 2 x 4 of 31 cases. The three leaders are worth the number of
    times that their share of the move doubles their share of the weight.
    """
    claims: list[Claim] = []
    known = found.advancers + found.decliners + found.unchanged
    if known > found.unknown:
        smaller = min(found.advancers, found.decliners) + found.unchanged / 2.0
        claims.append(
            Claim(
                id=ClaimId.BREADTH,
                surprise=max(0.0, math.log2((known + 1) / (2.0 * (smaller + 1.0)))),
                provisional=provisional,
                inputs={
                    "advancers": found.advancers,
                    "decliners": found.decliners,
                    "unchanged": found.unchanged,
                    "unknown": found.unknown,
                },
            )
        )
    weight = math.fsum(one.weight for one in found.top_three)
    if found.top_three_share is not None and found.top_three_share > 0.0 and weight > 0.0:
        names: dict[str, Fact] = {
            key: one.name for key, one in zip(("first", "second", "third"), found.top_three, strict=False)
        }
        claims.append(
            Claim(
                id=ClaimId.TOP_THREE,
                surprise=max(0.0, math.log2(found.top_three_share / weight)),
                provisional=provisional,
                inputs={
                    **names,
                    "share": found.top_three_share,
                    "points": math.fsum(one.points for one in found.top_three),
                    "index_points": found.index_points,
                    "weight": weight,
                    "estimated": any(one.estimated for one in found.top_three),
                },
            )
        )
    return tuple(claims)
