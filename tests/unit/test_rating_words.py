"""The parts of the extraction: folding, amounts, firms, grades."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.analysis.rating_text import find_firm, firm_key, grade_step
from tui_monitor.analysis.rating_text.english_words import Kind, lex
from tui_monitor.analysis.rating_text.firms import chinese_firm_at, english_firm_at
from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.lexicon import read_seed
from tui_monitor.analysis.rating_text.money import chinese_money, english_money


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert len(lower(text)) == len(text)


def test_folding_makes_one_spelling_of_scripts_quotes_and_widths() -> None:
    assert fold("評級「買入」，目標價８．５元（０１２３４）") == "评级「买入」,目标价8.5元(01234)"
    assert fold("‘Buy’ “Hold” –") == "'Buy' \"Hold\" -"
    assert lower("İSTANBUL ABC") == "İstanbul abc"


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("$12.50", 12.5, "$"),
        ("us$1,250", 1250.0, "USD"),
        ("hk$8", 8.0, "HKD"),
        ("nt$1,500", 1500.0, "TWD"),
        ("c$5", 5.0, "CAD"),
        ("a$3.2", 3.2, "AUD"),
        ("€230", 230.0, "EUR"),
        ("230 euros", 230.0, "EUR"),
        ("eur 230", 230.0, "EUR"),
        ("£12", 12.0, "GBP"),
        ("1,250p", 12.5, "GBP"),
        ("gbx 80", 0.8, "GBP"),
        ("80 cents", 0.8, "$"),
        ("3,500 yen", 3500.0, "JPY"),
        ("rmb45", 45.0, "CNY"),
        ("rs 1,050", 1050.0, "INR"),
        ("chf 110", 110.0, "CHF"),
        ("$.65", 0.65, "$"),
    ],
)
def test_english_amounts(text: str, value: float, currency: str) -> None:
    found = english_money(text, 0, len(text))
    assert found is not None
    assert found.value == pytest.approx(value)
    assert found.currency == currency


@pytest.mark.parametrize("text", ["$500m-plus", "$1.8b", "$26 billion", "$5%", "$19-20", "$250 mln"])
def test_what_is_no_price(text: str) -> None:
    assert not [token for token in lex(text) if token.kind is Kind.MONEY]


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("目标价17万韩元", 170_000.0, "KRW"),
        ("目标价1.2万日圆", 12_000.0, "JPY"),
        ("目标价276.10元人民币", 276.1, "CNY"),
        ("目标价23.40港元", 23.4, "HKD"),
        ("目标价至hk$8.5", 8.5, "HKD"),
        ("目标价35美元", 35.0, "USD"),
        ("目标价110瑞士法郎", 110.0, "CHF"),
        ("目标价80仙", 0.8, "HKD"),
        ("目标价1,250便士", 12.5, "GBP"),
        ("目标价3.15元", 3.15, "元"),
    ],
)
def test_chinese_amounts(text: str, value: float, currency: str) -> None:
    (found,) = chinese_money(text, 0, len(text))
    assert found.value == pytest.approx(value)
    assert found.currency == currency


@pytest.mark.parametrize("text", ["目标价19%", "持有1.5亿股", "下跌3.77%", "今年至2027年", "市值300亿元"])
def test_chinese_numbers_that_are_no_price(text: str) -> None:
    assert chinese_money(text, 0, len(text)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("G Sachs", "高盛"),
        ("Goldman", "Goldman Sachs Group"),
        ("J.P. Morgan", "摩通"),
        ("JPMorgan", "小摩"),
        ("M Stanley", "大摩"),
        ("UBS", "瑞銀"),
        ("BofAS", "美銀證券"),
        ("HSBC Global Research", "滙豐研究"),
        ("Citigroup", "花旗"),
        ("CLSA", "中信里昂"),
        ("Jefferies", "杰富瑞"),
        ("Needham", "Needham & Company LLC"),
        ("Morgan Stanley", "morgan stanley"),
    ],
)
def test_names_of_one_house_have_one_key(one: str, other: str) -> None:
    assert firm_key(one) == firm_key(other)
    assert find_firm(one) == find_firm(other)


def test_different_houses_have_different_keys() -> None:
    keys = [firm_key(name) for name in ("Goldman Sachs", "Morgan Stanley", "JPMorgan", "Oakhurst Vale", "大和")]
    assert len(set(keys)) == len(keys)
    assert firm_key(None) is None
    assert firm_key("") is None
    assert find_firm("Oakhurst Vale") is None
    assert find_firm("x" * 500) is None


def test_the_longest_alias_wins() -> None:
    text = "bank of america merrill lynch raises"
    found = english_firm_at(text, 0)
    assert found is not None
    assert text[: found[0]] == "bank of america merrill lynch"
    chinese = chinese_firm_at(fold("中信里昂升"), 0)
    assert chinese is not None
    assert (chinese[0], chinese[1].name) == (4, "CLSA")


def test_a_possessive_does_not_hide_a_firm() -> None:
    text = "goldman's upgrade"
    found = english_firm_at(text, 0)
    assert found is not None
    assert text[: found[0]] == "goldman"


@pytest.mark.parametrize(
    ("word", "step"),
    [
        ("Buy", 4), ("buy", 4), ("‘underperform’", 2), ("Strong Buy", 5), ("CL Buy", 5), ("Equal-weight", 3),
        ("Equalweight", 3), ("equal weight", 3), ("OW", 4), ("Sector Perform", 3), ("Reduce", 2), ("strong sell", 1),
        ("Buy rating", 4), ("買入", 4), ("买进", 4), ("「增持」", 4), ("與大市同步", 3), ("跑輸大市", 2), ("沽售", 2),
        ("强烈推荐-A", 5), ("增持-A", 4), ("中性", 3), ("超配", 4), ("优于大市", 4),
    ],
)  # fmt: skip
def test_grades_stand_on_five_steps(word: str, step: int) -> None:
    assert grade_step(word) == step


@pytest.mark.parametrize("word", ["", "banana", "目標價", "B+", "x" * 1000])
def test_other_words_have_no_step(word: str) -> None:
    assert grade_step(word) is None


def test_the_seeds_name_each_word_once() -> None:
    firms = read_seed("firms.json")["firms"]
    for language in ("en", "zh"):
        aliases = [lower(fold(alias)) for row in firms for alias in row[language]]
        assert len(aliases) == len(set(aliases))
    assert len({row["name"] for row in firms}) == len(firms)
    steps = read_seed("grades.json")["steps"]
    assert sorted(row["step"] for row in steps) == [1, 2, 3, 4, 5]
    for language in ("en", "zh"):
        words = [word for row in steps for word in row[language]]
        assert len(words) == len(set(words))
