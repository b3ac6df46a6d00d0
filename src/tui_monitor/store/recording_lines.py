"""One line of a recording: a batch and its time, as JSON and back.

The fields are those of the domain values; what equals its default is left out. A field that a reader does not
know is ignored, one that a line does not have takes its default: so a recording of any version stays readable
as long as fields are added with a default and never renamed.

A recording may come from somebody else. Its text is sanitised again, and an item that cannot be what it claims
(no symbol, a time without zone, a path whose times fall) is dropped and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from tui_monitor.domain.calendar_event import FIGURE, MAX_NOTE, CalendarEvent, zone_of
from tui_monitor.domain.errors import RecordingError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange
from tui_monitor.domain.series import DailyHistory, Intraday
from tui_monitor.domain.text import MAX_SUMMARY, MAX_TITLE, clean_text, safe_url
from tui_monitor.sources.api import Batch

LAST_SECOND = 253_402_300_799
"""The last second since the epoch that a ``datetime`` can name (end of the year 9999)."""

_T = TypeVar("_T", bound=msgspec.Struct)


class _WireBatch(msgspec.Struct, frozen=True, kw_only=True):
    """``sources.api.Batch`` as it is written."""

    source: str
    received: datetime
    quotes: tuple[Quote, ...] = ()
    paths: tuple[Intraday, ...] = ()
    histories: tuple[DailyHistory, ...] = ()
    ratings: tuple[RatingChange, ...] = ()
    headlines: tuple[Headline, ...] = ()
    events: tuple[CalendarEvent, ...] = ()
    notes: tuple[str, ...] = ()


class _Line(msgspec.Struct, frozen=True):
    t: datetime
    batch: _WireBatch


class _Stamp(msgspec.Struct, frozen=True):
    t: datetime


_LINE = msgspec.json.Decoder(_Line)
_STAMP = msgspec.json.Decoder(_Stamp)
_ENCODER = msgspec.json.Encoder()


class Entry(msgspec.Struct, frozen=True):
    """One line, read."""

    time: datetime
    """When the batch arrived, aware UTC."""
    batch: Batch
    dropped: int = 0
    """Items of the line that were refused."""


def holds_something(batch: Batch) -> bool:
    """Whether a batch is worth a line: "nothing new" and "no answer" are not."""
    return any((batch.quotes, batch.paths, batch.histories, batch.ratings, batch.headlines, batch.events))


def encode_line(time: datetime, batch: Batch) -> bytes:
    """Return one line without its line break. ``time`` is aware."""
    plain = _plain(batch)
    for key in ("missing", "unchanged", "requests", "octets", "tables"):
        # What was asked and what it cost belongs to the moment, not to the data.
        plain.pop(key, None)
    return _ENCODER.encode({"t": time.astimezone(UTC), "batch": plain})


def decode_line(line: bytes) -> Entry:
    """Read one line. Raises ``RecordingError`` for what is no line of a recording."""
    try:
        read = _LINE.decode(line)
        time, received = _aware(read.t), _aware(read.batch.received)
    except (ValueError, msgspec.MsgspecError, RecursionError, OverflowError) as error:
        raise RecordingError(f"no line of a recording: {clean_text(str(error), 200)}") from error
    wire = read.batch
    quotes = _each(wire.quotes, _quote)
    paths = _each(wire.paths, _path)
    histories = _each(wire.histories, _history)
    ratings = _each(wire.ratings, _rating)
    headlines = _each(wire.headlines, _headline)
    events = _each(wire.events, _event)
    batch = Batch(
        source=clean_text(wire.source, 40),
        received=received,
        quotes=quotes,
        paths=paths,
        histories=histories,
        ratings=ratings,
        headlines=headlines,
        events=events,
        notes=tuple(clean_text(note) for note in wire.notes[:20]),
    )
    given = sum(map(len, (wire.quotes, wire.paths, wire.histories, wire.ratings, wire.headlines, wire.events)))
    taken = sum(map(len, (quotes, paths, histories, ratings, headlines, events)))
    return Entry(time, batch, given - taken)


def decode_time(line: bytes) -> datetime | None:
    """Return the time of a line without reading its batch, or ``None`` for what is no line."""
    try:
        return _aware(_STAMP.decode(line).t)
    except (ValueError, msgspec.MsgspecError, RecursionError, OverflowError):
        return None


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if not isinstance(value, msgspec.Struct):
        return value
    return {name: _plain(held) for name, default in _defaults(type(value)) if (held := getattr(value, name)) != default}


@cache
def _defaults(kind: type[msgspec.Struct]) -> tuple[tuple[str, Any], ...]:
    names, defaults = kind.__struct_fields__, kind.__struct_defaults__
    return tuple(zip(names, (msgspec.NODEFAULT,) * (len(names) - len(defaults)) + defaults, strict=True))


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    return moment.astimezone(UTC)


def _maybe_aware(moment: datetime | None) -> datetime | None:
    return None if moment is None else _aware(moment)


def _symbol(text: str) -> str:
    symbol = normalise_symbol(text)
    if symbol is None:
        raise ValueError("no symbol")
    return symbol


def _maybe_symbol(text: str | None) -> str | None:
    return None if text is None else _symbol(text)


def _text(value: str | None, limit: int = MAX_TITLE) -> str | None:
    return None if value is None else clean_text(value, limit) or None


def _each(items: Iterable[_T], check: Callable[[_T], _T]) -> tuple[_T, ...]:
    kept: list[_T] = []
    for item in items:
        try:
            kept.append(check(item))
        except (ValueError, OverflowError):
            continue
    return tuple(kept)


def _quote(one: Quote) -> Quote:
    # A recording's quotes are many and nearly all clean: they are built anew only where something changes.
    changes: dict[str, Any] = {
        "symbol": _symbol(one.symbol),
        "currency": _text(one.currency, 12),
        "earnings_currency": _text(one.earnings_currency, 12),
        "name": _text(one.name),
        "time": _maybe_aware(one.time),
        "received": _aware(one.received),
        "source": clean_text(one.source, 40),
        "pre_market_time": _maybe_aware(one.pre_market_time),
        "post_market_time": _maybe_aware(one.post_market_time),
        "earnings_from": _maybe_aware(one.earnings_from),
        "earnings_to": _maybe_aware(one.earnings_to),
    }
    return _changed(one, changes)


def _path(one: Intraday) -> Intraday:
    if len(one.times) != len(one.closes) or (one.volumes and len(one.volumes) != len(one.times)):
        raise ValueError("times and closes differ in number")
    if one.times and not (one.times[0] >= 0 and one.times[-1] <= LAST_SECOND):
        raise ValueError("no time of this calendar")
    if any(later <= earlier for earlier, later in pairwise(one.times)):
        raise ValueError("times do not rise")
    changes = {
        "symbol": _symbol(one.symbol),
        "received": _aware(one.received),
        "source": clean_text(one.source, 40),
    }
    return _changed(one, changes)


def _history(one: DailyHistory) -> DailyHistory:
    if any(later.date <= earlier.date for earlier, later in pairwise(one.bars)):
        raise ValueError("dates do not rise")
    changes = {
        "symbol": _symbol(one.symbol),
        "received": _aware(one.received),
        "source": clean_text(one.source, 40),
    }
    return _changed(one, changes)


def _rating(one: RatingChange) -> RatingChange:
    changes: dict[str, Any] = {
        "key": clean_text(one.key),
        "time": _aware(one.time),
        "symbol": _maybe_symbol(one.symbol),
        "home_symbol": _maybe_symbol(one.home_symbol),
        "company": _text(one.company),
        "firm": _text(one.firm),
        "from_grade": _text(one.from_grade, 60),
        "to_grade": _text(one.to_grade, 60),
        "currency": _text(one.currency, 12),
        "source": clean_text(one.source, 40),
        "url": safe_url(one.url),
        "received": _maybe_aware(one.received),
    }
    if not changes["key"]:
        raise ValueError("no key")
    return _changed(one, changes)


def _headline(one: Headline) -> Headline:
    changes: dict[str, Any] = {
        "id": clean_text(one.id),
        "title": clean_text(one.title),
        "url": safe_url(one.url),
        "source": clean_text(one.source, 40),
        "author": _text(one.author),
        "published": _maybe_aware(one.published),
        "received": _aware(one.received),
        "summary": clean_text(one.summary, MAX_SUMMARY),
        "language": _text(one.language, 12),
        "symbols": tuple(symbol for text in one.symbols[:50] if (symbol := normalise_symbol(text))),
        "topics": tuple(clean_text(topic, 40) for topic in one.topics[:20]),
        "also": tuple(clean_text(source, 40) for source in one.also[:50]),
    }
    if not changes["id"] or not changes["title"]:
        raise ValueError("no title")
    return _changed(one, changes)


def _event(one: CalendarEvent) -> CalendarEvent:
    changes: dict[str, Any] = {
        "key": clean_text(one.key),
        "title": clean_text(one.title),
        "moment": _maybe_aware(one.moment),
        "zone": one.zone if zone_of(one.zone) is not None else None,
        "symbols": tuple(symbol for text in one.symbols[:50] if (symbol := normalise_symbol(text))),
        "region": _text(one.region, 12),
        "subject": _text(one.subject, 40),
        "expected": _text(one.expected, FIGURE),
        "previous": _text(one.previous, FIGURE),
        "actual": _text(one.actual, FIGURE),
        "note": clean_text(one.note, MAX_NOTE),
        "url": safe_url(one.url),
        "source": clean_text(one.source, 40),
        "also": tuple(clean_text(source, 40) for source in one.also[:50]),
        "received": _maybe_aware(one.received),
    }
    if not changes["key"]:
        raise ValueError("no key")
    return _changed(one, changes)


def _changed(one: _T, fields: dict[str, Any]) -> _T:
    different = {name: value for name, value in fields.items() if getattr(one, name) != value}
    return replace(one, **different) if different else one
