"""The small language that filters headlines: ``topic:deals mine:yes lang:zh age<2h -source:rthk "bond sale"``.

All terms of a filter must hold; ``OR`` between terms and brackets make alternatives; ``-`` in front of a term turns
it round. A word or a "quoted phrase" is looked for in title, summary and author, in any case. A key takes several
values with commas, of which one must hold::

    topic:ratings,deals   one of the headline's topics begins so
    symbol:700            a symbol, as people write it
    source:rthk           the source, or another one that carries the story, has this in its name
    lang:zh               the language's tag
    author:reuters        the author has this in the name
    mine:yes              names a symbol of the watchlists
    unread:yes            not read yet
    saved:yes             saved by the person
    age<2h  age>1d        since publication (receipt, for an undated one): m minutes, h hours, d days, w weeks
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tui_monitor.domain.errors import MonitorError
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.patterns import lazy

MAX_LENGTH = 500
"""Characters of a filter."""

MAX_NESTING = 20
"""Brackets within each other."""

KEYS = ("topic", "symbol", "source", "lang", "author", "mine", "unread", "saved", "age")
"""What a term may ask about."""


class Fault(StrEnum):
    """What is wrong with a filter. The screen words it in the person's language by this code."""

    TOO_LONG = "too-long"
    NEVER_OPENED = "never-opened"
    QUOTATION = "quotation"
    NESTING = "nesting"
    AFTER_OR = "after-or"
    BEFORE_OR = "before-or"
    AFTER_MINUS = "after-minus"
    BRACKET = "bracket"
    DURATION = "duration"
    AGE_SIGN = "age-sign"
    KEY = "key"
    VALUE = "value"
    YES_NO = "yes-no"
    SYMBOL = "symbol"


_EXPECTED = {
    Fault.TOO_LONG: "the end: a filter has at most {most} characters",
    Fault.NEVER_OPENED: "a term; this bracket was never opened",
    Fault.QUOTATION: "a closing quotation mark",
    Fault.NESTING: "at most {most} brackets within each other",
    Fault.AFTER_OR: "a term after OR",
    Fault.BEFORE_OR: "a term before OR",
    Fault.AFTER_MINUS: "a term after -",
    Fault.BRACKET: "a closing bracket",
    Fault.DURATION: "a time such as 30m, 2h, 1d or 1w",
    Fault.AGE_SIGN: "< or > after age: age<2h",
    Fault.KEY: "one of {keys} before the colon (quote a phrase that holds one)",
    Fault.VALUE: "a value after {term}:",
    Fault.YES_NO: "yes or no",
    Fault.SYMBOL: "a symbol such as 0700.HK, 700 or BABA",
}
"""What should stand there instead, in English: for the command line and the checks of files."""


class FilterError(MonitorError):
    """A filter that cannot be read: ``fault`` at the place ``position`` of its text."""

    def __init__(self, position: int, fault: Fault, **values: object) -> None:
        """``values`` are what the words of ``fault`` tell."""
        expected = _EXPECTED[fault].format(**values)
        super().__init__(f"filter, character {position + 1}: expected {expected}")
        self.position = position
        self.fault = fault
        self.values = values
        self.expected = expected
        """What should stand there, in English."""


class _View(msgspec.Struct, frozen=True):
    """What a test looks at."""

    headline: Headline
    now: datetime
    mine: frozenset[str]
    unread: bool
    saved: bool


_Test = Callable[[_View], bool]


class HeadlineFilter:
    """A filter, ready to use. Two filters of the same text are equal."""

    __slots__ = ("_test", "text")

    def __init__(self, text: str, test: _Test) -> None:
        self.text = text
        """As it was written."""
        self._test = test

    @property
    def asks_saved(self) -> bool:
        """Whether it asks about what was saved, which may be older than everything else at hand."""
        return "saved:" in self.text.casefold()

    def matches(
        self, headline: Headline, *, now: datetime, mine: frozenset[str], unread: bool, saved: bool = False
    ) -> bool:
        """Whether ``headline`` passes. ``mine`` are the watched symbols, ``unread`` and ``saved`` its marks."""
        return self._test(_View(headline, now, mine, unread, saved))

    def __eq__(self, other: object) -> bool:
        """Compare by text."""
        return isinstance(other, HeadlineFilter) and other.text == self.text

    def __hash__(self) -> int:
        """Hash by text."""
        return hash(self.text)

    def __repr__(self) -> str:
        """Show the text."""
        return f"HeadlineFilter({self.text!r})"


def parse_filter(text: str) -> HeadlineFilter:
    """Read a filter; an empty one lets everything pass. Raises ``FilterError``."""
    if len(text) > MAX_LENGTH:
        raise FilterError(MAX_LENGTH, Fault.TOO_LONG, most=MAX_LENGTH)
    parser = _Parser(text)
    test = parser.alternatives(0)
    if parser.rest():
        raise FilterError(parser.place, Fault.NEVER_OPENED)
    return HeadlineFilter(text.strip(), test)


_TOKEN = lazy(
    r"""
      (?P<open>\()
    | (?P<close>\))
    | (?P<minus>-)
    | (?P<or>OR(?![^\s()]))
    | (?P<age>age\s*(?P<sign><=|>=|[<>])\s*(?P<amount>[^\s()]*))
    | (?P<key>[A-Za-z]+):(?P<values>(?:"[^"]*"|[^\s()"])*)
    | "(?P<phrase>[^"]*)"
    | (?P<word>[^\s()"]+)
    """,
    re.VERBOSE,
)
_DURATION = lazy(r"(\d{1,4}(?:\.\d{1,2})?)([mhdw])")
_UNITS = {"m": 60.0, "h": 3_600.0, "d": 86_400.0, "w": 604_800.0}
_ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self.place = 0
        self._skip()

    def rest(self) -> bool:
        return self.place < len(self._text)

    def _skip(self) -> None:
        while self.place < len(self._text) and self._text[self.place].isspace():
            self.place += 1

    def _next(self) -> re.Match[str]:
        match = _TOKEN.match(self._text, self.place)
        if match is None:
            raise FilterError(self.place, Fault.QUOTATION)
        return match

    def _take(self, match: re.Match[str]) -> None:
        self.place = match.end()
        self._skip()

    def alternatives(self, depth: int) -> _Test:
        if depth > MAX_NESTING:
            raise FilterError(self.place, Fault.NESTING, most=MAX_NESTING)
        groups = [self._all_of(depth)]
        while self.rest():
            match = self._next()
            if not match["or"]:
                break
            self._take(match)
            if not self.rest() or self._next()["close"] or self._next()["or"]:
                raise FilterError(self.place, Fault.AFTER_OR)
            groups.append(self._all_of(depth))
        return groups[0] if len(groups) == 1 else lambda view: any(test(view) for test in groups)

    def _all_of(self, depth: int) -> _Test:
        tests: list[_Test] = []
        while self.rest():
            match = self._next()
            if match["close"]:
                break
            if match["or"]:
                if not tests:
                    raise FilterError(self.place, Fault.BEFORE_OR)
                break
            tests.append(self._term(depth))
        return tests[0] if len(tests) == 1 else lambda view: all(test(view) for test in tests)

    def _term(self, depth: int) -> _Test:
        match = self._next()
        begin = self.place
        self._take(match)
        if match["minus"]:
            if not self.rest() or self._next()["close"] or self._next()["or"]:
                raise FilterError(self.place, Fault.AFTER_MINUS)
            turned = self._term(depth)
            return lambda view: not turned(view)
        if match["open"]:
            inner = self.alternatives(depth + 1)
            if not self.rest():
                raise FilterError(self.place, Fault.BRACKET)
            self._take(self._next())
            return inner
        if match["age"]:
            return _age(match["sign"], match["amount"], match.start("amount"))
        if match["key"]:
            return _keyed(match["key"].lower(), match["values"], begin, match.start("values"))
        return _words(match["phrase"] if match["phrase"] is not None else match["word"])


def _age(sign: str, amount: str, place: int) -> _Test:
    match = _DURATION.fullmatch(amount.lower())
    if match is None:
        raise FilterError(place, Fault.DURATION)
    limit = timedelta(seconds=float(match[1]) * _UNITS[match[2]])
    if sign[0] == "<":
        return lambda view: view.now - view.headline.sort_time <= limit
    return lambda view: view.now - view.headline.sort_time >= limit


def _keyed(key: str, written: str, begin: int, place: int) -> _Test:
    if key == "age":
        raise FilterError(place - 1, Fault.AGE_SIGN)
    if key not in KEYS:
        raise FilterError(begin, Fault.KEY, keys=", ".join(KEYS))
    values = tuple(value for value in (part.strip().strip('"').casefold() for part in written.split(",")) if value)
    if not values:
        raise FilterError(place, Fault.VALUE, term=key)
    if key in {"mine", "unread", "saved"}:
        answer = _ANSWERS.get(values[0]) if len(values) == 1 else None
        if answer is None:
            raise FilterError(place, Fault.YES_NO)
        if key == "mine":
            return lambda view: view.mine.isdisjoint(view.headline.symbols) is not answer
        if key == "saved":
            return lambda view: view.saved is answer
        return lambda view: view.unread is answer
    if key == "symbol":
        return _symbol(values, place)
    if key == "topic":
        return lambda view: any(topic.startswith(values) for topic in view.headline.topics)
    if key == "lang":
        return lambda view: (view.headline.language or "").casefold().startswith(values)
    if key == "author":
        return lambda view: any(value in (view.headline.author or "").casefold() for value in values)
    return lambda view: any(
        value in source.casefold() for source in (view.headline.source, *view.headline.also) for value in values
    )


def _symbol(values: tuple[str, ...], place: int) -> _Test:
    symbols = {normalise_symbol(value) for value in values}
    known = frozenset(symbol for symbol in symbols if symbol is not None)
    if len(known) < len(symbols):
        raise FilterError(place, Fault.SYMBOL)
    return lambda view: not known.isdisjoint(view.headline.symbols)


def _words(text: str) -> _Test:
    wanted = " ".join(text.split()).casefold()
    return lambda view: any(
        wanted in part.casefold() for part in (view.headline.title, view.headline.summary, view.headline.author or "")
    )
