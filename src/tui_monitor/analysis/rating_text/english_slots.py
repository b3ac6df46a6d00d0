"""Where English headlines put the firm, the company and its ticker."""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.english_words import VERBS, Kind, Token
from tui_monitor.analysis.rating_text.firms import english_firm_at

_PREFIX = re.compile(
    r"[\s*>•\-\"'#\ufeff]*(?:(?:updated?|udpate|correction|corrected|brief|research alert|alert|just in|breaking|"
    r"rumou?r|report|exclusive|"
    r"from earlier|also|highlight|mid-day update|analyst (?:actions?|calls?|note)|broker (?:call|note)|"
    r"\d{1,2}:\d\d(?: ?[ap]m)?)\s?\d?\s?[:\-]\s*"
    r"|(?:hearing|earlier|why|how|here's why|moments ago) |rt @\w{1,20}: )?"
)

_LEAD = re.compile(
    r"(?P<tag>\$[A-Za-z]{1,5}(?:\.[A-Za-z]{1,2})?)(?:[\s,]{1,2}\$[A-Za-z.]{1,6}){0,8}\s?(?:\([^()]{1,20}\))?\s?(?P<m"
    r"ark>[:\-|]*)\s*"
)

_SUBJECT_END = re.compile(
    r"(?<![a-z0-9])(?:stock|shares?|shrs?|shr|gains?|gained|jump(?:s|ed)?|ris(?:es?|ing)|rose|rall(?:y|ies|ied)|"
    r"surg(?:es?|ed|ing)|soar(?:s|ed|ing)?|climb(?:s|ed)?|falls?|fell|falling|slid(?:es?|ing)|sink(?:s|ing)?|sank|"
    r"drop(?:s|ped)?|dips?|dipped|"
    r"slip(?:s|ped)?|tumbl(?:es?|ed|ing)|plung(?:es?|ed|ing)|tick(?:s|ed)?|moves?|moving|trad(?:es?|ing)|higher|"
    r"lower|up|down|tops|"
    r"faces?|downgrade|double|just|also|pops?|popped|leaps?|shoots?|advances|slumps?|slumped|crash(?:es|ed)?|"
    r"wins? spot|pressured|under pressure|"
    r"rebounds?|extends?|hits?|retreats?|weak|strong|outshines|caught|jumped|has|now|earlier|miss(?:es|ed)?|"
    r"crushe[sd]|buried|smashe[sd]|beats?|reports?|reported|posts?|posted|pulled|could|may|might|will|should|can|"
    r"likely|seen|remains?|near|trade)(?![a-z])|\s[+-]\d|\(?[+-]\d"
)

_TAIL = re.compile(
    r"(?:\s*(?:-|,)?\s*(?:common stock(?: w/i)?|ordinary shares|depositary shares|american depositary shares|"
    r"common shares|registered shares|ads|adrs?)"
    r"|\s+(?:stock|shares?|shrs?|shr|sock|earnings|coverage|rating|w/i|common|analysts?)|'s|[\s,:;\-\"'*/]+)$"
)
_HEAD = re.compile(
    r"^(?:[\s,:;\-\"'*.(]+|(?:shares|stock|the stock|the shares|coverage|rating|ratings|view|the rating|its rating|"
    r"units) (?:of|on|in|for) |coverage |(?:its|their|his|her|new|on|of|for|stock|shares|fellow|rival|upbeat view) )"
)
_LEGAL = re.compile(
    r",? ?(?:inc|ltd|llc|l\.?p|corp|co|plc|n\.?v|s\.?a|company|limited|incorporated|common stock|ordinary shares)\b\.?"
)

_CAPITALS = re.compile(r"[A-Z0-9][A-Z0-9&'./-]*")
_NOT_NAMES = frozenset({"CN", "HK", "US", "PRC", "NP", "TP", "TPS", "EPS", "FY", "YOY", "QOQ", "NEV", "CL", "OW", "EW", "UW", "GGR", "NBV", "VNB", "JV", "APAC", "EBITDA", "RMB", "5G", "AI", "MO"})  # fmt: skip

_FIRM_RUN = re.compile(r"(?:[A-Z][\w.&'/-]*|&)(?: (?:[A-Z][\w.&'/-]*|&|of|and|de)){0,5}")
_FILLER = re.compile(
    r"(?:'s|')?(?:,? (?:analysts?(?: [a-z][a-z.'-]+ [a-z][a-z.'-]+)?|earlier|also|just|again|today|now|(?:has|have|"
    r"had)(?= [a-z]{2,12}ed | cut | also )|\([a-z]{1,5}\)|broadly|sharply|slightly|further|"
    r"is(?= [a-z]{3,12}ing )|research|securities|analyst team|out|positive|reportedly|on (?:mon|tues|wednes|thurs|"
    r"fri)day|this morning|quietly|finally|aggressively)){0,3}(?: |$)"
)

PRONOUNS = re.compile(r"(?:the )?(?:stock|shares?|company'?s?(?: stock| shares?)?|it|its|name|pt|rating|an? .*)$")
"""Slots that refer to a company named elsewhere."""

_LETTER = re.compile(r"[a-z]")

_NAME_WORDS = frozenset({"of", "and", "the", "de"})
"""Prepositions that stand within names more often than behind them."""


def strip_prefix(low: str) -> int:
    """Return where the sentence begins behind marks such as ``*``, ``UPDATE:`` and ``Hearing``."""
    position = 0
    for _ in range(4):
        match = _PREFIX.match(low, position)
        if match is None or match.end() == position:
            break
        position = match.end()
    return position


def leading_symbol(folded: str, start: int) -> tuple[str | None, str, int]:
    """Return the cashtag that the sentence begins with, the mark behind it, and where the sentence goes on."""
    match = _LEAD.match(folded, start)
    if match is None:
        return None, "", start
    return match["tag"][1:], match["mark"], match.end()


_ARTICLES = frozenset(("a", "an", "the", "its", "their", "his", "her", "new", "another"))
_OWNER = re.compile(r"(?:'s|s') (?=[a-z0-9])")
_POSSESSED = re.compile(
    r"[ ,]*(?:\(|stock|share|shrs?|price|pt|tp|target|rating|conviction|\d|4q|3q|2q|1q|new|turnaround)"
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


def tidy_company(text: str, low: str, start: int, end: int) -> tuple[int, int] | None:
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
    if token.kind is Kind.PREP and token.word in _NAME_WORDS:
        if token.word == "and":
            return following is None or following.start > token.end + 1
        return token.word == "of" or low[token.end : token.end + 1] == " "
    if token.kind is Kind.NUMBER:
        return True
    if token.kind is Kind.GRADE:
        # A name in front of its ticker: LUK FOOK HOLD (00590.HK).
        return following is not None and following.kind is Kind.TICKER and following.start - token.end <= 1
    return token.kind is Kind.KEEP and token.word in ("back", "backed")


def company_after(text: str, low: str, tokens: list[Token], index: int) -> tuple[int, int, int] | None:
    """Return the bounds of the company behind the verb ``tokens[index]`` and the index of the token behind it."""
    previous = tokens[index]
    begin = previous.end
    position = index + 1
    graded = False
    while position <= len(tokens):
        token = tokens[position] if position < len(tokens) else None
        stop = token.start if token is not None else len(low)
        if token is not None and _LETTER.search(low, begin, stop) and _continues(low, token, _at(tokens, position + 1)):
            position += 1
            continue
        bounds = tidy_company(text, low, begin, stop)
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


def company_of_subject(text: str, low: str, tokens: list[Token], start: int, limit: int) -> tuple[int, int] | None:
    """Return the bounds of the company that the sentence from ``start`` begins with; it ends before ``limit``."""
    end = limit
    quiet = _SUBJECT_END.search(low, start + 1, limit)
    if quiet is not None:
        end = quiet.start()
    for owner in _OWNER.finditer(low, start, end):
        # "Acme's outlook" is about Acme; "Casey's General Stores" is a name.
        stop = owner.start() + (owner[0][0] == "s")
        if not _BRANDS.search(low, start, stop + 2) and not low.startswith("s' ", owner.start()):
            end = stop
            break
    for position, token in enumerate(tokens):
        if token.start <= start or token.start >= end:
            if token.start <= start < token.end and token.kind is Kind.CASHTAG:
                return token.start + 1, token.end
            continue
        if token.kind is Kind.CASHTAG and token.start <= start + 1:
            return token.start + 1, token.end
        if _continues(low, token, _at(tokens, position + 1)):
            continue
        end = token.start
        break
    return tidy_company(text, low, start, end)


def company_in_body(text: str, low: str, tokens: list[Token], start: int) -> tuple[int, int] | None:
    """Return the bounds of the company that a comment from ``start`` on is about.

    It is named before its ticker, or in capitals (the house style of AAStocks), or it begins the comment.
    """
    for token in tokens:
        if token.kind is Kind.TICKER and token.start > start:
            bounds = _run_before(text, start, token.start)
            if bounds is not None:
                return bounds
    position = start
    for word in re.finditer(r"\S+", text[start : start + 160]):
        bare = word[0].rstrip(",;:'").removesuffix("'s")
        if _is_name(bare):
            begin = start + word.start()
            return _run_from(text, low, begin)
        position = start + word.end()
        if position - start > 120:
            break
    if _QUALITY.match(low, start):
        for about in _REGARDING.finditer(low, start, start + 120):
            later = [token for token in tokens if token.start >= about.end()]
            return company_of_subject(text, low, later, about.end(), len(low))
    return company_of_subject(text, low, tokens, start, len(low))


_QUALITY = re.compile(
    r"(?:another|strong|more|further|upside|continued|growth|weak|solid|better|higher|lower|slower|limited|"
    r"potential|little|no|big) "
)
_REGARDING = re.compile(r" (?:for|on|at|in|from|of) (?=[a-z])")


def _is_name(word: str) -> bool:
    return (
        len(word) >= 3
        and word not in _NOT_NAMES
        and _CAPITALS.fullmatch(word) is not None
        and sum(char.isalpha() for char in word) >= 3
        and not word[0].isdigit()
    )


def _run_from(text: str, low: str, begin: int) -> tuple[int, int]:
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


_ALL_CAPITALS = re.compile(r"[A-Z0-9&][A-Z0-9&'./,-]*")
_CAPITALISED = re.compile(r"(?:[A-Z0-9&][\w&'./-]*|of|and|&)")
_WORD = re.compile(r"[^\s,;:]+")


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


def agent_after(text: str, low: str, tokens: list[Token], start: int) -> tuple[int, int] | None:
    """Return the bounds of the firm behind ``at`` or ``by``, from ``start`` on: a known one, else the likeliest."""
    unknown: tuple[int, int] | None = None
    for position, token in enumerate(tokens):
        if token.start < start or token.kind is not Kind.PREP or token.word not in ("at", "by", "from"):
            continue
        begin = token.end + 1
        if low.startswith(("analysts at ", "analyst at ", "the "), begin):
            begin = low.index(" ", begin) + 1
            if low.startswith("at ", begin):
                begin += 3
        known = english_firm_at(low, begin)
        if known is not None:
            return begin, known[0]
        following = _at(tokens, position + 1)
        if token.word == "from" or (following is not None and following.start <= begin):
            continue
        run = _FIRM_RUN.match(text, begin)
        if run is not None and (unknown is None or token.word == "by"):
            end = run.end()
            for later in tokens[position + 1 :]:
                if begin < later.start < end and later.kind in (Kind.PREP, Kind.STOP) and later.word not in _NAME_WORDS:
                    end = later.start
            bounds = (begin, begin + len(text[begin:end].rstrip(" ,.;:'")))
            if bounds[1] > begin:
                unknown = bounds
    return unknown


def acting_firm(low: str, start: int) -> tuple[int, int, int] | None:
    """Return the bounds of a known firm that begins at ``start``, and where the word behind it begins."""
    known = english_firm_at(low, start)
    if known is None:
        return None
    end = known[0]
    filler = _FILLER.match(low, end)
    return start, end, filler.end() if filler is not None else end


def _at(tokens: list[Token], position: int) -> Token | None:
    return tokens[position] if position < len(tokens) else None
