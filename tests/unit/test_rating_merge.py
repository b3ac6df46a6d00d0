"""One event from a table and from feeds is one row; different events stay apart."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tui_monitor.analysis.rating_merge import WINDOW, MergedRating, merge, to_rating_change
from tui_monitor.analysis.rating_text import extract, written_symbol
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.rating import Action, Origin, RatingChange

NOON = datetime(2025, 9, 17, 4, 0, tzinfo=UTC)
GROUP = {"NVAN": "9001.HK"}
"""NVAN is the United States line of 9001.HK."""


def change(key: str, hours: float = 0, **facts: Any) -> RatingChange:
    known: dict[str, Any] = {
        "symbol": "9001.HK",
        "company": "NORVANE-W",
        "firm": "Goldman Sachs",
        "action": Action.RAISE_TARGET,
        "target": 179.0,
        "currency": "HKD",
        "origin": Origin.HEADLINE,
        "source": key,
    }
    known.update(facts)
    known.setdefault("actions", (known["action"],))
    return RatingChange(key=key, time=NOON + timedelta(hours=hours), **known)


def keys(merged: list[MergedRating]) -> list[list[str]]:
    return [[part.key for part in item.parts] for item in merged]


def test_a_table_row_and_three_feeds_are_one_row() -> None:
    table = change(
        "table", symbol="NVAN", company=None, currency="USD", origin=Origin.TABLE, source="yahoo",
        firm="Goldman", action=Action.RAISE_TARGET, target=180.0, prior_target=163.0, from_grade="Buy", to_grade="Buy",
        home_symbol="9001.HK",
    )  # fmt: skip
    feeds = [
        change("aastocks", 2, firm="G Sachs", prior_target=None),
        change("wire", 5, firm="高盛", company="諾凡", symbol="9001.HK"),
        change("tweet", 30, firm="Goldman Sachs Group", symbol=None),
    ]
    (row,) = merge([*feeds, table], GROUP)
    assert [part.key for part in row.parts] == ["table", "aastocks", "wire", "tweet"]
    assert row.origins == (Origin.TABLE, Origin.HEADLINE)
    assert row.sources == ("yahoo", "aastocks", "wire", "tweet")
    assert row.keys == {"table", "aastocks", "wire", "tweet"}
    assert row.change.time == NOON
    # The richest report has its target, its currency and its line together.
    assert (row.change.target, row.change.prior_target, row.change.currency) == (180.0, 163.0, "USD")
    assert (row.change.symbol, row.change.home_symbol) == ("NVAN", "9001.HK")
    assert row.change.to_grade == "Buy"
    assert row.change.company in {"NORVANE-W", "諾凡"}


def test_the_order_of_the_reports_does_not_matter() -> None:
    reports = [
        change("a", 0),
        change("b", 5, firm="高盛"),
        change("c", 7, firm="UBS"),
        change("d", 9, firm="UBS", symbol=None, company="Norvane"),
        change("e", 200),
        change("f", 3, firm=None),
        change("g", 1, firm="UBS", action=Action.DOWNGRADE, target=None),
    ]
    expected = keys(merge(reports, GROUP))
    shuffler = random.Random(5)
    for _ in range(20):
        shuffler.shuffle(reports)
        assert keys(merge(reports, GROUP)) == expected


def test_newest_first() -> None:
    merged = merge([change("old", 0, firm="UBS"), change("new", 9, firm="Citi"), change("mid", 5, firm="DBS")], GROUP)
    assert [item.change.key for item in merged] == ["new", "mid", "old"]


@pytest.mark.parametrize(
    "facts",
    [
        {"firm": "Morgan Stanley"},
        {"symbol": "9002.HK", "company": "Quellbrook"},
        {"symbol": None, "company": "Quellbrook"},
        {"target": 190.0},
        {"action": Action.CUT_TARGET, "target": 179.0},
        {"action": Action.UPGRADE, "target": None, "to_grade": "Buy"},
        {"hours": WINDOW / timedelta(hours=1) + 1},
        {"firm": None, "target": None},
    ],
    ids=lambda facts: ",".join(facts),
)
def test_different_events_stay_apart(facts: dict[str, Any]) -> None:
    hours = facts.pop("hours", 2)
    assert len(merge([change("one"), change("other", hours, **facts)], GROUP)) == 2


@pytest.mark.parametrize(
    "facts",
    [
        {"firm": "G Sachs"},
        {"symbol": "NVAN", "currency": "USD", "target": 23.0},
        {"symbol": None, "company": "Norvane"},
        {"symbol": None, "company": "Norvane Inc."},
        {"target": 179.4},
        {"target": None},
        {"action": Action.UPGRADE, "actions": (Action.UPGRADE, Action.RAISE_TARGET), "to_grade": "Buy"},
        {"action": Action.REITERATE, "to_grade": "Buy"},
        {"firm": None},
        {"hours": WINDOW / timedelta(hours=1)},
    ],
    ids=lambda facts: ",".join(facts),
)
def test_reports_of_one_event_are_joined(facts: dict[str, Any]) -> None:
    hours = facts.pop("hours", 2)
    assert len(merge([change("one"), change("other", hours, **facts)], GROUP)) == 1


def test_an_upgrade_with_a_target_is_told_whole() -> None:
    (row,) = merge(
        [
            change("feed", action=Action.UPGRADE, target=None, currency=None, to_grade="Buy"),
            change("table", 1, action=Action.UPGRADE, actions=(Action.UPGRADE, Action.RAISE_TARGET),
                   from_grade="Neutral", to_grade="Buy", origin=Origin.TABLE),
        ]
    )  # fmt: skip
    assert row.change.action is Action.UPGRADE
    assert row.change.actions == (Action.UPGRADE, Action.RAISE_TARGET)
    assert (row.change.from_grade, row.change.to_grade, row.change.target) == ("Neutral", "Buy", 179.0)


def test_grades_that_contradict_keep_events_apart() -> None:
    one = change("one", action=Action.UPGRADE, target=None, to_grade="Buy")
    other = change("other", 1, action=Action.UPGRADE, target=None, to_grade="持有")
    same = change("same", 1, action=Action.UPGRADE, target=None, to_grade="買入")
    assert len(merge([one, other])) == 2
    assert len(merge([one, same])) == 1


def test_a_chain_of_reports_does_not_grow_beyond_the_window() -> None:
    reports = [change(f"r{day}", 24 * day) for day in range(9)]
    for item in merge(reports, GROUP):
        assert item.parts[-1].time - item.parts[0].time <= WINDOW
    assert sum(len(item.parts) for item in merge(reports, GROUP)) == len(reports)


def test_without_lines_symbols_stand_for_themselves_and_a_callable_may_group() -> None:
    reports = [change("one"), change("other", 1, symbol="NVAN", currency="USD", target=23.0)]
    assert len(merge(reports)) == 2
    assert len(merge(reports, lambda symbol: "norvane")) == 1
    assert merge([]) == []


def headline(title: str, **facts: Any) -> Headline:
    return Headline(id="h1", title=title, source="WIRE", received=NOON, url="https://example.com/a", **facts)


def test_a_headline_becomes_a_change_that_leads_back_to_it() -> None:
    title = "《大行》大和升諾凡(09001.HK)目標價至8元 維持「買入」評級"
    item = headline(title, published=NOON - timedelta(hours=1))
    found = to_rating_change(extract(title), item, lambda text: ())
    assert found is not None
    assert found.key == "headline:h1"
    assert found.url == "https://example.com/a"
    assert found.time == NOON - timedelta(hours=1)
    assert (found.origin, found.source, found.symbol) == (Origin.HEADLINE, "WIRE", "9001.HK")
    assert (found.firm, found.company, found.to_grade) == ("大和", "諾凡", "買入")
    assert (found.action, found.target, found.currency) == (Action.RAISE_TARGET, 8.0, "HKD")
    assert to_rating_change(extract(title), item, lambda text: ()) == found


def test_a_company_without_a_ticker_is_looked_up_by_its_name() -> None:
    title = "Citi upgrades Norvane to Buy"
    asked: list[str] = []

    def find(text: str) -> tuple[str, ...]:
        asked.append(text)
        return ("9001.HK", "NVAN")

    found = to_rating_change(extract(title), headline(title), find)
    assert found is not None
    assert found.symbol == "9001.HK"
    assert found.time == NOON
    assert asked == ["Norvane"]


def test_other_headlines_become_nothing() -> None:
    title = "Norvane opens a plant"
    assert to_rating_change(extract(title), headline(title), lambda text: ("9001.HK",)) is None


@pytest.mark.parametrize(
    ("code", "symbol"),
    [
        ("00700.HK", "0700.HK"),
        ("01083", "1083.HK"),
        ("KSS.N", "KSS"),
        ("TMUS.O", "TMUS"),
        ("BABA.US", "BABA"),
        ("LUV", "LUV"),
        ("600519.SH", "600519.SS"),
        (None, None),
    ],
)
def test_tickers_as_written_become_symbols(code: str | None, symbol: str | None) -> None:
    assert written_symbol(code) == symbol
