"""Which instruments a headline names."""

from __future__ import annotations

import time

import pytest

from tui_monitor.analysis.mentions import MentionIndex
from tui_monitor.config.seeds import load_instruments
from tui_monitor.domain.instrument import Instrument, Kind, UsLine

TECH = Instrument(
    "7101.HK", name_en="Norvane Holdings Ltd.", name_hant="諾凡控股－Ｗ", name_hans="诺凡控股-W", short_en="Norvane",
    short_hant="諾凡", short_hans="诺凡", kind=Kind.EQUITY, us_line=UsLine("NRVN", 8),
)  # fmt: skip
MUSIC = Instrument(
    "7102.HK", name_en="Norvane Music Group", short_hant="諾凡音樂", short_hans="诺凡音乐", kind=Kind.EQUITY
)
COMMON = Instrument("7103.HK", name_en="Horizon Tiles Ltd.", short_en="Horizon", short_hant="理想", kind=Kind.EQUITY)
CAPS = Instrument("7104.HK", name_en="ZIO Inc.", short_en="ZIO", aliases=("ZIO Inc",), kind=Kind.EQUITY)
YEAR = Instrument("2018.HK", name_en="Kestrelwick Corp.", short_hant="紅隼", kind=Kind.EQUITY)
MAINLAND = Instrument("688999.SS", name_en="Talvery Semiconductor", kind=Kind.EQUITY)
MIXED = Instrument("7105.HK", name_en="Bexley Video", aliases=("B站", "10年好公司"), kind=Kind.EQUITY)
INDEX = MentionIndex([TECH, MUSIC, COMMON, CAPS, YEAR, MAINLAND, MIXED])


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        # Names.
        ("Norvane raises outlook", ["7101.HK"]),
        ("NORVANE RAISES OUTLOOK", ["7101.HK"]),
        ("norvane raises outlook", []),
        ("Norvane's new phone", ["7101.HK"]),
        ("Norvane-backed startup lists", ["7101.HK"]),
        ("Norvanex raises outlook", []),
        ("諾凡業績勝預期", ["7101.HK"]),
        ("诺凡控股回购", ["7101.HK"]),
        ("傳諾凡洽購對手", ["7101.HK"]),
        # The longest wins.
        ("Norvane Music adds listeners", ["7102.HK"]),
        ("Norvane and Norvane Music part", ["7101.HK", "7102.HK"]),
        ("諾凡音樂與諾凡合作", ["7102.HK", "7101.HK"]),
        ("诺凡音乐上涨", ["7102.HK"]),
        # Common words.
        ("New year on the horizon", []),
        ("Horizon of hopes", []),
        ("Horizon Tiles opens a plant", ["7103.HK"]),
        ("理想與現實", []),
        ("zio means uncle", []),
        ("Zio means uncle", []),
        ("ZIO delivers more cars", ["7104.HK"]),
        ("B站用戶增長", ["7105.HK"]),
        ("美债10年期收益率", []),
        ("10 things to know", []),
        # Codes.
        ("7101.HK rises", ["7101.HK"]),
        ("07101.HK rises", ["7101.HK"]),
        ("7101 HK rises", ["7101.HK"]),
        ("某公司(07101)公布業績", ["7101.HK"]),
        ("某公司（07101.HK）公布業績", ["7101.HK"]),
        ("某公司(7101)公布業績", ["7101.HK"]),
        ("Sold 7101 units (7101 in May)", []),
        ("Profit of 7101", []),
        ("紅隼(2018)業績", ["2018.HK"]),
        ("某事(2018)回顧", []),
        ("World Cup (2018) remembered", []),
        ("某公司(02018)", ["2018.HK"]),
        ("HKEX:7101 up", ["7101.HK"]),
        ("SEHK: 07101 up", ["7101.HK"]),
        ("$NRVN jumps", ["7101.HK"]),
        ("NASDAQ:NRVN jumps", ["7101.HK"]),
        ("Shares (NYSE: NRVN) jump", ["7101.HK"]),
        ("Shares (NRVN) jump", ["7101.HK"]),
        ("NRVN jumps", ["7101.HK"]),
        ("NRVN JUMPS AGAIN", []),
        ("$NRVNX jumps", []),
        ("$7101 paid", []),
        ("688999.SH falls", ["688999.SS"]),
        ("SSE: 688999 falls", ["688999.SS"]),
        ("", []),
    ],
)  # fmt: skip
def test_find(text: str, symbols: list[str]) -> None:
    assert list(INDEX.find(text)) == symbols


def test_no_phrase_reaches_over_a_comma() -> None:
    assert INDEX.find("Forecasts for Horizon, Tiles and Pans") == ()


def test_symbols_come_in_the_order_of_mention_and_once() -> None:
    assert INDEX.find("ZIO, Norvane and ZIO again (07101)") == ("7104.HK", "7101.HK")


def test_one_name_can_stand_for_two_lines() -> None:
    both = MentionIndex(
        [TECH, Instrument("NRVN", name_en="Norvane Holdings Ltd.", short_en="Norvane", kind=Kind.EQUITY)]
    )
    assert both.find("Norvane up") == ("7101.HK", "NRVN")


def test_an_instrument_without_a_name_is_found_by_its_code() -> None:
    bare = MentionIndex([Instrument("7109.HK"), Instrument("QZX")])
    assert bare.find("某公司(07109.HK)與 $QZX") == ("7109.HK", "QZX")
    assert bare.find("QZX up") == ()


def test_an_empty_index_finds_nothing() -> None:
    assert MentionIndex([]).find("Norvane 0700.HK (00700) $BABA") == ()


# The instruments that ship.


@pytest.fixture(scope="module")
def shipped() -> MentionIndex:
    return MentionIndex(load_instruments().values())


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("Tencent buys back shares", "0700.HK"),
        ("騰訊回購", "0700.HK"),
        ("腾讯控股公告", "0700.HK"),
        ("0700.HK", "0700.HK"),
        ("某股(00700)", "0700.HK"),
        ("騰訊(700)升2%", "0700.HK"),
        ("$BABA jumps", "9988.HK"),
        ("NASDAQ:BIDU upgraded", "9888.HK"),
        ("Tencent Music listeners grow", "1698.HK"),
        ("京東健康升3%", "6618.HK"),
        ("JD.com delivers", "9618.HK"),
        ("BYD Electronic wins order", "0285.HK"),
        ("Alibaba Health profit", "0241.HK"),
        ("阿里健康盈利", "0241.HK"),
        ("Li Auto deliveries", "2015.HK"),
        ("理想汽車交付量", "2015.HK"),
        ("NIO deliveries", "9866.HK"),
        ("Trip.com bookings", "9961.HK"),
        ("中芯國際擴產", "0981.HK"),
        ("恒指升百點", "^HSI"),
    ],
)
def test_the_home_market_is_known_in_both_languages(shipped: MentionIndex, text: str, symbol: str) -> None:
    assert shipped.find(text)[:1] == (symbol,)


@pytest.mark.parametrize(
    "text",
    [
        "Li Ka-shing speaks", "nio", "A trip to the horizon", "JD Vance visits Asia", "美的生活", "理想主義",
        "地平線上的城市",
        "舊金山地震", "阿里山觀光", "穆罕默德·阿里傳記", "令人聯想到1997年", "快手菜食譜", "向港交所遞交上市申請",
        "蘋果日報",
        "黃金周旅客增", "黃金交叉出現", "Nasdaq-listed firm", "Shanghai hotels fill up", "Target price raised",
        "京東方擴產",
        "Economists at HSBC see rates lower", "《大行》滙豐研究升某股目標價", "Dow Jones Newswires staff",
        "三人行必有我師",
    ],
)  # fmt: skip
def test_words_that_only_look_like_names(shipped: MentionIndex, text: str) -> None:
    assert shipped.find(text) == ()


def test_the_search_is_quick(shipped: MentionIndex) -> None:
    titles = [
        "Shares of a maker of parts rise after the quarter beats what was expected (XYZ)",
        "某公司中期純利升三成，派息二十仙",
    ] * 500
    begin = time.process_time()
    for title in titles:
        shipped.find(title)
    assert len(titles) / (time.process_time() - begin) > 5_000


@pytest.mark.parametrize(
    ("text", "symbols"),
    [
        ("黃金升穿每盎司三千七百美元", ("GC=F",)),
        ("湖底發現黃金製品", ()),
        ("国际油价跌", ("CL=F",)),
        ("棕榈油价上行", ()),
        ("報道指某廠停產", ()),
        ("道指升百點", ("^DJI",)),
        ("HSBC Research: upbeat on developers", ()),
    ],
)
def test_what_is_also_a_thing_counts_by_its_price(shipped: MentionIndex, text: str, symbols: tuple[str, ...]) -> None:
    assert shipped.find(text) == symbols
