"""Turning what a person types into symbols: codes as people write them, and names in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tui_monitor.domain.instrument import normalise_symbol

if TYPE_CHECKING:
    from tui_monitor.domain.instrument import Instrument

_SEPARATORS = str.maketrans({",": " ", ";": " ", "，": " ", "、": " ", "；": " ", "\n": " ", "\t": " ", "\u3000": " "})


class Finder:
    """Finds instruments by code and by name among those that are known."""

    def __init__(self, instruments: Mapping[str, Instrument]) -> None:
        self._instruments = instruments
        self._names: dict[str, str] = {}
        for symbol, instrument in instruments.items():
            for name in _names(instrument):
                # The first one listed keeps the name: home lines come before their United States lines.
                self._names.setdefault(name.casefold(), symbol)
        self._longest = max((len(name.split()) for name in self._names), default=1)

    def resolve(self, text: str) -> tuple[list[str], list[str]]:
        """Return the symbols that ``text`` names, in order, and the words that could not be understood.

        Several at once are separated by blanks, commas or lines; a known name may have several words. What looks
        like a code is taken even when nobody here knows it: a source may.
        """
        words = text.translate(_SEPARATORS).split()
        found: dict[str, None] = {}
        unknown: list[str] = []
        at = 0
        while at < len(words):
            symbol, used = self._match(words, at)
            if symbol is not None:
                found[symbol] = None
            else:
                unknown.append(words[at])
            at += used
        return list(found), unknown

    def _match(self, words: list[str], at: int) -> tuple[str | None, int]:
        for count in range(min(self._longest, len(words) - at), 0, -1):
            phrase = " ".join(words[at : at + count])
            symbol = self._names.get(phrase.casefold())
            if symbol is not None:
                return symbol, count
        # "700 HK" and "HK 700" are one code in two words.
        if at + 1 < len(words) and "hk" in {words[at].casefold(), words[at + 1].casefold()}:
            number = next((word for word in words[at : at + 2] if word.isdigit()), None)
            if number is not None and (joined := normalise_symbol(f"{number}.HK")):
                return joined, 2
        word = words[at]
        exact = normalise_symbol(word)
        if exact is not None and exact in self._instruments:
            return exact, 1
        started = self._by_beginning(word.casefold())
        if started is not None:
            return started, 1
        return exact, 1

    def _by_beginning(self, word: str) -> str | None:
        """Return the only instrument whose name begins with ``word``; ``None`` where there is none or a choice."""
        if len(word) < 3 and word.isascii():
            return None
        matches = {symbol for name, symbol in self._names.items() if name.startswith(word)}
        return matches.pop() if len(matches) == 1 else None


def _names(instrument: Instrument) -> Iterable[str]:
    fields = (
        instrument.name_en, instrument.name_hant, instrument.name_hans,
        instrument.short_en, instrument.short_hant, instrument.short_hans, *instrument.aliases,
    )  # fmt: skip
    return (field for field in fields if field)
