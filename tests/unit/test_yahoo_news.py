"""Yahoo's stories of a symbol: what is taken, what is refused, and the recorded answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tui_monitor.domain.errors import SourceError
from tui_monitor.sources.api import Request
from tui_monitor.sources.yahoo_news import YahooNews, parse_news
from tui_monitor.sources.yfinance_client import Reply

NOW = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)


def answer(*titles: str) -> dict[str, Any]:
    stream = [
        {"id": one, "content": {"title": one, "canonicalUrl": {"url": f"https://desk.example/{one}"}}} for one in titles
    ]
    return {"data": {"tickerStream": {"stream": stream}}}


class Answers:
    def __init__(self, by_symbol: Mapping[str, Any]) -> None:
        self.by_symbol = by_symbol

    async def get_json(self, path: str, params: Mapping[str, str], *, posted: Any = None, **_: Any) -> Reply:
        return Reply(self.by_symbol[posted["serviceConfig"]["s"][0]], 1, 100)

    async def aclose(self) -> None:
        pass


async def test_a_story_of_two_companies_is_one_headline_tied_to_both() -> None:
    client = Answers({"BABA": answer("both", "one"), "JD": answer("both"), "NONE": None})
    source = YahooNews(client, lambda: NOW, "finance.yahoo.com", timeout=5.0, spacing=0.0)
    batch = await source.fetch(Request(symbols=("BABA", "JD", "NONE")))
    assert [(one.title, one.symbols) for one in batch.headlines] == [("both", ("BABA", "JD")), ("one", ("BABA",))]
    assert batch.missing == ("NONE",)
    assert (batch.requests, batch.octets) == (3, 300)
    assert all(one.published is None for one in batch.headlines), "no date is none, not now"


@pytest.mark.parametrize("wrong", [None, [], {}, {"data": None}, {"data": {"tickerStream": {"stream": {}}}}, "words"])
def test_what_is_no_answer_is_refused(wrong: object) -> None:
    with pytest.raises(SourceError):
        parse_news(wrong, "BABA", NOW)


def test_every_recorded_story_is_read(shared_data: Path) -> None:
    seen = 0
    for path in sorted((shared_data / "yahoo" / "xhr_ncp_news").glob("*.json")):
        told = json.loads(path.read_bytes())
        expected = [one["content"] for one in told["data"]["tickerStream"]["stream"] if not one.get("ad")]
        found = parse_news(told, "AAPL", NOW)
        assert len(found) == len(expected)
        assert {one.url for one in found} <= {
            (one.get(name) or {}).get("url") for one in expected for name in ("clickThroughUrl", "canonicalUrl")
        }
        assert [one.published.isoformat() if one.published else None for one in found] == [
            one["pubDate"].replace("Z", "+00:00") for one in expected
        ]
        seen += len(found)
    assert seen >= 10
