"""Reports of one rating event become one; the buckets find what a comparison of all with all finds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_monitor.analysis import rating_merge
from tui_monitor.analysis.rating_merge import WINDOW, merge
from tui_monitor.analysis.rating_text.firms import firm_key
from tui_monitor.domain.rating import Action, Origin, RatingChange

inside: Any = rating_merge
"""Its private parts, to go the plain way with."""

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
LINES = {"BABA": "9988.HK", "BIDU": "9888.HK"}


def change(key: str, firm: str | None, hours: float = 0.0, **more: object) -> RatingChange:
    fields: dict[str, object] = {
        "symbol": "BABA", "company": None, "action": Action.RAISE_TARGET, "target": 179.0, "currency": "USD",
    }  # fmt: skip
    fields |= more
    return RatingChange(key=key, time=NOW + timedelta(hours=hours), firm=firm, **fields)  # type: ignore[arg-type]


TABLE = change("t", "Goldman Sachs", from_grade="Buy", to_grade="Buy", prior_target=163.0, source="yahoo-ratings")
FEEDS = (
    change("h1", "高盛", 2, symbol="9988.HK", company="阿里巴巴", origin=Origin.HEADLINE, source="A", url="https://a.example/1"),
    change("h2", "Goldman", 1, company="Alibaba", origin=Origin.HEADLINE, source="B"),
    change("h3", "GS", 30, symbol="9988.HK", target=None, currency=None, origin=Origin.HEADLINE, source="C"),
)  # fmt: skip


def test_a_table_and_three_feeds_tell_one_event_in_any_order() -> None:
    for reports in ((TABLE, *FEEDS), (*FEEDS, TABLE), (FEEDS[1], TABLE, FEEDS[2], FEEDS[0])):
        (event,) = merge(reports, LINES)
        assert event.keys == {"t", "h1", "h2", "h3"}
        assert event.change.time == NOW
        assert event.origins == (Origin.TABLE, Origin.HEADLINE)
        assert event.sources == ("yahoo-ratings", "B", "A", "C")
        one = event.change
        assert (one.target, one.prior_target, one.currency, one.to_grade) == (179.0, 163.0, "USD", "Buy")
        assert one.url == "https://a.example/1"
        assert one.company in {"阿里巴巴", "Alibaba"}


@pytest.mark.parametrize(
    "other",
    [
        change("x", "Citi"),
        change("x", "Goldman Sachs", symbol="BIDU"),
        change("x", "Goldman Sachs", target=190.0),
        change("x", "Goldman Sachs", action=Action.CUT_TARGET),
        change("x", "Goldman Sachs", to_grade="Sell"),
        change("x", "Goldman Sachs", WINDOW.total_seconds() / 3600 + 1),
        change("x", "Goldman Sachs", action=Action.DOWNGRADE, target=None),
    ],
)
def test_what_contradicts_is_another_event(other: RatingChange) -> None:
    assert len(merge((TABLE, other), LINES)) == 2


def test_without_the_lines_two_symbols_are_two_companies() -> None:
    assert len(merge((TABLE, replace(FEEDS[0], company=None)))) == 2


def test_what_names_no_house_joins_by_the_same_target_only() -> None:
    assert len(merge((TABLE, change("x", None, 5)), LINES)) == 1
    assert len(merge((TABLE, change("x", None, 5, target=None)), LINES)) == 2


HOUSES = ["Goldman Sachs", "高盛", "Citi", "花旗", "Unheard Of", None]
REPORTS = st.builds(
    lambda number, firm, hours, symbol, action, target: change(
        f"k{number}", firm, hours, symbol=symbol, action=action, target=target
    ),
    st.integers(0, 10_000),
    st.sampled_from(HOUSES),
    st.integers(0, 200),
    st.sampled_from(["BABA", "9988.HK", "BIDU", "MSFT"]),
    st.sampled_from(list(Action)),
    st.sampled_from([None, 100.0, 100.3, 120.0]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(REPORTS, max_size=25, unique_by=lambda one: one.key), st.randoms())
def test_the_buckets_find_what_comparing_all_with_all_finds(reports: list[RatingChange], random: object) -> None:
    def groups(events: list[frozenset[str]]) -> set[frozenset[str]]:
        return set(events)

    found = groups([event.keys for event in merge(reports, LINES)])
    shuffled = list(reports)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert groups([event.keys for event in merge(shuffled, LINES)]) == found
    # The plain way: each report, those without a house last, joins the newest event that takes it.
    plain: list[Any] = []
    for one in sorted(reports, key=lambda item: (item.firm is None, item.time, item.key)):
        lines = frozenset({LINES.get(one.symbol or "", one.symbol or "")})
        report = inside._Report(one, lines, None, firm_key(one.firm))
        for event in reversed(plain):
            if report.firm in {None, event.reports[0].firm} and event.takes(report):
                event.reports.append(report)
                break
        else:
            plain.append(inside._Event(len(plain), [report]))
    assert groups([frozenset(report.change.key for report in event.reports) for event in plain]) == found


def test_no_report_is_lost_and_the_newest_comes_first() -> None:
    reports = [change(f"k{n}", HOUSES[n % 6], n * 7 % 90, target=float(100 + n % 4)) for n in range(300)]
    events = merge(reports, LINES)
    assert sorted(part.key for event in events for part in event.parts) == sorted(one.key for one in reports)
    times = [event.change.time for event in events]
    assert times == sorted(times, reverse=True)
