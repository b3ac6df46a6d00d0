"""The facts of the recorded day, read from the committed file by gzip and json alone where facts are checked."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tui_monitor.config.seeds import load_universe, recorded_day
from tui_monitor.config.settings import Market
from tui_monitor.sources.api import Batch, Request
from tui_monitor.sources.replay import ReplaySource
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.recordings import RecordingKind, open_recording

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "seeds/recorded/2025-09-17.jsonl.gz"
Row = dict[str, Any]


def hk(text: str, day: str = "2025-09-17") -> datetime:
    return datetime.fromisoformat(f"{day}T{text}:00+08:00").astimezone(UTC)


@cache
def lines() -> list[Row]:
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def batches(until: str = "16:30") -> list[Row]:
    end = hk(until)
    return [one["batch"] for one in lines()[1:] if datetime.fromisoformat(one["t"]) <= end]


def last(until: str = "16:30") -> dict[str, Row]:
    """Return the newest value of each field of each quote."""
    found: dict[str, Row] = {}
    for batch in batches(until):
        for quote in batch.get("quotes", ()):
            found[quote["symbol"]] = found.get(quote["symbol"], {}) | quote
    return found


@cache
def weights() -> dict[str, float]:
    whole = json.loads((ROOT / "seeds/universes/hstech.json").read_text(encoding="utf-8"))
    return {one["symbol"]: one["weight"] for one in whole["members"]}


@cache
def closes(symbol: str = "HSTECH.HK") -> dict[date, float]:
    (bars,) = [
        one["bars"] for batch in batches() for one in batch.get("histories", ()) if one["symbol"] == symbol
    ]  # exactly one history a symbol
    return {date.fromisoformat(bar["date"]): bar["close"] for bar in bars}


def percent(quote: Row) -> float:
    change: float = (quote["last"] / quote["previous_close"] - 1) * 100
    return change


def test_the_file_is_small_ordered_and_marked() -> None:
    assert recorded_day() == FILE
    assert FILE.stat().st_size < 1_500_000
    header = lines()[0]
    assert header["kind"] == "reconstructed"
    assert header["zone"] == "Asia/Hong_Kong"
    assert header["start"] < header["cue"] < header["end"]
    times = [one["t"] for one in lines()[1:]]
    assert times == sorted(times)
    assert times[-1] <= header["end"]
    recording = open_recording(FILE)
    assert recording.header.kind is RecordingKind.RECONSTRUCTED
    assert len(list(recording.entries())) == len(lines()) - 1
    assert (recording.skipped, recording.dropped, recording.damaged) == (0, 0, False)


def test_the_index_at_its_known_moments() -> None:
    index = last()["HSTECH.HK"]
    assert (index["last"], index["previous_close"]) == (6334.0, 6078.0)
    assert round(percent(index), 1) == 4.2
    noon = last("12:30")["HSTECH.HK"]
    assert noon["last"] - noon["previous_close"] == 212.0
    assert index["low"] <= index["open"] <= index["high"]
    assert index["high"] == index["year_high"]
    highest = max(
        (quote["last"], quote["time"]) for batch in batches() for quote in batch.get("quotes", ())
        if quote["symbol"] == "HSTECH.HK"
    )  # fmt: skip
    assert highest[0] == index["high"]
    assert datetime.fromisoformat(highest[1]) > hk("15:00")


def test_what_follows_from_the_history() -> None:
    history = closes()
    level = last()["HSTECH.HK"]["last"]
    assert min(history) == date(2020, 7, 27)
    assert max(history) == date(2025, 9, 16)
    assert history[date(2025, 9, 16)] == 6078.0
    assert max(day for day, close in history.items() if close >= level) == date(2021, 11, 25)
    assert history[date(2021, 11, 25)] == 6358.54
    assert max((close, day) for day, close in history.items()) == (10945.22, date(2021, 2, 17))
    year_end = max(day for day in history if day.year == 2024)
    assert year_end == date(2024, 12, 31)
    assert round((level / history[year_end] - 1) * 100, 1) == 41.8
    assert round((10945.22 / level - 1) * 100, 1) == 72.8
    highs = [
        (bar["high"], bar["date"]) for batch in batches() for one in batch.get("histories", ()) for bar in one["bars"]
        if "high" in bar
    ]  # fmt: skip
    assert highs == [(11001.78, "2021-02-18")]


def test_the_weekly_gains() -> None:
    by_week: dict[tuple[int, int], tuple[date, float]] = {}
    for day, close in {**closes(), date(2025, 9, 17): 6334.0}.items():
        by_week[day.isocalendar()[:2]] = (day, close)
    weeks = [by_week[week] for week in sorted(by_week)]
    gains = 0
    while weeks[-1 - gains][1] > weeks[-2 - gains][1]:
        gains += 1
    assert gains == 7
    assert weeks[-gains][0] == date(2025, 8, 8)
    assert weeks[-gains - 1] == (date(2025, 8, 1), 5397.0)


def test_the_history_is_that_of_a_real_exchange() -> None:
    days = sorted(closes())
    assert all(day.weekday() < 5 for day in days)
    # The Lunar New Year of 2025, a typhoon's day, Christmas.
    assert not {date(2025, 1, 29), date(2025, 1, 30), date(2023, 9, 1), date(2024, 12, 25)} & set(days)
    assert max((after - before).days for before, after in pairwise(days)) <= 6
    moves = [abs(closes()[after] / closes()[before] - 1) for before, after in pairwise(days)]
    assert max(moves) < 0.1
    assert sum(moves) / len(moves) == pytest.approx(0.013, abs=0.006)


@pytest.mark.parametrize(
    ("symbol", "year_end"),
    [("^HSI", 20059.95), ("^N225", 39894.54), ("^KS11", 2399.49), ("000300.SS", 3934.91), ("^NDX", 21012.17),
     ("^GSPC", 5881.63), ("^TWII", 23035.10), ("^HSCE", 7289.89)],
)  # fmt: skip
def test_peers_begin_at_the_last_close_of_2024(symbol: str, year_end: float) -> None:
    history = closes(symbol)
    assert history[min(history)] == year_end
    assert min(history).year == 2024
    assert min(day for day in history if day.year == 2025) > min(history)
    # The history ends with the close that the day's quote measures from, or is the day's last quote itself.
    quote = last()[symbol]
    assert history[date(2025, 9, 16)] in {quote["previous_close"], quote["last"]}


def test_who_moved_by_the_close() -> None:
    quotes = last()
    moves = {symbol: percent(quotes[symbol]) for symbol in weights()}
    assert sum(move > 0 for move in moves.values()) == 26
    assert sum(move < 0 for move in moves.values()) == 3
    assert sum(move == 0 for move in moves.values()) == 1
    assert max(moves, key=lambda symbol: moves[symbol]) == "9888.HK"
    assert round(moves["9888.HK"]) == 16
    assert round(moves["0981.HK"]) == 7
    assert round(moves["9988.HK"], 1) == 5.3
    assert round(moves["0700.HK"], 1) == 2.6
    assert moves["9618.HK"] > 0
    assert round(percent(quotes["^HSI"]), 1) == 1.8
    assert int(quotes["^HSI"]["last"] - quotes["^HSI"]["previous_close"]) == 469
    own = percent(quotes["HSTECH.HK"])
    assert all(percent(quotes[symbol]) < own for symbol in Market().peers)
    assert abs(percent(quotes["AAXJ"])) < 0.1


def test_the_constituents_make_the_index_at_every_minute() -> None:
    state: dict[str, Row] = {}
    checked = 0
    for batch in batches():
        quotes = {quote["symbol"]: quote for quote in batch.get("quotes", ())}
        state |= quotes
        index = quotes.get("HSTECH.HK")
        if index is None or datetime.fromisoformat(index["time"]) < hk("09:00"):
            continue
        points = sum(
            weight * (state[symbol]["last"] / state[symbol]["previous_close"] - 1) * index["previous_close"]
            for symbol, weight in weights().items()
        )
        change = index["last"] - index["previous_close"]
        assert points == pytest.approx(change, rel=0.03), index["time"]
        assert index["volume"] == pytest.approx(sum(state[symbol]["volume"] for symbol in weights()), rel=1e-6)
        assert index["turnover"] == pytest.approx(sum(state[symbol]["turnover"] for symbol in weights()), rel=1e-6)
        checked += 1
    # The opening auction, 151 minutes to the break, 181 after it, the closing auction.
    assert checked == 1 + 151 + 181 + 1


def test_quotes_are_consistent_through_the_day() -> None:
    before: dict[str, Row] = {}
    for one in lines()[1:]:
        for quote in one["batch"].get("quotes", ()):
            assert datetime.fromisoformat(quote["time"]) <= datetime.fromisoformat(one["t"])
            assert quote["last"] > 0
            if "high" in quote:
                assert (
                    quote["low"]
                    <= min(quote["open"], quote["last"])
                    <= max(quote["open"], quote["last"])
                    <= quote["high"]
                )
            if "year_high" in quote:
                assert quote["year_low"] <= quote["last"] <= quote["year_high"]
            earlier = before.get(quote["symbol"], {})
            if quote["time"][:10] == earlier.get("time", "")[:10]:
                assert quote["previous_close"] == earlier["previous_close"]
                assert quote.get("volume", 0) >= earlier.get("volume", 0)
                assert quote.get("turnover", 0) >= earlier.get("turnover", 0)
            before[quote["symbol"]] = quote


def test_hong_kong_prices_stand_on_the_exchanges_steps() -> None:
    # In thousandths of a dollar: the step from the price up to the next limit.
    steps = ((500, 5), (20_000, 10), (50_000, 20), (100_000, 50), (200_000, 100), (500_000, 200), (1_000_000, 500))
    for batch in batches():
        for quote in batch.get("quotes", ()):
            if quote["symbol"].endswith(".HK") and quote["symbol"] != "HSTECH.HK":
                mills = round(quote["last"] * 1000)
                assert mills == pytest.approx(quote["last"] * 1000, abs=1e-6)
                step = next(size for limit, size in steps if mills < limit)
                assert mills % step == 0, quote


def test_a_path_ends_where_its_quote_stands() -> None:
    seen = set()
    for batch in batches():
        quotes = {quote["symbol"]: quote for quote in batch.get("quotes", ())}
        for path in batch.get("paths", ()):
            quote = quotes[path["symbol"]]
            assert path["closes"][-1] == quote["last"]
            assert path["closes"][0] == quote["open"]
            assert (max(path["closes"]), min(path["closes"])) == (quote["high"], quote["low"])
            assert path["times"][-1] == datetime.fromisoformat(quote["time"]).timestamp()
            if path["symbol"] == "HSTECH.HK":
                assert sum(path["volumes"]) == pytest.approx(quote["volume"])
            seen.add(path["symbol"])
    assert set(weights()) | {"HSTECH.HK", "^HSI", "^N225", "GC=F", "BTC-USD"} <= seen


def test_the_forward_ratio_of_the_index() -> None:
    quotes = last()
    known = {symbol: quotes[symbol]["forward_pe"] for symbol in weights() if "forward_pe" in quotes[symbol]}
    covered = sum(weights()[symbol] for symbol in known)
    assert covered > 0.9
    assert covered / sum(weights()[symbol] / ratio for symbol, ratio in known.items()) == pytest.approx(21.0, abs=0.02)
    for symbol in known:
        assert quotes[symbol]["earnings_currency"] == quotes[symbol]["currency"] == "HKD"


def test_everything_that_the_default_screen_shows_is_there() -> None:
    quotes = last("11:00")
    market = Market()
    for symbol in (market.index, *market.peers, *market.macro, "HKD=X", "3750.HK", *weights()):
        assert quotes[symbol]["last"] > 0, symbol
        assert "previous_close" in quotes[symbol], symbol
    for line in load_universe().us_lines():
        assert line in quotes or line == "SNPTY"
    assert quotes["^NDX"]["time"] == "2025-09-16T20:00:00Z"
    assert 3680 < quotes["GC=F"]["last"] < 3730


def test_rating_changes() -> None:
    ratings = [one for batch in batches() for one in batch.get("ratings", ())]
    assert len({one["key"] for one in ratings}) == len(ratings) >= 8
    arete = next(one for one in ratings if one.get("firm") == "Arete")
    assert (arete["symbol"], arete["home_symbol"], arete["action"], arete["from_grade"], arete["to_grade"]) == (
        "BIDU", "9888.HK", "upgrade", "sell", "buy",
    )  # fmt: skip
    goldman = next(one for one in ratings if one.get("firm") == "Goldman Sachs")
    assert (goldman["symbol"], goldman["action"], goldman["prior_target"], goldman["target"], goldman["currency"]) == (
        "BABA", "raise-target", 163.0, 179.0, "USD",
    )  # fmt: skip
    assert next(one for one in ratings if one["symbol"] == "3750.HK")["action"] == "upgrade"
    invented = {"Harbour Research", "Peak Research", "Lantau Capital"}
    assert {one["firm"] for one in ratings if one.get("firm")} == invented | {"Arete", "Goldman Sachs"}


def test_headlines() -> None:
    headlines = [one for batch in batches() for one in batch.get("headlines", ())]
    assert 40 <= len(headlines) <= 60
    assert len({one["id"] for one in headlines}) == len({one["title"] for one in headlines}) == len(headlines)
    assert {one["source"] for one in headlines} == {"Wire EN", "Wire ZH", "Wire CN", "Desk"}
    assert {one["language"] for one in headlines} == {"en", "zh"}
    assert all(one.get("url") is None or "//example.com/" in one["url"] for one in headlines)
    assert all(one["published"] < one["received"] for one in headlines)
    assert any(one["published"] < "2025-09-16T16" for one in headlines)
    topics = {topic for one in headlines for topic in one["topics"]}
    assert topics == {"ratings", "earnings", "deals", "policy", "central-banks", "chips-ai", "macro", "events"}


async def _at(moment: datetime) -> Batch:
    return await ReplaySource(FILE, lambda: moment).fetch(Request())


SYMBOLS = [*weights(), "HSTECH.HK", "^HSI", "^N225", "GC=F", "BABA"]


@pytest.mark.parametrize("clock", ["08:59", "09:20", "11:00", "12:31", "15:07", "16:30"])
async def test_jumping_in_shows_what_playing_through_shows(clock: str) -> None:
    jumped, through = LatestStore(), LatestStore()
    jumped.apply(await _at(hk(clock)))
    for entry in open_recording(FILE).entries():
        if entry.time <= hk(clock):
            through.apply(entry.batch)
    for symbol in SYMBOLS:
        assert jumped.quote(symbol) == through.quote(symbol)
        assert jumped.path(symbol) == through.path(symbol)
        assert jumped.history(symbol) == through.history(symbol)
    assert jumped.headlines() == through.headlines()
    assert jumped.ratings() == through.ratings()


async def test_jumping_in_is_quick() -> None:
    best = 9.0
    for _ in range(3):
        began = time.perf_counter()
        batch = await _at(hk("11:00"))
        best = min(best, time.perf_counter() - began)
    assert best < 0.3
    # One quote and one path a symbol, apart from those whose last full quote is older than their last.
    assert len(batch.quotes) < 2.2 * len({quote.symbol for quote in batch.quotes})
    assert len(batch.paths) == len({path.symbol for path in batch.paths})


async def test_slow_fields_reach_the_screen_after_a_jump() -> None:
    store = LatestStore()
    store.apply(await _at(hk("11:07")))
    quote = store.quote("0700.HK")
    assert quote is not None
    assert quote.time == hk("11:07")
    assert None not in {quote.forward_pe, quote.earnings_currency, quote.market_cap, quote.year_high, quote.currency}
    path = store.path("0700.HK")
    assert path is not None
    assert timedelta(0) <= hk("11:07") - datetime.fromtimestamp(path.times[-1], UTC) < timedelta(minutes=15)


def test_the_script_makes_the_committed_file_again(tmp_path: Path) -> None:
    made = tmp_path / "day.jsonl.gz"
    subprocess.run(
        [sys.executable, str(ROOT / "scripts/make_recorded_day.py"), "--output", str(made)],
        check=True, capture_output=True, timeout=100,
    )  # fmt: skip
    # The lines, not the compressed bytes: those depend on the machine's zlib.
    assert gzip.decompress(made.read_bytes()) == gzip.decompress(FILE.read_bytes())
