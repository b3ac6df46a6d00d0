"""What is wrong with a headline filter, in English."""

from __future__ import annotations

FILTER_WORDS: dict[str, str] = {
    "filter.fault.too-long": "the end: a filter has at most {most} characters",
    "filter.fault.never-opened": "a term; this bracket was never opened",
    "filter.fault.quotation": "a closing quotation mark",
    "filter.fault.nesting": "at most {most} brackets within each other",
    "filter.fault.after-or": "a term after OR",
    "filter.fault.before-or": "a term before OR",
    "filter.fault.after-minus": "a term after -",
    "filter.fault.bracket": "a closing bracket",
    "filter.fault.duration": "a time such as 30m, 2h, 1d or 1w",
    "filter.fault.age-sign": "< or > after age: age<2h",
    "filter.fault.key": "one of {keys} before the colon (quote a phrase that holds one)",
    "filter.fault.value": "a value after {term}:",
    "filter.fault.yes-no": "yes or no",
    "filter.fault.symbol": "a symbol such as 0700.HK, 700 or BABA",
}
"""Words by key; ``{names}`` are filled in."""
