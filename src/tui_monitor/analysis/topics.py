"""What a headline is about, by rules in a data file (``seeds/topics.json``, or a person's own of the same shape).

A rule is a phrase, or several joined by `` + `` that must all occur. English words match in any case unless they
are written with a capital (``Fed``), and a closing ``*`` matches the words that begin so. Chinese phrases match
anywhere. A phrase of ``not`` keeps the topic away. The work grows with the title and not with the rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from tui_monitor.analysis.phrases import has_han
from tui_monitor.domain.errors import ConfigError

TOPICS = ("ratings", "earnings", "deals", "policy", "central-banks", "chips-ai", "macro", "events")
"""The topics that ship, in the order in which they are told."""

MAX_TOPICS = 3
"""Topics told of one headline: one that is about everything is about nothing."""

MAX_RULES = 5_000
"""Rules of all topics together."""

LONGEST = 160
"""Characters that are looked at: what comes later in a title as long as a paragraph is not what it is about."""

_FLASH = re.compile(r"【([^】]{6,60})】")
"""News flashes carry their own headline in front of the text."""

_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+")
_MIN_PREFIX = 4


class _Rule(msgspec.Struct, frozen=True):
    topic: int
    needs: frozenset[int]
    veto: bool


class TopicRules:
    """Compiled rules."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._terms: dict[str, int] = {}
        self._exact: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        self._cased: dict[str, list[tuple[tuple[str, ...], int]]] = {}
        self._prefixes: dict[str, list[tuple[str, int]]] = {}
        self._han: dict[str, list[tuple[str, int]]] = {}
        self._rules: dict[int, list[_Rule]] = {}

    @classmethod
    def load(cls, mapping: Mapping[str, Any]) -> TopicRules:
        """Compile ``{"topics": {NAME: {"en": [...], "zh": [...], "not": [...]}}}``.

        Raises ``ConfigError`` that names the topic and what was expected.
        """
        topics = mapping.get("topics", {})
        if not isinstance(topics, Mapping):
            raise ConfigError("topics: expected a table of topics")
        names = [*(name for name in TOPICS if name in topics), *(name for name in topics if name not in TOPICS)]
        made = cls(names)
        count = 0
        for number, name in enumerate(names):
            lists = topics[name]
            if not isinstance(lists, Mapping) or not set(lists) <= {"en", "zh", "not"}:
                raise ConfigError(f"topics.{name}: expected lists called en, zh and not")
            for key, phrases in lists.items():
                if not isinstance(phrases, list | tuple) or not all(isinstance(one, str) and one for one in phrases):
                    raise ConfigError(f"topics.{name}.{key}: expected a list of phrases")
                for phrase in phrases:
                    made._add(number, phrase, veto=key == "not")
                    count += 1
        if count > MAX_RULES:
            raise ConfigError(f"topics: {count} rules, at most {MAX_RULES} are taken")
        return made

    @property
    def names(self) -> tuple[str, ...]:
        """The topics, in the order in which they are told."""
        return self._names

    def topics_of(self, title: str, summary: str = "", language: str | None = None) -> tuple[str, ...]:
        """Return at most ``MAX_TOPICS`` topics of a headline.

        The title decides; the summary is looked at only where there is no title, for what a summary mentions is
        rarely what the story is about. ``language`` is the headline's; both sets of rules apply to any, since
        Chinese titles hold English names.
        """
        text = title or summary
        flash = _FLASH.match(text)
        text = flash[1] if flash else text[:LONGEST]
        if not text:
            return ()
        found = self._found(text, language)
        if not found:
            return ()
        told: set[int] = set()
        vetoed: set[int] = set()
        for term in found:
            for rule in self._rules.get(term, ()):
                if rule.needs <= found:
                    (vetoed if rule.veto else told).add(rule.topic)
        return tuple(self._names[number] for number in sorted(told - vetoed)[:MAX_TOPICS])

    def _add(self, topic: int, phrase: str, *, veto: bool) -> None:
        needs = frozenset(self._term(part.strip()) for part in phrase.split(" + ") if part.strip())
        rule = _Rule(topic, needs, veto)
        # Filed under one of its terms only: a rule needs all of them anyway.
        self._rules.setdefault(max(needs), []).append(rule)

    def _term(self, text: str) -> int:
        if text in self._terms:
            return self._terms[text]
        number = self._terms[text] = len(self._terms)
        if has_han(text) or not _WORD.search(text):
            self._han.setdefault(text[:2], []).append((text, number))
            return number
        words = _WORD.findall(text)
        lower = tuple(word.lower() for word in words)
        if text.endswith("*") and len(words) == 1:
            if len(lower[0]) < _MIN_PREFIX:
                raise ConfigError(f"topics: {text!r} is too short before its asterisk, at least {_MIN_PREFIX} letters")
            self._prefixes.setdefault(lower[0][:_MIN_PREFIX], []).append((lower[0], number))
        elif text.endswith("*"):
            self._exact.setdefault(lower[0], []).append(((*lower[:-1], lower[-1] + "*"), number))
        elif text.islower() or not text[0].isalpha():
            self._exact.setdefault(lower[0], []).append((lower, number))
        else:
            self._cased.setdefault(words[0], []).append((tuple(words), number))
        return number

    def _found(self, text: str, language: str | None) -> set[int]:
        found: set[int] = set()
        words = _WORD.findall(text)
        lower = [word.lower() for word in words]
        for place, word in enumerate(lower):
            for needed, number in self._exact.get(word, ()):
                if len(needed) == 1 or _continues(lower, place, needed):
                    found.add(number)
            for needed, number in self._cased.get(words[place], ()):
                if len(needed) == 1 or _continues(words, place, needed):
                    found.add(number)
            for stem, number in self._prefixes.get(word[:_MIN_PREFIX], ()):
                if word.startswith(stem):
                    found.add(number)
        if language != "en" or not text.isascii():
            for place in range(len(text) - 1):
                for phrase, number in self._han.get(text[place : place + 2], ()):
                    if text.startswith(phrase, place):
                        found.add(number)
        return found


def _continues(words: list[str], place: int, needed: tuple[str, ...]) -> bool:
    if place + len(needed) > len(words):
        return False
    for step in range(1, len(needed)):
        want, have = needed[step], words[place + step]
        if have != want and not (want.endswith("*") and have.startswith(want[:-1])):
            return False
    return True
