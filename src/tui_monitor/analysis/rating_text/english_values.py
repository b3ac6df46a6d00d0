"""Actions, grades and target prices of an English headline, from the words of the lexer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tui_monitor.analysis.rating_text.english_words import VERBS, Kind, Token
from tui_monitor.analysis.rating_text.money import DOLLAR
from tui_monitor.domain.rating import Action

_SURE_GRADES = frozenset(
    "overweight underweight outperform underperform neutral equal-weight equalweight ow uw ew mp".split()
)
"""Grades that mean nothing else, wherever they stand."""

_TO = frozenset(("to", "at", "as", "with", "is", "was", "becomes", "become"))


@dataclass(slots=True)
class Values:
    """What the words of one headline add up to."""

    actions: set[Action] = field(default_factory=set)
    from_grade: Token | None = None
    to_grade: Token | None = None
    target: Token | None = None
    prior: Token | None = None
    verb: Token | None = None
    """The first word that is an action for sure."""


def _gap(low: str, before: Token, after: Token) -> str:
    return low[before.end : after.start].strip(" \"'-")


_LINKS = frozenset(
    (
        "",
        "a",
        "an",
        "its",
        "their",
        "his",
        "her",
        "a new",
        "the",
        "from",
        "it",
        "at a",
        "cl",
        "shares at",
        "both",
        "their latest",
        "our",
    )
)
"""What may stand between a word and the grade that belongs to it."""

_VERB_LIKE = frozenset("buy sell hold add reduce outperform underperform perform accumulate lighten avoid".split())
_WISHES = re.compile(
    r"(?<![a-z])(?:time|reasons?|how|when|wants?|ready|offers?|agree[sd]?|plans?|bid|deal|right|options?|looking|"
    r"looks|where|needs?|going|able|"
    r"likely|rush(?:es)?|expected|set|continues?|moves?|pledges?|decision|proposal|what|which|stocks|names|best|not|"
    r"reluctant|urged?|told|tells)$"
)
"""Words before ``to`` that make a verb of a grade: an offer to buy."""
_ARTICLE = re.compile(r" ['\"]?an? ")
_PRICES = re.compile(r"(?:price|shr|shares?|stock)$")
_OBJECT = re.compile(r" (?:the|a|an|its|more|stocks?|into|out|up|this|these|another|back|gold|right now)\b")


def _grades(low: str, tokens: list[Token], values: Values) -> None:
    for index, token in enumerate(tokens):
        if token.kind is Kind.GRADE:
            role = _role(low, tokens, index)
            if role == "from" and values.from_grade is None:
                values.from_grade = token
            elif role == "to" and values.to_grade is None:
                values.to_grade = token


def _role(low: str, tokens: list[Token], index: int) -> str | None:
    """Return whether a grade is the new one (``to``) or the old one (``from``); ``None`` for an ordinary word."""
    token = tokens[index]
    before = tokens[index - 1] if index else None
    if before is not None:
        gap = _gap(low, before, token)
        if gap in _LINKS or (before.kind in VERBS and gap in ("earlier", "with", "to be")):
            if before.kind is Kind.PREP:
                role = _behind_preposition(low, before, token)
                if role is not None:
                    return role
            elif before.kind in (Kind.KEEP, Kind.INIT, Kind.UP, Kind.DOWN, Kind.RATING, Kind.TICKER):
                return "to"
            elif before.word == ":" and low[token.end : token.end + 1] in ("", ",", ";") and index > 1:
                return "to"
            elif before.kind in VERBS | {Kind.STOP} and token.word in _SURE_GRADES:
                return "to"
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and after.kind in (Kind.RATING, Kind.KEEP) and _gap(low, token, after) == "":
        return "to"
    return "to" if token.word in _SURE_GRADES and before is not None else None


def _behind_preposition(low: str, before: Token, token: Token) -> str | None:
    if before.word in ("from", "vs", "vs.", "versus", "previously", "prior"):
        return "from"
    if before.word in ("and", "while", "but"):
        return "to" if token.word in _SURE_GRADES else None
    if before.word not in _TO:
        return None
    if before.word == "with" and token.word in ("positive", "negative") and not _ARTICLE.match(low, before.end):
        return None
    if before.word == "to" and token.word in _VERB_LIKE:
        lead = low[: before.start].rstrip()
        if _WISHES.search(lead) or _OBJECT.match(low, token.end):
            return None
        if token.word in ("outperform", "underperform", "perform") and _PRICES.search(lead):
            return None
    return "to"


def _rated(low: str, tokens: list[Token]) -> Token | None:
    """Return the grade of ``...; Rated Buy``, which outranks a grade word elsewhere: ``to Outperform in 60 Days``."""
    for verb, grade in zip(tokens, tokens[1:], strict=False):
        if (
            verb.kind is Kind.KEEP
            and verb.word in ("rated", "kept", "restated")
            and grade.kind is Kind.GRADE
            and low[verb.end : grade.start].strip(" '\"") in ("", "at", "as")
        ):
            return grade
    return None


def _targets(low: str, tokens: list[Token], values: Values) -> None:
    for index, token in enumerate(tokens):
        if token.kind not in (Kind.MONEY, Kind.NUMBER) or token.money is None:
            continue
        before = tokens[index - 1] if index else None
        after = tokens[index + 1] if index + 1 < len(tokens) else None
        gap = _gap(low, before, token) if before is not None else low[: token.start]
        follows = (
            after is not None
            and after.kind is Kind.TARGET
            and _gap(low, token, after) in ("", "per share", "a share", "new")
        )
        near = _target_before(tokens, index)
        if token.kind is Kind.NUMBER:
            # A bare number is a price only right behind the word for it.
            if near is None or before is None or token.start - near.end > 40 or gap not in ("", "of", "at"):
                continue
            if before.kind not in (Kind.TARGET, Kind.PREP, Kind.RAISE, Kind.CUT) or (
                before.kind is Kind.PREP and before.word not in ("to", "from", "at", "of")
            ):
                continue
        verb = before
        if before is not None and before.kind is Kind.PREP and index >= 2:
            verb = tokens[index - 2]
        announced = verb is not None and (
            (verb.kind is Kind.ADJUST and verb.word.startswith("ann"))
            or (
                verb.kind in (Kind.RAISE, Kind.CUT)
                and before is not None
                and before.word == "to"
                and low[verb.end : before.start].strip() == ""
            )
        )
        listed = before is not None and before.word == "," and index >= 2 and tokens[index - 2] is values.to_grade
        announced = announced or (listed and token.kind is Kind.MONEY)
        if not follows and near is None and not announced:
            continue
        if near is not None and not follows and not announced and token.start - near.end > 90:
            continue
        removed = follows and before is not None and before.kind is Kind.ADJUST and before.word.startswith("remov")
        removed = removed or any(
            earlier.kind is Kind.ADJUST and earlier.word.startswith("remov")
            for earlier in tokens[max(0, index - 3) : index]
        )
        prior = removed or (
            before is not None
            and gap in ("", "a", "the", "its")
            and before.kind is Kind.PREP
            and before.word in ("from", "vs", "vs.", "versus", "previously", "prior", "was", "were")
        )
        if before is not None and before.kind is Kind.PREP and before.word == "by":
            continue
        if prior:
            values.prior = values.prior or token
        elif values.target is None:
            values.target = token


def _target_before(tokens: list[Token], index: int) -> Token | None:
    for earlier in reversed(tokens[:index]):
        if earlier.kind is Kind.TARGET:
            return earlier
        if earlier.kind is Kind.STOP and earlier.word in (";", "|"):
            return None
        if earlier.kind in (Kind.UP, Kind.DOWN, Kind.INIT):
            return None
    return None


_DIRECTION = {Kind.RAISE: Action.RAISE_TARGET, Kind.CUT: Action.CUT_TARGET}


def _attached(low: str, tokens: list[Token], index: int) -> Token | None:
    """Return the verb that moves the target ``tokens[index]``: the one right behind it, else the one before."""
    for later in tokens[index + 1 : index + 3]:
        gap = low[tokens[index].end : later.start].strip(" '")
        if later.kind is Kind.PREP and later.word in ("was", "were", "is", "by", "are", "on"):
            continue
        if later.kind in VERBS and (
            gap in ("", "was", "were", "is", "has been", "s", "also", "further", "largely", "sharply", "slightly")
            or len(gap) <= 0
        ):
            return later
        break
    for earlier in range(index - 1, -1, -1):
        token = tokens[earlier]
        if token.kind in VERBS:
            return token
        if token.kind is Kind.STOP and token.word in (";", "|", ":"):
            return None
        if (
            token.kind is Kind.GRADE
            and token.start > 0
            and tokens[earlier - 1].kind is Kind.PREP
            and tokens[earlier - 1].word == "to"
        ):
            return None
    return None


def read_values(low: str, tokens: list[Token]) -> Values:
    """Return the actions, grades and target prices that the words of a headline add up to."""
    values = Values(to_grade=_rated(low, tokens))
    _grades(low, tokens, values)
    _targets(low, tokens, values)
    moved = False
    for index, token in enumerate(tokens):
        if token.kind is Kind.TARGET:
            verb = _attached(low, tokens, index)
            if verb is not None and verb.kind in _DIRECTION and not moved:
                values.actions.add(_DIRECTION[verb.kind])
                values.verb = values.verb or verb
                moved = True
            elif (
                verb is not None
                and verb.kind in (Kind.KEEP, Kind.ADJUST, Kind.INIT)
                and values.target is not None
                and values.target.start - token.end < 30
            ):
                values.verb = values.verb or verb
                if verb.kind is Kind.KEEP:
                    values.actions.add(Action.REITERATE)
        elif token.kind in (Kind.UP, Kind.DOWN):
            if Action.UPGRADE in values.actions or Action.DOWNGRADE in values.actions:
                continue
            if _OTHER_GRADE.search(low, max(0, token.start - 20), token.start):
                continue
            values.actions.add(Action.UPGRADE if token.kind is Kind.UP else Action.DOWNGRADE)
            values.verb = values.verb or token
        elif token.kind in _DIRECTION:
            _grade_move(low, tokens, index, values)
        elif token.kind is Kind.INIT:
            if _initiates(low, tokens, index):
                values.actions.add(Action.INITIATE)
                values.verb = values.verb or token
        elif token.kind is Kind.KEEP:
            _keeps(low, tokens, index, values)
    _settle(values)
    return values


_OTHER_GRADE = re.compile(r"(?:earnings|estimates?|forecasts?|profit|eps|credit|debt|guidance|sector) $")
"""What is up- or downgraded other than a company."""


def _grade_move(low: str, tokens: list[Token], index: int, values: Values) -> None:
    """Read ``raised to Buy`` and ``cuts X to Sell`` as changes of grade, ``Raises to $48`` as one of target."""
    verb = tokens[index]
    for position in range(index + 1, len(tokens)):
        token = tokens[position]
        if token.kind is Kind.TARGET or token.kind in VERBS or (token.kind is Kind.STOP and token.word != ","):
            return
        if token.kind is Kind.PREP and token.word in ("to", "from") and position + 1 < len(tokens):
            following = tokens[position + 1]
            near = following.start - token.end <= 6
            if (
                near
                and following.kind is Kind.GRADE
                and (following is values.to_grade or following is values.from_grade)
            ):
                if not values.actions & {Action.UPGRADE, Action.DOWNGRADE}:
                    values.actions.add(Action.UPGRADE if verb.kind is Kind.RAISE else Action.DOWNGRADE)
                    values.verb = values.verb or verb
                return
            if near and following.kind is Kind.MONEY and token.start - verb.end <= 1 and values.target is following:
                values.actions.add(_DIRECTION[verb.kind])
                values.verb = values.verb or verb
                return


def _initiates(low: str, tokens: list[Token], index: int) -> bool:
    verb = tokens[index]
    if index and tokens[index - 1].word == "coverage" and _gap(low, tokens[index - 1], verb) in ("", "was", "is"):
        return True
    for position in range(index + 1, len(tokens)):
        token = tokens[position]
        if token.kind is Kind.STOP and token.word in (";", ":", "|"):
            return False
        if token.kind in VERBS and token.kind is not Kind.ADJUST and token.kind is not Kind.INIT:
            return False
        if token.kind is Kind.RATING and token.word == "coverage":
            return True
        if token.kind is Kind.GRADE and (token.start - verb.end <= 90):
            before = tokens[position - 1]
            return (
                before.kind in (Kind.PREP, Kind.INIT, Kind.STOP, Kind.TICKER)
                and len(_gap(low, before, token)) <= 6
                and before.word not in ("and", "from")
            )
        if token.kind is Kind.TARGET and verb.word.startswith(("initiat", "re", "assig")):
            return position + 1 < len(tokens) or tokens[position - 1].kind is Kind.MONEY
    return False


WEAK_KEEP = frozenset(
    "has have still gets get given gives give stays stay remains remain backs back backed receives received earns earned wins win".split()
)


def _keeps(low: str, tokens: list[Token], index: int, values: Values) -> None:
    verb = tokens[index]
    if (
        index
        and tokens[index - 1].kind in (Kind.GRADE, Kind.RATING)
        and _gap(low, tokens[index - 1], verb) == ""
        and values.to_grade is not None
    ):
        values.actions.add(Action.REITERATE)
        values.verb = values.verb or verb
        return
    reach = 22 if verb.word in WEAK_KEEP or verb.word.startswith("rat") else 90
    for token in tokens[index + 1 :]:
        if token.kind is Kind.STOP and token.word in (";", ":", "|"):
            return
        if token.kind in VERBS and token.kind is not Kind.ADJUST:
            return
        if token.start - verb.end > reach:
            return
        if token is values.to_grade:
            values.actions.add(Action.REITERATE)
            values.verb = values.verb or verb
            return


def _settle(values: Values) -> None:
    """Let the numbers decide the direction of the target where they tell it."""
    if values.target is not None and values.prior is not None and values.target.money and values.prior.money:
        new, old = values.target.money.value, values.prior.money.value
        values.actions -= {Action.RAISE_TARGET, Action.CUT_TARGET}
        if new > old:
            values.actions.add(Action.RAISE_TARGET)
        elif new < old:
            values.actions.add(Action.CUT_TARGET)
        elif not values.actions:
            values.actions.add(Action.REITERATE)
    elif not values.actions and values.target is not None:
        values.actions.add(Action.REITERATE)


def currency_of(token: Token | None, *, hong_kong: bool) -> str | None:
    """Return the ISO currency of a target price; the bare ``$`` is the listing's."""
    if token is None or token.money is None:
        return None
    currency = token.money.currency
    if currency == DOLLAR:
        return "HKD" if hong_kong else "USD"
    return currency
