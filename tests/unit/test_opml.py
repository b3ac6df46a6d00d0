"""Lists of feeds: OPML in and out, and the person's list with the one that ships."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_monitor.config.feeds_list import effective_feeds, load_default_feeds
from tui_monitor.config.opml import MAX_NAME, read_opml, write_opml
from tui_monitor.config.settings import FeedEntry, News
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.text import safe_url

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
FEEDS = (
    FeedEntry(name="Ferries", url="https://e.example/ferries?a=1&b=2", title="Ferries & <docks>", category="Sea"),
    FeedEntry(name="船", url="https://e.example/ship", title="船務", language="zh-Hant", category="Sea", period=900),
    FeedEntry(name='Quo"ted', url="https://e.example/q"),
)


def test_what_is_written_is_read_again() -> None:
    entries, notes = read_opml(write_opml(FEEDS, NOW))
    assert notes == ()
    assert entries == (FEEDS[0], FEEDS[1], FeedEntry(name='Quo"ted', url="https://e.example/q", title='Quo"ted'))


def test_another_readers_list_is_understood() -> None:
    body = """<?xml version="1.0"?><opml version="1.1"><head><title>Mine & yours</title></head><body>
    <outline text="News"><outline text="Asia">
      <outline text="Ferries" type="rss" xmlURL="https://e.example/1" htmlUrl="https://e.example/"/>
      <outline title="A name that is much too long for a column" xmlUrl="https://e.example/2"/>
      <outline title="A name that is much too long for a column" xmlUrl="https://e.example/3"/></outline>
      <outline text="Deep" xmlUrl="https://e.example/4" category="/World/Trade"/></outline>
    <outline xmlUrl="https://www.e2.example/feed"/>
    <outline text="Twice" xmlUrl="http://e.example/1?utm_source=x"/>
    <outline text="Bad" xmlUrl="javascript:alert(1)"/><outline text="feed:" xmlUrl="feed://e.example/x"/>
    </body></opml>"""
    entries, notes = read_opml(body.encode())
    assert [(one.url, one.category) for one in entries] == [
        ("https://e.example/1", "Asia"),
        ("https://e.example/2", "Asia"),
        ("https://e.example/3", "Asia"),
        ("https://e.example/4", "Trade"),
        ("https://www.e2.example/feed", ""),
    ]
    assert entries[0].name == "Ferries"
    assert entries[4].name == "e2.example"
    assert entries[1].name != entries[2].name
    assert all(len(one.name) <= MAX_NAME for one in entries)
    assert len(notes) == 3


@pytest.mark.parametrize(
    "body",
    [
        b"", b"words", b"<html><body/></html>", b"<rss><channel/></rss>",
        b'<!DOCTYPE opml [<!ENTITY a "0123456789abcdef0123"><!ENTITY b "&a;&a;">]><opml><body/></opml>',
        b"<opml>" + b"<outline>" * 1000,
        b"\x1f\x8b\x08\x00",
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused(body: bytes) -> None:
    with pytest.raises(ConfigError):
        read_opml(body)


def test_hostile_names_are_cleaned() -> None:
    entries, _ = read_opml(
        '<opml><body><outline text="a\u202eb&#x9b;c" xmlUrl="https://e.example/1"/></body></opml>'.encode()
    )
    assert entries[0].name == "ab›c" or entries[0].name == "abc"


# The list that ships.


def test_the_shipped_feeds_are_valid_and_dated() -> None:
    feeds = load_default_feeds()
    assert len({one.name for one in feeds}) == len(feeds) >= 15
    assert all(safe_url(one.url) == one.url and one.url.startswith("https://") for one in feeds)
    assert {(one.language or "")[:2] for one in feeds} == {"en", "zh"}
    assert all(one.category and one.title and one.period >= 300 for one in feeds)


def test_a_wrong_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "feeds.json"
    for content in ("[]", json.dumps({"as_of": "x", "feeds": [{"name": "a"}]}), "{"):
        path.write_text(content)
        with pytest.raises(ConfigError, match=r"feeds\.json"):
            load_default_feeds(path)
    twice = {
        "as_of": "x",
        "feeds": [{"name": "a", "url": "https://e.example/1"}, {"name": "A", "url": "https://e.example/2"}],
    }
    path.write_text(json.dumps(twice))
    with pytest.raises(ConfigError, match="two feeds"):
        load_default_feeds(path)


def names(news: News, *own: FeedEntry) -> list[str]:
    shipped = (
        FeedEntry(name="One", url="https://e.example/one", language="en"),
        FeedEntry(name="二", url="https://e.example/two", language="zh-Hant"),
        FeedEntry(name="Any", url="https://e.example/any"),
    )
    return [one.name for one in effective_feeds(shipped, news, own)]


def test_the_persons_feeds_come_first_and_override() -> None:
    mine = FeedEntry(name="one", url="https://my.example/")
    assert names(News(), mine) == ["one", "二", "Any"]
    assert names(News(), FeedEntry(name="Mine", url="http://www.e.example/one/?utm_source=x")) == ["Mine", "二", "Any"]
    assert names(News(use_default_feeds=False), mine) == ["one"]
    assert names(News(languages=("zh",))) == ["二", "Any"]
    assert names(News(without=("any", "ONE"))) == ["二"]


def test_wrong_lists_are_refused() -> None:
    with pytest.raises(ConfigError, match="usable"):
        names(News(), FeedEntry(name="x", url="file:///etc/passwd"))
    with pytest.raises(ConfigError, match="two feeds"):
        names(News(), FeedEntry(name="x", url="https://e.example/1"), FeedEntry(name="X", url="https://e.example/2"))
