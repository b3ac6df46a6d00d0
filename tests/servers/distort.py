"""Good answers made bad in their own shape: each way in which numbers, times and names can be wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import Any

from tests.servers.loopback import Answer

DAYS_40 = 40 * 86_400


class Lie(StrEnum):
    """What an answer of the right shape says wrongly."""

    WRONG_TYPES = "wrong-types"
    NAN = "nan"
    INFINITY = "infinity"
    HUGE = "huge"
    NEGATIVE = "negative"
    ZERO = "zero"
    PAST = "past"
    """Times of forty days ago, prices moved."""
    FUTURE = "future"
    """Times forty days ahead, prices moved."""
    DUPLICATES = "duplicates"
    """Everything twice, the second time with other numbers."""
    MISSING = "missing"
    """A well-formed answer without a single symbol or item."""
    OTHERS = "others"
    """Only symbols that nobody asked for."""


_NUMBERS: dict[Lie, Callable[[float], Any]] = {
    Lie.WRONG_TYPES: lambda number: {"raw": [str(number)]},
    Lie.NAN: lambda number: float("nan"),
    Lie.INFINITY: lambda number: float("inf"),
    Lie.HUGE: lambda number: 10**400,
    Lie.NEGATIVE: lambda number: -abs(number) - 1,
    Lie.ZERO: lambda number: 0,
}

_WORDS: dict[Lie, str] = {
    Lie.WRONG_TYPES: "[x]", Lie.NAN: "nan", Lie.INFINITY: "inf", Lie.HUGE: "9" * 30, Lie.NEGATIVE: "-12.5",
    Lie.ZERO: "0.000",
}  # fmt: skip

_TIMES = ("timestamp", "regularMarketTime")


def distort(answer: Answer, lie: Lie) -> Answer:
    """Return ``answer`` with ``lie`` in it, whatever its format."""
    body = answer.body
    if body.startswith(b"v_"):
        made = _tencent(body.decode("gbk", errors="replace"), lie).encode("gbk", errors="replace")
    elif body.lstrip()[:1] in {b"{", b"["}:
        made = json.dumps(_json(json.loads(body), lie)).encode()
    elif body.startswith(b"BEGIN:VCALENDAR"):
        made = _calendar(body.decode(), lie).encode()
    else:
        made = _feed(body.decode(), lie).encode()
    return replace(answer, body=made)


def _json(value: Any, lie: Lie) -> Any:
    if lie in _NUMBERS:
        return _numbers(value, _NUMBERS[lie], _WORDS[lie])
    if lie in {Lie.PAST, Lie.FUTURE}:
        return _moved(value, -DAYS_40 if lie is Lie.PAST else DAYS_40)
    rows = value.get("spark") or value.get("quoteResponse") or value.get("chart")
    if rows is not None:
        found = rows["result"]
        if lie is Lie.DUPLICATES:
            rows["result"] = found + _numbers(found, lambda number: number * 7 + 1, "7")
        elif lie is Lie.MISSING:
            rows["result"] = []
        else:
            rows["result"] = _others(found)
    elif isinstance(value.get("data"), dict):
        for name, one in list(value["data"].items()):
            if lie is Lie.OTHERS:
                value["data"] = {"hkXXXXX": one}
            for key in list(one):
                one[key] = [] if lie is Lie.MISSING else one[key] * (2 if lie is Lie.DUPLICATES else 1)
            del name
    return value


def _numbers(value: Any, change: Callable[[float], Any], word: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _numbers(one, change, word, name) for name, one in value.items()}
    if isinstance(value, list):
        # A row of a daily history: date, then numbers as texts.
        if value and isinstance(value[0], str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value[0]):
            return [value[0], *[word] * (len(value) - 1)]
        return [_numbers(one, change, word, key) for one in value]
    plain = isinstance(value, (int, float)) and not isinstance(value, bool)
    return change(value) if plain and key not in {*_TIMES, "code", "gmtoffset", "priceHint"} else value


def _moved(value: Any, seconds: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _moved(one, seconds, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, seconds, key) for one in value]
    if isinstance(value, (int, float)) and key in _TIMES:
        return value + seconds
    return value * 1.01 if key == "regularMarketPrice" else value


def _others(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "OTHER" if key == "symbol" else _others(one) for key, one in value.items()}
    return [_others(one) for one in value] if isinstance(value, list) else value


def _tencent(text: str, lie: Lie) -> str:
    if lie is Lie.MISSING:
        return 'v_pv_none_match="1";'
    if lie is Lie.OTHERS:
        return re.sub(r"v_\w+=", "v_hk99999=", text)
    lines = []
    for line in text.split("\n"):
        name, fields = line.split("=", 1)
        parts = fields.strip('";').split("~")
        if lie in _WORDS:
            for place in (3, 4, 5, 6, 32, 33, 34, 37, 39, 45, 48, 49):
                parts[place] = _WORDS[lie]
        elif lie in {Lie.PAST, Lie.FUTURE}:
            year = "2024" if lie is Lie.PAST else "2031"
            parts[30] = year + parts[30][4:]
            parts[3] = f"{float(parts[3]) * 1.01:.3f}"
        changed = f'{name}="{"~".join(parts)}";'
        lines.append(changed)
        if lie is Lie.DUPLICATES:
            parts[3] = f"{float(parts[3]) * 7:.3f}"
            lines.append(f'{name}="{"~".join(parts)}";')
    return "\n".join(lines)


def _feed(text: str, lie: Lie) -> str:
    if lie is Lie.DUPLICATES:
        return re.sub(r"(<item>.*</item>)", r"\1\1", text)
    if lie is Lie.MISSING:
        return re.sub(r"<item>.*</item>", "", text)
    if lie in {Lie.PAST, Lie.FUTURE}:
        return re.sub(r"\d{4} (\d\d:)", rf"{'1988' if lie is Lie.PAST else '2093'} \1", text)
    if lie in _WORDS:
        return re.sub(r"<pubDate>[^<]*</pubDate>", f"<pubDate>{_WORDS[lie]}</pubDate>", text)
    return text


_EVENT = re.compile(r"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", re.DOTALL)
_STARTS = re.compile(r"(DT(?:START|END)[^:\r\n]*:)([^\r\n]*)")


def _calendar(text: str, lie: Lie) -> str:
    if lie is Lie.MISSING:
        return _EVENT.sub("", text)
    if lie is Lie.DUPLICATES:
        return _EVENT.sub(lambda found: found[0] + found[0].replace("202510", "202511"), text)
    if lie in {Lie.PAST, Lie.FUTURE}:
        return _STARTS.sub(lambda found: found[1] + ("1988" if lie is Lie.PAST else "2093") + found[2][4:], text)
    if lie in _WORDS:
        return _STARTS.sub(lambda found: found[1] + _WORDS[lie], text)
    return text


class CalendarLie(StrEnum):
    """What a calendar of the right shape says wrongly, in ways of its own."""

    NO_SUCH_DAY = "no-such-day"
    NO_SUCH_HOUR = "no-such-hour"
    NO_END = "no-end"
    """Without ``DTEND``, which is allowed."""
    END_BEFORE_START = "end-before-start"
    ONE_IDENTITY = "one-identity"
    """Every event has the same ``UID``."""
    NO_IDENTITY = "no-identity"
    NO_SUCH_ZONE = "no-such-zone"
    ZONE_IS_A_PATH = "zone-is-a-path"
    HUGE_LINE = "huge-line"
    ENDLESS_FOLDING = "endless-folding"
    NEVER_ENDED = "never-ended"
    """Events that begin within events."""
    FLOOD = "flood"
    """More events than anybody can read."""
    REPEATING = "repeating"
    """Every second, for ever."""


_CALENDAR_LIES: dict[CalendarLie, Callable[[str], str]] = {
    CalendarLie.NO_SUCH_DAY: lambda text: _STARTS.sub(r"\g<1>20250230T083000", text),
    CalendarLie.NO_SUCH_HOUR: lambda text: _STARTS.sub(r"\g<1>20251002T259961", text),
    CalendarLie.NO_END: lambda text: re.sub(r"DTEND[^\r\n]*\r\n", "", text),
    CalendarLie.END_BEFORE_START: lambda text: re.sub(r"(DTEND[^:\r\n]*:)[^\r\n]*", r"\g<1>19700101T000000", text),
    CalendarLie.ONE_IDENTITY: lambda text: re.sub(r"UID:[^\r\n]*", "UID:same", text),
    CalendarLie.NO_IDENTITY: lambda text: re.sub(r"UID:[^\r\n]*\r\n", "", text),
    CalendarLie.NO_SUCH_ZONE: lambda text: re.sub(r"TZID=[^:]*", "TZID=Nowhere/Land", text),
    CalendarLie.ZONE_IS_A_PATH: lambda text: re.sub(r"TZID=[^:]*", "TZID=../../../../etc/passwd", text),
    CalendarLie.HUGE_LINE: lambda text: text.replace("SUMMARY:", "SUMMARY:" + "x" * 1_500_000),
    CalendarLie.ENDLESS_FOLDING: lambda text: text.replace("SUMMARY:", "SUMMARY:" + "\r\n x" * 400_000),
    CalendarLie.NEVER_ENDED: lambda text: text.replace("END:VEVENT\r\n", ""),
    CalendarLie.FLOOD: lambda text: _EVENT.sub(lambda found: _numbered(found[0], 5_000), text),
    CalendarLie.REPEATING: lambda text: text.replace("SUMMARY:", "RRULE:FREQ=SECONDLY\r\nSUMMARY:"),
}


def distort_calendar(answer: Answer, lie: CalendarLie) -> Answer:
    """Return a calendar with ``lie`` in it."""
    return replace(answer, body=_CALENDAR_LIES[lie](answer.body.decode()).encode())


def _numbered(event: str, count: int) -> str:
    return "".join(re.sub(r"UID:", f"UID:{number}-", event) for number in range(count))
