"""Words of the interface in the person's language. A missing one is a test failure, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from tui_monitor.domain.told import Told

if TYPE_CHECKING:
    from tui_monitor.domain.errors import MonitorError

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""Languages of the interface."""

_MODULES = {"en": "english", "zh-Hant": "traditional", "zh-Hans": "simplified"}


def language_of(setting: str, environment: Mapping[str, str]) -> str:
    """Return the language for a setting; ``auto`` follows the locale (``LC_ALL``, ``LC_MESSAGES``, ``LANG``).

    Chinese locales of Hong Kong, Taiwan and Macau are traditional, all others simplified.
    """
    if setting in LANGUAGES:
        return setting
    if setting == "zh":
        return "zh-Hant"
    locale = environment.get("LC_ALL") or environment.get("LC_MESSAGES") or environment.get("LANG") or ""
    if not locale.lower().startswith("zh"):
        return "en"
    return "zh-Hant" if any(mark in locale.upper() for mark in ("HK", "TW", "MO", "HANT")) else "zh-Hans"


MAX_KNOWN = 500
"""Finished sentences whose wording is remembered: a list of sources shows the same ones every second."""


class Words:
    """The catalogue of one language, falling back to English, then to the key itself."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._english: Mapping[str, str] = import_module("tui_monitor.present.catalogue.english").WORDS
        module = import_module(f"tui_monitor.present.catalogue.{_MODULES.get(language, 'english')}")
        self._words: Mapping[str, str] = module.WORDS
        self._known: dict[str, str] = {}

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the words for ``key`` with ``values`` filled in."""
        template = self._words.get(key) or self._english.get(key) or key
        return template.format(**values) if values else template

    def told(self, sentence: Told | str) -> str:
        """Return a sentence in this language: one that was told by its key, or a finished English one."""
        if isinstance(sentence, str):
            return sentence if self.language == "en" else self._finished(sentence)
        values = {name: self._gap(name, one) for name, one in sentence.values.items()}
        return self(sentence.key, **values)

    def of(self, error: MonitorError) -> str:
        """Return what an error says in this language."""
        return self.told(getattr(error, "sentence", None) or str(error))

    def _gap(self, name: str, value: object) -> object:
        """Return what fills a gap: words that are told themselves, and what the system or a parser gave as a reason."""
        return self.told(value) if isinstance(value, Told) or (name == "reason" and isinstance(value, str)) else value

    def _finished(self, sentence: str) -> str:
        held = self._known.get(sentence)
        if held is None:
            from tui_monitor.present.phrases import phrases

            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            held = self._known[sentence] = phrases(self.language)(sentence)
        return held
