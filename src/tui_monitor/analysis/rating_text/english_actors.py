"""Who acted on which company: the shapes of English headlines.

*Active*: firm, verb, company (Benzinga, AAStocks, MarketScreener). *Passive*: company, participle, ``at`` or ``by``
firm (tweets, TheFly, MarketBeat). *Colon*: firm, colon, a sentence on the company that ends in its grade (AAStocks).
*Event*: a price move ``after`` a firm's action. Each is found by where a known firm stands next to a verb; an unknown
firm is taken from the same place in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from tui_monitor.analysis.rating_text.english_actions import WEAK_KEEP, Values
from tui_monitor.analysis.rating_text.english_comments import company_in_body
from tui_monitor.analysis.rating_text.english_sentence import Sentence
from tui_monitor.analysis.rating_text.english_slots import NAME_WORDS, PRONOUNS, company_after, company_of_subject
from tui_monitor.analysis.rating_text.english_words import VERBS, Kind
from tui_monitor.analysis.rating_text.firms import english_firm_at
from tui_monitor.analysis.rating_text.lexicon import words
from tui_monitor.analysis.rating_text.negatives import is_sector

Span = tuple[int, int]
"""Bounds within the headline."""


class Found(msgspec.Struct):
    """The firm and the company of a headline."""

    firm: Span | None = None
    company: Span | None = None


_OPENERS = words("after amid amidst following as on while and but says by yet when prompts since with that")
"""Words that a clause with a firm of its own may begin behind."""
_EVENTS = frozenset(
    ("upgrade", "downgrade", "initiation", "upgraded", "downgraded", "double downgrade", "double upgrade")
)
"""Words that name a firm's action as the cause of a price move."""

_ACTORS_NEXT = VERBS | {Kind.TARGET, Kind.RATING}

_CHANGES = frozenset({Kind.UP, Kind.DOWN, Kind.INIT, Kind.RAISE, Kind.CUT})
_BREAKS = (",", ";", ":", ".", "|", "-", '"')
_SENTENCE = re.compile(r"[.!?]['\"]? (?=[a-z])")

_PAST = re.compile(r"(?:ed|cut|kept|given|upgrade|downgrade)$")

_SUBJECT = re.compile(r"(?:[A-Z][\w.&'-]*|&)(?: (?:[A-Z][\w.&'-]*|&|of|and)){0,6}")

_GENERIC = re.compile(r"\b(?:analysts?|shares?|stocks?|bulls?|bears?|here|this|these|what|who|brokers?|brokerages?)\b")

_FIRM_RUN = re.compile(r"(?:[A-Z][\w.&'/-]*|&)(?: (?:[A-Z][\w.&'/-]*|&|of|and|de)){0,5}")

_FILLER = re.compile(
    r"(?:'s|')?(?:,? (?:analyst (?!(?:up|down|rais|cut|lift|lower|reiterat|initiat|maintain|boost|hik|trim|slash|"
    r"start|keep|say|see|reduc|"
    r"increas)[a-z]*)[a-z][a-z.'-]+ [a-z][a-z.'-]+|analysts?|earlier|also|just|again|today|now|(?:has|have|"
    r"had)(?= [a-z]{2,12}ed | cut | also )|\([a-z]{1,5}\)|broadly|sharply|slightly|further|"
    r"is(?= [a-z]{3,12}ing )|research|securities|analyst team|out|positive|reportedly|on (?:mon|tues|wednes|thurs|"
    r"fri)day|this morning|quietly|finally|aggressively)){0,3}(?: |$)"
)

_TOPIC = re.compile(r" (?:on|at) (?=[a-z])")
_ANALYST_OF = re.compile(r"(?:an )?analysts? (?:at|from) ")

_CLAUSE_LEAD = re.compile(r"\s*(?:analysts? (?:at|from) |hearing |while |and |an analyst at |a |as )?")

_ABOUT = re.compile(
    r"(?:'s)? (?:(?:[a-z]+ ){0,3}?(?:positive|negative|bullish|bearish|cautious|upbeat|neutral view|constructive|"
    r"looks ahead|color) )?on (?!(?:mon|tues|wednes|thurs|fri)day)"
)

_OPINES = re.compile(
    r" (?:says|sees|expects|assumes|believes|thinks|likes|notes|predicts|foresees|estimates|envisions|envisages|"
    r"projects|rates|forecasts) "
)


def find_actors(sentence: Sentence, values: Values) -> Found | None:
    """Return who acted on which company, ``None`` when the sentence has no such shape."""
    return _active(sentence) or _passive(sentence, values)


def _clause_starts(sentence: Sentence) -> Iterator[int]:
    """Yield where a firm may stand in front of its verb: the start, then behind every break of the sentence."""
    low, tokens, body = sentence.low, sentence.tokens, sentence.body
    opening = _ANALYST_OF.match(low, body)
    yield opening.end() if opening is not None else body
    for token in tokens:
        if token.kind is Kind.STOP or (token.kind is Kind.PREP and token.word in _OPENERS):
            lead = _CLAUSE_LEAD.match(low, token.end)
            yield lead.end() if lead is not None else token.end
    for match in _SENTENCE.finditer(low, body):
        yield match.end()


def _active(sentence: Sentence) -> Found | None:
    """Find a known firm that stands right before a verb or a colon, at the start of any clause."""
    low, tokens = sentence.low, sentence.tokens
    by_start = {token.start: position for position, token in enumerate(tokens)}
    for number, start in enumerate(_clause_starts(sentence)):
        firm = _acting_firm(low, start)
        if firm is None:
            continue
        begin, end, next_word = firm
        if low.startswith((":", " :"), end) and (not number or low[:begin].rstrip().endswith(_BREAKS)):
            return _colon(sentence, (begin, end), low.index(":", end) + 1)
        about = _about(sentence, (begin, end)) if number == 0 else None
        if about is not None:
            return about
        position = by_start.get(next_word)
        if position is None and low.startswith("'s ", end):
            position = _behind_person(low, end, by_start)
        verb = tokens[position] if position is not None else None
        if verb is not None and verb.kind is Kind.GRADE and verb is tokens[0]:
            verb = sentence.token(1) if number == 0 else None
            position = 1
            slot = company_after(sentence, 1) if verb is not None and verb.word == "on" else None
            if slot is not None:
                return Found((begin, end), slot[:2])
        if verb is None or verb.kind not in _ACTORS_NEXT:
            if number == 0:
                comment = _comment(sentence, (begin, end), end)
                comment = comment or _later_clause(sentence, (begin, end))
                if comment is not None:
                    return comment
            continue
        assert position is not None
        if number == 0 and (verb.kind in (Kind.TARGET, Kind.RATING) or _PAST.search(verb.word)):
            agent = _agent_after(sentence, verb.end)
            if agent is not None:
                continue
        if number and (verb.kind is Kind.TARGET or verb.word in _EVENTS) and not _has_object(sentence, position):
            return Found((begin, end), company_of_subject(sentence, sentence.body, begin))
        company = _first_company(sentence, position)
        if company is None or PRONOUNS.match(low[company[0] : company[1]]):
            elsewhere = company_of_subject(sentence, sentence.body, start) if number else None
            company = elsewhere or company
        return Found((begin, end), company)
    return None


_PERSON = re.compile(r"'s [a-z][a-z.'-]+ (?:[a-z][a-z.'-]+ )?")


def _behind_person(low: str, end: int, by_start: dict[int, int]) -> int | None:
    """Return the verb of ``Firm's Jane Doe upgrades``."""
    person = _PERSON.match(low, end)
    if person is None:
        return None
    first = low.index(" ", end + 3) + 1
    return by_start.get(first, by_start.get(person.end()))


def _later_clause(sentence: Sentence, firm: Span) -> Found | None:
    """Read ``Firm Comments on a Sector; Downgrades Company``: the verb of the later clause is the firm's, too."""
    for position in range(1, len(sentence.tokens)):
        verb, before = sentence.tokens[position], sentence.tokens[position - 1]
        if verb.kind in _CHANGES and before.kind is Kind.STOP and verb.start == before.end + 1:
            company = _first_company(sentence, position)
            if company is not None:
                return Found(firm, company)
    return None


def _first_company(sentence: Sentence, position: int) -> Span | None:
    """Return the first company behind a verb, from ``tokens[position]`` on, that is no sector or market.

    A broker that moves a whole sector in one clause often names one company in the next: ``Trims TPs on Insurers;
    Upgrades ACME to Neutral``.
    """
    low, tokens = sentence.low, sentence.tokens
    first: Span | None = None
    for index in range(position, len(tokens)):
        verb = tokens[index]
        clause = index == position or _opens_clause(sentence, index)
        if verb.kind not in VERBS or not clause:
            if verb.kind is Kind.TICKER and first is not None and is_sector(low[first[0] : first[1]]):
                return company_in_body(sentence, tokens[index - 1].end) or first
            continue
        slot = company_after(sentence, index)
        if slot is None:
            continue
        if not is_sector(low[slot[0] : slot[1]]):
            return slot[0], slot[1]
        first = first or (slot[0], slot[1])
    return first


def _opens_clause(sentence: Sentence, index: int) -> bool:
    """Tell whether a verb stands right behind a break of the sentence: ``..., Upgrades``."""
    verb, before = sentence.tokens[index], sentence.tokens[index - 1]
    if verb.start - before.end > 1 or (verb.kind is Kind.KEEP and verb.word in WEAK_KEEP):
        return False
    return before.kind is Kind.STOP or before.word in ("and", "but", "yet")


def _has_object(sentence: Sentence, position: int) -> bool:
    folded, low, tokens = sentence.folded, sentence.low, sentence.tokens
    slot = company_after(sentence, position)
    return (
        slot is not None
        and slot[0] - tokens[position].end <= 2
        and PRONOUNS.match(low[slot[0] : slot[1]]) is None
        and folded[slot[0]].isupper()
    )


def _colon(sentence: Sentence, firm: Span, begin: int) -> Found | None:
    low, tokens = sentence.low, sentence.tokens
    while low[begin : begin + 1] == " ":
        begin += 1
    for position, token in enumerate(tokens):
        if token.start == begin and token.kind in VERBS:
            slot = company_after(sentence, position)
            if slot is not None:
                return Found(firm, (slot[0], slot[1]))
    if not any(token.kind is Kind.TICKER for token in tokens):
        for position, token in enumerate(tokens):
            if token.kind in (Kind.UP, Kind.DOWN) and position and tokens[position - 1].kind is Kind.STOP:
                company = _first_company(sentence, position)
                if company is not None and tokens[position - 1].end + 1 == token.start:
                    return Found(firm, company)
    return Found(firm, company_in_body(sentence, begin))


def _about(sentence: Sentence, firm: Span) -> Found | None:
    """Read ``Firm Positive On Company, Raises PT``."""
    folded, low = sentence.folded, sentence.low
    match = _ABOUT.match(low, firm[1])
    if match is None:
        return None
    company = company_of_subject(sentence, match.end(), len(low))
    return Found(firm, company) if company is not None and folded[company[0]].isupper() else None


def _comment(sentence: Sentence, firm: Span, begin: int) -> Found | None:
    """Read ``Firm Sees COMPANY (code) ...; Rated Buy`` and ``Firm Positive On Company, Raises PT``."""
    low, tokens = sentence.low, sentence.tokens
    if any(token.kind is Kind.TICKER for token in tokens):
        return Found(firm, company_in_body(sentence, begin))
    verb = _OPINES.match(low, begin)
    if verb is None:
        return None
    return Found(firm, company_in_body(sentence, verb.end()))


def _passive(sentence: Sentence, values: Values) -> Found | None:
    """Find ``Company upgraded to Buy at Firm``, and an unknown firm before a verb in the active."""
    low, tokens, body = sentence.low, sentence.tokens, sentence.body
    verb = next(
        (
            token
            for token in tokens
            if token.kind in _ACTORS_NEXT and (token is values.verb or token.kind is Kind.TARGET)
        ),
        values.verb,
    )
    if verb is None:
        return None
    agent = _agent_after(sentence, verb.end)
    unknown = (
        _unknown_actor(sentence, values)
        if agent is None or values.verb is None or not _PAST.search(values.verb.word)
        else None
    )
    if unknown is not None:
        return unknown
    if agent is not None and agent[0] < body:
        agent = None
    company = company_of_subject(sentence, sentence.body, verb.start) if verb.start > body else None
    if agent is None:
        agent = _says(sentence)
    if company is not None and _GENERIC.search(low[company[0] : company[1]]):
        company = None
    if company is not None and agent is None and not _PAST.search(verb.word):
        return _concerned(sentence, company) or Found(None, company)
    return Found(agent, company)


def _concerned(sentence: Sentence, subject: Span) -> Found | None:
    """Read ``Firm Concerned With Costs At Company, Lowers PT``: the subject of the verb begins with a known firm."""
    end = _firm_end(sentence.low, subject[0])
    if end is None or end >= subject[1]:
        return None
    about = _TOPIC.search(sentence.low, end)
    company = company_of_subject(sentence, about.end(), len(sentence.low)) if about is not None else None
    return Found((subject[0], end), company)


def _says(sentence: Sentence) -> Span | None:
    """Return the firm of ``..., Firm Says In Downgrade`` and of ``Firm's upgrade``."""
    low, tokens = sentence.low, sentence.tokens
    for token in tokens:
        if token.kind is Kind.STOP or (
            token.kind is Kind.PREP and token.word in ("of", "at", "by", "to", "from", "as")
        ):
            position = token.end + (1 if low[token.end : token.end + 1] == " " else 0)
            firm = _acting_firm(low, position)
            if firm is not None:
                return firm[0], firm[1]
    return None


_HOUSE_END = re.compile(
    r"(?:capital|securities|research|partners|& co\.?|markets|financial|advisors|equities|bros\.?|associates|llc|"
    r"bank|brokerage|"
    r"investments|& company|equity) $"
)
"""The last word of a name that is a house's without doubt."""


def _unknown_actor(sentence: Sentence, values: Values) -> Found | None:
    """Take the subject of an active verb that carries a grade or a target for a firm."""
    folded, low, tokens, body = sentence.folded, sentence.low, sentence.tokens, sentence.body
    stated = values.to_grade is not None or any(token.kind in (Kind.TARGET, Kind.RATING) for token in tokens)
    for position, token in enumerate(tokens):
        if token.kind not in VERBS:
            if token.kind is Kind.TICKER or token.kind is Kind.TARGET:
                return None
            continue
        if _PAST.search(token.word) and not token.word.endswith("cuts"):
            return None
        if token.start <= body + 1 or (token.kind is Kind.KEEP and token.word in WEAK_KEEP):
            return None
        subject = folded[body : token.start].strip()
        if _SUBJECT.fullmatch(subject) is None or len(subject) > 45 or _GENERIC.search(low[body : token.start]):
            return None
        slot = company_after(sentence, position)
        if slot is None or not (stated or _HOUSE_END.search(low[body : token.start])):
            return None
        return Found((body, body + len(subject)), (slot[0], slot[1]))
    return None


_LAST_NAME = re.compile(
    r" (?!(?:[A-Z][a-z]+day|[A-Z][a-z]+ly|Today|Now|Again|Here|Stock|Shares|Analyst|Upgrade|Downgrade)\b)"
    r"[A-Z][a-z]{3,12}(?=[.)]?$| - | \| )"
)
"""A further word that ends the headline belongs to the name of the house: ``at Keefe Bruyette``."""


def _agent_after(sentence: Sentence, start: int) -> Span | None:
    """Return the bounds of the firm behind ``at`` or ``by``, from ``start`` on: a known one, else the likeliest."""
    text, low, tokens = sentence.folded, sentence.low, sentence.tokens
    unknown: Span | None = None
    for position, token in enumerate(tokens):
        if token.start < start or token.kind is not Kind.PREP or token.word not in ("at", "by", "from"):
            continue
        begin = token.end + 1
        if low.startswith(("analysts at ", "analyst at ", "the "), begin):
            begin = low.index(" ", begin) + 1
            if low.startswith("at ", begin):
                begin += 3
        known = _firm_end(low, begin)
        if known is not None:
            longer = _LAST_NAME.match(text, known)
            if longer is not None and not any(known < later.start < longer.end() for later in tokens[position:]):
                known = longer.end()
            return begin, known
        following = sentence.token(position + 1)
        if token.word == "from" or (following is not None and following.start <= begin):
            continue
        run = _FIRM_RUN.match(text, begin)
        if run is not None and (unknown is None or token.word == "by"):
            end = run.end()
            for later in tokens[position + 1 :]:
                if begin < later.start < end and later.kind in (Kind.PREP, Kind.STOP) and later.word not in NAME_WORDS:
                    end = later.start
            bounds = (begin, begin + len(text[begin:end].rstrip(" ,.;:'")))
            if bounds[1] > begin:
                unknown = bounds
    return unknown


_HOUSE = re.compile(
    r"(?: & (?:co\.?|company|partners|sons)| inc\.?| llc| l\.?p\.?| ltd\.?| securities| research| holdings| bank|"
    r" capital(?: markets)?| group| partners|"
    r" equity research| advisors| global| global markets| equities| asia| corp(?:oration)?\.?)(?![a-z0-9])"
)
"""What a house may add to its name."""


def _firm_end(low: str, start: int) -> int | None:
    """Return the end of a known firm at ``start``, with what it adds to its name."""
    known = english_firm_at(low, start)
    if known is None:
        return None
    addition = _HOUSE.match(low, known[0])
    return addition.end() if addition is not None else known[0]


def _acting_firm(low: str, start: int) -> tuple[int, int, int] | None:
    """Return the bounds of a known firm that begins at ``start``, and where the word behind it begins."""
    end = _firm_end(low, start)
    if end is None:
        return None
    filler = _FILLER.match(low, end)
    return start, end, filler.end() if filler is not None else end
