"""The set of what changed, against a plain one that is built of the same changes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.store.keys import ChangedKeys, Family, Key

KEYS: list[Key] = [(family, name) for family in (Family.QUOTE, Family.PATH, Family.HEADLINE) for name in "abcd"]


def book(changes: list[Key]) -> dict[Key, int]:
    """Return revisions as the store keeps them: the newest last."""
    revisions: dict[Key, int] = {}
    for number, key in enumerate(changes, 1):
        revisions.pop(key, None)
        revisions[key] = number
    return revisions


@given(st.lists(st.sampled_from(KEYS), max_size=30), st.integers(-1, 31), st.integers(0, 6))
def test_it_is_what_changed_after_a_revision(changes: list[Key], since: int, few: int) -> None:
    expected = set(changes[max(0, since) :])
    changed = ChangedKeys(book(changes), since)
    assert set(changed) == expected
    assert len(changed) == len(list(changed)) == len(expected)
    assert {key for key in KEYS if key in changed} == expected
    assert bool(changed) == bool(expected)
    assert changed.more_than(few) == (len(expected) > few)
    assert changed & set(KEYS[:5]) == expected & set(KEYS[:5])


def test_the_newest_comes_first() -> None:
    a, b, c = KEYS[:3]
    assert list(ChangedKeys(book([a, b, c, a]), 0)) == [a, c, b]
    assert list(ChangedKeys(book([a, b, c, a]), 2)) == [a, c]


def test_a_value_that_the_store_dropped_did_not_change() -> None:
    a, b = KEYS[:2]
    revisions = book([a, b])
    del revisions[b]
    changed = ChangedKeys(revisions, 1)
    assert not changed
    assert b not in changed
