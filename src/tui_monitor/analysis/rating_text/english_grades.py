"""Which grade of an English headline is the new one and which the old."""

from __future__ import annotations

import re
from itertools import pairwise

from tui_monitor.analysis.rating_text.english_words import VERBS, Kind, Token, gap_between
from tui_monitor.analysis.rating_text.lexicon import words

_SURE_GRADES = words("overweight underweight outperform underperform neutral equal-weight equalweight ow uw ew mp")
"""Grades that mean nothing else, wherever they stand."""
_TO = words("to at as with is was becomes become")
_LINKS = frozenset(
    (
        "",
        "a",
        "an",
        "its",
        "their",
        "his",
        "her",
        "our",
        "a new",
        "the",
        "from",
        "it",
        "at a",
        "cl",
        "shares at",
        "both",
    )
)
"""What may stand between a word and the grade that belongs to it."""
_VERB_LIKE = words("buy sell hold add reduce outperform underperform perform accumulate lighten avoid")
_WISHES = re.compile(
    r"(?<![a-z])(?:time|reasons?|how|when|wants?|ready|offers?|agree[sd]?|plans?|bid|deal|right|options?|looking|"
    r"looks|where|needs?|going|able|"
    r"likely|rush(?:es)?|expected|set|continues?|moves?|pledges?|decision|proposal|what|which|stocks|names|best|not|"
    r"reluctant|urged?|told|tells)$"
)
"""Words before ``to`` that make a verb of a grade: an offer to buy."""
_ARTICLE = re.compile(r" ['\"]?an? ")
_PRICES = re.compile(r"(?:price|shr|shares?|stock)$")
_ENDS = re.compile(
    r"['\"]?(?:$|[,;:.!)|…]|\s*-|\s(?:at|by|from|on|with|as|after|amid|following|ratings?|rated|due|citing|ahead|in|"
    r"for|while|and|"
    r"but|yet|vs|versus|over|despite|post|premarket|pre-market|https?|list|given|says|said|because|since|w|pt|tp|"
    r"target|price|"
    r"conviction|today|monday|tuesday|wednesday|thursday|friday|stock|upon|status|\$|#|/)(?![a-z])|\s[$#(/'])"
)
"""What may follow a grade; anything else makes a verb of it: to buy back shares."""


def read_grades(low: str, tokens: list[Token]) -> tuple[Token | None, Token | None]:
    """Return the old and the new grade."""
    old: Token | None = None
    new = _rated(low, tokens)
    for index, token in enumerate(tokens):
        if token.kind is Kind.GRADE:
            role = _role(low, tokens, index)
            if role == "from":
                old = old or token
            elif role == "to":
                new = new or token
    return old, new


def _role(low: str, tokens: list[Token], index: int) -> str | None:
    """Return whether a grade is the new one (``to``) or the old one (``from``); ``None`` for an ordinary word."""
    token = tokens[index]
    before = tokens[index - 1] if index else None
    if before is None and _opens(low, tokens):
        return "to"
    if before is not None:
        gap = gap_between(low, before, token)
        if gap in _LINKS or (before.kind in VERBS and gap in ("earlier", "with", "to be")):
            if before.kind is Kind.PREP:
                role = _behind_preposition(low, before, token)
                if role is not None:
                    return role
            elif (
                before.kind in (Kind.KEEP, Kind.INIT, Kind.UP, Kind.DOWN, Kind.RATING, Kind.TICKER)
                or (before.word == ":" and low[token.end : token.end + 1] in ("", ",", ";") and index > 1)
                or (before.kind in VERBS | {Kind.STOP} and token.word in _SURE_GRADES)
            ):
                return "to"
        if before.kind is Kind.KEEP and before.word in ("names", "named") and gap.endswith((" a", " an", " its")):
            return "to"
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and gap_between(low, token, after) == "":
        kept = after.kind is Kind.KEEP and after.word.endswith(("ed", "kept"))
        if kept or after.word == "initiation" or (after.kind is Kind.RATING and after.word != "buy list"):
            return "to"
    return "to" if token.word in _SURE_GRADES and before is not None else None


def _opens(low: str, tokens: list[Token]) -> bool:
    """Read ``Firm Neutral On Company``, a headline that is a grade and nothing else."""
    if len(tokens) < 2 or tokens[0].word not in _SURE_GRADES or tokens[1].word != "on":
        return False
    return tokens[0].start > 0 and gap_between(low, tokens[0], tokens[1]) == ""


def _behind_preposition(low: str, before: Token, token: Token) -> str | None:
    if before.word in ("from", "vs", "vs.", "versus", "previously", "prior"):
        return "from"
    if before.word in ("and", "while", "but"):
        return "to" if token.word in _SURE_GRADES else None
    if before.word == "on" and token.word.startswith(("conviction", "cl ")):
        return "to"
    if before.word not in _TO:
        return None
    if before.word == "with" and token.word in ("positive", "negative") and not _ARTICLE.match(low, before.end):
        return None
    if before.word == "to" and token.word in _VERB_LIKE:
        lead = low[: before.start].rstrip()
        if _WISHES.search(lead) or not _ENDS.match(low, token.end):
            return None
        if token.word in ("outperform", "underperform", "perform") and _PRICES.search(lead):
            return None
    return "to"


def _rated(low: str, tokens: list[Token]) -> Token | None:
    """Return the grade of ``...; Rated Buy``, which outranks a grade word elsewhere: ``to Outperform in 60 Days``."""
    for verb, grade in pairwise(tokens):
        if (
            verb.kind is Kind.KEEP
            and verb.word in ("rated", "kept", "restated")
            and grade.kind is Kind.GRADE
            and low[verb.end : grade.start].strip(" '\"") in ("", "at", "as")
        ):
            return grade
    return None
