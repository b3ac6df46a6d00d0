"""The brief in Chinese, traditional as Hong Kong's papers write and simplified, by rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from tui_monitor.analysis.brief import COVERED, FLAT, Part, Statement
from tui_monitor.analysis.brief_next_words import chinese
from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.analysis.market_terms import firm_in, grade_in
from tui_monitor.analysis.wording_numbers import level_text, number, percent_text, ratio_text, text, whole
from tui_monitor.analysis.wording_zh import Choose, date_text

_DAYS = "一二三四五六日"

_TOPICS = {
    "events": ("前瞻", "前瞻"), "deals": ("交易融資", "交易融资"), "central-banks": ("央行", "央行"),
    "chips-ai": ("晶片與AI", "芯片与AI"), "policy": ("政策", "政策"), "earnings": ("業績", "业绩"),
    "macro": ("宏觀", "宏观"),
}  # fmt: skip

_MONEY = {
    "USD": ("美元", "美元"), "HKD": ("港元", "港元"), "CNY": ("元人民幣", "元人民币"), "JPY": ("日圓", "日元"),
    "EUR": ("歐元", "欧元"), "GBP": ("英鎊", "英镑"),
}  # fmt: skip


def sayer(*, traditional: bool) -> Callable[[Statement], str]:
    """Return what words a statement in one of the scripts."""

    def either(hant: str, hans: str) -> str:
        return hant if traditional else hans

    return lambda statement: _say(statement, either)


def _say(statement: Statement, either: Choose) -> str:
    match statement.part:
        case Part.LEAD:
            return _lead(statement, either)
        case Part.RUN:
            return _run(statement.claims, either)
        case Part.LEADERS:
            return _leaders(statement, either)
        case Part.PEERS:
            return _peers(statement, either)
        case Part.VALUATION:
            return _valuation(statement.claims[0], either)
        case Part.RATINGS:
            return _ratings(statement.inputs, either)
        case Part.HEADLINE:
            one = statement.inputs
            return f"{either(*_TOPICS[one['topic']])}：「{one['title']}」（{one['source']}）。"
        case Part.NEXT:
            return chinese(statement.inputs, either)


def _lead(statement: Statement, either: Choose) -> str:
    move = statement.claims[0]
    percent, level = number(move.inputs["change_pct"]), level_text(move.inputs["level"])
    as_of = text(move.inputs["as_of"])
    day = f"{either('週', '周')}{_DAYS[date.fromisoformat(as_of).weekday()]}"
    if statement.inputs.get("dated"):
        day = date_text(as_of)
    point = either("點", "点")
    if move.provisional:
        told = f"{statement.inputs['index']}{day}{statement.inputs['clock']}{either('報', '报')}{level}{point}"
    else:
        told = f"{statement.inputs['index']}{day}{either('收報', '收报')}{level}{point}"
    told += f"，{_direction(percent, either)}"
    if len(statement.claims) > 1:
        told += f"，{_notable(statement.claims[1], statement, either)}"
    return told + "。"


def _notable(claim: Claim, statement: Statement, either: Choose) -> str:
    facts = claim.inputs
    held = either("若維持至收市，將", "若维持至收盘，将") if claim.provisional else ""
    match claim.id:
        case ClaimId.HIGHEST_CLOSE | ClaimId.LOWEST_CLOSE:
            high = claim.id is ClaimId.HIGHEST_CLOSE
            ending = either("最高收市", "最高收盘") if high else either("最低收市", "最低收盘")
            if facts["since"] == "record":
                begins = f"{either('日線', '日线')}自{date_text(facts['history_from'])}起"
                return f"{held}{either('創歷史', '创历史')}{ending}（{begins}）"
            return f"{held}{either('創', '创')}{date_text(facts['since'])}{either('以來', '以来')}{ending}"
        case ClaimId.DAILY_STREAK:
            return f"{held}{_streak(claim, either)}"
        case ClaimId.WEEKLY_STREAK | ClaimId.MONTHLY_STREAK:
            rising = whole(facts["count"]) > 0
            still = "仍" if rising != (number(statement.claims[0].inputs["change_pct"]) > 0.0) else ""
            ahead = "有望" if still and rising else either("勢將", "势将")
            return f"{still}{ahead if facts['running'] else ''}{_streak(claim, either)}"
        case ClaimId.YEAR_TO_DATE:
            return f"年初至今{_direction(number(facts['percent']), either)}"
        case ClaimId.RECORD_DISTANCE:
            below = number(facts["below_record_pct"])
            if below == 0.0:
                return _record(claim, either)
            peak = f"{date_text(facts['record_date'])}{either('的收市紀錄', '的收盘纪录')}"
            return f"{either('較', '较')}{peak}低{percent_text(below)}"
        case ClaimId.PEER_RANK:
            return f"在{_rank(claim, statement, either)}"
        case ClaimId.BREADTH:
            return _counts(claim, statement.inputs["members"], either)
    return ""


def _run(claims: Sequence[Claim], either: Choose) -> str:
    parts: list[str] = []
    ways: list[bool] = []
    record = ""
    for claim in claims:
        facts = claim.inputs
        if claim.id is ClaimId.YEAR_TO_DATE:
            ways.append(number(facts["percent"]) > 0.0)
            parts.append(f"年初至今{_direction(number(facts['percent']), either)}")
        elif claim.id is ClaimId.RECORD_DISTANCE:
            record = _record(claim, either)
        else:
            ways.append(whole(facts["count"]) > 0)
            if claim.id is ClaimId.DAILY_STREAK:
                held = either("若維持至收市，將", "若维持至收盘，将") if claim.provisional else ""
            else:
                held = either("勢將", "势将") if facts["running"] else ""
            parts.append(f"{held}{_streak(claim, either)}")
    mixed = len(set(ways)) > 1
    told = ("，但" if mixed else "，").join(parts)
    if record:
        told = f"{told}，{'但' if any(ways) and not mixed else ''}{record}" if told else record
    return f"{either('該指數', '该指数')}{told}。"


def _record(claim: Claim, either: Choose) -> str:
    facts = claim.inputs
    peak = f"{date_text(facts['record_date'])}{either('的收市紀錄', '的收盘纪录')}"
    if number(facts["below_record_pct"]) == 0.0:
        return f"平了{peak}"
    return either("仍須升", "仍须上涨") + percent_text(facts["to_record_pct"]) + either("方可收復", "才能收复") + peak


def _leaders(statement: Statement, either: Choose) -> str:
    facts = statement.inputs
    claim = statement.claim(ClaimId.BREADTH)
    counted = _counts(claim, facts["members"], either) if claim is not None else ""
    led = facts["leaders"]
    if not led:
        return f"{counted}。"
    first, others = led[0], led[1:]
    point = either("點", "点")
    estimated = either("（權重為估算）", "（权重为估算）") if facts["estimated"] else ""
    far = facts.get("furthest")
    if facts["falling"]:
        head = "拖累最大"
        takes = either("拖低指數", "拖低指数")
    else:
        head = either("領升", "领涨") if far is None else either("貢獻最大", "贡献最大")
        takes = either("貢獻", "贡献")
    told = f"{first['name']}{head}，{_direction(first['percent'], either)}，{takes}{_points(first)}{point}{estimated}"
    if others:
        shown = [f"{one['name']}（{_direction(one['percent'], either)}，{_points(one)}{point}）" for one in others]
        told += f"，其次{either('為', '为')}{_listed(shown)}"
    if far is not None:
        most = "跌幅最大" if facts["falling"] else either("升幅最大", "涨幅最大")
        told += f"；{far['name']}{most}"
        if far["symbol"] not in {one["symbol"] for one in led}:
            told += f"，{_direction(far['percent'], either)}"
    return f"{counted}；{told}。" if counted else f"{told}。"


def _counts(claim: Claim, members: int, either: Choose) -> str:
    up, down = whole(claim.inputs["advancers"]), whole(claim.inputs["decliners"])
    unit = either("隻", "只")
    return f"{members}{unit}{either('成份股', '成分股')}中{up}{unit}{either('上升', '上涨')}、{down}{unit}下跌"


def _peers(statement: Statement, either: Choose) -> str:
    claim = statement.claim(ClaimId.PEER_RANK)
    told = ""
    if claim is not None:
        gauges = _listed(
            [f"{one['name']}（{_direction(one['percent'], either)}）" for one in statement.inputs["gauges"]]
        )
        side = either("領先", "领先") if claim.inputs["place"] == 1 else either("落後於", "落后于")
        told = f"{either('該指數', '该指数')}在{_rank(claim, statement, either)}，{side}{gauges}"
    other = statement.inputs.get("barometer")
    if other is None:
        return f"{told}。"
    percent = other["percent"]
    way = f"大致持平（{_direction(percent, either)}）" if 0.0 < abs(percent) < FLAT else _direction(percent, either)
    tail = f"{other['name']}{either('最近一個交易日', '最近一个交易日')}{way}"
    return f"{told}；{tail}。" if told else f"{tail}。"


def _rank(claim: Claim, statement: Statement, either: Choose) -> str:
    place, count = whole(claim.inputs["place"]), whole(claim.inputs["count"])
    closed = either("今日已收市", "今日已收盘") if statement.inputs["today"] else either("當日已收市", "当日已收盘")
    state = "交易中" if claim.provisional else closed
    where = {1: "居首", count: "居末"}.get(place, f"排第{place}")
    return f"{state}的{count}{either('個指數', '个指数')}中{where}"


def _valuation(claim: Claim, either: Choose) -> str:
    facts = claim.inputs
    own = ratio_text(facts["forward_pe"])
    parts: list[tuple[str, str]] = []
    if facts.get("average") is not None:
        average = ratio_text(facts["average"])
        parts.append((_against(own, average, either), f"五年平均的{average}倍"))
    if facts.get("other") is not None:
        other = ratio_text(facts["other"])
        parts.append((_against(own, other, either), f"{text(facts['other_name'])}的{other}倍"))
    coverage = number(facts["coverage"])
    covered = "" if coverage >= COVERED else either("（佔權重", "（占权重") + f"{coverage * 100.0:.0f}%）"
    told = f"{either('預測市盈率', '预测市盈率')}{covered}{either('為', '为')}{own}倍"
    if len(parts) == 2 and parts[0][0] == parts[1][0]:
        return f"{told}，{parts[0][0]}{parts[0][1]}及{parts[1][1]}。"
    return told + "".join(f"，{'' if not place else '但'}{way}{what}" for place, (way, what) in enumerate(parts)) + "。"


def _against(own: str, other: str, either: Choose) -> str:
    if own == other:
        return either("相當於", "相当于")
    return either("低於", "低于") if float(own) < float(other) else either("高於", "高于")


def _ratings(facts: Mapping[str, Any], either: Choose) -> str:
    told = "，".join(_rating(one, either) for one in facts["changes"])
    count = facts["count"]
    if count > len(facts["changes"]):
        return f"{either('當日', '当日')}{count}{either('項評級變動中', '项评级变动中')}，{told}。"
    return f"{either('評級方面', '评级方面')}，{told}。"


def _rating(one: Mapping[str, Any], either: Choose) -> str:
    firm = firm_in(one["firm"], _language(either)) if one["firm"] is not None else None
    action = one["action"]
    other_line = one["other_line"] and "target" not in action
    company = f"{one['company']}美股" if other_line else one["company"]
    up = action in {"upgrade", "raise-target"}
    verb = either("上調", "上调") if up else either("下調", "下调")
    rating = either("評級", "评级")
    if action in {"upgrade", "downgrade"}:
        before = f"由{_grade(one['from_grade'], either)}" if one["from_grade"] and one["to_grade"] else ""
        after = f"至{_grade(one['to_grade'], either)}" if one["to_grade"] else ""
        if firm is None:
            return f"{company}{either('獲', '获') if up else '遭'}{verb}{rating}{before}{after}"
        return f"{firm}{either('將', '将')}{company}{rating}{before}{verb}{after}"
    if action == "initiate":
        grade = f"，{rating}{_grade(one['to_grade'], either)}" if one["to_grade"] else ""
        return f"{firm or '有券商'}{either('首次覆蓋', '首次覆盖')}{company}{grade}"
    target = either("目標價", "目标价")
    after = f"至{_money(one['target'], one['currency'], either)}" if one["target"] is not None else ""
    before = ""
    if after and one["prior_target"] is not None:
        before = f"由{_money(one['prior_target'], one['currency'], either)}"
    if firm is None:
        return f"{company}{target}{either('獲', '获') if up else '遭'}{verb}{before}{after}"
    return f"{firm}{either('將', '将')}{company}{target}{before}{verb}{after}"


def _grade(word: str, either: Choose) -> str:
    return f"「{grade_in(word, _language(either))}」"


def _language(either: Choose) -> str:
    return either("zh-Hant", "zh-Hans")


def _money(value: float, currency: str | None, either: Choose) -> str:
    amount = f"{value:,.2f}".removesuffix(".00")
    if currency is None:
        return amount
    return f"{amount}{either(*_MONEY[currency])}" if currency in _MONEY else f"{amount} {currency}"


def _streak(claim: Claim, either: Choose) -> str:
    count = whole(claim.inputs["count"])
    unit = {
        ClaimId.WEEKLY_STREAK: either("週", "周"),
        ClaimId.DAILY_STREAK: "日",
        ClaimId.MONTHLY_STREAK: either("個月", "个月"),
    }[claim.id]
    return f"{either('連', '连')}{either('升', '涨') if count > 0 else '跌'}{abs(count)}{unit}"


def _direction(percent: float, either: Choose) -> str:
    if percent == 0.0:
        return "持平"
    return f"{either('升', '涨') if percent > 0 else '跌'}{percent_text(percent)}"


def _points(one: Mapping[str, Any]) -> str:
    return f"{abs(one['points']):,.1f}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{'、'.join(parts[:-1])}及{parts[-1]}"
