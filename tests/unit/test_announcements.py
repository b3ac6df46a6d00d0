"""What central banks announce in their own feeds becomes an entry of the calendar; what has happened does not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.analysis.announcements import announced, bank_of
from tui_monitor.analysis.likeness import StoryIndex
from tui_monitor.domain.calendar_event import EventKind
from tui_monitor.domain.headline import Headline
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import Batch
from tui_monitor.store.keys import Family
from tui_monitor.store.latest import LatestStore

FED = "https://www.federalreserve.gov/newsevents/pressreleases/x.htm"
HKMA = "https://www.hkma.gov.hk/chi/news-and-media/press-releases/x/"
TOLD = datetime(2026, 6, 25, 14, 0, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("title", "url", "day", "moment"),
    [
        ("Federal Reserve Board announces that results from its annual bank stress test will be released on Wednesday, "
         "July 1, at 4:30 p.m. EDT", FED, date(2026, 7, 1), utc("2026-07-01T20:30")),
        ("Federal Reserve Board to hold open meeting on Thursday, July 9", FED, date(2026, 7, 9), None),
        ("The conference will take place on 14 January 2027", FED, date(2027, 1, 14), None),
        ("The survey will be published on Jan. 5 at 10 a.m.", "https://www.ecb.europa.eu/a", date(2027, 1, 5),
         utc("2027-01-05T09:00")),
        ("金管局將於8月5日（星期三）下午4時30分公布半年度報告", HKMA, date(2026, 8, 5), utc("2026-08-05T08:30")),
        ("中国人民银行定于2026年7月3日召开发布会", "http://www.pbc.gov.cn/x", date(2026, 7, 3), None),
    ],
)  # fmt: skip
def test_what_is_to_come_is_read_with_its_day_and_hour(
    title: str, url: str, day: date, moment: datetime | None
) -> None:
    found = announced(title, "", url, TOLD)
    assert found is not None
    assert (found.day, found.moment) == (day, moment)
    # Whoever else says so is not the bank.
    assert announced(title, "", "https://www.example.com/federalreserve.gov/", TOLD) is None


@pytest.mark.parametrize(
    "title",
    [
        "Minutes of the Board's discount rate meetings on June 8 and June 17, 2026",
        "Federal Reserve issues FOMC statement",
        "Monetary policy decisions",
        "Residential mortgage survey results for June 2026",
        "Board announced on July 1 that it will hold rates",
        # The weekday is another one's.
        "The results will be released on Friday, July 1",
        "Comments on the proposal will be published; they are due on July 20 and the comment period to be held open",
        "The rule will be published and is effective on July 20",
        "The report will be released on June 24, 2026",
        "The report will be released on February 30",
        "金管局公布6月份貨幣統計數字",
        "新措施將於7月1日生效",
        "金管局將於7月1日",
    ],
)
def test_what_has_happened_or_names_no_day_is_none(title: str) -> None:
    assert announced(title, "", FED, TOLD) is None


def test_a_later_sentence_and_the_summary_count_and_the_past_does_not() -> None:
    summary = "The Board met today. The minutes will be released on July 8, 2026, at 2:00 p.m. More follows."
    found = announced("Board meeting", summary, FED, TOLD)
    assert found is not None
    assert found.moment == utc("2026-07-08T18:00")
    assert announced("Board meeting", summary, FED, utc("2026-07-08T19:00")) is None
    assert announced("Board meeting", summary, FED, None) is None


@pytest.mark.parametrize(
    "url",
    ["https://federalreserve.gov@evil.example/", "https://notfederalreserve.gov/", "https://federalreserve.gov.evil.example/",
     "x", "", None],
)  # fmt: skip
def test_only_the_banks_own_domain_is_the_bank(url: str | None) -> None:
    assert bank_of(url) is None


def test_it_comes_into_the_calendar_with_its_headline_and_stays_when_that_goes() -> None:
    store = LatestStore()
    title = "Federal Reserve Board to hold open meeting on Thursday, July 9"
    intake = Intake(store, written=lambda _: None, home_lines={})

    def item(identity: str, words: str, url: str = FED, source: str = "Fed") -> Headline:
        return Headline(id=identity, title=words, url=url, source=source, published=TOLD, received=TOLD)

    # The same story by another feed that was quicker: the bank's own word counts.
    intake.stories = StoryIndex(100)
    intake.take(Batch(source="feeds", received=TOLD, headlines=(item("o", title, "https://wire.example/a", "Wire"),)))
    assert store.events() == []
    both = (item("a", title), item("b", "Monetary policy decisions"))
    intake.take(Batch(source="feeds", received=TOLD, headlines=both))
    (event,) = store.events()
    assert (event.kind, event.title, event.day, event.region) == (EventKind.CENTRAL_BANK, title, date(2026, 7, 9), "US")
    assert (event.source, event.url, event.subject) == ("Fed", FED, None)
    revision = store.family_revision(Family.EVENT)
    intake.take(Batch(source="feeds", received=TOLD + timedelta(hours=1), headlines=both))
    assert store.family_revision(Family.EVENT) == revision, "twice the same is no change"


def test_real_titles_of_others_announce_next_to_nothing(shared_data: Path) -> None:
    titles = [
        json.loads(line)["text"]
        for name in ("pool_en_other", "pool_zh_other")
        for line in (shared_data / "headlines" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()[::4]
    ]
    assert len(titles) > 1_000
    hits = [title for title in titles if announced(title, "", FED, TOLD) is not None]
    # These are no central bank's, yet whatever is found names a day to come.
    assert len(hits) <= len(titles) // 1_000
    assert all("将于" in title or "將於" in title or " will " in title or " to " in title for title in hits)


@settings(max_examples=60)
@given(
    st.text(max_size=200) | st.text(st.sampled_from("將於月日公布 willbereleased onJuly0123456789,.:pm"), max_size=120)
)
def test_whatever_is_said_the_day_lies_ahead(title: str) -> None:
    found = announced(title, title, HKMA, TOLD)
    if found is not None:
        assert date(2026, 6, 25) <= found.day <= date(2026, 6, 25) + timedelta(371)
