"""Claims in Chinese, traditional as Hong Kong writes and simplified, by the same rules as in English.

Every phrase stands in both scripts side by side: usage differs in more than the characters (收市, 收盘).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from tui_monitor.analysis.claims import ClaimId, Fact
from tui_monitor.analysis.wording_numbers import level_text, number, percent_text, ratio_text, text, whole

if TYPE_CHECKING:
    from tui_monitor.analysis.claims import Claim

Choose = Callable[[str, str], str]
"""Takes a phrase in traditional and in simplified characters and returns the one that is wanted."""


def say(claim: Claim, *, traditional: bool) -> tuple[str, str]:
    """Return the claim as a sentence and as a short phrase."""

    def either(hant: str, hans: str) -> str:
        return hant if traditional else hans

    match claim.id:
        case ClaimId.MOVE:
            return _move(claim, either)
        case ClaimId.HIGHEST_CLOSE | ClaimId.LOWEST_CLOSE:
            return _span(claim, either)
        case ClaimId.WEEKLY_STREAK | ClaimId.DAILY_STREAK | ClaimId.MONTHLY_STREAK:
            return _streak(claim, either)
        case ClaimId.YEAR_TO_DATE | ClaimId.MONTH_TO_DATE | ClaimId.SINCE_DATE:
            return _period(claim, either)
        case ClaimId.RECORD_DISTANCE:
            return _record(claim, either)
        case ClaimId.PEER_RANK:
            return _peers(claim, either)
        case ClaimId.BREADTH:
            return _breadth(claim, either)
        case ClaimId.TOP_THREE:
            return _top_three(claim, either)
        case ClaimId.VALUATION:
            return _valuation(claim, either)


def date_text(value: Fact) -> str:
    """Return an ISO date as 2021年11月25日."""
    day = date.fromisoformat(text(value))
    return f"{day.year}年{day.month}月{day.day}日"


def _direction(percent: float, either: Choose) -> str:
    if percent == 0.0:
        return "持平"
    return f"{either('升', '涨') if percent > 0 else '跌'}{percent_text(percent)}"


def _move(claim: Claim, either: Choose) -> tuple[str, str]:
    level, way = level_text(claim.inputs["level"]), _direction(number(claim.inputs["change_pct"]), either)
    start = either("現報", "现报") if claim.provisional else either("收報", "收报")
    return f"{start}{level}，{way}。", f"{start}{level}，{way}"


def _span(claim: Claim, either: Choose) -> tuple[str, str]:
    high = claim.id is ClaimId.HIGHEST_CLOSE
    since = text(claim.inputs["since"])
    would = either("若維持至收市，將", "若维持至收盘，将") if claim.provisional else ""
    makes = either("將創", "将创") if claim.provisional else either("創", "创")
    end = either("最高收市", "最高收盘") if high else either("最低收市", "最低收盘")
    if since == "record":
        history = either("歷史", "历史")
        begins = f"{either('日線', '日线')}自{date_text(claim.inputs['history_from'])}起"
        long = f"{would}{either('創', '创')}{history}{end}（{begins}）。"
        return long, f"{makes}{history}{end}"
    level = level_text(claim.inputs["since_level"])
    after = either("以來", "以来")
    long = f"{would}{either('創', '创')}{date_text(since)}（{either('當日', '当日')}{level}）{after}{end}。"
    return long, f"{makes}{since}{after}{end}"


def _streak(claim: Claim, either: Choose) -> tuple[str, str]:
    count = whole(claim.inputs["count"])
    unit = {
        ClaimId.WEEKLY_STREAK: either("週", "周"),
        ClaimId.DAILY_STREAK: "日",
        ClaimId.MONTHLY_STREAK: either("個月", "个月"),
    }[claim.id]
    phrase = f"{either('連', '连')}{either('升', '涨') if count > 0 else '跌'}{abs(count)}{unit}"
    if not claim.inputs["running"]:
        return f"{phrase}。", phrase
    if claim.id is ClaimId.DAILY_STREAK:
        return f"{either('若維持至收市，將', '若维持至收盘，将')}{phrase}。", f"{either('將', '将')}{phrase}"
    return f"{either('勢將', '势将')}{phrase}。", f"{either('勢將', '势将')}{phrase}"


def _period(claim: Claim, either: Choose) -> tuple[str, str]:
    way = _direction(number(claim.inputs["percent"]), either)
    day = text(claim.inputs["base_date"])
    base = f"（{date_text(day)}{either('收報', '收报')}{level_text(claim.inputs['base_level'])}）"
    if claim.id is ClaimId.SINCE_DATE:
        after = either("以來", "以来")
        level = level_text(claim.inputs["base_level"])
        return f"自{date_text(day)}（{either('當日', '当日')}{level}）{after}{way}。", f"自{day}{after}{way}"
    start = "年初至今" if claim.id is ClaimId.YEAR_TO_DATE else "本月至今"
    return f"{start}{way}{base}。", f"{start}{way}"


def _record(claim: Claim, either: Choose) -> tuple[str, str]:
    facts = claim.inputs
    below, to_go = number(facts["below_record_pct"]), percent_text(facts["to_record_pct"])
    day, level = text(facts["record_date"]), level_text(facts["record_level"])
    peak = either("收市紀錄", "收盘纪录")
    if below == 0.0:
        return f"平{date_text(day)}{peak}{level}。", f"平{day}{peak}"
    long = either(
        f"較{date_text(day)}的{peak}{level}低{percent_text(below)}，須升{to_go}才可收復。",
        f"较{date_text(day)}的{peak}{level}低{percent_text(below)}，须上涨{to_go}才能收复。",
    )
    return long, either(f"距{day}紀錄尚差{to_go}", f"距{day}纪录尚差{to_go}")


def _peers(claim: Claim, either: Choose) -> tuple[str, str]:
    facts = claim.inputs
    place, count = whole(facts["place"]), whole(facts["count"])
    state = "交易中" if claim.provisional else either("已收市", "已收盘")
    other = ""
    if place in {1, count} and facts.get("other") is not None:
        way = either("領先", "领先") if place == 1 else either("落後於", "落后于")
        other = f"，{way}{text(facts['other'])}（{_direction(number(facts['other_percent']), either)}）"
    rank = either(f"{count}個指數中排第{place}", f"{count}个指数中排第{place}")
    return f"{state}的{rank}{other}。", rank


def _breadth(claim: Claim, either: Choose) -> tuple[str, str]:
    up, down, flat = (whole(claim.inputs[key]) for key in ("advancers", "decliners", "unchanged"))
    unknown = whole(claim.inputs["unknown"])
    tail = either(f"，{unknown}隻無報價", f"，{unknown}只无报价") if unknown else ""
    short = f"{up}{either('升', '涨')}{down}跌{flat}平"
    return f"{either('成份股', '成分股')}{short}{tail}。", short


def _top_three(claim: Claim, either: Choose) -> tuple[str, str]:
    facts = claim.inputs
    share = f"{number(facts['share']) * 100.0:.0f}%"
    names = [text(facts[key]) for key in ("first", "second", "third") if facts.get(key) is not None]
    points = f"{number(facts['points']):+,.1f}/{number(facts['index_points']):+,.1f}"
    estimated = either("，權重為估算", "，权重为估算") if facts["estimated"] else ""
    takes = either("佔指數變動", "占指数变动")
    long = f"{'、'.join(names)}{takes}{share}（{points}{either('點', '点')}{estimated}）。"
    return long, f"{either('首', '前')}{'一二三'[len(names) - 1]}{either('隻成份股佔變動', '只成分股占变动')}{share}"


def _valuation(claim: Claim, either: Choose) -> tuple[str, str]:
    facts = claim.inputs
    own = ratio_text(facts["forward_pe"])
    parts: list[str] = []
    brackets: list[str] = []
    if facts.get("average") is not None:
        average = ratio_text(facts["average"])
        parts.append(f"{_against(own, average, either)}五年平均{average}倍")
        brackets.append(f"5年{average}")
    if facts.get("other") is not None:
        other = ratio_text(facts["other"])
        parts.append(f"{_against(own, other, either)}{text(facts['other_name'])}的{other}倍")
        brackets.append(f"{text(facts['other_short'])} {other}")
    coverage = number(facts["coverage"])
    covered = "" if coverage >= 0.995 else either(
        f"（覆蓋{coverage * 100.0:.0f}%權重）", f"（覆盖{coverage * 100.0:.0f}%权重）"
    )  # fmt: skip
    name = either("預測市盈率", "预测市盈率")
    told = "".join(f"，{part}" for part in parts)
    short = f"{name}{own}" + (f"（{'，'.join(brackets)}）" if brackets else "")
    return f"{name}{own}倍{covered}{told}。", short


def _against(own: str, other: str, either: Choose) -> str:
    if own == other:
        return either("持平於", "持平于")
    return either("低於", "低于") if float(own) < float(other) else either("高於", "高于")
