"""Claims: sentences that a level makes true, each with the numbers it was computed from.

A claim carries facts, not words; ``wording_en`` and ``wording_zh`` say it. Claims of different kinds are ranked by
``surprise`` in bits (see ``surprise``), ties by the order of ``ClaimId``. The definitions are in ``docs/claims.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

Fact: TypeAlias = float | int | str | bool | None
"""One input of a claim; dates are ISO 8601 text, percentages are in percent units."""

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""The languages that claims are worded in."""


class ClaimId(StrEnum):
    """The kinds of claims, in the order that decides between equally surprising ones."""

    MOVE = "move"
    HIGHEST_CLOSE = "highest-close-since"
    LOWEST_CLOSE = "lowest-close-since"
    WEEKLY_STREAK = "weekly-streak"
    DAILY_STREAK = "daily-streak"
    MONTHLY_STREAK = "monthly-streak"
    YEAR_TO_DATE = "year-to-date"
    RECORD_DISTANCE = "record-distance"
    VALUATION = "valuation"
    PEER_RANK = "peer-rank"
    BREADTH = "breadth"
    TOP_THREE = "top-three"
    MONTH_TO_DATE = "month-to-date"
    SINCE_DATE = "since-date"


_ORDER = {claim_id: index for index, claim_id in enumerate(ClaimId)}


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that can be said, true by its inputs."""

    id: ClaimId
    rank: int = 0
    """Place among the claims told together, from 1; 0 before they are ranked."""
    surprise: float
    """How unusual it is, in bits."""
    provisional: bool = False
    """The session is running: the claim holds if the level stays, and is said as "would be"."""
    inputs: Mapping[str, Fact]
    """The numbers that it was computed from; the keys of each kind are in ``docs/claims.md``."""

    def text(self, language: str = "en") -> str:
        """Return the claim as one whole sentence in ``en``, ``zh-Hant`` or ``zh-Hans``."""
        return self._words(language)[0]

    def short(self, language: str = "en") -> str:
        """Return the claim as a phrase for a line of a panel, without a full stop, at most about 40 cells."""
        return self._words(language)[1]

    def _words(self, language: str) -> tuple[str, str]:
        # The wording modules know this one; they are small and come in with the first claim that is said.
        if language.startswith("zh"):
            from tui_monitor.analysis import wording_zh

            return wording_zh.say(self, traditional=language == "zh-Hant")
        from tui_monitor.analysis import wording_en

        return wording_en.say(self)


def ranked(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return the claims by falling surprise, numbered from 1."""
    ordered = sorted(claims, key=lambda claim: (-claim.surprise, _ORDER[claim.id]))
    return tuple(replace(claim, rank=rank) for rank, claim in enumerate(ordered, start=1))
