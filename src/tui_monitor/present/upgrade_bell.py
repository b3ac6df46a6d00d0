"""When the terminal rings for an upgrade: once for each event, for the person's own symbols, only for what is new."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tui_monitor.domain.rating import Action
from tui_monitor.present.rating_tape import HEADLINE_KEY
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.domain.rating import MergedRating, RatingChange
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key


class UpgradeBell:
    """Remembers what it rang for. What was published before it began to listen is no news: first answers reach back."""

    def __init__(self, since: datetime) -> None:
        """``since`` is the market's moment at which the program began, aware."""
        self._since = since
        self._rung: set[str] = set()

    def hears(self, view: View, changed: Iterable[Key]) -> MergedRating | None:
        """Return an upgrade among the changes that is to be rung for, ``None`` where there is none."""
        if not view.settings.alerts.ring_on_upgrade:
            return None
        found: MergedRating | None = None
        for family, name in changed:
            event = view.tape.event(view, name) if family is Family.RATING else None
            if event is None or not self._rung.isdisjoint(event.keys) or not self._is_news(view, event):
                continue
            self._rung |= event.keys
            found = event
        return found

    def _is_news(self, view: View, event: MergedRating) -> bool:
        one = event.change
        own = view.own_symbols
        return (
            Action.UPGRADE in {one.action, *one.actions}
            and any(part.symbol in own or part.home_symbol in own for part in event.parts)
            and event.keys.isdisjoint(view.seen_ratings)
            and all(part.time >= self._since and _is_dated(view, part) for part in event.parts)
        )


def _is_dated(view: View, part: RatingChange) -> bool:
    """Whether its time is that of its publication; an undated headline has the moment of its receipt."""
    if not part.key.startswith(HEADLINE_KEY):
        return True
    headline = view.store.headline(part.key.removeprefix(HEADLINE_KEY))
    return headline is not None and headline.published is not None
