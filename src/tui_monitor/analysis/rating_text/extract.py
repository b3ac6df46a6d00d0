"""One headline in, what it says of a rating change out."""

from __future__ import annotations

import re
from dataclasses import replace

from tui_monitor.analysis.rating_text.chinese import read_chinese
from tui_monitor.analysis.rating_text.chinese_words import GATE as CHINESE_GATE
from tui_monitor.analysis.rating_text.english import read_english
from tui_monitor.analysis.rating_text.english_words import GATE
from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.model import MAX_CHARACTERS, Extraction

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def extract(text: str) -> Extraction:
    """Return the rating change that one headline reports, or an ``Extraction`` that says it reports none.

    Only the first ``MAX_CHARACTERS`` are looked at; most headlines leave at a gate of one regular expression.
    """
    head = text[: MAX_CHARACTERS * 4].strip()[:MAX_CHARACTERS]
    if _CHINESE.search(head):
        low = lower(fold(head))
        if CHINESE_GATE.search(low) is None:
            return Extraction(text)
        result = read_chinese(head, low)
    else:
        if GATE.search(lower(head)) is None:
            return Extraction(text)
        folded = fold(head)
        result = read_english(head, folded, lower(folded))
    return result if result.text == text else replace(result, text=text)
