from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.domain.errors import ConfigError, FailureKind, SourceError
from tui_monitor.domain.rating import Action, Origin
from tui_monitor.sources.options import read_options
from tui_monitor.sources.upgrade_rows import MAX_ROWS, rating_changes
from tui_monitor.sources.yahoo_research import ResearchOptions, history_of

NOW = datetime(2025, 9, 17, 10, 0, tzinfo=UTC)
STAMP = int(NOW.timestamp()) - 3600


def row(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "epochGradeDate": STAMP,
        "firm": "Invented Brothers",
        "toGrade": "Buy",
        "fromGrade": "Hold",
        "action": "up",
        "priceTargetAction": "Raises",
        "currentPriceTarget": 180.0,
        "priorPriceTarget": 150.0,
    }
    return given | more


def test_a_whole_row() -> None:
    (change,), refused = rating_changes([row()], "BABA", now=NOW, source="s", home_symbol="9988.HK")
    assert refused == 0
    assert change.time == datetime(2025, 9, 17, 9, 0, tzinfo=UTC)
    assert change.time.tzinfo is UTC
    assert (change.symbol, change.firm, change.home_symbol, change.source) == (
        "BABA",
        "Invented Brothers",
        "9988.HK",
        "s",
    )
    assert (change.from_grade, change.to_grade) == ("Hold", "Buy")
    assert (change.target, change.prior_target, change.currency) == (180.0, 150.0, "USD")
    assert (change.action, change.actions) == (Action.UPGRADE, (Action.UPGRADE, Action.RAISE_TARGET))
    assert (change.origin, change.received, change.company, change.url) == (Origin.TABLE, NOW, None, None)


@pytest.mark.parametrize(
    ("action", "target_action", "current", "prior", "expected"),
    [
        ("up", "Raises", 2, 1, "upgrade raise-target"),
        ("down", "Lowers", 1, 2, "downgrade cut-target"),
        ("down", None, 0, 0, "downgrade"),
        ("init", "Announces", 5, 0, "initiate"),
        ("main", "Maintains", 5, 5, "reiterate"),
        ("reit", "", 0, 0, "reiterate"),
        ("main", "Raises", 6, 5, "raise-target reiterate"),
        ("reit", "Lowers", 4, 5, "cut-target reiterate"),
        ("main", "Adjusts", 6, 5, "raise-target reiterate"),
        ("main", "Adjusts", 4, 5, "cut-target reiterate"),
        ("main", "Adjusts", 5, 5, "reiterate"),
        ("main", "Adjusts", 5, 0, "reiterate"),
        ("main", "", 6, 5, "raise-target reiterate"),
        ("", "Raises", 6, 5, "raise-target"),
        ("sideways", "Lowers", 6, 5, "cut-target"),
    ],
)
def test_actions(action: str, target_action: str | None, current: float, prior: float, expected: str) -> None:
    given = row(action=action, priceTargetAction=target_action, currentPriceTarget=current, priorPriceTarget=prior)
    (change,), _ = rating_changes([given], "BABA", now=NOW, source="s")
    assert " ".join(change.actions) == expected
    assert change.action is change.actions[0]


def test_rows_of_before_2025_have_no_targets() -> None:
    old = {key: value for key, value in row().items() if "rice" not in key}
    (change,), _ = rating_changes([old], "BABA", now=NOW, source="s")
    assert (change.target, change.prior_target, change.actions) == (None, None, (Action.UPGRADE,))


@pytest.mark.parametrize(
    ("more", "target"),
    [
        ({"currentPriceTarget": 0}, None),
        ({"currentPriceTarget": -5}, None),
        ({"currentPriceTarget": float("nan")}, None),
        ({"currentPriceTarget": float("inf")}, None),
        ({"currentPriceTarget": "180"}, None),
        ({"currentPriceTarget": True}, None),
        ({"currentPriceTarget": 10**400}, None),
        ({"currentPriceTarget": 12.5}, 12.5),
    ],
)
def test_targets_that_are_none(more: dict[str, Any], target: float | None) -> None:
    (change,), _ = rating_changes([row(**more)], "BABA", now=NOW, source="s")
    assert change.target == target


def test_words_are_made_safe_and_empty_ones_are_none() -> None:
    given = row(firm="Evil\x1b[2J\u202e Bros", fromGrade="", toGrade=None)
    (change,), _ = rating_changes([given], "BABA", now=NOW, source="s")
    assert change.firm == "Evil[2J Bros"
    assert change.from_grade is None
    assert change.to_grade is None


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "row",
        [],
        {},
        row(epochGradeDate=None),
        row(epochGradeDate="yesterday"),
        row(epochGradeDate=1e30),
        row(epochGradeDate=STAMP + 86_400),
        row(firm=""),
        row(firm=7),
        row(firm="\u200b"),
        row(action="sideways", priceTargetAction="", currentPriceTarget=0),
        row(action=None, priceTargetAction=["Raises"]),
    ],
)
def test_a_row_that_cannot_be_read_costs_no_other(bad: object) -> None:
    changes, refused = rating_changes([bad, row()], "BABA", now=NOW, source="s")
    assert [change.firm for change in changes] == ["Invented Brothers"]
    assert refused == 1


def test_newest_first_capped_in_number_and_age_and_without_doubles() -> None:
    rows = [row(epochGradeDate=STAMP - number * 86_400) for number in range(450)]
    changes, refused = rating_changes([*reversed(rows), *rows], "BABA", now=NOW, source="s")
    assert refused == 0
    assert len(changes) == MAX_ROWS == len({change.key for change in changes})
    assert [change.time for change in changes] == sorted((change.time for change in changes), reverse=True)
    assert changes[0].time.timestamp() == STAMP
    few, _ = rating_changes(rows[::3], "BABA", now=NOW, source="s")
    assert len(few) == len([one for one in rows[::3] if one["epochGradeDate"] >= NOW.timestamp() - 400 * 86_400])


def test_the_same_event_has_the_same_key_whenever_it_is_read() -> None:
    (one,), _ = rating_changes([row()], "BABA", now=NOW, source="s")
    (later,), _ = rating_changes([row(currentPriceTarget=181)], "BABA", now=NOW + timedelta(days=3), source="s")
    (other,), _ = rating_changes([row()], "JD", now=NOW, source="s")
    assert one.key == later.key
    assert one.key != other.key


def test_only_lines_of_the_united_states_are_known_to_be_in_dollars() -> None:
    (london,), _ = rating_changes([row()], "OCDO.L", now=NOW, source="s")
    assert london.currency is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*row(), "quoteSummary", "result", "upgradeDowngradeHistory", "history"]), inner
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_no_answer_raises_anything_but_a_source_error(answer: object) -> None:
    with contextlib.suppress(SourceError):
        rating_changes(history_of(answer), "BABA", now=NOW, source="s")


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(row(), JSON)), max_size=6))
def test_rows_of_any_kind_give_sound_values_or_nothing(rows: list[dict[str, Any]]) -> None:
    changes, refused = rating_changes(rows, "BABA", now=NOW, source="s")
    assert len(changes) + refused <= len(rows)
    for change in changes:
        assert change.firm
        assert change.actions
        assert change.target is None or change.target > 0
        assert change.time <= NOW + timedelta(minutes=10)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"quoteSummary": None},
        {"quoteSummary": {"result": None}},
        {"quoteSummary": {"result": [{}]}},
        {"quoteSummary": {"result": [{"upgradeDowngradeHistory": {"history": {}}}]}},
        {"quoteSummary": {"result": {"upgradeDowngradeHistory": []}}},
    ],
)
def test_an_answer_without_the_table_is_malformed(answer: object) -> None:
    with pytest.raises(SourceError) as caught:
        history_of(answer)
    assert caught.value.kind is FailureKind.MALFORMED


def test_options() -> None:
    assert read_options({}, ResearchOptions, "yahoo-research").period == 1800.0
    with pytest.raises(ConfigError, match="base_url"):
        read_options({"base_url": "file:///etc/passwd"}, ResearchOptions, "yahoo-research")
