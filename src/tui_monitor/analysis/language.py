"""The language of a headline, by the script it is written in."""

from __future__ import annotations

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3041-\u30ff\uff66-\uff9d]")
_SCRIPTS = (
    ("ko", re.compile(r"[\uac00-\ud7a3\u1100-\u11ff]")),
    ("th", re.compile(r"[\u0e01-\u0e5b]")),
    ("he", re.compile(r"[\u05d0-\u05ea]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
)
_ARABIC = re.compile(r"[\u0620-\u06ff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")

_LATIN_LANGUAGES = frozenset({
    "en", "de", "fr", "es", "pt", "it", "nl", "pl", "cs", "sk", "sl", "hr", "hu", "ro", "sv", "da", "no", "nb", "fi",
    "et", "lv", "lt", "tr", "id", "ms", "vi", "tl", "ca", "is", "ga",
})  # fmt: skip
"""Languages in Latin letters: the script cannot tell these apart, so the feed's word stands."""


def language_of(text: str, declared: str | None = None) -> str | None:
    """Return a BCP 47 primary tag for ``text``, ``None`` if there is neither a letter nor a declaration.

    ``declared`` is what the feed says; it decides between languages of one script.
    """
    word = (declared or "").replace("_", "-").partition("-")[0].strip().lower()
    if not text.isascii():
        if _KANA.search(text):
            return "ja"
        if _HAN.search(text):
            return word if word in {"ja", "yue"} else "zh"
        for tag, script in _SCRIPTS:
            if script.search(text):
                return tag
        if _ARABIC.search(text):
            return word if word in {"ar", "fa", "ur"} else "ar"
        if _CYRILLIC.search(text):
            return word if word in {"ru", "uk", "bg", "sr", "be", "mk", "kk"} else "ru"
    if _LATIN.search(text):
        return word if word in _LATIN_LANGUAGES else "en"
    return word if word.isalpha() and len(word) <= 3 else None
