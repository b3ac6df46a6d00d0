"""Tones: what a piece of text means. The front end gives each a colour; the words and signs carry it too."""

from __future__ import annotations

from enum import IntEnum


class Tone(IntEnum):
    """The meaning of a span of text. Direction is never carried by tone alone."""

    PLAIN = 0
    STRONG = 1
    MUTED = 2
    """Labels, units, secondary facts."""
    FAINT = 3
    """Fading: the number is older than it should be."""
    UP = 4
    DOWN = 5
    FLAT = 6
    ACCENT = 7
    """What is chosen or belongs to the person."""
    WARN = 8
    ERROR = 9
    TITLE = 10
    RULE = 11
    """Lines and frames."""
    MARK = 12
    """Unread, new."""
    DEMO = 13
    """The mark of a replayed day."""


def direction_tone(change: float | None) -> Tone:
    """Return the tone of a change: up, down, flat for zero, muted for unknown."""
    if change is None:
        return Tone.MUTED
    if change > 0:
        return Tone.UP
    return Tone.DOWN if change < 0 else Tone.FLAT
