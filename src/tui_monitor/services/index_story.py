"""Tells the index's board from what the store holds. Runs off the frame's path: every few seconds, in a thread.

Nothing that is stale takes part: a number too old for its session is left out of breadth, ranks and claims.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import msgspec

from tui_monitor.analysis import peers as peer_analysis
from tui_monitor.analysis.board import Board
from tui_monitor.analysis.breadth import Breadth, ConstituentMove, breadth, breadth_claims
from tui_monitor.analysis.claims import ranked
from tui_monitor.analysis.records import Peak, percent_change
from tui_monitor.analysis.story import LivePoint, NextSession, Story, tell
from tui_monitor.analysis.valuation import Earnings, five_year_average, index_valuation, valuation_claim
from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.reference import Measure
from tui_monitor.domain.session import Phase
from tui_monitor.services.daily_bars import AFTERMATH

if TYPE_CHECKING:
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.reference import Reference
    from tui_monitor.domain.series import DailyBar
    from tui_monitor.domain.session import Calendar, SessionState
    from tui_monitor.domain.universe import Universe

OTHER_INDEX = "^NDX"
"""The index that the valuation is compared with."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a board is told from: copied out of the store on the event loop, so that a thread may read it."""

    index: str
    now: datetime
    quotes: Mapping[str, Quote]
    histories: Mapping[str, tuple[DailyBar, ...]]
    universe: Universe
    instruments: Mapping[str, Instrument]
    reference: Reference
    peers: tuple[str, ...]
    states: Mapping[str, SessionState]
    """Session states by market identifier code."""
    calendar: Calendar | None
    """The index's own calendar."""
    period: float = 15.0
    since: date | None = None
    language: str = "en"
    stored_valuations: tuple[tuple[date, float], ...] = ()
    as_of: date | None = None
    """Tell the story as if this date were the last; quotes of a later session take no part."""
    next_session: NextSession | None = None
    """Knows the exchange's holidays better than ``calendar``, where that is only an ordinary week."""


def build_board(facts: Facts) -> Board:
    """Return the board. Pure apart from its size: a few milliseconds."""
    story = _story(facts)
    if _in_the_past(facts):
        # Of an earlier day there are closes, but no quotes of the constituents and peers.
        return Board(
            story=story,
            breadth=None,
            ranking=None,
            valuation=None,
            average=None,
            other_pe=None,
            claims=story.claims if story else (),
        )
    found = _breadth(facts)
    ranking = _ranking(facts)
    valuation = index_valuation(_earnings(facts), _rate(facts))
    today = facts.now.date()
    average = five_year_average(facts.stored_valuations, facts.reference, facts.index, today)
    other = facts.reference.get(OTHER_INDEX, Measure.FORWARD_PE)
    provisional = _trading(facts, facts.index)
    claims = list(story.claims) if story else []
    if found is not None:
        claims.extend(breadth_claims(found, provisional=provisional))
    rank_claim = peer_analysis.rank_claim(ranking) if ranking else None
    if rank_claim is not None:
        claims.append(rank_claim)
    nasdaq = facts.instruments.get(OTHER_INDEX)
    value_claim = valuation_claim(
        valuation,
        average,
        other=other.value if other else None,
        other_name=(nasdaq.name(facts.language) if nasdaq is not None else None) or "Nasdaq 100",
        stored=facts.stored_valuations,
    )
    if value_claim is not None:
        claims.append(value_claim)
    return Board(
        story=story,
        breadth=found,
        ranking=ranking,
        valuation=valuation if valuation.forward_pe is not None else None,
        average=average,
        other_pe=other.value if other else None,
        claims=ranked(claims),
    )


def _fresh(facts: Facts, symbol: str) -> Quote | None:
    quote = facts.quotes.get(symbol)
    if quote is None or quote.last is None:
        return None
    mic = mic_of(symbol)
    state = facts.states.get(mic) if mic else None
    level = freshness(quote, state, facts.now, period=facts.period)
    return None if level is Freshness.STALE else quote


def _trading(facts: Facts, symbol: str) -> bool:
    mic = mic_of(symbol)
    state = facts.states.get(mic) if mic else None
    return state is not None and (state.phase.live or _is_indicative(facts.quotes.get(symbol), state))


def _is_indicative(quote: Quote | None, state: SessionState) -> bool:
    """Whether a price is that of an opening auction, which belongs to a session that has not begun."""
    return (
        state.phase is Phase.PRE_OPEN
        and quote is not None
        and quote.time is not None
        and (state.day is None or quote.time > state.day.end + AFTERMATH)
    )


def _session_date(facts: Facts, symbol: str) -> date | None:
    quote = facts.quotes.get(symbol)
    mic = mic_of(symbol)
    state = facts.states.get(mic) if mic else None
    if quote is None or quote.time is None:
        return state.day.date if state is not None and state.day is not None else None
    if state is not None and state.day is not None and quote.time >= state.day.open:
        return state.day.date
    return quote.time.date()


def _in_the_past(facts: Facts) -> bool:
    if facts.as_of is None:
        return False
    return facts.as_of < (_session_date(facts, facts.index) or facts.now.date())


def known_peaks(reference: Reference, symbol: str) -> tuple[Peak | None, Peak | None]:
    """Return the highest close and the highest level of ``symbol`` as they are known beside any history."""

    def peak(measure: Measure) -> Peak | None:
        figure = reference.get(symbol, measure)
        return None if figure is None else Peak(figure.date, figure.value)

    return peak(Measure.RECORD_CLOSE), peak(Measure.RECORD_HIGH)


def _story(facts: Facts) -> Story | None:
    quote = _fresh(facts, facts.index)
    bars = facts.histories.get(facts.index, ())
    live: LivePoint | None = None
    if quote is not None and quote.last is not None and quote.time is not None:
        zone = ZoneInfo(facts.calendar.zone) if facts.calendar else ZoneInfo("Asia/Hong_Kong")
        live = LivePoint(quote.time.astimezone(zone).date(), quote.last, quote.high, quote.low, quote.open)
    if not bars:
        # Without a history there is no story: the level and its change are shown by themselves.
        return None
    record, high = known_peaks(facts.reference, facts.index)
    return tell(
        bars,
        live,
        session_over=not _trading(facts, facts.index),
        as_of=facts.as_of,
        since=facts.since,
        next_session=facts.next_session or _next_session(facts.calendar),
        known_record=record,
        known_high=high,
        symbol=facts.index,
    )


def _next_session(calendar: Calendar | None) -> NextSession | None:
    if calendar is None or not calendar.days:
        return None
    days = [day.date for day in calendar.days]

    def following(day: date) -> date:
        at = bisect_right(days, day)
        if at < len(days):
            return days[at]
        from tui_monitor.analysis.story import next_weekday

        return next_weekday(day)

    return following


def _breadth(facts: Facts) -> Breadth | None:
    index = _fresh(facts, facts.index)
    moves = []
    for member in facts.universe.members:
        quote = _fresh(facts, member.symbol)
        name = member.instrument.name(facts.language) or member.symbol
        moves.append(
            ConstituentMove(
                member.symbol, name, quote.percent if quote else None, member.weight, estimated=member.estimated
            )
        )
    if facts.universe.index != facts.index or all(move.percent is None for move in moves):
        return None
    return breadth(moves, index.previous_close if index else None, index.last if index else None)


def _reading(facts: Facts, symbol: str) -> peer_analysis.PeerReading:
    quote = _fresh(facts, symbol)
    instrument = facts.instruments.get(symbol)
    name = (instrument.name(facts.language) if instrument else None) or (quote.name if quote else None) or symbol
    ytd: float | None = None
    bars = facts.histories.get(symbol, ())
    if quote is not None and quote.last is not None and bars:
        session = _session_date(facts, symbol) or facts.now.date()
        base = [bar.close for bar in bars if bar.date.year == session.year - 1]
        ytd = percent_change(quote.last, base[-1]) if base else None
    return peer_analysis.PeerReading(
        symbol=symbol,
        name=name,
        percent=quote.percent if quote else None,
        ytd_percent=ytd,
        trading=_trading(facts, symbol),
        session=_session_date(facts, symbol),
    )


def _ranking(facts: Facts) -> peer_analysis.PeerRanking | None:
    if not facts.peers:
        return None
    return peer_analysis.rank(_reading(facts, facts.index), [_reading(facts, symbol) for symbol in facts.peers])


def _earnings(facts: Facts) -> list[Earnings]:
    if facts.universe.index != facts.index:
        # The ratio of one index's constituents says nothing of another.
        return []
    found: list[Earnings] = []
    for member in facts.universe.members:
        quote = facts.quotes.get(member.symbol)
        if quote is None:
            found.append(Earnings(symbol=member.symbol, weight=member.weight))
            continue
        # Earnings against the present price; a source's own ratio is as old as its price. A loss has no ratio.
        eps = quote.forward_eps if quote.earnings_currency is not None else None
        found.append(
            Earnings(
                symbol=member.symbol,
                weight=member.weight,
                price=quote.last,
                price_currency=quote.currency,
                forward_eps=eps,
                forward_pe=quote.forward_pe if eps is None else None,
                earnings_currency=quote.earnings_currency,
            )
        )
    return found


def _rate(facts: Facts) -> Callable[[str, str], float | None]:
    """Return conversion by way of the US dollar from the quotes of currency pairs that are known."""

    def per_dollar(currency: str) -> float | None:
        if currency == "USD":
            return 1.0
        for symbol, inverse in ((f"{currency}=X", False), (f"USD{currency}=X", False), (f"{currency}USD=X", True)):
            quote = facts.quotes.get(symbol)
            if quote is not None and quote.last:
                return 1.0 / quote.last if inverse else quote.last
        if currency == "CNY":
            quote = facts.quotes.get("USDCNH=X")
            return quote.last if quote else None
        return None

    def rate(source: str, target: str) -> float | None:
        if source == target:
            return 1.0
        first, second = per_dollar(source), per_dollar(target)
        return second / first if first and second else None

    return rate
