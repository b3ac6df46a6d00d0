"""The small language that filters headlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.domain.headline import Headline
from tui_monitor.domain.headline_filter import MAX_LENGTH, FilterError, parse_filter

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)
STORY = Headline(
    id="1",
    title="Norvane completes bond sale",
    source="RTHK",
    author="Ann Example",
    published=NOW - timedelta(minutes=90),
    received=NOW,
    summary="Ten-year notes, 諾凡 says",
    language="zh",
    symbols=("0700.HK", "BABA"),
    topics=("deals", "chips-ai"),
    also=("SCMP",),
)


def passes(text: str, *, mine: frozenset[str] = frozenset({"0700.HK"}), unread: bool = True) -> bool:
    return parse_filter(text).matches(STORY, now=NOW, mine=mine, unread=unread)


@pytest.mark.parametrize(
    "text",
    [
        "", "   ", "topic:deals", "topic:chips", "TOPIC:Deals", "topic:ratings,deals", "mine:yes", "unread:yes",
        "lang:zh",
        "age<2h", "age<90m", "age>1h", "age >= 1h", "age<1.5h", "age<1d", "age<1w", "-age<1h", "-source:x",
        "source:rth",
        "source:scmp", "symbol:700", "symbol:0700.hk", "symbol:HKEX:700", "symbol:baba,nvda", '"bond sale"', "BOND",
        '"Bond  Sale"', "諾凡", "author:ann", '-"stock sale"', "norvane -fall", "topic:events OR topic:deals",
        "topic:events OR (topic:deals lang:zh)", "-(topic:events OR lang:en)", "((bond))", "- x OR bond",
        'topic:deals mine:yes lang:zh age<2h -source:x "bond sale"', "--bond", "bond or-not OR sale", 'source:"rthk"',
    ],
)  # fmt: skip
def test_passes(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "topic:events", "mine:no", "unread:no", "lang:en", "age<1h", "age>2h", "-topic:deals", "-source:rthk",
        "source:x",
        "symbol:9988", '"sale bond"', "missing", "author:bob", "topic:deals lang:en", "topic:events OR lang:en",
        "(topic:deals OR lang:en) missing", "-bond",
    ],
)  # fmt: skip
def test_stops(text: str) -> None:
    assert not passes(text)


def test_mine_and_unread_are_the_callers() -> None:
    assert passes("mine:no", mine=frozenset())
    assert not passes("mine:yes", mine=frozenset({"9988.HK"}))
    assert passes("unread:no", unread=False)
    assert not passes("unread:yes", unread=False)


def test_an_undated_headline_is_as_old_as_its_receipt() -> None:
    from msgspec.structs import replace

    undated = replace(STORY, published=None, received=NOW - timedelta(hours=3))
    filtered = parse_filter("age>2h")
    assert filtered.matches(undated, now=NOW, mine=frozenset(), unread=True)


@pytest.mark.parametrize(
    ("text", "position", "expected"),
    [
        ("topics:deals", 0, "topic"),
        ("bond https://e.example", 5, "one of"),
        ("topic:", 6, "value"),
        ("topic:deals topic:,", 18, "value"),
        ("mine:maybe", 5, "yes or no"),
        ("unread:yes,no", 7, "yes or no"),
        ("age<", 4, "time"),
        ("age<2y", 4, "time"),
        ("bond age<2 h", 9, "time"),
        ("age:2h", 3, "< or >"),
        ('say "open', 4, "closing quotation"),
        ("(bond", 5, "closing bracket"),
        ("bond)", 4, "never opened"),
        ("bond OR", 7, "after OR"),
        ("OR bond", 0, "before OR"),
        ("a OR OR b", 5, "after OR"),
        ("(a OR )", 6, "after OR"),
        ("bond -", 6, "after -"),
        ("-", 1, "after -"),
        ("(- )", 3, "after -"),
        ("symbol:!!", 7, "symbol"),
        ("x" * (MAX_LENGTH + 1), MAX_LENGTH, "at most"),
        ("(" * 30 + "x" + ")" * 30, 21, "brackets"),
    ],
)
def test_errors_say_where_and_what(text: str, position: int, expected: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(text)
    assert caught.value.position == position
    assert expected in caught.value.expected
    assert f"character {position + 1}" in str(caught.value)


def test_filters_compare_by_their_text() -> None:
    assert parse_filter(" bond ") == parse_filter("bond")
    assert len({parse_filter("bond"), parse_filter("bond"), parse_filter("sale")}) == 2
    assert parse_filter("bond") != "bond"
    assert repr(parse_filter("bond")) == "HeadlineFilter('bond')"


@given(st.text(alphabet='abtopic:mineyesOR()-"<>2h ,', max_size=60))
def test_any_text_is_a_filter_or_an_error_with_its_place(text: str) -> None:
    try:
        made = parse_filter(text)
    except FilterError as error:
        place = error.position
    else:
        place = 0
        turned = parse_filter(f"-({text})") if text.strip() else None
        told = made.matches(STORY, now=NOW, mine=frozenset(), unread=True)
        if turned is not None:
            assert turned.matches(STORY, now=NOW, mine=frozenset(), unread=True) is not told
    assert 0 <= place <= len(text)


def test_saved_is_the_callers_too_and_told_of() -> None:
    def passes_saved(text: str, saved: bool) -> bool:
        return parse_filter(text).matches(STORY, now=NOW, mine=frozenset(), unread=True, saved=saved)

    assert passes_saved("saved:yes", True)
    assert not passes_saved("saved:yes", False)
    assert passes_saved("-saved:yes", False)
    assert passes_saved("saved:no", False)
    assert (parse_filter("Saved:yes").asks_saved, parse_filter("mine:yes").asks_saved) == (True, False)
