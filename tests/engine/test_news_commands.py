"""``news`` and ``feeds`` as programs of their own, against files and a loopback server."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import os
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from tests.golden.schema_check import errors
from tests.servers.loopback import Answer, Fault, LoopbackServer

from tui_monitor.cli.commands.schema import FOLDER

FIELDS = ["id", "published", "title", "url", "source", "author", "summary", "lang", "symbols", "topics", "also"]

CONFIG = """\
[network]
allow_private_hosts = true
requests_per_minute = 600
[news]
use_default_feeds = false
[sources.feeds]
per_symbol = false
"""


def rss(*items: str, title: str = "Example Wire: news") -> bytes:
    return f'<rss version="2.0"><channel><title>{title}</title>{"".join(items)}</channel></rss>'.encode()


def entry(number: int, title: str, when: str | None = None, more: str = "") -> str:
    date = f"<pubDate>{when}</pubDate>" if when else ""
    return f"<item><title>{title}</title><link>https://e.example/{number}</link>{date}{more}</item>"


FIRST = entry(
    1, "Tencent to acquire a smaller rival for 2 bn", "Mon, 05 Jan 2026 10:00:00 GMT", "<author>A. Writer</author>"
)
SECOND = entry(2, "Weather \x1b]52;c;AAAA\x07 fine&#x202e; today", "Mon, 05 Jan 2026 11:00:00 GMT")
UNDATED = entry(3, "騰訊公布業績 純利升一成", None, "<description>&lt;b&gt;摘要&lt;/b&gt;</description>")


class World:
    """A server and the program's folders."""

    def __init__(self, server: LoopbackServer, folder: Path) -> None:
        self.server = server
        self.config = folder / "config"
        self.state = folder / "state"
        self.folder = folder
        self.config.mkdir()
        self.write(CONFIG)

    def write(self, text: str) -> None:
        (self.config / "config.toml").write_text(text)

    def feed(self, name: str, *items: str, **more: Any) -> str:
        self.server.route(f"/{name}", Answer(body=rss(*items, **more), content_type="application/rss+xml"))
        return f"{self.server.url}/{name}"

    def file(self, name: str, body: bytes) -> str:
        path = self.folder / name
        path.write_bytes(body)
        return str(path)

    async def run(self, *words: str, given: bytes = b"") -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tui_monitor", *words,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            env={
                **os.environ, "TUI_MONITOR_CONFIG_DIR": str(self.config), "TUI_MONITOR_STATE_DIR": str(self.state),
            },
        )  # fmt: skip
        async with asyncio.timeout(60):
            out, err = await process.communicate(given)
        assert process.returncode is not None
        assert b"Traceback" not in err, err.decode()
        return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with LoopbackServer() as server:
        yield World(server, tmp_path)


async def test_only_what_is_named_is_read_and_nothing_is_stored(world: World) -> None:
    url = world.feed("one", FIRST, SECOND)
    path = world.file("two.xml", rss(UNDATED, FIRST))
    code, out, err = await world.run("news", "--from", url, "--from", path, "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [list(one) for one in found] == [FIELDS] * 3
    assert errors(found, json.loads((FOLDER / "news.json").read_text())) == []
    fine, deal, undated = found
    assert [one["published"] for one in found] == ["2026-01-05T11:00:00Z", "2026-01-05T10:00:00Z", None]
    assert deal["title"] == "Tencent to acquire a smaller rival for 2 bn"
    assert (deal["url"], deal["source"], deal["also"]) == (
        "https://e.example/1",
        f"127.0.0.1:{world.server.port}",
        ["two"],
    )
    assert (deal["author"], deal["lang"], deal["topics"]) == ("A. Writer", "en", ["deals"])
    assert deal["symbols"][0] == "0700.HK"
    assert (undated["lang"], undated["summary"], undated["source"]) == ("zh", "摘要", "two")
    assert undated["topics"] == ["earnings"]
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert fine["title"].startswith("Weather")
    assert world.server.count("/one") == 1
    assert not world.state.exists()


async def test_every_form_and_the_limit(world: World) -> None:
    path = world.file("feed.xml", rss(FIRST, SECOND, UNDATED))
    code, out, _ = await world.run("news", "--from", path, "--format", "jsonl", "--limit", "2")
    assert code == 0
    assert [json.loads(line)["title"][:7] for line in out.splitlines()] == ["Weather", "Tencent"]
    _, out, _ = await world.run("news", "--from", path, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert list(rows[0]) == FIELDS
    assert rows[1]["symbols"].split()[0] == "0700.HK"
    _, out, _ = await world.run("news", "--from", path, "--lang", "zh")
    assert "標題" in out.splitlines()[0]
    assert len(out.splitlines()) == 4
    _, out, _ = await world.run("news", "--from", "-", "--format", "jsonl", given=gzip.compress(rss(FIRST)))
    assert json.loads(out)["source"] == "stdin"


async def test_filters_choose_and_wrong_ones_are_told(world: World) -> None:
    path = world.file("feed.xml", rss(FIRST, SECOND, UNDATED))

    async def titles(expression: str) -> list[str]:
        code, out, _ = await world.run("news", "--from", path, "--filter", expression, "--format", "jsonl")
        assert code == 0
        return [json.loads(line)["title"][:7] for line in out.splitlines()]

    assert await titles("topic:deals") == ["Tencent"]
    assert await titles("mine:yes lang:zh") == ["騰訊公布業績 "]
    assert await titles('-"smaller rival" symbol:700') == ["騰訊公布業績 "]
    assert await titles("nowhere") == []
    code, out, err = await world.run("news", "--from", path, "--filter", "age<soon")
    assert (code, out) == (1, "")
    assert "character 5: expected a time such as 30m" in err


async def test_what_fails_is_told_by_name_and_hides_nothing(world: World) -> None:
    good = world.feed("good", FIRST)
    page = world.file("page.html", b"<html><link rel=alternate type='application/rss+xml' href=/feed></html>")
    world.server.route("/gone", Answer(status=404, body=b"gone"))
    world.server.route("/hole", Answer())
    world.server.fail("/hole", Fault.BLACK_HOLE)
    places = ("--from", good, "--from", page, "--from", f"{world.server.url}/gone", "--from", str(world.folder / "no"))
    code, out, err = await world.run("news", *places, "--format", "jsonl")
    assert code == 4
    assert len(out.splitlines()) == 1
    assert "not a feed: a web page; it names a feed at /feed" in err
    assert "/gone: " in err
    assert "no such file" in err
    code, out, err = await world.run("news", "--from", f"{world.server.url}/hole", "--timeout", "0.5")
    assert (code, out) == (3, "")
    assert "no answer" in err
    code, _, err = await world.run("news", "--offline", "--from", good)
    assert code == 1
    assert "offline" in err


async def test_repeated_items_are_merged_and_said(world: World) -> None:
    path = world.file("feed.xml", rss(FIRST, FIRST, "<item></item>", "<item></item>"))
    code, out, err = await world.run("news", "--from", path, "--format", "jsonl")
    assert code == 0
    assert len(out.splitlines()) == 2, "an item with nothing in it is told once as well"
    assert "2 repeated items were merged" in err


async def test_without_from_the_feeds_are_asked_and_stored(world: World) -> None:
    world.feed("a", FIRST, SECOND)
    world.feed("b", entry(9, "UPDATE: Tencent to acquire a smaller rival for 2 bn", "Mon, 05 Jan 2026 10:30:00 GMT"))
    world.server.route("/bad", Answer(body=b"<html></html>", content_type="text/html"))
    feeds = "".join(f'[[feeds]]\nname = "{name}"\nurl = "{world.server.url}/{name}"\n' for name in ("a", "b"))
    world.write(CONFIG + feeds)
    code, _, err = await world.run("news", "--offline")
    assert code == 3
    assert "no headline is stored yet" in err
    code, out, err = await world.run("news", "--format", "json")
    assert (code, err) == (0, "")
    found = json.loads(out)
    assert [one["title"][:7] for one in found] == ["Weather", "Tencent"] or len(found) == 2
    merged = next(one for one in found if "smaller rival" in one["title"])
    assert {merged["source"], *merged["also"]} == {"a", "b"}
    asked = len(world.server.asked)
    code, out, _ = await world.run("news", "--offline", "--filter", "rival", "--format", "json")
    assert code == 0
    assert json.loads(out) == [merged]
    assert len(world.server.asked) == asked
    world.write(CONFIG + feeds + f'[[feeds]]\nname = "bad"\nurl = "{world.server.url}/bad"\n')
    code, out, err = await world.run("news", "--format", "jsonl")
    assert code == 4
    assert len(out.splitlines()) == 2
    assert "bad: not a feed" in err


async def test_a_long_feed_is_stored_whole(world: World) -> None:
    world.feed("long", *(entry(n, f"Item number {n}", "Mon, 05 Jan 2026 10:00:00 GMT") for n in range(950)))
    world.write(f'{CONFIG}[[feeds]]\nname = "long"\nurl = "{world.server.url}/long"\n')
    code, out, _ = await world.run("news", "--format", "jsonl", "--limit", "5000")
    assert code == 0
    assert len(out.splitlines()) == 950


async def test_a_feed_is_added_listed_read_and_removed(world: World) -> None:
    url = world.feed("own", FIRST, UNDATED)
    code, out, err = await world.run("feeds", "add", url)
    assert (code, out) == (0, "")
    assert "Example Wire: news: 2 items, en" in err
    written = tomllib.loads((world.config / "feeds.toml").read_text())
    assert written["feeds"] == [
        {"name": "Example Wire", "url": url, "title": "Example Wire: news", "language": "en", "period": 600.0}
    ]
    assert (world.config / "config.toml").read_text() == CONFIG
    code, out, _ = await world.run("feeds", "list", "--format", "json")
    (listed,) = json.loads(out)
    assert (listed["name"], listed["origin"], listed["muted"]) == ("Example Wire", "added", False)
    code, out, _ = await world.run("news", "--format", "jsonl")
    assert {json.loads(line)["source"] for line in out.splitlines()} == {"Example Wire"}
    code, _, err = await world.run("feeds", "add", url, "--name", "Other")
    assert code == 2
    assert "read already, as Example Wire" in err
    code, _, err = await world.run("feeds", "add", world.file("x", b""))
    assert code == 3
    code, _, _ = await world.run("feeds", "remove", "example wire")
    assert code == 0
    assert json.loads((await world.run("feeds", "list", "--format", "json"))[1]) == []
    code, _, err = await world.run("feeds", "remove", "nothing")
    assert code == 1


async def test_what_is_no_feed_is_not_added(world: World) -> None:
    world.server.route("/page", Answer(body=b"<html><body>no</body></html>", content_type="text/html"))
    code, out, err = await world.run("feeds", "add", f"{world.server.url}/page")
    assert (code, out) == (3, "")
    assert "not a feed: a web page" in err
    assert not (world.config / "feeds.toml").exists()
    code, _, _ = await world.run("feeds", "add", f"{world.server.url}/page", "--no-check", "--name", "Blind")
    assert code == 0
    code, out, err = await world.run("feeds", "check", "--format", "json")
    assert code == 3
    (row,) = json.loads(out)
    assert (row["name"], row["ok"], row["items"]) == ("Blind", False, None)
    assert "web page" in row["reason"]


async def test_feeds_of_the_persons_own_and_shipped_ones_are_not_removed(world: World) -> None:
    world.write(f'[[feeds]]\nname = "Mine"\nurl = "{world.server.url}/mine"\n')
    code, _, err = await world.run("feeds", "remove", "mine")
    assert code == 1
    assert "config.toml, which is yours" in err
    code, _, err = await world.run("feeds", "remove", "RTHK")
    assert code == 1
    assert 'without = ["RTHK"]' in err


async def test_check_tells_of_each(world: World) -> None:
    good = world.feed("good", FIRST, SECOND)
    world.server.route("/down", Answer(status=503, body=b"later"))
    code, out, _ = await world.run("feeds", "check", good, f"{world.server.url}/down", "--format", "json")
    assert code == 4
    first, second = json.loads(out)
    assert (first["name"], first["ok"], first["items"], first["language"]) == ("Example Wire", True, 2, "en")
    assert first["newest"] == "2026-01-05T11:00:00Z"
    assert second["ok"] is False
    assert "503" in second["reason"]


async def test_lists_are_exchanged_as_opml(world: World) -> None:
    opml = f"""<?xml version="1.0"?><opml version="2.0"><body><outline text="Tech">
      <outline type="rss" text="One &amp; only" xmlUrl="{world.server.url}/1"/>
      <outline type="rss" text="One &amp; only" xmlUrl="{world.server.url}/2"/>
      <outline type="rss" text="Bad" xmlUrl="ftp://x.example/"/>
    </outline></body></opml>""".encode()
    path = world.file("list.opml", opml)
    code, out, err = await world.run("feeds", "import", path, "--dry-run")
    assert code == 0
    assert len(out.splitlines()) == 2
    assert "2 feeds would be added" in err
    assert not (world.config / "feeds.toml").exists()
    code, out, err = await world.run("feeds", "import", "-", given=opml)
    assert code == 0
    assert "not a usable http or https address" in err
    code, out, err = await world.run("feeds", "import", path)
    assert out == ""
    assert "read already, as One & only" in err
    code, out, _ = await world.run("feeds", "export")
    assert code == 0
    again = world.file("again.opml", out.encode())
    (world.config / "feeds.toml").unlink()
    assert (await world.run("feeds", "import", again))[0] == 0
    rows = json.loads((await world.run("feeds", "list", "--format", "json"))[1])
    assert [(row["name"], row["category"]) for row in rows] == [("One & only", "Tech"), ("One & only 2", "Tech")]
    code, _, err = await world.run("feeds", "import", world.file("no.opml", b"<html></html>"))
    assert code == 2
    assert "no list of feeds in OPML" in err


async def test_a_wrong_file_of_added_feeds_is_told_by_line(world: World) -> None:
    (world.config / "feeds.toml").write_text("[[feeds]\n")
    for words in (("feeds", "list"), ("feeds", "remove", "x")):
        code, _, err = await world.run(*words)
        assert code == 2
        assert "feeds.toml, line 1" in err


async def test_feeds_are_muted_and_shown_again_by_name(world: World) -> None:
    (world.config / "config.toml").write_text(
        '[[feeds]]\nname = "Mine"\nurl = "https://example.com/feed"\n[news]\nuse_default_feeds = false\n'
    )
    code, _, err = await world.run("feeds", "mute", "mine")
    assert (code, err) == (0, "Headlines of Mine are not shown.\n")
    assert tomllib.loads((world.config / "feeds.toml").read_text())["muted"] == ["Mine"]
    code, _, err = await world.run("feeds", "mute", "nobody")
    assert code == 1
    assert "there is no feed called 'nobody'" in err
    code, _, err = await world.run("feeds", "unmute", "MINE")
    assert (code, err) == (0, "Headlines of Mine are shown again.\n")
    assert "muted" not in tomllib.loads((world.config / "feeds.toml").read_text())


async def test_a_filter_is_called_by_its_name_from_either_file(world: World) -> None:
    world.write(CONFIG + '[news.filters]\ndeals = "tencent"\n')
    (world.config / "filters.toml").write_text('[filters]\n"my own" = "weather"\n')
    place = world.file("feed.xml", rss(FIRST, SECOND))
    for name, title in (("Deals", "Tencent"), ("my own", "Weather"), ('"fine"', "Weather")):
        code, out, err = await world.run("news", "--from", place, "--filter", name, "--format", "jsonl")
        assert (code, err) == (0, "")
        (found,) = (json.loads(line) for line in out.splitlines())
        assert found["title"].startswith(title)
