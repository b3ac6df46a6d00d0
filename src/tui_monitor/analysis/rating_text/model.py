"""The answer of the extraction: what one headline says of one rating change."""

from __future__ import annotations

import msgspec

from tui_monitor.domain.rating import Action

MAX_CHARACTERS = 480
"""Characters of a headline that are looked at; what follows cannot change the answer nor cost time."""

PRIMARY_ORDER = (
    Action.UPGRADE, Action.DOWNGRADE, Action.INITIATE, Action.RAISE_TARGET, Action.CUT_TARGET, Action.REITERATE,
)  # fmt: skip
"""A change of grade comes before a change of target, and that before a grade merely kept."""


class Extraction(msgspec.Struct, frozen=True):
    """What a headline says of one broker's action on one company.

    Firm, company, symbol and grades are verbatim pieces of the text; numbers are in whole units of ``currency``
    (ISO 4217; ``None`` where the headline does not tell it). All but ``text`` and ``is_rating`` are ``None`` or
    empty when the headline reports no rating change.
    """

    text: str
    is_rating: bool = False
    firm: str | None = None
    company: str | None = None
    symbol: str | None = None
    """The ticker as written: ``00700.HK``, ``01083``, ``KSS.N``, ``LUV`` of ``(NYSE:LUV)`` and of ``$LUV``."""
    action: Action | None = None
    """The primary one, by ``PRIMARY_ORDER``."""
    actions: tuple[Action, ...] = ()
    """All of them, the primary one first."""
    from_grade: str | None = None
    to_grade: str | None = None
    target: float | None = None
    prior_target: float | None = None
    currency: str | None = None


def ordered(actions: set[Action]) -> tuple[Action, ...]:
    """Return ``actions`` with the primary one first."""
    return tuple(action for action in PRIMARY_ORDER if action in actions)
