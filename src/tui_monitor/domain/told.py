"""A sentence by its key, so that each front end says it in its own language."""

from __future__ import annotations

import msgspec

from tui_monitor.domain.list_words import ENGLISH


class Told(msgspec.Struct, frozen=True):
    """What is to be said. ``str`` of it is English."""

    key: str
    values: dict[str, object] = msgspec.field(default_factory=dict)
    """What stands in the sentence's gaps: numbers, names as they are, or words that are told themselves."""

    def __str__(self) -> str:
        """Return it in English."""
        return ENGLISH[self.key].format(**self.values)


def told(key: str, /, **values: object) -> Told:
    """Return the sentence of ``key``."""
    return Told(key, values)
