"""Text from outside, made safe once at the source boundary.

What is removed, and why: C0 and C1 control characters and DEL (terminal escape sequences begin with them),
bidirectional overrides and isolates (they reorder a line), zero-width and other invisible format characters
(they break column widths and hide text), lone surrogates and non-characters. Line breaks, tabs and every
other white space become one space. The result is NFC, so that one name has one spelling.
"""

from __future__ import annotations

import re
import unicodedata

from tui_monitor.domain.patterns import lazy

MAX_TITLE = 300
"""Characters kept of a title or a name."""

MAX_SUMMARY = 2000
"""Characters kept of a summary."""

_SCAN_FACTOR = 4
"""How many characters are looked at per character kept: bounds the work on a hostile megabyte."""

# Cc controls, Cf format characters (bidi, zero-width, tags, BOM), Cs surrogates, Co private use, Cn unassigned.
_DROPPED_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})

_SPACES = lazy(r"\s+")

# Rendered as nothing although their category says letter or mark: Hangul fillers, the combining grapheme
# joiner, Mongolian vowel separators, variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | frozenset(
    chr(code) for code in (*range(0x180B, 0x1810), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
)

# A quick test that lets the usual headline pass without a look at each character.
_PLAIN = lazy(
    r"[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u4e00-\u9ffc\u3001-\u3029\u3030-\u303f\uff01-\uff5e\u2013-\u2026]*"
)

_TAG = lazy(r"</?[a-zA-Z!?][^<>]{0,2000}>", re.DOTALL)
_DROPPED_START = lazy(r"<(?:(script|style)\b|!--)", re.IGNORECASE)
_DROPPED_END = {
    "script": lazy(r"</script[^>]{0,200}>", re.IGNORECASE),
    "style": lazy(r"</style[^>]{0,200}>", re.IGNORECASE),
    "comment": lazy("-->"),
}
_ENTITY = lazy(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")


def clean_text(value: object, limit: int = MAX_TITLE) -> str:
    """Return ``value`` as one safe line of at most ``limit`` characters; ``""`` for anything but text.

    Combining marks are capped at four in a row, so that no letter grows over its neighbours.
    """
    if not isinstance(value, str) or not value:
        return ""
    text = value[: limit * _SCAN_FACTOR + 64]
    if not (text.isascii() and text.isprintable()) and not _PLAIN.fullmatch(text):
        text = unicodedata.normalize("NFC", text)
        text = _drop_unsafe(text)
        # Dropping a character can bring two others together that compose.
        text = unicodedata.normalize("NFC", text)
    text = _SPACES.sub(" ", text).strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + "…"
    return text


def is_plain(text: str) -> bool:
    """Whether ``text`` holds no character that a terminal obeys or that hides: what ``clean_text`` would drop."""
    if _PLAIN.fullmatch(text):
        return True
    return not any(unicodedata.category(char) in _DROPPED_CATEGORIES or char in _INVISIBLE for char in text)


def _drop_unsafe(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for char in text:
        if char.isspace():
            kept.append(" ")
            marks = 0
            continue
        category = unicodedata.category(char)
        if category in _DROPPED_CATEGORIES or char in _INVISIBLE:
            continue
        if category in {"Mn", "Me"}:
            marks += 1
            # A mark with nothing before it would be drawn over what stands to the left of the text.
            if marks > 4 or not kept or kept[-1] == " ":
                continue
        else:
            marks = 0
        kept.append(char)
    return "".join(kept)


def clean_html(value: object, limit: int = MAX_SUMMARY) -> str:
    """Return the words of an HTML fragment as one safe line: tags removed, entities decoded once.

    Feeds escape their HTML once more than they should now and then (``&amp;amp;``); text that still holds
    entities after one pass is decoded a second time, never a third.
    """
    if not isinstance(value, str) or not value:
        return ""
    text = value[: limit * 16 + 4096]
    text = _strip_tags(text)
    if "&" in text:
        # The table of entities is a thousandth of a second that the first paint has no use for.
        from html import unescape

        text = unescape(text)
        if "<" in text:
            text = _strip_tags(text)
        if _ENTITY.search(text):
            text = unescape(text)
    return clean_text(text, limit)


def _strip_tags(text: str) -> str:
    if "<" not in text:
        return text
    return _TAG.sub(" ", _drop_hidden(text) if _DROPPED_START.search(text) else text)


def _drop_hidden(text: str) -> str:
    """Return ``text`` without comments, scripts and styles. One pass: an opener without an end is left as it is."""
    kept: list[str] = []
    absent: set[str] = set()
    place = 0
    for match in _DROPPED_START.finditer(text):
        if match.start() < place:
            continue
        kind = match[1].lower() if match[1] else "comment"
        end = None if kind in absent else _DROPPED_END[kind].search(text, match.end())
        if end is None:
            absent.add(kind)
            continue
        kept.append(text[place : match.start()])
        place = end.end()
    kept.append(text[place:])
    return " ".join(kept)


def safe_url(value: object, limit: int = 2000) -> str | None:
    """Return ``value`` if it is an http or https address that may be opened or fetched, else ``None``.

    White space, control characters, quotes, back slashes and angle brackets never occur in a valid address and
    are refused rather than repaired; so are user names and passwords within the address.
    """
    if not isinstance(value, str):
        return None
    url = value.strip()
    if not url or len(url) > limit or not _URL.fullmatch(url):
        return None
    if not url.isascii() and any(
        char in _INVISIBLE or unicodedata.category(char) in _DROPPED_CATEGORIES for char in url
    ):
        return None
    return url


_URL = lazy(
    r"https?://(?:\[[0-9a-fA-F:.]{2,45}\]|[^\s\x00-\x20\x7f-\x9f\"'`<>\\@/?#:\[\]]{1,253})(?::\d{1,5})?"
    r"(?:[/?#][^\s\x00-\x20\x7f-\x9f\"<>\\\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff`]*)?",
    re.IGNORECASE,
)
