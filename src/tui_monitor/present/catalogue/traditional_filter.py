"""What is wrong with a headline filter, in traditional Chinese, as Hong Kong writes them."""

from __future__ import annotations

FILTER_WORDS: dict[str, str] = {
    "filter.fault.too-long": "到此為止（最多 {most} 字）",
    "filter.fault.never-opened": "條件；這個右括號沒有對應的左括號",
    "filter.fault.quotation": "右引號",
    "filter.fault.nesting": "最多 {most} 層括號",
    "filter.fault.after-or": "OR 之後的條件",
    "filter.fault.before-or": "OR 之前的條件",
    "filter.fault.after-minus": "- 之後的條件",
    "filter.fault.bracket": "右括號",
    "filter.fault.duration": "時間，如 30m、2h、1d 或 1w",
    "filter.fault.age-sign": "age 之後用 < 或 >，如 age<2h",
    "filter.fault.key": "冒號前用 {keys} 其一（含冒號的詞語請加引號）",
    "filter.fault.value": "{term}: 之後的內容",
    "filter.fault.yes-no": "yes 或 no",
    "filter.fault.symbol": "證券代號，如 0700.HK、700 或 BABA",
}
"""Words by key; ``{names}`` are filled in."""
