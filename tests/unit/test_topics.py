"""What a headline is about."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tui_monitor.analysis.language import language_of
from tui_monitor.analysis.topics import LONGEST, MAX_TOPICS, TOPICS, TopicRules
from tui_monitor.config.feeds_list import load_topic_rules, merge_topic_rules
from tui_monitor.domain.errors import ConfigError


@pytest.fixture(scope="module")
def rules() -> TopicRules:
    return TopicRules.load(load_topic_rules())


@pytest.mark.parametrize(
    ("title", "topics"),
    [
        ("Broker upgrades Norvane to buy, raises price target", ("ratings",)),
        ("《大行》某行升諾凡目標價至50元 評級「買入」", ("ratings",)),
        ("Norvane quarterly profit rises 12%", ("earnings",)),
        ("《業績》諾凡中期純利升三成", ("earnings",)),
        ("Norvane to acquire a rival for cash", ("deals",)),
        ("諾凡擬發行可轉債集資", ("deals",)),
        ("US to lift tariffs on solar panels", ("policy",)),
        ("國務院發布新措施 商務部回應關稅", ("policy",)),
        ("Fed seen cutting in autumn", ("central-banks",)),
        ("美聯儲議息在即", ("central-banks",)),
        ("Chipmaker trials home-made lithography tools", ("chips-ai",)),
        ("国产芯片设备试产", ("chips-ai",)),
        ("Gold prices pass a record", ("macro",)),
        ("比特幣跌穿九萬美元", ("macro",)),
        ("諾凡今早短暫停牌", ("events",)),
        ("Bank of Canada cuts; oil prices slip", ("central-banks", "macro")),
        # What only looks like it.
        ("Moody's downgrades the city's credit rating", ()),
        ("I am fed up with chips and salsa", ()),
        ("Potato chips recalled", ()),
        ("Gold medal for the relay", ()),
        ("三人行股價升", ()),
        ("某公司:日本投資700億日元", ()),
        ("《AI》某股(07101.HK)出現技術圖表形態", ()),
        ("The weather in spring", ()),
        ("", ()),
    ],
)
def test_shipped_rules(rules: TopicRules, title: str, topics: tuple[str, ...]) -> None:
    assert rules.topics_of(title) == topics


def load(**topics: dict[str, list[str]]) -> TopicRules:
    return TopicRules.load({"topics": topics})


def test_words_phrases_prefixes_and_conjunctions() -> None:
    made = load(
        own={"en": ["rate cut", "upgrad*", "pays + dividend*", "ACME"], "zh": ["派息", "上調 + 目標"], "not": ["joke"]}
    )
    for title in (
        "A Rate Cut comes",
        "rate-cut hopes",
        "Upgrading now",
        "It pays a big dividends bill",
        "ACME up",
        "明日派息",
    ):
        assert made.topics_of(title) == ("own",), title
    for title in (
        "rate of cut",
        "pays a visit",
        "Acme up",
        "acme",
        "上調",
        "rate cut joke",
        "downgrade",
        "separate cut",
    ):
        assert made.topics_of(title) == (), title
    assert made.topics_of("大行上調其目標") == ("own",)


def test_one_phrase_can_serve_two_topics() -> None:
    made = load(one={"en": ["alpha"]}, two={"en": ["alpha", "alpha + beta"]})
    assert made.topics_of("alpha") == ("one", "two")


def test_the_summary_counts_only_without_a_title() -> None:
    made = load(own={"en": ["alpha"]})
    assert made.topics_of("beta", "alpha") == ()
    assert made.topics_of("", "alpha") == ("own",)


def test_only_the_beginning_and_a_flashs_own_headline_count() -> None:
    made = load(own={"en": ["alpha"], "zh": ["派息"]})
    assert made.topics_of("x " * LONGEST + "alpha") == ()
    assert made.topics_of("【某公司公布全年業績】其後派息") == ()
    assert made.topics_of("【某公司宣布派息安排】其後") == ("own",)


def test_topics_come_in_their_order_and_not_too_many(rules: TopicRules) -> None:
    told = rules.topics_of("Fed rate cut, gold prices, tariffs, IPO, chips and earnings")
    assert len(told) == MAX_TOPICS
    assert list(told) == sorted(told, key=TOPICS.index)
    assert rules.names == TOPICS


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ({"topics": []}, "table of topics"),
        ({"topics": {"x": ["a"]}}, "topics.x"),
        ({"topics": {"x": {"fr": ["a"]}}}, "topics.x"),
        ({"topics": {"x": {"en": "a"}}}, "topics.x.en"),
        ({"topics": {"x": {"en": [1]}}}, "topics.x.en"),
        ({"topics": {"x": {"en": ["up*"]}}}, "too short"),
        ({"topics": {"x": {"en": [f"word{n}" for n in range(5001)]}}}, "5001 rules"),
    ],
)
def test_wrong_rules_are_named(mapping: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        TopicRules.load(mapping)


def test_a_persons_rules_are_added() -> None:
    shipped = load_topic_rules()
    merged = merge_topic_rules(shipped, {"topics": {"ratings": {"en": ["gets the nod"]}, "ferries": {"en": ["ferry"]}}})
    made = TopicRules.load(merged)
    assert made.topics_of("Norvane gets the nod") == ("ratings",)
    assert made.topics_of("The ferry sails") == ("ferries",)
    assert "gets the nod" not in shipped["topics"]["ratings"]["en"]


def test_the_work_does_not_grow_with_the_rules() -> None:
    title = "Shares of a maker of parts rise after the quarter beats what was expected"

    def cost(count: int) -> float:
        made = load(own={"en": [f"word{n} and{n}" for n in range(count)]})
        begin = time.process_time()
        for _ in range(2_000):
            made.topics_of(title)
        return time.process_time() - begin

    assert cost(4_000) < cost(40) * 3 + 0.02


@pytest.mark.parametrize(
    ("text", "declared", "language"),
    [
        ("Shares rise", None, "en"),
        ("Shares rise", "en-US", "en"),
        ("Aktien steigen", "de", "de"),
        ("Shares rise", "zh-HK", "en"),
        ("恒指升", None, "zh"),
        ("恒指升", "en", "zh"),
        ("株価が上昇", "zh", "ja"),
        ("상승 마감", None, "ko"),
        ("Акции растут", None, "ru"),
        ("Акції", "uk", "uk"),
        ("الأسهم", None, "ar"),
        ("حصص", "ur", "ur"),
        ("12345", None, None),
        ("12345", "fr", "fr"),
        ("", "zh-Hant", "zh"),
    ],
)
def test_language(text: str, declared: str | None, language: str | None) -> None:
    assert language_of(text, declared) == language
