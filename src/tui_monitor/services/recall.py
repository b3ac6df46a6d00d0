"""Takes in what earlier runs stored, and the person's own history file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import HistoryError, SourceError
from tui_monitor.domain.series import DailyHistory

if TYPE_CHECKING:
    from tui_monitor.config.settings import Market
    from tui_monitor.store.database import Database
    from tui_monitor.store.latest import LatestStore

_log = logging.getLogger(__name__)

TIMEOUT = 15.0
"""Seconds that one part may take; a disk that hangs keeps nobody."""


AT_FIRST = 100
"""Symbols of the lists, beside the market's own, whose paths are read for the first paint."""

HEADLINES_AT_FIRST = 300
"""Headlines that the first paint is made of: those of the tallest terminal, several of them one story. The others
are read after it (``archive.recall``)."""

AT_ONCE = 50
"""Paths that are read in one go after it, some 3 ms."""


def seen_first(market: Market, universe: Iterable[str], listed: Iterable[str]) -> frozenset[str]:
    """Return the symbols whose paths the first paint may show."""
    return frozenset((market.index, *market.peers, *universe, *islice(listed, AT_FIRST)))


async def recall_paths(database: Database, store: LatestStore, known: frozenset[str], now: datetime) -> None:
    """Take in the paths of what has a price, beyond those of the ``known`` ones: off the event loop, part by part."""
    rest = sorted(store.names().keys() - known)
    if not rest:
        return
    from tui_monitor.engine.blocking import DaemonWorker
    from tui_monitor.sources.api import Batch

    worker = DaemonWorker("recall")
    try:
        for at in range(0, len(rest), AT_ONCE):
            part = rest[at : at + AT_ONCE]
            paths = await worker.call(partial(database.read_paths, part), timeout=TIMEOUT)
            # One that has come from a source meanwhile is newer, and stays.
            store.apply(Batch(source="database", received=now, paths=paths))
    except (SourceError, OSError) as error:
        _log.warning("stored paths could not be read: %s", error)
    finally:
        worker.close()


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
