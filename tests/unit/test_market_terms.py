"""Grades and research houses in Chinese: what is usual is translated, everything else stays as it is written."""

from __future__ import annotations

import pytest

from tui_monitor.analysis.market_terms import firm_in, grade_in
from tui_monitor.analysis.rating_text.firms import find_firm
from tui_monitor.analysis.rating_text.grades import grade_step


@pytest.mark.parametrize(
    ("written", "hant", "hans"),
    [
        ("Buy", "買入", "买入"), ("Equal-Weight", "與大市同步", "与大市同步"), ("underweight", "減持", "减持"),
        ("Sell", "沽售", "卖出"), ("Franchise Pick", "Franchise Pick", "Franchise Pick"), ("增持", "增持", "增持"),
    ],
)  # fmt: skip
def test_a_grade_is_told_as_the_papers_do(written: str, hant: str, hans: str) -> None:
    assert (grade_in(written, "zh-Hant"), grade_in(written, "zh-Hans"), grade_in(written, "en")) == (
        hant,
        hans,
        written,
    )


def test_a_translated_grade_has_the_step_of_the_original() -> None:
    for word in (
        "strong buy", "conviction buy", "buy", "add", "accumulate", "overweight", "outperform", "market outperform",
        "sector outperform", "hold", "neutral", "equal weight", "market perform", "in line", "peer perform",
        "sector perform", "underweight", "reduce", "underperform", "market underperform", "sell", "strong sell",
    ):  # fmt: skip
        told = {grade_in(word, "zh-Hant"), grade_in(word, "zh-Hans")}
        assert word not in told
        steps = {grade_step(one) for one in told} - {None}
        assert steps <= {grade_step(word)}, word


def test_a_house_is_the_same_one_in_every_language() -> None:
    for name in ("Goldman Sachs", "Morgan Stanley", "JPMorgan", "UBS", "Citigroup", "HSBC", "CLSA", "CICC", "Nomura"):
        house = find_firm(name)
        assert house is not None
        for language in ("zh-Hant", "zh-Hans"):
            told = firm_in(name, language)
            assert told != name
            found = find_firm(told)
            assert found is not None, told
            assert found.name == house.name
        assert firm_in(name, "en") == name
    assert firm_in("Harbour Research", "zh-Hant") == "Harbour Research"
