"""What is to come: subjects of titles, each event once, days without trading, the next reports, own events."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tui_monitor.analysis.agenda import agenda
from tui_monitor.analysis.event_subjects import SUBJECTS, subject_of
from tui_monitor.analysis.trading_days import unusual_days
from tui_monitor.config.settings import EventEntry, Settings
from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.session import Calendar
from tui_monitor.engine.weekly_hours import day_with_hours, ordinary_weeks
from tui_monitor.present.words import LANGUAGES, Words
from tui_monitor.services.agenda import KEPT, Agenda, gathered, own_event, report_of
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import LatestStore

NOW = datetime(2025, 9, 17, 3, 0, tzinfo=UTC)
HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def event(key: str, kind: EventKind = EventKind.ECONOMIC, **fields: object) -> CalendarEvent:
    told: dict[str, object] = {"day": date(2025, 9, 17), "source": key.partition(":")[0], **fields}
    return CalendarEvent(key=key, kind=kind, **told)  # type: ignore[arg-type]


FED = event(
    "yahoo:1", EventKind.CENTRAL_BANK, title="Fed Interest Rate Decision", region="US",
    moment=datetime(2025, 9, 17, 18, 0, tzinfo=UTC), zone="America/New_York", expected="4.25%",
)  # fmt: skip


@pytest.mark.parametrize(
    ("title", "region", "subject"),
    [
        ("FOMC statement", None, "fed-decision"),
        ("Fed Interest Rate Decision", "US", "fed-decision"),
        ("聯儲局議息", None, "fed-decision"),
        ("美联储议息会议", None, "fed-decision"),
        ("FOMC minutes", "US", "fed-minutes"),
        ("Fed's Waller speech on the rate decision", "US", None),
        ("ECB press conference after the rate decision", None, None),
        ("BoJ Interest Rate Decision", "JP", "boj-decision"),
        ("Consumer Price Index", "US", "us-cpi"),
        ("Consumer Price Index", "CN", "cn-cpi"),
        ("Consumer Price Index", None, None),
        ("Consumer Price Index", "DE", None),
        ("State Employment and Unemployment", "US", None),
        ("Employment Situation", "US", "us-jobs"),
        ("Core CPI", "US", None),
        ("Loan prime rate", None, "pboc-lpr"),
        ("Job Openings and Labor Turnover Survey", "US", "us-jolts"),
        ("Quarterly meeting of the garden club", None, None),
        ("Federal holiday", "US", None),
    ],
)
def test_subject_of_a_title(title: str, region: str | None, subject: str | None) -> None:
    assert subject_of(title, region) == subject


def test_every_subject_and_kind_has_words_in_every_language() -> None:
    for language in LANGUAGES:
        words = Words(language)
        for key in (*(f"event.{one}" for one in SUBJECTS), *(f"kind.{one}" for one in EventKind)):
            assert words(key) != key


def test_one_event_of_three_sources_is_one_with_all_of_them() -> None:
    ics = event("ics:1", EventKind.CENTRAL_BANK, title="FOMC meeting statement", url="https://example.com/fed")
    own = event("config:1", EventKind.OWN, title="Fed decision", symbols=("0005.HK",), note="watch the dots")
    for order in permutations((FED, ics, own)):
        (told,) = agenda(order, now=NOW, home=HONG_KONG)
        assert told.key == FED.key
        assert told.moment == FED.moment
        assert set(told.sources) == {"yahoo", "ics", "config"}
        assert told.url == "https://example.com/fed"
        assert told.note == "watch the dots"
        assert told.symbols == ("0005.HK",)


def test_the_next_decision_is_another_event() -> None:
    later = replace(FED, key="yahoo:2", day=date(2025, 10, 29), moment=datetime(2025, 10, 29, 18, 0, tzinfo=UTC))
    assert len(agenda((FED, later), now=NOW, home=HONG_KONG)) == 2


def test_a_day_known_elsewhere_and_a_moment_meet() -> None:
    # The Fed's afternoon is Hong Kong's next day: a calendar of Hong Kong's may carry it there.
    there = event(
        "ics:1", EventKind.CENTRAL_BANK, title="Fed rate decision", day=date(2025, 9, 18), zone="Asia/Hong_Kong"
    )
    (told,) = agenda((there, FED), now=NOW, home=HONG_KONG)
    assert told.day == date(2025, 9, 17)
    assert set(told.sources) == {"yahoo", "ics"}


def test_two_figures_of_one_day_stay_two() -> None:
    first = event("yahoo:a", title="House price index", region="GB", moment=NOW + timedelta(hours=1))
    second = event("yahoo:b", title="Trade balance", region="GB", moment=NOW + timedelta(hours=1))
    assert len(agenda((first, second), now=NOW, home=HONG_KONG)) == 2


def test_reports_of_a_company_meet_and_the_settled_one_leads() -> None:
    guess = event(
        "quote:e", EventKind.EARNINGS, day=date(2025, 11, 10), last_day=date(2025, 11, 20), estimated=True,
        symbols=("9988.HK",),
    )  # fmt: skip
    said = event("yahoo:e", EventKind.EARNINGS, day=date(2025, 11, 25), symbols=("BABA",))
    (told,) = agenda((guess, said), now=NOW, home=HONG_KONG, home_lines={"BABA": "9988.HK"})
    assert told.day == date(2025, 11, 25)
    assert not told.estimated
    assert set(told.symbols) == {"BABA", "9988.HK"}


def test_what_is_over_is_not_told_and_a_day_lasts_to_its_end() -> None:
    over = replace(FED, key="a", moment=NOW - timedelta(minutes=1))
    today = event("b", title="today", day=date(2025, 9, 17))
    before = event("c", title="yesterday", day=date(2025, 9, 16))
    assert [one.key for one in agenda((over, today, before), now=NOW, home=HONG_KONG)] == ["b"]


_DAYS = st.dates(date(2025, 9, 1), date(2025, 12, 1))
_MOMENTS = st.datetimes(datetime(2025, 9, 1), datetime(2025, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
_EVENTS = st.builds(
    event,
    st.text("abc:", min_size=1, max_size=4),
    st.sampled_from(EventKind),
    title=st.sampled_from(("FOMC statement", "CPI", "house prices", "")),
    day=_DAYS,
    last_day=st.none() | _DAYS,
    moment=st.none() | _MOMENTS,
    estimated=st.booleans(),
    symbols=st.sampled_from(((), ("BABA",), ("9988.HK",), ("0700.HK", "BABA"))),
    region=st.sampled_from((None, "US", "XHKG")),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(_EVENTS, max_size=12), st.randoms())
def test_merging_loses_nobody_and_does_not_mind_the_order(events: list[CalendarEvent], rng: object) -> None:
    events = [replace(one, key=f"{one.key}{number}") for number, one in enumerate(events)]
    told = agenda(events, now=NOW, home=HONG_KONG)
    starts = [one.starts(HONG_KONG) for one in told]
    assert starts == sorted(starts)
    current = [one for one in events if one.ends(HONG_KONG) >= NOW]
    assert {source for one in told for source in one.sources} == {one.source for one in current if one.source}
    assert {symbol for one in told for symbol in one.symbols} == {symbol for one in current for symbol in one.symbols}
    shuffled = list(events)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]
    assert {one.key for one in agenda(shuffled, now=NOW, home=HONG_KONG)} == {one.key for one in told}
    # What is merged stays as it is when it is merged again with itself.
    assert len(agenda(told, now=NOW, home=HONG_KONG)) <= len(told)


def hong_kong_weeks() -> Calendar:
    """Three weeks of Hong Kong around National Day: closed on 1, 6 and 7 October, half a day on the 3rd."""
    weeks = ordinary_weeks("XHKG", date(2025, 9, 22), date(2025, 10, 17))
    closed = {date(2025, 10, 1), date(2025, 10, 6), date(2025, 10, 7), date(2025, 10, 10)}
    days = {one.date: one for one in weeks.days if one.date not in closed}
    half = date(2025, 10, 3)
    days[half] = day_with_hours("XHKG", half, datetime(2025, 1, 1, 9, 30).time(), datetime(2025, 1, 1, 12, 0).time())  # noqa: DTZ001
    return replace(weeks, days=tuple(days[day] for day in sorted(days)))


def test_holidays_in_a_row_are_one_and_half_days_are_seen() -> None:
    found = unusual_days(hong_kong_weeks(), date(2025, 9, 1), date(2025, 12, 1))
    assert [(one.kind, one.day, one.last_day) for one in found] == [
        (EventKind.HOLIDAY, date(2025, 10, 1), None),
        (EventKind.HALF_DAY, date(2025, 10, 3), None),
        (EventKind.HOLIDAY, date(2025, 10, 6), date(2025, 10, 7)),
        (EventKind.HOLIDAY, date(2025, 10, 10), None),
    ]
    assert found[1].note.startswith("09:30-12:")


def test_a_weekend_between_two_holidays_joins_them() -> None:
    weeks = ordinary_weeks("XSHG", date(2025, 9, 22), date(2025, 10, 17))
    golden = [date(2025, 10, 1) + timedelta(days=step) for step in range(8)]
    calendar = replace(weeks, days=tuple(one for one in weeks.days if one.date not in golden))
    (found,) = unusual_days(calendar, date(2025, 9, 25), date(2025, 10, 15))
    assert (found.day, found.end_day) == (date(2025, 10, 1), date(2025, 10, 8))


def calendar_of(mic: str) -> Calendar | None:
    return hong_kong_weeks() if mic == "XHKG" else None


def quote(**fields: object) -> Quote:
    told: dict[str, object] = {"symbol": "9988.HK", "received": NOW, "source": "yahoo-spark", **fields}
    return Quote(**told)  # type: ignore[arg-type]


def test_a_settled_report_has_its_hour_and_a_guess_only_days() -> None:
    moment = datetime(2025, 11, 25, 11, 30, tzinfo=UTC)
    settled = report_of(quote(earnings_from=moment, earnings_to=moment, earnings_estimated=False), NOW, calendar_of)
    assert settled is not None
    assert (settled.moment, settled.day, settled.estimated) == (moment, date(2025, 11, 25), False)
    late = datetime(2025, 11, 25, 20, 0, tzinfo=UTC)
    guess = report_of(quote(earnings_from=moment, earnings_to=late, earnings_estimated=True), NOW, calendar_of)
    assert guess is not None
    # Twenty hours UTC is the next day in Hong Kong, where the line trades.
    assert (guess.moment, guess.day, guess.last_day) == (None, date(2025, 11, 25), date(2025, 11, 26))
    assert report_of(quote(), NOW, calendar_of) is None


def test_an_own_event_in_its_own_zone() -> None:
    found = own_event(EventEntry(name="AGM", date="2025-09-17", time="14:00", zone="America/New_York"), HONG_KONG)
    assert found is not None
    assert found.moment == datetime(2025, 9, 17, 18, 0, tzinfo=UTC)
    whole = own_event(EventEntry(name="AGM", date="2025-09-17", symbols=("700",)), HONG_KONG)
    assert whole is not None
    assert (whole.moment, whole.zone, whole.symbols) == (None, "Asia/Hong_Kong", ("0700.HK",))


def test_everything_is_gathered_of_what_is_watched() -> None:
    store = LatestStore()
    moment = NOW + timedelta(days=3)
    ours = quote(last=100.0, earnings_from=moment, earnings_to=moment, earnings_estimated=False)
    foreign = event("yahoo:x", EventKind.EX_DIVIDEND, symbols=("ZZZZ",), day=date(2025, 9, 19))
    watched = event("yahoo:w", EventKind.EX_DIVIDEND, symbols=("9988.HK",), day=date(2025, 9, 19))
    store.apply(Batch(source="test", received=NOW, quotes=(ours,), events=(FED, foreign, watched)))
    own = Settings(events=(EventEntry(name="AGM", date="2025-09-18"),))
    told = gathered(
        store, own, now=NOW, watched=("9988.HK",), calendar=calendar_of,
        provisional=lambda mic: mic != "XHKG", home_lines={},
    )  # fmt: skip
    kinds = [one.kind for one in told]
    assert kinds[:4] == [EventKind.OWN, EventKind.CENTRAL_BANK, EventKind.EX_DIVIDEND, EventKind.EARNINGS]
    assert kinds.count(EventKind.HOLIDAY) == 3
    assert "ZZZZ" not in {symbol for one in told for symbol in one.symbols}


def test_no_holiday_is_told_of_an_ordinary_week() -> None:
    told = gathered(
        LatestStore(), Settings(), now=NOW, watched=(), calendar=calendar_of, provisional=lambda _: True, home_lines={}
    )
    assert told == ()


def test_the_screen_gathers_anew_when_something_changed_or_a_while_has_passed() -> None:
    store = LatestStore()
    rounds: list[int] = []

    def gather() -> tuple[CalendarEvent, ...]:
        rounds.append(1)
        return tuple(store.events())

    kept = Agenda(store, gather)
    assert kept.told(NOW, "lists") == ()
    kept.told(NOW + KEPT - timedelta(seconds=1), "lists")
    assert len(rounds) == 1
    store.apply(Batch(source="test", received=NOW, events=(FED,)))
    assert kept.told(NOW, "lists") == (FED,)
    kept.told(NOW, "other lists")
    kept.told(NOW + KEPT + timedelta(seconds=1), "other lists")
    # A replayed day may go back.
    kept.told(NOW - timedelta(hours=1), "other lists")
    assert len(rounds) == 5
