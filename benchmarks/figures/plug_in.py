"""A source for measuring, a plug-in like any other: invented quotes at a pace of ``[sources.bench]``.

``symbols`` have prices; each tick moves those of the next ``per_tick`` of them, and every ``full`` seconds those of
all. ``field`` is what moves: ``last``, or ``volume`` alone for one cell of a row.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.sources.api import Batch, Descriptor, Request, SourceContext, Topic

DELAY = timedelta(minutes=15)
"""How late the prices are, as those of Hong Kong are at Yahoo."""

AT_ONCE = 500
"""Quotes made in one go, some milliseconds."""


class BenchSource:
    def __init__(self, context: SourceContext) -> None:
        table: dict[str, Any] = dict(context.settings)
        self._symbols = [str(one) for one in table["symbols"]]
        self._per_tick = int(table.get("per_tick", len(self._symbols)))
        self._full = float(table.get("full", 0.0))
        self._field = str(table.get("field", "last"))
        self._now = context.now
        self._moves = dict.fromkeys(self._symbols, 0)
        self._next = 0
        self._full_at = time.monotonic()
        self._started = False
        period = float(table.get("period", 1.0))
        self.descriptor = Descriptor(name="bench", topic=Topic.RECORDING, host="", period=period)

    async def fetch(self, _request: Request) -> Batch:
        now = time.monotonic()
        if not self._started or (self._full and now >= self._full_at):
            self._started = True
            self._full_at = now + self._full
            chosen = self._symbols
        else:
            count = min(self._per_tick, len(self._symbols))
            chosen = [self._symbols[(self._next + one) % len(self._symbols)] for one in range(count)]
            self._next = (self._next + count) % len(self._symbols)
        for symbol in chosen:
            self._moves[symbol] += 1
        quotes: list[Quote] = []
        for at in range(0, len(chosen), AT_ONCE):
            quotes += [self._quote(one) for one in chosen[at : at + AT_ONCE]]
            # As every source: nothing holds the event loop for long.
            await asyncio.sleep(0)
        return Batch(source="bench", received=self._now(), quotes=tuple(quotes))

    def _quote(self, symbol: str) -> Quote:
        return invented(symbol, self._moves[symbol], self._field, self._now())

    async def aclose(self) -> None:
        pass


def invented(symbol: str, move: int, field: str, now: Any) -> Quote:
    base = 20.0 + sum(symbol.encode()) % 400
    step = move % 20 if field == "last" else 0
    last = round(base * (1 + (step - 10) / 500), 2)
    return Quote(
        symbol=symbol, last=last, previous_close=base, open=base, high=round(base * 1.05, 2),
        low=round(base * 0.95, 2), volume=1_000_000.0 + move * 10_000, currency="HKD", kind=Kind.EQUITY,
        name=f"Invented {symbol}", time=now - DELAY, received=now, source="bench", delay=DELAY.total_seconds(),
    )  # fmt: skip


def build(context: SourceContext) -> list[BenchSource]:
    return [BenchSource(context)]
