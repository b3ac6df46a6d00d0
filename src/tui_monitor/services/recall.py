"""Takes in what earlier runs stored, and the person's own history file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import HistoryError
from tui_monitor.domain.series import DailyHistory

if TYPE_CHECKING:
    from tui_monitor.config.settings import Market
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import LatestStore


def recall_histories(database: Database, store: LatestStore, market: Market, now: datetime) -> str | None:
    """Take in the stored daily bars of index and peers, or the person's own file for the index.

    After the first paint: twenty years take some milliseconds. Returns a sentence when the file is refused; the
    stored bars stand in for it then.
    """
    from tui_monitor.sources.api import Batch

    problem: str | None = None
    symbols = dict.fromkeys((market.index, *market.peers))
    histories = [one for symbol in symbols if (one := database.read_history(symbol)) is not None]
    if market.history is not None:
        try:
            own = _own_history(market.index, Path(market.history).expanduser(), now)
            histories = [*(one for one in histories if one.symbol != market.index), own]
        except HistoryError as error:
            problem = str(error)
    if histories:
        store.apply(Batch(source="database", received=now, histories=tuple(histories)))
    return problem


def _own_history(symbol: str, path: Path, now: datetime) -> DailyHistory:
    from tui_monitor.config.history_file import read_history_file

    return DailyHistory(symbol=symbol, bars=read_history_file(path, today=now.date()), received=now, source="file")
