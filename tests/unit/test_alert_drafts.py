"""What stands in the lines of a rule's form becomes a rule, or a sentence on what is wrong; what a rule sees now."""

from __future__ import annotations

import msgspec
import pytest
from tests.tui.stage import Stage

from tui_monitor.config.alert_rules import problem_of, rule_of
from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.alert import AlertKind, Channel, Span
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.present.alert_drafts import draft, kinds_for, lines_for
from tui_monitor.present.alert_lines import alert_wording
from tui_monitor.present.alert_seen import seen_lines
from tui_monitor.present.width import cells
from tui_monitor.present.words import LANGUAGES
from tui_monitor.services.alert_check import check
from tui_monitor.sources.api import Topic

SHARE = "0101.HK"


def stage(language: str = "en") -> Stage:
    made = Stage(language=language).fill()
    made.view.health = {
        "yahoo": SourceHealth(
            name="yahoo", title="Yahoo", host="", topic=Topic.QUOTES, state=State.IDLE, period=15.0,
            last_good=made.clock.now(),
        )
    }  # fmt: skip
    return made


def typed(kind: AlertKind, made: Stage, **texts: str) -> AlertEntry | str:
    values = {line.id: line.value for line in lines_for(made.view, kind, SHARE)}
    assert set(texts) <= set(values), "there is no such line"
    return draft(made.view, kind, SHARE, values | texts)


def test_a_share_an_index_and_a_future_are_offered_what_makes_sense_for_them() -> None:
    view = stage().view
    assert kinds_for(view, SHARE) == (
        AlertKind.PRICE, AlertKind.PERCENT, AlertKind.POINTS, AlertKind.VOLUME, AlertKind.HIGH, AlertKind.LOW,
        AlertKind.RATING, AlertKind.HEADLINE, AlertKind.STALE,
    )  # fmt: skip
    for symbol in ("WOOD.HK", "GC=F"):
        assert not {AlertKind.POINTS, AlertKind.VOLUME, AlertKind.RATING} & set(kinds_for(view, symbol))
    assert AlertKind.POINTS not in kinds_for(view, "BABA")


@pytest.mark.parametrize(
    ("kind", "texts", "wanted"),
    [
        (AlertKind.PRICE, {"above": "1,150.5"}, {"above": 1150.5, "below": None, "name": "0101.HK 1150.5"}),
        (AlertKind.PRICE, {"below": "100"}, {"above": None, "below": 100.0}),
        (AlertKind.PERCENT, {"above": "3"}, {"above": 3.0, "below": None, "name": "0101.HK +3%"}),
        (AlertKind.PERCENT, {"above": "3", "below": "3"}, {"above": 3.0, "below": -3.0, "name": "0101.HK ±3%"}),
        (AlertKind.PERCENT, {"below": "-2.5"}, {"below": -2.5}),
        (AlertKind.POINTS, {"below": "-20"}, {"below": -20.0, "name": "0101.HK -20 pts"}),
        (AlertKind.VOLUME, {"above": "2"}, {"above": 2.0, "name": "0101.HK 2×"}),
        (AlertKind.RATING, {}, {"actions": ()}),
        (AlertKind.RATING, {"actions": "Upgrade, downgrade"}, {"actions": ("upgrade", "downgrade")}),
        (AlertKind.HEADLINE, {}, {"filter": "symbol:0101.HK", "symbols": (SHARE,)}),
        (AlertKind.HEADLINE, {"filter": "topic:deals"}, {"filter": "topic:deals", "name": "0101.HK topic:deals"}),
        (AlertKind.STALE, {"minutes": "5", "name": " my  own "}, {"above": 300.0, "source": "yahoo", "name": "my own"}),
    ],
)
def test_lines_become_a_rule(kind: AlertKind, texts: dict[str, str], wanted: dict[str, object]) -> None:
    made = typed(kind, stage(), **texts)
    assert isinstance(made, AlertEntry), made
    assert problem_of(made) is None
    for key, value in wanted.items():
        assert getattr(made, key) == value


@pytest.mark.parametrize(
    ("kind", "texts", "said"),
    [
        (AlertKind.PRICE, {}, "Fill in one"),
        (AlertKind.PRICE, {"above": "x"}, "x is no number"),
        (AlertKind.PRICE, {"above": "100"}, "already"),
        (AlertKind.PRICE, {"above": "", "below": "120"}, "already"),
        (AlertKind.VOLUME, {"above": "-1"}, "positive"),
        (AlertKind.POINTS, {"above": "1", "below": "2"}, "less than above"),
        (AlertKind.RATING, {"actions": "sideways"}, "sideways is none of"),
        (AlertKind.HEADLINE, {"filter": "(deal"}, "bracket"),
        (AlertKind.STALE, {"minutes": "0"}, "no number"),
    ],
)
def test_what_is_wrong_is_said(kind: AlertKind, texts: dict[str, str], said: str) -> None:
    told = typed(kind, stage(), **texts)
    assert isinstance(told, str)
    assert said in told


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_can_be_made_changed_and_tried_in_every_language(language: str) -> None:
    made = stage(language)
    view = made.view
    texts = {AlertKind.PRICE: {"above": "115"}, AlertKind.PERCENT: {"above": "3"}, AlertKind.POINTS: {"above": "10"},
             AlertKind.VOLUME: {"above": "2"}}  # fmt: skip
    for kind in kinds_for(view, SHARE):
        if kind in {AlertKind.HIGH, AlertKind.LOW}:
            values = {line.id: line.value for line in lines_for(view, kind, SHARE)}
            entry: AlertEntry | str = draft(view, kind, SHARE, values, span=Span.YEAR)
        else:
            entry = typed(kind, made, **texts.get(kind, {}))
        assert isinstance(entry, AlertEntry)
        assert "alert." not in entry.name, "words are missing"
        standing = {line.id: line.value for line in lines_for(view, kind, SHARE, entry)}
        assert draft(view, kind, SHARE, standing, entry) == entry, "the lines of a rule give the same one"
        told = seen_lines(view, check(view, [rule_of(entry)], alert_wording(view)), 50)
        text = "\n".join("".join(span.text for span in line) for line in told)
        assert text
        assert "alert." not in text, "words are missing"


@pytest.mark.parametrize("kind", AlertKind)
def test_a_rule_of_any_kind_however_it_was_made_can_be_changed(kind: AlertKind) -> None:
    view = stage().view
    bounds: dict[str, dict[str, object]] = {
        "price": {"symbols": (SHARE,), "above": 120.0}, "percent": {"below": -2.0}, "points": {"above": 5.0},
        "volume": {"above": 3.0}, "headline": {"filter": "topic:deals"}, "claim": {"claim": "daily-streak"},
        "stale": {"above": 60.0},
    }  # fmt: skip
    entry = msgspec.convert({"name": "one", "kind": kind.value, **bounds.get(kind.value, {})}, AlertEntry)
    symbol = entry.symbols[0] if entry.symbols else ""
    lines = lines_for(view, kind, symbol, entry)
    assert {"cooldown", "deliver"} <= {line.id for line in lines}
    assert draft(view, kind, symbol, {line.id: line.value for line in lines}, entry) == entry
    nothing = draft(view, kind, symbol, {line.id: "" for line in lines}, entry)
    assert isinstance(nothing, str) or problem_of(nothing) is None


def test_what_a_rule_sees_is_what_it_would_fire_by() -> None:
    made = stage()
    view = made.view
    rule = rule_of(AlertEntry(name="one", kind="percent", symbols=(SHARE, "0102.HK"), above=6.0, below=-6.0))
    found = check(view, [rule], alert_wording(view))
    assert [(one.symbol, one.side, one.met) for one in found] == [
        (SHARE, "above", True), ("0102.HK", "below", False), ("0102.HK", "above", False), (SHARE, "below", False),
    ]  # fmt: skip
    assert found[1].distance == pytest.approx(1.0)
    unknown = check(
        view, [rule_of(AlertEntry(name="two", kind="price", symbols=("9999.HK",), above=1.0))], alert_wording(view)
    )
    assert [(one.distance, one.met, one.moment) for one in unknown] == [(None, None, None)]


def test_how_a_rule_behaves_once_it_fired_is_left_to_the_kind_or_said() -> None:
    made = stage()
    plain = typed(AlertKind.PERCENT, made, above="3")
    assert isinstance(plain, AlertEntry)
    assert (plain.hysteresis, plain.cooldown, plain.deliver) == (None, None, None)
    own = typed(AlertKind.PERCENT, made, above="3", hysteresis="0.5", cooldown="10", deliver="Bell, desktop bell")
    assert isinstance(own, AlertEntry)
    assert (own.hysteresis, own.cooldown) == (0.5, 600.0)
    assert own.deliver == (Channel.BELL, Channel.DESKTOP)
    quiet = typed(AlertKind.RATING, made, deliver="無", cooldown="0")
    assert isinstance(quiet, AlertEntry)
    assert (quiet.deliver, quiet.cooldown) == ((), 0.0)
    assert "hysteresis" not in {line.id for line in lines_for(made.view, AlertKind.RATING, SHARE)}


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"hysteresis": "-1"}, "-1 is no number for: goes back by"),
        ({"hysteresis": "much"}, "much is no number"),
        ({"cooldown": "10081"}, "10081 is no number for: again after"),
        ({"cooldown": "soon"}, "soon is no number"),
        ({"deliver": "bell pigeon"}, "pigeon is none of bell, osc9"),
        ({"deliver": "none bell"}, "none is none of"),
    ],
)
def test_a_manner_that_makes_no_sense_is_said(texts: dict[str, str], said: str) -> None:
    made = typed(AlertKind.PERCENT, stage(), above="3", **texts)
    assert isinstance(made, str)
    assert said in made


def test_a_changed_rule_keeps_what_its_lines_left_alone_to_the_last_digit() -> None:
    view = stage().view
    entry = AlertEntry(
        name="mine", kind="percent", symbols=(SHARE,), above=3.0, hysteresis=0.125, cooldown=100.0,
        deliver=("tmux", "hook"),
    )  # fmt: skip
    standing = {line.id: line.value for line in lines_for(view, AlertKind.PERCENT, SHARE, entry)}
    assert standing["cooldown"] == "1.66667"
    changed = draft(view, AlertKind.PERCENT, SHARE, standing | {"above": "4"}, entry)
    assert changed == msgspec.structs.replace(entry, above=4.0)
    emptied = draft(
        view, AlertKind.PERCENT, SHARE, standing | {"cooldown": "", "hysteresis": " ", "deliver": ""}, entry
    )
    assert emptied == msgspec.structs.replace(entry, hysteresis=None, cooldown=None, deliver=None)
    silent = msgspec.structs.replace(entry, deliver=())
    standing = {line.id: line.value for line in lines_for(view, AlertKind.PERCENT, SHARE, silent)}
    assert draft(view, AlertKind.PERCENT, SHARE, standing, silent) == silent


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_line_of_every_form_has_room_at_60_columns(language: str) -> None:
    made = stage(language)
    for kind in AlertKind:
        lines = lines_for(made.view, kind, SHARE)
        assert len(lines) <= 7
        for line in lines:
            assert cells(line.label) <= 13, line
            assert cells(line.example) <= 42 or line.id == "actions", line
