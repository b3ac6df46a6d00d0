"""From what a headline says to a rating change of the tape."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tui_monitor.analysis.rating_text.model import Extraction
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.rating import Origin, RatingChange

# Suffixes by which wires tell the exchange of a United States share: Reuters' .N and .O, Futu's .US.
_US_SUFFIX = re.compile(r"\.(?:N|O|A|K|P|OQ|PK|US)$", re.IGNORECASE)


def to_rating_change(
    extraction: Extraction, headline: Headline, find_symbols: Callable[[str], Sequence[str]]
) -> RatingChange | None:
    """Return the rating change that ``headline`` reports; ``None`` when it reports none.

    ``find_symbols`` gives the symbols of the instruments that a text names, best first. The symbol is the one written
    in the headline, else that of the company it names. The key is the headline's: the same item polled again is the
    same change. The address leads to the headline.
    """
    if not extraction.is_rating or extraction.action is None:
        return None
    symbol = written_symbol(extraction.symbol)
    if symbol is None and extraction.company is not None:
        symbol = next(iter(find_symbols(extraction.company)), None)
    return RatingChange(
        key=f"headline:{headline.id}",
        time=headline.sort_time,
        symbol=symbol,
        company=extraction.company,
        firm=extraction.firm,
        action=extraction.action,
        actions=extraction.actions,
        from_grade=extraction.from_grade,
        to_grade=extraction.to_grade,
        target=extraction.target,
        prior_target=extraction.prior_target,
        currency=extraction.currency,
        origin=Origin.HEADLINE,
        source=headline.source,
        url=headline.url,
        received=headline.received,
    )


def written_symbol(code: str | None) -> str | None:
    """Return the program's spelling of a ticker as headlines write it: ``01083`` is 1083.HK, ``KSS.N`` is KSS."""
    if code is None:
        return None
    return normalise_symbol(_US_SUFFIX.sub("", code))
