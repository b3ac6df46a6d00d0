"""The tape and its words: one row an event, filters, spread of targets, what the tables were like, the bell."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest
from msgspec.structs import replace
from tests.tui.stage import Stage, at, quote

from tui_monitor.config.settings import Alerts
from tui_monitor.domain.errors import FailureKind
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.rating import Action, Origin, RatingChange, RatingTable, TableState
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.present.rating_cells import compact, sign, tone
from tui_monitor.present.rating_detail import rating_lines, rating_title
from tui_monitor.present.rating_filter import Term, matcher, parse, with_action
from tui_monitor.present.rating_spread import bar, latest_by_firm, spread_of
from tui_monitor.present.rating_tables import table_words, tables_summary
from tui_monitor.present.rating_tape import sources_of
from tui_monitor.present.ratings import RatingsModel
from tui_monitor.present.sources_list import source_lines
from tui_monitor.present.tone import Tone
from tui_monitor.present.upgrade_bell import UpgradeBell
from tui_monitor.present.width import cells
from tui_monitor.sources.api import Batch, Topic
from tui_monitor.store.keys import Family


def change(key: str, firm: str | None = "Peak", minutes: float = 0, **more: object) -> RatingChange:
    fields: dict[str, object] = {"symbol": "BABA", "company": None, "action": Action.RAISE_TARGET, "source": "s"}
    fields |= more
    return RatingChange(key=key, time=at(10, 0) + timedelta(minutes=minutes), firm=firm, **fields)  # type: ignore[arg-type]


def stage(*ratings: RatingChange, **more: object) -> Stage:
    made = Stage()
    put(made, *ratings, **more)
    return made


def put(made: Stage, *ratings: RatingChange, **more: object) -> None:
    made.store.apply(Batch(source="t", received=made.clock.now(), ratings=ratings, **more))  # type: ignore[arg-type]


GOLDMAN = change("t", "Goldman Sachs", target=179.0, currency="USD")
REPORT = change("headline:h", "高盛", -30, target=179.0, currency="USD", origin=Origin.HEADLINE, source="Wire")


def test_a_held_tape_shows_every_report_and_merges_once_released() -> None:
    one = stage(GOLDMAN, REPORT)
    tape = one.view.tape
    tape.hold()
    model = RatingsModel()
    assert len(model.order(one.view)) == 2
    assert list(model.affected(())) == []
    tape.release()
    # No rating changed, yet the table has to ask for the order again.
    assert list(model.affected(()))
    assert len(model.order(one.view)) == 1
    assert list(model.affected(())) == []


def test_an_event_keeps_its_row_when_an_older_report_joins() -> None:
    one = stage(GOLDMAN)
    (key,) = RatingsModel().order(one.view)
    put(one, REPORT)
    assert RatingsModel().order(one.view) == [key]
    event = one.view.tape.event(one.view, key)
    assert event is not None
    assert event.change.time == REPORT.time
    assert one.view.tape.event(one.view, "headline:h") is event


def test_sources_count_feeds_that_carry_the_same_headline() -> None:
    headline = Headline(id="h", title="x", source="Wire", received=at(10, 0), also=("Desk", "s"))
    one = stage(GOLDMAN, REPORT, headlines=(headline,))
    (event,) = one.view.tape.events(one.view)
    assert set(sources_of(one.view, event)) == {"s", "Wire", "Desk"}


def test_unread_is_what_is_young_and_has_not_been_seen_in_any_report() -> None:
    one = stage(GOLDMAN, REPORT, change("old", "Birch", -60 * 24 * 8))
    tape = one.view.tape
    assert tape.count_unread(one.view) == 1
    one.view.seen_ratings.add("headline:h")
    assert tape.count_unread(one.view) == 0
    assert [tape.is_unread(one.view, event) for event in tape.events(one.view)] == [False, False]


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("gold 9988", (Term(None, "gold"), Term(None, "9988"))),
        ("firm:Gold action:upgrade", (Term("firm", "gold"), Term("action", "upgrade"))),
        ("f:gold -a:reit", (Term("firm", "gold"), Term("action", "reit", without=True))),
        ('firm:"goldman sachs" x', (Term("firm", "goldman sachs"), Term(None, "x"))),
        ('firm:"goldman', (Term("firm", "goldman"),)),
        ("firm:", ()),
        ("fi:", ()),
        ("zzz:1", (Term(None, "zzz:1"),)),
        ("  ", ()),
        ('"', ()),
    ],
)
def test_queries_mean_something_whatever_is_typed(query: str, terms: tuple[Term, ...]) -> None:
    assert parse(query) == terms
    assert (matcher(query) is None) == (not terms)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("firm:goldman", "t"), ("gold", "t"), ("firm:高盛", "t"), ("action:upgrade", "u"), ("a:target", "t"),
        ("symbol:0101", "u"), ("榿", "u"), ("桤木", "u"), ("company:alibaba", "t"), ("阿里", "t"), ("grade:buy", "u"),
        ("origin:headline", "t"), ("-alder", "t"), ("firm:goldman action:upgrade", ""), ("firm:buy", ""),
    ],
)  # fmt: skip
def test_filters_by_field_in_both_scripts(query: str, found: str) -> None:
    upgrade = change("u", "Peak", symbol="0101.HK", action=Action.UPGRADE, from_grade="Hold", to_grade="Buy")
    one = stage(GOLDMAN, REPORT, upgrade)
    model = RatingsModel()
    model.query = query
    keys = {key for row in model.order(one.view) if (event := one.view.tape.event(one.view, row)) for key in event.keys}
    assert ("t" in keys, "u" in keys) == ("t" in found, "u" in found)


def test_the_action_key_goes_through_all_kinds_within_the_query() -> None:
    model = RatingsModel()
    model.query = "gold"
    seen = [model.next_action() for _ in range(7)]
    assert seen == [*(action.value for action in Action), None]
    assert model.query == "gold"
    assert with_action("-a:cut gold a:x", "upgrade") == "gold action:upgrade"


@pytest.mark.parametrize(
    ("action", "old", "new", "meaning", "glyph"),
    [
        (Action.UPGRADE, "Sell", "Buy", Tone.UP, "▲▲"),
        (Action.UPGRADE, "Hold", "Buy", Tone.UP, "▲"),
        (Action.DOWNGRADE, "Strong Buy", "Hold", Tone.DOWN, "▼▼"),
        (Action.DOWNGRADE, None, "Sell", Tone.DOWN, "▼"),
        (Action.INITIATE, None, "Overweight", Tone.UP, "+"),
        (Action.INITIATE, None, "沽售", Tone.DOWN, "+"),
        (Action.INITIATE, None, "Neutral", Tone.FLAT, "+"),
        (Action.INITIATE, None, "Zigzag", Tone.ACCENT, "+"),
        (Action.REITERATE, "Buy", "Buy", Tone.MUTED, "="),
        (Action.CUT_TARGET, None, "Buy", Tone.DOWN, "▽"),
    ],
)
def test_tones_follow_the_five_steps(action: Action, old: str | None, new: str, meaning: Tone, glyph: str) -> None:
    one = change("k", action=action, from_grade=old, to_grade=new)
    view = stage().view
    assert (tone(view, one), sign(view, one)) == (meaning, glyph)


@pytest.mark.parametrize("room", range(6, 60))
def test_wordings_fit_their_room_and_lose_what_was_before_first(room: int) -> None:
    one = change(
        "k", action=Action.UPGRADE, from_grade="Hold", to_grade="Buy", target=180.0, prior_target=150.0, currency="USD"
    )
    text = compact(stage().view, one, room)
    assert cells(text) <= room
    assert "Buy" in text
    if room >= len("▲ Buy 180"):
        assert "180" in text
    if room >= len("▲ Hold → Buy 150 → 180 USD"):
        assert text == "▲ Hold → Buy 150 → 180 USD"


def test_the_spread_counts_the_newest_target_of_each_house_once_reckoned_twice() -> None:
    one = stage(
        change("a", "Goldman Sachs", -10, target=100.0, currency="USD"),
        change("b", "高盛", -9000, target=400.0, currency="USD"),
        change("c", "Citi", -20, target=210.0, currency="USD"),
        change("d", "Peak", -30, target=110.0, currency="USD"),
        change("e", "Peak", -20, action=Action.REITERATE),
        change("f", "Ancient", -60 * 24 * 366, target=999.0, currency="USD"),
        change("g", "Yuan", -40, target=999.0, currency="CNY"),
        quotes=(replace(quote("BABA", 150.0, 140.0, at(10, 0)), currency="USD"),),
    )
    spread = spread_of(one.view, one.view.tape.events(one.view))
    assert spread is not None
    assert spread.values == (100.0, 110.0, 210.0)
    assert spread.mean == pytest.approx((100 + 110 + 210) / 3)
    assert (spread.line, spread.currency, spread.left_out, spread.last) == ("BABA", "USD", 1, 150.0)
    assert len(latest_by_firm(one.view, one.view.tape.events(one.view))) == 5


@pytest.mark.parametrize("last", [None, 50.0, 100.0, 155.0, 210.0, 400.0])
@pytest.mark.parametrize("width", [8, 9, 28])
def test_the_bar_is_as_wide_as_asked_and_marks_stand_in_order(last: float | None, width: int) -> None:
    spans = bar(100.0, 140.0, 210.0, last, width, stage().view.glyphs)
    text = "".join(span.text for span in spans)
    assert len(text) == width
    if last is None:
        assert "●" not in text
        return
    assert text.count("●") == 1
    if last == 50.0:
        assert text[0] == "●"
        assert "─" in text
    if last == 400.0:
        assert text[-1] == "●"


def texts(lines: object) -> str:
    return "\n".join("".join(span.text for span in line) for line in lines)  # type: ignore[attr-defined]


def health(**more: object) -> SourceHealth:
    return SourceHealth(
        name="yahoo-ratings", title="Y", host="h", topic=Topic.RATINGS, period=1800.0, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def table(symbol: str, state: TableState, **more: object) -> RatingTable:
    return RatingTable(symbol=symbol, state=state, asked=at(10, 48), **more)  # type: ignore[arg-type]


def test_no_table_an_empty_one_and_too_many_requests_are_three_visible_states() -> None:
    one = stage(
        GOLDMAN,
        tables=(
            table("BABA", TableState.ROWS, rows=37, newest=at(10, 0) - timedelta(days=3)),
            table("TCEHY", TableState.NONE),
            table("XIACY", TableState.EMPTY),
        ),
    )
    found = {symbol: table_words(one.view, symbol)[0] for symbol in ("BABA", "TCEHY", "XIACY", "MPNGY")}
    assert len(set(found.values())) == 4
    assert "37 rows, newest 3d ago, asked 12m ago" in found["BABA"]
    assert "keeps none" in found["TCEHY"]
    assert "empty" in found["XIACY"]
    assert "not asked" in found["MPNGY"]
    one.view.health = {"yahoo-ratings": health()}
    listed = texts(tables_summary(one.view))
    assert "tables: 1 with rows, 1 empty, 1 not kept; newest row 3d ago" in listed
    detail = texts(rating_lines(one.view, "t"))
    assert "37 rows" in detail
    assert "Next try" not in detail
    limited = health(
        state=State.LIMITED, failure="Yahoo said 429.", failure_kind=FailureKind.RATE_LIMITED, next_try=1600.0
    )
    one.view.health = {"yahoo-ratings": limited}
    detail = texts(rating_lines(one.view, "t"))
    assert "yahoo-ratings: asked too often. Yahoo said 429. Next try in 10:00." in detail
    listed = texts(source_lines(one.view, replace(limited, last_failure=at(10, 50))))
    assert "Yahoo said 429." in listed
    assert "tables: 1 with rows, 1 empty, 1 not kept" in listed


def test_the_note_tells_a_silent_provider_from_a_lively_tape() -> None:
    one = stage(REPORT, change("t", "Birch", -60 * 24 * 3))
    note = texts([RatingsModel().note(one.view)])
    assert note == "newest 1h, table 3d ago"
    assert texts([RatingsModel().note(stage(REPORT).view)]) == "newest 1h ago"
    assert RatingsModel().note(stage().view) == ()


def test_the_detail_lists_the_latest_of_each_house_then_the_earlier_and_the_links() -> None:
    one = stage(
        replace(GOLDMAN, url="https://example.com/t"),
        replace(REPORT, url="https://example.com/h"),
        change("o", "Goldman", -60 * 24 * 40, target=163.0, currency="USD"),
        change("p", "Peak", -60 * 24, action=Action.INITIATE, to_grade="Hold"),
        change("x", "Peak", symbol="0101.HK"),
        change("n", "Peak", symbol=None, company="Nobody"),
    )
    text = texts(rating_lines(one.view, "headline:h"))
    assert rating_title(one.view, "t") == "Alibaba  BABA"
    latest, earlier = text.index("Latest of each firm (2)"), text.index("Earlier (1)")
    assert latest < text.index("Goldman Sachs") < text.index("Peak") < earlier < text.index("163 USD")
    assert "https://example.com/t" in text
    assert "https://example.com/h" in text
    assert "tab+hdl 2" in text
    alone = texts(rating_lines(one.view, "n"))
    assert "Latest of each firm (1)" in alone
    assert texts(rating_lines(one.view, "unheard")) == "This item is no longer held."


@pytest.mark.parametrize("width", [40, 53, 60, 78])
def test_events_in_the_detail_fit_their_width(width: int) -> None:
    one = stage(
        change("a", "大和資本市場", to_grade="跑贏大市", target=1234.5, prior_target=987.5, currency="HKD"),
        change("b", "A Very Long Name of a Research House", 1, action=Action.UPGRADE, from_grade="Underperform",
               to_grade="Outperform", target=10.0, currency="USD"),
    )  # fmt: skip
    lines = rating_lines(one.view, "a", width)
    rows = [line for line in lines if len(line) == 5]
    assert len(rows) == 2
    for line in rows:
        assert sum(cells(span.text) for span in line) <= width, line


def ringing(make: Callable[[], Stage]) -> tuple[Stage, UpgradeBell]:
    made = make()
    made.view.settings = msgspec.structs.replace(made.settings, alerts=Alerts(ring_on_upgrade=True))
    return made, UpgradeBell(made.clock.now())


def upgrade(key: str, minutes: float, **more: object) -> RatingChange:
    fields: dict[str, object] = {"action": Action.UPGRADE, "to_grade": "Buy"}
    return change(key, "Peak", 60 + minutes, **(fields | more))


def heard(made: Stage, bell: UpgradeBell, *ratings: RatingChange, **more: object) -> bool:
    before = made.store.revision
    put(made, *ratings, **more)
    return bell.hears(made.view, set(made.store.changes_since(before))) is not None


def test_an_upgrade_of_a_watched_symbol_rings_once_for_all_its_reports() -> None:
    made, bell = ringing(stage)
    made.clock.pass_by(600)
    assert not heard(made, bell, upgrade("first fill", -5))
    assert not heard(made, bell, upgrade("not mine", 5, symbol="MSFT"))
    assert not heard(made, bell, upgrade("no upgrade", 5, action=Action.DOWNGRADE, symbol="0101.HK"))
    assert heard(made, bell, upgrade("a", 5, symbol="0102.HK"))
    assert not heard(made, bell, upgrade("b", 6, symbol="0102.HK", source="other"))
    assert heard(made, bell, upgrade("c", 6, symbol="0103.HK", home_symbol="0101.HK"))
    assert not bell.hears(made.view, {(Family.QUOTE, "0101.HK"), (Family.RATING, "unheard of")})


def test_an_undated_headline_never_rings_and_a_dated_one_does() -> None:
    made, bell = ringing(stage)
    made.clock.pass_by(600)
    undated = Headline(id="u", title="x", source="w", received=made.clock.now())
    dated = replace(undated, id="d", published=at(11, 5))
    assert not heard(made, bell, upgrade("headline:u", 5), headlines=(undated, dated))
    assert heard(made, bell, upgrade("headline:d", 5, symbol="0101.HK"))


def test_it_is_silent_unless_asked_for() -> None:
    made = stage()
    bell = UpgradeBell(made.clock.now())
    assert not heard(made, bell, upgrade("a", 5))
