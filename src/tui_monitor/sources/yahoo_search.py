"""Yahoo's search: names and codes to symbols, asked while a person types.

``GET v1/finance/search?q=tencent`` needs no cookie. It is no source of the schedule: nobody asks it but the person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Kind, normalise_symbol
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.decoding import decode_json, table
from tui_monitor.sources.options import Address, Options, Seconds, read_options, takes

if TYPE_CHECKING:
    from tui_monitor.sources.transport import Transport

NAME = "yahoo-search"
"""Its table in the settings: ``[sources.yahoo-search]``."""

MAX_BYTES = 500_000
"""Bytes of an answer; one takes about 5,000."""

MAX_FOUND = 20
"""Symbols that are taken of one answer."""

MAX_QUERY = 80
"""Characters of a question."""

_KINDS = {
    "EQUITY": Kind.EQUITY, "ETF": Kind.ETF, "INDEX": Kind.INDEX, "MUTUALFUND": Kind.FUND, "FUTURE": Kind.FUTURE,
    "CURRENCY": Kind.CURRENCY, "CRYPTOCURRENCY": Kind.CRYPTO, "OPTION": Kind.OPTION,
}  # fmt: skip

Hit = tuple[str, str | None, str | None, Kind]
"""Symbol, name, exchange as Yahoo shows it, kind."""


class SearchOptions(Options, frozen=True, kw_only=True):
    """``[sources.yahoo-search]``."""

    base_url: Address = "https://query1.finance.yahoo.com"
    timeout: Seconds = 6.0


@takes(SearchOptions)
class YahooSearch:
    """Asks Yahoo what a name or code may be."""

    def __init__(self, transport: Transport, settings: Mapping[str, Any]) -> None:
        self._transport = transport
        self._options = read_options(settings, SearchOptions, NAME)

    async def find(self, text: str) -> list[Hit]:
        """Return what Yahoo knows for ``text``; raise ``SourceError`` when there is no usable answer."""
        answer = await self._transport.get(
            self._options.base_url.rstrip("/") + "/v1/finance/search",
            params={"q": clean_text(text, MAX_QUERY), "quotesCount": str(MAX_FOUND), "newsCount": "0"},
            timeout=self._options.timeout,
            max_bytes=MAX_BYTES,
            accept="application/json",
        )
        return parse_search(answer.body)


def parse_search(body: bytes) -> list[Hit]:
    """Return the symbols of an answer, the likeliest first. Private companies, which have none, are left out.

    An empty list means that nothing was found. Raises ``SourceError`` for an answer without a list, or of whose
    symbols none can be read: that says nothing of what there is.
    """
    told = table(decode_json(body, "Yahoo's search")).get("quotes")
    if not isinstance(told, list):
        raise SourceError(FailureKind.MALFORMED, "Yahoo's search answered without the list of what it found.")
    found: dict[str, Hit] = {}
    unreadable = 0
    for one in told:
        hit = table(one)
        code = hit.get("symbol")
        unreadable += not isinstance(one, dict) or "symbol" in hit
        symbol = normalise_symbol(code) if isinstance(code, str) and code.isascii() else None
        if symbol is None or symbol in found or len(found) >= MAX_FOUND:
            continue
        name = clean_text(hit.get("longname"), 120) or clean_text(hit.get("shortname"), 120) or None
        kind = hit.get("quoteType")
        found[symbol] = (
            symbol,
            name,
            clean_text(hit.get("exchDisp"), 16) or clean_text(hit.get("exchange"), 16) or None,
            _KINDS.get(kind, Kind.UNKNOWN) if isinstance(kind, str) else Kind.UNKNOWN,
        )
    if unreadable and not found:
        raise SourceError(FailureKind.MALFORMED, "Yahoo's search answered with symbols of which none can be read.")
    return list(found.values())
