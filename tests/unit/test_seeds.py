from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tui_monitor.config import seeds
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.instrument import Kind, normalise_symbol
from tui_monitor.domain.reference import Measure, Reference, ReferenceFigure
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.universe import Member

ROOT = Path(__file__).resolve().parents[2]


def _raw() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "seeds/universes/hstech.json").read_text(encoding="utf-8"))
    return loaded


def test_universe_has_the_thirty_constituents_of_its_date() -> None:
    universe = seeds.load_universe()
    assert len(universe.members) == len(set(universe.symbols)) == 30
    assert universe.index == "HSTECH.HK"
    assert universe.as_of == date(2025, 9, 16)
    # BYD came in June, Tencent Music and Horizon in March; China Literature, East Buy and ZhongAn are out.
    # Leapmotor for ASMPT comes only in December.
    assert {"1211.HK", "1698.HK", "9660.HK", "0522.HK"} <= set(universe.symbols)
    assert not {"0772.HK", "1797.HK", "6060.HK", "9863.HK"} & set(universe.symbols)
    assert universe.title("zh-Hant") == "恒生科技指數"
    assert universe.title("fr") == "Hang Seng TECH"


def test_every_constituent_is_named_in_both_scripts_and_narrowly() -> None:
    for member in seeds.load_universe().members:
        one = member.instrument
        assert normalise_symbol(one.symbol) == one.symbol
        assert one.kind is Kind.EQUITY
        assert one.currency == "HKD"
        assert all((one.name_en, one.name_hant, one.name_hans, one.short_en, one.short_hant, one.short_hans))
        assert len(one.short_en or "") <= 13
        assert len(one.short_hant or "") <= 5


def test_weights_follow_from_the_market_values_under_the_cap() -> None:
    values = {one["symbol"]: one["market_value"] for one in _raw()["members"]}
    # Another way than the file's maker: find by bisection the factor that makes min(cap, factor x value) sum to one.
    low, high = 0.0, 1.0
    for _ in range(200):
        factor = (low + high) / 2
        if sum(min(0.08, factor * value) for value in values.values()) < 1:
            low = factor
        else:
            high = factor
    universe = seeds.load_universe()
    assert universe.estimated
    assert all(member.estimated for member in universe.members)
    for symbol, value in values.items():
        assert universe.weight(symbol) == pytest.approx(min(0.08, low * value), abs=2.5e-4)
    assert universe.weight_known == pytest.approx(1.0, abs=1e-9)
    assert "estimate" in universe.weights_note


@pytest.mark.parametrize(
    ("symbol", "line", "ratio", "verified"),
    [
        ("9988.HK", "BABA", 8, True), ("9888.HK", "BIDU", 8, True), ("9618.HK", "JD", 2, True),
        ("9999.HK", "NTES", 5, True), ("0700.HK", "TCEHY", 1, True), ("0992.HK", "LNVGY", 20, True),
        ("9866.HK", "NIO", 1, False), ("1698.HK", "TME", 2, False), ("2382.HK", "SNPTY", 10, False),
    ],
)  # fmt: skip
def test_us_lines(symbol: str, line: str, ratio: float, verified: bool) -> None:
    universe = seeds.load_universe()
    member = universe.member(symbol)
    assert member is not None
    assert member.instrument.us_line is not None
    assert member.instrument.us_line.symbol == line
    assert member.instrument.us_line.ordinary_per_unit == ratio
    assert member.instrument.us_line.verified is verified
    assert universe.us_lines()[line] == symbol


def test_instruments_cover_what_the_default_settings_show() -> None:
    from tui_monitor.config.settings import Market

    market = Market()
    known = seeds.load_instruments()
    for symbol in (market.index, *market.peers, *market.macro, "HKD=X", *seeds.load_universe().symbols):
        one = known[symbol]
        assert one.name("en"), symbol
        assert one.name("zh-Hant"), symbol
        assert one.name("zh-Hans"), symbol
        assert one.kind is not Kind.UNKNOWN
    assert known["BABA"].currency == "USD"
    assert known["BABA"].us_line is None
    assert known["BABA"].name("zh-Hans") == "阿里"


def test_an_alias_names_one_company_only() -> None:
    owners: dict[str, set[str]] = {}
    known = seeds.load_instruments()
    for one in known.values():
        for alias in {*one.aliases, one.short_en, one.short_hans, one.short_hant}:
            if alias:
                owners.setdefault(alias.casefold(), set()).add(one.name_en or one.symbol)
    assert {alias: names for alias, names in owners.items() if len(names) > 1} == {}


def test_shipped_text_is_safe_as_it_stands() -> None:
    for name in ("universes/hstech.json", "instruments.json", "reference.json"):
        path = ROOT / "seeds" / name
        for text in _texts(json.loads(path.read_text(encoding="utf-8"))):
            assert clean_text(text, 2000) == text, f"{path}: {text!r}"


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def test_reference_figures() -> None:
    reference = seeds.load_reference()
    expected = {
        ("HSTECH.HK", Measure.FORWARD_PE_AVERAGE_5Y): (23.3, date(2025, 9, 17)),
        ("HSTECH.HK", Measure.FORWARD_PE): (21.0, date(2025, 9, 17)),
        ("^NDX", Measure.FORWARD_PE): (27.0, date(2025, 9, 17)),
        ("HSTECH.HK", Measure.RECORD_CLOSE): (10945.22, date(2021, 2, 17)),
        ("HSTECH.HK", Measure.RECORD_HIGH): (11001.78, date(2021, 2, 18)),
    }
    for (symbol, measure), (value, day) in expected.items():
        figure = reference.get(symbol, measure)
        assert figure is not None
        assert (figure.value, figure.date) == (value, day)
        assert figure.origin
    assert reference.get("^NDX", Measure.RECORD_CLOSE) is None


def test_the_latest_reference_figure_wins() -> None:
    def figure(day: int) -> ReferenceFigure:
        return ReferenceFigure(
            symbol="^HSI", measure=Measure.FORWARD_PE, value=float(day), date=date(2025, 1, day), origin="x"
        )

    found = Reference((figure(3), figure(9), figure(5))).get("^HSI", Measure.FORWARD_PE)
    assert found is not None
    assert found.value == 9.0


def test_loading_is_quick() -> None:
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        universe = seeds.load_universe()
        seeds.load_instruments(universe)
        seeds.load_reference()
        best = min(best, time.perf_counter() - began)
    assert best < 0.02


def _own(tmp_path: Path, **changes: Any) -> Path:
    whole: dict[str, Any] = {
        "name": "mine",
        "titles": {"en": "Mine"},
        "index": "^HSI",
        "as_of": "2025-01-02",
        "members": [{"symbol": "700", "weight": 0.5}, {"symbol": "0005.HK"}],
    }
    whole.update(changes)
    path = tmp_path / "own.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def test_a_file_of_the_persons_own(tmp_path: Path) -> None:
    universe = seeds.load_universe(_own(tmp_path))
    assert universe.symbols == ("0700.HK", "0005.HK")
    assert universe.member("0700.HK") == Member(universe.members[0].instrument, 0.5, estimated=False)
    assert universe.weight("0005.HK") is None
    assert universe.weight_known == 0.5


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"members": []}, ["members"]),
        ({"members": [{"symbol": "0700.HK", "weight": "8"}]}, ["$.members[0].weight", "float"]),
        ({"members": [{"symbol": "0700.HK", "weight": 8}]}, ["$.members[0].weight"]),
        ({"members": [{"symbol": "0700.HK", "weight": -0.1}]}, ["$.members[0].weight"]),
        ({"members": [{"symbol": "0700.HK"}, {"symbol": "700"}]}, ["$.members[1].symbol", "twice"]),
        ({"members": [{"symbol": "two words"}]}, ["$.members[0].symbol", "no symbol"]),
        ({"members": [{"symbol": "A", "weight": 0.6}, {"symbol": "B", "weight": 0.6}]}, ["weight", "1.20"]),
        ({"members": [{"symbol": "A", "wieght": 0.6}]}, ["wieght", "$.members[0]"]),
        (
            {"members": [{"symbol": "A", "us_line": {"symbol": "B", "ordinary_per_unit": 0}}]},
            ["$.members[0].us_line.ordinary_per_unit"],
        ),
        ({"as_of": "yesterday"}, ["$.as_of"]),
        ({"index": "^^^"}, ["$.index"]),
    ],
)
def test_a_wrong_file_names_file_and_field(tmp_path: Path, changes: dict[str, Any], words: list[str]) -> None:
    path = _own(tmp_path, **changes)
    with pytest.raises(ConfigError) as caught:
        seeds.load_universe(path)
    assert str(path) in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe{}", b"[" * 100_000, b"<html></html>", b'{"name": NaN}'])
def test_no_json_is_refused(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "own.json"
    path.write_bytes(body)
    with pytest.raises(ConfigError, match=r"own\.json"):
        seeds.load_universe(path)


def test_hostile_text_of_an_own_file_is_cleaned(tmp_path: Path) -> None:
    path = _own(tmp_path, members=[{"symbol": "A", "name_en": "x\x1b[2J\u202ey", "aliases": ["\u200b", "ok", "ok"]}])
    instrument = seeds.load_universe(path).members[0].instrument
    assert instrument.name_en == "x[2Jy"
    assert instrument.aliases == ("ok",)


def test_an_unknown_name_lists_the_shipped_ones(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="hstech"):
        seeds.load_universe("nosuch")
    with pytest.raises(ConfigError, match="neither a file"):
        seeds.load_universe(tmp_path)
