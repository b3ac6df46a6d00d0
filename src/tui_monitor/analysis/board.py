"""Everything that is known about an index at one moment, told together: story, breadth, peers, valuation, claims."""

from __future__ import annotations

import msgspec

from tui_monitor.analysis.breadth import Breadth
from tui_monitor.analysis.claims import Claim
from tui_monitor.analysis.peers import PeerRanking
from tui_monitor.analysis.story import Story
from tui_monitor.analysis.valuation import Average, IndexValuation


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """What the index panel and the market wrap are made from."""

    story: Story | None
    """``None`` while no daily history is known."""
    breadth: Breadth | None
    ranking: PeerRanking | None
    valuation: IndexValuation | None
    average: Average | None
    """Mean of the forward ratio that ``valuation`` is held against."""
    other_pe: float | None
    """Forward ratio of the Nasdaq 100."""
    claims: tuple[Claim, ...]
    """All claims, the most unusual first."""
