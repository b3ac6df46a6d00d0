"""Words of the interface in the person's language. A missing one is a test failure, never a crash."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from tui_monitor.domain.told import Told

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


class Words:
    """The catalogue of one language, falling back to English, then to the key itself."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._english: Mapping[str, str] = import_module("tui_monitor.present.catalogue.english").WORDS
        module = import_module(f"tui_monitor.present.catalogue.{_MODULES.get(language, 'english')}")
        self._words: Mapping[str, str] = module.WORDS

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the words for ``key`` with ``values`` filled in."""
        template = self._words.get(key) or self._english.get(key) or key
        return template.format(**values) if values else template

    def told(self, sentence: Told | str) -> str:
        """Return a sentence that was told by its key; a text as it is."""
        if isinstance(sentence, str):
            return sentence
        values = {name: self.told(one) if isinstance(one, Told) else one for name, one in sentence.values.items()}
        if (reason := values.get("reason")) is not None and sentence.key.startswith("toml."):
            values["reason"] = self._of_parser(str(reason))
        return self(sentence.key, **values)

    def _of_parser(self, said: str) -> str:
        from tui_monitor.present.catalogue.english_toml import key_of

        found = key_of(said)
        return said if found is None else self(found[0], **found[1])
