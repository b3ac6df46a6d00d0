"""One headline in, what it says of a rating change out."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from msgspec.structs import replace

from tui_monitor.analysis.rating_text import gate
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
        if gate.CHINESE.search(low) is None:
            return Extraction(text)
        result = _chinese()(head, low)
    else:
        if gate.ENGLISH.search(lower(head)) is None:
            return Extraction(text)
        folded = fold(head)
        result = _english()(head, folded, lower(folded))
    return result if result.text == text else replace(result, text=text)


# The rules of a language are loaded at its first headline that passes the gate: compiling them would delay the start.


@cache
def _english() -> Callable[[str, str, str], Extraction]:
    from tui_monitor.analysis.rating_text.english import read_english

    return read_english


@cache
def _chinese() -> Callable[[str, str], Extraction]:
    from tui_monitor.analysis.rating_text.chinese import read_chinese

    return read_chinese
