"""A small imitation of Yahoo and Tencent for tests: any symbol has a price, and prices move with each request.

Everything is invented and follows from the symbol alone, so that two runs are the same. Run it by hand with
``python -m tests.servers.market [PORT]``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from tests.servers.loopback import Answer, Asked, LoopbackServer, json_body

UNKNOWN = ("NOTREAL", "XXXX")
"""Symbols that contain one of these are unknown."""

CRUMB = "aBcDeFgHiJ1"

COOKIE = "d=AQABBInvented&S=AQAAA"

ERROR_404 = {
    "chart": {"result": None, "error": {"code": "Not Found", "description": "No data found, symbol may be delisted"}}
}


class Market:
    """Invented prices by symbol. Each answer of a symbol moves its price by a tenth of a percent."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime.now(UTC)
        self.ticks: dict[str, int] = {}

    def previous_close(self, symbol: str) -> float:
        """Return the close of the session before: between 1 and 1000, for indices between 1000 and 31000."""
        seed = zlib.crc32(symbol.encode())
        index = symbol.startswith("^") or symbol == "HSTECH.HK"
        return float(1000 + seed % 30_000) if index else round(1 + seed % 99_900 / 100, 2)

    def price(self, symbol: str) -> float:
        """Return the present price; does not move it."""
        seed = zlib.crc32(symbol.encode()) >> 3
        percent = seed % 900 / 100 - 4 + self.ticks.get(symbol, 0) % 40 * 0.1
        return round(self.previous_close(symbol) * (1 + percent / 100), 2)

    def tick(self, symbol: str) -> float:
        """Move the price and return it."""
        self.ticks[symbol] = self.ticks.get(symbol, 0) + 1
        return self.price(symbol)

    def knows(self, symbol: str) -> bool:
        """Whether there is such a symbol."""
        return bool(symbol) and not any(word in symbol for word in UNKNOWN)

    def meta(self, symbol: str, window: str = "1d") -> dict[str, Any]:
        """Return Yahoo's ``meta`` of ``symbol``."""
        price, before = self.price(symbol), self.previous_close(symbol)
        hong_kong = symbol.endswith(".HK") or symbol in {"^HSI", "^HSCE"}
        mainland = symbol.endswith((".SS", ".SZ"))
        kind = "INDEX" if symbol.startswith("^") or symbol == "HSTECH.HK" else "EQUITY"
        currency, offset, zone = (
            ("HKD", 28_800, "Asia/Hong_Kong")
            if hong_kong
            else ("CNY", 28_800, "Asia/Shanghai")
            if mainland
            else ("USD", -14_400, "America/New_York")
        )
        return {
            "currency": currency, "symbol": symbol, "exchangeName": "HKG" if hong_kong else "NMS",
            "instrumentType": kind, "regularMarketTime": int(self.now.timestamp()),
            "gmtoffset": offset, "exchangeTimezoneName": zone,
            "regularMarketPrice": price, "regularMarketChangePercent": round((price / before - 1) * 100, 3),
            "fiftyTwoWeekHigh": round(before * 1.5, 2), "fiftyTwoWeekLow": round(before * 0.6, 2),
            "regularMarketDayHigh": round(max(price, before) * 1.01, 2),
            "regularMarketDayLow": round(min(price, before) * 0.99, 2),
            "regularMarketVolume": 0 if kind == "INDEX" else 1_000_000 + self.ticks.get(symbol, 0) * 1000,
            "longName": f"Invented {symbol} Limited", "shortName": symbol, "chartPreviousClose": before,
            "priceHint": 2, "dataGranularity": "5m" if window == "1d" else "1d", "range": window,
            "validRanges": ["1d", "5d"] if symbol == "HSTECH.HK" else ["1d", "5d", "1mo", "1y", "10y", "max"],
        }  # fmt: skip

    def path(self, symbol: str) -> tuple[list[int], list[float | None]]:
        """Return sixty five-minute closes up to now, one of them missing."""
        end = int(self.now.timestamp()) // 300 * 300
        before, price = self.previous_close(symbol), self.price(symbol)
        times = [end - 300 * (59 - step) for step in range(60)]
        closes: list[float | None] = [round(before + (price - before) * (step + 1) / 60, 2) for step in range(60)]
        closes[17] = None
        return times, closes

    def days(self, symbol: str, count: int = 400) -> list[tuple[date, float]]:
        """Return the last ``count`` weekdays before today with a close each, rising to the previous close."""
        found: list[tuple[date, float]] = []
        day, close = self.now.date(), self.previous_close(symbol)
        while len(found) < count:
            day -= timedelta(days=1)
            if day.weekday() < 5:
                found.append((day, round(close, 2)))
                close *= 0.999
        return found[::-1]

    # Answers

    def spark(self, asked: Asked) -> Answer:
        """Answer ``v7/finance/spark``."""
        symbols = asked.query.get("symbols", "").split(",")
        if len(symbols) > 20:
            error = {"code": "Bad Request", "description": "The number of symbols exceeds 20"}
            return json_body({"spark": {"result": None, "error": error}}, status=400)
        return json_body(self.spark_value([one for one in symbols if self.knows(one)]))

    def spark_value(self, symbols: list[str]) -> dict[str, Any]:
        """Return the value of a spark answer for ``symbols``, which all exist; their prices move."""
        result = []
        for symbol in symbols:
            self.tick(symbol)
            times, closes = self.path(symbol)
            response = {"meta": self.meta(symbol), "timestamp": times, "indicators": {"quote": [{"close": closes}]}}
            result.append({"symbol": symbol, "response": [response]})
        return {"spark": {"result": result, "error": None}}

    def chart(self, asked: Asked) -> Answer:
        """Answer ``v8/finance/chart/SYMBOL``."""
        symbol = unquote(asked.path.rpartition("/")[2])
        if not self.knows(symbol):
            return json_body(ERROR_404, status=404)
        window = asked.query.get("range", "max")
        return json_body(self.chart_value(symbol, window, daily=asked.query.get("interval") == "1d"))

    def chart_value(self, symbol: str, window: str, *, daily: bool) -> dict[str, Any]:
        """Return the value of a chart answer."""
        self.tick(symbol)
        meta = self.meta(symbol, window)
        if daily and symbol == "HSTECH.HK":
            times, closes = [meta["regularMarketTime"]], [meta["regularMarketPrice"]]
        elif daily:
            hour = timedelta(hours=1, minutes=30) if meta["currency"] != "USD" else timedelta(hours=13, minutes=30)
            midnight = datetime.min.time()
            days = self.days(symbol)
            times = [int((datetime.combine(day, midnight, UTC) + hour).timestamp()) for day, _ in days]
            closes = [close for _, close in days]
            meta["chartPreviousClose"] = closes[0]
        else:
            times, closes = self.path(symbol)
        column = dict.fromkeys(("open", "high", "low", "close"), closes) | {"volume": [1000] * len(closes)}
        result = {"meta": meta, "timestamp": times, "indicators": {"quote": [column]}}
        return {"chart": {"result": [result], "error": None}}

    def cookie(self, _asked: Asked) -> Answer:
        """Answer as ``fc.yahoo.com`` does: nothing is there, but a cookie is set."""
        return Answer(status=404, headers={"Set-Cookie": f"A3={COOKIE}; Path=/; Secure; HttpOnly"})

    def quote(self, asked: Asked) -> Answer:
        """Answer ``v7/finance/quote`` to whoever shows cookie and crumb."""
        symbols = asked.query.get("symbols", "").split(",")
        if asked.query.get("crumb") != CRUMB or asked.headers.get("cookie") != f"A3={COOKIE}":
            error = {"code": "Unauthorized", "description": "Invalid Crumb"}
            return json_body({"finance": {"result": None, "error": error}}, status=401)
        if len(symbols) > 99:
            return json_body({"quoteResponse": {"result": [], "error": None}}, status=500)
        return json_body(self.quote_value([one for one in symbols if self.knows(one)]))

    def quote_value(self, symbols: list[str]) -> dict[str, Any]:
        """Return the value of a ``v7/finance/quote`` answer for ``symbols``, which all exist; their prices move."""
        return {"quoteResponse": {"result": [self._quote_row(symbol) for symbol in symbols], "error": None}}

    def _quote_row(self, symbol: str) -> dict[str, Any]:
        self.tick(symbol)
        meta, price, before = self.meta(symbol), self.price(symbol), self.previous_close(symbol)
        row = {
            "symbol": symbol, "quoteType": meta["instrumentType"], "currency": meta["currency"],
            "regularMarketPrice": price, "regularMarketPreviousClose": before, "regularMarketOpen": before,
            "regularMarketChange": round(price - before, 4), "marketState": "REGULAR",
            "exchangeDataDelayedBy": 15 if meta["currency"] == "HKD" else 0, "quoteSourceName": "Delayed Quote",
        }  # fmt: skip
        shared = ("regularMarketTime", "regularMarketChangePercent", "regularMarketDayHigh", "regularMarketDayLow",
                  "regularMarketVolume", "fiftyTwoWeekHigh", "fiftyTwoWeekLow", "longName", "shortName")  # fmt: skip
        row |= {name: meta[name] for name in shared}
        if meta["instrumentType"] == "EQUITY":
            eps = round(price / 21, 4)
            soon = int(self.now.timestamp()) + 20 * 86_400
            row |= {"earningsTimestampStart": soon, "earningsTimestampEnd": soon, "isEarningsDateEstimate": True}
            row |= {"epsForward": eps, "forwardPE": price / eps, "trailingPE": 25.5, "marketCap": price * 1e9,
                    "financialCurrency": "CNY" if symbol.endswith(".HK") else meta["currency"]}  # fmt: skip
        return row

    def tencent(self, asked: Asked) -> Answer:
        """Answer ``qt.gtimg.cn/q=CODES``."""
        codes = asked.path.rpartition("q=")[2].split(",")
        return Answer(body=self.tencent_body(codes), content_type="text/html; charset=GBK")

    def tencent_body(self, codes: list[str]) -> bytes:
        """Return the lines of ``codes`` in GBK."""
        lines = [self._tencent_line(code) for code in codes if self.knows(_symbol(code))]
        return ("\n".join(lines) or 'v_pv_none_match="1";').encode("gbk", errors="replace")

    def _tencent_line(self, code: str) -> str:
        symbol = _symbol(code)
        price, before = self.tick(symbol), self.previous_close(symbol)
        hong_kong = code.startswith("hk")
        local = self.now + timedelta(hours=8)
        fields = ["0"] * 88
        for position, value in {
            0: "100", 1: f"虚构{code[2:]}", 2: code[2:], 3: f"{price:.3f}", 4: f"{before:.3f}", 5: f"{before:.3f}",
            6: "5000000", 30: local.strftime("%Y/%m/%d %H:%M:%S" if hong_kong else "%Y%m%d%H%M%S"),
            31: f"{price - before:.3f}", 32: f"{(price / before - 1) * 100:.2f}", 33: f"{max(price, before):.3f}",
            34: f"{min(price, before):.3f}", 37: "5000000000" if hong_kong else "60000", 39: "17.5",
            44: "400", 45: "500", 48: f"{before * 1.5:.3f}", 49: f"{before * 0.6:.3f}", 63: "GP",
            75: "HKD" if hong_kong else "CNY",
        }.items():  # fmt: skip
            fields[position] = value
        return f'v_{code}="{"~".join(fields)}";'

    def kline(self, asked: Asked) -> Answer:
        """Answer Tencent's ``kline/kline``, ``hkfqkline/get`` and ``fqkline/get``: 300 rows a page at the most."""
        code, _day, start, end, count = asked.query["param"].split(",")[:5]
        adjusted = asked.query["param"].endswith(",qfq")
        rows = [
            [day.isoformat(), *[f"{close:.2f}"] * 4, "123456.0"]
            for day, close in self.days(_symbol(code), 700)
            if (not start or day >= date.fromisoformat(start)) and (not end or day <= date.fromisoformat(end))
        ]
        page = rows[-min(int(count), 300) :]
        if not self.knows(code):
            return json_body({"code": 1, "msg": "bad params", "data": []})
        return json_body({"code": 0, "msg": "", "data": {code: {"qfqday" if adjusted else "day": page}}})

    def quote_summary(self, asked: Asked) -> Answer:
        """Answer ``v10/finance/quoteSummary/SYMBOL`` with two rating changes for United States lines."""
        symbol = unquote(asked.path.rpartition("/")[2])
        if "." in symbol or not self.knows(symbol):
            words = "No fundamentals data found for any of the summaryTypes=upgradeDowngradeHistory"
            return json_body(
                {"quoteSummary": {"result": None, "error": {"code": "Not Found", "description": words}}}, status=404
            )
        stamp = int(self.now.timestamp())
        history = [
            {"epochGradeDate": stamp - 3600, "firm": "Invented Brothers", "toGrade": "Buy", "fromGrade": "Sell",
             "action": "up", "priceTargetAction": "Raises", "currentPriceTarget": 150.0, "priorPriceTarget": 120.0},
            {"epochGradeDate": stamp - 90_000, "firm": "Example Securities", "toGrade": "Overweight", "fromGrade": "",
             "action": "init", "priceTargetAction": "Announces", "currentPriceTarget": 140.0, "priorPriceTarget": 0.0},
        ]  # fmt: skip
        result = [{"upgradeDowngradeHistory": {"history": history, "maxAge": 86_400}}]
        return json_body({"quoteSummary": {"result": result, "error": None}})

    def install(self, server: LoopbackServer) -> LoopbackServer:
        """Put every answer at its path of ``server``."""
        server.route("/v7/finance/spark", self.spark)
        server.route("/v8/finance/chart/*", self.chart)
        server.route("/v10/finance/quoteSummary/*", self.quote_summary)
        server.route("/v7/finance/quote", self.quote)
        server.route("/fc", self.cookie)
        server.route("/v1/test/getcrumb", Answer(body=CRUMB.encode(), content_type="text/plain"))
        server.route("/q=*", self.tencent)
        server.route("/appstock/app/*", self.kline)
        return server


def _symbol(code: str) -> str:
    """Return the program's spelling of a Tencent code."""
    special = {"hkHSTECH": "HSTECH.HK", "hkHSI": "^HSI", "hkHSCEI": "^HSCE"}
    if code in special:
        return special[code]
    market, number = code[:2], code[2:]
    if market == "hk":
        return f"{int(number):04d}.HK" if number.isdecimal() else number
    return f"{number}.{'SS' if market == 'sh' else 'SZ'}"


async def _serve(port: int) -> None:
    async with LoopbackServer(port=port) as server:
        Market().install(server)
        sys.stdout.write(json.dumps({"url": server.url}) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
