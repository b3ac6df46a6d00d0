"""Finding by code, name and initials, among the shipped names and what else is known; Yahoo's search answers."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.config.seeds import load_instruments, seeds_dir
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Instrument, Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.services.finding import Finder, Found
from tui_monitor.services.initials import begins, letters_of, load_initials
from tui_monitor.services.known_names import KnownNames
from tui_monitor.sources.api import Batch
from tui_monitor.sources.yahoo_search import parse_search
from tui_monitor.store.latest import LatestStore


@pytest.fixture(scope="module")
def finder() -> Finder:
    return Finder(load_instruments(), initials=load_initials())


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("700", "0700.HK"), ("0700", "0700.HK"), ("00700", "0700.HK"), ("0700.HK", "0700.HK"), ("0700.hk", "0700.HK"),
        ("700 HK", "0700.HK"), ("HK 700", "0700.HK"), ("HKEX:700", "0700.HK"), ("BABA", "BABA"), ("baba", "BABA"),
        ("^HSI", "^HSI"), ("GC=F", "GC=F"), ("gc=f", "GC=F"), ("tencent", "0700.HK"), ("Tencent", "0700.HK"),
        ("腾讯", "0700.HK"), ("騰訊", "0700.HK"), ("tx", "0700.HK"), ("xiaom", "1810.HK"), ("xm", "1810.HK"),
        ("hong kong exch", "0388.HK"), ("300750", "300750.SZ"), ("中芯", "0981.HK"), ("trip.com", "9961.HK"),
    ],
)  # fmt: skip
def test_the_first_candidate_is_what_is_meant(finder: Finder, text: str, symbol: str) -> None:
    assert finder.candidates(text)[0].symbol == symbol


@pytest.mark.parametrize("text", ["700 HK", "HKEX:700", "tencent", "tx", "腾讯", "騰訊"])
def test_one_word_resolves_to_the_same(finder: Finder, text: str) -> None:
    assert finder.resolve(text) == (["0700.HK"], [])


def test_several_at_once_by_blank_comma_and_column(finder: Finder) -> None:
    expected = ["0700.HK", "9988.HK", "BABA", "1810.HK"]
    assert finder.resolve("700 9988 BABA xiaomi")[0] == expected
    assert finder.resolve("700,9988，BABA、小米")[0] == expected
    assert finder.resolve("700\n09988\r\nBABA\n\n1810.HK\n")[0] == expected


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("700", False), ("700 HK", False), ("hong kong exch", False), ("li auto", False), ("700 9988", True),
        ("700,9988", True), ("tencent baba", True), ("tx ", False), ("", False), ("700\n9988", True),
    ],
)  # fmt: skip
def test_several_things_or_one_name_in_several_words(finder: Finder, text: str, several: bool) -> None:
    assert finder.is_several(text) is several


def test_capitals_are_a_ticker_and_small_letters_may_be_initials(finder: Finder) -> None:
    assert finder.resolve("TX") == (["TX"], [])
    assert finder.resolve("tx") == (["0700.HK"], [])


def test_what_is_no_code_and_no_name_is_said_so(finder: Finder) -> None:
    assert finder.resolve("！！ 700") == (["0700.HK"], ["！！"])
    assert finder.candidates("無此公司") == []


def test_an_unknown_code_is_a_candidate_that_is_not_known(finder: Finder) -> None:
    (only,) = [one for one in finder.candidates("ZZZQ") if one.symbol == "ZZZQ"]
    assert only.known is False
    assert finder.knows("ZZZQ") is False
    assert finder.knows("BABA") is True


def test_a_search_adds_below_and_makes_known() -> None:
    finder = Finder({"0700.HK": Instrument(symbol="0700.HK", name_en="Tencent Holdings", kind=Kind.EQUITY)})
    more = [Found("TCTZF", "Tencent Holdings Limited", "OTC", Kind.EQUITY), Found("0700.HK", "TENCENT", "HKSE")]
    finder.remember(more)
    found = finder.candidates("tencent", more)
    assert found[0].symbol == "0700.HK"
    other = next(one for one in found if one.symbol == "TCTZF")
    assert (other.known, other.name, other.exchange, other.kind) == (
        True, "Tencent Holdings Limited", "OTC", Kind.EQUITY,
    )  # fmt: skip
    assert finder.name_of("TCTZF") == "Tencent Holdings Limited"


def test_what_was_remembered_is_bounded() -> None:
    finder = Finder({})
    finder.remember(Found(f"A{number}") for number in range(5_000))
    assert finder.knows("A4999")
    assert not finder.knows("A0")


def test_symbols_with_a_quote_and_symbols_in_lists_are_found() -> None:
    store = LatestStore()
    now = datetime(2026, 3, 4, tzinfo=UTC)
    quote = Quote(symbol="VOD.L", last=70.0, name="Vodafone Group", received=now, source="test")
    store.apply(Batch(source="test", received=now, quotes=(quote,)))
    lists = Watchlists((Watchlist(name="a", entries=(Entry(symbol="QQQQ.X"),)),))
    seconds = 10.0
    names = KnownNames(store, lambda: lists, lambda: seconds)
    finder = Finder({}, others=names, has_quote=lambda symbol: store.quote(symbol) is not None)
    assert finder.candidates("voda")[0].symbol == "VOD.L"
    assert finder.knows("VOD.L")
    assert finder.candidates("qqqq")[0].symbol == "QQQQ.X"
    assert not finder.knows("QQQQ.X")
    lists = Watchlists()
    seconds = 10.5
    assert "QQQQ.X" in names()
    seconds = 11.0
    assert "QQQQ.X" not in names()


def test_every_character_of_the_shipped_names_has_initials() -> None:
    table = load_initials()
    missing = {
        char
        for instrument in load_instruments().values()
        for name in (instrument.name_hant, instrument.name_hans, instrument.short_hant, *instrument.aliases)
        for char in name or ""
        if "\u3400" <= char <= "\u9fff" and char not in table
    }
    assert missing == set(), "run scripts/make_pinyin.py"


def test_initials_know_several_readings_and_letters_within_names() -> None:
    table = {"行": "hx", "銀": "y"}
    assert letters_of("銀行A", table) == ("y", "hx", "a")
    assert begins("yh", ("y", "hx", "a"))
    assert begins("yxa", ("y", "hx", "a"))
    assert not begins("yz", ("y", "hx", "a"))
    assert not begins("yxab", ("y", "hx", "a"))
    assert letters_of("Bank", table) == ()


def test_a_key_takes_less_than_twenty_milliseconds_among_five_thousand() -> None:
    others = {f"{number:04d}.HK": f"Company Number {number} Holdings Limited" for number in range(1, 5_001)}
    finder = Finder(load_instruments(), initials=load_initials(), others=lambda: others)
    finder.candidates("warm")
    taken = []
    for text in ("t", "tx", "ten", "tencent", "company number 4", "700", "中"):
        begun = time.perf_counter()
        finder.candidates(text)
        finder.is_several(text)
        taken.append(time.perf_counter() - begun)
    # The goal is 20 ms on an idle machine; the median is not moved by a neighbour's burst.
    assert sorted(taken)[len(taken) // 2] < 0.02


@given(st.text(max_size=60))
def test_anything_typed_gives_an_answer(text: str) -> None:
    finder = Finder({"0700.HK": Instrument(symbol="0700.HK", name_hant="騰訊", name_en="Tencent")})
    finder.is_several(text)
    finder.resolve(text)
    assert all(one.symbol for one in finder.candidates(text))


# Yahoo's answers


def test_a_search_answer_is_read_and_what_is_odd_left_out() -> None:
    body = {
        "quotes": [
            {"symbol": "ALDR.L", "longname": "Alder plc", "exchDisp": "London", "quoteType": "EQUITY"},
            {"symbol": "ALDR.L", "longname": "again"},
            {"index": "private", "name": "Alder Private", "permalink": "alder"},
            {"symbol": 7}, None, "text", {"symbol": "ＡＢ"}, {"symbol": "x" * 60},
            {"symbol": "ALD=F", "shortname": "Alder \u202efutures\n", "quoteType": "FUTURE", "exchange": "NYM"},
        ]
    }  # fmt: skip
    assert parse_search(json.dumps(body).encode()) == [
        ("ALDR.L", "Alder plc", "London", Kind.EQUITY),
        ("ALD=F", "Alder futures", "NYM", Kind.FUTURE),
    ]


@pytest.mark.parametrize(
    "body", [b'{"quotes": []}', b'{"quotes": [{"index": "private", "name": "Alder"}], "count": 1}']
)
def test_an_answer_without_symbols_is_empty(body: bytes) -> None:
    assert parse_search(body) == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"<html>", b"{", b"\xff", b"[]", b"{}", b"7", b'{"quotes": null}', b'{"quotes": {}}', b'{"quotes": "x"}',
        b'{"finance": {"result": null, "error": {"code": "Unauthorized"}}}', b'{"quotes": [7, "text", null]}',
        b'{"quotes": [{"symbol": 7}, {"index": "private"}]}', b'{"quotes": [{"symbol": ""}]}',
    ],
)  # fmt: skip
def test_a_wrong_answer_is_refused_and_does_not_say_that_there_is_nothing(body: bytes) -> None:
    with pytest.raises(SourceError) as caught:
        parse_search(body)
    assert caught.value.kind is FailureKind.MALFORMED


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_refused(body: bytes) -> None:
    try:
        parse_search(body)
    except SourceError:
        return


def test_recorded_answers(shared_data: Path) -> None:
    folder = shared_data / "yahoo" / "v1_search"
    found = [
        parse_search(path.read_bytes()) for path in sorted(folder.glob("*search*.json")) if "HTTP" not in path.name
    ]
    assert sum(bool(hits) for hits in found) > 10
    assert "BABA" in {hit[0] for hit in parse_search((folder / "2021_search-BABA.json").read_bytes())}


def test_the_table_of_initials_is_small() -> None:
    assert (seeds_dir() / "pinyin.json").stat().st_size < 40_000
