"""What yfinance is asked for, invented: rating tables, dividends, the calendar and stories, and lies in them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from tests.servers.distort import Lie
from tests.servers.loopback import Answer, Asked, LoopbackServer, json_body

CRUMB = "aBcDeFgHiJ1"

DAY = 86_400

TABLES, CALENDAR, STORIES = "/v10/finance/quoteSummary/*", "/v1/finance/visualization", "/xhr/ncp"

COLUMNS = ("econ_release", "country_code", "startdatetime", "period", "consensus_estimate", "prior_release_actual")

_NUMBERS: dict[Lie, Callable[[float], Any]] = {
    Lie.WRONG_TYPES: lambda number: {"raw": [str(number)]},
    Lie.NAN: lambda number: float("nan"),
    Lie.INFINITY: lambda number: float("inf"),
    Lie.HUGE: lambda number: 10**400,
    Lie.NEGATIVE: lambda number: -abs(number) - 1,
    Lie.ZERO: lambda number: 0,
}

_STAMPS = {"epochGradeDate", "exDividendDate", "dividendDate"}

_LISTS = {"history", "rows", "stream"}

_ISO = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")


class ResearchYahoo:
    """Answers as Yahoo does to yfinance: a cookie, a crumb, and answers for whom the crumb is right."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.lie: Lie | None = None

    def install(self, server: LoopbackServer) -> None:
        """Put every answer at its path of ``server``."""
        server.route("/", Answer(status=404, headers={"Set-Cookie": "A3=d=x; Path=/"}))
        server.route("/consent", Answer(body=b"<html></html>", content_type="text/html"))
        server.route("/v1/test/getcrumb", Answer(body=CRUMB.encode(), content_type="text/plain"))
        server.route(TABLES, self._told(self._summary))
        server.route(CALENDAR, self._told(self._calendar))
        server.route(STORIES, self._told(self._stories))

    def _told(self, good: Callable[[Asked], Any]) -> Callable[[Asked], Answer]:
        def answer(asked: Asked) -> Answer:
            value = good(asked)
            return json_body(value if self.lie is None else lying(value, self.lie))

        return answer

    def _summary(self, asked: Asked) -> Any:
        today = int(self._now().timestamp()) // DAY * DAY
        if asked.query.get("modules") == "calendarEvents":
            told: dict[str, Any] = {"exDividendDate": today + 5 * DAY, "dividendDate": today + 40 * DAY}
        else:
            row = {"toGrade": "Buy", "fromGrade": "Hold", "action": "up", "priceTargetAction": "Raises"}
            told = {
                "history": [
                    {**row, "epochGradeDate": 1_758_000_000, "firm": "Invented Brothers", "currentPriceTarget": 150.0,
                     "priorPriceTarget": 120.0},
                    {**row, "epochGradeDate": 1_757_000_000, "firm": "Example & Co", "currentPriceTarget": 140.0,
                     "priorPriceTarget": 0.0},
                ]
            }  # fmt: skip
        return {"quoteSummary": {"result": [{asked.query.get("modules", ""): told}], "error": None}}

    def _calendar(self, _asked: Asked) -> Any:
        lines = [
            ["Invented rate decision", "US", "2025-09-18T18:00:00.000Z", "Sep", 4.25, 4.5],
            ["Invented house prices", "GB", "2025-09-19T06:00:00.000Z", None, 0.0, None],
        ]
        document = {"columns": [{"id": name} for name in COLUMNS], "rows": lines}
        return {"finance": {"result": [{"documents": [document]}], "error": None}}

    def _stories(self, _asked: Asked) -> Any:
        stream = [
            {"content": {"title": f"Invented story {number}", "pubDate": f"2025-09-16T1{number}:00:00Z",
                         "canonicalUrl": {"url": f"https://desk.example/{number}"}}}
            for number in (1, 2)
        ]  # fmt: skip
        return {"data": {"tickerStream": {"stream": stream}}}


def lying(value: Any, lie: Lie, key: str = "") -> Any:
    """Return ``value`` with ``lie`` in it."""
    if isinstance(value, dict):
        if lie is Lie.OTHERS and key == "quoteSummary":
            # Another company's other table.
            return {"result": [{"quoteType": {"symbol": "OTHER"}}], "error": None}
        return {name: lying(one, lie, name) for name, one in value.items()}
    if isinstance(value, list):
        if key in _LISTS and lie is Lie.MISSING:
            return []
        found = [lying(one, lie, key) for one in value]
        if key in _LISTS and lie is Lie.DUPLICATES:
            return [*value, *(lying(one, Lie.NEGATIVE) for one in value)]
        if key == "rows" and lie is Lie.OTHERS:
            return [[*line[:1], "ZA", *line[2:]] if isinstance(line, list) else line for line in found]
        return found
    if lie in {Lie.PAST, Lie.FUTURE}:
        days = -40 if lie is Lie.PAST else 40
        if key in _STAMPS:
            return value + days * DAY
        if isinstance(value, str) and _ISO.fullmatch(value):
            return (datetime.fromisoformat(value) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return value
    plain = isinstance(value, int | float) and not isinstance(value, bool)
    return _NUMBERS[lie](value) if plain and lie in _NUMBERS else value
