"""The watchlist's view models without a screen: texts of fields, tabs, columns, money, which rates are asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.config.columns_file import WIDTHS, ColumnSetting
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add, DeleteList, Move, NewList, Remove, Rename, Several, SortOnce
from tui_monitor.present.entry_fields import field_texts, number_text, read_currency, read_number, read_tags
from tui_monitor.present.rows import Line
from tui_monitor.present.watchlist_columns import FIXED, SPECS, money, moved, resized, settings_now, toggled
from tui_monitor.present.watchlist_tabs import Tab, tab_line
from tui_monitor.present.width import cells
from tui_monitor.present.words import LANGUAGES, Words
from tui_monitor.services.interests import rates
from tui_monitor.tui.actions.watch import place_of

# Fields


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("  ", None), ("1000", 1000.0), ("1,000", 1000.0), ("12,345,678.5", 12345678.5), ("-5", -5.0),
        ("+5", 5.0), (".5", 0.5), ("5.", 5.0), ("1 000", 1000.0), ("1e3", 1000.0),
    ],
)  # fmt: skip
def test_numbers_as_people_write_them(text: str, value: float | None) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize(
    "text", ["many", "1,00", "12,5", "1.2.3", "--5", "nan", "inf", "1e999", ".", "-", "５", "1_000", "e271", "+.e3"]
)
def test_what_is_no_number_is_given_back(text: str) -> None:
    assert read_number(text) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_every_number_is_read_back(value: float) -> None:
    assert read_number(number_text(value)) == value


@given(st.text(max_size=30) | st.text(alphabet="0123456789+-.,eE ", max_size=8))
def test_any_text_is_a_number_none_or_itself(text: str) -> None:
    found = read_number(text)
    assert found is None or isinstance(found, float) or found == text.strip()


def test_tags_and_currencies() -> None:
    assert read_tags(" core , #paper，紙、core ;") == ("core", "paper", "紙")
    assert read_currency(" hkd ") == "HKD"
    assert read_currency("GBp") == "GBp"
    assert read_currency("gbp") == "GBP"
    assert read_currency("") is None


def test_fields_in_which_entries_differ_are_none() -> None:
    found = field_texts([Entry(symbol="A", note="x", quantity=1.0), Entry(symbol="B", note="y", quantity=1.0)])
    assert found == {"note": None, "tags": "", "quantity": "1", "cost": "", "currency": ""}


# Tabs


def _text(line: Line) -> str:
    return "".join(span.text for span in line)


@given(
    st.lists(st.text(alphabet="ab 名單x", min_size=1, max_size=40), min_size=1, max_size=30),
    st.data(),
    st.integers(30, 200),
)
def test_the_chosen_tab_is_always_there_and_all_fit(names: list[str], data: st.DataObject, room: int) -> None:
    tabs = [Tab(name, name) for name in names]
    at = data.draw(st.integers(0, len(tabs) - 1))
    text = _text(tab_line(tabs, at, room, "…"))
    assert cells(text) <= room
    assert text.count("[") == text.count("]") == 1
    assert f"[{names[at][:7].rstrip()}" in text


def test_tabs_that_do_not_fit_are_hinted_at() -> None:
    tabs = [Tab(f"list {number}", f"list {number}") for number in range(9)]
    assert _text(tab_line(tabs, 4, 30, "…")) == "< list 3 [list 4] list 5 >"
    assert _text(tab_line(tabs, 0, 200, "…")).startswith("[list 0] list 1")


# Columns


def test_columns_of_positions_come_with_the_first_one() -> None:
    shown = {one.id for one in settings_now(None, [Entry(symbol="A")]) if one.shown}
    assert "value" not in shown
    shown = {one.id for one in settings_now(None, [Entry(symbol="A"), Entry(symbol="B", quantity=0.0)]) if one.shown}
    assert {"value", "today", "total"} <= shown


def test_a_choice_from_an_older_or_newer_version_is_kept_as_far_as_it_goes() -> None:
    chosen = (
        ColumnSetting("age"),
        ColumnSetting("gone-since"),
        ColumnSetting("code", shown=False),
        ColumnSetting("age"),
    )
    found = settings_now(chosen, [])
    assert [one.id for one in found][:2] == ["age", "code"]
    assert sorted(one.id for one in found) == sorted(spec.id for spec in SPECS)
    assert {one.id for one in found if one.shown} == {"age", "code"}


@given(st.lists(st.tuples(st.integers(0, len(SPECS) - 1), st.integers(-3, 3), st.integers(-80, 80)), max_size=30))
def test_any_arranging_keeps_every_column_once(steps: list[tuple[int, int, int]]) -> None:
    settings = settings_now(None, [])
    for at, by, width in steps:
        settings = resized(moved(toggled(settings, at), at, at + by), at, width)
    assert sorted(one.id for one in settings) == sorted(spec.id for spec in SPECS)
    assert all(one.shown for one in settings if one.id in FIXED)
    assert all(one.width is None or WIDTHS[0] <= one.width <= WIDTHS[1] for one in settings)


def test_every_column_has_its_words_in_every_language() -> None:
    for language in LANGUAGES:
        words = Words(language)
        for spec in SPECS:
            title = "symbol" if spec.id == "code" else spec.id
            assert words(f"column.{title}") != f"column.{title}"
            assert words(f"columns.{spec.id}") != f"columns.{spec.id}"
            # A title that does not fit its column would be cropped.
            assert cells(words(f"column.{title}")) <= max(spec.width, 4), (language, spec.id)


@pytest.mark.parametrize(
    ("value", "signed", "text"),
    [
        (1234567.0, False, "1,234,567"), (12345678.0, False, "12.3M"), (1234.4, True, "+1,234"),
        (-1234.4, True, "-1,234"), (12345678.0, True, "+12.3M"), (0.2, True, "0"), (-0.2, False, "0"),
    ],
)  # fmt: skip
def test_money_is_in_full_where_it_fits(value: float, signed: bool, text: str) -> None:
    assert money(value, 9, "en", signed=signed) == text


# Rates


def test_only_the_rates_of_positions_are_asked_for() -> None:
    currency = {"0700.HK": "HKD", "BABA": "USD", "VOD.L": "GBp"}.get
    entries = (Entry(symbol="0700.HK", quantity=1.0), Entry(symbol="BABA"))
    assert rates(Watchlists((Watchlist(name="a", entries=entries),)), currency, "HKD") == ()
    held = (*entries, Entry(symbol="VOD.L", quantity=1.0, cost=1.0, cost_currency="EUR"))
    assert rates(Watchlists((Watchlist(name="a", entries=held),)), currency, "HKD") == ("EUR=X", "GBP=X", "HKD=X")
    yuan = Watchlist(name="a", entries=(Entry(symbol="BABA", quantity=1.0),), currency="CNY")
    assert rates(Watchlists((yuan,)), currency, "HKD") == ("CNY=X", "HKD=X")


# Where an undo leads


def test_the_place_of_an_edit() -> None:
    entry = Entry(symbol="A")
    assert place_of(Add("one", (entry,))) == ("one", "A")
    assert place_of(Remove("one", ("A", "B"))) == ("one", "A")
    assert place_of(Move("one", ("A",), 0, "other")) == ("other", "A")
    assert place_of(Several((Remove("one", ("A",)), Add("other", (entry,))))) == ("other", "A")
    assert place_of(NewList("fresh")) == ("fresh", None)
    assert place_of(Rename("old", "new")) == ("new", None)
    assert place_of(DeleteList("gone")) == ("gone", None)
    assert place_of(SortOnce("one", ("A",))) == ("one", None)
