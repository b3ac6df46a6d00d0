"""Grades: the words of research houses, and the five-step scale they are coloured and sorted by."""

from __future__ import annotations

import re
from functools import cache

from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.lexicon import read_seed

STRONG_BUY, BUY, HOLD, SELL, STRONG_SELL = 5, 4, 3, 2, 1
"""The steps of the scale."""

# What stands around a grade without changing it: quotes, "rating", a trailing class such as 增持-A.
_TRIMMINGS = re.compile(r"^[\s\"'「」]+|[\s\"'「」]+$|\s*-?\s*(?:rating|rated|评级|级)$")


@cache
def _steps() -> tuple[dict[str, int], dict[str, int]]:
    english: dict[str, int] = {}
    chinese: dict[str, int] = {}
    for row in read_seed("grades.json")["steps"]:
        english.update((word, row["step"]) for word in row["en"])
        chinese.update((fold(word), row["step"]) for word in row["zh"])
    return english, chinese


def english_grades() -> dict[str, int]:
    """Return the English grade words, in lower case, with their step."""
    return _steps()[0]


def chinese_grades() -> dict[str, int]:
    """Return the Chinese grade words, folded to simplified characters, with their step."""
    return _steps()[1]


@cache
def grade_step(word: str) -> int | None:
    """Return the step (5 strong buy, 4 buy, 3 hold, 2 sell, 1 strong sell) of a grade as written, else ``None``."""
    if len(word) > 60:
        return None
    key = lower(fold(word))
    for _ in range(3):
        trimmed = _TRIMMINGS.sub("", key)
        if trimmed == key:
            break
        key = trimmed
    english, chinese = _steps()
    step = english.get(key) or english.get(key.replace("-", " ")) or chinese.get(key)
    if step is None and key[-2:-1] == "-":
        step = chinese.get(key[:-2])
    return step
