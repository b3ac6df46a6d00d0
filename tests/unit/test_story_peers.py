"""Ranks among peers: closed and trading gauges are never compared as if alike."""

from __future__ import annotations

import math
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.analysis.peers import PeerReading, Standing, rank, rank_claim

TODAY, YESTERDAY = date(2025, 9, 17), date(2025, 9, 16)


def reading(
    symbol: str,
    percent: float | None,
    *,
    trading: bool = True,
    session: date | None = TODAY,
    ytd: float | None = None,
) -> PeerReading:
    return PeerReading(symbol, f"name of {symbol}", percent, ytd, trading, session)


def test_a_trading_index_is_ranked_among_those_that_trade() -> None:
    own = reading("HSTECH.HK", 4.2)
    ranking = rank(
        own,
        [
            reading("^N225", 9.9, trading=False),
            reading("^HSI", 1.8),
            reading("^NDX", 5.0, trading=False, session=YESTERDAY),
            reading("^STI", -0.2),
            reading("^TWII", None),
        ],
    )
    assert (ranking.place, ranking.count) == (1, 3)
    assert [(row.reading.symbol, row.place, row.standing) for row in ranking.rows] == [
        ("HSTECH.HK", 1, Standing.COMPARABLE),
        ("^HSI", 2, Standing.COMPARABLE),
        ("^STI", 3, Standing.COMPARABLE),
        ("^N225", None, Standing.CLOSED),
        ("^NDX", None, Standing.CLOSED),
        ("^TWII", None, Standing.UNKNOWN),
    ]


def test_a_closed_index_is_ranked_among_those_that_closed_the_same_day() -> None:
    own = reading("HSTECH.HK", 4.2, trading=False)
    ranking = rank(
        own,
        [
            reading("^N225", 5.0, trading=False),
            reading("^FTSE", 9.0),
            reading("^NDX", 9.0, trading=False, session=YESTERDAY),
            reading("^HSI", 1.0, trading=False),
        ],
    )
    assert (ranking.place, ranking.count) == (2, 3)
    standings = {row.reading.symbol: row.standing for row in ranking.rows}
    assert standings["^FTSE"] is Standing.TRADING
    assert standings["^NDX"] is Standing.CLOSED


def test_the_rank_of_the_year_takes_all_that_are_known() -> None:
    own = reading("HSTECH.HK", 4.2, ytd=41.8)
    ranking = rank(
        own,
        [reading("^KS11", 1.0, trading=False, ytd=42.0), reading("^HSI", 1.0, ytd=34.0), reading("^NDX", None)],
    )
    assert (ranking.ytd_place, ranking.ytd_count) == (2, 3)


def test_ties_share_the_better_place() -> None:
    ranking = rank(reading("own", 1.0), [reading("a", 1.0), reading("b", 2.0), reading("c", 0.0)])
    assert {row.reading.symbol: row.place for row in ranking.rows} == {"b": 1, "own": 2, "a": 2, "c": 4}


def test_the_index_among_its_own_peers_counts_once() -> None:
    assert rank(reading("own", 1.0), [reading("own", 1.0), reading("a", 2.0)]).count == 2


def test_an_index_without_a_number_has_no_place() -> None:
    ranking = rank(reading("own", None), [reading("a", 1.0), reading("b", 2.0)])
    assert ranking.place is None
    assert rank_claim(ranking) is None


def test_the_claim_names_the_next_one_and_needs_two_others() -> None:
    peers = [reading("a", 1.0), reading("b", 2.0), reading("c", -3.0)]
    claim = rank_claim(rank(reading("own", 4.0), peers))
    assert claim is not None
    assert claim.text() == "First of 4 gauges that are trading, ahead of name of b (+2.0%)."
    assert claim.surprise == pytest.approx(1.0)
    last = rank_claim(rank(reading("own", -4.0), peers))
    assert last is not None
    assert last.text() == "Last of 4 gauges that are trading, behind name of c (-3.0%)."
    middle = rank_claim(rank(reading("own", 1.5), peers))
    assert middle is not None
    assert middle.surprise == 0.0
    assert rank_claim(rank(reading("own", 4.0), peers[:1])) is None


@given(st.lists(st.floats(-10, 10) | st.none(), max_size=12), st.floats(-10, 10), st.booleans())
@settings(deadline=None)
def test_places_agree_with_a_sort(values: list[float | None], own: float, trading: bool) -> None:
    peers = [reading(f"p{index}", value, trading=index % 3 > 0) for index, value in enumerate(values)]
    ranking = rank(reading("own", own, trading=trading), peers)
    alike = [peer.percent for peer in peers if peer.percent is not None and peer.trading == trading]
    table = sorted([*alike, own], reverse=True)
    assert ranking.place == table.index(own) + 1
    assert ranking.count == len(table)
    places = [row.place for row in ranking.rows]
    assert places == sorted(places, key=lambda place: math.inf if place is None else place)
