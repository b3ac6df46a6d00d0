"""Headings of the commands' tables, and the few words in their cells, in three languages."""

from __future__ import annotations

_WORDS = {
    "symbol": ("symbol", "代號", "代码"),
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
    "rule": ("rule", "規則", "规则"),
    "watches": ("watches", "條件", "条件"),
    "now": ("now", "現值", "现值"),
    "to-go": ("to go", "尚差", "尚差"),
    "state": ("state", "狀態", "状态"),
    "last-fired": ("last fired", "上次觸發", "上次触发"),
    "origin": ("origin", "出處", "出处"),
    "time": ("time", "時間", "时间"),
    "what": ("what", "內容", "内容"),
    "symbols": ("symbols", "代號", "代码"),
    "met": ("met", "達到", "达到"),
    "matches": ("matches", "則", "则"),
    "config": ("config", "設定檔", "配置文件"),
    "added": ("added", "程式內", "程序内"),
    "channel": ("channel", "方式", "方式"),
    "ok": ("ok", "成功", "成功"),
    "yes": ("yes", "是", "是"),
    "no": ("NO", "否", "否"),
    "stale": ("stale", "過時", "过时"),
}


def heading(key: str, language: str) -> str:
    """Return a word in ``en``, ``zh-Hant`` or ``zh-Hans``."""
    english, traditional, simplified = _WORDS[key]
    return {"zh-Hant": traditional, "zh-Hans": simplified}.get(language, english)
