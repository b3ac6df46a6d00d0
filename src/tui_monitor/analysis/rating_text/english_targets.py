"""Which amounts of an English headline are target prices: the new one and the prior one."""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.english_words import Kind, Token, gap_between
from tui_monitor.analysis.rating_text.lexicon import words
from tui_monitor.analysis.rating_text.money import DOLLAR, Money

_BEFORE_PRIOR = words("from vs vs. versus previously prior was were")
_BEFORE_NUMBER = words("to from at of")
_BRACKETED = re.compile(r" \((?:[a-z]{2,3} ?|[$€£] ?)?(?P<number>\d{1,6}(?:,\d{3})?(?:\.\d{1,4})?)\)")


def read_targets(low: str, tokens: list[Token], grade: Token | None) -> tuple[Token | None, Token | None]:
    """Return the new and the prior target price; ``grade`` is the new grade, behind which a price may be listed."""
    target: Token | None = None
    prior: Token | None = None
    for index, token in enumerate(tokens):
        if token.money is None or not _is_target(low, tokens, index, grade):
            continue
        before = tokens[index - 1] if index else None
        if before is not None and before.kind is Kind.PREP and before.word == "by":
            continue
        if _is_prior(low, tokens, index):
            prior = prior or token
        else:
            target = target or token
    if target is not None and prior is None:
        prior = _bracketed(low, target)
    return target, prior


def _bracketed(low: str, target: Token) -> Token | None:
    """Return the prior target that the Nordic wires put in brackets: ``to SEK 315 (310)``."""
    match = _BRACKETED.match(low, target.end)
    if match is None or target.money is None:
        return None
    value = float(match["number"].replace(",", ""))
    if not target.money.value / 10 <= value <= target.money.value * 10:
        return None
    start, end = match.span("number")
    return Token(Kind.NUMBER, match["number"], start, end, Money(start, end, value, target.money.currency))


def _is_target(low: str, tokens: list[Token], index: int, grade: Token | None) -> bool:
    token = tokens[index]
    before = tokens[index - 1] if index else None
    near = _target_before(tokens, index)
    if token.kind is Kind.NUMBER:
        return near is not None and before is not None and _is_plain_target(low, token, before, near)
    after = tokens[index + 1] if index + 1 < len(tokens) else None
    if after is not None and after.kind is Kind.TARGET and gap_between(low, token, after) in (
        "", "per share", "a share", "new",
    ):  # fmt: skip
        return True
    if before is not None and _is_announced(low, tokens, index, before, grade):
        return True
    return near is not None and token.start - near.end <= 90


def _is_plain_target(low: str, token: Token, before: Token, near: Token) -> bool:
    """Tell whether a bare number is a price: only right behind the word for it."""
    if token.start - near.end > 40 or gap_between(low, before, token) not in ("", "of", "at"):
        return False
    if before.kind is Kind.PREP:
        return before.word in _BEFORE_NUMBER
    return before.kind in (Kind.TARGET, Kind.RAISE, Kind.CUT)


def _is_announced(low: str, tokens: list[Token], index: int, before: Token, grade: Token | None) -> bool:
    """Read ``Announces $19``, ``Raises to $48`` and ``Reiterates Buy, $46 on`` as target prices."""
    if before.word == "," and index >= 2 and tokens[index - 2] is grade:
        return True
    verb = tokens[index - 2] if before.kind is Kind.PREP and index >= 2 else before
    if verb.kind is Kind.ADJUST:
        return verb.word.startswith("ann")
    return verb.kind in (Kind.RAISE, Kind.CUT) and before.word == "to" and not low[verb.end : before.start].strip()


def _is_prior(low: str, tokens: list[Token], index: int) -> bool:
    before = tokens[index - 1] if index else None
    if any(token.kind is Kind.ADJUST and token.word.startswith("remov") for token in tokens[max(0, index - 3) : index]):
        return True
    return (
        before is not None
        and before.kind is Kind.PREP
        and before.word in _BEFORE_PRIOR
        and gap_between(low, before, tokens[index]) in ("", "a", "the", "its")
    )


def _target_before(tokens: list[Token], index: int) -> Token | None:
    for earlier in reversed(tokens[:index]):
        if earlier.kind is Kind.TARGET:
            return earlier
        if earlier.kind is Kind.STOP and earlier.word in (";", "|"):
            return None
        if earlier.kind in (Kind.UP, Kind.DOWN, Kind.INIT):
            return None
    return None


def currency_of(token: Token | None, *, hong_kong: bool) -> str | None:
    """Return the ISO currency of a target price; the bare ``$`` is the listing's."""
    if token is None or token.money is None:
        return None
    currency = token.money.currency
    if currency == DOLLAR:
        return "HKD" if hong_kong else "USD"
    return currency
