"""What a price did since a headline was published, where the session's path reaches back to that moment."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from tui_monitor.domain.series import Intraday
    from tui_monitor.present.view import View


class Move(NamedTuple):
    """A price at publication and the change since, in percent."""

    then: float
    percent: float


def price_at(path: Intraday, moment: datetime) -> float | None:
    """Return the last price at or before ``moment``; ``None`` where the path begins later."""
    index = bisect_right(path.times, moment.timestamp()) - 1
    return path.closes[index] if index >= 0 else None


def move_since(view: View, symbol: str, moment: datetime | None) -> Move | None:
    """Return the move of ``symbol`` since ``moment``, ``None`` where the price of then or of now is not known."""
    path, quote = view.store.path(symbol), view.store.quote(symbol)
    if moment is None or path is None or quote is None or quote.last is None:
        return None
    then = price_at(path, moment)
    return Move(then, (quote.last / then - 1.0) * 100.0) if then else None
