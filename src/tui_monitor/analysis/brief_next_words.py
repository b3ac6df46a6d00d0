"""The words for what comes next, the last sentence of a brief, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from tui_monitor.analysis.wording_zh import Choose

_DAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_DAYS_ZH = "一二三四五六日"

COMING = {
    "fed-decision": ("the Federal Reserve's decision", "聯儲局議息結果", "美联储议息结果"),
    "fed-minutes": ("the minutes of the Federal Reserve", "聯儲局會議紀要", "美联储会议纪要"),
    "ecb-decision": ("the European Central Bank's decision", "歐洲央行議息結果", "欧洲央行议息结果"),
    "boe-decision": ("the Bank of England's decision", "英倫銀行議息結果", "英国央行议息结果"),
    "boj-decision": ("the Bank of Japan's decision", "日本央行議息結果", "日本央行议息结果"),
    "boc-decision": ("the Bank of Canada's decision", "加拿大央行議息結果", "加拿大央行议息结果"),
    "rba-decision": ("the Reserve Bank of Australia's decision", "澳洲儲備銀行議息結果", "澳洲联储议息结果"),
    "pboc-lpr": ("China's loan prime rate", "內地貸款市場報價利率", "贷款市场报价利率"),
    "us-jobs": ("the US jobs report", "美國非農就業數據", "美国非农就业数据"),
    "us-cpi": ("US consumer prices", "美國消費物價數據", "美国消费者物价数据"),
    "us-ppi": ("US producer prices", "美國生產物價數據", "美国生产者物价数据"),
    "us-gdp": ("US gross domestic product", "美國GDP數據", "美国GDP数据"),
    "us-pce": ("US personal income and spending", "美國個人收入及開支數據", "美国个人收入和支出数据"),
    "us-retail-sales": ("US retail sales", "美國零售銷售數據", "美国零售销售数据"),
    "us-jolts": ("US job openings", "美國職位空缺數據", "美国职位空缺数据"),
    "us-jobless-claims": ("US jobless claims", "美國失業救濟數據", "美国失业救济数据"),
    "cn-cpi": ("China's consumer prices", "內地消費物價數據", "国内消费者物价数据"),
    "cn-ppi": ("China's producer prices", "內地生產物價數據", "国内生产者物价数据"),
    "cn-gdp": ("China's gross domestic product", "內地GDP數據", "国内GDP数据"),
    "cn-pmi": ("China's purchasing managers", "內地採購經理指數", "国内采购经理指数"),
    "cn-trade": ("China's trade figures", "內地外貿數據", "国内外贸数据"),
    "cn-retail-sales": ("China's retail sales", "內地零售數據", "国内零售数据"),
    "cn-industry": ("China's industrial output", "內地工業增加值", "国内工业增加值"),
    "hk-gdp": ("Hong Kong's gross domestic product", "香港GDP數據", "香港GDP数据"),
    "hk-cpi": ("Hong Kong's consumer prices", "香港消費物價數據", "香港消费物价数据"),
    "hk-policy-address": ("Hong Kong's policy address", "施政報告", "香港施政报告"),
}
"""What is waited for, by the subject of its event: in English, traditional and simplified Chinese."""


def english(facts: Mapping[str, Any]) -> str:
    """Return the sentence for the inputs of ``brief_next``."""
    what = COMING[facts["subject"]][0] if facts["subject"] is not None else f"{facts['company']}'s results"
    clock = f" at {facts['time']}" if facts["time"] is not None else ""
    day = "today" if facts["today"] else f"on {_DAYS_EN[date.fromisoformat(facts['date']).weekday()]}"
    return f"Attention turns to {what}{clock} {day}."


def chinese(facts: Mapping[str, Any], either: Choose) -> str:
    """Return the same in one of the scripts."""
    if facts["subject"] is not None:
        what = either(*COMING[facts["subject"]][1:])
    else:
        what = f"{facts['company']}{either('業績', '业绩')}"
    weekday = _DAYS_ZH[date.fromisoformat(facts["date"]).weekday()]
    day = "今日" if facts["today"] else f"{either('週', '周')}{weekday}"
    clock = f"{facts['time']}公布" if facts["time"] is not None else ""
    return f"{either('市場焦點轉向', '市场焦点转向')}{day}{clock}的{what}。"
