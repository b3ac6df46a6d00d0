"""A universe: the constituents of an index with their weights, as known on one date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from tui_monitor.domain.instrument import Instrument


class Member(msgspec.Struct, frozen=True):
    """One constituent."""

    instrument: Instrument
    weight: float | None = None
    """Share of the index as a fraction of one (0.08 is 8 %); ``None`` is unknown."""
    estimated: bool = False
    """The weight was worked out by somebody else than the index's publisher."""

    @property
    def symbol(self) -> str:
        """The constituent's symbol."""
        return self.instrument.symbol


class Universe(msgspec.Struct, frozen=True, kw_only=True):
    """The constituents of one index. Symbols are unique; the order is that of the file."""

    name: str
    """Short name, as the settings write it: ``hstech``."""
    titles: Mapping[str, str]
    """Title by language: ``en``, ``zh-Hant``, ``zh-Hans``."""
    index: str
    """Symbol of the index."""
    members: tuple[Member, ...]
    as_of: date
    """The date that the weights belong to: each drifts from it with its share's price."""
    origin: str
    """Where the constituents were read."""
    weights_note: str = ""
    """How the weights came to be."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Symbols of all constituents."""
        return tuple(member.symbol for member in self.members)

    @property
    def estimated(self) -> bool:
        """Whether any weight is an estimate."""
        return any(member.estimated for member in self.members)

    @property
    def weight_known(self) -> float:
        """Sum of the known weights, a fraction of one."""
        return sum(member.weight for member in self.members if member.weight is not None)

    def title(self, language: str = "en") -> str:
        """Return the title in ``language``, falling back to English, then to the name."""
        return self.titles.get(language) or self.titles.get("en") or self.name

    def member(self, symbol: str) -> Member | None:
        """Return the constituent with ``symbol``, or ``None``."""
        return next((one for one in self.members if one.symbol == symbol), None)

    def weight(self, symbol: str) -> float | None:
        """Return the weight of ``symbol``; ``None`` where it is unknown or no constituent."""
        member = self.member(symbol)
        return None if member is None else member.weight

    def us_lines(self) -> dict[str, str]:
        """Return the United States lines of the constituents: the line's symbol to the constituent's."""
        return {
            member.instrument.us_line.symbol: member.symbol
            for member in self.members
            if member.instrument.us_line is not None
        }
