"""Finding many words and phrases in a text at once, at a cost of the text's length and not of their number.

English is found word by word, Chinese character by character: a phrase is filed under its first word, or its
first two characters, and compared only where that stands. Of phrases that begin at one place the longest wins,
and the search goes on behind it, so that a longer name keeps a shorter one within it from being found.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")

_WORD = re.compile(r"[A-Za-z0-9\u00c0-\u024f]+")
_IS_CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_BETWEEN = frozenset({"", ".", "&", "'", "’", "-", "/"})


def has_han(text: str) -> bool:
    """Whether ``text`` has Chinese characters."""
    return _IS_CJK.search(text) is not None


class Found(msgspec.Struct, Generic[T], frozen=True):
    """A phrase in a text."""

    start: int
    end: int
    value: T


class PhraseIndex(Generic[T]):
    """Phrases with what they stand for.

    A phrase without capitals is found in any case; one that begins with a capital only where the text has one
    there; one that is all capitals only in capitals: ``NIO`` is no ``nio``, ``Meta`` no ``meta``.
    """

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._words: dict[str, list[tuple[tuple[str, ...], str, T]]] = {}
        self._han: dict[str, list[tuple[str, T]]] = {}
        for phrase, value in phrases:
            self._add(phrase.strip(), value)
        for one in self._words.values():
            one.sort(key=lambda entry: -len(entry[0]))
        for other in self._han.values():
            other.sort(key=lambda entry: -len(entry[0]))

    def _add(self, phrase: str, value: T) -> None:
        if not phrase:
            return
        if has_han(phrase):
            self._han.setdefault(phrase[:2], []).append((phrase, value))
            return
        words = tuple(word.lower() for word in split_words(phrase))
        if words:
            self._words.setdefault(words[0], []).append((words, phrase, value))

    def find(self, text: str) -> list[Found[T]]:
        """Return what stands in ``text``, in its order, without overlaps."""
        found: list[Found[T]] = []
        if self._words:
            self._find_words(text, found)
        if self._han and not text.isascii():
            self._find_han(text, found)
        if len(found) > 1:
            found.sort(key=lambda one: one.start)
        return found

    def _find_words(self, text: str, found: list[Found[T]]) -> None:
        # Most texts hold no phrase: sets of words tell in a fifth of the time.
        words = set(_WORD.findall(text.lower()))
        if not any(words.issuperset(one[0]) for key in self._words.keys() & words for one in self._words[key]):
            return
        get = self._words.get
        pieces = [(match.start(), match.end(), match[0].lower()) for match in _WORD.finditer(text)]
        place = 0
        while place < len(pieces):
            entries = get(pieces[place][2])
            hit = _longest(entries, pieces, place, text) if entries else None
            if hit is None:
                place += 1
                continue
            count, value = hit
            found.append(Found(pieces[place][0], pieces[place + count - 1][1], value))
            place += count

    def _find_han(self, text: str, found: list[Found[T]]) -> None:
        get = self._han.get
        place, last = 0, len(text) - 1
        while place < last:
            entries = get(text[place : place + 2])
            if entries:
                for phrase, value in entries:
                    if text.startswith(phrase, place):
                        found.append(Found(place, place + len(phrase), value))
                        place += len(phrase) - 1
                        break
            place += 1


_Piece = tuple[int, int, str]


def split_words(text: str) -> list[str]:
    """Return the words of ``text`` as the index sees them, case kept: ``JD.com's`` is ``JD``, ``com``, ``s``."""
    return _WORD.findall(text)


def _longest(
    entries: list[tuple[tuple[str, ...], str, T]], pieces: list[_Piece], place: int, text: str
) -> tuple[int, T] | None:
    for words, phrase, value in entries:
        count = len(words)
        if count > 1 and (
            place + count > len(pieces) or any(pieces[place + step][2] != words[step] for step in range(1, count))
        ):
            continue
        written = text[pieces[place][0] : pieces[place + count - 1][1]]
        if _case_fits(phrase, written) and (count == 1 or _adjoins(pieces, place, count, text)):
            return count, value
    return None


def _adjoins(pieces: list[_Piece], place: int, count: int, text: str) -> bool:
    """Whether nothing but a blank or a joint stands between the words: no phrase reaches over a comma."""
    return all(
        text[pieces[step][1] : pieces[step + 1][0]].strip(" ") in _BETWEEN for step in range(place, place + count - 1)
    )


def _case_fits(phrase: str, written: str) -> bool:
    if phrase.islower() or not phrase.isascii():
        return True
    if phrase.isupper():
        return written.isupper()
    return written[:1].isupper() or not phrase[:1].isupper()
