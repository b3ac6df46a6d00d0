"""Ask the source of rating changes for each symbol named, and print what came of it as JSON lines.

Run by tests in a process of its own: yfinance reads proxy and certificates from the environment once, and what
it writes to the terminal is seen.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tui_monitor.domain.errors import SourceError
from tui_monitor.sources import yahoo_research
from tui_monitor.sources.api import Request, SourceContext

EVENTS = "@events"
"""Stands among the symbols for the calendar of economic events; ``dividends@BABA``, ``news@BABA`` for a company's."""


async def main(state: Path, now: datetime, symbols: list[str], settings: dict[str, Any]) -> None:
    line = SimpleNamespace(us_line=SimpleNamespace(symbol="BABA"))
    context = SourceContext(
        settings={"news": True, **settings},
        transport=cast("Any", None),
        now=lambda: now,
        state_dir=state,
        instruments={"9988.HK": line, "0700.HK": SimpleNamespace(us_line=None)},
    )
    assert "yfinance" not in sys.modules
    source, events, dividends, news = yahoo_research.build(context)
    assert "yfinance" not in sys.modules, "building imports nothing heavy"
    for symbol in symbols:
        outcome: dict[str, Any] = {"symbol": symbol}
        try:
            asked, _, name = symbol.rpartition("@")
            by_company = news if asked == "news" else dividends
            chosen = by_company if asked else events if symbol == EVENTS else source
            batch = await chosen.fetch(Request(symbols=(name if asked or symbol != EVENTS else symbol,)))
        except SourceError as error:
            outcome |= {"kind": error.kind, "words": str(error), "retry_after": error.retry_after}
        else:
            outcome |= {
                "rows": [
                    [
                        int(one.time.timestamp()), one.firm, one.from_grade, one.to_grade, one.target,
                        one.prior_target, list(one.actions), one.home_symbol, one.currency,
                    ]
                    for one in batch.ratings
                ],
                "events": [
                    [
                        one.title, one.region, one.subject, one.moment.isoformat() if one.moment else None,
                        one.expected, one.previous,
                    ]
                    for one in batch.events
                ],
                "days": [[one.kind, one.day.isoformat(), *one.symbols] for one in batch.events],
                "stories": [
                    [one.title, one.url, one.author, one.published.isoformat() if one.published else None, *one.symbols]
                    for one in batch.headlines
                ],
                "missing": batch.missing,
                "notes": batch.notes,
                "requests": batch.requests,
                "octets": batch.octets,
            }  # fmt: skip
        sys.stdout.write(json.dumps(outcome) + "\n")
    await source.aclose()
    await source.aclose()


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(
        main(
            Path(given["state"]),
            datetime.fromtimestamp(given["now"], UTC),
            given["symbols"],
            given.get("settings", {}),
        )
    )
