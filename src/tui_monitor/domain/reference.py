"""Reference figures: dated facts that the program cannot compute yet and takes from ``seeds/reference.json``."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec


class Measure(StrEnum):
    """What a reference figure measures."""

    FORWARD_PE = "forward-pe"
    """Price over the earnings expected for the next twelve months."""
    FORWARD_PE_AVERAGE_5Y = "forward-pe-average-5y"
    """Mean of the forward P/E over the five years before its date."""
    RECORD_CLOSE = "record-close"
    """Highest close ever, on its date."""
    RECORD_HIGH = "record-high"
    """Highest level ever reached within a session, on its date."""


class ReferenceFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure about one instrument."""

    symbol: str
    measure: Measure
    value: float
    date: date
    """The day that the figure belongs to."""
    origin: str
    """Who said so, in short."""


class Reference(msgspec.Struct, frozen=True):
    """All reference figures."""

    figures: tuple[ReferenceFigure, ...] = ()

    def get(self, symbol: str, measure: Measure) -> ReferenceFigure | None:
        """Return the latest figure of ``symbol`` for ``measure``, or ``None``."""
        found = [one for one in self.figures if one.symbol == symbol and one.measure is measure]
        return max(found, key=lambda one: one.date, default=None)
