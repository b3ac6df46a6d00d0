"""English rules: who did what to which company, read off the words of the lexer.

Headlines come in four shapes. *Active*: firm, verb, company (Benzinga, AAStocks, MarketScreener). *Passive*:
company, participle, ``at`` or ``by`` firm (tweets, TheFly, MarketBeat). *Colon*: firm, colon, a sentence on the
company that ends in its grade (AAStocks). *Event*: a price move ``after`` a firm's action. Each is found by where a
known firm stands next to a verb; an unknown firm is taken from the same place in the sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tui_monitor.analysis.rating_text.english_slots import (
    PRONOUNS,
    acting_firm,
    agent_after,
    company_after,
    company_in_body,
    company_of_subject,
    leading_symbol,
    strip_prefix,
)
from tui_monitor.analysis.rating_text.english_values import WEAK_KEEP, Values, currency_of, read_values
from tui_monitor.analysis.rating_text.english_words import VERBS, Kind, Token, lex
from tui_monitor.analysis.rating_text.model import Extraction, ordered
from tui_monitor.analysis.rating_text.negatives import english_none, is_sector
from tui_monitor.domain.rating import Action

_OPENERS = frozenset(
    (
        "after",
        "amid",
        "amidst",
        "following",
        "as",
        "on",
        "while",
        "and",
        "but",
        "says",
        "by",
        "yet",
        "when",
        "prompts",
        "since",
        "with",
        "that",
    )
)
_EVENTS = frozenset(
    ("upgrade", "downgrade", "initiation", "upgraded", "downgraded", "double downgrade", "double upgrade")
)
"""Words that name a firm's action as the cause of a price move."""
_ACTORS_NEXT = VERBS | {Kind.TARGET, Kind.RATING}
_SENTENCE = re.compile(r"[.!?]['\"]? (?=[a-z])")
_PAST = re.compile(r"(?:ed|cut|kept|given|upgrade|downgrade)$")
_SUBJECT = re.compile(r"(?:[A-Z][\w.&'-]*|&)(?: (?:[A-Z][\w.&'-]*|&|of|and)){0,6}")
_MARKET_TICKER = re.compile(r"\((?:[A-Za-z .]{2,10}:\s?)?\$?(?P<code>[A-Za-z0-9][A-Za-z0-9.\-]*)[,)]")
_GENERIC = re.compile(r"\b(?:analysts?|shares?|stocks?|bulls?|bears?|here|this|these|what|who|brokers?|brokerages?)\b")


@dataclass(slots=True)
class _Found:
    firm: tuple[int, int] | None = None
    company: tuple[int, int] | None = None


def read_english(text: str, folded: str, low: str) -> Extraction:
    """Extract the rating change of an English headline; ``text``, ``folded`` and ``low`` have the same length."""
    if english_none(low):
        return Extraction(text)
    start = strip_prefix(low)
    tag, mark, body = leading_symbol(folded, start)
    tokens = lex(low, body)
    if not tokens:
        return Extraction(text)
    values = read_values(low, tokens)
    if not values.actions:
        return Extraction(text)
    found = _active(folded, low, tokens, body) or _passive(folded, low, tokens, body, values)
    if found is None:
        return Extraction(text)
    company = found.company
    symbol = _symbol(folded, tokens, company) or tag
    name: str | None = None
    if company is not None:
        slot = low[company[0] : company[1]]
        if is_sector(slot):
            return Extraction(text)
        if PRONOUNS.match(slot) is None and not (tag is not None and folded[company[0]].islower()):
            name = text[company[0] : company[1]]
    if name is None and tag is not None:
        name = tag
    if name is None or (found.firm is None and not _convincing(low, values)):
        return Extraction(text)
    if name and symbol is None and name.isupper() and low[company[0] - 1 : company[0]] == "$" if company else False:
        symbol = name
    hong_kong = _hong_kong(symbol, low, name)
    actions = ordered(values.actions - ({Action.REITERATE} if not _reiterates(values, tokens) else set()))
    return Extraction(
        text,
        is_rating=True,
        firm=text[found.firm[0] : found.firm[1]] if found.firm is not None else None,
        company=name,
        symbol=symbol,
        action=actions[0] if actions else None,
        actions=actions,
        from_grade=_slice(text, values.from_grade),
        to_grade=_slice(text, values.to_grade),
        target=values.target.money.value if values.target is not None and values.target.money else None,
        prior_target=values.prior.money.value if values.prior is not None and values.prior.money else None,
        currency=_currency(values, hong_kong=hong_kong),
    )


def _slice(text: str, token: Token | None) -> str | None:
    return text[token.start : token.end] if token is not None else None


def _currency(values: Values, *, hong_kong: bool) -> str | None:
    return currency_of(values.target, hong_kong=hong_kong) or currency_of(values.prior, hong_kong=hong_kong)


def _reiterates(values: Values, tokens: list[Token]) -> bool:
    """Keep ``reiterate`` beside another action only where the headline uses that very word."""
    return values.actions == {Action.REITERATE} or (
        any(token.kind is Kind.KEEP and token.word.startswith("reiterat") for token in tokens)
    )


def _convincing(low: str, values: Values) -> bool:
    """Tell whether a headline without a firm is a rating change all the same."""
    if values.to_grade is not None or values.from_grade is not None:
        return True
    if values.actions & {Action.RAISE_TARGET, Action.CUT_TARGET}:
        return True
    if not values.actions & {Action.UPGRADE, Action.DOWNGRADE}:
        return False
    return (
        re.search(
            r"analyst|(?<!#)stock|shares|valuation|premarket|pre-market|upgraded (?:on|as|after|following|upon|"
            r"amid)|downgraded (?:on|as|after|following|upon|amid|ahead)|(?:up|down)grad(?:ed?|es)(?: today)?$|"
            r"gets? an upgrade|double downgrade|price target",
            low,
        )
        is not None
    )


def _symbol(folded: str, tokens: list[Token], company: tuple[int, int] | None) -> str | None:
    """Return the ticker that stands right behind the company, else the first one that is none of the firm's."""
    first: str | None = None
    for position, token in enumerate(tokens):
        if token.kind is not Kind.TICKER:
            continue
        match = _MARKET_TICKER.match(folded, token.start)
        if match is None:
            continue
        code = match["code"]
        if not (code.isupper() or code[0].isdigit()) or (code.isdigit() and len(code) < 4):
            continue
        if company is not None and 0 <= token.start - company[1] <= 12:
            return code
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        of_firm = following is not None and following.kind in VERBS and company is not None and company[0] > token.end
        if first is None and not of_firm:
            first = code
    return first


def _hong_kong(symbol: str | None, low: str, name: str) -> bool:
    if symbol is not None:
        return symbol.endswith((".HK", ".hk")) or (symbol.isdigit() and len(symbol) <= 5)
    letters = [char for char in name if char.isalpha()]
    house_style = name.isupper() and len(letters) >= 3
    return house_style and re.search(r"\btps?\b", low) is not None


_ANALYST_OF = re.compile(r"(?:an )?analysts? (?:at|from) ")
_CLAUSE_LEAD = re.compile(r"\s*(?:analysts? (?:at|from) |hearing |while |and |an analyst at |a |as )?")


def _clause_starts(low: str, tokens: list[Token], body: int) -> Iterator[int]:
    """Yield where a firm may stand in front of its verb: the start, then behind every break of the sentence."""
    opening = _ANALYST_OF.match(low, body)
    yield opening.end() if opening is not None else body
    for token in tokens:
        if token.kind is Kind.STOP or (token.kind is Kind.PREP and token.word in _OPENERS):
            lead = _CLAUSE_LEAD.match(low, token.end)
            yield lead.end() if lead is not None else token.end
    for match in _SENTENCE.finditer(low, body):
        yield match.end()


def _active(folded: str, low: str, tokens: list[Token], body: int) -> _Found | None:
    """Find a known firm that stands right before a verb or a colon, at the start of any clause."""
    by_start = {token.start: position for position, token in enumerate(tokens)}
    for number, start in enumerate(_clause_starts(low, tokens, body)):
        firm = acting_firm(low, start)
        if firm is None:
            continue
        begin, end, next_word = firm
        if low[end : end + 1] == ":" or low[end : end + 2] == " :":
            return _colon(folded, low, tokens, (begin, end), low.index(":", end) + 1)
        about = _about(folded, low, tokens, (begin, end)) if number == 0 else None
        if about is not None:
            return about
        position = by_start.get(next_word)
        verb = tokens[position] if position is not None else None
        if verb is None or verb.kind not in _ACTORS_NEXT:
            if number == 0:
                comment = _comment(folded, low, tokens, (begin, end), end)
                if comment is not None:
                    return comment
            continue
        assert position is not None
        if number == 0 and (verb.kind in (Kind.TARGET, Kind.RATING) or _PAST.search(verb.word)):
            agent = agent_after(folded, low, tokens, verb.end)
            if agent is not None:
                continue
        if (
            number
            and (verb.kind is Kind.TARGET or verb.word in _EVENTS)
            and not _has_object(folded, low, tokens, position)
        ):
            return _Found((begin, end), company_of_subject(folded, low, tokens, body, begin))
        company = _first_company(folded, low, tokens, position)
        if company is None or PRONOUNS.match(low[company[0] : company[1]]):
            company = _elsewhere(folded, low, tokens, body, start if number else None) or company
        return _Found((begin, end), company)
    return None


def _first_company(folded: str, low: str, tokens: list[Token], position: int) -> tuple[int, int] | None:
    """Return the first company behind a verb, from ``tokens[position]`` on, that is no sector or market.

    A broker that moves a whole sector in one clause often names one company in the next: ``Trims TPs on Insurers;
    Upgrades ACME to Neutral``.
    """
    first: tuple[int, int] | None = None
    for index in range(position, len(tokens)):
        verb = tokens[index]
        clause = (
            index == position or tokens[index - 1].kind is Kind.STOP or tokens[index - 1].word in ("and", "but", "yet")
        )
        if verb.kind not in VERBS or not clause:
            if verb.kind is Kind.TICKER and first is not None and is_sector(low[first[0] : first[1]]):
                return company_in_body(folded, low, tokens[index:], tokens[index - 1].end) or first
            continue
        slot = company_after(folded, low, tokens, index)
        if slot is None:
            continue
        if not is_sector(low[slot[0] : slot[1]]):
            return slot[0], slot[1]
        first = first or (slot[0], slot[1])
    return first


def _has_object(folded: str, low: str, tokens: list[Token], position: int) -> bool:
    slot = company_after(folded, low, tokens, position)
    return (
        slot is not None
        and slot[0] - tokens[position].end <= 2
        and PRONOUNS.match(low[slot[0] : slot[1]]) is None
        and folded[slot[0]].isupper()
    )


def _elsewhere(folded: str, low: str, tokens: list[Token], body: int, start: int | None) -> tuple[int, int] | None:
    """Return the company of a sentence whose verb has none: its subject, or the bearer of its ticker."""
    if start is None:
        return None
    return company_of_subject(folded, low, tokens, body, start)


def _colon(folded: str, low: str, tokens: list[Token], firm: tuple[int, int], begin: int) -> _Found | None:
    while low[begin : begin + 1] == " ":
        begin += 1
    for position, token in enumerate(tokens):
        if token.start == begin and token.kind in VERBS:
            slot = company_after(folded, low, tokens, position)
            if slot is not None:
                return _Found(firm, (slot[0], slot[1]))
    if not any(token.kind is Kind.TICKER for token in tokens):
        for position, token in enumerate(tokens):
            if token.kind in (Kind.UP, Kind.DOWN) and position and tokens[position - 1].kind is Kind.STOP:
                company = _first_company(folded, low, tokens, position)
                if company is not None and tokens[position - 1].end + 1 == token.start:
                    return _Found(firm, company)
    return _Found(firm, company_in_body(folded, low, tokens, begin))


_ABOUT = re.compile(
    r"(?:'s)? (?:[a-z]+ ){0,3}?(?:positive|negative|bullish|bearish|cautious|upbeat|neutral view|constructive|"
    r"looks ahead) on "
)


def _about(folded: str, low: str, tokens: list[Token], firm: tuple[int, int]) -> _Found | None:
    """Read ``Firm Positive On Company, Raises PT``."""
    match = _ABOUT.match(low, firm[1])
    if match is None:
        return None
    later = [token for token in tokens if token.start >= match.end()]
    company = company_of_subject(folded, low, later, match.end(), len(low))
    return _Found(firm, company) if company is not None and folded[company[0]].isupper() else None


_OPINES = re.compile(
    r" (?:says|sees|expects|assumes|believes|thinks|likes|notes|predicts|foresees|estimates|envisions|envisages|"
    r"projects|rates|forecasts) "
)


def _comment(folded: str, low: str, tokens: list[Token], firm: tuple[int, int], begin: int) -> _Found | None:
    """Read ``Firm Sees COMPANY (code) ...; Rated Buy`` and ``Firm Positive On Company, Raises PT``."""
    if any(token.kind is Kind.TICKER for token in tokens):
        return _Found(firm, company_in_body(folded, low, tokens, begin))
    verb = _OPINES.match(low, begin)
    if verb is None:
        return None
    return _Found(firm, company_in_body(folded, low, tokens, verb.end()))


def _passive(folded: str, low: str, tokens: list[Token], body: int, values: Values) -> _Found | None:
    """Find ``Company upgraded to Buy at Firm``, and an unknown firm before a verb in the active."""
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
    agent = agent_after(folded, low, tokens, verb.end)
    unknown = (
        _unknown_actor(folded, low, tokens, body, values)
        if agent is None or values.verb is None or not _PAST.search(values.verb.word)
        else None
    )
    if unknown is not None:
        return unknown
    if agent is not None and agent[0] < body:
        agent = None
    company = company_of_subject(folded, low, tokens, body, verb.start) if verb.start > body else None
    if agent is None:
        agent = _says(folded, low, tokens, body)
    if company is not None and _GENERIC.search(low[company[0] : company[1]]):
        company = None
    return _Found(agent, company)


def _says(folded: str, low: str, tokens: list[Token], body: int) -> tuple[int, int] | None:
    """Return the firm of ``..., Firm Says In Downgrade`` and of ``Firm's upgrade``."""
    for token in tokens:
        if token.kind is Kind.STOP or (token.kind is Kind.PREP and token.word in ("of", "at", "by", "to", "from")):
            position = token.end + (1 if low[token.end : token.end + 1] == " " else 0)
            firm = acting_firm(low, position)
            if firm is not None:
                return firm[0], firm[1]
    return None


def _unknown_actor(folded: str, low: str, tokens: list[Token], body: int, values: Values) -> _Found | None:
    """Take the subject of an active verb that carries a grade or a target for a firm."""
    if values.to_grade is None and not any(token.kind in (Kind.TARGET, Kind.RATING) for token in tokens):
        return None
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
        slot = company_after(folded, low, tokens, position)
        if slot is None:
            return None
        return _Found((body, body + len(subject)), (slot[0], slot[1]))
    return None
