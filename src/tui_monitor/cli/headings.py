"""Headings of the commands' tables, and the few words in their cells, in three languages."""

from __future__ import annotations

_WORDS = {
    "symbol": ("symbol", "代號", "代号"),
    "name": ("name", "名稱", "名称"),
    "last": ("last", "現價", "现价"),
    "change": ("change", "變動", "变动"),
    "percent": ("%", "%", "%"),
    "points": ("points", "點數", "点数"),
    "weight": ("weight", "權重", "权重"),
    "turnover": ("turnover", "成交額", "成交额"),
    "currency": ("cur", "貨幣", "货币"),
    "age": ("age", "多久前", "多久前"),
    "delay": ("delay", "延遲", "延迟"),
    "source": ("source", "來源", "来源"),
    "stale": ("stale", "過時", "过时"),
}


def heading(key: str, language: str) -> str:
    """Return a word in ``en``, ``zh-Hant`` or ``zh-Hans``."""
    english, traditional, simplified = _WORDS[key]
    return {"zh-Hant": traditional, "zh-Hans": simplified}.get(language, english)
