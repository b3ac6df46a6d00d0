"""How Tencent spells symbols: ``0700.HK`` is ``hk00700``, ``600021.SS`` is ``sh600021``, ``^HSI`` is ``hkHSI``."""

from __future__ import annotations

import re

MARKETS = frozenset({"XHKG", "XSHG", "XSHE"})
"""Market identifier codes of the exchanges that are asked for."""

_HONG_KONG_INDICES = {"HSTECH.HK": "hkHSTECH", "^HSI": "hkHSI", "^HSCE": "hkHSCEI"}

_HONG_KONG = re.compile(r"(\d{4,5})\.HK", re.ASCII)
_SHANGHAI = re.compile(r"(\d{6})\.SS", re.ASCII)
_SHENZHEN = re.compile(r"(\d{6})\.SZ", re.ASCII)


def code_of(symbol: str) -> str | None:
    """Return Tencent's code of ``symbol``, ``None`` if it has none."""
    if symbol in _HONG_KONG_INDICES:
        return _HONG_KONG_INDICES[symbol]
    if found := _HONG_KONG.fullmatch(symbol):
        return f"hk{int(found[1]):05d}"
    if found := _SHANGHAI.fullmatch(symbol):
        return f"sh{found[1]}"
    if found := _SHENZHEN.fullmatch(symbol):
        return f"sz{found[1]}"
    return None


def is_index(symbol: str) -> bool:
    """Whether ``symbol`` is an index: in Shanghai codes from 000 on, in Shenzhen those from 399 on."""
    return (
        symbol in _HONG_KONG_INDICES
        or (symbol.startswith("000") and symbol.endswith(".SS"))
        or (symbol.startswith("399") and symbol.endswith(".SZ"))
    )
