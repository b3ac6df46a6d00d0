"""Stored paths: those of the first screen before the first paint, the others soon after it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui_monitor.config.settings import Market
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import Intraday
from tui_monitor.services.recall import AT_FIRST, AT_ONCE, recall_paths, seen_first
from tui_monitor.sources.api import Batch
from tui_monitor.store.database import Database, Limits
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.writer import Writer

NOW = datetime(2026, 1, 5, 2, tzinfo=UTC)
SYMBOLS = [f"{4000 + one}.HK" for one in range(2 * AT_ONCE + 20)]


def path_of(symbol: str, close: float = 1.0, until: int = 3) -> Intraday:
    times = tuple(range(int(NOW.timestamp()), int(NOW.timestamp()) + until))
    return Intraday(symbol=symbol, times=times, closes=(close,) * until, received=NOW, source="test")


@pytest.fixture
async def database(tmp_path: Path) -> Database:
    found = Database.open(tmp_path / "monitor.db", now=lambda: NOW)
    writer = Writer(found)
    quotes = tuple(Quote(symbol=one, last=1.0, time=NOW, received=NOW, source="test") for one in SYMBOLS)
    paths = tuple(map(path_of, SYMBOLS))
    writer.put_applied(LatestStore().apply(Batch(source="test", received=NOW, quotes=quotes, paths=paths)))
    assert await writer.aclose()
    return found


def test_the_first_screen_is_the_market_and_the_beginning_of_the_lists() -> None:
    market = Market(index="IX", peers=("P1", "P2"))
    found = seen_first(market, ["U1", "U2"], (f"L{number}" for number in range(10_000)))
    assert {"IX", "P1", "P2", "U1", "U2", "L0", f"L{AT_FIRST - 1}"} <= found
    assert f"L{AT_FIRST}" not in found
    assert len(found) == 5 + AT_FIRST


async def test_the_others_follow_and_nothing_newer_gives_way(database: Database) -> None:
    first = frozenset(SYMBOLS[:10])
    store = LatestStore()
    snapshot = database.read_latest(Limits(paths=first))
    store.apply(snapshot.batch(NOW))
    assert {one.symbol for one in snapshot.paths} == first
    assert len(snapshot.quotes) == len(SYMBOLS)
    # One comes from a source before the stored one is read.
    newer = path_of(SYMBOLS[-1], close=2.0, until=5)
    store.apply(Batch(source="live", received=NOW, paths=(newer,)))
    await recall_paths(database, store, first, NOW)
    expected = {symbol: path_of(symbol) for symbol in SYMBOLS} | {SYMBOLS[-1]: newer}
    assert {symbol: store.path(symbol) for symbol in SYMBOLS} == expected
    assert {one.symbol: one for one in database.read_latest().paths} == {one: path_of(one) for one in SYMBOLS}
    database.close()


async def test_nothing_is_asked_where_all_are_known(database: Database) -> None:
    store = LatestStore()
    store.apply(database.read_latest().batch(NOW))
    before = store.revision
    await recall_paths(database, store, frozenset(SYMBOLS), NOW)
    assert store.revision == before
    database.close()


async def test_the_loop_goes_on_meanwhile_and_a_refusing_disk_ends_it_quietly(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LatestStore()
    store.apply(database.read_latest(Limits(paths=frozenset())).batch(NOW))
    asked: list[int] = []
    real = database.read_paths

    def refuse_later(symbols: list[str]) -> tuple[Intraday, ...]:
        asked.append(len(symbols))
        if len(asked) == 2:
            raise OSError("the disk is gone")
        return tuple(replace(one, source="stored") for one in real(symbols))

    monkeypatch.setattr(database, "read_paths", refuse_later)
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    await recall_paths(database, store, frozenset(), NOW)
    counting.cancel()
    assert asked == [AT_ONCE, AT_ONCE]
    assert turns > 1
    assert sum(store.path(one) is not None for one in SYMBOLS) == AT_ONCE
    database.close()
