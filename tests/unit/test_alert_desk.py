"""Each kind of rule fires exactly once on a crafted series, also over a restart, by a clock that a test moves."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.tui.stage import Stage, at, quote
from tests.unit.alert_stage import Watched

from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.config.settings import Alerts, Settings
from tui_monitor.domain.alert import AlertKind, AlertRule, Channel, Phase, Span
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.series import DailyBar, DailyHistory
from tui_monitor.engine.health import SourceHealth
from tui_monitor.services import alert_desk
from tui_monitor.sources.api import Topic


def rule(kind: AlertKind, **more: Any) -> AlertRule:
    return AlertRule(name="one", kind=kind, **more)


ABOVE = rule(AlertKind.PRICE, symbols=("0101.HK",), above=110.0, hysteresis=1.0, cooldown=60.0)


# Thresholds


@pytest.mark.parametrize(
    ("one", "series", "value"),
    [
        (ABOVE, (109.0, 110.0, 111.0), 110.0),
        (rule(AlertKind.PRICE, symbols=("0101.HK",), below=90.0), (91.0, 89.5, 88.0), 89.5),
        (rule(AlertKind.PERCENT, above=5.0), (104.0, 105.5, 106.0), 5.5),
        (rule(AlertKind.PERCENT, symbols=("0101.HK",), below=-5.0), (96.0, 94.0, 93.0), -6.0),
        # Half the index's weight, of 1,000 points before: 3 percent are 15 points.
        (rule(AlertKind.POINTS, above=15.0), (102.0, 103.0, 104.0), 15.0),
    ],
)
def test_a_threshold_fires_once(one: AlertRule, series: tuple[float, ...], value: float, tmp_path: Path) -> None:
    made = Watched(one)
    made.apply(quote("WOOD.HK", 1000.0, 1000.0, made.stage.clock.now()))
    made.look()
    told = [event for price in series for event in made.price(price)]
    assert [event.value for event in told] == [pytest.approx(value)]
    assert (told[0].symbol, told[0].name, told[0].rule) == ("0101.HK", "Alder", "one")
    made.restart(tmp_path / "alerts.json")
    assert made.look() == []
    assert made.price(series[-1]) == []


def test_what_is_true_at_the_first_look_is_not_told() -> None:
    made = Watched(ABOVE)
    assert made.price(120.0) == []
    assert made.price(121.0) == []
    assert made.price(105.0) == []
    assert len(made.price(112.0)) == 1


def test_what_came_true_while_the_program_did_not_run_is_told_at_its_start(tmp_path: Path) -> None:
    made = Watched(ABOVE)
    made.price(105.0)
    made.stage.clock.pass_by(3600.0)
    made.apply(quote("0101.HK", 115.0, 100.0, made.stage.clock.now()))
    made.restart(tmp_path / "alerts.json")
    assert [event.value for event in made.look()] == [115.0]
    assert made.look() == []


def test_it_fires_again_only_after_it_went_back_by_more_than_the_hysteresis() -> None:
    made = Watched(replace(ABOVE, cooldown=0.0))
    made.price(105.0)
    assert len(made.price(110.0)) == 1
    assert made.price(109.5) == []
    assert made.price(110.5) == [], "half a dollar back is within the band of one dollar"
    assert made.price(109.0) == []
    assert len(made.price(110.0)) == 1


def test_within_the_cool_down_it_keeps_quiet() -> None:
    made = Watched(ABOVE)
    made.price(105.0)
    assert len(made.price(110.0, after=1.0)) == 1
    assert made.price(105.0, after=10.0) == []
    (standing,) = made.desk.standings(ABOVE)
    assert standing.phase is Phase.COOLING
    assert made.price(111.0, after=10.0) == [], "21 of 60 seconds"
    assert made.price(112.0, after=60.0) == [], "it was true all the time: nothing new"
    assert made.price(105.0, after=1.0) == []
    assert made.desk.standings(ABOVE)[0].phase is Phase.ARMED
    assert len(made.price(110.0, after=1.0)) == 1


def test_a_clock_that_is_set_back_does_not_silence_a_rule() -> None:
    made = Watched(ABOVE)
    made.price(105.0)
    assert len(made.price(110.0)) == 1
    made.price(105.0)
    made.stage.clock.moment -= timedelta(minutes=5)
    made.apply(quote("0101.HK", 111.0, 100.0, made.stage.clock.now() + timedelta(minutes=6)))
    assert len(made.look()) == 1


def test_a_rule_that_asks_for_something_else_begins_anew() -> None:
    made = Watched(ABOVE)
    made.price(105.0)
    made.desk.take_rules((replace(ABOVE, above=104.0),))
    assert made.look() == []
    assert made.price(106.0) == [], "it was true when the rule was made"


@given(st.lists(st.floats(90.0, 130.0), min_size=2, max_size=30), st.floats(0.0, 5.0))
@settings(max_examples=60, deadline=None)
def test_between_two_alerts_the_value_was_back_behind_the_band(prices: list[float], band: float) -> None:
    made = Watched(replace(ABOVE, hysteresis=band, cooldown=0.0))
    back = False
    first = True
    for price in prices:
        told = made.price(price)
        assert len(told) <= 1
        if told:
            assert price >= 110.0
            assert back or not first
        # Independent of the steps: it may fire when it was seen below since it was true last.
        if first:
            back = price < 110.0
        elif told:
            back = False
        elif price < 110.0 and 110.0 - price >= band:
            back = True
        first = False


# Volume, highs and lows


def history(symbol: str, count: int = 30, *, volume: float = 1e6, high: float = 120.0) -> DailyHistory:
    bars = tuple(
        DailyBar(date(2026, 1, 20) + timedelta(days=n), 100.0, 100.0, high, 80.0, volume) for n in range(count)
    )
    return DailyHistory(symbol=symbol, bars=bars, received=at(9, 0), source="yahoo")


def test_volume_against_the_average_of_the_last_sessions(tmp_path: Path) -> None:
    made = Watched(rule(AlertKind.VOLUME, above=2.0))
    made.apply(histories=(history("0101.HK"),))
    assert made.price(100.0, volume=1.5e6) == []
    (told,) = made.price(100.0, volume=2.2e6)
    assert told.value == pytest.approx(2.2)
    assert made.price(100.0, volume=2.5e6) == []
    made.restart(tmp_path / "alerts.json")
    assert made.look() == []


@pytest.mark.parametrize(
    ("one", "stated", "series", "value", "before"),
    [
        (rule(AlertKind.HIGH, span=Span.DAY), {"high": 111.0, "low": 99.0}, (110.0, 111.5, 111.4), 111.5, 111.0),
        (rule(AlertKind.LOW, span=Span.DAY), {"high": 111.0, "low": 99.0}, (100.0, 98.5, 98.6), 98.5, 99.0),
        (rule(AlertKind.HIGH, span=Span.YEAR), {"year_high": 115.0}, (114.0, 115.5, 115.6), 115.5, 115.0),
        (rule(AlertKind.LOW, span=Span.YEAR), {"year_low": 85.0}, (86.0, 84.0, 83.9), 84.0, 85.0),
        (rule(AlertKind.HIGH, span=Span.RECORD), {}, (119.0, 120.5, 120.6), 120.5, 120.0),
        (rule(AlertKind.LOW, span=Span.RECORD), {}, (81.0, 79.0, 78.9), 79.0, 80.0),
    ],
)
def test_new_highs_and_lows_fire_once(
    one: AlertRule, stated: dict[str, Any], series: tuple[float, ...], value: float, before: float, tmp_path: Path
) -> None:
    made = Watched(one)
    made.apply(histories=(history("0101.HK"),))
    told = [event for price in series for event in made.price(price, **stated)]
    assert [(event.value, event.threshold, event.side) for event in told] == [(value, before, one.span.value)]
    made.restart(tmp_path / "alerts.json")
    assert made.look() == []


def test_a_new_high_is_told_again_after_the_cool_down_and_a_step() -> None:
    made = Watched(rule(AlertKind.HIGH, hysteresis=1.0, cooldown=60.0))
    made.price(100.0, high=100.0)
    assert len(made.price(101.0)) == 1
    assert made.price(103.0, after=30.0) == []
    assert made.price(103.5, after=61.0) != []
    assert made.price(104.0, after=61.0) == [], "less than a percent beyond the one that was told"


def test_the_first_price_of_a_session_is_no_new_high_of_the_day() -> None:
    made = Watched(rule(AlertKind.HIGH, cooldown=0.0))
    made.price(100.0, high=100.0)
    made.stage.clock.pass_by(24 * 3600.0)
    assert made.price(130.0, high=130.0) == []
    assert len(made.price(131.0)) == 1


def test_an_opening_auction_is_no_new_high_of_the_day_before() -> None:
    made = Watched(rule(AlertKind.HIGH, cooldown=0.0))
    made.price(100.0, high=100.0)
    # From eleven in the morning to 09:25 of the next day, when the pre-opening session prices what has not traded yet.
    made.stage.clock.pass_by(22 * 3600.0 + 25 * 60.0 - 20.0)
    assert made.price(130.0, high=100.0) == []
    made.stage.clock.pass_by(600.0)
    assert made.price(131.0, high=131.0, after=0.0) == [], "the first price of the session"
    assert len(made.price(132.0, high=132.0)) == 1


def test_a_gap_over_night_beyond_the_year_is_told_though_the_source_counts_it_already() -> None:
    made = Watched(rule(AlertKind.HIGH, span=Span.YEAR))
    made.price(100.0, year_high=115.0)
    made.stage.clock.pass_by(24 * 3600.0)
    (told,) = made.price(118.0, year_high=118.0)
    assert (told.value, told.threshold) == (118.0, 115.0)


# Publications


def rating(key: str, minutes: int, made: Watched, **more: Any) -> RatingChange:
    values: dict[str, Any] = {
        "symbol": "0101.HK", "company": "Alder", "firm": "Harbour", "action": Action.UPGRADE,
        "actions": (Action.UPGRADE,), "to_grade": "buy", "target": 130.0, "currency": "HKD",
    }  # fmt: skip
    return RatingChange(key=key, time=made.stage.clock.now() + timedelta(minutes=minutes), **values | more)


def test_a_rating_change_is_told_once(tmp_path: Path) -> None:
    made = Watched(rule(AlertKind.RATING, actions=frozenset({"upgrade"})))
    made.look()
    made.apply(ratings=(
        rating("old", -60, made, firm="Peak"),
        rating("cut", 1, made, action=Action.DOWNGRADE, actions=(Action.DOWNGRADE,)),
        rating("other", 1, made, symbol="0388.HK", firm="Elsewhere"),
    ))  # fmt: skip
    made.stage.clock.pass_by(120.0)
    assert made.look() == []
    made.apply(ratings=(rating("new", -1, made),))
    (told,) = made.look()
    assert (told.symbol, told.text, told.value) == ("0101.HK", "Harbour", 130.0)
    made.restart(tmp_path / "alerts.json")
    assert made.look() == []


def headline(key: str, minutes: int, made: Watched, title: str, **more: Any) -> Headline:
    now = made.stage.clock.now()
    return Headline(
        id=key, title=title, source="Wire", received=now, published=now + timedelta(minutes=minutes), **more
    )


def test_a_headline_is_told_once_and_only_a_new_one(tmp_path: Path) -> None:
    made = Watched(rule(AlertKind.HEADLINE, filter="topic:buybacks OR 回購"))
    made.look()
    undated = replace(headline("u", 0, made, "回購 without a date"), published=None)
    made.apply(headlines=(headline("old", -90, made, "回購 yesterday"), undated, headline("x", 0, made, "Other")))
    assert made.look() == []
    made.apply(headlines=(headline("new", 0, made, "Alder to 回購 shares", symbols=("0101.HK",)),))
    (told,) = made.look()
    assert (told.text, told.symbol) == ("Alder to 回購 shares", "0101.HK")
    made.restart(tmp_path / "alerts.json")
    assert made.look() == []
    made.stage.clock.pass_by(600.0)
    # Published while the program did not run.
    made.apply(headlines=(headline("late", -5, made, "A deal", topics=("buybacks",)),))
    made.restart(tmp_path / "alerts.json")
    assert [event.text for event in made.look()] == ["A deal"]


# The index and the sources


class Told:
    def __init__(self, *claims: Claim) -> None:
        self.claims = claims


def test_a_claim_is_told_when_it_can_be_made(tmp_path: Path) -> None:
    made = Watched(
        rule(AlertKind.CLAIM, claim="highest-close-since", above=3.0),
        replace(rule(AlertKind.CLAIM), name="any", above=0.0),
    )
    high = Claim(
        id=ClaimId.HIGHEST_CLOSE, surprise=4.0,
        inputs={"close": 1050.0, "since": "2021-02-17", "since_level": 1060.0, "history_from": "2020-01-02"},
    )  # fmt: skip
    other = replace(high, id=ClaimId.LOWEST_CLOSE)

    def told(*claims: Claim) -> list[str]:
        made.stage.view.board = Told(*claims)  # type: ignore[assignment]
        made.stage.clock.pass_by(3.0)
        return [event.rule for event in made.look()]

    assert told(other) == []
    assert told(other, replace(high, surprise=2.0)) == ["any"]
    assert told(other, high) == ["one"]
    assert made.fired[-1].text == high.text()
    assert told(other, high) == []
    made.restart(tmp_path / "alerts.json")
    assert told(other, high) == []


def test_a_source_that_falls_silent_is_told_once(tmp_path: Path) -> None:
    made = Watched(rule(AlertKind.STALE, above=900.0))
    start = made.stage.clock.now()
    health = SourceHealth(name="yahoo", title="Yahoo", host="h", topic=Topic.QUOTES, period=15.0, last_good=start)
    made.stage.view.health = {"yahoo": health}
    made.look()
    made.stage.clock.pass_by(890.0)
    assert made.look() == []
    made.stage.clock.pass_by(20.0)
    (told,) = made.look()
    assert (told.text, told.value, told.symbol) == ("yahoo", 910.0, None)
    made.restart(tmp_path / "alerts.json")
    assert made.look() == []
    health.last_good = made.stage.clock.now()
    health.period = 3600.0
    made.stage.clock.pass_by(2000.0)
    assert made.look() == [], "one that asks once an hour is not late yet"


# Quiet hours, channels


@pytest.mark.parametrize(("hours", "quiet"), [("22:30-07:00", True), ("07:00-22:30", False), ("", False)])
def test_in_quiet_hours_an_alert_is_only_logged(hours: str, quiet: bool) -> None:
    stage = Stage(settings=msgspec.structs.replace(Settings(), alerts=Alerts(quiet=hours, deliver=("bell", "hook"))))
    stage.clock.moment = at(23, 0)
    made = Watched(ABOVE, stage=stage)
    made.price(105.0)
    (told,) = made.price(110.0)
    assert told.quiet is quiet
    assert told.channels == (() if quiet else (Channel.BELL, Channel.HOOK))
    assert made.desk.events[0] == told


# Work


def test_a_look_costs_by_the_rules_and_not_by_the_symbols() -> None:
    rules = tuple(replace(ABOVE, name=f"r{n}", symbols=(f"{n:04}.HK",)) for n in range(1, 51))
    made = Watched(*rules)
    moment = made.stage.clock.now()
    made.apply(*(quote(f"{n:04}.HK", 50.0, 50.0, moment) for n in range(1, 5001)))
    made.look()
    before = made.desk.evaluated
    made.apply(*(quote(f"{n:04}.HK", 51.0, 50.0, moment + timedelta(seconds=5)) for n in range(1, 5001)))
    made.look()
    assert made.desk.evaluated - before == 50


def test_rules_on_all_own_symbols_are_looked_at_in_parts_and_none_is_lost() -> None:
    made = Watched(*(rule(AlertKind.PERCENT, above=5.0),))
    made.desk.take_rules(tuple(replace(made.rules[0], name=f"r{n}") for n in range(300)))
    made.price(100.0)
    made.price(106.0, symbol="0103.HK")
    while made.desk.backlog:
        before = made.desk.evaluated
        made.desk.look(())
        assert made.desk.evaluated - before <= alert_desk.AT_ONCE
    assert made.fired == []
    made.price(106.0)
    while made.desk.backlog:
        made.desk.look(())
    assert len(made.fired) == 300
