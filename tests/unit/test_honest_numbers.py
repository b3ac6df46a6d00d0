"""Rules that keep numbers honest from the source to the claim: units, unknowns, old values, and who may speak."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tui_monitor.config.seeds import load_instruments, load_reference, load_universe
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.series import DailyBar
from tui_monitor.engine.weekly_hours import WEEKLY, ordinary_weeks
from tui_monitor.services.index_story import Facts, build_board
from tui_monitor.sources.yahoo_meta import previous_close, quote_from_meta

SOURCE = Path(__file__).resolve().parents[2] / "src" / "tui_monitor"

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)


# Units and unknowns


@pytest.mark.parametrize(
    ("currency", "expected"), [("GBp", 25_000.0), ("ZAc", 25_000.0), ("ILA", 25_000.0), ("GBP", 2_500_000.0)]
)
def test_a_turnover_from_pence_is_in_pounds(currency: str, expected: float) -> None:
    quote = Quote(symbol="VOD.L", last=250.0, volume=10_000.0, currency=currency, received=NOW, source="x")
    assert quote.estimated_turnover == pytest.approx(expected)
    assert replace(quote, turnover=7.0).estimated_turnover == 7.0
    assert replace(quote, volume=None).estimated_turnover is None


@pytest.mark.parametrize(
    ("meta", "window", "expected"),
    [
        # The close before the window is the previous one only where the window is one day.
        ({"chartPreviousClose": 475.2, "range": "1d"}, None, 475.2),
        ({"chartPreviousClose": 475.2, "range": "5d"}, None, None),
        ({"chartPreviousClose": 475.2}, "5d", None),
        ({"chartPreviousClose": 475.2}, "1d", 475.2),
        ({"chartPreviousClose": 475.2, "previousClose": 479.2}, "5d", 479.2),
        # And only where it explains the change that is reported beside it.
        ({"chartPreviousClose": 400.0, "regularMarketChangePercent": 0.2505}, "1d", 478.8),
        # Zero is unknown.
        ({"chartPreviousClose": 0, "previousClose": 0}, "1d", None),
    ],
)
def test_the_close_before_the_window_is_not_taken_for_yesterdays(
    meta: dict[str, Any], window: str | None, expected: float | None
) -> None:
    found = previous_close(meta, 480.0, window)
    assert found == (None if expected is None else pytest.approx(expected, abs=0.02))


def test_without_a_currency_there_is_none() -> None:
    meta = {"regularMarketPrice": 1.0, "regularMarketTime": NOW.timestamp()}
    for told in (None, "", "$", 7, "US dollars", "\x1b[1m"):
        quote = quote_from_meta({**meta, "currency": told}, "X", NOW, "yahoo", window="1d")
        assert quote is not None
        assert quote.currency is None


def test_every_number_carries_its_origin() -> None:
    fields = set(Quote.__struct_fields__)
    assert {"time", "received", "source", "delay", "currency"} <= fields
    with pytest.raises(TypeError):
        Quote(symbol="X", last=1.0, received=NOW)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Quote(symbol="X", last=1.0, source="x")  # type: ignore[call-arg]


def test_no_code_of_ours_writes_a_bare_dollar_sign() -> None:
    """What formats numbers writes a currency's own code or sign, which comes from the source."""
    found: list[str] = []
    for folder in ("present", "tui", "cli"):
        for path in (SOURCE / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    found += [
                        f"{path.name}:{node.lineno}"
                        for part in node.values
                        if isinstance(part, ast.Constant) and "$" in str(part.value)
                    ]
    assert found == []


def test_nothing_of_ours_loads_code_from_data() -> None:
    wrong: list[str] = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            wrong += [
                f"{path.name}: {name}" for name in names if name in {"pickle", "marshal", "shelve", "dill", "yaml"}
            ]
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"eval", "exec"}:
                wrong.append(f"{path.name}:{node.lineno} {node.func.id}")
            if isinstance(node, ast.keyword) and node.arg == "shell":
                wrong.append(f"{path.name} shell=")
    assert wrong == []


# Claims: a stale number is seen, but says nothing


def facts(*, index_time: datetime, member_times: dict[str, datetime] | None = None, now: datetime = NOW) -> Facts:
    universe = load_universe("hstech")
    calendar = ordinary_weeks("XHKG", date(2025, 9, 1), date(2025, 10, 10))
    symbols = [universe.index, *(member.symbol for member in universe.members), "^HSI", "^NDX"]
    times = member_times or {}
    quotes = {
        symbol: Quote(
            symbol=symbol, last=104.0, previous_close=100.0, received=now, source="yahoo",
            time=index_time if symbol == universe.index else times.get(symbol, now),
        )
        for symbol in symbols
    }  # fmt: skip
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(258)]
    bars = tuple(DailyBar(day, 80.0 + n * 0.05) for n, day in enumerate(days) if day.weekday() < 5)
    return Facts(
        index=universe.index,
        now=now,
        quotes=quotes,
        histories={universe.index: bars},
        universe=universe,
        instruments=load_instruments(universe),
        reference=load_reference(),
        peers=("^HSI", "^NDX"),
        states={
            mic: ordinary_weeks(mic, date(2025, 9, 1), date(2025, 10, 10)).state_at(now) for mic in ("XHKG", "XNYS")
        },
        calendar=calendar,
    )


def test_a_fresh_index_tells_its_story() -> None:
    board = build_board(facts(index_time=NOW))
    assert board.story is not None
    assert board.story.level == 104.0
    assert board.breadth is not None
    assert board.breadth.advancers == len(load_universe("hstech").members)


def test_an_index_frozen_for_weeks_makes_no_claim_of_today() -> None:
    fresh, frozen = build_board(facts(index_time=NOW)), build_board(facts(index_time=NOW - timedelta(days=30)))
    assert frozen.story is not None
    # Its story is told of the last close that is known, not of the frozen level.
    assert frozen.story.level != 104.0
    assert frozen.story.level == facts(index_time=NOW).histories["HSTECH.HK"][-1].close
    assert fresh.ranking is not None
    assert fresh.ranking.place is not None
    assert frozen.ranking is None or frozen.ranking.place is None


def test_a_frozen_share_takes_no_part_in_breadth_but_stays_in_view() -> None:
    members = [member.symbol for member in load_universe("hstech").members]
    told = facts(
        index_time=NOW, member_times={members[0]: NOW - timedelta(days=3), members[1]: NOW - timedelta(hours=2)}
    )
    board = build_board(told)
    assert board.breadth is not None
    # A price of before today's opening counts until an hour into the session: by now it is stale as well.
    assert board.breadth.advancers == len(members) - 2
    assert told.quotes[members[0]].last == 104.0


def test_every_exchange_that_is_watched_has_hours() -> None:
    universe = load_universe("hstech")
    for symbol in load_instruments(universe):
        mic = mic_of(symbol)
        assert mic is None or mic in WEEKLY, symbol
