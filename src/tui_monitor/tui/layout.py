"""Where the panels stand: pure geometry from the terminal's size to the place of each panel.

Five at 110 columns and more, two at a time from 72, one below; three columns of panels from 170 on. The index
comes first whenever there is room for anything beside the panel in hand.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PanelId(StrEnum):
    """The panels, in the order of their keys."""

    INDEX = "index"
    MOVERS = "movers"
    RATINGS = "ratings"
    HEADLINES = "headlines"
    WATCHLIST = "watchlist"


ORDER = tuple(PanelId)
"""Panels by their number key: the first has key 1."""


class Box(msgspec.Struct, frozen=True):
    """A place on the screen, in cells."""

    x: int
    y: int
    width: int
    height: int


def arrange(
    width: int, height: int, focused: PanelId, *, companion: PanelId = PanelId.WATCHLIST, zoomed: bool = False
) -> dict[PanelId, Box]:
    """Return the place of each visible panel in a room of ``width`` x ``height`` cells.

    ``companion`` is the panel shown beside the index while the index itself has the focus.
    """
    if width <= 0 or height <= 0:
        return {}
    if zoomed or width < 72 or height < 14:
        return {focused: Box(0, 0, width, height)}
    if width < 110:
        return _two(width, height, focused, companion)
    if height < 26:
        return _three(width, height, focused, companion)
    if width >= 170:
        return _columns(width, height)
    return _five(width, height)


def _two(width: int, height: int, focused: PanelId, companion: PanelId) -> dict[PanelId, Box]:
    # In hand the index gets the room to tell its story; beside another panel it keeps to what matters most.
    other, top = focused, min(10, max(6, height * 2 // 5))
    if focused is PanelId.INDEX:
        other, top = companion, max(top, min(18, height * 3 // 5))
    return {PanelId.INDEX: Box(0, 0, width, top), other: Box(0, top, width, height - top)}


def _three(width: int, height: int, focused: PanelId, companion: PanelId) -> dict[PanelId, Box]:
    left = width // 2
    top = min(10, height // 2)
    right = focused
    if focused in {PanelId.INDEX, PanelId.WATCHLIST}:
        right = companion if companion not in {PanelId.INDEX, PanelId.WATCHLIST} else PanelId.MOVERS
    return {
        PanelId.INDEX: Box(0, 0, left, top),
        PanelId.WATCHLIST: Box(0, top, left, height - top),
        right: Box(left, 0, width - left, height),
    }


def _five(width: int, height: int) -> dict[PanelId, Box]:
    left = width // 2
    right = width - left
    index = min(20, max(12, height * 55 // 100))
    movers = max(8, height * 36 // 100)
    ratings = max(6, height * 24 // 100)
    return {
        PanelId.INDEX: Box(0, 0, left, index),
        PanelId.WATCHLIST: Box(0, index, left, height - index),
        PanelId.MOVERS: Box(left, 0, right, movers),
        PanelId.RATINGS: Box(left, movers, right, ratings),
        PanelId.HEADLINES: Box(left, movers + ratings, right, height - movers - ratings),
    }


def _columns(width: int, height: int) -> dict[PanelId, Box]:
    left = width * 36 // 100
    middle = width * 30 // 100
    index = min(24, max(12, height * 2 // 5))
    movers = min(34, max(8, height * 3 // 5))
    return {
        PanelId.INDEX: Box(0, 0, left, index),
        PanelId.WATCHLIST: Box(0, index, left, height - index),
        PanelId.MOVERS: Box(left, 0, middle, movers),
        PanelId.RATINGS: Box(left, movers, middle, height - movers),
        PanelId.HEADLINES: Box(left + middle, 0, width - left - middle, height),
    }
