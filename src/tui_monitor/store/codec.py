"""Domain values as JSON and back.

A database may come from anywhere, so what is read is judged like a source's answer: JSON by type, text made safe
again, addresses checked. What does not fit is ``None``, which readers leave out.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from msgspec.structs import replace

from tui_monitor.domain.calendar_event import FIGURE, MAX_NOTE, CalendarEvent
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.patterns import lazy
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange, RatingTable
from tui_monitor.domain.series import Intraday
from tui_monitor.domain.session import Calendar
from tui_monitor.domain.text import MAX_SUMMARY, MAX_TITLE, clean_text, safe_url

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder()


def encode(value: object) -> bytes:
    """Return a domain value as JSON: fields by name, times in ISO 8601."""
    return _ENCODER.encode(value)


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def _decode(data: bytes, kind: type[T]) -> T | None:
    try:
        value = _decoder(cast("Any", kind)).decode(data)
    except (msgspec.MsgspecError, RecursionError, ValueError, OverflowError):
        return None
    return value if isinstance(value, kind) else None


def decode_quote(data: bytes) -> Quote | None:
    """Return the quote in ``data``, ``None`` if there is no valid one."""
    quote = _decode(data, Quote)
    if quote is None or not _aware(
        quote.received,
        quote.time,
        quote.pre_market_time,
        quote.post_market_time,
        quote.earnings_from,
        quote.earnings_to,
    ):
        return None
    return _safe(quote, {"symbol": 24, "name": MAX_TITLE, "currency": 12, "earnings_currency": 12, "source": 80})


def decode_path(data: bytes) -> Intraday | None:
    """Return the session's path in ``data``, ``None`` if there is no valid one."""
    path = _decode(data, Intraday)
    if path is None or not _aware(path.received) or len(path.times) != len(path.closes):
        return None
    return _safe(path, {"symbol": 24, "source": 80})


def decode_rating(data: bytes) -> RatingChange | None:
    """Return the rating change in ``data``, ``None`` if there is no valid one."""
    rating = _decode(data, RatingChange)
    if rating is None or not _aware(rating.time, rating.received):
        return None
    limits = dict.fromkeys(("symbol", "company", "firm", "from_grade", "to_grade", "source", "home_symbol"), MAX_TITLE)
    rating = _safe(rating, {**limits, "currency": 12})
    return rating if rating.url is None else replace(rating, url=safe_url(rating.url))


def decode_rating_table(data: bytes) -> RatingTable | None:
    """Return what a table was like, ``None`` if ``data`` holds no valid answer."""
    found = _decode(data, RatingTable)
    if found is None or not _aware(found.asked, found.newest):
        return None
    return _safe(found, {"symbol": 24, "source": 80})


def decode_headline(data: bytes) -> Headline | None:
    """Return the headline in ``data``, ``None`` if there is no valid one."""
    headline = _decode(data, Headline)
    if headline is None or not _aware(headline.received, headline.published):
        return None
    headline = _safe(headline, {"title": MAX_TITLE, "author": MAX_TITLE, "source": 80, "summary": MAX_SUMMARY})
    for name in ("symbols", "topics", "also"):
        texts: tuple[str, ...] = getattr(headline, name)
        if not all(_is_safe(text, 80) for text in texts):
            headline = replace(headline, **{name: tuple(clean_text(text, 80) for text in texts)})
    if headline.url is not None and safe_url(headline.url) is None:
        headline = replace(headline, url=None)
    return headline


def decode_event(data: bytes) -> CalendarEvent | None:
    """Return the event of the calendar in ``data``, ``None`` if there is no valid one."""
    event = _decode(data, CalendarEvent)
    if event is None or not _aware(event.moment, event.received):
        return None
    figures = dict.fromkeys(("expected", "previous", "actual"), FIGURE)
    limits = {"key": MAX_TITLE, "title": MAX_TITLE, "note": MAX_NOTE, "region": 12, "subject": 40, "zone": 64}
    event = _safe(event, {**limits, **figures, "source": 80})
    for name in ("symbols", "also"):
        texts: tuple[str, ...] = getattr(event, name)
        if not all(_is_safe(text, 80) for text in texts):
            event = replace(event, **{name: tuple(clean_text(text, 80) for text in texts)})
    return event if event.url is None else replace(event, url=safe_url(event.url))


def decode_calendar(data: bytes) -> Calendar | None:
    """Return the calendar in ``data``, ``None`` if there is no valid one."""
    calendar = _decode(data, Calendar)
    if calendar is None or not all(_aware(day.open, day.close) for day in calendar.days):
        return None
    return calendar


def _aware(*times: datetime | None) -> bool:
    return all(time is None or time.tzinfo is not None for time in times)


def _is_safe(text: str, limit: int) -> bool:
    # str.isprintable is false for controls, format characters, surrogates and every space but U+0020; it is the
    # quick test that lets thousands of rows pass at start-up.
    return len(text) <= limit and text.isprintable()


def _safe(value: T, limits: dict[str, int]) -> T:
    changed: dict[str, Any] = {}
    for name, limit in limits.items():
        text = getattr(value, name)
        if text is not None and not _is_safe(text, limit):
            changed[name] = clean_text(text, limit)
    return replace(value, **changed) if changed else value  # type: ignore[type-var]


_HAN = lazy(r"([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af])")
_WORD = lazy(r"\w+")
_HAN_RUN = lazy(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]+")


def search_terms(headline: Headline) -> str:
    """Return the words that a headline is found by, every Chinese character standing alone.

    SQLite's tokenizer takes a run of Chinese for one word; apart, a word of two characters is a phrase of two.
    """
    words = " ".join((headline.title, headline.summary, headline.source, headline.author or "", *headline.symbols))
    return _HAN.sub(r" \1 ", words)


def search_query(text: str) -> str | None:
    """Return an FTS5 query for the words of ``text``, all of which must occur; ``None`` if it has none.

    Latin words match as beginnings, Chinese runs as phrases. Nothing in ``text`` is syntax.
    """
    parts: list[str] = []
    for word in _WORD.findall(text[:500]):
        at = 0
        for run in _HAN_RUN.finditer(word):
            if word[at : run.start()]:
                parts.append(f'"{word[at : run.start()]}"*')
            parts.append('"' + " ".join(run[0]) + '"')
            at = run.end()
        if word[at:]:
            parts.append(f'"{word[at:]}"*')
    return " AND ".join(parts[:20]) or None
