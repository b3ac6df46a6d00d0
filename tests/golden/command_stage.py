"""The commands whose output is compared with golden files and schemas, and what the person has in these tests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tui_monitor.config.settings import Settings
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel
from tui_monitor.services.replayed import Replayed
from tui_monitor.store.alert_log import append_events

FOLDER = Path(__file__).parent / "commands"
HEADLINES = Path(__file__).parent / "rating_headlines.jsonl"

QUOTES = ["quotes", "700", "9988", "HSTECH.HK", "^N225", "GC=F", "BTC-USD", "BABA"]

COMMANDS = {
    "quotes": QUOTES,
    "movers": ["movers", "--by", "points", "--limit", "12"],
    "movers-turnover": ["movers", "--by", "turnover", "--ascending", "--limit", "4", "--at", "11:00"],
    "index": ["index"],
    "index-morning": ["index", "--at", "11:00"],
    "index-earlier": ["index", "--as-of", "2025-09-12", "--since", "2025-04-09"],
    "calendar": ["calendar", "--days", "21"],
    "calendar-morning": ["calendar", "--days", "2", "--kind", "central-bank", "--at", "11:00"],
    "news": ["news", "--limit", "12"],
    "news-filter": ["news", "--filter", "topic:deals,chips-ai age<6h"],
    "ratings": ["ratings", "--since", "2025-09-15"],
    "ratings-company": ["ratings", "BABA", "bidu", "--at", "11:00"],
    "alerts": ["alerts"],
    "alerts-morning": ["alerts", "tencent", "deals", "--at", "11:00"],
    "brief": ["brief"],
    "brief-morning": ["brief", "--at", "11:00"],
}
"""What is run, by the name of its golden files."""

RULES = """\
[[alerts.rules]]
name = "tencent"
kind = "price"
symbols = ["0700.HK"]
above = 700
below = 650
[[alerts.rules]]
name = "large moves"
kind = "percent"
symbols = ["9888.HK", "0981.HK", "9988.HK"]
above = 6
[[alerts.rules]]
name = "points"
kind = "points"
symbols = ["9988.HK"]
below = -20
[[alerts.rules]]
name = "highs"
kind = "high"
symbols = ["9888.HK"]
[[alerts.rules]]
name = "upgrades"
kind = "rating"
symbols = ["9888.HK", "BIDU"]
actions = ["upgrade"]
[[alerts.rules]]
name = "deals"
kind = "headline"
filter = "topic:deals"
[[alerts.rules]]
name = "strong close"
kind = "claim"
claim = "highest-close-since"
[[alerts.rules]]
name = "silent"
kind = "stale"
enabled = false
"""
"""Alert rules of every way of looking."""

LANGUAGES = ("en", "zh-Hant", "zh-Hans")


_READ: dict[tuple[object, ...], Replayed] = {}


def told_once(path: Path, at: datetime | None, settings: Settings, *, language: str) -> Replayed:
    key = (path, at, settings.market.index, language)
    if key not in _READ:
        _READ[key] = Replayed(path, at, settings, language=language)
    return _READ[key]


def whole(name: str, language: str, *more: str) -> list[str]:
    command, *rest = COMMANDS[name]
    return [command, *rest, "--from-recording", "demo", "--lang", language, *more]


def own_lists(tmp_path: Path) -> None:
    """Write lists with what a list can hold, and a log of alerts."""
    append_events(tmp_path / "state" / "alerts.jsonl", [
        AlertEvent(
            time=datetime(2025, 9, 17, 3, 1, tzinfo=UTC), rule="tencent", kind=AlertKind.PRICE, symbol="0700.HK",
            name="Tencent", side="above", value=701.5, threshold=700.0, channels=(Channel.BELL,),
        ),
        AlertEvent(
            time=datetime(2025, 9, 17, 6, 30, tzinfo=UTC), rule="deals", kind=AlertKind.HEADLINE, quiet=True,
            text="騰訊發行90億元人民幣債券，為2021年以來首次，所得款項用作一般企業用途",
        ),
    ])  # fmt: skip
    (tmp_path / "config" / "watchlists.toml").write_text(
        'version = 1\n[[lists]]\nname = "mine"\ncurrency = "HKD"\n'
        '[[lists.entries]]\nsymbol = "0700.HK"\nquantity = 200\ncost = 480.5\ncost_currency = "HKD"\n'
        'tags = ["games", "雲"]\nnote = "業績公布後再看，not before the results of the third quarter are out"\n'
        '[[lists.entries]]\nsymbol = "BABA"\n[[lists]]\nname = "觀察名單"\n',
        encoding="utf-8",
    )
