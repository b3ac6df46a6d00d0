"""What was seen and what the tables were like survive a restart, and files of older versions are brought up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui_monitor.domain.headline import Headline
from tui_monitor.domain.rating import Action, RatingChange, RatingTable, TableState
from tui_monitor.sources.api import Batch
from tui_monitor.store.database import Database
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.writer import Writer

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


def rating(key: str) -> RatingChange:
    return RatingChange(key=key, time=NOW, symbol="BABA", company=None, firm="Peak", action=Action.UPGRADE)


def open_at(path: Path) -> Database:
    return Database.open(path, now=lambda: NOW)


async def test_seen_marks_and_tables_are_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    table = RatingTable(
        symbol="BABA", state=TableState.ROWS, asked=NOW, rows=37, newest=NOW - timedelta(days=3), source="yahoo-ratings"
    )
    none = RatingTable(symbol="TCEHY", state=TableState.NONE, asked=NOW)
    database = open_at(path)
    writer = Writer(database, interval=0.0)
    store = LatestStore()
    headline = Headline(id="table:a", title="t", source="s", received=NOW)
    writer.put_applied(
        store.apply(
            Batch(
                source="t", received=NOW, ratings=(rating("table:a"), rating("headline:b")), tables=(table, none),
                headlines=(headline,),
            )
        )
    )  # fmt: skip
    writer.mark_seen(["table:a", "headline:b", "gone"])
    writer.mark_seen(["headline:b"], seen=False)
    assert await writer.aclose()
    database.close()

    database = open_at(path)
    snapshot = database.read_latest()
    assert snapshot.seen_ratings == {"table:a"}
    # The mark of a rating is none of a headline with the same name.
    assert snapshot.read == frozenset()
    again = LatestStore()
    again.apply(snapshot.batch(NOW))
    assert again.rating_table("BABA") == table
    assert sorted(again.rating_tables(), key=lambda one: one.symbol) == [table, none]
    database.close()


async def test_a_table_that_answers_anew_replaces_what_was_stored(tmp_path: Path) -> None:
    database = open_at(tmp_path / "monitor.db")
    writer = Writer(database, interval=0.0)
    store = LatestStore()
    for hours, state in ((0, TableState.EMPTY), (1, TableState.ROWS)):
        one = RatingTable(symbol="BABA", state=state, asked=NOW + timedelta(hours=hours))
        writer.put_applied(store.apply(Batch(source="t", received=NOW, tables=(one,))))
    assert await writer.aclose()
    assert [one.state for one in database.read_latest().tables] == [TableState.ROWS]
    database.close()


async def test_rows_that_make_no_sense_are_left_out(tmp_path: Path) -> None:
    database = open_at(tmp_path / "monitor.db")
    with database.writing() as connection:
        for symbol, data in (
            ("A", b"{"),
            ("B", b'{"symbol":"B","state":"perhaps","asked":"2026-03-04T09:00:00Z"}'),
            ("C", b'{"symbol":"C","state":"rows","asked":"2026-03-04T09:00:00"}'),
            ("D", b'{"symbol":"D","state":"empty","asked":"2026-03-04T09:00:00Z"}'),
        ):
            connection.execute("INSERT INTO rating_tables VALUES (?, 0, ?)", (symbol, data))
    assert [one.symbol for one in database.read_latest().tables] == ["D"]
    database.close()
