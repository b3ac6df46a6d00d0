"""One English headline, folded and taken apart: what every rule looks at."""

from __future__ import annotations

import re

import msgspec

from tui_monitor.analysis.rating_text.english_words import Kind, Token, lex


class Sentence(msgspec.Struct):
    """A headline behind its prefix. All texts have the length of the original: a span of one is a span of all."""

    folded: str
    """Quotes and full-width signs folded, letters as written."""
    low: str
    """``folded`` in lower case."""
    body: int
    """Where the sentence begins, behind ``*``, ``UPDATE:`` and a cashtag."""
    cashtag: str | None
    """The symbol that the headline begins with: ``GOOS`` of ``$GOOS: ...``."""
    tokens: list[Token]

    @classmethod
    def of(cls, folded: str, low: str) -> Sentence:
        """Take a folded headline apart."""
        cashtag, body = _leading_symbol(folded, _strip_prefix(low))
        return cls(folded, low, body, cashtag, lex(low, body))

    def token(self, position: int) -> Token | None:
        """Return a token, ``None`` behind the last."""
        return self.tokens[position] if position < len(self.tokens) else None

    def has(self, kind: Kind) -> bool:
        """Tell whether a word of ``kind`` occurs."""
        return any(token.kind is kind for token in self.tokens)


_PREFIX = re.compile(
    r"[\s*>•\-\"'#\ufeff]*(?:(?:updated?|udpate|correction|corrected|brief|research alert|alert|just in|breaking|"
    r"rumou?r|report|exclusive|"
    r"from earlier|also|highlight|mid-day update|analyst (?:actions?|calls?|note)|broker (?:call|note)|"
    r"\d{1,2}:\d\d(?: ?[ap]m)?)\s?\d?\s?[:\-]\s*"
    r"|(?:hearing|earlier|why|how|here's why|moments ago) |rt @\w{1,20}: )?"
)

_LEAD = re.compile(
    r"(?P<tag>\$[A-Za-z]{1,5}(?:\.[A-Za-z]{1,2})?)(?:[\s,]{1,2}\$[A-Za-z.]{1,6}){0,8}\s?(?:\([^()]{1,20}\))?\s?(?P<m"
    r"ark>[:\-|]*)\s*"
)


_TAG = re.compile(r"\$([A-Za-z]{1,5}(?:\.[A-Za-z]{1,2})?)")


def _strip_prefix(low: str) -> int:
    """Return where the sentence begins behind marks such as ``*``, ``UPDATE:`` and ``Hearing``."""
    position = 0
    for _ in range(4):
        match = _PREFIX.match(low, position)
        if match is None or match.end() == position:
            break
        position = match.end()
    return position


def _leading_symbol(folded: str, start: int) -> tuple[str | None, int]:
    """Return the cashtag that the sentence begins with and where the sentence goes on."""
    match = _LEAD.match(folded, start)
    if match is None:
        return None, start
    tags = _TAG.findall(folded, start, match.end())
    following = folded[match.end() : match.end() + 40].upper()
    return next((tag for tag in tags if _abbreviates(tag, following)), tags[0]), match.end()


def _abbreviates(tag: str, text: str) -> bool:
    """Tell whether ``tag`` is made of letters of the name that ``text`` begins with: VCTR and Victory Capital."""
    position = -1
    for letter in tag:
        position = text.find(letter, position + 1)
        if position < 0:
            return False
    return text[:1] == tag[:1]
