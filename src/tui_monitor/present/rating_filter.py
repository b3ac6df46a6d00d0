"""What a person types to narrow the tape: ``gold 9988``, ``firm:gold action:upgrade``, ``-action:reiterate``.

Every word must be found. ``firm:``, ``action:``, ``symbol:``, ``company:``, ``grade:`` and ``origin:`` look at one
field (their first letter is enough); a plain word looks at all of them. A minus leaves out what it finds, quotes keep
blanks together. Whatever is typed means something: there are no errors while one types.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from tui_monitor.analysis.market_terms import firm_in, grade_in
from tui_monitor.domain.patterns import lazy
from tui_monitor.present.rating_cells import company

if TYPE_CHECKING:
    from tui_monitor.domain.rating import MergedRating, RatingChange
    from tui_monitor.present.view import View

FIELDS = ("firm", "action", "symbol", "company", "grade", "origin")
"""What a word may be asked of alone."""

_TERM = lazy(r"(-?)(?:(\w+):)?(?:\"([^\"]*)\"?|(\S+))|(\S+)")

Found = Callable[["View", "MergedRating"], bool]


class Term(NamedTuple):
    """One word of a query."""

    field: str | None
    word: str
    """In lower case."""
    without: bool = False


def parse(query: str) -> tuple[Term, ...]:
    """Return the words of ``query``. A field without a word yet is none."""
    terms: list[Term] = []
    for match in _TERM.finditer(query.casefold()):
        minus, name, quoted, plain, rest = match.groups()
        field = next((one for one in FIELDS if name and one.startswith(name)), None)
        word = quoted if quoted is not None else plain or rest or ""
        if name and field is None:
            word = f"{name}:{word}"
        # A field that has just been typed asks nothing yet.
        waiting = word.endswith(":") and any(one.startswith(word[:-1]) for one in FIELDS)
        if word.strip() and not waiting:
            terms.append(Term(field, word.strip(), minus == "-"))
    return tuple(terms)


def matcher(query: str) -> Found | None:
    """Return what tells whether an event fits ``query``; ``None`` for a query that asks nothing."""
    terms = parse(query)
    if not terms:
        return None
    return lambda view, event: all(_has(view, event, term) is not term.without for term in terms)


def with_action(query: str, action: str | None) -> str:
    """Return ``query`` with ``action:`` set to ``action``, or without it."""
    kept = [word for word in query.split() if not re.fullmatch(r"-?a\w*:.*", word, re.IGNORECASE)]
    return " ".join([*kept, f"action:{action}"] if action else kept)


def action_of(query: str) -> str | None:
    """Return the word that ``query`` asks of the action, ``None`` if it asks none."""
    return next((term.word for term in parse(query) if term.field == "action" and not term.without), None)


def _has(view: View, event: MergedRating, term: Term) -> bool:
    fields = FIELDS if term.field is None else (term.field,)
    return any(term.word in text.casefold() for field in fields for text in _texts(view, event, field))


def _texts(view: View, event: MergedRating, field: str) -> list[str]:
    one = event.change
    if field == "firm":
        names = {part.firm for part in event.parts if part.firm}
        usual = (firm_in(name, view.language) for name in names)
        return [*names, *usual, *(found for name in names if (found := view.tape.firm(name)))]
    if field == "action":
        acts = dict.fromkeys((one.action, *one.actions))
        return [text for act in acts for text in (act.value, view.words(f"action.{act}"))]
    if field == "symbol":
        return list(_symbols(one))
    if field == "company":
        return [company(view, one), *(part.company for part in event.parts if part.company), *_names(view, one)]
    if field == "grade":
        grades = [grade for grade in (one.from_grade, one.to_grade) if grade]
        return [*grades, *(grade_in(grade, view.language) for grade in grades)]
    return [text for origin in event.origins for text in (origin.value, view.words(f"origin.{origin}"))]


def _symbols(one: RatingChange) -> tuple[str, ...]:
    return tuple(symbol for symbol in (one.symbol, one.home_symbol) if symbol)


def _names(view: View, one: RatingChange) -> list[str]:
    known = [view.instruments[symbol] for symbol in _symbols(one) if symbol in view.instruments]
    names = (
        name
        for item in known
        for name in (item.name_en, item.name_hant, item.name_hans, item.short_en, item.short_hant, item.short_hans)
    )
    return [name for name in names if name]
