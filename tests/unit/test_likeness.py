"""The same story from several sources."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_monitor.analysis.likeness import StoryIndex, merge, same_story
from tui_monitor.domain.headline import Headline

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def headline(title: str, source: str = "A", minutes: int = 0, **more: object) -> Headline:
    made = Headline(
        id=f"{source}:{title}", title=title, source=source, published=NOON + timedelta(minutes=minutes), received=NOON
    )
    return replace(made, **more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norvane raises its outlook after strong sales", "Norvane raises its outlook after strong sales"),
        ("Norvane raises its outlook after strong sales", "NORVANE RAISES ITS OUTLOOK AFTER STRONG SALES"),
        ("Norvane raises its outlook after strong sales", "Norvane raises its outlook after strong sales - Outlet"),
        ("Norvane raises its outlook after strong sales", "UPDATE: Norvane raises its outlook after strong sales"),
        ("Norvane raises its outlook after strong sales", "Norvane raises its outlook after strong holiday sales"),
        ("諾凡中期純利升三成派息二十仙", "《業績》諾凡中期純利升三成派息二十仙"),
        ("諾凡中期純利升三成派息二十仙", "諾凡中期純利升三成，派息二十仙"),
        ("諾凡中期純利升三成派息二十仙", "諾凡中期純利升三成派息二十仙(更新)"),
    ],
)
def test_one_story(one: str, other: str) -> None:
    first, second = headline(one, "A"), headline(other, "B", 5)
    assert same_story(first, second)
    assert same_story(second, first)
    (told,) = merge([second, first])
    assert told.id == first.id
    assert told.also == ("B",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norvane raises its outlook to 12 after strong sales", "Norvane raises its outlook to 13 after strong sales"),
        ("Norvane shares rise after strong quarterly sales", "Norvane shares fall after strong quarterly sales"),
        ("Norvane raises its outlook after strong sales", "Talvery raises its outlook after strong sales"),
        ("Norvane raises its outlook after strong sales", "Norvane denies raises its outlook after strong sales"),
        ("Norvane to buy its smaller rival next year", "Norvane not to buy its smaller rival next year"),
        ("Markets at midday", "Markets at midday today"),
        ("諾凡中期純利升三成派息二十仙", "諾凡中期純利跌三成派息二十仙"),
        ("諾凡中期純利升三成派息二十仙", "諾凡中期純利升三成不派息二十仙"),
        ("諾凡中期純利升30%派息", "諾凡中期純利升31%派息"),
        ("諾凡擬收購對手業務", "諾凡終止擬收購對手業務"),
    ],
)
def test_two_stories(one: str, other: str) -> None:
    assert not same_story(headline(one, "A"), headline(other, "B"))
    assert len(merge([headline(one, "A"), headline(other, "B")])) == 2


def test_other_companies_and_other_days_are_other_stories() -> None:
    title = "Shares rise after strong quarterly sales in Asia"
    longer = title.replace("strong", "very strong")
    assert not same_story(headline(title, symbols=("1.HK",)), headline(longer, "B", symbols=("2.HK",)))
    assert same_story(headline(title, symbols=("1.HK",)), headline(longer, "B", symbols=("1.HK",)))
    assert not same_story(headline(title), headline(title, "B", minutes=60 * 24 * 3))


def test_the_same_id_is_always_one_and_nothing_is_lost() -> None:
    first = headline("One title", "A", 3, id="x", symbols=("1.HK",), topics=("deals",))
    second = headline("Another title altogether", "B", 1, id="x", symbols=("2.HK",), summary="words", also=("C",))
    (told,) = merge([first, second])
    assert (told.source, told.also) == ("B", ("C", "A"))
    assert told.symbols == ("2.HK", "1.HK")
    assert told.topics == ("deals",)
    assert told.summary == "words"


def test_the_order_stays_and_merging_twice_changes_nothing() -> None:
    titles = [headline(f"Story about subject {word} and its many consequences", source, number)
              for number, word in enumerate(("ferries", "bridges", "tunnels")) for source in ("A", "B")]  # fmt: skip
    told = merge(titles)
    assert [one.title.split()[3] for one in told] == ["ferries", "bridges", "tunnels"]
    assert merge(told) == told


def test_the_cost_grows_with_the_number_and_not_faster() -> None:
    def cost(count: int) -> float:
        titles = (
            f"Company {n} of the {n % 7} coast reports on its {n * 7919 % 104729} ships today" for n in range(count)
        )
        many = [headline(title, "A", number % 60) for number, title in enumerate(titles)]
        begin = time.process_time()
        assert len(merge(many)) == count
        return time.process_time() - begin

    cost(500)
    assert cost(8_000) < cost(2_000) * 8 + 0.1


def test_the_index_finds_what_merge_would_merge_and_never_a_sources_own() -> None:
    index = StoryIndex(100)
    first = headline("Norvane raises its outlook after strong sales", "A")
    assert index.find_or_add(first) is None
    for title in (
        "NORVANE RAISES ITS OUTLOOK AFTER STRONG SALES",
        "UPDATE: Norvane raises its outlook after strong holiday sales",
        "Today Norvane raises its outlook after strong sales",
        "Norvane today raises its outlook after strong sales",
        "Norvane raises its outlook after strong sales again",
    ):
        other = headline(title, "B", 5)
        assert same_story(first, other), title
        assert index.find_or_add(other) == first.id, title
        assert index.find_or_add(replace(other, source="A", id=f"A:{title}")) is None, title
    assert index.find_or_add(headline("Norvane cuts its outlook after weak sales", "B")) is None
    assert index.find_or_add(headline("Norvane raises its outlook after strong sales", "C", 60 * 37)) is None


def test_the_index_keeps_the_latest_stories() -> None:
    index = StoryIndex(3)
    for number in range(10):
        index.add(headline(f"Story of the day about company {number * 7}", "A"))
    assert len(index) == 3
    assert index.find_or_add(headline("Story of the day about company 63", "B")) is not None
    assert index.find_or_add(headline("Story of the day about company 14", "B")) is None
    held = headline("Story of the day about company 63", "A")
    index.add(replace(held, title="Corrected"))
    assert index.find_or_add(headline("Story of the day about company 63", "D")) is None


@given(
    st.lists(st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "12", "13", "not"]), max_size=8), st.data()
)
def test_the_index_misses_no_single_insertion(words: list[str], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(words)))
    added = data.draw(st.lists(st.sampled_from(["new", "big"]), max_size=2))
    one = headline(" ".join(words), "A")
    other = headline(" ".join([*words[:at], *added, *words[at:]]), "B")
    index = StoryIndex(10)
    index.add(one)
    assert (index.find_or_add(other) == one.id) is same_story(one, other)
