"""Amounts of money in headlines: ``$12.50``, ``HK$8``, ``80 cents``, ``1,250p``, ``17万韩元``, ``8.4元``."""

from __future__ import annotations

import re

import msgspec

DOLLAR = "$"
"""The bare dollar sign: its currency depends on the listing."""

YUAN = "元"
"""The bare 元: its currency depends on the listing, too."""


class Money(msgspec.Struct, frozen=True):
    """An amount as found in a folded text."""

    start: int
    end: int
    value: float
    """In whole units: 80 cents are 0.8, 1,250p are 12.5."""
    currency: str | None
    """ISO 4217, ``DOLLAR`` or ``YUAN`` for the bare signs, ``None`` for a bare number."""


_NUMBER = r"(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,9})(?:\.\d{1,4})?|\.\d{1,4}"

_BEFORE = {
    "us$": "USD", "u.s.$": "USD", "usd": "USD", "us $": "USD", "hk$": "HKD", "hkd": "HKD", "nt$": "TWD", "nt": "TWD",
    "twd": "TWD", "c$": "CAD", "ca$": "CAD", "cdn$": "CAD", "cad": "CAD", "cad$": "CAD", "cdn": "CAD", "a$": "AUD",
    "au$": "AUD", "aud": "AUD", "s$": "SGD", "sg$": "SGD", "sgd": "SGD", "nz$": "NZD", "nzd": "NZD", "r$": "BRL",
    "brl": "BRL", "$": DOLLAR, "€": "EUR", "eur": "EUR", "eur€": "EUR", "£": "GBP", "gbp": "GBP", "gbx": "GBX",
    "¥": "JPY", "jpy": "JPY", "yen": "JPY", "₩": "KRW", "krw": "KRW", "won": "KRW", "₹": "INR", "inr": "INR",
    "rs": "INR", "rs.": "INR", "rmb": "CNY", "cny": "CNY", "cn¥": "CNY", "yuan": "CNY", "chf": "CHF", "sek": "SEK",
    "skr": "SEK", "nok": "NOK", "nkr": "NOK", "dkk": "DKK", "dkr": "DKK", "zar": "ZAR", "thb": "THB", "myr": "MYR",
    "rm": "MYR", "idr": "IDR", "rp": "IDR", "php": "PHP", "try": "TRY", "pln": "PLN", "mxn": "MXN", "mx$": "MXN",
    "sar": "SAR", "aed": "AED", "ils": "ILS",
}  # fmt: skip

CURRENCY_WORDS = frozenset(word.split("$")[0].rstrip(".") for word in _BEFORE) - {""}
"""Lower-case letters that an amount may begin with."""

_AFTER = {
    "p": "GBX", "pence": "GBX", "gbx": "GBX", "cents": "cents", "cent": "cents", "euro": "EUR", "euros": "EUR",
    "yen": "JPY", "won": "KRW", "yuan": "CNY", "rupees": "INR", "francs": "CHF", "swiss francs": "CHF",
    "kronor": "SEK", "pounds": "GBP", "dollars": DOLLAR, "baht": "THB", "ringgit": "MYR", "€": "EUR", "£": "GBP",
    "hong kong dollars": "HKD",
}  # fmt: skip
_AFTER.update({code.lower(): code for code in set(_BEFORE.values()) if len(code) == 3})


def _alternatives(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


ENGLISH_MONEY = (
    rf"(?<![a-z0-9$€£.])(?:{_alternatives(_BEFORE)})\s?(?:{_NUMBER})(?![\d%])(?:\s?(?:{_alternatives(_AFTER)})(?![a-"
    rf"z]))?"
    rf"|(?<![a-z0-9$€£.,:/-])(?:{_NUMBER})\s?(?:{_alternatives(_AFTER)})(?![a-z0-9])"
)
"""Matches an amount with its currency; parsed by ``english_money``."""

_ENGLISH_PARTS = re.compile(
    rf"(?P<before>{_alternatives(_BEFORE)})?\s?(?P<number>{_NUMBER})\s?(?P<after>{_alternatives(_AFTER)})?"
)

SCALE = re.compile(r"\s?(?:bn|bln|billion|mln|mil|million|crore|lakh|trillion|tn|mn|[mbt])(?![a-z])|\s?(?:-|%|x\b|\d)")
"""What follows an amount that is no price: millions, percent, a range or a product name."""


def english_money(low: str, start: int, end: int) -> Money | None:
    """Parse what ``ENGLISH_MONEY`` matched in a folded lower-case text; ``None`` for amounts that are no price."""
    parts = _ENGLISH_PARTS.fullmatch(low, start, end)
    if parts is None or SCALE.match(low, end):
        return None
    value = float(parts["number"].replace(",", ""))
    before, after = parts["before"], parts["after"]
    currency = _BEFORE.get(before) if before else None
    if after:
        trailing = _AFTER[after]
        if trailing == "cents":
            return Money(start, end, round(value / 100, 6), currency or DOLLAR)
        if trailing == "GBX":
            return Money(start, end, round(value / 100, 6), "GBP")
        currency = trailing if currency in (None, DOLLAR) and trailing != DOLLAR else currency or trailing
    if currency == "GBX":
        return Money(start, end, round(value / 100, 6), "GBP")
    return Money(start, end, value, currency)


def plain_number(low: str, start: int, end: int) -> Money | None:
    """Parse a bare number, as in ``TP to 25``; ``None`` where a unit follows that makes it none."""
    if SCALE.match(low, end):
        return None
    return Money(start, end, float(low[start:end].replace(",", "")), None)


PLAIN_NUMBER = rf"(?<![\w$.,/:-])(?:{_NUMBER})(?![\w%])"
"""Matches a bare number."""

_CHINESE_AFTER = {
    "港元": "HKD", "港币": "HKD", "港圆": "HKD", "港纸": "HKD", "港元正": "HKD", "美元": "USD", "美金": "USD",
    "美圆": "USD", "元人民币": "CNY", "元人币": "CNY", "人民币": "CNY", "人币": "CNY", "人民币元": "CNY", "韩元": "KRW",
    "韩圆": "KRW", "韩币": "KRW", "日元": "JPY", "日圆": "JPY", "日币": "JPY", "欧元": "EUR", "英镑": "GBP",
    "便士": "GBX",
    "瑞士法郎": "CHF", "瑞郎": "CHF", "法郎": "CHF", "加元": "CAD", "加拿大元": "CAD", "加币": "CAD", "澳元": "AUD",
    "澳币": "AUD", "新加坡元": "SGD", "新元": "SGD", "坡元": "SGD", "新台币": "TWD", "新台币元": "TWD", "台币": "TWD",
    "元新台币": "TWD", "元台币": "TWD", "卢比": "INR", "印度卢比": "INR", "泰铢": "THB", "马币": "MYR", "令吉": "MYR",
    "林吉特": "MYR", "印尼盾": "IDR", "比索": "PHP", "卢布": "RUB", "里拉": "TRY", "兰特": "ZAR", "雷亚尔": "BRL",
    "丹麦克朗": "DKK", "瑞典克朗": "SEK", "挪威克朗": "NOK", "纽元": "NZD", "新西兰元": "NZD", "沙特里亚尔": "SAR",
    "元港币": "HKD", "元美金": "USD", "元": YUAN, "块": YUAN, "蚊": "HKD", "仙": "cents", "港仙": "hkcents",
    "美仙": "uscents", "美分": "uscents", "角": "tenths",
}  # fmt: skip

_CHINESE_BEFORE = {
    "港币": "HKD", "人民币": "CNY", "美元": "USD", "美金": "USD", "新台币": "TWD", "台币": "TWD", "日圆": "JPY",
    "日元": "JPY", "hk$": "HKD", "us$": "USD", "nt$": "TWD", "rmb": "CNY", "hkd": "HKD", "usd": "USD", "cny": "CNY",
    "$": DOLLAR, "€": "EUR", "£": "GBP", "¥": "CNY", "c$": "CAD", "a$": "AUD", "s$": "SGD", "港元": "HKD",
}  # fmt: skip

_MULTIPLES = {"万": 10_000.0, "千": 1_000.0, "百": 100.0, "十万": 100_000.0, "百万": 1_000_000.0}

CHINESE_MONEY = re.compile(
    rf"(?P<before>{_alternatives(_CHINESE_BEFORE)})?\s?(?<![\d.])(?P<number>{_NUMBER})"
    rf"\s?(?P<multiple>十万|百万|万|千|百)?\s?(?P<after>{_alternatives(_CHINESE_AFTER)})?(?P<not>\d|%|亿|[倍点厘年月日天个家只股成吨/x]|"
    rf"[bm](?![a-z]))?"
)


def chinese_money(low: str, start: int, end: int) -> list[Money]:
    """Return the amounts within a folded lower-case text that can be prices, in order."""
    found = []
    for match in CHINESE_MONEY.finditer(low, start, end):
        before, after = match["before"], match["after"]
        if match["not"] or not (before or after):
            continue
        value = float(match["number"].replace(",", "")) * _MULTIPLES.get(match["multiple"] or "", 1.0)
        currency = _CHINESE_BEFORE.get(before) if before else None
        if after:
            unit = _CHINESE_AFTER[after]
            if unit in ("cents", "hkcents", "uscents"):
                value, unit = round(value / 100, 6), "USD" if unit == "uscents" else "HKD"
            elif unit == "GBX":
                value, unit = round(value / 100, 6), "GBP"
            elif unit == "tenths":
                continue
            currency = currency if currency not in (None, DOLLAR) and unit == YUAN else unit
        found.append(Money(match.start(), match.end(), value, currency))
    return found
