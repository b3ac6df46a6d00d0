"""Instruments: what a symbol names, where it trades, and how people write its code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

import msgspec

from tui_monitor.domain.patterns import lazy


class Kind(StrEnum):
    """What an instrument is."""

    EQUITY = "equity"
    INDEX = "index"
    ETF = "etf"
    FUND = "fund"
    FUTURE = "future"
    CURRENCY = "currency"
    CRYPTO = "crypto"
    OPTION = "option"
    UNKNOWN = "unknown"


class UsLine(msgspec.Struct, frozen=True):
    """The United States line of a Hong Kong share: the symbol whose analysts' tables are filled."""

    symbol: str
    """Yahoo's symbol of the line, e.g. ``BABA``."""
    ordinary_per_unit: float
    """Ordinary shares that one unit of the line stands for: 8 for BABA."""
    currency: str = "USD"
    venue: str | None = None
    """``NYSE``, ``NASDAQ`` or ``OTC``."""
    verified: bool = True
    """Symbol and ratio were checked against prices of both lines."""


class Instrument(msgspec.Struct, frozen=True):
    """A thing with a symbol. Missing facts are ``None``."""

    symbol: str
    """The program's own spelling, which is Yahoo's: ``0700.HK``, ``^HSI``, ``GC=F``, ``BABA``."""
    name_en: str | None = None
    name_hant: str | None = None
    """Name in traditional Chinese."""
    name_hans: str | None = None
    """Name in simplified Chinese."""
    short_en: str | None = None
    """A short English name for narrow columns: ``Tencent``."""
    short_hant: str | None = None
    short_hans: str | None = None
    kind: Kind = Kind.UNKNOWN
    currency: str | None = None
    us_line: UsLine | None = None
    aliases: tuple[str, ...] = ()
    """Other words that name it, for search and for finding it in headlines."""

    def name(self, language: str = "en", *, short: bool = True) -> str | None:
        """Return the best name in ``language`` (``en``, ``zh-Hant``, ``zh-Hans``), falling back to any other."""
        by_language = {
            "en": (self.short_en, self.name_en) if short else (self.name_en, self.short_en),
            "zh-Hant": (self.short_hant, self.name_hant) if short else (self.name_hant, self.short_hant),
            "zh-Hans": (self.short_hans, self.name_hans) if short else (self.name_hans, self.short_hans),
        }
        order = [language, *(["zh-Hans", "zh-Hant", "en"] if language.startswith("zh") else ["en"])]
        for key in order:
            for name in by_language.get(key, ()):
                if name:
                    return name
        return None


def home_lines(instruments: Iterable[Instrument]) -> dict[str, str]:
    """Return the home line by its United States line: 9988.HK by BABA."""
    return {
        one.us_line.symbol: one.symbol
        for one in instruments
        if one.us_line is not None and one.us_line.symbol != one.symbol
    }


MAX_SYMBOL = 24
"""Characters of the longest symbol that is taken."""

_SYMBOL = lazy(r"[\^]?[A-Z0-9][A-Z0-9.\-=&_]{0,22}")

_HK_CODE = lazy(r"(?:HKEX:|HKG:|SEHK:|HK:?)?\s*0*(\d{1,5})(?:\s*[.: ]\s*HK)?", re.IGNORECASE)
_HAS_HK_MARK = lazy(r"^(?:HKEX:|HKG:|SEHK:|HK:?\s*\d)|[.: ]\s*HK$", re.IGNORECASE)
_MAINLAND = lazy(r"(?:(SH|SZ)[:.]?(\d{6})|(\d{6})\.(SS|SH|SZ))", re.IGNORECASE)

MIC_BY_SUFFIX = {
    "HK": "XHKG", "SS": "XSHG", "SZ": "XSHE", "T": "XTKS", "KS": "XKRX", "KQ": "XKRX", "TW": "XTAI",
    "TWO": "XTAI", "SI": "XSES", "AX": "XASX", "NZ": "XNZE", "BO": "XBOM", "NS": "XBOM", "BK": "XBKK",
    "JK": "XIDX", "KL": "XKLS", "PS": "XPHS", "L": "XLON", "PA": "XPAR", "AS": "XAMS", "BR": "XBRU", "DE": "XETR",
    "F": "XFRA", "MI": "XMIL", "MC": "XMAD", "SW": "XSWX", "ST": "XSTO", "CO": "XCSE", "OL": "XOSL",
    "HE": "XHEL", "LS": "XLIS", "VI": "XWBO", "WA": "XWAR", "IR": "XDUB", "TO": "XTSE", "V": "XTSE",
    "SA": "BVMF", "MX": "XMEX", "JO": "XJSE", "TA": "XTAE", "IS": "XIST", "SR": "XSAU",
}  # fmt: skip
"""Market identifier code (ISO 10383) by the suffix that Yahoo puts behind the dot."""

MIC_BY_INDEX = {
    "^HSI": "XHKG", "^HSCE": "XHKG", "^N225": "XTKS", "^KS11": "XKRX", "^TWII": "XTAI", "^STI": "XSES",
    "^AXJO": "XASX", "^NDX": "XNYS", "^IXIC": "XNYS", "^GSPC": "XNYS", "^DJI": "XNYS", "^SOX": "XNYS",
    "^VIX": "XNYS", "^TNX": "XNYS", "^RUT": "XNYS", "^FTSE": "XLON", "^GDAXI": "XETR", "^FCHI": "XPAR",
    "^STOXX50E": "XETR", "^BSESN": "XBOM", "^NSEI": "XBOM",
}  # fmt: skip
"""Market identifier code of indices, whose symbols carry no suffix."""


def normalise_symbol(text: str) -> str | None:
    """Return the program's spelling of a code as people write it, or ``None`` when it cannot be one.

    A bare number of one to five digits is a Hong Kong code (``700`` is ``0700.HK``: Yahoo wants four digits,
    five only from 10000 on); six digits are a mainland code. ``HKEX:700``, ``700 HK`` and ``00700.HK`` are the
    same. Everything else is taken as it is, in upper case.
    """
    return _known_spelling(text) if len(text) <= 2 * MAX_SYMBOL else _spelling(text)


def _spelling(text: str) -> str | None:
    raw = text.strip().removeprefix("$").strip()
    if not raw or len(raw) > MAX_SYMBOL:
        return None
    mainland = _MAINLAND.fullmatch(raw)
    if mainland:
        code = mainland[2] or mainland[3]
        market = (mainland[1] or mainland[4]).upper()
        return f"{code}.{'SZ' if market == 'SZ' else 'SS'}"
    hong_kong = _HK_CODE.fullmatch(raw)
    if hong_kong and (raw.isdigit() or _HAS_HK_MARK.search(raw)):
        number = int(hong_kong[1])
        return f"{number:04d}.HK" if number else None
    if raw.isdigit() and len(raw) == 6:
        return f"{raw}.{'SS' if raw[0] in '569' else 'SZ'}"
    upper = raw.upper()
    return upper if _SYMBOL.fullmatch(upper) else None


_known_spelling = lru_cache(8192)(_spelling)
"""The same for what was asked before: each symbol of a list is, several times at the start."""


def mic_of(symbol: str) -> str | None:
    """Return the market identifier code of the exchange whose hours govern ``symbol``.

    ``None`` for what trades around the clock or nearly so (currencies, futures, crypto) and for suffixes that
    are not known. A plain symbol without suffix is a United States one.
    """
    if symbol in MIC_BY_INDEX:
        return MIC_BY_INDEX[symbol]
    if symbol.startswith("^") or "=" in symbol or symbol.endswith(("-USD", "-USDT")) or symbol == "DX-Y.NYB":
        return None
    stem, dot, suffix = symbol.rpartition(".")
    if not dot or not stem:
        return "XNYS"
    return MIC_BY_SUFFIX.get(suffix)


MINOR_UNITS = {"GBp": ("GBP", 100.0), "GBX": ("GBP", 100.0), "ZAc": ("ZAR", 100.0), "ILA": ("ILS", 100.0)}
"""Currencies that prices are quoted in although accounts are kept in the major unit: code, minor per major."""


def major_currency(currency: str) -> tuple[str, float]:
    """Return the ISO 4217 code behind ``currency`` and how many of its quoted units make one: GBp is (GBP, 100)."""
    return MINOR_UNITS.get(currency, (currency, 1.0))
