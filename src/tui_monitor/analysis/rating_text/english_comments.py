"""Comments: headlines in which a firm talks of a company and its grade comes last, the house style of AAStocks."""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.english_sentence import Sentence
from tui_monitor.analysis.rating_text.english_slots import company_of_subject
from tui_monitor.analysis.rating_text.english_words import Kind
from tui_monitor.analysis.rating_text.lexicon import words

_CAPITALS = re.compile(r"[A-Z0-9][A-Z0-9&'./-]*")

_NOT_NAMES = words("CN HK US PRC NP TP TPS EPS FY YOY QOQ NEV CL OW EW UW GGR NBV VNB JV APAC EBITDA RMB 5G AI MO")
"""Words in capitals that are no company."""

_QUALITY = re.compile(
    r"(?:'|another|strong|more|further|upside|continued|growth|weak|solid|better|higher|lower|slower|limited|"
    r"potential|little|no|big) "
)

_REGARDING = re.compile(r" (?:for|on|at|in|from|of) (?=[a-z])")

_ALL_CAPITALS = re.compile(r"[A-Z0-9&][A-Z0-9&'./,-]*")

_CAPITALISED = re.compile(r"(?:[A-Z0-9&][\w&'./-]*|of|and|&)")

_WORD = re.compile(r"[^\s,;:]+")


def company_in_body(sentence: Sentence, start: int) -> tuple[int, int] | None:
    """Return the bounds of the company that a comment from ``start`` on is about.

    It is named before its ticker, or in capitals (the house style of AAStocks), or it begins the comment.
    """
    text, low = sentence.folded, sentence.low
    for token in sentence.tokens:
        if token.kind is Kind.TICKER and token.start > start:
            bounds = _run_before(text, start, token.start)
            if bounds is not None:
                return bounds
    position = start
    for word in re.finditer(r"\S+", text[start : start + 160]):
        bare = word[0].rstrip(",;:'").removesuffix("'s")
        if _is_name(bare):
            begin = start + word.start()
            return _run_from(text, begin)
        position = start + word.end()
        if position - start > 120:
            break
    if _QUALITY.match(low, start):
        for about in _REGARDING.finditer(low, start, start + 120):
            return company_of_subject(sentence, about.end(), len(low))
    return company_of_subject(sentence, start, len(low))


def _is_name(word: str) -> bool:
    return (
        len(word) >= 3
        and word not in _NOT_NAMES
        and _CAPITALS.fullmatch(word) is not None
        and sum(char.isalpha() for char in word) >= 3
        and not word[0].isdigit()
    )


def _run_from(text: str, begin: int) -> tuple[int, int]:
    end = begin
    position = begin
    while position < len(text):
        word = _WORD.match(text, position)
        if (
            word is None
            or not _CAPITALS.fullmatch(bare := word[0].removesuffix("'s"))
            or bare in _NOT_NAMES
            or bare[0].isdigit()
        ):
            break
        end = position + len(bare)
        position = word.end() + 1
        if word.end() >= len(text) or text[word.end()] != " " or bare != word[0]:
            break
    return begin, end


def _run_before(text: str, start: int, stop: int) -> tuple[int, int] | None:
    """Return the run of names that ends at ``stop``: all capitals, else capitalised words."""
    segment = text[start:stop].rstrip()
    words = [(match.start(), match[0]) for match in re.finditer(r"\S+", segment)]
    for shape in (_ALL_CAPITALS, _CAPITALISED):
        first = None
        for offset, word in reversed(words):
            if not shape.fullmatch(word):
                break
            first = offset
        if first is not None and (shape is _CAPITALISED or any(c.isalpha() for c in segment[first:])):
            return start + first, start + len(segment)
    return None
