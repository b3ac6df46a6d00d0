"""What invented headlines in the shapes of the wires say: ``tests/golden/rating_headlines.jsonl``, a row each.

The rows have the form of the labelled sets that ``benchmarks/rating_extraction.py`` scores. Firms are real, for they
are what the dictionary knows; companies and events are not.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tui_monitor.analysis.rating_text import Extraction, extract

ROWS: list[dict[str, Any]] = [
    json.loads(line)
    for line in (Path(__file__).parents[1] / "golden" / "rating_headlines.jsonl").read_text("utf-8").splitlines()
]
RATINGS = [row for row in ROWS if row["is_rating"]]
NONE = [row["text"] for row in ROWS if not row["is_rating"]]


def name(value: object) -> str:
    return (value["text"] if isinstance(value, dict) else str(value))[:60]


def answer(found: Extraction) -> dict[str, object]:
    return {
        "firm": found.firm,
        "company": found.company,
        "ticker": found.symbol,
        "action": found.action,
        "actions_all": list(found.actions),
        "from_grade": found.from_grade,
        "to_grade": found.to_grade,
        "target": found.target,
        "prior_target": found.prior_target,
        "currency": found.currency,
    }


def test_the_table_is_large_enough_in_both_languages() -> None:
    assert sum(row["lang"] == "en" for row in RATINGS) >= 100
    assert sum(row["lang"] == "zh" for row in RATINGS) >= 75
    assert len(NONE) >= 60
    assert len({row["text"] for row in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", RATINGS, ids=name)
def test_a_rating_change_is_read_whole(row: dict[str, Any]) -> None:
    found = extract(row["text"])
    assert found.is_rating
    assert answer(found) == {key: row[key] for key in answer(found)}


@pytest.mark.parametrize("row", RATINGS, ids=name)
def test_words_are_verbatim_and_numbers_agree_with_the_action(row: dict[str, Any]) -> None:
    found = extract(row["text"])
    for words in (found.firm, found.company, found.symbol, found.from_grade, found.to_grade):
        assert words is None or words in row["text"]
    if found.target is not None and found.prior_target is not None:
        moved = "raise-target" if found.target > found.prior_target else "cut-target"
        assert moved in found.actions


@pytest.mark.parametrize("text", NONE, ids=name)
def test_what_is_no_rating_change_is_left_alone(text: str) -> None:
    assert extract(text) == Extraction(text)


@pytest.mark.parametrize("row", RATINGS, ids=name)
def test_marks_around_a_headline_change_nothing(row: dict[str, Any]) -> None:
    text = row["text"]
    plain, marked = extract(text), extract(f"  {text} ")
    assert answer(marked) == answer(plain)


def test_both_scripts_of_chinese_read_the_same() -> None:
    simplified = extract("瑞银：升诺凡目标价至8元 维持「买入」评级")
    traditional = extract("瑞銀：升諾凡目標價至8元 維持「買入」評級")
    assert (simplified.firm, simplified.company, simplified.to_grade) == ("瑞银", "诺凡", "买入")
    assert (traditional.firm, traditional.company, traditional.to_grade) == ("瑞銀", "諾凡", "買入")
    assert simplified.actions == traditional.actions
    assert simplified.target == traditional.target == 8.0


def test_a_firm_that_no_dictionary_knows_is_taken_from_the_sentence() -> None:
    assert extract("Oakhurst Vale upgrades Norvane to Buy").firm == "Oakhurst Vale"
    assert extract("Norvane upgraded to Buy at Oakhurst Vale").firm == "Oakhurst Vale"
    assert extract("遠山證券：首予諾凡「買入」評級").firm == "遠山證券"


def test_the_bare_sign_takes_the_currency_of_the_listing() -> None:
    assert extract("Citi raises NORVANE (01234.HK) TP to $8").currency == "HKD"
    assert extract("Citi raises Norvane (NYSE:NRV) price target to $8").currency == "USD"
    assert extract("花旗：升諾凡目標價至8元").currency == "HKD"
    assert extract("天风证券：给予诺凡买入评级，目标价8元").currency == "CNY"
    assert extract("中金：将诺凡(600999.SH)目标价上调至8元").currency == "CNY"
