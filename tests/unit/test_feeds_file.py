"""The file of added feeds: what is written is read, what is wrong is told, nothing of others is lost."""

from __future__ import annotations

import stat
import threading
import tomllib
from pathlib import Path

import msgspec
import pytest

from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import FeedEntry, News, Settings
from tui_monitor.domain.errors import ConfigError
from tui_monitor.services.source_setup import feeds_to_read, read_added, source_tables

ONE = FeedEntry(name="One", url="https://one.example/rss", title="One: 新聞 “quoted”", language="zh", period=900)
TWO = FeedEntry(name="Two", url="https://two.example/rss")


@pytest.fixture
def file(tmp_path: Path) -> FeedsFile:
    return FeedsFile(tmp_path / "config" / "feeds.toml")


def test_what_was_added_is_there_again(file: FeedsFile) -> None:
    assert file.read() == AddedFeeds()
    file.add(ONE)
    file.add(TWO)
    file.mute("One", True)
    again = FeedsFile(file.path).read()
    assert again.feeds == (ONE, TWO)
    assert again.muted == ("One",)
    document = tomllib.loads(file.path.read_text())
    assert document["feeds"][0] == {
        "name": "One", "url": ONE.url, "title": ONE.title, "language": "zh", "period": 900.0,
    }  # fmt: skip
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert file.remove("one")
    assert not file.remove("one")
    file.mute("one", False)
    assert file.read() == AddedFeeds(feeds=(TWO,))


def test_a_name_or_an_address_is_taken_once(file: FeedsFile) -> None:
    file.add(ONE)
    with pytest.raises(ConfigError, match="called One is there already"):
        file.add(msgspec.structs.replace(TWO, name="ONE"))
    with pytest.raises(ConfigError, match="read already, as One"):
        file.add(msgspec.structs.replace(TWO, url="http://www.one.example/rss/"))
    # The front pages of two sites name no story; they are still two places.
    file.add(msgspec.structs.replace(TWO, url="https://a.example/"))
    file.add(FeedEntry(name="Three", url="https://b.example/"))
    assert [one.name for one in file.read().feeds] == ["One", "Two", "Three"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("feeds = 3", "array"),
        ("[[feeds]]\nname = 'x'\n", "missing required field `url`"),
        ("[[feeds]]\nname = 'x'\nurl = 'file:///etc/passwd'", "no usable http or https address"),
        ("[[feeds]]\nname = 'x'\nurl = 'https://a.example/'\nperiod = 5", "300"),
        ("muted = [1]", "str"),
        ("other = 1", "other"),
        ("[[feeds]\n", "line 1"),
        ("[[feeds]]\nname='x'\nurl='https://a.example/'\n[[feeds]]\nname='X'\nurl='https://b.example/'", "same name"),
    ],
)
def test_a_wrong_file_is_told_and_left_alone(file: FeedsFile, text: str, reason: str) -> None:
    file.path.parent.mkdir()
    file.path.write_text(text)
    with pytest.raises(ConfigError, match=reason) as told:
        file.read()
    assert str(file.path) in str(told.value)
    with pytest.raises(ConfigError):
        file.add(ONE)
    assert file.path.read_text() == text
    held, problem = read_added(Paths(file.path.parent, file.path.parent))
    assert held == AddedFeeds()
    assert problem is not None
    assert problem.endswith("The feeds in it are not read.")


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("a file")
    with pytest.raises(ConfigError, match=r"nothing was changed|cannot be read"):
        FeedsFile(tmp_path / "config" / "feeds.toml").add(ONE)


def test_two_writers_lose_nothing(file: FeedsFile) -> None:
    file.add(ONE)

    def add(first: int) -> None:
        for number in range(first, first + 10):
            FeedsFile(file.path).add(FeedEntry(name=f"n{number}", url=f"https://e.example/{number}"))

    threads = [threading.Thread(target=add, args=(first,)) for first in (0, 100, 200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(file.read().feeds) == 31


def test_added_feeds_stand_behind_the_persons_own_and_before_the_shipped() -> None:
    own = FeedEntry(name="Two", url="https://mine.example/rss")
    settings = Settings(feeds=(own,), news=News(use_default_feeds=False))
    added = AddedFeeds(feeds=(TWO, ONE, FeedEntry(name="Same", url="http://mine.example/rss/")))
    assert [one.url for one in feeds_to_read(settings, added)] == [own.url, ONE.url]
    entries = source_tables(settings, added)["feeds"]["entries"]
    assert [one["name"] for one in entries] == ["Two", "One"]
    shipped = feeds_to_read(Settings(), added)
    assert shipped[:2] == (TWO, ONE)
    assert len(shipped) > 10
