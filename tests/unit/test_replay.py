from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.series import DailyBar, DailyHistory, Intraday
from tui_monitor.sources.api import Batch, Request, Source, SourceContext, Topic
from tui_monitor.sources.replay import ReplaySource, build
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.recordings import Header, RecordingWriter, open_recording

START = datetime(2025, 3, 4, 1, 0, tzinfo=UTC)
END = START + timedelta(hours=2)


class Hands:
    """A clock whose hands a test sets."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def quote(symbol: str, minutes: float, last: float | None, **more: Any) -> Quote:
    values: dict[str, Any] = {"source": "a", "time": at(minutes), "received": at(minutes)} | more
    return Quote(symbol=symbol, last=last, **values)


def write(path: Path, batches: list[Batch]) -> Path:
    with RecordingWriter(path, Header(title="t", start=START, end=END)) as writer:
        for batch in batches:
            writer.append(batch)
    return path


def batch(minutes: float, **content: Any) -> Batch:
    return Batch(source="a", received=at(minutes), **content)


def context(settings: dict[str, Any], now: Callable[[], datetime]) -> SourceContext:
    return SourceContext(settings=settings, transport=cast("Any", None), now=now, state_dir=Path())


def test_build_needs_a_path(tmp_path: Path) -> None:
    assert build(context({}, Hands())) == []
    sources: list[Source] = build(context({"path": str(tmp_path / "r")}, Hands()))
    descriptor = sources[0].descriptor
    assert (descriptor.name, descriptor.topic, descriptor.host, descriptor.period) == (
        "replay", Topic.RECORDING, "", 0.2,
    )  # fmt: skip


async def test_what_is_due_comes_once_and_merged(tmp_path: Path) -> None:
    headline = Headline(id="h", title="T", source="s", received=at(1))
    rating = RatingChange(key="k", time=at(2), symbol="A", company=None, firm=None, action=Action.UPGRADE)
    path = write(
        tmp_path / "r.gz",
        [
            batch(-60, quotes=(quote("A", -60, 1.0),)),
            batch(1, quotes=(quote("A", 1, 2.0), quote("B", 1, 5.0)), headlines=(headline,)),
            batch(2, quotes=(quote("A", 2, 3.0),), ratings=(rating,)),
            batch(9, quotes=(quote("A", 9, 4.0),)),
        ],
    )
    hands = Hands(at(5))
    source = ReplaySource(path, hands)
    got = await source.fetch(Request())
    assert {one.symbol: one.last for one in got.quotes} == {"A": 3.0, "B": 5.0}
    assert len(got.quotes) == 2
    assert (got.headlines, got.ratings) == ((headline,), (rating,))
    assert not got.unchanged
    hands.at = at(6)
    nothing = await source.fetch(Request())
    assert nothing.unchanged
    assert nothing.quotes == ()
    hands.at = at(9)
    assert [one.last for one in (await source.fetch(Request())).quotes] == [4.0]
    hands.at = at(100)
    assert (await source.fetch(Request())).unchanged
    await source.aclose()
    await source.aclose()


async def test_going_back_and_a_full_request_start_again(tmp_path: Path) -> None:
    path = write(tmp_path / "r", [batch(n, quotes=(quote("A", n, float(n)),)) for n in range(10)])
    hands = Hands(at(8))
    source = ReplaySource(path, hands)
    assert [one.last for one in (await source.fetch(Request())).quotes] == [8.0]
    hands.at = at(3)
    assert [one.last for one in (await source.fetch(Request())).quotes] == [3.0]
    hands.at = at(4)
    assert [one.last for one in (await source.fetch(Request())).quotes] == [4.0]
    assert [one.last for one in (await source.fetch(Request(full=True))).quotes] == [4.0]
    assert (await source.fetch(Request())).unchanged


async def test_a_recording_that_is_absent_or_damaged_says_so(tmp_path: Path) -> None:
    source = ReplaySource(tmp_path / "r", Hands(at(9)))
    with pytest.raises(SourceError, match="cannot be read") as caught:
        await source.fetch(Request())
    assert caught.value.kind is FailureKind.UNAVAILABLE
    write(tmp_path / "r", [batch(n, quotes=(quote("A", n, float(n)),)) for n in range(4)])
    body = (tmp_path / "r").read_bytes()
    (tmp_path / "r").write_bytes(body[:-20])
    # It recovers by itself, keeps what is good and tells what is not.
    got = await source.fetch(Request())
    assert [one.last for one in got.quotes] == [2.0]
    assert got.notes == ("1 damaged lines of the recording were left out",)


def _state(store: LatestStore, symbols: list[str]) -> dict[str, Any]:
    return {
        "quotes": {symbol: store.quote(symbol) for symbol in symbols},
        "others": {symbol: store.quotes_by_source(symbol) for symbol in symbols},
        "paths": {symbol: store.path(symbol) for symbol in symbols},
        "histories": {symbol: store.history(symbol) for symbol in symbols},
        "ratings": store.ratings(),
        "headlines": store.headlines(),
    }


def _random_batches(rng: random.Random) -> list[Batch]:
    """Return two hours of what several sources may say: thin and full, late, repeated, in other currencies."""
    symbols = ["A", "B", "C"]
    batches = []
    for minute in range(-5, 120):
        quotes = []
        for symbol in symbols:
            for source in rng.sample(["a", "b", "c"], rng.choice([0, 1, 1, 2])):
                stamp = minute - rng.choice([0, 0, 0, 1, 5])
                quotes.append(
                    quote(
                        symbol,
                        minute,
                        rng.choice([None, 1.0, 2.0, rng.random()]),
                        source=source,
                        time=rng.choice([at(stamp)] * 9 + [None]),
                        received=at(minute),
                        currency=rng.choice([None, None, "HKD", "CNY"]),
                        market_cap=rng.choice([None, None, None, rng.random()]),
                        earnings_currency=rng.choice([None, None, "CNY"]),
                        forward_pe=rng.choice([None, None, rng.random()]),
                        name=rng.choice([None, "N"]),
                    )
                )
        paths = []
        if rng.random() < 0.4:
            length = rng.choice([0, 1, 2, 5])
            first = int(at(minute - rng.choice([0, 0, 30])).timestamp())
            times = tuple(first + 60 * n for n in range(length))
            closes = tuple(rng.choice([1.0, 2.0]) for _ in times)
            paths = [Intraday(symbol="A", times=times, closes=closes, received=at(minute), source="a")] * rng.choice(
                [1, 2]
            )
        histories = []
        if rng.random() < 0.1:
            bar = DailyBar(at(0).date(), rng.choice([1.0, 2.0]))
            histories = [DailyHistory(symbol="B", bars=(bar,), received=at(minute), source=rng.choice("ab"))]
        ratings = []
        if rng.random() < 0.2:
            ratings = [
                RatingChange(key=rng.choice("kl"), time=at(3), symbol="A", company=None, firm=rng.choice("FG"),
                             action=Action.UPGRADE, received=at(minute))
            ]  # fmt: skip
        headlines = []
        if rng.random() < 0.3:
            headlines = [Headline(id=rng.choice("hij"), title=rng.choice("TU"), source="s", received=at(minute))]
        batches.append(
            batch(minute, quotes=tuple(quotes), paths=tuple(paths), histories=tuple(histories),
                  ratings=tuple(ratings), headlines=tuple(headlines))
        )  # fmt: skip
    return batches


@pytest.mark.parametrize("seed", range(25))
async def test_any_way_of_playing_leaves_the_same_values(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = write(tmp_path / "r", _random_batches(rng))
    moment = at(rng.randrange(0, 120))
    through = LatestStore()
    for entry in open_recording(path).entries():
        if entry.time <= moment:
            through.apply(entry.batch)
    jumped = LatestStore()
    jumped.apply(await ReplaySource(path, Hands(moment)).fetch(Request()))
    stepped = LatestStore()
    hands = Hands(START)
    source = ReplaySource(path, hands)
    while hands.at < moment:
        stepped.apply(await source.fetch(Request()))
        hands.at = min(moment, hands.at + timedelta(seconds=rng.choice([1, 20, 61, 900])))
    stepped.apply(await source.fetch(Request()))
    expected = _state(through, ["A", "B", "C"])
    assert _state(jumped, ["A", "B", "C"]) == expected
    assert _state(stepped, ["A", "B", "C"]) == expected
