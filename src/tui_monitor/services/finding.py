"""Turning what a person types into symbols: codes as people write them, names in English and Chinese, initials.

What is known here answers each key at once: the shipped names, the watchlists, everything that ever had a quote.
Another provider's search may add to it later; what it found is remembered as known.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.domain.instrument import Kind, mic_of, normalise_symbol
from tui_monitor.services.initials import begins, letters_of

if TYPE_CHECKING:
    from tui_monitor.domain.instrument import Instrument

_SEPARATORS = str.maketrans({",": " ", ";": " ", "，": " ", "、": " ", "；": " ", "\n": " ", "\t": " ", "\u3000": " "})

CANDIDATES = 30
"""Candidates of one question."""

REMEMBERED = 2_000
"""Symbols that are remembered from other providers' searches."""

EXCHANGES = {
    "XHKG": "HK", "XSHG": "SH", "XSHE": "SZ", "XNYS": "US", "XTKS": "TYO", "XKRX": "KR", "XTAI": "TW", "XSES": "SG",
    "XLON": "LON", "XETR": "DE", "XPAR": "PA", "XAMS": "AMS", "XASX": "AU", "XTSE": "CA", "XSWX": "CH",
}  # fmt: skip
"""Exchanges in few letters."""


class Found(msgspec.Struct, frozen=True):
    """What another provider says that a symbol is."""

    symbol: str
    name: str | None = None
    exchange: str | None = None
    kind: Kind = Kind.UNKNOWN


class Candidate(msgspec.Struct, frozen=True):
    """One answer to what was typed."""

    symbol: str
    known: bool = True
    """Whether anything here or a provider's search knows the symbol; otherwise it merely looks like one."""
    exchange: str = ""
    """In few letters, empty where it is not known."""
    kind: Kind = Kind.UNKNOWN
    name: str | None = None
    """A name that only the search gave."""


class _Name(msgspec.Struct, frozen=True):
    """What one symbol can be found by."""

    symbol: str
    names: tuple[str, ...]
    """In lower case."""
    initials: tuple[tuple[str, ...], ...]


class Finder:
    """Finds instruments by code, by name and by initials among those that are known."""

    def __init__(
        self,
        instruments: Mapping[str, Instrument],
        *,
        initials: Mapping[str, str] | None = None,
        others: Callable[[], Mapping[str, str | None]] = dict,
        has_quote: Callable[[str], bool] = lambda _: False,
    ) -> None:
        """``others`` gives further symbols to find, with a source's name for them where there is one."""
        self._has_quote = has_quote
        self._instruments = instruments
        self._table = initials or {}
        self._others = others
        self._remembered: dict[str, Found] = {}
        self._extra: dict[str, tuple[str | None, _Name]] = {}
        self._names: dict[str, str] = {}
        self._entries: list[_Name] = []
        for symbol, instrument in instruments.items():
            names = tuple(dict.fromkeys(_names(instrument)))
            self._entries.append(self._entry(symbol, names))
            for name in names:
                # The first one listed keeps the name: home lines come before their United States lines.
                self._names.setdefault(name.casefold(), symbol)
        self._sorted = sorted(self._names)
        self._longest = max((len(name.split()) for name in self._names), default=1)

    def _entry(self, symbol: str, names: Iterable[str]) -> _Name:
        found = tuple(names)
        initials = (letters_of(name, self._table) for name in found)
        return _Name(symbol, tuple(name.casefold() for name in found), tuple(dict.fromkeys(i for i in initials if i)))

    # What is known

    def knows(self, symbol: str) -> bool:
        """Whether anything here knows ``symbol``: shipped data, a quote once held, a provider's search."""
        return symbol in self._instruments or symbol in self._remembered or self._has_quote(symbol)

    def remember(self, found: Iterable[Found]) -> None:
        """Take in what another provider's search answered; the newest are kept."""
        for one in found:
            self._remembered.pop(one.symbol, None)
            self._remembered[one.symbol] = one
        while len(self._remembered) > REMEMBERED:
            del self._remembered[next(iter(self._remembered))]

    def name_of(self, symbol: str) -> str | None:
        """Return the name that only a search gave for ``symbol``."""
        found = self._remembered.get(symbol)
        return found.name if found else None

    def candidate(self, symbol: str) -> Candidate:
        """Return ``symbol`` as a candidate with what is known of it."""
        instrument, found = self._instruments.get(symbol), self._remembered.get(symbol)
        mic = mic_of(symbol)
        exchange = EXCHANGES.get(mic, mic) if mic else ""
        kind = instrument.kind if instrument and instrument.kind is not Kind.UNKNOWN else Kind.UNKNOWN
        if found is not None:
            kind = found.kind if kind is Kind.UNKNOWN else kind
            if found.exchange and (mic is None or symbol not in self._instruments):
                exchange = found.exchange
        return Candidate(symbol, self.knows(symbol), exchange, kind, found.name if found else None)

    # Asking

    def candidates(self, text: str, more: Iterable[Found] = (), *, limit: int = CANDIDATES) -> list[Candidate]:
        """Return what ``text``, one code or name, may mean, the likeliest first; ``more`` come below our own."""
        query = " ".join(text.translate(_SEPARATORS).split())
        folded = query.casefold()
        if not folded:
            return []
        code = _code(query)
        ranked: list[tuple[int, int, str]] = []
        for place, entry in enumerate(self._everything()):
            rank = _rank(entry, folded, code)
            if rank is not None:
                ranked.append((rank, place, entry.symbol))
        if code is not None and not any(symbol == code for _, _, symbol in ranked):
            ranked.append((_BARE_CODE, 0, code))
        ranked.sort()
        symbols = dict.fromkeys(symbol for _, _, symbol in ranked[:limit])
        symbols.update(dict.fromkeys(one.symbol for one in more))
        return [self.candidate(symbol) for symbol in list(symbols)[:limit]]

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

    def is_several(self, text: str) -> bool:
        """Whether ``text`` names several things and not one thing in several words."""
        words = text.translate(_SEPARATORS).split()
        if len(words) < 2:
            return False
        # A comma or a line's end says so; blanks may be within a name.
        parts = [part for part in text.translate(_SEPARATORS_BUT_BLANK).split("\n") if part.strip()]
        if len(parts) > 1:
            return True
        phrase = " ".join(words).casefold()
        if any(phrase in name for entry in self._everything() for name in entry.names):
            return False
        return self._match(words, 0)[1] < len(words)

    def _everything(self) -> Iterable[_Name]:
        yield from self._entries
        others = {**{s: f.name for s, f in self._remembered.items()}, **self._others()}
        for symbol, name in others.items():
            if symbol in self._instruments:
                continue
            held = self._extra.get(symbol)
            if held is None or held[0] != name:
                held = self._extra[symbol] = (name, self._entry(symbol, (name,) if name else ()))
            yield held[1]

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
        exact = _code(word)
        if exact is not None and exact in self._instruments:
            return exact, 1
        started = self._by_initials(word) or self._by_beginning(word.casefold())
        if started is not None:
            return started, 1
        return exact, 1

    def _by_initials(self, word: str) -> str | None:
        """Return the first instrument with exactly these initials; tickers are typed in capitals, initials are not."""
        if len(word) < 2 or not (word.isascii() and word.islower() and word.isalpha()):
            return None
        return next(
            (
                entry.symbol
                for entry in self._entries
                if any(len(one) == len(word) and begins(word, one) for one in entry.initials)
            ),
            None,
        )

    def _by_beginning(self, word: str) -> str | None:
        """Return the only instrument whose name begins with ``word``; ``None`` where there is none or a choice."""
        if len(word) < 3 and word.isascii():
            return None
        matches: set[str] = set()
        for at in range(bisect_left(self._sorted, word), len(self._sorted)):
            if not self._sorted[at].startswith(word):
                break
            matches.add(self._names[self._sorted[at]])
        return matches.pop() if len(matches) == 1 else None


_SEPARATORS_BUT_BLANK = str.maketrans(dict.fromkeys(",;，、；\t", "\n"))

_BARE_CODE = 5
"""Rank of what merely looks like a code: below names that begin so, above those that hold it somewhere."""


def _rank(entry: _Name, folded: str, code: str | None) -> int | None:
    """Return how well an entry answers, 0 best, ``None`` not at all."""
    if entry.symbol == code:
        return 0
    best: int | None = None
    for name in entry.names:
        at = name.find(folded)
        if at < 0:
            continue
        rank = 1 if name == folded else 3 if at == 0 else 6 if not name[at - 1].isalnum() else 8
        best = rank if best is None else min(best, rank)
    if (best is None or best > 2) and folded.isascii() and folded.isalpha():
        for letters in entry.initials:
            if begins(folded, letters):
                rank = 2 if len(letters) == len(folded) else 7
                best = rank if best is None else min(best, rank)
    stem = entry.symbol.casefold()
    if (best is None or best > 4) and (stem.startswith(folded) or stem.lstrip("0^").startswith(folded)):
        best = 4
    return best


def _code(word: str) -> str | None:
    """Return what ``word`` is as a code; Chinese characters and the like are none."""
    return normalise_symbol(word.upper() if word.isascii() else word) if word.isascii() else None


def _names(instrument: Instrument) -> Iterable[str]:
    fields = (
        instrument.name_en, instrument.name_hant, instrument.name_hans,
        instrument.short_en, instrument.short_hant, instrument.short_hans, *instrument.aliases,
    )  # fmt: skip
    return (field for field in fields if field)
