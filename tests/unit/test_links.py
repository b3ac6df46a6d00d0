"""Addresses of stories."""

from __future__ import annotations

import pytest

from tui_monitor.domain.links import absolute_url, story_key


@pytest.mark.parametrize(
    ("link", "base", "expected"),
    [
        ("https://e.example/a", None, "https://e.example/a"),
        ("HTTPS://e.example/a", None, "HTTPS://e.example/a"),
        ("/a", "https://e.example/b/c", "https://e.example/a"),
        ("a?x=1", "https://e.example/b/c", "https://e.example/b/a?x=1"),
        ("a", None, None),
        ("", "https://e.example/", None),
        (" https://e.example/a\n b ", None, "https://e.example/ab"),
        ("javascript:alert(1)", "https://e.example/", None),
        ("http://[bad", "https://e.example/", None),
        ("https://e.example/新?q=聞", None, "https://e.example/%E6%96%B0?q=%E8%81%9E"),
        ("https://例.example/", None, "https://xn--fsq.example/"),
        ("https://user@例.example/", None, None),
        ("https://e.example/\u202eexe", None, "https://e.example/%E2%80%AEexe"),
        ("https://e\u202e.example/", None, None),
        ("https://e.example:99999999/", None, None),
        ("x" * 5000, "https://e.example/", None),
    ],
)
def test_absolute(link: str, base: str | None, expected: str | None) -> None:
    found = absolute_url(link, base)
    assert found == expected
    assert found is None or found.isascii()


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.E.example/a/?utm_source=x&b=2&a=1#top", "e.example/a?a=1&b=2"),
        ("http://e.example:80/a", "e.example/a"),
        ("https://e.example:8443/a", "e.example:8443/a"),
        ("https://e.example/a?mod=mw_rss_topstories", "e.example/a"),
        ("https://e.example/a?mod=detail&id=1", "e.example/a?id=1&mod=detail"),
        ("https://e.example/?p=12", "e.example/?p=12"),
        ("https://e.example/", None),
        ("https://e.example", None),
        ("https://e.example/?utm_campaign=x", None),
        ("https://e.example/a?.tsrc=rss", "e.example/a"),
        ("https://e.example/a?guccounter=1&guce_referrer=x", "e.example/a"),
    ],
)
def test_story_key(url: str, key: str | None) -> None:
    assert story_key(url) == key
