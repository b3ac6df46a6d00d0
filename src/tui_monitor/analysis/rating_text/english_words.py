"""The words that English headlines report rating changes with, as one lexer.

The lexer runs once over the folded lower-case headline and is linear: every alternative begins with a literal or
a number, and no quantifier is open-ended.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

from tui_monitor.analysis.rating_text.grades import english_grades
from tui_monitor.analysis.rating_text.money import (
    ENGLISH_MONEY,
    PLAIN_NUMBER,
    Money,
    english_money,
    plain_number,
)


class Kind(Enum):
    """What a word of a headline does."""

    UP = auto()
    DOWN = auto()
    INIT = auto()
    KEEP = auto()
    RAISE = auto()
    CUT = auto()
    ADJUST = auto()
    TARGET = auto()
    GRADE = auto()
    RATING = auto()
    PREP = auto()
    STOP = auto()
    MONEY = auto()
    NUMBER = auto()
    TICKER = auto()
    CASHTAG = auto()


VERBS = frozenset({Kind.UP, Kind.DOWN, Kind.INIT, Kind.KEEP, Kind.RAISE, Kind.CUT, Kind.ADJUST})
"""The kinds that are actions."""


@dataclass(slots=True)
class Token:
    """One word of interest: its kind, its folded lower-case text and where it stands."""

    kind: Kind
    word: str
    start: int
    end: int
    money: Money | None = None


_UP = r"(?:double[- ])?upgrad(?:e[sd]?|ing)"
_DOWN = r"(?:double[- ])?downgrad(?:e[sd]?|ing)"
_INIT = (
    r"(?:re-?)?initiat(?:e[sd]?|ing|ion)|(?:start(?:s|ed|ing)?|begins?|began|launch(?:es|ed)?|resum(?:e[sd]?|ing|ption)|"
    r"reinstat(?:e[sd]?|ing)|re-instat(?:e[sd]?)|assum(?:e[sd]?|ing)|pick(?:s|ed) up|assign(?:s|ed)|rerat(?:e[sd]?))"
)
_KEEP = (
    r"maintain(?:s|ed|ing)?|reiterat(?:e[sd]?|ing|ion)|reaffirm(?:s|ed|ing)?|re-?affirmed|affirm(?:s|ed)|keep(?:s|ing)?|kept|restat(?:e[sd]?|ing)|"
    r"retain(?:s|ed|ing)?|repeat(?:s|ed)|rat(?:e[sd]?|ing at)|stays?|remains?|sticks? (?:with|to)|stands? by|backs?|backed|still|earns?|earned|"
    r"receives?|received|gets?|given|gives?|has|have|unchanged|wins?|confirms?|confirmed"
)
_RAISE = (
    r"rais(?:e[sd]?|ing)|lift(?:s|ed|ing)?|hik(?:e[sd]?|ing)|boost(?:s|ed|ing)?|increas(?:e[sd]?|ing)|heighten(?:s|ed)?|elevat(?:e[sd]?)|"
    r"(?:ramp(?:s|ed)?|inch(?:es|ed)?|mov(?:e[sd]?)|ratchet(?:s|ed)?|revis(?:e[sd]?|ing)|nudg(?:e[sd]?)|jack(?:s|ed)?|push(?:es|ed)?|bump(?:s|ed)?|edg(?:e[sd]?)|tick(?:s|ed)?|goes|adjusts?|adjusted|brings?|takes?) up|"
    r"bump(?:s|ed|ing)?|add(?:s|ed|ing)?|ups|upped|up|upping|higher|doubl(?:e[sd])|tripl(?:e[sd])|big boost to|upwardly revis(?:e[sd])|nudges|nudged|jacks|ratchets"
)
_CUT = (
    r"cut(?:s|ting)?|lower(?:s|ed|ing)?|trim(?:s|med|ming)?|slash(?:es|ed|ing)?|reduc(?:e[sd]|ing)|chop(?:s|ped)?|ax(?:e[sd])|sinks?|sank|drop(?:s|ped)?|"
    r"(?:inch(?:es|ed)?|mov(?:e[sd]?)|ratchet(?:s|ed)?|revis(?:e[sd]?|ing)|nudg(?:e[sd]?)|push(?:es|ed)?|press(?:es|ed)?|mark(?:s|ed)?|edg(?:e[sd]?)|dial(?:s|ed)?|adjusts?|adjusted|brings?|takes?) down|"
    r"decreas(?:e[sd]?|ing)|par(?:e[sd]|ing)|shav(?:e[sd]?|ing)|down|reels in|halv(?:e[sd])|dips?|dipped|clips?|clipped|crops?|prunes?|dent(?:s|ed)|downwardly revis(?:e[sd])|slic(?:e[sd])|tempers"
)
_ADJUST = r"adjust(?:s|ed|ing)?|revis(?:e[sd]?|ing)|tweak(?:s|ed|ing)?|updat(?:e[sd]|ing)|changes?|sets?|setting|announc(?:e[sd]|es|ing)|annouces|remov(?:e[sd]|es)|places?|placed|goes|assigns?|issues?|posts?|presses|lists?|listed"
_TARGET = r"(?:(?:12|twelve)[- ]month )?(?:stock |share |sock |shr )?price[- ](?:targets?|objectives?|tar…|tgt)|target prices?|pts?|tps?|po|fair value estimates?|target|targets|tgt"
_PREP = (
    r"to|from|at|by|on|with|as|for|of|vs\.?|versus|after|amid|following|over|due to|in|into|and|while|but|yet|despite|ahead of|because|"
    r"since|when|says|say|said|citing|sees|see|amidst|before|upon|was|were|is|are|previously|prior|becomes?|post|against|until|given that|that|if|than|via|prompts?"
)
_RATING = r"ratings?|coverage|conviction list|focus list|buy list"
_STOP = r"[;,:|…]|\.\.\.| - | -- |https?://"


def _grade_pattern() -> str:
    words = sorted(english_grades(), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for word in words)


@cache
def _lexer() -> re.Pattern[str]:
    edge = r"(?<![a-z0-9&$.@#'/-])"
    tail = r"(?![a-z0-9&-]|\.[a-z]|'[a-z])"
    loose = r"(?![a-z0-9&]|\.[a-z])"
    kinds = [
        (Kind.MONEY, ENGLISH_MONEY),
        (
            Kind.TICKER,
            r"\((?:[a-z .]{2,10}:\s?)?\$?[a-z0-9]{1,6}(?:[.-][a-z]{1,3})?(?:,\s?\$?[a-z0-9.]{1,8})?\)",
        ),
        (Kind.CASHTAG, r"(?<![a-z0-9])\$[a-z]{1,5}(?:[.-][a-z]{1,2})?(?![a-z0-9])"),
        (Kind.GRADE, rf"(?<![a-z0-9&$.@#/-])(?<!best )(?:{_grade_pattern()}){loose}"),
        (Kind.UP, rf"{edge}(?:{_UP}){tail}"),
        (Kind.DOWN, rf"{edge}(?:{_DOWN}){tail}"),
        (Kind.INIT, rf"{edge}(?:{_INIT}){tail}"),
        (Kind.TARGET, rf"{edge}(?:{_TARGET})(?![a-z0-9&-]|\.[a-z])"),
        (Kind.RATING, rf"{edge}(?:{_RATING}){tail}"),
        (Kind.RAISE, rf"{edge}(?:{_RAISE}){tail}"),
        (Kind.CUT, rf"{edge}(?:{_CUT}){tail}"),
        (Kind.KEEP, rf"{edge}(?:{_KEEP}){tail}"),
        (Kind.ADJUST, rf"{edge}(?:{_ADJUST}){tail}"),
        (Kind.PREP, rf"(?<![a-z0-9&$@#'/-])(?:{_PREP}){tail}"),
        (Kind.STOP, _STOP),
        (Kind.NUMBER, PLAIN_NUMBER),
    ]
    return re.compile("|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in kinds))


def lex(low: str, start: int = 0) -> list[Token]:
    """Return the words of interest of a folded lower-case headline, in order."""
    tokens = []
    for match in _lexer().finditer(low, start):
        name = match.lastgroup
        if name is None:
            continue
        kind = Kind[name]
        token = Token(kind, match[0], match.start(), match.end())
        if kind is Kind.MONEY:
            token.money = english_money(low, token.start, token.end)
            if token.money is None:
                continue
        elif kind is Kind.NUMBER:
            token.money = plain_number(low, token.start, token.end)
            if token.money is None:
                continue
        tokens.append(token)
    return tokens


GATE = re.compile(
    r"upgrad|downgrad|overweight|underweight|outperform|underperform|equal[- ]?weight|initiat|reiterat|"
    r"reinstat|coverage|\bneutral\b|\b(?:market|sector|peer) (?:out)?perform|\b(?:assum|resum)e[sd] |"
    r"target|\bpts?\b|\btps?\b|\bpo\b|\brat(?:ed|ing)\b|\bkept\b|\brestated\b|\bmaintain|\b(?:starts?|ups|cuts?|raised|lowered|cut|assumed|resumed|reinstated|assumes|resumes|reinstates|started) (?:\w+ ){0,4}?(?:at|to|with|as) |"
    r"fair value|conviction"
)
"""What a headline must contain to be looked at more closely."""
