"""Daily bars from Tencent: the only free daily history of the Hang Seng TECH index.

``GET https://web.ifzq.gtimg.cn/appstock/app/kline/kline?param=hkHSTECH,day,,,2000`` answers::

    {"code":0,"msg":"","data":{"hkHSTECH":{"day":[["2025-09-17","6100.0","6334.2","6340.1","6090.0","123456.0"]]}}}

A row is date, open, close, high, low, volume, and more that is not read. Shares are asked for at ``hkfqkline``
and ``fqkline`` with ``qfq``: adjusted for splits and dividends, as there is no series for splits alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.series import DailyBar, DailyHistory
from tui_monitor.sources.api import Batch, Descriptor, Request, SourceContext, Topic
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.decoding import decode_json, rows, table
from tui_monitor.sources.numbers import finite, known, number_in, positive_price
from tui_monitor.sources.tencent_codes import MARKETS, code_of, is_index
from tui_monitor.sources.transport import host_of

NAME = "tencent-daily"

PAGE = 2_000
"""Rows asked for at once; the server may give fewer."""

MAX_PAGES = 8
"""Requests for one history at the most."""

MAX_BYTES = 3_000_000
"""Bytes of one page."""

PATIENCE = 8.0
"""Seconds for one page."""

_FIRST_DAY = date(1980, 1, 1)

_LOT = 100.0
"""Shares of a mainland lot."""


class TencentDaily:
    """The source of daily histories for what Yahoo has none of."""

    def __init__(self, context: SourceContext, *, base_url: str, period: float) -> None:
        self._transport = context.transport
        self._base = base_url.rstrip("/")
        self._now = context.now
        self._descriptor = Descriptor(
            name=NAME,
            topic=Topic.HISTORY,
            host=host_of(base_url),
            title="Tencent, daily",
            period=period,
            timeout=75.0,
            batch_size=1,
            spacing=2.0,
            priority=2,
            markets=MARKETS,
        )

    @property
    def descriptor(self) -> Descriptor:
        """What it is and how it wants to be asked."""
        return self._descriptor

    async def fetch(self, request: Request) -> Batch:
        """Ask for the whole history of one symbol, newest page first, backwards while rows come."""
        now = self._now()
        histories: list[DailyHistory] = []
        missing: list[str] = []
        notes: list[str] = []
        spent = octets = 0
        for symbol in request.symbols:
            code = code_of(symbol)
            days: dict[date, DailyBar] = {}
            until: date | None = None
            for page in range(MAX_PAGES if code else 0):
                try:
                    answer = await self._transport.get(
                        self._base + _path(symbol),
                        params={"param": _question(symbol, until)},
                        timeout=PATIENCE,
                        max_bytes=MAX_BYTES,
                        accept="application/json",
                    )
                    spent += answer.requests
                    octets += answer.octets
                    # Two thousand days take tens of milliseconds, too long between two keys.
                    bars = await in_daemon_thread(
                        partial(parse_tencent_daily, answer.body, symbol, now), name="read daily bars"
                    )
                except SourceError as error:
                    if page == 0:
                        raise
                    # What came before is right without what lies further back.
                    notes.append(f"{symbol}: the older part of its history failed: {error}")
                    break
                older = {bar.date: bar for bar in bars if until is None or bar.date <= until}
                if not older:
                    break
                days |= older
                until = min(older) - timedelta(days=1)
            if days:
                ordered = tuple(days[day] for day in sorted(days))
                histories.append(DailyHistory(symbol=symbol, bars=ordered, received=now, source=NAME))
            else:
                missing.append(symbol)
                notes.append(f"{symbol} has no daily history at Tencent.")
        return Batch(
            source=NAME,
            received=now,
            histories=tuple(histories),
            missing=tuple(missing),
            notes=tuple(notes),
            requests=spent,
            octets=octets,
        )

    async def aclose(self) -> None:
        """Hold nothing."""


def _path(symbol: str) -> str:
    if is_index(symbol):
        return "/appstock/app/kline/kline"
    return "/appstock/app/hkfqkline/get" if mic_of(symbol) == "XHKG" else "/appstock/app/fqkline/get"


def _question(symbol: str, until: date | None) -> str:
    start, end = ("", "") if until is None else (_FIRST_DAY.isoformat(), until.isoformat())
    asked = f"{code_of(symbol)},day,{start},{end},{PAGE}"
    return asked if is_index(symbol) else f"{asked},qfq"


def parse_tencent_daily(body: bytes, symbol: str, received: datetime) -> tuple[DailyBar, ...]:
    """Return the bars of one page, dates rising and unique; empty where the symbol is unknown.

    Raises ``SourceError`` if the body is no answer of this kind.
    """
    answer = decode_json(body, NAME)
    if not isinstance(answer, dict) or "data" not in answer:
        raise SourceError(FailureKind.MALFORMED, f"{NAME} answered with JSON of another shape.")
    if finite(answer.get("code")) not in {None, 0.0}:
        # "bad params" and the like: this is how an unknown code is answered.
        return ()
    entry = table(table(answer["data"]).get(code_of(symbol) or ""))
    lot = 1.0 if mic_of(symbol) == "XHKG" else _LOT
    # An index's volume is money in thousands or lots without a meaning of their own.
    days: dict[date, DailyBar] = {}
    latest = received.date() + timedelta(days=1)
    for row in rows(entry.get("qfqday") or entry.get("day")):
        bar = _bar(rows(row), None if is_index(symbol) else lot)
        if bar is not None and _FIRST_DAY <= bar.date <= latest:
            days[bar.date] = bar
    return tuple(days[day] for day in sorted(days))


def _bar(row: Sequence[Any], lot: float | None) -> DailyBar | None:
    def price(position: int) -> float | None:
        value = row[position] if position < len(row) else None
        return positive_price(number_in(value) if isinstance(value, str) else value)

    if not row or not isinstance(row[0], str):
        return None
    try:
        day = date.fromisoformat(row[0][:10])
    except ValueError:
        return None
    close = price(2)
    if close is None:
        return None
    volume = row[5] if len(row) > 5 else None
    shares = known(number_in(volume) if isinstance(volume, str) else volume)
    return DailyBar(
        date=day,
        close=close,
        open=price(1),
        high=price(3),
        low=price(4),
        volume=None if lot is None or shares is None else shares * lot,
    )
