"""Dates as feeds write them: RFC 822 and ISO 8601, and what publishers make of them.

The day of the week is passed over whatever its language; names of months are known in the languages of the
big publishers. A date without a zone is taken in the feed's home zone where the language tells it (``zh``: UTC+8,
``ja`` and ``ko``: UTC+9), else as UTC. What cannot be read is ``None``, never "now".
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

OLDEST_YEAR = 1990
"""Earlier dates are a publisher's empty field (1 January 1970, year 1)."""

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?\s*(.*))?", re.DOTALL
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})?\s*(.*))?")
_RFC = re.compile(
    r"(?:[^\d,]{1,24},?\s*)?(\d{1,2})[\s.\-]+([^\W\d_]{3,12})\.?[\s.,\-]+(\d{4}|\d{2})"
    r"(?:[,\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?\s*(.*))?",
    re.DOTALL,
)
_ASCTIME = re.compile(
    r"(?:[A-Za-z]{3,9},?\s+)?([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:,\s*(\d{4}))?,?(?:\s+(\d{1,2}):(\d{2})(?::(\d{2}))?"
    r"\s*([AaPp]\.?[Mm]\.?)?)?\s*([^\d\s][^\s]*|[+-]\d{2}:?\d{2})?\s*(\d{4})?"
)
_CHINESE = re.compile(
    r"(\d{4})\s*[年/.]\s*(\d{1,2})\s*[月/.]\s*(\d{1,2})\s*日?\s*(?:(\d{1,2})[:時时](\d{2})(?:[:分](\d{2})?)?)?\s*(.*)"
)
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:[ ,]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*(.*)")
_OFFSET = re.compile(r"(?:GMT|UTC)?\s*([+\-−])(\d{1,2}):?(\d{2})?")
_EPOCH = re.compile(r"\d{10}(?:\d{3})?")

_MONTHS = {
    "jan": 1, "gen": 1, "ene": 1, "sty": 1, "feb": 2, "fev": 2, "fév": 2, "lut": 2, "mar": 3, "mär": 3, "mrz": 3,
    "mrt": 3, "maa": 3, "apr": 4, "avr": 4, "abr": 4, "kwi": 4, "may": 5, "mai": 5, "mag": 5, "mei": 5, "maj": 5,
    "jun": 6, "giu": 6, "jui": 6, "cze": 6, "jul": 7, "lug": 7, "lip": 7, "aug": 8, "aou": 8, "ago": 8, "sie": 8,
    "sep": 9, "set": 9, "wrz": 9, "oct": 10, "ott": 10, "out": 10, "okt": 10, "paz": 10, "nov": 11, "lis": 11,
    "dec": 12, "dic": 12, "dez": 12, "des": 12, "gru": 12, "янв": 1, "фев": 2, "мар": 3, "апр": 4, "май": 5, "мая": 5,
    "июн": 6, "июл": 7, "авг": 8, "сен": 9, "окт": 10, "ноя": 11, "дек": 12,
}  # fmt: skip
"""Month by the first three letters of its name, accents removed."""

_ZONES = {
    "": None, "z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330, "cet": 60, "mez": 60,
    "cest": 120, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "gst": 240, "hkt": 480, "sgt": 480, "pht": 480,
    "awst": 480, "jst": 540, "kst": 540, "aest": 600, "aedt": 660, "nzst": 720, "nzdt": 780, "est": -300, "edt": -240,
    "et": -300, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "akst": -540, "hst": -600,
    "brt": -180, "art": -180,
}  # fmt: skip
"""Minutes east of Greenwich by the name of a zone."""

_HOME = {"zh": 480, "yue": 480, "ja": 540, "ko": 540}
"""Minutes east of Greenwich where publishers in a language sit."""

_Parts = tuple[int, int, int, int, int, int, int]


def parse_date(text: str, language: str | None = None) -> datetime | None:
    """Return the moment that ``text`` names as aware UTC, to the microsecond, or ``None`` if it names none."""
    text = text.strip()[:80]
    if not text:
        return None
    found = _iso(text) or _rfc(text) or _others(text)
    if found is None:
        return datetime.fromtimestamp(int(text[:10]), UTC) if _EPOCH.fullmatch(text) else None
    parts, zone = found
    if parts[0] < OLDEST_YEAR:
        return None
    year, month, day, hour, minute, second, micro = parts
    # Midnight as 24:00 and a leap second are written now and then; ``timedelta`` carries both over.
    try:
        naive = datetime(year, month, day, tzinfo=timezone(timedelta(minutes=_offset(zone, language))))
        moment = naive + timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)
        return moment.astimezone(UTC) if hour <= 24 and minute < 60 and second <= 60 else None
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> tuple[_Parts, str] | None:
    match = _ISO.fullmatch(text)
    if match is not None:
        micro = int((match[7] or "0")[:6].ljust(6, "0"))
        return (int(match[1]), int(match[2]), int(match[3]), *_clock(match, 4), micro), match[8] or ""
    match = _COMPACT.fullmatch(text)
    if match is not None and not _EPOCH.fullmatch(text):
        return (int(match[1]), int(match[2]), int(match[3]), *_clock(match, 4), 0), match[7] or ""
    return None


def _rfc(text: str) -> tuple[_Parts, str] | None:
    match = _RFC.fullmatch(text)
    if match is None:
        return None
    month = _month(match[2])
    if month is None:
        return None
    year = int(match[3])
    if year < 100:
        year += 2000 if year < 70 else 1900
    return (year, month, int(match[1]), *_clock(match, 4), 0), match[7] or ""


def _others(text: str) -> tuple[_Parts, str] | None:
    match = _CHINESE.fullmatch(text)
    if match is not None:
        return (int(match[1]), int(match[2]), int(match[3]), *_clock(match, 4), 0), match[7] or ""
    match = _DAY_FIRST.fullmatch(text)
    if match is not None:
        return (int(match[3]), int(match[2]), int(match[1]), *_clock(match, 4), 0), match[7] or ""
    match = _ASCTIME.fullmatch(text)
    if match is None:
        return None
    month, year = _month(match[1]), match[3] or match[9]
    if month is None or year is None:
        return None
    hour, minute, second = _clock(match, 4)
    half = (match[7] or "").lower()
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    return (int(year), month, int(match[2]), hour, minute, second, 0), match[8] or ""


def _clock(match: re.Match[str], first: int) -> tuple[int, int, int]:
    return int(match[first] or 0), int(match[first + 1] or 0), int(match[first + 2] or 0)


def _month(name: str) -> int | None:
    lower = name.lower()
    known = _MONTHS.get(lower[:3])
    if known is None:
        plain = "".join(char for char in unicodedata.normalize("NFD", lower) if not unicodedata.combining(char))
        known = _MONTHS.get(plain[:3])
        lower = plain
    if known == 6 and lower.startswith(("juil", "juill")):
        return 7
    return known


def _offset(zone: str, language: str | None) -> int:
    """Return minutes east of Greenwich."""
    home = _HOME.get((language or "").partition("-")[0].lower())
    word = zone.strip().split("(")[0].strip()
    match = _OFFSET.match(word)
    if match is not None:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if len(match[2]) == 2 and minutes > 14 * 60:
            return 0
        return -minutes if match[1] != "+" else minutes
    name = word.lower().rstrip(".")
    if name == "cst" and home is not None:
        return home  # China Standard Time there, Central Standard Time elsewhere.
    known = _ZONES.get(name)
    return known if known is not None else (home or 0)
