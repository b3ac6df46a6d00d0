"""What a central bank's own press page announces for a day to come, by rules in ``seeds/announcements.json``.

Most items of such a feed tell what has happened; they announce nothing. An item counts where the bank itself says it
(its address lies on the bank's domain), where one sentence says that something *will be* released or held, and where
that sentence names the day. A weekday that does not agree with its date is no date. ``None`` is the normal answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tui_monitor.analysis.seed_files import read_seed
from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.headline import Headline

AHEAD = timedelta(days=370)
"""How far ahead a day that is named with its year may lie."""

NEAR = timedelta(days=200)
"""How far ahead one without its year may lie: further away nobody would leave it out."""

LONGEST = 600
"""Characters of a text that are looked at."""

APART = 90
"""Characters between the announcing words and the day at the most."""


class Bank(msgspec.Struct, frozen=True):
    """A central bank by its domain."""

    domain: str
    region: str
    """ISO 3166 code of its economy."""
    zone: str


class Announced(msgspec.Struct, frozen=True):
    """Something that a bank announces."""

    day: date
    """At the bank's place."""
    moment: datetime | None
    """Aware UTC, where the hour is told."""
    bank: Bank


class _Rules(msgspec.Struct, frozen=True):
    english: re.Pattern[str]
    not_english: re.Pattern[str]
    chinese: re.Pattern[str]
    not_chinese: re.Pattern[str]
    does: re.Pattern[str]
    sentence: re.Pattern[str]
    english_day: re.Pattern[str]
    english_hour: re.Pattern[str]
    han_day: re.Pattern[str]
    han_hour: re.Pattern[str]


_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_HAN_WEEKDAYS = "一二三四五六日"

_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" if len(name) > 3 else name for name in _MONTHS)
_WEEKDAY = rf"(?P<weekday>{'|'.join(_WEEKDAYS)})"
_ENGLISH_DAY = (
    rf"\b(?:{_WEEKDAY},?\s+)?(?:(?P<month>{_MONTH})\.?\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<month2>{_MONTH})\b)\.?,?(?:\s+(?P<year>20\d\d)\b)?"
)
_ENGLISH_HOUR = r"[\s,]{0,3}(?:at\s+)?(?P<hour>\d{1,2})(?::(?P<minute>\d\d))?\s*(?P<half>[ap])\.?m\b"
_HAN_DAY = (
    r"(?:(?P<year>20\d\d)年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日號号]"
    r"(?:[（(]?(?:星期|週|周)(?P<weekday>[一二三四五六日])[）)]?)?"
)
_HAN_HOUR = r"(?P<half>上午|下午|晚上|早上)?(?P<hour>\d{1,2})(?:時|时|點|点|:|：)(?P<minute>\d\d)?"
_SENTENCE = r"(?<=[a-z0-9)]{2})[.;!?]\s+(?=[A-Z])|[。；！？]"


@cache
def _seed() -> dict[str, Any]:
    return read_seed("announcements.json")


@cache
def _banks() -> dict[str, Bank]:
    return {row["domain"]: Bank(row["domain"], row["region"], row["zone"]) for row in _seed()["banks"]}


@cache
def _rules() -> _Rules:
    """Compile the rules: some milliseconds, once the first item of a bank is there."""
    seed = _seed()

    def either(words: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))

    return _Rules(
        english=re.compile(rf"\b(?:{either(seed['en']['announces'])})\b", re.IGNORECASE),
        not_english=re.compile(rf"\b(?:{either(seed['en']['not'])})\b", re.IGNORECASE),
        chinese=re.compile(either(seed["zh"]["announces"])),
        not_chinese=re.compile(either(seed["zh"]["not"])),
        does=re.compile(either(seed["zh"]["does"])),
        sentence=re.compile(_SENTENCE),
        english_day=re.compile(_ENGLISH_DAY, re.IGNORECASE | re.ASCII),
        english_hour=re.compile(_ENGLISH_HOUR, re.IGNORECASE | re.ASCII),
        han_day=re.compile(_HAN_DAY, re.ASCII),
        han_hour=re.compile(_HAN_HOUR, re.ASCII),
    )


def bank_of(url: str | None) -> Bank | None:
    """Return the central bank on whose domain an http(s) address lies."""
    parts = url.split("/", 3) if url is not None else []
    return _bank_at(parts[2].rpartition("@")[2].partition(":")[0].lower()) if len(parts) > 2 else None


@lru_cache(maxsize=1024)
def _bank_at(host: str) -> Bank | None:
    # Every headline of every feed is asked about: its host is looked at once.
    banks = _banks()
    parts = host.split(".")
    return next((banks[tail] for at in range(len(parts)) if (tail := ".".join(parts[at:])) in banks), None)


def event_of(headline: Headline) -> CalendarEvent | None:
    """Return what a headline of a central bank's own announces, as an event of the calendar."""
    if bank_of(headline.url) is None:
        return None
    told = announced(headline.title, headline.summary, headline.url, headline.published)
    if told is None:
        return None
    return CalendarEvent(
        key=f"announced:{headline.id}",
        kind=EventKind.CENTRAL_BANK,
        title=headline.title,
        day=told.day,
        moment=told.moment,
        zone=told.bank.zone,
        region=told.bank.region,
        url=headline.url,
        source=headline.source,
        received=headline.received,
    )


def announced(title: str, summary: str, url: str | None, published: datetime | None) -> Announced | None:
    """Return what an item of a feed announces for a day to come, seen from its publication (aware)."""
    bank = bank_of(url)
    if bank is None or published is None:
        return None
    place = ZoneInfo(bank.zone)
    told = published.astimezone(place).date()
    for text in (title, summary):
        for sentence in _rules().sentence.split(text[:LONGEST]):
            for day, hour in (*_english(sentence, told), *_chinese(sentence, told)):
                moment = datetime.combine(day, hour, place).astimezone(UTC) if hour is not None else None
                if moment is None or moment > published:
                    return Announced(day, moment, bank)
    return None


def _english(sentence: str, told: date) -> Iterator[tuple[date, time | None]]:
    rules = _rules()
    said = rules.english.search(sentence)
    if said is None or rules.not_english.search(sentence):
        return
    match = rules.english_day.search(sentence, said.end())
    if match is None or match.start() - said.end() > APART:
        return
    name = (match["month"] or match["month2"]).lower()[:3]
    month = next(number for number, one in enumerate(_MONTHS, start=1) if one.startswith(name))
    weekday = _WEEKDAYS.index(match["weekday"].lower()) if match["weekday"] else None
    day = _day(match["year"], month, int(match["day"] or match["day2"]), weekday, told)
    if day is not None:
        clock = rules.english_hour.match(sentence, match.end())
        yield day, _hour(clock, late=clock is not None and clock["half"].lower() == "p")


def _chinese(sentence: str, told: date) -> Iterator[tuple[date, time | None]]:
    rules = _rules()
    said = rules.chinese.search(sentence)
    if said is None or rules.not_chinese.search(sentence) or rules.does.search(sentence, said.end()) is None:
        return
    match = rules.han_day.match(sentence, said.end())
    if match is None:
        return
    weekday = _HAN_WEEKDAYS.index(match["weekday"]) if match["weekday"] else None
    day = _day(match["year"], int(match["month"]), int(match["day"]), weekday, told)
    if day is not None:
        clock = rules.han_hour.match(sentence, match.end())
        yield day, _hour(clock, late=clock is not None and clock["half"] in {"下午", "晚上"})


def _day(year: str | None, month: int, number: int, weekday: int | None, told: date) -> date | None:
    """Return the day that is meant, from ``told`` on; ``None`` for none, or one that its weekday contradicts."""
    try:
        if year is not None:
            day = date(int(year), month, number)
            near = AHEAD
        else:
            day = date(told.year, month, number)
            day = day if day >= told else date(told.year + 1, month, number)
            near = NEAR
    except ValueError:
        return None
    fits = told <= day <= told + near and (weekday is None or day.weekday() == weekday)
    return day if fits else None


def _hour(match: re.Match[str] | None, *, late: bool) -> time | None:
    if match is None:
        return None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"] is not None:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + 12 * late
    return time(hour, minute) if hour < 24 and minute < 60 else None
