"""Chinese rules: traditional and simplified, the wire styles of Hong Kong, the mainland and Taiwan."""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.chinese_companies import find_company
from tui_monitor.analysis.rating_text.chinese_firms import FirmSpan, find_firm_span, skip_prefix
from tui_monitor.analysis.rating_text.chinese_values import ChineseValues, read_chinese_values
from tui_monitor.analysis.rating_text.chinese_words import NONE
from tui_monitor.analysis.rating_text.model import Extraction, ordered
from tui_monitor.analysis.rating_text.money import DOLLAR, YUAN, Money
from tui_monitor.domain.rating import Action

_TITLE = re.compile(r"\s*【(?P<title>[^】]{6,90})】")
_MAINLAND_CODE = re.compile(r"(?:\.(?:sh|sz|ss)|^[036]\d{5}(?:\.s[hzs])?)$")
_TAIWAN = re.compile(r"台积电|联发科|鸿海|大立光|广达|台达电|联电|日月光|国巨|和硕|纬创|-ky|台股")
_TAIWAN_STYLE = re.compile(r"评等|买进|外资|法说|投顾|喊|[美日欧亚]系")
"""Words that, in traditional characters, the papers of Taiwan use and those of Hong Kong do not."""


def read_chinese(text: str, low: str) -> Extraction:
    """Extract the rating change of a Chinese headline; ``low`` is ``text`` folded and in lower case."""
    if NONE.search(low):
        return Extraction(text)
    title = _TITLE.match(low)
    start, stop = (title.start("title"), title.end("title")) if title is not None else (0, len(low))
    head = low[:stop]
    start = skip_prefix(head, start)
    firm = find_firm_span(head, start)
    company = find_company(head, start, firm)
    if company is None:
        return Extraction(text)
    values = read_chinese_values(head, firm.end if firm is not None and firm.start == start else start, company[:2])
    if not values.actions or not _convincing(head, firm, values):
        return Extraction(text)
    actions = ordered(values.actions)
    code = company[2]
    if code is None and title is not None:
        body = re.compile(
            re.escape(head[company[0] : company[1]]) + r"[^\s,:()。]{0,6}\((?P<code>[a-z0-9.]{1,10})\)"
        ).search(low, stop)
        code = body["code"] if body is not None else None
    return Extraction(
        text,
        is_rating=True,
        firm=text[firm.start : firm.end] if firm is not None else None,
        company=text[company[0] : company[1]],
        symbol=_verbatim(text, low, code, company[1]) if code else None,
        action=actions[0],
        actions=actions,
        from_grade=_slice(text, values.from_grade),
        to_grade=_slice(text, values.to_grade),
        target=values.target.value if values.target is not None else None,
        prior_target=values.prior.value if values.prior is not None else None,
        currency=_currency(values.target or values.prior, text, head, firm, code),
    )


def _slice(text: str, span: tuple[int, int] | None) -> str | None:
    return text[span[0] : span[1]] if span is not None else None


def _verbatim(text: str, low: str, code: str, after: int) -> str:
    begin = low.find(code, after)
    return text[begin : begin + len(code)] if begin >= 0 else code.upper()


def _convincing(low: str, firm: FirmSpan | None, values: ChineseValues) -> bool:
    if firm is not None:
        return values.to_grade is not None or values.target is not None or "评级" in low or "目标" in low
    if values.target is not None or "评级" in low or values.actions - {Action.REITERATE}:
        return True
    # A research note of the mainland: "company: reason, grade".
    return values.to_grade is not None and ":" in low and values.to_grade[1] >= len(low.rstrip(" 。.!"))


def _currency(money: Money | None, text: str, low: str, firm: FirmSpan | None, code: str | None) -> str | None:
    """Return the ISO currency; the bare 元 and $ are the listing's: by code, script and home of the house."""
    if money is None:
        return None
    if money.currency not in (YUAN, DOLLAR):
        return money.currency
    if money.currency == DOLLAR:
        return "HKD" if code is None or code.endswith(".hk") or code.isdigit() else "USD"
    if code is not None:
        if _MAINLAND_CODE.search(code):
            return "CNY"
        if code.endswith((".tw", ".two", "-tw")) or (
            code.isdigit() and len(code) == 4 and not code.startswith("0") and _TAIWAN.search(low)
        ):
            return "TWD"
        if code.endswith(".hk") or (code.isdigit() and len(code) <= 5):
            return "HKD"
        if code[-2:] in (".n", ".o"):
            return "USD"
    region = firm.firm.region if firm is not None and firm.firm is not None else None
    if region == "tw" or _TAIWAN.search(low):
        return "TWD"
    if re.search(r"[a沪深]股", low):
        return "CNY"
    traditional = text[: len(low)] and any(
        a != b for a, b in zip(text.lower(), low, strict=False) if "\u4e00" <= a <= "\u9fff"
    )
    if traditional and _TAIWAN_STYLE.search(low) and "港股" not in low:
        return "TWD"
    if traditional or "港股" in low or (region is not None and region != "cn"):
        return "HKD"
    if firm is not None and re.search(r"香港|国际|资产", low[firm.start : firm.end]):
        return "HKD"
    return "CNY"
