"""Where English headlines put the company."""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.english_sentence import Sentence
from tui_monitor.analysis.rating_text.english_words import Kind, Token

_SUBJECT_END = re.compile(
    r"(?<![a-z0-9*&.-])(?:stock|shares?|shrs?|shr|gains?|gained|jump(?:s|ed)?|ris(?:es?|ing)|rose|rall(?:y|ies|ied)|"
    r"surg(?:es?|ed|ing)|soar(?:s|ed|ing)?|climb(?:s|ed)?|falls?|fell|falling|slid(?:es?|ing)|sink(?:s|ing)?|sank|"
    r"drop(?:s|ped)?|dips?|dipped|"
    r"slip(?:s|ped)?|tumbl(?:es?|ed|ing)|plung(?:es?|ed|ing)|tick(?:s|ed)?|moves?|moving|trad(?:es?|ing)|higher|"
    r"lower|up|down|tops|"
    r"faces?|downgrade|double|just|also|pops?|popped|leaps?|shoots?|advances|slumps?|slumped|crash(?:es|ed)?|"
    r"wins? spot|pressured|under pressure|"
    r"rebounds?|extends?|hits?|retreats?|weak|strong|outshines|caught|jumped|has|now|earlier|miss(?:es|ed)?|"
    r"crushe[sd]|buried|smashe[sd]|beats?|reports?|reported|posts?|posted|pulled|could|may|might|will|should|can|"
    r"likely|seen|remains?|notes?|noted|fy ?\d{2,4}|[1-4]q\d{0,2}|q[1-4]|guidance)(?![a-z])|"
    r"\s[+-]\d|\(?[+-]\d"
)

_TAIL = re.compile(
    r"(?:\s*(?:-|,)?\s*(?:common stock(?: w/i)?|ordinary shares|depositary shares|american depositary shares"
    r"(?: \([^()]{1,60}\))?|common shares|registered shares|ads|adrs?)"
    r"|\s+(?:stock|shares?|shrs?|shr|sock|earnings|coverage|rating|w/i|common|analysts?)|'s|[\s,:;\-\"'*/]+)$"
)

_HEAD = re.compile(
    r"^(?:[\s,:;\-\"'*.(]+|(?:shares|stock|the stock|the shares|coverage|rating|ratings|view|the rating|its rating|"
    r"units) (?:of|on|in|for) |coverage |(?:its|their|his|her|new|on|of|for|stock|shares|fellow|rival|upbeat view) )"
)

_LEGAL = re.compile(
    r",? ?(?:inc|ltd|llc|l\.?p|corp|co|plc|n\.?v|s\.?a|company|limited|incorporated|common stock|ordinary shares)\b\.?"
)

_MOVED = re.compile(r"[A-Z][\w.&'-]{0,30}( [a-z]{3,10}(?:[^s]s|ed))$")
"""A name and the verb behind it, in a headline of small letters: ``Acme Foods sizzles``."""

_REMARK = re.compile(r" ['\"][a-z][^'\"]{3,60}['\"],? (?=[A-Z])")
"""What a broker calls a company: ``downgrades 'fully valued' Acme``."""

PRONOUNS = re.compile(r"(?:the )?(?:stock|shares?|company'?s?(?: stock| shares?)?|it|its|name|pt|rating|an? .*)$")
"""Slots that refer to a company named elsewhere."""

_LETTER = re.compile(r"[a-z]")

NAME_WORDS = frozenset({"of", "and", "the", "de"})
"""Prepositions that stand within names more often than behind them."""

_ARTICLES = frozenset(("a", "an", "the", "its", "their", "his", "her", "new", "another"))

_OWNER = re.compile(r"(?:'s|s') (?=[a-z0-9])")

_POSSESSED = re.compile(
    r"[ ,]*(?:\(|stock|share|shrs?|price|pt|tp|target|rating|conviction|[$\d]|4q|3q|2q|1q|new|turnaround)"
)

_BRANDS = re.compile(
    r"(?:aaron|wendy|lowe|macy|mcdonald|kohl|dick|domino|casey|denny|moody|sotheby|carter|ollie|papa john|chico|"
    r"dillard|reddy|cabela|conn|buster|"
    r"fred|haverty|kirkland|michael|nathan|ruth|tilly|bj|francesca|claire|sainsbury|levi|o'reilly|hershey|kellogg|"
    r"mattress|zoe|famous dave|"
    r"brinker|steak n shake|church|arby|victoria|men|land|children|lands|sportsman|boot|barnes|zaxby|applebee|"
    r"friday|bob|jack|hardee|carl)'s$"
)
"""Names that end in 's themselves."""


def _tidy(low: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the bounds of the name within ``start`` and ``end``, without what belongs to the sentence."""
    for _ in range(5):
        head = _HEAD.match(low[start:end])
        if head is None or head.end() == 0:
            break
        start += head.end()
    for _ in range(5):
        tail = _TAIL.search(low[start:end])
        if tail is None or tail.start() == end - start:
            break
        if tail[0] == "'s" and (_BRANDS.search(low, start, end) or not _POSSESSED.match(low, end)):
            break
        end = start + tail.start()
    if low[start:end] in _ARTICLES or end - start > 70 or not _LETTER.search(low, start, end):
        return None
    return start, end


def _continues(low: str, token: Token, following: Token | None) -> bool:
    """Tell whether the token belongs to the name it stands in."""
    if token.kind is Kind.STOP and token.word in (",", " - "):
        return _LEGAL.match(low, token.end) is not None
    if token.kind is Kind.PREP and token.word in NAME_WORDS:
        if token.word == "and":
            return following is None or following.start > token.end + 1
        return token.word == "of" or low[token.end : token.end + 1] == " "
    if token.kind is Kind.NUMBER:
        return True
    if token.kind is Kind.GRADE:
        # A name in front of its ticker: LUK FOOK HOLD (00590.HK).
        return following is not None and following.kind is Kind.TICKER and following.start - token.end <= 1
    return token.kind is Kind.KEEP and token.word in ("back", "backed")


def company_after(sentence: Sentence, index: int) -> tuple[int, int, int] | None:
    """Return the bounds of the company behind the verb ``tokens[index]`` and the index of the token behind it."""
    text, low, tokens = sentence.folded, sentence.low, sentence.tokens
    previous = tokens[index]
    begin = previous.end
    position = index + 1
    graded = False
    remark = _REMARK.match(text, begin)
    if remark is not None:
        begin = remark.end()
        while position < len(tokens) and tokens[position].start < begin:
            position += 1
    while position <= len(tokens):
        token = tokens[position] if position < len(tokens) else None
        stop = token.start if token is not None else len(low)
        if (
            token is not None
            and _LETTER.search(low, begin, stop)
            and _continues(low, token, sentence.token(position + 1))
        ):
            position += 1
            continue
        bounds = _tidy(low, begin, stop)
        open_slot = (
            previous is tokens[index]
            or (previous.kind in (Kind.RATING, Kind.TARGET) and previous.word in ("coverage", "price target", "pt"))
            or (previous.kind is Kind.PREP and previous.word in ("on", "for", "of", "in"))
        )
        if (
            bounds is not None
            and open_slot
            and (previous is tokens[index] or not text[bounds[0]].islower())
            and not (previous.kind is Kind.PREP and graded)
        ):
            return (*bounds, position)
        if bounds is not None and not open_slot:
            # Words of another thought: what they lead to is not the verb's company.
            return None
        if token is not None and token.kind is Kind.GRADE and previous.kind is Kind.PREP and previous.word == "to":
            graded = tokens[index].kind in (Kind.UP, Kind.DOWN, Kind.RAISE, Kind.CUT)
        if token is None:
            return None
        if (
            bounds is not None
            and previous.kind is Kind.PREP
            and previous.word in ("after", "following", "amid", "as", "because")
        ):
            return None
        if token.kind is Kind.CASHTAG:
            return token.start + 1, token.end, position + 1
        if token.kind is Kind.STOP and token.word == ";":
            return None
        previous, begin = token, token.end
        position += 1
    return None


def company_of_subject(sentence: Sentence, start: int, limit: int) -> tuple[int, int] | None:
    """Return the bounds of the company that the sentence from ``start`` begins with; it ends before ``limit``."""
    low = sentence.low
    end = limit
    quiet = _SUBJECT_END.search(low, start + 1, limit)
    if quiet is not None:
        end = quiet.start()
    for owner in _OWNER.finditer(low, start, min(len(low), end + 2)):
        # "Acme's outlook" is about Acme; "Casey's General Stores" is a name.
        stop = owner.start() + (owner[0][0] == "s")
        if not _BRANDS.search(low, start, stop + 2) and not low.startswith("s' ", owner.start()):
            end = stop
            break
    for position, token in enumerate(sentence.tokens):
        if token.start <= start or token.start >= end:
            if token.start <= start < token.end and token.kind is Kind.CASHTAG:
                return token.start + 1, token.end
            continue
        if token.kind is Kind.CASHTAG and token.start <= start + 1:
            return token.start + 1, token.end
        if _continues(low, token, sentence.token(position + 1)):
            continue
        end = token.start
        break
    bounds = _tidy(low, start, end)
    moved = _MOVED.search(sentence.folded, bounds[0], bounds[1]) if bounds is not None else None
    return (bounds[0], moved.start(1)) if bounds is not None and moved is not None else bounds
