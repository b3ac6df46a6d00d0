"""The words that English headlines report rating changes with, as one lexer.

The lexer runs once over the folded lower-case headline and is linear: every alternative begins with a literal or
a number, and no quantifier is open-ended.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import cache, lru_cache

import msgspec

from tui_monitor.analysis.rating_text.grades import english_grades
from tui_monitor.analysis.rating_text.lexicon import words
from tui_monitor.analysis.rating_text.money import (
    CURRENCY_WORDS,
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


class Token(msgspec.Struct):
    """One word of interest: its kind, its folded lower-case text and where it stands."""

    kind: Kind
    word: str
    start: int
    end: int
    money: Money | None = None


def gap_between(low: str, before: Token, after: Token) -> str:
    """Return what stands between two words, without quotes and spaces."""
    return low[before.end : after.start].strip(" \"'-")


_UP = r"(?:double[- ])?upgrad(?:e[sd]?|ing)"
_DOWN = r"(?:double[- ])?downgrad(?:e[sd]?|ing)"
_INIT = (
    r"(?:re-?)?initiat(?:e[sd]?|ing|ion)|(?:start(?:s|ed|ing)?|begins?|began|launch(?:es|ed)?|resum(?:e[sd]?|ing|"
    r"ption)|"
    r"reinstat(?:e[sd]?|ing)|re-instat(?:e[sd]?)|"
    r"assum(?:e[sd]?|ing)|pick(?:s|ed) up|assign(?:s|ed)|transferred|rerat(?:e[sd]?))"
)
_KEEP = (
    r"maintain(?:s|ed|ing)?|reiterat(?:e[sd]?|ing|ion)|reaffirm(?:s|ed|ing)?|re-?affirmed|affirm(?:s|ed)|keep(?:s|"
    r"ing)?|kept|restat(?:e[sd]?|ing)|"
    r"retain(?:s|ed|ing)?|repeat(?:s|ed)|rat(?:e[sd]?|ing at)|stays?|remains?|sticks? (?:with|to)|stands? by|backs?|"
    r"backed|still|earns?|earned|"
    r"receives?|received|gets?|given|gives?|has|have|unchanged|recommends|wins?|confirms?|confirmed|named|names"
)
_RAISE = (
    r"rais(?:e[sd]?|ing)|lift(?:s|ed|ing)?|hik(?:e[sd]?|ing)|boost(?:s|ed|ing)?|increas(?:e[sd]?|ing)|heighten(?:s|"
    r"ed)?|elevat(?:e[sd]?)|"
    r"(?:ramp(?:s|ed)?|inch(?:es|ed)?|mov(?:e[sd]?)|ratchet(?:s|ed)?|revis(?:e[sd]?|ing)|nudg(?:e[sd]?)|jack(?:s|"
    r"ed)?|push(?:es|ed)?|bump(?:s|ed)?|edg(?:e[sd]?)|tick(?:s|ed)?|goes|adjusts?|adjusted|brings?|takes?) up|"
    r"bump(?:s|ed|ing)?|add(?:s|ed|ing)?|ups|upped|up|upping|higher|doubl(?:e[sd])|tripl(?:e[sd])|"
    r"gives? (?:a )?big boost to|"
    r"upwardly revis(?:e[sd])|nudges|nudged|jacks|ratchets"
)
_CUT = (
    r"cut(?:s|ting)?|lower(?:s|ed|ing)?|trim(?:s|med|ming)?|slash(?:es|ed|ing)?|reduc(?:e[sd]|ing)|chop(?:s|ped)?|"
    r"ax(?:e[sd])|sinks?|sank|drop(?:s|ped)?|"
    r"(?:inch(?:es|ed)?|mov(?:e[sd]?)|ratchet(?:s|ed)?|revis(?:e[sd]?|ing)|nudg(?:e[sd]?)|push(?:es|ed)?|press(?:es|"
    r"ed)?|mark(?:s|ed)?|edg(?:e[sd]?)|dial(?:s|ed)?|adjusts?|adjusted|brings?|takes?) down|"
    r"decreas(?:e[sd]?|ing)|par(?:e[sd]|ing)|shav(?:e[sd]?|ing)|down|reels in|halv(?:e[sd])|dips?|dipped|clips?|"
    r"clipped|crops?|prunes?|dent(?:s|ed)|downwardly revis(?:e[sd])|slic(?:e[sd])|tempers"
)
_ADJUST = (
    r"adjust(?:s|ed|ing)?|revis(?:e[sd]?|ing)|tweak(?:s|ed|ing)?|updat(?:e[sd]|ing)|changes?|sets?|setting|"
    r"announc(?:e[sd]|es|ing)|annouces|remov(?:e[sd]|es)|placed|places|goes|assigns?|issues?|posts?|presses|"
    r"lists?|listed"
)
_TARGET = (
    r"(?:(?:12|twelve)[- ]month )?(?:stock |share |sock |shr )?price[- ](?:targets?|objectives?|tar…|tgt)|"
    r"target prices?(?! target)|pts?|tps?|po|fair values?(?: estimates?)?|target|targets|tgt"
)
_PREP = (
    r"to|from|at|by|on|with|as|for|of|vs\.?|versus|after|amid|following|over|due to|in|into|and|while|but|yet|"
    r"despite|ahead of|because|"
    r"since|when|says|say|said|citing|sees|see|amidst|before|upon|was|were|is|are|previously|prior|becomes?|post|"
    r"against|until|given that|that|if|than|via|prompts?"
)
_RATING = r"ratings?|coverage|conviction list|focus list|buy list"
_STOP = r"[;,:|…]|\.\.\.| - | -- |https?://"


def _grade_pattern() -> str:
    words = sorted(english_grades(), key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\ ", "[ -]").replace(r"\-", "[ -]") for word in words)


_ANYWHERE = frozenset({Kind.STOP, Kind.TICKER})
"""The kinds that may begin within or right behind a word."""


@cache
def _lexer() -> re.Pattern[str]:
    edge = r"(?<![a-z0-9&$.@#'/-])"
    tail = r"(?![a-z0-9&-]|\.[a-z]|'[a-z])"
    loose = r"(?![a-z0-9&]|\.[a-z])"
    kinds = [
        (Kind.MONEY, ENGLISH_MONEY),
        (
            Kind.TICKER,
            r"\((?:[a-z .]{2,10}:\s?)?\$?[a-z0-9]{1,6}(?:[.-][a-z]{1,3})?"
            r"(?:,\s?\$?[a-z0-9.]{1,8}|:(?:nasdaq|nyse|otc\w{0,2}|tsx|lon|hkex))?\)",
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
    inside = "|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in kinds if kind not in _ANYWHERE)
    anywhere = "|".join(f"(?P<{kind.name}>{pattern})" for kind, pattern in kinds if kind in _ANYWHERE)
    # Most positions lie within a word and fail at the first look behind.
    return re.compile(f"(?<![a-z0-9])(?:{inside})|{anywhere}")


_NO_PRICE = re.compile(
    r"(?:profit|sales|growth|revenue|margin|production|rate|inflation|emissions?|carbon|zero|shipment|valuation|"
    r"delivery|output|initial|"
    r"gdp|earnings|cost|savings|takeover|m&a|acquisition|trade|climate|reduction|cut|savings|commission|presale|"
    r"pre-sale|ipo|potential|"
    r"long-term|longer-term|financial|funding|fundraising|goal|debt|leverage|dividend|user|subscriber|renewable|"
    r"capacity) $"
)
_MOVED = re.compile(
    r"(?:'s)? (?:rais|cut|lift|lower|hik|trim|slash|boost|increas|reduc|kept|upped|bump|nudg|drop|down\b|up\b|"
    r"on |for |by |maintained|unchanged|chopped|axed|added|moved|doubled|restated|price (?!target)|"
    r"(?:to|of|at|from) (?:[a-z]{1,4}\.? ?)?[$€£¥₹]?\d)|"
    r":? (?:[a-z]{0,3}[$€£¥]|[a-z]{2,3} )\d|:? \d[\d,.]*\s?(?:euros?|yen|p\b|pence|won|rupees|francs|kronor|baht)|$|;|,"
)


def _is_price_target(low: str, token: Token, before: Token | None) -> bool:
    """Tell the bare word ``target`` of a price from a company of that name and from other goals."""
    if token.word not in ("target", "targets"):
        return True
    if token.start == 0 or _NO_PRICE.search(low[max(0, token.start - 16) : token.start]):
        return False
    if before is not None and before.kind is Kind.MONEY and token.start - before.end <= 1:
        return True
    if before is not None and before.word == "on" and token.start - before.end <= 1:
        return False
    moved = _MOVED.match(low, token.end)
    if moved is None:
        return False
    return not (token.word == "targets" and moved[0].lstrip(" :")[-1:].isdigit() and " to " not in moved[0])


_PLAIN = re.compile(r"[a-z]+(?=[ ,;:|]|$)")
_RUN = re.compile(r"[a-z0-9]+")

_LONGER = words(
    "price stock share sock shr target targets fair twelve big reels upwardly downwardly double re due ahead "
    "given conviction focus http https give gives buy us u pick picks picked stick sticks stand stands rating "
    "ramp ramps ramped inch inches inched mov move moves moved ratchet ratchets ratcheted revise revises revised "
    "revising nudge nudges nudged jack jacks jacked push pushes pushed bump bumps bumped edge edges edged tick "
    "ticks ticked goes adjusts adjusted bring brings take takes press presses pressed mark marks marked dial "
    "dials dialed"
)
"""First words of what the lexer knows as several words; the grades and currencies add theirs."""


@cache
def _first_words() -> frozenset[str]:
    grades = (re.split(r"[ -]", word)[0] for word in english_grades() if not word.isalpha())
    return _LONGER | {word for word in grades if word.isalpha()} | {sign.split(" ")[0] for sign in CURRENCY_WORDS}


@lru_cache(maxsize=8192)
def _kind_of(word: str) -> Kind | str:
    """Return what a word that stands alone is: its kind, ``""`` for nothing, ``"?"`` if the words behind it decide."""
    if word in _first_words():
        return "?"
    match = _lexer().match(word + " ")
    if match is None or match.end() != len(word) or match.lastgroup is None:
        return ""
    return Kind[match.lastgroup]


def lex(low: str, start: int = 0) -> list[Token]:
    """Return the words of interest of a folded lower-case headline, in order.

    Most words stand between spaces and mean the same everywhere: those are looked up. The lexer proper runs only
    where punctuation, digits or longer phrases begin.
    """
    tokens: list[Token] = []
    position, size = start, len(low)
    plain_at, lexer_at = _PLAIN.match, _lexer().match
    while position < size:
        char = low[position]
        if char == " " and low[position + 1 : position + 2] != "-":
            position += 1
            continue
        if "a" <= char <= "z" and (position == start or low[position - 1] == " "):
            plain = plain_at(low, position)
            if plain is not None:
                kind = _kind_of(plain[0])
                if kind == "":
                    position = plain.end()
                    continue
                if isinstance(kind, Kind):
                    tokens.append(Token(kind, plain[0], position, plain.end()))
                    position = plain.end()
                    continue
        match = lexer_at(low, position)
        if match is None:
            run = _RUN.match(low, position)
            position = run.end() if run is not None else position + 1
            continue
        token = _token(low, match, tokens)
        if token is not None:
            tokens.append(token)
        position = match.end()
    return tokens


def _token(low: str, match: re.Match[str], tokens: list[Token]) -> Token | None:
    kind = Kind[match.lastgroup or "STOP"]
    token = Token(kind, match[0], match.start(), match.end())
    if kind is Kind.MONEY:
        token.money = english_money(low, token.start, token.end)
    elif kind is Kind.NUMBER:
        token.money = plain_number(low, token.start, token.end)
    elif kind is Kind.TARGET:
        return token if _is_price_target(low, token, tokens[-1] if tokens else None) else None
    else:
        return token
    return token if token.money is not None else None
