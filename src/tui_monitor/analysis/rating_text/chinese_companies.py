"""Where Chinese headlines put the company and its code."""

from __future__ import annotations

import re
from functools import cache

from tui_monitor.analysis.rating_text.chinese_firms import FirmSpan
from tui_monitor.analysis.rating_text.chinese_names import known_company_at
from tui_monitor.analysis.rating_text.chinese_words import MOVE, RATING, SECTOR, TARGET, VERB, grade_pattern

_CODE = re.compile(r"\s?\((?P<code>[a-z0-9.\-:]{1,14})(?:[、,/][a-z0-9.、,/]{1,20})?\)")
_CODE_MARKET = re.compile(r"^(?:hk|hkg|hkex|nyse|nasdaq|us|sh|sz):")
_END = (
    r"(?:短线|中线|长线)?(?:目标价|目标股价)|股价目标|合理价|目标(?=至|从|由|\d)|"
    r"投资评级|股票评级|评级|评等|[「\"]"
)
_NAME = r"[^,:;。!?「」\"()|%]{1,26}?"
_SLOT = re.compile(
    rf"(?:对|了)?(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?(?:的|股份的|股票|于)?\s?(?:{_END}|(?:给予|并予|仍予|续予|予)(?=[「\"\s评]|{{g}})|吁(?=[「\"\s])|获|"
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
    r"(?:^|[\s,:;。])(?P<c>[^\s,:;。!?「」\"()|%]{2,16}?)(?P<p>\s?\([^()]{1,30}\))?(?:的)?(?:评级|目标价|降级|升级)(?:获|被|遭|"
    r"再|均)?[^\s,;:。]{0,12}?(?:升|降|上调|下调|调|至|维持)"
)
_WIN = re.compile(r"^(?P<c>[^\s,:;。!?「」\"()|%]{2,16}?)(?P<p>\s?\([^()]{1,30}\))?\s?(?:再?获|遭|被|受)")
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
    r"上半年|下半年|上半财年|下半财年|半年|全年|去年|今年|明年|首季|次季|第[一二三四]季|[一二三四]季|季绩|末季|上季|本季|中期|中绩|业绩|季度|财年|财季|前景|盈喜|盈警|盈利|利润|纯利|净利|收入|营收|营运|"
    r"经营|估值|派息|股息|派特|股价|"
    r"毛利|现金流|销售|销量|订单|新订单|积压|港口交易|出售|收购|交易|获|料|将|可|有望|受惠|受益|为|已|或|拟|稳居|投资价值|核心|基本|增长|增速|表现|持续|毛利率|股份|价格|需求|成本|费用|"
    r"[0-9]{2,4}|投得|派|推出|发布|公布|业务|管理层|管理|仍|需|季|股票|回购|近|维持|延续|潜在|目标|"
    r"利在|稳定|依托|快速|行业|产品|主业|转型|龙头|区域|受|内外|业(?=绩)|发力|进展|引入|预期|首三季|首[0-9一二三四五六七八九]个?月|月|股东|资产|资本|宣布|加快|扩张|新车|新品|手游|广告|"
    r"云|与|在|是|面临|遭|短期|长期|中长期|未来|具|提供|拥有|超预期|胜预期|逊预期|符合|优于|好过|差过|强劲|疲弱|理想|改善|恶化|反弹|跌|升|涨"
)
_FAVOURS = re.compile(rf"看好(?P<c>{_NAME})(?P<p>\s?\([^()]{{1,30}}\))?(?=[\s,。]|$)")
_MOVES_ALL = re.compile(r"(?:\s|^)(?:上调|下调|升|降)目标价(?!至|\d)")
"""Targets moved without a company beside them: those of the companies that are favoured."""
_CODED = re.compile(r"(?P<c>[^\s,:;。!?「」\"()|%]{2,20})(?P<p>\s?\([a-z0-9.\-]{1,10}\))")
_CLASS = re.compile(r"\s?-\s?(?:sw|w|s|b|p|r)(?![a-z])")
"""What Hong Kong adds to the names of some listings: 理想汽車-W."""
_LAST_PIECE = re.compile(r"(?:^|[\s,:;])([^\s,:;。「」\"%]{2,14})$")
_HEAD = re.compile(
    r"^(?:[\s\"'「*]+|对|了|将|把|港股|美股|a股(?!\w)|其|旗下|因|至|股份|及|并|也|又|续|的|短期|投资者|股票|惟|但|而|兼|亦|另|同时|不过)"
)
_TAIL = re.compile(
    r"(?:[\s\"'「」*,]+|的|股份的|股票|a股|h股|台股|等|公司股价|股价|一次|初始|之|股权|集团股票|短[期线]|中线|长线|其|于|将|则|予|为|在)$"
)


def find_company(low: str, start: int, firm: FirmSpan | None) -> tuple[int, int, str | None] | None:
    """Return the bounds of the company and its code (folded, lower case), if the headline names one."""
    seen_sector = False
    for span in _candidates(low, start, firm):
        begin, end, code, guessed = span
        bounds = _trim(low, begin, end, firm)
        if bounds is None:
            continue
        begin, end = bounds
        share_class = _CLASS.match(low, end)
        if share_class is not None:
            end = share_class.end()
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
    if _MOVES_ALL.search(low, start) is not None:
        add(_FAVOURS.search(low, start))
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
        opening = known_company_at(low, start)
        if opening is not None and opening < firm.start:
            spans.append((start, opening, None, True))
    elif colon > start:
        spans.append((start, colon, None, False))
    return spans


def _code(paren: str | None) -> str | None:
    if paren is None:
        return None
    match = _CODE.fullmatch(paren)
    return _CODE_MARKET.sub("", match["code"]) if match is not None else None


@cache
def _slot() -> re.Pattern[str]:
    return re.compile(_SLOT.pattern.replace("{g}", grade_pattern().pattern))


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
    grade = grade_pattern().match(low, begin, end)
    if grade is not None and known_company_at(low, begin) is None:
        begin = grade.end()
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
