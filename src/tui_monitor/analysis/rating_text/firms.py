"""Research houses: the words that headlines use for them, in English and Chinese."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from tui_monitor.analysis.rating_text.folding import fold, lower
from tui_monitor.analysis.rating_text.lexicon import read_seed, words


class Firm(msgspec.Struct, frozen=True):
    """One research house."""

    name: str
    """The name that every alias of the house is compared by."""
    region: str
    """Where it writes for: ``us``, ``eu``, ``uk``, ``jp``, ``hk``, ``cn``, ``tw``, ``sg`` ..."""


class _Book(msgspec.Struct, frozen=True):
    english: dict[str, Firm]
    longest: dict[str, int]
    """First word of the English aliases to the number of words of the longest of them."""
    chinese: dict[str, Firm]
    heads: dict[str, tuple[int, ...]]
    """First character of the Chinese aliases to their lengths, longest first."""


_WORD = re.compile(r"[^\s,;:()\"]+")


@cache
def _book() -> _Book:
    english: dict[str, Firm] = {}
    chinese: dict[str, Firm] = {}
    for row in read_seed("firms.json")["firms"]:
        firm = Firm(row["name"], row["region"])
        english.update((_key(alias), firm) for alias in row["en"])
        chinese.update((lower(fold(alias)), firm) for alias in row["zh"])
    longest: dict[str, int] = {}
    for alias in english:
        words = alias.split(" ")
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    heads: dict[str, set[int]] = {}
    for alias in chinese:
        heads.setdefault(alias[0], set()).add(len(alias))
    return _Book(english, longest, chinese, {k: tuple(sorted(v, reverse=True)) for k, v in heads.items()})


def _key(alias: str) -> str:
    return " ".join(_WORD.findall(lower(fold(alias))))


def find_firm(name: str | None) -> Firm | None:
    """Return the house that ``name``, as a headline or a provider's table writes it, stands for."""
    if not name or len(name) > 80:
        return None
    book = _book()
    key = _key(name)
    firm = book.english.get(key) or book.chinese.get(lower(fold(name)).strip())
    if firm is None and " " in key:
        head, _, tail = key.rpartition(" ")
        if tail in _SUFFIXES:
            firm = book.english.get(head)
    return firm


_SUFFIXES = words(
    "securities research capital group inc inc. llc ltd ltd. plc ag co co. company markets corp corp. analysts"
)


def firm_key(name: str | None) -> str | None:
    """Return what two spellings of one house have in common; an unknown name stands for itself."""
    if not name:
        return None
    firm = find_firm(name)
    return firm.name if firm is not None else _key(name) or None


def english_firm_at(low: str, start: int) -> tuple[int, Firm] | None:
    """Return the end of the longest English alias at ``start`` of a folded lower-case text, and the firm."""
    book = _book()
    first = _WORD.match(low, start)
    if first is None:
        return None
    head = _bare(first[0])
    limit = book.longest.get(head) or book.longest.get(first[0])
    if limit is None:
        return None
    words: list[tuple[str, int]] = []
    position = start
    while len(words) < limit:
        word = _WORD.match(low, position)
        if word is None:
            break
        words.append((word[0], word.end()))
        position = word.end() + 1
        if low.startswith(", ", word.end()):
            position += 1
        elif low[word.end() : position] != " ":
            break
    for count in range(len(words), 0, -1):
        lead = [word for word, _ in words[: count - 1]]
        last, end = words[count - 1]
        for shape in dict.fromkeys((last, _bare(last), last.rstrip(".,'"))):
            firm = book.english.get(" ".join([*lead, shape]))
            if firm is not None:
                return end - (len(last) - len(shape)), firm
    return None


def _bare(word: str) -> str:
    return word.removesuffix("'s").removesuffix("'").rstrip(".") if word[-1:] in "s'." else word


def chinese_firm_at(low: str, start: int) -> tuple[int, Firm] | None:
    """Return the end of the longest alias in Chinese at ``start`` of a folded text, and the firm."""
    book = _book()
    for length in book.heads.get(low[start : start + 1], ()):
        firm = book.chinese.get(low[start : start + length])
        if firm is not None:
            return start + length, firm
    return None
