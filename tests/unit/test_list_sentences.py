"""What stands in the way of the lists' file, and what an edit may not be, in the three languages of the interface."""

from __future__ import annotations

import errno
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_monitor.config.paths import Paths
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.watchlist_file import WatchlistFile
from tui_monitor.config.watchlist_text import read_text
from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.list_words import ENGLISH
from tui_monitor.domain.told import Told, told
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, Move, NewList, Remove, Rename, SetNote, apply
from tui_monitor.present.catalogue.english_toml import PARSER_WORDS
from tui_monitor.present.catalogue.simplified_files import FILE_WORDS as SIMPLIFIED
from tui_monitor.present.catalogue.traditional_files import FILE_WORDS as TRADITIONAL
from tui_monitor.present.phrases import phrases
from tui_monitor.present.words import LANGUAGES, Words
from tui_monitor.services.watchlists import WatchlistService

HAN = re.compile(r"[\u4e00-\u9fff]")
PATH = re.compile(r"\S*/\S*")
ENGLISH_WORD = re.compile(r"\b(?:the|is|not|cannot|expected|got|line|at|of)\b")


def in_all(sentence: Told | str) -> dict[str, str]:
    """Say ``sentence`` in every language; check that each is one."""
    said = {language: Words(language).told(sentence) for language in LANGUAGES}
    assert said["en"] == str(sentence), "the screen and the command line say the same"
    for language in ("zh-Hant", "zh-Hans"):
        assert HAN.search(said[language])
        assert "{" not in said[language]
        assert not ENGLISH_WORD.search(PATH.sub("", said[language])), said[language]
    return said


def refusal(sentence_of: Any) -> Told | str:
    with pytest.raises(WatchlistError) as caught:
        sentence_of()
    assert isinstance(caught.value.sentence, Told)
    return caught.value.sentence


def test_every_sentence_is_there_in_every_language_with_the_same_gaps() -> None:
    english = ENGLISH | PARSER_WORDS
    for other in (TRADITIONAL, SIMPLIFIED):
        assert other.keys() == english.keys()
        for key, template in english.items():
            assert sorted(re.findall(r"\{\w+\}", template)) == sorted(re.findall(r"\{\w+\}", other[key])), key
    assert not {sign for sign in "單檔儲" if any(sign in words for words in SIMPLIFIED.values())}


@pytest.mark.parametrize(
    ("number", "hant", "hans"),
    [
        (errno.ENOSPC, "磁碟已滿", "磁盘已满"),
        (errno.EDQUOT, "你的磁碟配額已用盡", "你的磁盘配额已用完"),
        (errno.EROFS, "磁碟唯讀", "磁盘只读"),
        (errno.EACCES, "你無權寫入該處", "你无权写入该处"),
        (errno.ENOENT, "找不到所在的資料夾", "找不到所在的文件夹"),
    ],
)
def test_a_disk_that_takes_nothing(
    number: int, hant: str, hans: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state")
    paths.ensure()
    service = WatchlistService(
        paths, now=lambda: datetime.now(UTC), default=Watchlists((Watchlist(name="mine"),)), delay=3600.0
    )
    service.edit(Add("mine", (Entry(symbol="BABA"),)))

    def full(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        assert not service.flush()
    assert service.trouble is not None
    said = in_all(service.trouble)
    path = paths.watchlists_file
    assert said["zh-Hant"] == f"{path} 未能儲存：{hant}；你的修改仍在，可以儲存時便會儲存。"
    assert said["zh-Hans"] == f"{path} 无法保存：{hans}；你的修改仍在，可以保存时便会保存。"
    assert service.close()
    assert service.trouble is None


def test_a_folder_that_is_missing_a_file_of_another_s_and_a_link_into_nowhere(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "gone" / "deeper" / "watchlists.toml")
    with pytest.raises(WatchlistError) as caught, file.locked():
        pass
    assert "找不到所在的資料夾" in in_all(caught.value.sentence)["zh-Hant"]
    for why in ("owner", "dead-link", "locked", "unreadable", "read-only"):
        in_all(told("lists.not-saved", path="w.toml", reason=told(f"lists.why.{why}"), fate=told("lists.fate.lost")))


@pytest.mark.parametrize(
    ("text", "line", "hant"),
    [
        ('[[lists]]\nname = "a"\nentries = [{symbol = B}]', 3, "第 22 欄，值無效"),
        ('[[lists]]\nname = "a', 2, "檔案結尾，字串未結束"),
        ("[[lists]\n", 1, "陣列宣告末尾應有 ]]"),
        ("version = 2", 1, "版本 2 由較新的程式寫成"),
        ("version = true", 1, "應為版本 1，現為 true"),
        ("lists = 7", 1, "應為 [[lists]]，現為 7"),
        ("lists = [7]", 1, "應為表格，現為 7"),
        ("[[lists]]\nentries = []", 1, "名單沒有名稱"),
        ('[[lists]]\nname = "a"\nentries = {}', 3, "應為一列項目，現為 表格"),
        ('[[lists]]\nname = "a"\nentries = ["BABA", "BABA"]', 3, "BABA 在「a」中出現兩次"),
        ('[[lists]]\nname = "a"\nentries = [[]]', 3, "應為代號或表格，現為 一列值"),
        ('[[lists]]\nname = "a"\nentries = [{}]', 3, "項目沒有代號"),
        ('[[lists]]\nname = "a"\nentries = ["!!"]', 3, '"!!" 不是代號'),
        ('[[lists]]\nname = "a"\nentries = ["' + "x" * 300 + '"]', 3, "300 個字元的文字 不是代號"),
        ('[[lists]]\nname = "a"\nentries = [{symbol = "BABA", tags = 2025-09-17}]', 3, "現為 時間 2025-09-17"),
        ('[[lists]]\nname = "a"\nentries = [{symbol = "BABA", quantity = "x"}]', 3, "「quantity」應為數字"),
        ('[[lists]]\nname = "a"\nentries = [{symbol = "BABA", note = 1}]', 3, "「note」應為文字"),
        ('[[lists]]\nname = "a"\ncolour = 1', 3, '不明的鍵 "colour"；應為 name, currency, entries'),
        ('[[lists]]\nname = ""', 1, "名單需要名稱。"),
        ('[[lists]]\nname = "a"\ncurrency = "dollars"', 1, "「dollars」不是 HKD 之類的貨幣代號。"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_line_and_reason(text: str, line: int, hant: str) -> None:
    said = in_all(refusal(lambda: read_text(text.encode(), "w.toml")))
    assert said["en"].startswith(f"w.toml, line {line}: ")
    assert said["zh-Hant"].startswith(f"w.toml 第 {line} 行：")
    assert said["zh-Hans"].startswith(f"w.toml 第 {line} 行：")
    assert hant in said["zh-Hant"]
    assert "。。" not in said["zh-Hant"]
    assert not said["en"].endswith("..")


@pytest.mark.parametrize("data", [b"\xff", b"a" * 2000, b"x = " + b"[" * 500, b"x = 2025-99-99", b"x = " + b"9" * 5000])
def test_what_is_no_toml_at_all(data: bytes) -> None:
    with pytest.raises(TomlError) as caught:
        parse_toml(data, limit=1500 if data[:1] == b"a" else 10_000)
    in_all(told("lists.wrong", path="w.toml", line=caught.value.line, reason=caught.value.reason))


def test_what_the_parser_says_is_known_by_its_own_words() -> None:
    wrong = ("x", "= 1", "x = [1", "x = {a = 1", 'x = "\\q"', "x = 1\nx = 2", "[a]\n[a]", "x = 1 y = 2", 'x = "\x01"')
    for text in wrong:
        with pytest.raises(TomlError) as caught:
            parse_toml(text.encode(), limit=1000)
        said = str(caught.value.reason.values["reason"])
        assert phrases("zh-Hant").find(said) is not None, said
    assert phrases("zh-Hant").find("Cannot declare ('a',) twice") == "('a',) 不可宣告兩次"
    later = "Something that a later version says"
    assert phrases("zh-Hant").find(later) is None
    assert later in Words("zh-Hant").told(told("toml.invalid", reason=later)), "rather in English than not at all"


LISTS = Watchlists((Watchlist(name="mine", entries=(Entry(symbol="BABA"), Entry(symbol="JD"))), Watchlist(name="b")))


@pytest.mark.parametrize(
    ("edit", "hant"),
    [
        (Add("mine", (Entry(symbol="JD"),)), "JD 已在「mine」第 2 位。"),
        (Add("other", (Entry(symbol="JD"),)), "沒有名為「other」的名單。"),
        (Remove("mine", ("NTES",)), "NTES 不在「mine」。"),
        (Remove("mine", ()), "沒有指明代號。"),
        (NewList("MINE"), "已有名為「mine」的名單。"),
        (Rename("b", ""), "名單需要名稱。"),
        (SetNote("mine", ("JD",), "x" * 5000), "JD 的備註須為一行純文字"),
        (Move("b", ("JD",), 0, to="mine"), "JD 不在「b」。"),
    ],
)
def test_an_edit_that_is_refused(edit: Any, hant: str) -> None:
    assert hant in in_all(refusal(lambda: apply(LISTS, edit)))["zh-Hant"]
