"""What the storyteller keeps at the end of a session, and that it tells from sound bars and present earnings."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace
from tests.unit.test_daily_bars import BEFORE, CALENDAR, CLOSES, TODAY, YESTERDAY, at, bars

from tui_monitor.config.settings import Settings
from tui_monitor.domain.instrument import Instrument
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.reference import Reference
from tui_monitor.domain.series import OWN, DailyBar, DailyHistory
from tui_monitor.domain.session import SessionState
from tui_monitor.domain.universe import Member, Universe
from tui_monitor.domain.watchlist import Watchlists
from tui_monitor.present.glyphs import UNICODE
from tui_monitor.present.view import View
from tui_monitor.present.words import Words
from tui_monitor.services import storyteller
from tui_monitor.services.storyteller import (
    AGAIN,
    AGAIN_AFTER_HOURS,
    PERIOD,
    PERIOD_AFTER_HOURS,
    Storyteller,
    Valuations,
)
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import LatestStore

INDEX, PEER = "HSTECH.HK", "^HSI"

EVENING = at(16, 41)


@dataclass
class HandClock:
    moment: datetime
    seconds: float = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nothing here waits")


@dataclass
class Kept:
    stored: Valuations = ()
    reads: int = 0
    valuations: list[tuple[date, float, float]] = field(default_factory=list)
    bars: list[tuple[str, DailyBar]] = field(default_factory=list)

    def read(self) -> Valuations:
        self.reads += 1
        return self.stored


class Desk:
    """A storyteller over an invented index of two members."""

    def __init__(self, now: datetime, stored: Valuations = ()) -> None:
        self.clock = HandClock(now)
        self.store = LatestStore()
        members = tuple(
            Member(instrument=Instrument(symbol=symbol, name_en=symbol), weight=weight)
            for symbol, weight in (("0101.HK", 0.6), ("0102.HK", 0.4))
        )
        own = Universe(name="own", titles={}, index=INDEX, members=members, as_of=TODAY, origin="invented")
        settings = Settings()
        market = msgspec.structs.replace(settings.market, index=INDEX, universe="own", peers=(PEER,), macro=("CNY=X",))
        self.view = View(
            store=self.store, clock=self.clock, settings=msgspec.structs.replace(settings, market=market),
            universe=own, instruments={}, reference=Reference(),
            words=Words("en"), glyphs=UNICODE, zone=UTC, session=self.session, lists=lambda: Watchlists(()),
        )  # fmt: skip
        self.kept = Kept(stored)
        self.teller = Storyteller(
            self.view,
            lambda mic: CALENDAR if mic == "XHKG" else None,
            valuations=self.kept.read,
            keep_valuation=lambda *one: self.kept.valuations.append(one),
            keep_bar=lambda *one: self.kept.bars.append(one),
        )

    def session(self, mic: str | None) -> SessionState | None:
        return CALENDAR.state_at(self.clock.now()) if mic == "XHKG" else None

    def quote(self, symbol: str, last: float, time: datetime, received: datetime, **more: float | str | None) -> None:
        made = Quote(
            symbol=symbol, last=last, previous_close=CLOSES[YESTERDAY], time=time, received=received, source="yahoo",
            currency="HKD",
        )  # fmt: skip
        self.store.apply(Batch(source="yahoo", received=received, quotes=(replace(made, **more),)))

    def history(self, symbol: str, content: tuple[DailyBar, ...], source: str = "tencent") -> None:
        made = DailyHistory(symbol=symbol, bars=content, received=self.clock.now(), source=source)
        self.store.apply(Batch(source=source, received=self.clock.now(), histories=(made,)))

    def held(self, symbol: str = INDEX) -> tuple[DailyBar, ...]:
        history = self.store.history(symbol)
        return history.bars if history is not None else ()


def closed(now: datetime = EVENING, stored: Valuations = ()) -> Desk:
    """Today's session has ended, all quotes are final."""
    desk = Desk(now, stored)
    for symbol, last in ((INDEX, 6400.0), (PEER, 26900.0)):
        desk.quote(symbol, last, at(16, 8), at(16, 40), open=last - 50, high=last + 10, low=last - 60)
    desk.quote("0101.HK", 210.0, at(16, 8), at(16, 40), forward_eps=10.0, earnings_currency="HKD", forward_pe=99.0)
    desk.quote("0102.HK", 60.0, at(16, 8), at(16, 40), forward_pe=15.0, earnings_currency="HKD")
    desk.history(INDEX, bars(YESTERDAY))
    return desk


async def test_after_hours_the_first_story_is_looked_for_soon_and_the_screen_hears_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = Desk(EVENING)
    waits: list[float] = []
    boards: list[object] = []

    async def beat(period: float) -> None:
        waits.append(period)
        boards.append(desk.view.board)
        desk.clock.seconds += AGAIN_AFTER_HOURS + 1.0
        if len(waits) == 2:
            desk.quote(INDEX, 6400.0, at(16, 8), at(16, 40))
            desk.history(INDEX, bars(YESTERDAY))
        elif len(waits) == 4:
            raise EOFError

    monkeypatch.setattr(storyteller, "beat", beat)
    with pytest.raises(EOFError):
        await desk.teller.run()
    assert desk.view.board is not None
    assert waits == [PERIOD, PERIOD, PERIOD_AFTER_HOURS, PERIOD_AFTER_HOURS]
    assert boards[:2] == [None, None]
    assert boards[2] is not None
    assert boards[3] is boards[2], "told anew, and the same one where nothing else can be said"


# Own closes


def test_the_days_bar_is_added_once_the_session_is_over() -> None:
    desk = closed()
    desk.teller.keep_own_bars()
    bar = DailyBar(TODAY, 6400.0, 6350.0, 6410.0, 6340.0)
    assert desk.held() == (*bars(YESTERDAY), bar)
    assert desk.kept.bars == [(INDEX, bar), (PEER, DailyBar(TODAY, 26900.0, 26850.0, 26910.0, 26840.0))]
    history = desk.store.history(PEER)
    assert history is not None
    assert history.source == OWN
    desk.teller.keep_own_bars()
    assert len(desk.kept.bars) == 2, "the same again is nothing new"


@pytest.mark.parametrize(
    "now", [at(11, 0), at(12, 30), at(16, 5), at(16, 11)], ids=["open", "lunch", "auction", "soon"]
)
def test_not_before(now: datetime) -> None:
    desk = closed(now)
    desk.teller.keep_own_bars()
    assert desk.kept.bars == []
    assert desk.held() == bars(YESTERDAY)


def test_a_providers_bar_of_the_day_stands() -> None:
    desk = closed()
    theirs = DailyBar(TODAY, 6399.5)
    desk.history(INDEX, (theirs,))
    desk.teller.keep_own_bars()
    assert desk.held()[-1] == theirs
    assert [symbol for symbol, _ in desk.kept.bars] == [PEER]


def test_a_corrected_close_corrects_our_own_bar_until_the_provider_has_one() -> None:
    desk = closed()
    desk.teller.keep_own_bars()
    desk.quote(INDEX, 6401.0, at(16, 9), at(16, 45))
    desk.teller.keep_own_bars()
    assert desk.held()[-1].close == 6401.0
    assert [bar.close for symbol, bar in desk.kept.bars if symbol == INDEX] == [6400.0, 6401.0]
    desk.history(INDEX, (*bars(YESTERDAY), DailyBar(TODAY, 6400.6)))
    desk.quote(INDEX, 6402.0, at(16, 10), at(16, 50))
    desk.teller.keep_own_bars()
    assert desk.held()[-1].close == 6400.6


def test_it_comes_back_after_an_answer_without_it_and_is_there_next_morning() -> None:
    desk = closed()
    desk.teller.keep_own_bars()
    desk.history(INDEX, bars(YESTERDAY))
    desk.clock.moment = at(9, 10, date(2025, 9, 18))
    desk.teller.keep_own_bars()
    assert desk.held()[-1].date == TODAY


def test_a_stuck_quote_makes_no_close() -> None:
    desk = Desk(at(16, 41))
    desk.quote(INDEX, 6400.0, at(14, 2), at(16, 40))
    desk.teller.keep_own_bars()
    assert desk.kept.bars == []


# The valuation of the day


async def test_one_valuation_is_kept_after_the_session() -> None:
    desk = closed()
    board = await desk.teller.tell()
    assert board is not None
    assert board.valuation is not None
    # Price over expected earnings where those are known, 21, else the source's ratio, 15; weighted by earnings.
    expected = 1.0 / (0.6 / 21.0 + 0.4 / 15.0)
    assert board.valuation.forward_pe == pytest.approx(expected)
    ((day, ratio, coverage),) = desk.kept.valuations
    assert day == TODAY
    assert (ratio, coverage) == pytest.approx((expected, 1.0))
    desk.clock.seconds += AGAIN + 1
    await desk.teller.tell()
    assert len(desk.kept.valuations) == 1
    desk.quote("0101.HK", 220.0, at(16, 9), at(16, 55), forward_eps=10.0, earnings_currency="HKD")
    desk.clock.seconds += AGAIN + 1
    await desk.teller.tell()
    day, ratio, _ = desk.kept.valuations[-1]
    assert day == TODAY
    assert ratio == pytest.approx(1.0 / (0.6 / 22.0 + 0.4 / 15.0))


async def test_stored_valuations_are_read_once_and_grow() -> None:
    desk = closed(stored=((BEFORE, 20.0), (YESTERDAY, 20.5)))
    assert desk.teller.facts().stored_valuations == ((BEFORE, 20.0), (YESTERDAY, 20.5))
    await desk.teller.tell()
    known = desk.teller.facts().stored_valuations
    assert [day for day, _ in known] == [BEFORE, YESTERDAY, TODAY]
    assert desk.kept.reads == 1


async def test_no_valuation_in_session_nor_of_yesterdays_prices() -> None:
    desk = closed(at(15, 0))
    await desk.teller.tell()
    assert desk.kept.valuations == []
    desk = Desk(at(16, 41))
    desk.quote(INDEX, 6400.0, at(16, 8), at(16, 40))
    for symbol in ("0101.HK", "0102.HK"):
        desk.quote(symbol, 210.0, at(16, 8, YESTERDAY), at(16, 40), forward_eps=10.0, earnings_currency="HKD")
    board = await desk.teller.tell()
    assert board is not None
    assert board.valuation is not None
    assert desk.kept.valuations == []


async def test_losses_have_no_ratio_and_yuan_are_converted() -> None:
    desk = closed()
    desk.quote("0102.HK", 60.0, at(16, 9), at(16, 45), forward_eps=-2.0, forward_pe=None, earnings_currency="HKD")
    for pair, rate in (("HKD=X", 7.8), ("CNY=X", 7.2)):
        desk.quote(pair, rate, at(16, 40), at(16, 40))
    desk.quote("0101.HK", 210.0, at(16, 9), at(16, 45), forward_eps=10.0, forward_pe=None, earnings_currency="CNY")
    board = await desk.teller.tell()
    assert board is not None
    assert board.valuation is not None
    # Ten yuan are 10 / 7.2 * 7.8 Hong Kong dollars.
    assert board.valuation.forward_pe == pytest.approx(210.0 / (10.0 / 7.2 * 7.8))
    assert (board.valuation.coverage, board.valuation.left_out) == (0.6, ("0102.HK",))


# Sound bars


async def test_a_wrong_last_bar_is_not_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "tui_monitor.services.daily_bars")
    desk = Desk(at(11, 16))
    desk.quote(INDEX, 6400.0, at(11, 0), at(11, 16), delay=900.0)
    desk.history(INDEX, (*bars(BEFORE), DailyBar(YESTERDAY, 6999.0)))
    board = await desk.teller.tell()
    assert board is not None
    assert board.story is not None
    assert board.story.previous_close == CLOSES[YESTERDAY]
    assert board.story.highest_close_since is not None
    assert board.story.highest_close_since.record, "no close of 6,999 was there"
    assert [one.flaw.value for one in desk.teller.findings[INDEX]] == ["wrong-close"]
    assert desk.held()[-1].close == 6999.0, "what the provider said is kept as it said it"
    desk.clock.seconds += AGAIN + 1
    await desk.teller.tell()
    assert len([one for one in caplog.records if "wrong-close" in one.getMessage()]) == 1, "said once"


async def test_a_history_of_a_few_own_closes_is_not_told_from() -> None:
    desk = closed()
    desk.history(PEER, bars(YESTERDAY)[-10:], source=OWN)
    assert INDEX in desk.teller.facts().histories
    assert PEER not in desk.teller.facts().histories
    later = tuple(DailyBar(date(2025, 1, 1) + timedelta(days=number), 100.0) for number in range(70))
    desk.history(PEER, later, source=OWN)
    assert PEER in desk.teller.facts().histories
