from __future__ import annotations

import os
import sqlite3
import stat
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.series import DailyBar, DailyHistory, Intraday
from tui_monitor.domain.session import Calendar, SessionDay
from tui_monitor.store import codec
from tui_monitor.store.database import Database, Limits
from tui_monitor.store.latest import Applied, LatestStore
from tui_monitor.store.retention import Retention
from tui_monitor.store.schema import SCHEMA_VERSION, migrate
from tui_monitor.store.writer import Writer

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)


def now() -> datetime:
    return NOW


def quote(symbol: str = "0700.HK", last: float = 661.5) -> Quote:
    return Quote(symbol=symbol, last=last, previous_close=645.0, received=NOW, source="yahoo", time=NOW, name="騰訊")


def headline(identity: str = "h1", title: str = "Tencent rises", **changes: object) -> Headline:
    base = Headline(id=identity, title=title, source="RTHK", received=NOW, published=NOW - timedelta(hours=1))
    return replace(base, **changes)


PATH = Intraday(symbol="0700.HK", times=(1, 2), closes=(1.5, 2.5), received=NOW, source="yahoo")
RATING = RatingChange(
    key="r1", time=NOW, symbol="BIDU", company="Baidu", firm="Arete", action=Action.UPGRADE, actions=(Action.UPGRADE,)
)
HISTORY = DailyHistory(
    symbol="HSTECH.HK",
    bars=(DailyBar(date(2025, 9, 15), 6043.6), DailyBar(date(2025, 9, 16), 6077.66, 6040.0, 6101.0, 6010.0, 1e9)),
    received=NOW,
    source="tencent",
)
CALENDAR = Calendar("XHKG", "Asia/Hong_Kong", (SessionDay(date(2025, 9, 17), NOW, NOW + timedelta(hours=5)),))


def fill(path: Path, applied: Applied) -> None:
    database = Database.open(path, now=now)
    writer = Writer(database)
    writer.put_applied(applied)
    writer.put_calendar(CALENDAR)
    assert writer.close()
    database.close()


ALL = Applied(quotes=(quote(),), paths=(PATH,), histories=(HISTORY,), ratings=(RATING,), headlines=(headline(),))


def test_everything_comes_back_equal_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state" / "monitor.db"
    fill(path, ALL)
    database = Database.open(path, now=now)
    found = database.read_latest()
    assert (found.quotes, found.paths, found.ratings, found.headlines) == (
        ALL.quotes,
        ALL.paths,
        ALL.ratings,
        ALL.headlines,
    )
    assert found.calendars == (CALENDAR,)
    assert database.read_history("HSTECH.HK") == HISTORY
    assert database.read_history("absent") is None
    assert database.notices == []
    store = LatestStore()
    assert store.apply(found.batch(NOW)).quotes == ALL.quotes
    database.close()
    database.close()


def test_files_are_the_owners_alone_and_use_a_log(tmp_path: Path) -> None:
    path = tmp_path / "state" / "monitor.db"
    database = Database.open(path, now=now)
    modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in path.parent.iterdir()}
    assert set(modes) >= {"monitor.db", "monitor.db-wal"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    other.close()
    database.close()


@pytest.mark.parametrize("damage", ["text", "header", "middle", "truncated", "no tables", "code"])
def test_a_broken_file_is_set_aside_and_a_new_one_begun(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "monitor.db"
    fill(path, replace(ALL, headlines=tuple(headline(f"h{n}", "words " * 40) for n in range(200))))
    content = bytearray(path.read_bytes())
    if damage == "text":
        content = bytearray(b"this is no database\n" * 100)
    elif damage == "header":
        content[:16] = b"x" * 16
    elif damage == "middle":
        content[4096 : len(content) - 4096] = os.urandom(len(content) - 8192)
    elif damage == "truncated":
        del content[len(content) // 2 :]
    path.write_bytes(content)
    if damage in {"no tables", "code"}:
        with sqlite3.connect(path) as other:
            foreign = "CREATE TRIGGER x AFTER INSERT ON quotes BEGIN DELETE FROM ratings; END"
            other.execute("DROP TABLE daily" if damage == "no tables" else foreign)
        other.close()
        content = bytearray(path.read_bytes())
    database = Database.open(path, now=now)
    aside = tmp_path / "monitor.db.broken-20250917-030000"
    assert database.notices == [f"{path} was broken and is now {aside.name}; a new one was begun."]
    assert aside.read_bytes() == bytes(content)
    assert not database.in_memory
    assert database.read_latest().quotes == ()
    database.close()
    fill(path, ALL)
    again = Database.open(path, now=now)
    assert again.read_latest().quotes == ALL.quotes
    again.close()


def test_a_second_broken_file_of_the_same_second_keeps_the_first(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    for content in (b"first" * 50, b"second" * 50):
        path.write_bytes(content)
        Database.open(path, now=now).close()
    kept = {
        one.read_bytes()[:5] for one in tmp_path.glob("monitor.db.broken-*") if not one.name.endswith(("wal", "shm"))
    }
    assert kept == {b"first", b"secon"}


def test_a_file_that_breaks_while_it_is_open_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    fill(path, replace(ALL, headlines=tuple(headline(f"h{n}", "words " * 40) for n in range(400))))
    database = Database.open(path, now=now)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    assert database.read_latest().headlines == ()
    assert len(database.notices) == 1
    assert "a new one was begun" in database.notices[0]
    writer = Writer(database)
    writer.put_applied(ALL)
    assert writer.close()
    assert database.read_latest().quotes == ALL.quotes
    database.close()


def test_of_two_programs_one_sets_the_broken_file_aside(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    fill(path, replace(ALL, headlines=tuple(headline(f"h{n}", "words " * 40) for n in range(400))))
    one, two = Database.open(path, now=now), Database.open(path, now=now)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(os.urandom(size - 4096))
    one.read_latest()
    writer = Writer(one)
    writer.put_applied(ALL)
    assert writer.close()
    two.read_latest()
    assert two.notices == [f"{path} was broken; another tui-monitor set it aside and began a new one."]
    assert two.read_latest().quotes == ALL.quotes
    assert len([name for name in tmp_path.glob("*broken*") if not name.name.endswith(("-wal", "-shm"))]) == 1
    one.close()
    two.close()


def test_a_large_file_is_checked_by_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_monitor.store.database.CHECKED_AT_OPEN", 10)
    path = tmp_path / "monitor.db"
    fill(path, replace(ALL, headlines=tuple(headline(f"h{n}", "words " * 40) for n in range(400))))
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = os.urandom(len(content) - len(content) // 2)
    path.write_bytes(content)
    database = Database.open(path, now=now)
    assert database.notices == []
    assert database.unchecked
    writer = Writer(database)
    # Not before there is something to write: the first paint reads meanwhile.
    assert database.unchecked
    writer.put_applied(ALL)
    assert writer.close()
    assert "a new one was begun" in database.notices[0]
    assert database.read_latest().quotes == ALL.quotes
    database.close()


def test_who_reads_does_not_wait_for_the_check_of_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    fill(path, ALL)
    database = Database.open(path, now=now)
    checking, seen = threading.Event(), threading.Event()

    def slow(*_: object) -> int:
        checking.set()
        return 0 if seen.wait(5) else 1

    database._writer.set_progress_handler(slow, 1)
    thread = threading.Thread(target=database.check)
    thread.start()
    assert checking.wait(5)

    def read() -> None:
        database.read_latest()
        seen.set()

    reader = threading.Thread(target=read)
    reader.start()
    reader.join(5)
    assert seen.is_set()
    thread.join(5)
    assert database.notices == []
    database.close()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    fill(path, ALL)
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version = 99")
    other.close()
    database = Database.open(path, now=now)
    assert database.in_memory
    assert "newer version" in database.notices[0]
    database.close()
    assert list(tmp_path.glob("*broken*")) == []
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT count(*) FROM quotes").fetchone() == (1,)
    other.close()


def test_where_nothing_can_be_written_the_stored_values_are_still_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "monitor.db"
    fill(path, ALL)

    def refuse(self: Database, path: Path) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(Database, "_connect", refuse)
    database = Database.open(path, now=now)
    assert database.in_memory
    assert database.notices == [
        f"{path} cannot be written (attempt to write a readonly database); new data is kept in memory only."
    ]
    assert database.read_latest().quotes == ALL.quotes
    writer = Writer(database)
    writer.put_applied(Applied(quotes=(quote("BABA", 161.6),)))
    assert writer.close()
    assert {one.symbol for one in database.read_latest().quotes} == {"0700.HK", "BABA"}
    database.close()


def test_a_folder_that_cannot_be_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    database = Database.open(tmp_path / "file" / "monitor.db", now=now)
    assert database.in_memory
    assert "cannot be written" in database.notices[0]
    assert database.read_latest().quotes == ()
    database.close()


def test_migrations_run_once_and_on_an_empty_file(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    migrate(connection)
    before = connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()
    migrate(connection)
    assert connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall() == before
    assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
    connection.close()


def test_search_finds_words_in_both_languages_and_takes_nothing_for_syntax(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    items = (
        headline("a", "SMIC tries home-made tool", summary="Chip maker SMIC"),
        headline("b", "騰訊發行點心債，集資90億元", source="AAStocks"),
        headline("c", "Gold above 3,700", published=None),
    )
    fill(path, Applied(headlines=items))
    database = Database.open(path, now=now)

    def found(text: str) -> list[str]:
        return [one.id for one in database.search_headlines(text)]

    assert found("smic") == ["a"]
    assert found("chi") == ["a"]
    assert found("騰訊") == ["b"]
    assert found("點心債") == ["b"]
    assert found("訊騰") == []
    assert found("90億") == ["b"]
    assert found("gold smic") == []
    assert found("GOLD 3") == ["c"]
    assert found('" OR NEAR(') == []
    assert found("") == []
    assert found("*") == []
    database.close()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_no_search_text_is_an_error(text: str) -> None:
    database = Database.open(None, now=now)
    database.search_headlines(text)
    assert database.notices == []
    database.close()


def test_a_changed_headline_changes_its_words(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    fill(path, Applied(headlines=(headline("a", "old words"),)))
    fill(path, Applied(headlines=(headline("a", "new words"),)))
    database = Database.open(path, now=now)
    assert database.search_headlines("old") == ()
    assert [one.title for one in database.search_headlines("new")] == ["new words"]
    database.close()


def test_limits_take_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    items = tuple(headline(f"h{n}", published=NOW - timedelta(minutes=n)) for n in range(20))
    ratings = tuple(replace(RATING, key=f"r{n}", time=NOW - timedelta(days=n)) for n in range(20))
    fill(path, Applied(headlines=items, ratings=ratings))
    database = Database.open(path, now=now)
    found = database.read_latest(Limits(ratings=3, headlines=2))
    assert [one.id for one in found.headlines] == ["h0", "h1"]
    assert [one.key for one in found.ratings] == ["r0", "r1", "r2"]
    older = database.read_headlines(before=items[17].sort_time, limit=5)
    assert [one.id for one in older] == ["h18", "h19"]
    database.close()


def test_retention_keeps_the_newest_and_the_saved(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "monitor.db", now=now)
    writer = Writer(database)
    fresh = tuple(headline(f"f{n}", published=NOW - timedelta(minutes=n)) for n in range(10))
    old = tuple(headline(f"o{n}", received=NOW - timedelta(days=91), published=None) for n in range(4))
    stale = replace(PATH, symbol="OLD", received=NOW - timedelta(days=8))
    ratings = tuple(replace(RATING, key=f"r{n}", time=NOW - timedelta(days=n)) for n in range(9))
    writer.put_applied(Applied(headlines=fresh + old, paths=(PATH, stale), ratings=ratings, histories=(HISTORY,)))
    writer.mark_saved(["o1", "f9"])
    writer.mark_read([f"x{n}" for n in range(5)])
    assert writer.close()
    Retention(database).run(headlines=6, ratings=4, marks=3)
    left = database.read_latest()
    # Saved ones stay and are not counted among the six.
    assert {one.id for one in left.headlines} == {"f0", "f1", "f2", "f3", "f4", "f5", "f9", "o1"}
    assert [one.id for one in database.read_headlines(saved=True)] == ["f9", "o1"]
    assert {one.symbol for one in left.paths} == {"0700.HK"}
    assert [one.key for one in left.ratings] == ["r0", "r1", "r2", "r3"]
    assert database.read_history("HSTECH.HK") == HISTORY
    assert left.saved == {"o1", "f9"}
    assert database.search_headlines("Tencent") == left.headlines
    database.close()


JUNK = (b"", b"{}", b"null", b"[" * 5000, b'{"symbol": 3}', b"\xff", b'{"received":"2025-01-01T00:00:00"}')


@pytest.mark.parametrize("junk", JUNK)
def test_rows_that_cannot_be_understood_are_left_out(tmp_path: Path, junk: bytes) -> None:
    path = tmp_path / "monitor.db"
    fill(path, ALL)
    with sqlite3.connect(path) as other:
        for table, key in (("quotes", "symbol"), ("paths", "symbol"), ("calendars", "mic")):
            other.execute(f"INSERT INTO {table} ({key}, received, json) VALUES ('z', 0, ?)", (junk,))
        other.execute("INSERT INTO quotes VALUES ('t', 0, 'text'), ('n', 0, 7)")
        other.execute("INSERT INTO ratings VALUES ('z', 9e9, ?)", (junk,))
        other.execute(
            "INSERT INTO headlines (id, sort_time, received, json, terms) VALUES ('z', 9e9, 0, ?, '')", (junk,)
        )
        other.execute("INSERT INTO daily (symbol, date, close, source) VALUES ('HSTECH.HK', 'soon', 1, 'x')")
        other.execute("INSERT INTO daily (symbol, date, close, source) VALUES ('HSTECH.HK', '2025-09-17', 9e999, 'x')")
        other.execute("INSERT INTO daily (symbol, date, close, source) VALUES ('HSTECH.HK', '2025-09-18', 'x', 'x')")
    other.close()
    database = Database.open(path, now=now)
    found = database.read_latest()
    assert (found.quotes, found.ratings, found.headlines) == (ALL.quotes, ALL.ratings, ALL.headlines)
    assert (found.paths, found.calendars) == (ALL.paths, (CALENDAR,))
    assert database.read_history("HSTECH.HK") == HISTORY
    database.close()


def test_text_of_a_foreign_database_is_made_safe() -> None:
    evil = headline("a", "red \x1b[31m \u202e text", source="x\x9b", url="javascript:alert(1)", symbols=("A\x07",))
    found = codec.decode_headline(codec.encode(evil))
    assert found is not None
    assert (found.title, found.source, found.url, found.symbols) == ("red [31m text", "x", None, ("A",))
    rating = codec.decode_rating(codec.encode(replace(RATING, firm="Are\x1bte", url="file:///etc/passwd")))
    assert rating is not None
    assert (rating.firm, rating.url) == ("Arete", None)
    name = codec.decode_quote(codec.encode(replace(quote(), name="a\x1b]52;c;x\x07b")))
    assert name is not None
    assert name.name == "a]52;c;xb"


def test_reading_a_full_database_takes_few_milliseconds(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    items = tuple(headline(f"h{n}", f"title {n} of words", summary="s" * 200) for n in range(3000))
    quotes = tuple(quote(f"S{n}") for n in range(500))
    fill(path, Applied(headlines=items, quotes=quotes))
    best = 1.0
    for _ in range(3):
        database = Database.open(path, now=now)
        began = time.perf_counter()
        found = database.read_latest()
        best = min(best, time.perf_counter() - began)
        database.close()
    assert len(found.headlines) == 1000
    assert len(found.quotes) == 500
    # About 6 ms on a quiet machine; the bound is for busy ones.
    assert best < 0.1
