"""Which instruments a headline names: by English and Chinese names, other names, and codes as people write them.

Longest match first, so that ``Tencent Music`` is not Tencent and 京東健康 is not 京東. Names that are common words
count only in their full form (``Li Auto``, 理想汽車). Codes count only where their form says that they are
codes: ``0700.HK``, ``(00700)``, ``$BABA``, ``NASDAQ:BABA``; a number in brackets without leading zero only behind a
Chinese name, and never one that can be a year.

Measured on one core with 100 instruments: 25,000 English titles of the length of a wire's a second, 100,000 Chinese.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from operator import itemgetter

from tui_monitor.analysis.namesakes import (
    BROKERS,
    COMMON_HAN,
    COMMON_WORDS,
    MATERIALS,
    NOT_NAMES,
    NOT_NAMES_HAN,
    NOT_TICKERS,
)
from tui_monitor.analysis.phrases import PhraseIndex, has_han, split_words
from tui_monitor.domain.instrument import Instrument, Kind

Symbols = tuple[str, ...]

_LEGAL = frozenset({
    "inc", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "holdings", "holding", "group", "sa", "ag",
    "nv", "se", "the", "class", "adr", "ads", "international",
})  # fmt: skip
"""Words at the end of a company's registered name that headlines leave out."""

_SHARE_CLASS = re.compile(r"[\s]*[-－–—][A-Z]{1,2}$|[-－][ＷＳＰＢ]+$|\s*[(（][\x20-\x7e]*[)）]$")
_HAN_LEGAL = re.compile(r"(?:控股有限公司|股份有限公司|集團有限公司|集团有限公司|有限公司|控股|集團|集团|股份)$")

_MARKED = re.compile(r"[(（]\s?[A-Z\d]|[:：]\s?[A-Z\d]|\$[A-Za-z]|\.[A-Z]{1,3}\b|#\d|\d[\s\-.]HK")
"""What every form of a code has in it; most titles have none of it and are done."""

_CODE = re.compile(
    r"""
      \$(?P<cash>[A-Za-z]{1,6}(?:[.\-][A-Za-z]{1,2})?|\d{1,5}\.HK)(?![A-Za-z0-9])
    | (?<![A-Za-z])(?P<venue>NASDAQ|NYSE|NYSEARCA|AMEX|OTC|OTCMKTS|HKEX|HKG|SEHK|HKSE|SSE|SHA|SHSE|SZSE|SHE|HK|US)
      \s?[:：]\s?(?P<listed>[A-Z]{1,6}|\d{1,6})(?![A-Za-z0-9])
    | (?<![\w.])(?P<suffixed>[0-9A-Z]{1,6}[.](?:HK|SS|SZ|SH|T|KS|KQ|TW|TWO|SI|L|AX|DE|PA|TO|US))(?![\w])
    | (?<![\d.])(?P<hk>\d{1,5})[\s\-]HK(?![\w])
    | [(（]\s?(?P<five>0\d{4}|[1-9]\d{4})\s?[)）]
    | (?<=[\u3400-\u9fffＷＳA-Z])\s?[(（](?P<short>\d{3,4})[)）]
    | [(（](?P<ticker>[A-Z]{2,5})[)）]
    | \#(?P<tag>0\d{4})(?!\d)
    """,
    re.VERBOSE,
)
_MAINLAND = frozenset({"SSE", "SHA", "SHSE", "SZSE", "SHE"})
_BARE = re.compile(r"(?<![\w$.])[A-Z]{4,5}(?![\w])")
_PRICE = re.compile(
    r"[升跌漲涨價价挫穿破]|盎司|期貨|期货|T\+D|新高|新低|回調|回调|反彈|反弹|走強|走强|强势|強勢|多头|多頭"
    r"|\b(?:prices?|futures|spot|ounce|rall\w+|record|rises?|falls?|hits?|gains?|slips?|climbs?|drops?|above|below)\b",
    re.IGNORECASE,
)
_RATING = re.compile(
    r"目標價|目标价|評級|评级|大行|price target|upgrade|downgrade|overweight|underweight"
    r"|\b(?:rates?|rating|PT|Buy|Hold|Neutral)\b",
    re.IGNORECASE,
)


class MentionIndex:
    """Finds the symbols of known instruments in text."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        names: dict[str, list[str]] = {}
        codes: dict[str, list[str]] = {}
        for one in instruments:
            for name in _names_of(one):
                _put(names, name, one.symbol)
            for code in _codes_of(one):
                _put(codes, code, one.symbol)
        self._codes = {code: tuple(symbols) for code, symbols in codes.items()}
        phrases: dict[str, Symbols] = dict.fromkeys(NOT_NAMES | NOT_NAMES_HAN, ())
        # A known instrument's own name wins over the list of what is no name.
        phrases.update({name: tuple(symbols) for name, symbols in names.items()})
        self._phrases = PhraseIndex(phrases.items())
        self._bare = frozenset(
            code for code in self._codes if 4 <= len(code) <= 5 and code.isalpha() and code not in NOT_TICKERS
        )

    def find(self, text: str) -> Symbols:
        """Return the symbols that ``text`` names, each once, in the order of first mention."""
        hits: list[tuple[int, Symbols]] = []
        venues: set[int] = set()
        if self._codes and _MARKED.search(text):
            for match in _CODE.finditer(text):
                hits.append((match.start(), self._codes.get(_code_of(match), ())))
                if match["venue"]:
                    venues.add(match.start("venue"))
        # The exchange in front of a code is no mention of the company that runs it.
        hits += [(hit.start, hit.value) for hit in self._phrases.find(text) if hit.value and hit.start not in venues]
        if self._bare:
            hits += self._find_bare(text)
        if not hits:
            return ()
        hits.sort(key=itemgetter(0))
        found = dict.fromkeys(symbol for _, symbols in hits for symbol in symbols)
        if found and not BROKERS.isdisjoint(found) and _RATING.search(text):
            for symbol in BROKERS:
                found.pop(symbol, None)
        if found and not MATERIALS.isdisjoint(found) and not _PRICE.search(text):
            for symbol in MATERIALS:
                found.pop(symbol, None)
        return tuple(found)

    def _find_bare(self, text: str) -> list[tuple[int, Symbols]]:
        # A title that shouts says nothing by its capitals.
        return [
            (match.start(), self._codes[match[0]])
            for match in _BARE.finditer(text)
            if match[0] in self._bare and not text.isupper()
        ]


def _put(table: dict[str, list[str]], key: str, symbol: str) -> None:
    held = table.setdefault(key, [])
    if symbol not in held:
        held.append(symbol)


def _code_of(match: re.Match[str]) -> str:
    """Return the program's spelling of a code as it was found, ``""`` if it is none."""
    group = match.lastgroup or ""
    if group == "listed":
        venue, code = match["venue"], match["listed"]
        if code.isdigit():
            if venue in _MAINLAND:
                return f"{code}.{'SS' if venue.startswith(('SS', 'SHA', 'SHSE')) else 'SZ'}"
            return f"{int(code):04d}.HK"
        return code
    text = match[group]
    if group == "cash":
        return _suffixed(text.upper())
    if group == "suffixed":
        return _suffixed(text)
    if group == "ticker":
        return "" if text in NOT_TICKERS else text
    if group == "short" and len(text) == 4 and text[:2] in {"19", "20"}:
        return ""  # 快手(2018) may be a year.
    return f"{int(text):04d}.HK"


def _suffixed(text: str) -> str:
    stem, dot, suffix = text.partition(".")
    if suffix == "HK" and stem.isdigit():
        return f"{int(stem):04d}.HK"
    if suffix == "SH":
        return stem + ".SS"
    return stem if suffix == "US" else stem + dot + suffix


def _codes_of(one: Instrument) -> set[str]:
    codes = {one.symbol.upper()} if not one.symbol.startswith("^") and "=" not in one.symbol else set()
    if one.us_line is not None:
        codes.add(one.us_line.symbol.upper())
    return codes


def _names_of(one: Instrument) -> set[str]:
    written = [one.name_en, one.name_hant, one.name_hans, one.short_en, one.short_hant, one.short_hans, *one.aliases]
    names: set[str] = set()
    for name in written:
        if not name:
            continue
        plain = _SHARE_CLASS.sub("", name.strip()).strip()
        if has_han(plain):
            names |= {form for form in (plain, _HAN_LEGAL.sub("", plain)) if _usable_han(form)}
        else:
            names |= {form for form in (plain, _without_legal(plain)) if _usable_word(form, one.kind)}
    return names


def _usable_han(name: str) -> bool:
    return len(name) >= 2 and name not in COMMON_HAN


def _usable_word(name: str, kind: Kind) -> bool:
    words = split_words(name)
    if not words or (name.endswith(".") and len(words) == 1):
        return False
    if len(words) == 1:
        word = words[0]
        if word.lower() in COMMON_WORDS or len(word) < 2:
            return False
        # Two capitals are an abbreviation of anything; three are the company's if it is called so.
        return len(word) > 2 or (kind is Kind.EQUITY and word == "JD")
    # Names cut short for a narrow column (``Sunny Opt.``) are no words of a headline.
    return not name.endswith(".") and any(word.lower() not in COMMON_WORDS | _LEGAL for word in words)


def _without_legal(name: str) -> str:
    words = name.replace(",", " ").split()
    while len(words) > 1 and words[-1].strip(".,()").lower() in _LEGAL:
        words.pop()
    return " ".join(words)
