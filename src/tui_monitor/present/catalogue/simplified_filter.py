"""What is wrong with a headline filter, in simplified Chinese."""

from __future__ import annotations

FILTER_WORDS: dict[str, str] = {
    "filter.fault.too-long": "到此为止（最多 {most} 字）",
    "filter.fault.never-opened": "条件；这个右括号没有对应的左括号",
    "filter.fault.quotation": "右引号",
    "filter.fault.nesting": "最多 {most} 层括号",
    "filter.fault.after-or": "OR 之后的条件",
    "filter.fault.before-or": "OR 之前的条件",
    "filter.fault.after-minus": "- 之后的条件",
    "filter.fault.bracket": "右括号",
    "filter.fault.duration": "时间，如 30m、2h、1d 或 1w",
    "filter.fault.age-sign": "age 之后用 < 或 >，如 age<2h",
    "filter.fault.key": "冒号前用 {keys} 之一（含冒号的词语请加引号）",
    "filter.fault.value": "{term}: 之后的内容",
    "filter.fault.yes-no": "yes 或 no",
    "filter.fault.symbol": "证券代码，如 0700.HK、700 或 BABA",
}
"""Words by key; ``{names}`` are filled in."""
