"""English headlines: who did what to which company."""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.english_actions import Values, read_values
from tui_monitor.analysis.rating_text.english_actors import Span, find_actors
from tui_monitor.analysis.rating_text.english_sentence import Sentence
from tui_monitor.analysis.rating_text.english_slots import PRONOUNS
from tui_monitor.analysis.rating_text.english_targets import currency_of
from tui_monitor.analysis.rating_text.english_words import VERBS, Kind, Token
from tui_monitor.analysis.rating_text.model import Extraction, ordered
from tui_monitor.analysis.rating_text.negatives import english_none, is_sector
from tui_monitor.domain.rating import Action

_FORCE = re.compile(
    r"analyst|(?<!#)stock|shares|valuation|premarket|pre-market|price target|double downgrade|gets? an upgrade|"
    r"(?:up|down)graded (?:on|as|after|following|upon|amid|ahead)|(?:up|down)graded(?: today)?$|"
    r"leads to (?:up|down)grade$"
)
"""What makes an up- or downgrade by nobody one of a share, not of software."""
_ARTICLE = re.compile(r" (?:an?|the|its)$")
"""What ``names Acme a top pick`` leaves behind the name."""
_KEPT = re.compile(r"\b(?:rated|ratings?|reiterate[sd]?|maintain(?:s|ed)|price target|pt|tp)\b")
"""What makes a kept grade without a firm one of a broker, not of a columnist."""
_TARGET_PRICES = re.compile(r"\btps?\b")
_MARKET_TICKER = re.compile(
    r"\((?:(?!\w{1,6}:(?:NASDAQ|NYSE|OTC|TSX|LON|HKEX))[A-Za-z .]{2,10}:\s?)?"
    r"\$?(?P<code>[A-Za-z0-9][A-Za-z0-9.\-]*)[,:)]"
)


def read_english(text: str, folded: str, low: str) -> Extraction:
    """Extract the rating change of an English headline; ``text``, ``folded`` and ``low`` have the same length."""
    if english_none(low):
        return Extraction(text)
    sentence = Sentence.of(folded, low)
    values = read_values(low, sentence.tokens)
    found = find_actors(sentence, values) if values.actions else None
    if found is None or (found.firm is None and not _convincing(low, values)):
        return Extraction(text)
    company = found.company
    if company is not None and is_sector(low[company[0] : company[1]]):
        return Extraction(text)
    if company is None or _refers(sentence, company):
        company, name = None, sentence.cashtag
    else:
        name = _ARTICLE.sub("", text[company[0] : company[1]])
    if name is None:
        return Extraction(text)
    symbol = _symbol(sentence, company)
    hong_kong = _hong_kong(symbol, low, name)
    actions = ordered(_stated(values, sentence.tokens))
    return Extraction(
        text,
        is_rating=True,
        firm=text[found.firm[0] : found.firm[1]] if found.firm is not None else None,
        company=name,
        symbol=symbol,
        action=actions[0],
        actions=actions,
        from_grade=_slice(text, values.from_grade),
        to_grade=_slice(text, values.to_grade),
        target=_amount(values.target),
        prior_target=_amount(values.prior),
        currency=currency_of(values.target, hong_kong=hong_kong) or currency_of(values.prior, hong_kong=hong_kong),
    )


def _refers(sentence: Sentence, company: Span) -> bool:
    """Tell whether the slot refers to a company named elsewhere: ``the stock``, or words behind a cashtag."""
    if PRONOUNS.match(sentence.low[company[0] : company[1]]):
        return True
    return sentence.cashtag is not None and sentence.folded[company[0]].islower()


def _slice(text: str, token: Token | None) -> str | None:
    return text[token.start : token.end] if token is not None else None


def _amount(token: Token | None) -> float | None:
    return token.money.value if token is not None and token.money is not None else None


def _stated(values: Values, tokens: list[Token]) -> set[Action]:
    """Return the actions; ``reiterate`` stays beside another only where the headline uses that very word."""
    if values.actions == {Action.REITERATE}:
        return values.actions
    if any(token.kind is Kind.KEEP and token.word.startswith("reiterat") for token in tokens):
        return values.actions
    return values.actions - {Action.REITERATE}


def _convincing(low: str, values: Values) -> bool:
    """Tell whether a headline without a firm is a rating change all the same."""
    if values.actions == {Action.REITERATE}:
        return _KEPT.search(low) is not None
    if values.to_grade is not None or values.from_grade is not None:
        return True
    if values.actions & {Action.RAISE_TARGET, Action.CUT_TARGET}:
        return True
    return bool(values.actions & {Action.UPGRADE, Action.DOWNGRADE}) and _FORCE.search(low) is not None


def _symbol(sentence: Sentence, company: Span | None) -> str | None:
    """Return the ticker right behind the company, else the first that is none of the firm's, else the cashtag."""
    first: str | None = None
    for position, token in enumerate(sentence.tokens):
        if token.kind is Kind.CASHTAG and company is not None and 0 <= token.start - company[1] <= 2:
            return sentence.folded[token.start + 1 : token.end]
        if token.kind is not Kind.TICKER:
            continue
        code = _code(sentence.folded, token)
        if code is None:
            continue
        if company is not None and 0 <= token.start - company[1] <= 12:
            return code
        following = sentence.token(position + 1)
        of_firm = following is not None and following.kind in VERBS and company is not None and company[0] > token.end
        if first is None and not of_firm:
            first = code
    if first is None and company is not None and sentence.low[company[0] - 1 : company[0]] == "$":
        return sentence.folded[company[0] : company[1]]
    return first or sentence.cashtag


def _code(folded: str, token: Token) -> str | None:
    match = _MARKET_TICKER.match(folded, token.start)
    if match is None:
        return None
    code = match["code"]
    if code.isdigit():
        return code if len(code) >= 4 else None
    return code if code.isupper() or code[0].isdigit() else None


def _hong_kong(symbol: str | None, low: str, name: str) -> bool:
    """Tell whether the bare ``$`` is Hong Kong's: by the ticker, else by the house style of AAStocks."""
    if symbol is not None:
        return symbol.endswith((".HK", ".hk")) or (symbol.isdigit() and len(symbol) <= 5)
    return name.isupper() and sum(map(str.isalpha, name)) >= 3 and _TARGET_PRICES.search(low) is not None
