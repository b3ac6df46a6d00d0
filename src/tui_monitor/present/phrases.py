"""Finds a finished English sentence in the person's language: the sentence itself is what it is looked up by.

What the program says of a failure comes from many places, in one language: an exception, a process of our own,
another monitor's word in the database, a plug-in of somebody else. So it is worded again where it is shown. The
English templates stand in the catalogue word for word as in the code; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from string import Formatter

import msgspec

from tui_monitor.domain.patterns import lazy

SENTENCES = ("said", "answers", "files", "filter")
"""The parts of the catalogue that hold sentences of the running program."""

MUST = frozenset({"reason", "second"})
"""Gaps whose content has to be a phrase itself, else the sentence is another one."""

MAY = frozenset({"cause"})
"""Gaps whose content is worded too where it is a phrase, and stays as it is where it is none."""

FREE = MUST | MAY | {"path", "what", "text", "url", "title", "values", "keys", "names", "example", "place", "address"}
"""Gaps that may hold anything. The others are names and numbers: no colon parts them."""

DEEPEST = 6
"""Phrases within phrases that are followed."""

_BETWEEN = lazy(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")
"""A blank that parts a gap from the words around it, where both turned out to be Chinese."""

_OWN = {"en": "english", "zh-Hant": "traditional", "zh-Hans": "simplified"}


class _Template(msgspec.Struct, frozen=True):
    key: str
    literals: tuple[str, ...]
    """What stands before, between and after the gaps."""
    gaps: tuple[str, ...]

    @property
    def weight(self) -> int:
        return sum(map(len, self.literals))

    def found_in(self, text: str) -> dict[str, str] | None:
        """Return what fills the gaps of ``text``, ``None`` where it is another sentence."""
        first, *others = self.literals
        if not others:
            return {} if text == first else None
        last = others.pop()
        end = len(text) - len(last)
        at = len(first)
        if end <= at or not text.startswith(first) or not text.endswith(last):
            return None
        found: dict[str, str] = {}
        for gap, literal in zip(self.gaps, (*others, None), strict=True):
            place = end if literal is None else text.find(literal, at + 1, end)
            if place <= at or (gap not in FREE and ": " in text[at:place]):
                return None
            found[gap] = text[at:place]
            at = place + len(literal or "")
        return found


class Phrases:
    """The sentences of one language, by their English ones."""

    def __init__(self, english: Mapping[str, str], own: Mapping[str, str]) -> None:
        self._own = own
        # The sentence with the most words of its own is the most special one.
        self._templates = sorted((_parted(key, text) for key, text in english.items()), key=lambda one: -one.weight)

    def __call__(self, text: str) -> str:
        """Return what is meant by ``text``, line by line; an unknown sentence as it is."""
        return "\n".join(self.find(line) or line for line in text.split("\n"))

    def find(self, text: str, depth: int = 0) -> str | None:
        """Return the sentence that is meant, ``None`` where it is not known.

        A sentence within another one may have lost its full stop or its capital.
        """
        if not text or depth > DEEPEST:
            return None
        found = self._exactly(text, depth)
        if found is None and text[-1] not in ".?":
            found = self._exactly(f"{text}.", depth)
            found = found.removesuffix("。") if found else None
        if found is None and text[-1] == ".":
            found = self._exactly(text[:-1], depth)
            found = f"{found}。" if found else None
        if found is None and text[0].islower():
            return self.find(f"{text[0].upper()}{text[1:]}", depth + 1)
        return _BETWEEN.sub("", found).replace("。。", "。") if found else None

    def _exactly(self, text: str, depth: int) -> str | None:
        for template in self._templates:
            gaps = template.found_in(text)
            if gaps is not None and (values := self._worded(gaps, depth)) is not None:
                return self._own[template.key].format_map(values)
        return None

    def _worded(self, gaps: Mapping[str, str], depth: int) -> dict[str, str] | None:
        values = dict(gaps)
        for name in gaps.keys() & (MUST | MAY):
            found = self.find(gaps[name], depth + 1)
            if found is None and name in MUST:
                return None
            values[name] = found or gaps[name]
        return values


def _parted(key: str, text: str) -> _Template:
    literals, gaps = [""], list[str]()
    for literal, gap, _, _ in Formatter().parse(text):
        literals[-1] += literal
        if gap is not None:
            gaps.append(gap)
            literals.append("")
    return _Template(key, tuple(literals), tuple(gaps))


@lru_cache(maxsize=4)
def phrases(language: str, parts: tuple[str, ...] = SENTENCES) -> Phrases:
    """Return the sentences of ``language`` out of these parts of the catalogue."""
    return Phrases(_words("en", parts), _words(language, parts))


def _words(language: str, parts: Iterable[str]) -> dict[str, str]:
    words: dict[str, str] = {}
    for part in parts:
        if part == "files" and language == "en":
            from tui_monitor.domain.list_words import ENGLISH
            from tui_monitor.present.catalogue.english_toml import PARSER_WORDS

            words |= {**PARSER_WORDS, **ENGLISH}
            continue
        module = import_module(f"tui_monitor.present.catalogue.{_OWN[language]}_{part}")
        words |= next(value for name, value in vars(module).items() if name.endswith("_WORDS"))
    return words
