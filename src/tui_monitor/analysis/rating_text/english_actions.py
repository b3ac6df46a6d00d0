"""The actions of an English headline, from the words of the lexer."""

from __future__ import annotations

import re

import msgspec

from tui_monitor.analysis.rating_text.english_grades import read_grades
from tui_monitor.analysis.rating_text.english_targets import read_targets
from tui_monitor.analysis.rating_text.english_words import VERBS, Kind, Token, gap_between
from tui_monitor.analysis.rating_text.firms import english_firm_at
from tui_monitor.analysis.rating_text.lexicon import words
from tui_monitor.domain.rating import Action

WEAK_KEEP = words(
    "has have still gets get given gives give stays stay remains remain backs back backed receives received earns "
    "earned wins win named recommends"
)
"""Words that keep a grade only when it stands right behind them."""
_LINKS = frozenset(("", "was", "were", "is", "has been", "s", "also", "further", "largely", "sharply", "slightly"))
"""What may stand between a target and the verb behind it."""
_DIRECTION = {Kind.RAISE: Action.RAISE_TARGET, Kind.CUT: Action.CUT_TARGET}
_OTHER_GRADE = re.compile(r"(?:earnings|estimates?|forecasts?|profit|eps|credit|debt|guidance|sector) $")
"""What is up- or downgraded other than a company."""


class Values(msgspec.Struct):
    """What the words of one headline add up to."""

    actions: set[Action] = msgspec.field(default_factory=set)
    from_grade: Token | None = None
    to_grade: Token | None = None
    target: Token | None = None
    prior: Token | None = None
    verb: Token | None = None
    """The first word that is an action for sure."""


def read_values(low: str, tokens: list[Token]) -> Values:
    """Return the actions, grades and target prices that the words of a headline add up to."""
    old, new = read_grades(low, tokens)
    target, prior = read_targets(low, tokens, new)
    values = Values(from_grade=old, to_grade=new, target=target, prior=prior)
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
            _grade_move(tokens, index, values)
            if not values.actions and _moves_rating(low, tokens, token):
                _change_grade(token, values)
        elif token.kind is Kind.INIT:
            if _initiates(low, tokens, index):
                values.actions.add(Action.INITIATE)
                values.verb = values.verb or token
        elif token.kind is Kind.KEEP:
            _keeps(low, tokens, index, values)
    if not values.actions and tokens and values.to_grade is tokens[0]:
        values.actions.add(Action.REITERATE)
        values.verb = tokens[0]
    _settle(values)
    return values


def _attached(low: str, tokens: list[Token], index: int) -> Token | None:
    """Return the verb that moves the target ``tokens[index]``: the one right behind it, else the one before."""
    for later in tokens[index + 1 : index + 3]:
        gap = low[tokens[index].end : later.start].strip(" '")
        if later.kind is Kind.PREP and later.word in ("was", "were", "is", "by", "are", "on"):
            continue
        if later.kind in VERBS and gap in _LINKS:
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


_BEFORE_RATING = frozenset({Kind.GRADE, Kind.PREP})
"""A rating behind one of these is not what the verb moves."""


def _grade_move(tokens: list[Token], index: int, values: Values) -> None:
    """Read ``raised to Buy`` and ``cuts X to Sell`` as changes of grade, ``Raises to $48`` as one of target."""
    verb = tokens[index]
    if index and tokens[index - 1].word == "rating" and verb.start - tokens[index - 1].end <= 5:
        _change_grade(verb, values)
        return
    for position in range(index + 1, len(tokens)):
        token = tokens[position]
        if token.kind is Kind.TARGET or token.kind in VERBS or (token.kind is Kind.STOP and token.word != ","):
            return
        if token.kind is Kind.RATING and token.word == "rating" and tokens[position - 1].kind not in _BEFORE_RATING:
            _change_grade(verb, values)
            return
        if token.kind is Kind.PREP and token.word in ("to", "from") and position + 1 < len(tokens):
            following = tokens[position + 1]
            near = following.start - token.end <= 6
            if (
                near
                and following.kind is Kind.GRADE
                and (following is values.to_grade or following is values.from_grade)
            ):
                _change_grade(verb, values)
                return
            if near and following.kind is Kind.MONEY and token.start - verb.end <= 1 and values.target is following:
                values.actions.add(_DIRECTION[verb.kind])
                values.verb = values.verb or verb
                return


_CAUSE = re.compile(r"(?:^|[ ;,])(?:as|after|because) (?=[a-z][a-z.& ]{1,25} $)")
_OTHER_CUT = re.compile(
    r"(?:earnings|estimates?|forecasts?|profits?|eps|guidance|outlook|jobs?|bonus(?:es)?|pay|rates?|costs?|staff|"
    r"positions|roles|dividends?|spending|prices?|hours|salar(?:y|ies)|headcount|workforce|views?|employees|workers) $"
)
_BARE = re.compile(r",|;|$| https?:| citing| on (?:valuation|weak|slow|concern|risk)")


def _moves_rating(low: str, tokens: list[Token], verb: Token) -> bool:
    """Read ``as Firm cuts, citing``, ``cut at Firm`` and ``after Firm lift``: what moves nothing else, a rating."""
    before = max(0, verb.start - 20)
    if any(token.kind is Kind.TARGET for token in tokens) or _OTHER_CUT.search(low, before, verb.start):
        return False
    if verb.word == "cut":
        return low.startswith(" at ", verb.end) and english_firm_at(low, verb.end + 4) is not None
    if verb.word not in ("cuts", "lift") or _BARE.match(low, verb.end) is None:
        return False
    cause = _CAUSE.search(low[max(0, verb.start - 32) : verb.start])
    begin = max(0, verb.start - 32) + cause.end() if cause is not None else -1
    firm = english_firm_at(low, begin) if cause is not None else None
    return firm is not None and firm[0] == verb.start - 1


def _change_grade(verb: Token, values: Values) -> None:
    if not values.actions & {Action.UPGRADE, Action.DOWNGRADE}:
        values.actions.add(Action.UPGRADE if verb.kind is Kind.RAISE else Action.DOWNGRADE)
        values.verb = values.verb or verb


def _initiates(low: str, tokens: list[Token], index: int) -> bool:
    verb = tokens[index]
    if (
        index
        and tokens[index - 1].word == "coverage"
        and gap_between(low, tokens[index - 1], verb) in ("", "was", "is")
    ):
        return True
    if verb.word == "initiation" and index and tokens[index - 1].kind is Kind.GRADE:
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
                and len(gap_between(low, before, token)) <= 6
                and before.word not in ("and", "from")
            )
        if token.kind is Kind.TARGET and verb.word.startswith(("initiat", "re", "assig")):
            return position + 1 < len(tokens) or tokens[position - 1].kind is Kind.MONEY
    return False


def _keeps(low: str, tokens: list[Token], index: int, values: Values) -> None:
    verb = tokens[index]
    if (
        index
        and tokens[index - 1].kind in (Kind.GRADE, Kind.RATING)
        and gap_between(low, tokens[index - 1], verb) == ""
        and values.to_grade is not None
    ):
        values.actions.add(Action.REITERATE)
        values.verb = values.verb or verb
        return
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if verb.word.startswith("reiterat") and following is not None and following.word == "on":
        # "Firm Reiterates on Company": the grade is left out.
        values.actions.add(Action.REITERATE)
        values.verb = values.verb or verb
        return
    reach = 22 if verb.word in WEAK_KEEP or verb.word == "rated" else 90
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
