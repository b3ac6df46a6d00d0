"""Every column of a watchlist on a stage with known numbers; what is expected is worked out in decimals, by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from msgspec.structs import replace
from tests.tui.stage import Stage, at, quote

from tui_monitor.config.columns_file import ColumnSetting
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.present.detail import quote_lines
from tui_monitor.present.rows import Cell
from tui_monitor.present.tone import Tone
from tui_monitor.present.watchlist import WatchlistModel
from tui_monitor.present.watchlist_columns import SPECS
from tui_monitor.sources.api import Batch

D = Decimal

WOOD: dict[str, Decimal] = {
    "last": D("110.40"), "previous_close": D("104.00"), "high": D("112.00"), "low": D("104.00"),
    "year_high": D("160.40"), "year_low": D("60.40"), "volume": D(12_345_678), "turnover": D(1_357_000_000),
    "market_cap": D(987_600_000_000), "trailing_pe": D("18.26"),
}  # fmt: skip

RATE = D("7.80")
"""Hong Kong dollars for one of the United States."""


def rounded(number: Decimal, places: str) -> str:
    return f"{number.quantize(D(places), ROUND_HALF_UP):,}"


@pytest.fixture
def stage() -> Stage:
    """Show two lines: a share of the home market, and a short position in a dollar line before its session."""
    entries = (
        Entry(symbol="0101.HK", note="the mill", tags=("core", "paper"), quantity=1500.0, cost=90.0),
        Entry(symbol="BABA", quantity=-40.0, cost=160.0, cost_currency="USD"),
        Entry(symbol="0103.HK"),
    )
    one = Stage(moment=at(4, 0), lists=Watchlists((Watchlist(name="mine", entries=entries),))).fill()
    one.clock.pass_by(16.5 * 3600)
    now = one.clock.now()
    numbers = {name: float(value) for name, value in WOOD.items()}
    last, before = numbers.pop("last"), numbers.pop("previous_close")
    quotes = (
        quote("0101.HK", last, before, now - timedelta(minutes=3), **numbers, earnings_from=now + timedelta(days=9),
              earnings_to=now + timedelta(days=9), earnings_estimated=True),
        replace(
            quote("BABA", 150.0, 160.0, now - timedelta(hours=15)), currency="USD", received=now, pre_market=153.6,
            pre_market_time=now - timedelta(minutes=2), earnings_from=now + timedelta(hours=1),
            earnings_to=now + timedelta(hours=1), earnings_estimated=False, volume=2_000_000.0, source="yahoo-quote",
        ),
        replace(quote("HKD=X", float(RATE), 7.8, now), currency="HKD"),
    )  # fmt: skip
    rating = RatingChange(
        key="newer", time=now - timedelta(hours=2), symbol="0101.HK", company="Alder", firm="Peak",
        action=Action.UPGRADE, actions=(Action.UPGRADE,), from_grade="hold", to_grade="buy",
    )  # fmt: skip
    one.store.apply(Batch(source="test", received=now, quotes=quotes, ratings=(rating,)))
    one.view.columns = tuple(ColumnSetting(spec.id) for spec in SPECS)
    return one


def cells_of(stage: Stage, symbol: str, model: WatchlistModel | None = None) -> dict[str, Cell]:
    model = model or WatchlistModel()
    model.order(stage.view)
    model.columns(stage.view)
    row = model.row(stage.view, symbol)
    return dict(zip((spec.id for spec in SPECS), row.cells, strict=True))


def test_a_row_of_the_home_market(stage: Stage) -> None:
    found = {name: cell.text for name, cell in cells_of(stage, "0101.HK").items()}
    change = WOOD["last"] - WOOD["previous_close"]
    assert found["last"] == "110.40"
    assert found["change"] == f"+{rounded(change, '0.01')}" == "+6.40"
    assert found["percent"] == f"▲ {rounded(change / WOOD['previous_close'] * 100, '0.01')}" == "▲ 6.15"
    place = (WOOD["last"] - WOOD["year_low"]) / (WOOD["year_high"] - WOOD["year_low"]) * 100
    assert found["year"] == rounded(place, "1") == "50"
    assert found["volume"] == f"{rounded(WOOD['volume'] / 10**6, '0.1')}M" == "12.3M"
    # The source's turnover, not volume times price, which would be 1.36 B here too but 1,362.9 M.
    assert found["turnover"] == f"{rounded(WOOD['turnover'] / 10**9, '0.01')}B"
    assert found["cap"] == f"{rounded(WOOD['market_cap'] / 10**9, '1')}B" == "988B"
    assert found["pe"] == rounded(WOOD["trailing_pe"], "0.1") == "18.3"
    assert found["rating"] == "2h buy Peak"
    assert (found["note"], found["tags"], found["currency"]) == ("the mill", "core,paper", "HKD")
    assert found["value"] == rounded(D(1500) * WOOD["last"], "1") == "165,600"
    assert found["today"] == f"+{rounded(D(1500) * change, '1')}" == "+9,600"
    assert found["total"] == f"+{rounded(D(1500) * (WOOD['last'] - D(90)), '1')}" == "+30,600"
    assert found["earnings"] == "~03-13"
    assert found["extended"] == ""


def test_the_age_while_the_market_is_open() -> None:
    one = Stage().fill()
    one.clock.pass_by(3 * 60 + 20)
    one.view.columns = tuple(ColumnSetting(spec.id) for spec in SPECS)
    assert cells_of(one, "0101.HK")["age"].text == "3m"


def test_the_bar_of_the_day_marks_the_place_of_the_price(stage: Stage) -> None:
    text = cells_of(stage, "0101.HK")["range"].text
    spec = next(spec for spec in SPECS if spec.id == "range")
    assert len(text) == spec.width
    mark = text.index(stage.view.glyphs.bar_mark)
    # 6.40 of 8.00: four fifths of the way from the first cell to the last.
    assert mark == round((spec.width - 1) * 0.8)
    assert text.count(stage.view.glyphs.bar_mark) == 1


def test_the_spark_rises_with_the_path(stage: Stage) -> None:
    text = cells_of(stage, "0101.HK")["spark"].text
    steps = [stage.view.glyphs.blocks.index(sign) for sign in text]
    # The stage's path rises by a tenth each minute: the first sign is the lowest, the last the highest.
    assert steps == sorted(steps)
    assert (steps[0], steps[-1]) == (0, len(stage.view.glyphs.blocks) - 1)
    assert len(set(steps)) > 4


def test_a_short_position_in_another_currency_before_its_session(stage: Stage) -> None:
    cells = cells_of(stage, "BABA")
    found = {name: cell.text for name, cell in cells.items()}
    assert found["value"] == rounded(D(-40) * D(150) * RATE, "1") == "-46,800"
    assert found["today"] == f"+{rounded(D(-40) * D(-10) * RATE, '1')}" == "+3,120"
    assert found["total"] == f"+{rounded(D(-40) * D(-10) * RATE, '1')}"
    # 3.60 on 150.
    assert found["extended"] == f"153.60 ▲ {rounded(D('3.6') / D(150) * 100, '0.01')}" == "153.60 ▲ 2.40"
    assert cells["extended"].tone is Tone.UP
    # Today and said by the company: the time, in the zone of the clock.
    assert found["earnings"] == "21:30"
    assert cells["earnings"].tone is Tone.ACCENT
    assert found["turnover"] == "300M"  # two million times 150, for the source says none
    # 10:42 in the stage's ratings, told at 20:30.
    assert found["rating"] == "9h buy Harbour"


def test_what_passes_goes_and_fades(stage: Stage) -> None:
    stage.clock.pass_by(45 * 60)
    assert cells_of(stage, "BABA")["extended"].tone is Tone.FAINT
    stage.clock.pass_by(20 * 60)
    assert cells_of(stage, "BABA")["earnings"].text == ""
    # 22:30 in Hong Kong: New York has opened.
    stage.clock.pass_by(55 * 60)
    assert cells_of(stage, "BABA")["extended"].text == ""


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_the_detail_says_it_in_full(stage: Stage, language: str) -> None:
    from tui_monitor.present.words import Words

    view = stage.view
    view.words = Words(language)
    text = ["".join(span.text for span in line) for line in quote_lines(view, "BABA")]
    early = next(line for line in text if line.startswith(view.words("detail.pre-market")))
    assert "153.60 ▲ 2.40%" in early
    assert "2026-03-04 20:28:00 HKT" in early
    report = next(line for line in text if line.startswith(view.words("detail.report")))
    assert "2026-03-04 21:30 HKT" in report
    text = ["".join(span.text for span in line) for line in quote_lines(view, "0101.HK")]
    report = next(line for line in text if line.startswith(view.words("detail.report")))
    assert "2026-03-13" in report
    assert view.words("detail.report-expected") in report
    assert not any(line.startswith(view.words("detail.pre-market")) for line in text)


def test_a_report_that_is_expected_within_days(stage: Stage) -> None:
    now = stage.clock.now()
    held = stage.store.quote("0101.HK")
    assert held is not None
    window: dict[str, Any] = {"earnings_to": now + timedelta(days=13)}
    stage.store.apply(Batch(source="yahoo", received=now, quotes=(replace(held, **window),)))
    text = ["".join(span.text for span in line) for line in quote_lines(stage.view, "0101.HK")]
    assert any("2026-03-13 to 2026-03-17  (expected)" in line for line in text)


@pytest.mark.parametrize(
    ("column", "first"),
    [
        ("last", "BABA"), ("percent", "0101.HK"), ("change", "0101.HK"), ("today", "0101.HK"), ("total", "0101.HK"),
        ("value", "0101.HK"), ("range", "0101.HK"), ("turnover", "0101.HK"), ("year", "0101.HK"),
        ("volume", "0101.HK"), ("cap", "0101.HK"), ("pe", "0101.HK"), ("rating", "0101.HK"), ("extended", "BABA"),
        ("earnings", "BABA"), ("note", "0101.HK"), ("tags", "0101.HK"), ("currency", "0101.HK"), ("code", "0101.HK"),
    ],
)  # fmt: skip
def test_sorting_puts_the_right_row_first_and_the_unknown_last(stage: Stage, column: str, first: str) -> None:
    model = WatchlistModel()
    model.sort = column
    order = model.order(stage.view)
    assert sorted(order) == ["0101.HK", "0103.HK", "BABA"]
    assert order[0] == first
    empty = {one for one in order if cells_of(stage, one)[column].text in {"", stage.view.glyphs.dash}}
    assert set(order[len(order) - len(empty) :]) == empty
    held = order[: len(order) - len(empty)]
    if column == "currency":
        # Two are the same there and keep the person's order whichever way the column stands.
        assert held == ["0101.HK", "0103.HK", "BABA"]
        return
    model.reverse = True
    assert model.order(stage.view)[: len(held)] == held[::-1]
