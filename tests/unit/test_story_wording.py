"""Claims as sentences: plural, ordinal, rounding, direction, "would be", width, and pure scripts."""

from __future__ import annotations

import unicodedata

import pytest

from tui_monitor.analysis.claims import LANGUAGES, Claim, ClaimId, Fact, ranked
from tui_monitor.analysis.wording_en import ordinal, with_article
from tui_monitor.analysis.wording_numbers import level_text, percent_text

PEERS: dict[str, Fact] = {"place": 1, "count": 7, "percent": 4.2, "other": "Nikkei 225", "other_percent": -0.3}
VALUE: dict[str, Fact] = {
    "forward_pe": 21.0, "coverage": 0.94, "average": 23.3, "other": 27.0,
    "other_name": "Nasdaq 100", "other_short": "NDX",
}  # fmt: skip
RECORD: dict[str, Fact] = {
    "record_date": "2021-02-17", "record_level": 10945.22, "below_record_pct": -42.13, "to_record_pct": 72.795,
}  # fmt: skip
SINCE: dict[str, Fact] = {"since": "2021-11-25", "since_level": 6358.54, "history_from": "2015-01-02"}
BASE: dict[str, Fact] = {"percent": -0.004, "base_date": "2024-12-31", "base_level": 4468.0}
TOP: dict[str, Fact] = {
    "first": "Tencent", "second": "Alibaba", "third": "Baidu", "share": 0.612, "points": 156.8,
    "index_points": 256.2, "estimated": True,
}  # fmt: skip
SIDES: dict[str, Fact] = {"advancers": 26, "decliners": 3, "unchanged": 1, "unknown": 0}

CASES: list[tuple[ClaimId, dict[str, Fact], bool, str, str]] = [
    (ClaimId.MOVE, {"level": 6334.24, "change_pct": 4.2158}, False,
     "Closed at 6,334.24, up 4.2% on the day.", "up 4.2% to 6,334.24"),
    (ClaimId.MOVE, {"level": 6334.0, "change_pct": -0.351}, True,
     "Stands at 6,334, down 0.35% on the day.", "down 0.35% to 6,334"),
    (ClaimId.MOVE, {"level": 6334.0, "change_pct": 0.0}, False,
     "Closed at 6,334, unchanged on the day.", "unchanged at 6,334"),
    (ClaimId.HIGHEST_CLOSE, SINCE, False,
     "The strongest close since 25 November 2021 (6,358.54 that day).", "strongest close since 2021-11-25"),
    (ClaimId.HIGHEST_CLOSE, SINCE, True,
     "Would be the strongest close since 25 November 2021 (6,358.54 that day).", "would be strongest since 2021-11-25"),
    (ClaimId.HIGHEST_CLOSE, SINCE | {"since": "record"}, False,
     "A record close (daily history from 2 January 2015).", "a record close"),
    (ClaimId.LOWEST_CLOSE, SINCE, False,
     "The weakest close since 25 November 2021 (6,358.54 that day).", "weakest close since 2021-11-25"),
    (ClaimId.LOWEST_CLOSE, SINCE | {"since": "record"}, True,
     "Would be a record low close (daily history from 2 January 2015).", "would be a record low close"),
    (ClaimId.WEEKLY_STREAK, {"count": 7, "running": True}, False,
     "On course for a 7th straight weekly gain.", "on course for 7th weekly gain"),
    (ClaimId.WEEKLY_STREAK, {"count": -8, "running": True}, True,
     "On course for an 8th straight weekly loss.", "on course for 8th weekly loss"),
    (ClaimId.WEEKLY_STREAK, {"count": 11, "running": False}, False,
     "An 11th straight weekly gain.", "11th straight weekly gain"),
    (ClaimId.DAILY_STREAK, {"count": 3, "running": True}, True,
     "Would be a 3rd straight daily gain.", "would be 3rd daily gain"),
    (ClaimId.DAILY_STREAK, {"count": -22, "running": False}, False,
     "A 22nd straight daily loss.", "22nd straight daily loss"),
    (ClaimId.MONTHLY_STREAK, {"count": 5, "running": True}, False,
     "On course for a 5th straight monthly gain.", "on course for 5th monthly gain"),
    (ClaimId.YEAR_TO_DATE, BASE | {"percent": 41.77}, False,
     "Up 41.8% for the year (4,468 on 31 December 2024).", "up 41.8% for the year"),
    (ClaimId.MONTH_TO_DATE, BASE, False,
     "Down <0.01% for the month (4,468 on 31 December 2024).", "down <0.01% for the month"),
    (ClaimId.SINCE_DATE, BASE | {"percent": 0.0}, False,
     "Unchanged since 31 December 2024 (4,468 that day).", "unchanged since 2024-12-31"),
    (ClaimId.RECORD_DISTANCE, RECORD, False,
     "42.1% below the record close of 10,945.22 of 17 February 2021; it would have to rise 72.8% to regain it.",
     "record 2021-02-17, 72.8% to go"),
    (ClaimId.RECORD_DISTANCE, RECORD | {"below_record_pct": 0.0, "to_record_pct": 0.0}, False,
     "Level with the record close of 10,945.22 of 17 February 2021.", "level with the record of 2021-02-17"),
    (ClaimId.PEER_RANK, PEERS, True,
     "First of 7 gauges that are trading, ahead of Nikkei 225 (-0.30%).", "1st of 7 gauges"),
    (ClaimId.PEER_RANK, PEERS | {"place": 7}, False,
     "Last of 7 gauges that have closed, behind Nikkei 225 (-0.30%).", "7th of 7 gauges"),
    (ClaimId.PEER_RANK, PEERS | {"place": 4}, True, "4th of 7 gauges that are trading.", "4th of 7 gauges"),
    (ClaimId.BREADTH, SIDES, False, "26 rose, 3 fell, 1 was unchanged.", "26 up, 3 down, 1 unchanged"),
    (ClaimId.BREADTH, SIDES | {"advancers": 1, "unknown": 2}, True,
     "1 is up, 3 down, 1 unchanged; 2 without a price.", "1 up, 3 down, 1 unchanged"),
    (ClaimId.TOP_THREE, TOP, True,
     "Tencent, Alibaba and Baidu make 61% of the move (+156.8 of +256.2 points, by estimated weights).",
     "top three make 61% of the move"),
    (ClaimId.TOP_THREE, {**TOP, "second": None, "third": None, "estimated": False}, True,
     "Tencent makes 61% of the move (+156.8 of +256.2 points).", "top one makes 61% of the move"),
    (ClaimId.VALUATION, VALUE, False,
     "Trades at 21.0 times projected earnings (94% of its weight), below its five-year average of 23.3 and "
     "the Nasdaq 100's 27.0.", "fwd P/E 21.0 (5y 23.3, NDX 27.0)"),
    (ClaimId.VALUATION, VALUE | {"average": 18.0, "coverage": 1.0}, False,
     "Trades at 21.0 times projected earnings, above its five-year average of 18.0 but below the Nasdaq 100's 27.0.",
     "fwd P/E 21.0 (5y 18.0, NDX 27.0)"),
    (ClaimId.VALUATION, {"forward_pe": 21.0, "coverage": 1.0, "average": 21.04}, False,
     "Trades at 21.0 times projected earnings, in line with its five-year average of 21.0.",
     "fwd P/E 21.0 (5y 21.0)"),
]  # fmt: skip


def claim(claim_id: ClaimId, inputs: dict[str, Fact], provisional: bool) -> Claim:
    return Claim(id=claim_id, surprise=1.0, provisional=provisional, inputs=inputs)


@pytest.mark.parametrize(("claim_id", "inputs", "provisional", "long", "short"), CASES)
def test_english(claim_id: ClaimId, inputs: dict[str, Fact], provisional: bool, long: str, short: str) -> None:
    said = claim(claim_id, inputs, provisional)
    assert said.text() == long
    assert said.short() == short


def test_every_kind_of_claim_is_worded() -> None:
    assert {case[0] for case in CASES} == set(ClaimId)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].value)
def test_whole_sentences_and_phrases_that_fit(
    language: str, case: tuple[ClaimId, dict[str, Fact], bool, str, str]
) -> None:
    said = claim(*case[:3])
    assert said.text(language)[-1] in ".。"
    assert said.short(language)[-1] not in ".。"
    width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in said.short(language))
    assert 0 < width <= 42


# Characters of ours that differ between the scripts: none may stand in the other one.
TRADITIONAL = "創報維歷連較須復勢將個後現紀錄總達數無價佔動權點領預測與於盤來隻線當係對週"
SIMPLIFIED = "创报维历连较须复势将个后现纪录总达数无价占动权点领预测与于盘来只线当系对盖周"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0].value)
def test_scripts_are_pure(case: tuple[ClaimId, dict[str, Fact], bool, str, str]) -> None:
    said = claim(*case[:3])
    for text in (said.text("zh-Hans"), said.short("zh-Hans")):
        assert not set(text) & set(TRADITIONAL)
    for text in (said.text("zh-Hant"), said.short("zh-Hant")):
        assert not set(text) & set(SIMPLIFIED)


@pytest.mark.parametrize(
    ("claim_id", "inputs", "provisional", "hant", "hans"),
    [
        (ClaimId.WEEKLY_STREAK, {"count": -7, "running": True}, False, "勢將連跌7週。", "势将连跌7周。"),
        (ClaimId.MONTHLY_STREAK, {"count": 4, "running": False}, False, "連升4個月。", "连涨4个月。"),
        (ClaimId.HIGHEST_CLOSE, SINCE | {"since": "record"}, True,
         "若維持至收市，將創歷史最高收市（日線自2015年1月2日起）。",
         "若维持至收盘，将创历史最高收盘（日线自2015年1月2日起）。"),
        (ClaimId.YEAR_TO_DATE, BASE | {"percent": 41.77}, False,
         "年初至今升41.8%（2024年12月31日收報4,468）。", "年初至今涨41.8%（2024年12月31日收报4,468）。"),
        (ClaimId.TOP_THREE, TOP | {"points": 156.8}, False,
         "Tencent、Alibaba、Baidu佔指數變動61%（+156.8/+256.2點，權重為估算）。",
         "Tencent、Alibaba、Baidu占指数变动61%（+156.8/+256.2点，权重为估算）。"),
        (ClaimId.BREADTH, SIDES, False, "成份股26升3跌1平。", "成分股26涨3跌1平。"),
    ],
)  # fmt: skip
def test_chinese(claim_id: ClaimId, inputs: dict[str, Fact], provisional: bool, hant: str, hans: str) -> None:
    said = claim(claim_id, inputs, provisional)
    assert said.text("zh-Hant") == hant
    assert said.text("zh-Hans") == hans


def test_ordinals() -> None:
    found = [ordinal(value) for value in (1, 2, 3, 4, 11, 12, 13, 21, 22, 101, 111, 112, 123)]
    assert " ".join(found) == "1st 2nd 3rd 4th 11th 12th 13th 21st 22nd 101st 111th 112th 123rd"
    articles = [with_article(value).split()[0] for value in (7, 8, 11, 12, 18, 80, 89, 90, 108, 800)]
    assert articles == ["a", "an", "an", "a", "an", "an", "an", "a", "a", "an"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0.00%"), (0.0049, "<0.01%"), (0.006, "0.01%"), (0.994, "0.99%"), (0.996, "1.0%"), (4.25, "4.2%"),
     (-4.26, "4.3%"), (1234.5, "1,234.5%")],
)  # fmt: skip
def test_percentages_are_rounded_once(value: float, text: str) -> None:
    assert percent_text(value) == text


def test_levels() -> None:
    assert [level_text(value) for value in (6334.0, 6334.5, 0.12345, 10945.226)] == [
        "6,334", "6,334.50", "0.1235", "10,945.23",
    ]  # fmt: skip


def test_equal_surprise_is_ordered_by_kind() -> None:
    order = [ClaimId.SINCE_DATE, ClaimId.MOVE, ClaimId.VALUATION]
    told = ranked(Claim(id=one, surprise=1.0, inputs={}) for one in order)
    assert [(one.rank, one.id) for one in told] == [
        (1, ClaimId.MOVE), (2, ClaimId.VALUATION), (3, ClaimId.SINCE_DATE),
    ]  # fmt: skip
