"""Where Chinese headlines put the firm, the company and its code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from tui_monitor.analysis.rating_text.chinese_words import MOVE, RATING, SECTOR, TARGET, VERB, grade_pattern
from tui_monitor.analysis.rating_text.firms import Firm, chinese_firm_at, english_firm_at
from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.lexicon import read_seed

_PREFIX = re.compile(
    r"[\s*★●◆■>#]*(?:《[^》]{1,10}》\s*|\[[^\]]{1,8}\]\s*|[^\s|:,。()]{2,8}\|\s*|(?:快讯|研报|异动股|个股异动|港股异动|美股异动|大行评级|"
    r"智通财经app获悉|格隆汇|智通财经讯|研报掘金|券商聚焦|评级|大行)[:丨|,]\s*)?"
)

_AFTER_FIRM = re.compile(
    r"\s*(?:[:,]|$)|\s|将|对|料|维|重|续|上|下|调|升|降|首|初|予|给|评|微|略|大|削|再|恢|看|唱|呼|吁|指|称|认|表|预|研|分析|发|最新|把|获|今|昨|及|均|持有|推荐|增|"
    r"买|目标|覆|开|取|仍|继|建|又|也|提|砍|轻|喊|荐|报|双|日前|近日|\(|、|列|纳|维|授|坚|表示|全|则|旗下|股份有限公司|就|薦"
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

_CODE = re.compile(r"\s?\((?P<code>[a-z0-9.\-:]{1,14})(?:[、,/][a-z0-9.、,/]{1,20})?\)")
_CODE_MARKET = re.compile(r"^(?:hk|hkg|hkex|nyse|nasdaq|us|sh|sz):")

_END = r"目标价|目标股价|股价目标|合理价|目标(?=至|从|由|\d)|投资评级|股票评级|评级|评等|[「\"]"
_NAME = r"[^,:;。!?「」\"()|%]{1,26}?"
_SLOT = re.compile(
    rf"(?:对|了)?(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?(?:的|股份的|股票|于)?\s?(?:{_END}|予(?=[「\"\s评])|吁(?=[「\"\s])|获|"
    rf"为(?={{g}})|至[「\"]?(?={{g}})|{{g}}|纳入)"
)
_JIANG = re.compile(
    rf"(?:将|把)(?:[^,。]{{1,30}}母公司)?(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?(?:的)?(?:{_END}|的?(?:初始|首次)|从|由|下调|上调|"
    rf"升|降|为|等?纳入|列为|评为)"
)
_ABOUT = re.compile(rf"对(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?(?:的)?(?:{_END}|评为|予)")
_CALL = re.compile(
    rf"(?:吁|建议|呼|推荐|荐|研报:\s?|籲)(?:买入|买进|增持|减持|沽售|卖出|吸纳)(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?\s?(?=目标|$|[\s,。])"
)
_COVER = re.compile(
    rf"(?:覆盖|恢复跟踪|重新跟踪)(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?(?=[\s,:「\"]|$|予|给予|籲|吁|评|并|获)"
)
_SUBJECT_RATING = re.compile(
    rf"(?:^|[\s,:;。])(?P<c>[^\s,:;。!?「」\"()|%]{{2,16}}?)(?P<p>\s?\([^()]{{1,30}}\))?(?:的)?(?:评级|目标价|降级|升级)(?:获|被|遭|"
    rf"再|均)?[^\s,;:。]{{0,12}}?(?:升|降|上调|下调|调|至|维持)"
)
_WIN = re.compile(rf"^(?P<c>[^\s,:;。!?「」\"()|%]{{2,16}}?)(?P<p>\s?\([^()]{{1,30}}\))?\s?(?:再?获|遭|被|受)")
_MOVE_SUBJECT = re.compile(
    r"(?:港股|美股|a股|沪股|中概股)?(?P<c>[^\s,:;。!?「」\"|%()]{2,24}?(?:[a-z]+ ){0,3}[^\s,:;。!?「」\"|"
    r"%()]{0,12}?)(?P<p>\s?\([^()]{1,30}\))?\s?(?:\*?盘前|盘后|盘中|股价|早盘|午盘|午后|现|高开|低开|开盘|收盘|收|小幅|小跌|小涨|逆市|半日|全日|涨|跌|升|挫|"
    r"飙|急|回落|走高|走低|改写|创|大涨|大跌|续|曾|美股|直线|午)"
)
_SAY = re.compile(
    r"\s?(?:研究)?(?:发表报告)?(?:研报|报告)?(?:发布)?(?:料|指|称|预计|预期|预测|预料|预估|看好|唱好|唱淡|看淡|认为|表示|相信|对|又唱淡|又唱好|持续看好|继续看好|建议|呼|力撑|"
    r"力挺|偏好)?"
)
_RUN_ON = re.compile(
    r"上半年|下半年|上半财年|下半财年|半年|全年|去年|今年|明年|首季|次季|第[一二三四]季|[一二三四]季|季绩|末季|上季|本季|中期|中绩|业绩|季度|财年|财季|前景|盈利|利润|纯利|净利|收入|营收|营运|"
    r"经营|估值|派息|股息|派特|股价|"
    r"毛利|现金流|销售|销量|订单|新订单|积压|港口交易|出售|收购|交易|获|料|将|可|有望|受惠|受益|为|已|或|拟|稳居|投资价值|核心|基本|增长|增速|表现|持续|毛利率|股份|价格|需求|成本|费用|"
    r"[0-9]{2,4}|投得|派|推出|发布|公布|业务|管理层|管理|仍|需|季|股票|回购|近|维持|延续|潜在|目标|"
    r"利在|稳定|依托|快速|行业|产品|主业|转型|龙头|区域|受|内外|业(?=绩)|发力|进展|引入|预期|首三季|首[0-9一二三四五六七八九]个?月|月|股东|资产|资本|宣布|加快|扩张|新车|新品|手游|广告|"
    r"云|与|在|是|面临|遭|短期|长期|中长期|未来|具|提供|拥有|超预期|胜预期|逊预期|符合|优于|好过|差过|强劲|疲弱|理想|改善|恶化|反弹|跌|升|涨"
)


_ASCII_RUN = re.compile(r"[a-z0-9][a-z0-9.&'/ -]{0,40}")
_ASCII_SUFFIX = re.compile(r"证券|银行|资本|集团")
_ACTS = re.compile(r"\s?(?:将|首予|维持|给予|重申|上调|下调|首次|升|降|予)")
_ASCII_ACTOR = re.compile(
    r"[\s,](?P<f>[a-z][a-z.& ]{1,16}[a-z])(?:证券)?(?=重申|首予|维持|给予|予|上调|下调|首评|初评|评)"
)
_SHORT_ACTOR = re.compile(r"[^\s,:;。|「」\"()%\d]{2,6}?(?=首予|维持|给予|上调|下调|重申|调升|调低|调高)")
_CODED = re.compile(r"(?P<c>[^\s,:;。!?「」\"()|%]{2,20})(?P<p>\s?\([a-z0-9.\-]{1,10}\))")
_LAST_PIECE = re.compile(r"(?:^|[\s,:;])([^\s,:;。「」\"%]{2,14})$")


@dataclass(frozen=True, slots=True)
class FirmSpan:
    """A research house within a headline."""

    start: int
    end: int
    firm: Firm | None


@cache
def _names() -> tuple[dict[str, tuple[str, ...]], int]:
    by_head: dict[str, list[str]] = {}
    for name in read_seed("company_names.json")["names"]:
        key = lower(fold(name))
        by_head.setdefault(key[0], []).append(key)
    ordered = {head: tuple(sorted(set(names), key=len, reverse=True)) for head, names in by_head.items()}
    return ordered, 0


def known_company_at(low: str, start: int) -> int | None:
    """Return the end of the longest well-known company name that begins at ``start`` of a folded text."""
    for name in _names()[0].get(low[start : start + 1], ()):
        if low.startswith(name, start):
            return start + len(name)
    return None


def skip_prefix(low: str, start: int = 0) -> int:
    """Return where the sentence begins behind column marks such as 《大行》 and 研報掘金｜."""
    position = start
    for _ in range(3):
        match = _PREFIX.match(low, position)
        if match is None or match.end() == position:
            break
        position = match.end()
    return position


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
    if colon > start and _ACTS.match(low, colon + 1):
        if _ANALYSTS.search(low, start, colon) is None:
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


@cache
def _slot() -> re.Pattern[str]:
    return re.compile(_SLOT.pattern.replace("{g}", grade_pattern().pattern))


def find_company(low: str, start: int, firm: FirmSpan | None) -> tuple[int, int, str | None] | None:
    """Return the bounds of the company and its code (folded, lower case), if the headline names one."""
    seen_sector = False
    for span in _candidates(low, start, firm):
        begin, end, code, guessed = span
        bounds = _trim(low, begin, end, firm)
        if bounds is None:
            continue
        begin, end = bounds
        if SECTOR.search(low[begin:end]):
            seen_sector = True
            continue
        if guessed and seen_sector:
            continue
        if code is None:
            match = _CODE.match(low, end)
            code = match["code"] if match is not None else None
        return begin, end, code
    return None


def _candidates(low: str, start: int, firm: FirmSpan | None) -> list[tuple[int, int, str | None, bool]]:
    spans: list[tuple[int, int, str | None, bool]] = []

    def add(match: re.Match[str] | None) -> None:
        if match is not None:
            spans.append((match.start("c"), match.end("c"), _code(match["p"]), False))

    add(_JIANG.search(low, start))
    add(_ABOUT.search(low, start))
    add(_CALL.search(low, start))
    for verb in VERB.finditer(low, start):
        if firm is not None and verb.start() < firm.end and verb.end() > firm.start:
            continue
        add(_slot().match(low, verb.end()))
    add(_COVER.search(low, start))
    coded = _CODED.search(low, start)
    colon = low.find(":", start)
    if firm is not None and colon >= 0 and start < firm.start and colon < firm.start:
        spans.append((start, colon, None, False))
    add(_WIN.match(low, start) if firm is None or firm.start > start else None)
    if firm is None or firm.start > start:
        add(_MOVE_SUBJECT.match(low, start))
    for match in _SUBJECT_RATING.finditer(low, start):
        add(match)
    add(coded)
    if firm is not None:
        behind = firm.end
        while low[behind : behind + 1] in (":", " ") and behind < len(low):
            behind += 1
        say = _SAY.match(low, behind)
        begin = say.end() if say is not None else behind
        while low[begin : begin + 1] == " ":
            begin += 1
        end = known_company_at(low, begin)
        if end is None:
            stop = _RUN_ON.search(low, begin + 2)
            end = min(
                [stop.start() if stop else len(low), *(low.find(c, begin) for c in " ,;:。" if low.find(c, begin) >= 0)]
            )
        spans.append((begin, end, None, True))
        for match in TARGET.finditer(low, firm.end):
            before = _LAST_PIECE.search(low[: match.start()])
            if before:
                spans.append((before.start(1), before.end(1), None, True))
    elif colon > start:
        spans.append((start, colon, None, False))
    return spans


def _code(paren: str | None) -> str | None:
    if paren is None:
        return None
    match = _CODE.fullmatch(paren)
    return _CODE_MARKET.sub("", match["code"]) if match is not None else None


_HEAD = re.compile(
    r"^(?:[\s\"'「*]+|对|了|将|把|港股|美股|a股(?!\w)|其|旗下|因|至|股份|及|并|也|又|续|的|短期|投资者|股票)"
)
_TAIL = re.compile(
    r"(?:[\s\"'「」*,]+|的|股份的|股票|a股|h股|台股|等|公司股价|股价|一次|初始|之|股权|集团股票|短期|其|于|将|则|予|为|在)$"
)


def _trim(low: str, begin: int, end: int, firm: FirmSpan | None) -> tuple[int, int] | None:
    for _ in range(3):
        head = _HEAD.match(low[begin:end])
        if head is None or head.end() == 0:
            break
        begin += head.end()
    for _ in range(3):
        tail = _TAIL.search(low[begin:end])
        if tail is None or tail.start() == end - begin:
            break
        end = begin + tail.start()
    lead = MOVE.match(low, begin, end)
    if lead is not None and known_company_at(low, begin) is None:
        begin = lead.end()
    slot = low[begin:end]
    if re.search(r"[\u4e00-\u9fff] | [\u4e00-\u9fff]", slot) or grade_pattern().fullmatch(slot):
        return None
    if end - begin < 2 or end - begin > 34:
        return None
    if firm is not None and begin < firm.end and end > firm.start:
        return None
    if re.search(
        r"[\d.]+(?:元|港元|美元|%)|评级|目标价|盈测|盈利|预测|净利|纯利|收入|预期|行业|分析师|表示|影响|看法|观点|今年|年至",
        slot,
    ):
        return None
    if RATING.search(slot) or VERB.fullmatch(slot):
        return None
    return begin, end
