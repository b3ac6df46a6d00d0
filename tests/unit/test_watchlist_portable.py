from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.domain.errors import WatchlistError
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_rules import check_lists
from tui_monitor.services.default_lists import default_lists
from tui_monitor.services.portable_csv import YAHOO_COLUMNS
from tui_monitor.services.portable_lists import Form, Imported, export_lists, guess_form, import_lists

LISTS = (
    Watchlist(
        name="mine",
        entries=(
            Entry(
                symbol="0700.HK", note='=SUM(A1) "x", 騰訊', tags=("chips", "long words"), quantity=100.0, cost=512.25
            ),
            Entry(symbol="^HSI"),
            Entry(symbol="BABA", quantity=-3.5, cost=160.0, cost_currency="USD"),
        ),
        currency="HKD",
    ),
    Watchlist(name="-2", entries=(Entry(symbol="GC=F", note="-1", tags=("two words",)),)),
)


def taken(text: str | bytes, form: Form) -> Imported:
    data = text.encode() if isinstance(text, str) else text
    return import_lists(data, form, default="imported")


def facts(imported: Imported) -> dict[str, list[tuple[str, float | None, float | None]]]:
    return {one.name: [(entry.symbol, entry.quantity, entry.cost) for entry in one.entries] for one in imported.lists}


def test_json_comes_back_as_it_was() -> None:
    found = taken(export_lists(LISTS, Form.JSON), Form.JSON)
    assert found.lists == LISTS
    assert found.refused == ()


def test_csv_comes_back_but_for_the_lists_own_currency_and_is_harmless_to_a_spreadsheet() -> None:
    text = export_lists(LISTS, Form.CSV)
    for row in csv.reader(io.StringIO(text)):
        for cell in (row[0], row[2], row[3]):
            assert cell[:1] not in {"=", "+", "-", "@"}
    found = taken(text, Form.CSV)
    assert found.lists[0].entries == LISTS[0].entries
    assert found.refused == ()
    assert found.lists[1].entries == LISTS[1].entries


def test_ticker_comes_back_with_names_symbols_and_positions() -> None:
    found = taken(export_lists(LISTS, Form.TICKER), Form.TICKER)
    assert facts(found) == {
        "mine": [("0700.HK", 100.0, 512.25), ("^HSI", None, None), ("BABA", -3.5, 160.0)],
        "-2": [("GC=F", None, None)],
    }


def test_mop_and_plain_symbols_hold_every_symbol_once() -> None:
    twice = (*LISTS, Watchlist(name="again", entries=(Entry(symbol="^HSI"), Entry(symbol="JD"))))
    profile = json.loads(export_lists(twice, Form.MOP))
    assert profile["Tickers"] == ["0700.HK", "^HSI", "BABA", "GC=F", "JD"]
    assert profile["MarketRefresh"] > 0
    assert profile["QuotesRefresh"] > 0
    text = export_lists(twice, Form.SYMBOLS)
    assert text.split() == profile["Tickers"]
    for form, data in ((Form.MOP, json.dumps(profile)), (Form.SYMBOLS, text)):
        found = taken(data, form)
        assert [(one.name, list(one.symbols)) for one in found.lists] == [("imported", profile["Tickers"])]


def test_yahoo_has_its_columns_and_lots_are_added_up() -> None:
    header = export_lists(LISTS, Form.YAHOO).splitlines()[0]
    assert header.split(",") == list(YAHOO_COLUMNS)
    found = taken(export_lists(LISTS, Form.YAHOO), Form.YAHOO)
    assert facts(found)["imported"][0] == ("0700.HK", 100.0, 512.25)
    assert found.lists[0].entries[0].note == LISTS[0].entries[0].note
    rows = [
        "Symbol,Current Price,Purchase Price,Quantity,Comment,Transaction Type",
        "BABA,161.6,100,10,first,BUY",
        'baba,161.6,"1,130.0",20,,BUY',
        "BABA,161.6,200,5,,SELL",
        "JD,30,,,watched,",
        "PDD,100,,7,,",
        ",,,,,",
        "NTES,1,2,x,,",
        "a b c,1,,,,",
    ]
    found = taken("\r\n".join(rows), Form.YAHOO)
    # By hand: (10 x 100 + 20 x 1130) / 30, then 5 are sold.
    assert facts(found) == {
        "imported": [("BABA", 25.0, pytest.approx(786.6666667)), ("JD", None, None), ("PDD", 7.0, None)]
    }
    assert found.lists[0].entries[0].note == "first"
    assert [(one.line, one.reason) for one in found.refused] == [
        (8, "the quantity is no number"),
        (9, '"a b c" is no symbol'),
    ]


def test_what_is_sold_off_is_watched_only() -> None:
    text = "Symbol,Purchase Price,Quantity,Transaction Type\nJD,10,5,BUY\nJD,12,5,SELL\n"
    assert facts(taken(text, Form.YAHOO)) == {"imported": [("JD", None, None)]}


def test_symbols_are_taken_as_people_write_them() -> None:
    text = "700, 0700.HK; HKEX:9988\n\n# a comment\nbaba ^hsi # more\nnonsense!\n3690 HK\n9618 1810\n"
    found = taken(text, Form.SYMBOLS)
    assert found.lists[0].symbols == ("0700.HK", "9988.HK", "BABA", "^HSI", "3690.HK", "9618.HK", "1810.HK")
    assert [(one.line, one.reason) for one in found.refused] == [
        (1, "0700.HK stands twice"),
        (5, '"nonsense!" is no symbol'),
    ]


TICKER = """\
# a comment
show-summary: true
watchlist:
  - NET
  - "TEAM" # one more
  - 'BTC-USD'
lots:
  - symbol: "NET"
    quantity: 35.0
    unit_cost: 146.00
  - symbol: ARKW
    quantity: 20
    unit_cost: 150
  - symbol: ARKW
    quantity: 20
    unit_cost: 146
groups:
  - name: crypto
    watchlist:
      - SHIB-USD
    holdings:
      - symbol: SOL1-USD
        quantity: 17
        unit_cost: 159.10
  - watchlist: [AAPL, "MSFT"]
    name: 'it''s'
colors:
  text: "#005fff"
"""


@pytest.mark.parametrize(
    "text", [TICKER, TICKER.replace("\n  ", "\n").replace("\n    ", "\n  "), TICKER.replace("\n", "\r\n")]
)
def test_tickers_file_is_read_with_its_groups_and_lots(text: str) -> None:
    found = taken(text, Form.TICKER)
    assert facts(found) == {
        "imported": [("NET", 35.0, 146.0), ("TEAM", None, None), ("BTC-USD", None, None), ("ARKW", 40.0, 148.0)],
        "crypto": [("SHIB-USD", None, None), ("SOL1-USD", 17.0, 159.1)],
        "it's": [("AAPL", None, None), ("MSFT", None, None)],
    }
    assert found.refused == ()


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [
        (".ticker.yaml", b"watchlist:", Form.TICKER),
        ("x.yml", b"", Form.TICKER),
        ("/home/me/.moprc", b'{"Tickers":[]}', Form.MOP),
        ("-", b'{"MarketRefresh":12,"Tickers":["A"]}', Form.MOP),
        ("a.json", b"[]", Form.JSON),
        ("-", b'\xef\xbb\xbf[ "A" ]', Form.JSON),
        ("portfolio.csv", b"Symbol,Current Price,Date\n", Form.YAHOO),
        ("a.csv", b'"list","symbol"\n', Form.CSV),
        ("a.txt", b"700, 9988", Form.SYMBOLS),
        ("-", b"", Form.SYMBOLS),
    ],
)
def test_the_form_is_guessed(name: str, data: bytes, form: Form) -> None:
    assert guess_form(name, data) is form


@pytest.mark.parametrize(
    ("data", "form", "told"),
    [
        (b"[", Form.JSON, "Line 1 of the file is not valid JSON."),
        (b"3", Form.JSON, "The file holds no lists: expected an array of lists or of symbols."),
        (b"[" * 100_000, Form.JSON, "Line 1 of the file is not valid JSON."),
        (b"{}", Form.MOP, 'The file is no profile of mop: it has no "Tickers".'),
        (b"a,b\n1,2\n", Form.CSV, 'The first line of the file has no column "symbol".'),
        (b"", Form.YAHOO, 'The first line of the file has no column "symbol".'),
        (b"A\n\xff\n", Form.SYMBOLS, "Line 2 of the file is not UTF-8 text."),
        (b"x" * (16 * 1024 * 1024 + 1), Form.SYMBOLS, "The file is larger than 16 MiB."),
    ],
)
def test_a_file_that_is_something_else_is_refused(data: bytes, form: Form, told: str) -> None:
    with pytest.raises(WatchlistError) as caught:
        taken(data, form)
    assert str(caught.value) == told


def test_more_than_a_list_holds_is_left_out() -> None:
    found = taken("\n".join(f"S{n}" for n in range(5002)), Form.SYMBOLS)
    assert len(found.lists[0].entries) == 5000
    assert [one.line for one in found.refused] == [5001, 5002]
    many = "list,symbol\n" + "\n".join(f"l{n},A" for n in range(102))
    found = taken(many, Form.CSV)
    assert len(found.lists) == 100
    assert [one.reason for one in found.refused] == ["more than 100 lists"] * 2


noise = st.one_of(
    st.binary(max_size=300),
    st.text(alphabet="symbol,list\n-: []{}\"'#AB7.", max_size=120).map(str.encode),
    st.text(alphabet="watchlist:groups\n -ame[]\"'#AB", max_size=120).map(
        lambda text: b"watchlist:\n  - A\n" + text.encode()
    ),
    st.text(alphabet='{}[]":,Tickersymbolnamentrie A', max_size=80).map(str.encode),
)


@settings(max_examples=400, deadline=None)
@given(noise, st.sampled_from(Form))
def test_any_bytes_give_valid_lists_or_one_sentence(data: bytes, form: Form) -> None:
    guess_form("x", data)
    try:
        found = taken(data, form)
    except WatchlistError as error:
        told = str(error)
    else:
        check_lists(Watchlists(found.lists))
        told = "Fine."
    assert told.endswith(".")
    assert "\n" not in told


def test_a_fresh_install_begins_with_ten_members() -> None:
    lists = check_lists(default_lists())
    assert [one.name for one in lists.lists] == ["Hong Kong tech"]
    assert len(lists.symbols) == 10
