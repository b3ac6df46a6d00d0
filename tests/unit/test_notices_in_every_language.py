"""What goes wrong with files and sources is provoked for real, and read off the status line in every language."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.tui.stage import Stage
from tests.unit.test_phrases import say_in_all

from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.columns_file import write_columns
from tui_monitor.config.feeds_file import FeedsFile
from tui_monitor.config.filters_file import FiltersFile
from tui_monitor.config.history_file import read_history_file
from tui_monitor.config.loading import load_settings
from tui_monitor.config.settings import AlertEntry, FeedEntry
from tui_monitor.domain.errors import MonitorError
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.told import Told
from tui_monitor.present.status import status
from tui_monitor.services.filter_desk import FilterDesk
from tui_monitor.store.database import Database
from tui_monitor.store.latest import Applied
from tui_monitor.store.recordings import open_recording
from tui_monitor.store.writer import Writer

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)


def on_screen(sentence: str) -> dict[str, str]:
    """Return what the status line shows of a notice in each language, wide enough for all of it."""
    say_in_all(sentence)
    shown = {}
    for language in ("en", "zh-Hant", "zh-Hans"):
        stage = Stage(language=language)
        stage.view.notices.append(sentence)
        shown[language] = "".join(span.text for span in status(stage.view, 400, ())).strip()
    assert shown["en"] == " ".join(sentence.split())
    return shown


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(MonitorError) as caught:
        work()
    return str(caught.value)


def opened(path: Path) -> Database:
    return Database.open(path, now=lambda: NOW)


# The database


def test_a_broken_database_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    path.write_bytes(b"no database at all" * 100)
    database = opened(path)
    database.close()
    said = on_screen(database.notices[0])
    assert said["zh-Hant"].endswith("已損壞，改名為 monitor.db.broken-20260304-030000；已開新檔。")
    assert said["zh-Hans"].endswith("已损坏，改名为 monitor.db.broken-20260304-030000；已新建文件。")


def test_a_deleted_and_a_replaced_database(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    database = opened(path)
    path.unlink()
    assert database.renew()
    other = opened(tmp_path / "other.db")
    other.close()
    (tmp_path / "other.db").replace(path)
    assert database.renew()
    database.close()
    deleted, replaced = (on_screen(one) for one in database.notices)
    assert "被刪除；已開新檔" in deleted["zh-Hant"]
    assert "被换成另一文件" in replaced["zh-Hans"]


def test_a_database_of_a_newer_version(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    database = opened(path)
    database.close()
    assert "由較新版本寫成" in on_screen(database.notices[0])["zh-Hant"]


def test_a_folder_that_takes_no_database(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    database = opened(tmp_path / "file" / "monitor.db")
    database.close()
    assert database.in_memory
    assert "新資料只留在記憶體" in on_screen(database.notices[0])["zh-Hant"]


async def test_a_full_disk_behind_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = opened(tmp_path / "monitor.db")
    writer = Writer(database, interval=0.001, retry=0.01)
    with monkeypatch.context() as patch:

        def full(*_: object) -> None:
            raise sqlite3.OperationalError("database or disk is full")

        patch.setattr(writer, "_transact", full)
        writer.put_applied(Applied(quotes=(Quote(symbol="BABA", last=1.0, received=NOW, source="x", time=NOW),)))
        assert not await writer.flush()
        assert writer.problem is not None
        said = on_screen(writer.problem)
    await writer.aclose()
    database.close()
    assert said["zh-Hant"] == "資料庫無法寫入（磁碟已滿）；新資料暫存記憶體，可以寫入時便會儲存。"
    assert said["zh-Hans"] == "数据库无法写入（磁盘已满）；新数据暂存内存，可以写入时便会保存。"


# The program's own files


@pytest.mark.parametrize(
    ("text", "hant"),
    [
        ('[[rules]]\nname = "a"\nkind = "price"\nsymbols = ["BABA"]', "規則 a 的 above：須有 above 或 below，或兩者。"),
        ('[[rules]]\nname = "a"\nkind = "price"\nabove = 1.0', "規則 a 的 symbols：須有股價所屬的代號。"),
        (
            '[[rules]]\nname = "a"\nkind = "percent"\nabove = 1.0\nbelow = 2.0',
            "規則 a 的 below：below 須小於 above（1），現為 2。",
        ),
        (
            '[[rules]]\nname = "a"\nkind = "rating"\nabove = 1.0',
            "規則 a 的 above：rating 不用此鍵；它用 actions, symbols。",
        ),
        ('[[rules]]\nname = "a"\nkind = "headline"', "規則 a 的 filter：應為篩選，例如 'topic:deals' or"),
        ('[[rules]]\nname = "a"\nkind = "percent"\nsymbols = ["!"]\nabove = 1.0', "應為代號，如 0700.HK，現為 "),
        (
            '[[rules]]\nname = "a"\nkind = "rating"\n[[rules]]\nname = "A"\nkind = "rating"',
            "有兩條規則同名；名稱不可重複。",
        ),
        ('[[rules]]\nname = "a"\nkind = "rating"\ncolour = 1', "$.rules[0]：不明的鍵 colour。"),
        ('[[rules]]\nname = "a"\nkind = "love"', "$.rules[0].kind：不接受 'love'。"),
        ("rules = 7", "$.rules：應為 array，現為 int。"),
        ("rules = [", "不是有效的 TOML："),
    ],
)
def test_alerts_that_are_refused(text: str, hant: str, tmp_path: Path) -> None:
    path = tmp_path / "alerts.toml"
    path.write_text(text)
    path.chmod(0o600)
    assert hant in on_screen(refused(AlertsFile(path).read))["zh-Hant"]


def test_an_alert_that_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = AlertsFile(tmp_path / "alerts.toml")
    entry = AlertEntry(name="big", kind="percent", symbols=("BABA",), above=3.0)
    file.add(entry)
    assert on_screen(refused(lambda: file.add(entry)))["zh-Hant"] == "已有名為 big 的規則；名稱不可重複。"
    gone = AlertEntry(name="gone", kind="percent", above=3.0)
    assert on_screen(refused(lambda: file.put(gone)))["zh-Hans"] == "规则 gone 已不存在。"
    bare = AlertEntry(name="bare", kind="percent")
    assert on_screen(refused(lambda: file.add(bare)))["zh-Hant"] == "規則的 above：須有 above 或 below，或兩者。"

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        sentence = refused(lambda: file.remove("big"))
    assert on_screen(sentence)["zh-Hant"] == f"{file.path} 無法寫入：磁碟已滿；沒有任何改動。"


def test_feeds_filters_and_columns(tmp_path: Path) -> None:
    feeds = FeedsFile(tmp_path / "feeds.toml")
    wire = FeedEntry(name="Wire", url="https://w.example/rss")
    feeds.add(wire)
    assert "已有名為 Wire 的新聞來源" in on_screen(refused(lambda: feeds.add(wire)))["zh-Hant"]
    again = FeedEntry(name="Other", url="https://w.example/rss")
    assert "已在讀取，名為 Wire。" in on_screen(refused(lambda: feeds.add(again)))["zh-Hant"]
    feeds.path.write_text("x =")
    assert "不是有效的 TOML" in on_screen(f"{refused(feeds.read)} The feeds in it are not read.")["zh-Hant"]
    filters = tmp_path / "filters.toml"
    filters.write_text("filters = 3")
    problem = FilterDesk(filters).problem
    assert problem is not None
    assert on_screen(problem)["zh-Hant"].endswith("檔內的篩選不會使用。")
    assert "最多可命名" in on_screen("at most 200 filters can be named.")["zh-Hant"]
    assert "篩選名稱須為" in on_screen(refused(lambda: FiltersFile(tmp_path / "f").save("", "x")))["zh-Hant"]
    told = refused(lambda: write_columns(tmp_path / "none" / "columns.json", ()))
    assert "欄位設定只保留至本次結束。" in on_screen(told)["zh-Hant"]


def test_settings_a_history_and_a_recording(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[market]\nindx = "X"\n[display]\nflash = 3\n')
    said = on_screen(refused(lambda: load_settings(config)))
    assert said["zh-Hant"] == (
        f"{config} 第 2 行，鍵「market.indx」：不明的鍵；是否想寫「index」？ "
        f"{config} 第 4 行，鍵「display.flash」：應為 true 或 false，現為 3"
    )
    closes = tmp_path / "closes.csv"
    today = NOW.date()
    for text, hans in (
        ("date,close\n2026-03-03,x\n", "第 2 行：close 为 "),
        ("", "文件是空的"),
        ("date,close\n2027-01-01,5\n", "在未来"),
        ("date,close\n2026-03-03,6,334.24\n", "数字内是否有逗号"),
    ):
        closes.write_text(text)
        assert hans in on_screen(refused(lambda: read_history_file(closes, today=today)))["zh-Hans"]
    recording = tmp_path / "day.jsonl"
    assert "找不到檔案或資料夾" in on_screen(refused(lambda: open_recording(recording)))["zh-Hant"]
    recording.write_text("{}\n")
    assert "不是 tui-monitor 的錄製檔" in on_screen(refused(lambda: open_recording(recording)))["zh-Hant"]


@pytest.mark.parametrize(
    "note",
    [
        "3 characters could not be read as big5",
        "not well-formed, read all the same (mismatched tag)",
        "7 items beyond the first 500 were left out",
        "3 items carry no usable date",
        "2 repeated items were merged",
        "1 items without title and address were left out",
        "the feed is empty (Example Wire)",
        "the feed is empty",
        "moved for good to https://e.example/rss",
        "0700.HK: Yahoo keeps no table of ratings.",
        "0700.HK: the table is empty.",
        "0700.HK: 3 of 90 rows could not be read.",
        "3 rows could not be read.",
        "HSTECH.HK is not known to Yahoo.",
        "HSTECH.HK has no daily history at Yahoo.",
        "HSTECH.HK came without a single day.",
        "HSTECH.HK came in steps of '1wk' instead of days.",
        "HSTECH.HK came without a price.",
        "HSTECH.HK has no daily history at Tencent.",
        "HSTECH.HK: the older part of its history failed: web.example did not answer in time.",
        "3 events had no usable date or title.",
        "3 events repeat too often or in a way that is not followed; not all dates are read.",
        "It holds more than is read; what stands at its end is left out.",
        "0700.HK: no usable value in the answer.",
        "yahoo answered without a usable value of 3 symbols.",
        "a.example says: too many requests (HTTP 429).",
        "a.example refuses us (HTTP 403).",
        "a.example has nothing at this address (HTTP 404).",
        "a.example waited too long for the request (HTTP 408).",
        "a.example has a failure of its own (HTTP 503).",
        "a.example does not understand the request (HTTP 400).",
        "a.example answered with HTTP 304 and no place to go.",
        "[sources.yaho]: no such source is installed; there are feeds, yahoo.",
        "Source mine: a source named yahoo is there already; this one is left out.",
        "Source mine is left out: [sources.mine]: base_url is not a usable http or https address.",
    ],
)
def test_what_is_told_of_sources(note: str) -> None:
    on_screen(note)


def test_what_stands_in_the_way_of_lists_is_told_by_its_key_as_before() -> None:
    stage = Stage(language="zh-Hant")
    assert stage.view.words.told(Told("lists.why.disk-full")) == "磁碟已滿"
