"""Where Chinese headlines put the firm."""

from __future__ import annotations

import re

import msgspec

from tui_monitor.analysis.rating_text.chinese_names import known_company_at
from tui_monitor.analysis.rating_text.firms import Firm, chinese_firm_at, english_firm_at

_PREFIX = re.compile(
    r"[\s*★●◆■>#]*(?:《[^》]{1,10}》\s*|\[[^\]]{1,8}\]\s*|[^\s|:,。()]{2,8}\|\s*|(?:快讯|研报|异动股|个股异动|港股异动|美股异动|大行评级|"
    r"智通财经app获悉|格隆汇|智通财经讯|研报掘金|券商聚焦|评级|大行)[:丨|,]\s*)?"
)
_AFTER_FIRM = re.compile(
    r"\s*(?:[:,]|$)|\s|将|对|料|维|重|续|上|下|调|升|降|首|初|予|给|评|微|略|大|削|再|恢|看|唱|呼|吁|指|称|认|表|预|研|分析|发|最新|把|获|今|昨|及|均|持有|推荐|增|"
    r"买|目标|覆|开|取|仍|继|建|又|也|提|砍|轻|喊|荐|报|双|日前|近日|\(|、|列|纳|维|授|坚|表示|全|则|旗下|股份有限公司|就|薦|周[一二三四五六日]|星期|随即|随后|率先|同步|指"
)
_TRUSTED = re.compile(
    r"[\s,;:。|(\"「】]|此前|获|遭|被|投行|大行|券商|证券行|机构|外资|消息面上|因|经纪行|其中|而|并|惟|但|日前|今日|近日|受|有|据|汇报|早前"
)
_HOUSE = re.compile(
    r"[^\s,:;。|「」\"()%\d]{2,12}?(?:证券|国际|资本|研究|投顾|资产|环球|投资|信托)(?:\(香港\)|\(国际\)|研究|国际)?(?=[:\s]|将|首予|维持|给予|予|上调|下调|重申)"
)
_ASCII_HOUSE = re.compile(r"[a-z][a-z.&' -]{1,30}?(?=:|将|证券|首予|维持|给予|予|上调|下调|重申|调)")
_SUFFIX = re.compile(r"\s?(?:证券|银行|资本|集团|国际|研究|公司)")
_ANALYSTS = re.compile(r"分析师|分析员|券商|大行|投行|机构|多家|多间|市场|消息|多名|华尔街|外资|基金经理")
_NO_HOUSE = re.compile(_ANALYSTS.pattern + r"|(?:股份|集团|科技|电子|医药|药业|生物|控股|汽车|能源)(?=:)")
"""What stands before a colon that is no house: nobody in particular, or a company."""
_ASCII_RUN = re.compile(r"[a-z0-9][a-z0-9.&'/ -]{0,40}")
_ASCII_SUFFIX = re.compile(r"证券|银行|资本|集团")
_ACTS = re.compile(r"\s?(?:将|首予|维持|给予|重申|上调|下调|首次|升|降|予)")
_ASCII_ACTOR = re.compile(
    r"[\s,](?P<f>[a-z][a-z.& ]{1,16}[a-z])(?:证券)?(?=重申|首予|维持|给予|予|上调|下调|首评|初评|评)"
)
_SHORT_ACTOR = re.compile(r"[^\s,:;。|「」\"()%\d]{2,6}?(?=首予|维持|给予|上调|下调|重申|调升|调低|调高)")


class FirmSpan(msgspec.Struct, frozen=True):
    """A research house within a headline."""

    start: int
    end: int
    firm: Firm | None


def skip_prefix(low: str, start: int = 0) -> int:
    """Return where the sentence begins behind column marks such as 《大行》 and 研報掘金｜."""
    position = start
    for _ in range(3):
        match = _PREFIX.match(low, position)
        if match is None or match.end() == position:
            break
        position = match.end()
    return position


def find_firm_span(low: str, start: int) -> FirmSpan | None:
    """Return the research house that acts in the headline, looked for where houses stand."""
    first = _firm_at(low, start)
    if first is not None:
        return first
    for mark in _TRUSTED.finditer(low, start):
        span = _firm_at(low, mark.end())
        if span is not None:
            return span
    return _unknown_firm(low, start)


def _firm_at(low: str, start: int) -> FirmSpan | None:
    found = chinese_firm_at(low, start)
    if found is None and low[start : start + 1].isascii() and low[start : start + 1].isalnum():
        found = _ascii_firm_at(low, start)
    if found is None:
        return None
    end, firm = found
    if _AFTER_FIRM.match(low, end) is None:
        suffix = _SUFFIX.match(low, end)
        if suffix is None or _AFTER_FIRM.match(low, suffix.end()) is None:
            return None
        end = suffix.end()
    elif low.startswith(("证券", "研究(", "资本"), end):
        end += 2
    return FirmSpan(start, end, firm)


def _ascii_firm_at(low: str, start: int) -> tuple[int, Firm] | None:
    run = _ASCII_RUN.match(low, start)
    if run is None:
        return None
    # English aliases are matched on the ASCII run alone: Chinese may follow without a space.
    found = english_firm_at(low[: run.end()], start)
    if found is None:
        return None
    end, firm = found
    suffix = _ASCII_SUFFIX.match(low, end)
    return (suffix.end() if suffix else end), firm


def _unknown_firm(low: str, start: int) -> FirmSpan | None:
    house = _HOUSE.match(low, start)
    if house is not None and _ANALYSTS.match(low, start) is None:
        return FirmSpan(start, house.end(), None)
    english = _ASCII_HOUSE.match(low, start)
    if english is not None and low[english.end() : english.end() + 1] != "(":
        end = english.end()
        suffix = _SUFFIX.match(low, end)
        return FirmSpan(start, suffix.end() if suffix else len(low[:end].rstrip()), None)
    colon = low.find(":", start, start + 14)
    if colon > start and _ACTS.match(low, colon + 1) and _NO_HOUSE.search(low, start, colon + 1) is None:
        return FirmSpan(start, colon, None)
    house = _ASCII_ACTOR.search(low, start)
    if house is not None:
        return FirmSpan(house.start("f"), house.end(), None)
    for mark in re.finditer(
        r"[,:。\s](?=[^\s,:。]{2,8}(?:证券|资本|国际)(?:首予|维持|给予|予|上调|下调|重申|推荐|评))", low[start:]
    ):
        house = _HOUSE.match(low, start + mark.end())
        if house is not None:
            return FirmSpan(start + mark.end(), house.end(), None)
    lead = _SHORT_ACTOR.match(low, start)
    if lead is not None and _ANALYSTS.match(low, start) is None and known_company_at(low, start) is None:
        return FirmSpan(start, lead.end(), None)
    return None
