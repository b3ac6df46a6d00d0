"""The same story from several sources, as one headline.

Two titles are one story when they are word for word the same but for what one of them adds, when that addition is
short and changes nothing (no number, no negation, no other company). A replaced word is never taken for the same:
``rises`` and ``falls`` differ by less than two spellings of one name. Precision comes first, for a merged
headline is one that a person does not see.

The work grows with the number of headlines: each is compared only to the few that share a rare part with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import pairwise
from zlib import crc32

import msgspec
from msgspec.structs import replace

from tui_monitor.domain.headline import Headline

WINDOW = timedelta(hours=36)
"""Titles of stories repeat (``Markets at midday``); beyond this distance in time they are two."""

LARGEST_BUCKET = 40
"""Headlines compared at one shared part; beyond, the part is a phrase of the trade and tells nothing."""

SHORTEST = 4
"""Words, or eight Chinese characters, below which a title must be the same to the letter."""

_SKETCH = 5
"""Parts of a title it is filed under: of two titles that share three quarters, one in a thousand is missed."""

_TOKEN = re.compile(
    r"[0-9]+(?:[.,][0-9]+)*%?|[A-Za-z\u00c0-\u024f]+|[\u0400-\u052f]+|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]"
)
_LABEL = re.compile(
    r"^(?:【[^】]{1,12}】|《[^》]{1,8}》|\[[^\]]{1,20}\]|[A-Z][A-Z \-]{2,20}[:|]\s"
    r"|(?:快訊|快讯|即時|更新|獨家|独家)[：:|｜])\s*"
)
_TAIL = re.compile(r"\s+[-|–—]\s+[A-Z][\w.&' ]{1,24}$|[（(](?:更新|更正|附圖|圖|表|短片|多圖)[)）]$")
_CHANGES = frozenset({
    "not", "no", "never", "denies", "denied", "without", "un", "fails", "failed", "ex", "against", "halts", "ends",
    "不", "未", "否", "無", "无", "非", "沒", "没", "停", "免", "反", "拒", "終", "终", "撤", "取",
})  # fmt: skip
"""Additions that turn a sentence round."""


class _Story(msgspec.Struct, frozen=True):
    headline: Headline
    tokens: tuple[str, ...]
    numbers: tuple[str, ...]


class StoryIndex:
    """The stories that are known by now, for asking of each new headline whether it tells one of them.

    Keeps the stories that came last, at most ``capacity``. A source that carries one title twice means two stories
    by it, so a headline is never taken for another one of its own source.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        # The words of a held story are found again when they are needed: few are, and all of them take megabytes.
        self._held: dict[str, tuple[Headline, tuple[int, int], int]] = {}
        self._buckets: dict[int, list[str]] = {}

    def __len__(self) -> int:
        """Return how many stories are kept."""
        return len(self._held)

    def add(self, headline: Headline) -> None:
        """Keep a story. One whose id is there takes the place of the earlier one."""
        self._add(_story(headline))

    def find_or_add(self, headline: Headline) -> str | None:
        """Return the id of the story that ``headline``, from another source, tells again; keep it if it is new."""
        story = _story(headline)
        words = len(story.tokens)
        for key in _ends(story):
            for identity in self._buckets.get(key, ()):
                held, _, other = self._held[identity]
                if (
                    abs(words - other) * 4 <= min(words, other)
                    and held.source != headline.source
                    and _same(story, _story(held))
                ):
                    return identity
        self._add(story)
        return None

    def _add(self, story: _Story) -> None:
        headline = story.headline
        self._forget(headline.id)
        ends = _ends(story)
        self._held[headline.id] = headline, ends, len(story.tokens)
        for key in set(ends):
            bucket = self._buckets.setdefault(key, [])
            bucket.append(headline.id)
            if len(bucket) > LARGEST_BUCKET:
                del bucket[0]
        while len(self._held) > self._capacity:
            self._forget(next(iter(self._held)))

    def _forget(self, identity: str) -> None:
        held = self._held.pop(identity, None)
        for key in set(held[1]) if held is not None else ():
            bucket = self._buckets.get(key)
            if bucket is None or identity not in bucket:
                continue
            bucket.remove(identity)
            if not bucket:
                del self._buckets[key]


def merge(headlines: Iterable[Headline]) -> list[Headline]:
    """Return the stories once each, in the order of their first appearance.

    Of several the earliest published stands, and its ``also`` names the other sources. Headlines with the same
    ``id`` are always one.
    """
    groups: list[list[_Story]] = []
    by_id: dict[str, int] = {}
    buckets: dict[int, list[int]] = {}
    for headline in headlines:
        story = _story(headline)
        place = by_id.get(headline.id)
        keys = _keys(story.tokens)
        if place is None:
            place = _like(story, keys, groups, buckets)
        if place is None:
            place = len(groups)
            groups.append([])
        groups[place].append(story)
        by_id[headline.id] = place
        for key in keys:
            bucket = buckets.setdefault(key, [])
            if place not in bucket and len(bucket) <= LARGEST_BUCKET:
                bucket.append(place)
    return [_told([story.headline for story in group]) for group in groups]


def same_story(one: Headline, other: Headline) -> bool:
    """Whether two headlines tell the same story."""
    return one.id == other.id or _same(_story(one), _story(other))


def _told(group: list[Headline]) -> Headline:
    if len(group) == 1:
        return group[0]
    first = min(group, key=lambda one: (one.sort_time, one.source, one.id))
    sources = dict.fromkeys(source for one in group for source in (one.source, *one.also))
    sources.pop(first.source, None)
    also = (*first.also, *(source for source in sources if source not in first.also))
    symbols = tuple(dict.fromkeys(symbol for one in (first, *group) for symbol in one.symbols))
    topics = tuple(dict.fromkeys(topic for one in (first, *group) for topic in one.topics))
    summary = first.summary or max((one.summary for one in group), key=len)
    return replace(first, also=also, symbols=symbols, topics=topics, summary=summary)


def _story(headline: Headline) -> _Story:
    title = _TAIL.sub("", _LABEL.sub("", headline.title))
    tokens = tuple(_TOKEN.findall(title.lower()))
    numbers = tuple(sorted(token for token in tokens if token[0].isdigit()))
    return _Story(headline, tokens, numbers)


def _ends(story: _Story) -> tuple[int, int]:
    """Return hashes of how a title begins and of how it ends.

    A title with something added in one place shares one of them with the title itself.
    """
    numbers, tokens = story.numbers, story.tokens
    return hash((numbers, tokens[:2])), hash((tokens[-2:], numbers))


def _keys(tokens: tuple[str, ...]) -> list[int]:
    """Return the smallest hashes of a title's pairs of words: like titles share some of them."""
    pairs = {crc32(f"{one} {two}".encode()) for one, two in pairwise(tokens)}
    return sorted(pairs)[:_SKETCH] if pairs else [crc32(" ".join(tokens).encode())]


def _like(story: _Story, keys: list[int], groups: list[list[_Story]], buckets: dict[int, list[int]]) -> int | None:
    tried: set[int] = set()
    for key in keys:
        for place in buckets.get(key, ()):
            if place in tried:
                continue
            tried.add(place)
            # Against the first of a group only: likeness must not wander from one to the next.
            if _same(story, groups[place][0]):
                return place
    return None


def _same(one: _Story, other: _Story) -> bool:
    if not one.tokens or one.numbers != other.numbers:
        return False
    if abs(one.headline.sort_time - other.headline.sort_time) > WINDOW:
        return False
    if one.tokens == other.tokens:
        return True
    if set(one.headline.symbols) != set(other.headline.symbols):
        return False
    short, long = sorted((one.tokens, other.tokens), key=len)
    weight = sum(1 if len(token) > 1 or not _is_han(token) else 0.5 for token in short)
    if weight < SHORTEST or (len(long) - len(short)) * 4 > len(short):
        return False
    added = _inserted(short, long)
    return added is not None and _CHANGES.isdisjoint(added)


def _inserted(short: tuple[str, ...], long: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return what ``long`` has at one place beyond ``short``, ``None`` if it is not ``short`` with an insertion."""
    begin = 0
    while begin < len(short) and short[begin] == long[begin]:
        begin += 1
    end = 0
    while end < len(short) - begin and short[-1 - end] == long[-1 - end]:
        end += 1
    return long[begin : len(long) - end] if begin + end == len(short) else None


def _is_han(token: str) -> bool:
    return "\u3040" <= token[0] <= "\ud7a3"
