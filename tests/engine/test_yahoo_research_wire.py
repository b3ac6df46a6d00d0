"""The real yfinance against a loopback server that it takes for Yahoo, through a proxy that ends its TLS."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer, json_body

from tui_monitor.domain.errors import FailureKind

ROOT = Path(__file__).resolve().parents[2]
NOW = int(datetime(2025, 9, 17, 10, 0, tzinfo=UTC).timestamp())
CRUMB = "aBcDeFgHiJ1"

NO_TABLE = json_body(
    {"quoteSummary": {"result": None, "error": {"code": "Not Found", "description": "No fundamentals data found"}}},
    status=404,
)
INVALID_CRUMB = json_body(
    {"finance": {"result": None, "error": {"code": "Unauthorized", "description": "Invalid Crumb"}}}, status=401
)


def summary(*rows: dict[str, Any]) -> Answer:
    history = {"upgradeDowngradeHistory": {"history": list(rows), "maxAge": 86_400}}
    return json_body({"quoteSummary": {"result": [history], "error": None}})


def row(ago: int, firm: str, **more: Any) -> dict[str, Any]:
    return {"epochGradeDate": NOW - ago, "firm": firm, "toGrade": "Buy", "fromGrade": "", "action": "main"} | more


class Yahoo:
    """Answers as Yahoo does: a cookie, a crumb, and tables for whom the crumb is right."""

    def __init__(self, server: LoopbackServer) -> None:
        self.server = server
        self.crumb = CRUMB
        self.crumb_answer: Answer | None = None
        self.tables: dict[str, Answer | Callable[[Asked], Answer]] = {}
        server.route("/", Answer(status=404, headers={"Set-Cookie": "A3=d=x; Domain=.yahoo.com; Path=/"}))
        server.route("/consent", Answer(body=b"<html></html>", content_type="text/html"))
        server.route("/v1/test/getcrumb", lambda asked: self.crumb_answer or Answer(body=self.crumb.encode()))
        server.route("/v10/finance/quoteSummary/*", self.answer)

    def answer(self, asked: Asked) -> Answer:
        if asked.query.get("crumb") != self.crumb:
            return INVALID_CRUMB
        found = self.tables.get(asked.path.rpartition("/")[2], NO_TABLE)
        return found if isinstance(found, Answer) else found(asked)

    def asked(self, path: str) -> int:
        return self.server.count(path)


async def probe(
    server: LoopbackServer | None, tmp_path: Path, *symbols: str, env: dict[str, str] | None = None, **given: Any
) -> list[dict[str, Any]]:
    """Run the probe; return its outcomes, and fail if it writes anything else."""
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment |= {"PYTHONPATH": str(ROOT / "src"), "HOME": str(tmp_path)}
    if server is not None:
        environment |= {"HTTPS_PROXY": f"http://127.0.0.1:{server.port}", "REQUESTS_CA_BUNDLE": str(server.ca_file)}
    environment |= env or {}
    parameters = {"state": str(tmp_path / "state"), "now": NOW, "symbols": symbols} | given
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-Wdefault",
        # From 3.13 on the interpreter names yfinance's own open cache when it ends; that is after the screen is gone.
        "-Wignore::ResourceWarning",
        str(Path(__file__).with_name("research_probe.py")),
        json.dumps(parameters),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    out, err = await process.communicate()
    assert err == b"", err.decode()
    assert process.returncode == 0
    return [json.loads(line) for line in out.decode().splitlines()]


async def test_rows_no_table_and_empty_table_are_three_different_things(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        yahoo.tables["BABA"] = summary(
            row(60, "Invented\x1b[31m Bros", action="up", fromGrade="Hold", priceTargetAction="Raises",
                currentPriceTarget=180.0, priorPriceTarget=150),
            row(7200, "Example & Co", action="init", priceTargetAction="Announces", currentPriceTarget=0.0,
                priorPriceTarget=0.0),
        )  # fmt: skip
        yahoo.tables["NONE"] = summary()
        baba, absent, empty = await probe(server, tmp_path, "BABA", "^VXAPL", "NONE")
        assert baba["rows"] == [
            [NOW - 60, "Invented[31m Bros", "Hold", "Buy", 180, 150, ["upgrade", "raise-target"], "9988.HK", "USD"],
            [NOW - 7200, "Example & Co", None, "Buy", None, None, ["initiate"], "9988.HK", "USD"],
        ]
        assert baba["notes"] == []
        assert baba["requests"] == 3, "a cookie, a crumb, the table"
        assert baba["octets"] > 400
        assert absent["rows"] == []
        assert absent["missing"] == ["^VXAPL"]
        assert absent["notes"] == ["^VXAPL: Yahoo keeps no table of ratings."]
        assert absent["requests"] == 1, "yfinance itself would ask four times"
        assert empty["rows"] == []
        assert empty["missing"] == []
        assert empty["notes"] == ["NONE: the table is empty."]
        assert yahoo.asked("/v1/test/getcrumb") == 1
        assert {asked.host for asked in server.asked} == {
            "fc.yahoo.com",
            "query1.finance.yahoo.com",
            "query2.finance.yahoo.com",
        }
        assert not (tmp_path / ".cache" / "py-yfinance").exists()
        assert (tmp_path / "state" / "yfinance").is_dir()
        assert (tmp_path / "state" / "yfinance").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("where", ["table", "crumb", "words"])
async def test_too_many_requests_ends_the_call_at_once_and_poisons_nothing(where: str, tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        limit = Answer(status=429, body=b"Too Many Requests\r\n", headers={"Retry-After": "77"})
        if where == "crumb":
            # Refused at first, then given.
            answers = iter([limit])
            server.route("/v1/test/getcrumb", lambda asked: next(answers, Answer(body=CRUMB.encode())))
        elif where == "words":
            limit = Answer(status=403, body=b"Edge: Too Many Requests", headers={"Retry-After": "77"})
        tables = iter([limit] if where != "crumb" else [])
        yahoo.tables["BABA"] = lambda asked: next(tables, summary(row(60, "Example")))
        refused, good = await probe(server, tmp_path, "BABA", "BABA")
        assert refused["kind"] == "rate-limited"
        assert refused["retry_after"] == 77
        assert "too many requests" in refused["words"]
        assert len(good["rows"]) == 1
        assert yahoo.asked("/v10/finance/quoteSummary/BABA") == (1 if where == "crumb" else 2)
        assert all("Too" not in asked.target for asked in server.asked)


async def test_a_crumb_that_expired_is_fetched_anew_within_the_call(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        calls = iter(range(10))

        def table(asked: Asked) -> Answer:
            if next(calls) == 0:
                yahoo.crumb = "NewCrumb.77"
            return summary(row(60, "Example"))

        yahoo.tables["BABA"] = table
        server.route("/consent", Answer(body=b'<input name="csrfToken" value="t"><input name="sessionId" value="s">'))
        server.route("/v2/collectConsent", Answer())
        server.route("/copyConsent", Answer())
        first, second = await probe(server, tmp_path, "BABA", "BABA")
        assert len(first["rows"]) == 1
        assert len(second["rows"]) == 1
        assert second["requests"] > 1


@pytest.mark.parametrize(
    ("crumb", "status"),
    [("<html>no</html>", 200), ('{"finance":{"error":{"code":"Unauthorized"}}}', 401), ("", 200)],
)
async def test_a_crumb_that_is_none_is_not_kept(crumb: str, status: int, tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        answers = iter([Answer(status=status, body=crumb.encode())] * 2)
        server.route("/v1/test/getcrumb", lambda asked: next(answers, Answer(body=CRUMB.encode())))
        yahoo.tables["BABA"] = summary(row(60, "Example"))
        outcomes = await probe(server, tmp_path, "BABA", "BABA", "BABA")
        assert len(outcomes[-1]["rows"]) == 1
        assert all(outcome.get("kind") in {None, "unauthorised"} for outcome in outcomes)


@pytest.mark.parametrize(
    ("fault", "kind", "most"),
    [
        (Fault.UNAUTHORISED, "unauthorised", 6),
        (Fault.FORBIDDEN, "unauthorised", 6),
        (Fault.NOT_FOUND, "not-found", 1),
        (Fault.SERVER_ERROR, "server", 1),
        (Fault.UNAVAILABLE, "server", 1),
        (Fault.EMPTY, "malformed", 1),
        (Fault.TRUNCATED, "malformed", 1),
        (Fault.CUT, "refused", 1),
        (Fault.HTML, "malformed", 1),
        (Fault.GZIP_BOMB, "too-large", 1),
        (Fault.REDIRECT_LOOP, "redirect", 8),
        (Fault.REDIRECT_PRIVATE, "redirect", 1),
        (Fault.REDIRECT_FILE, "redirect", 1),
        (Fault.TOO_MANY, "rate-limited", 1),
        (Fault.TOO_MANY_RETRY, "rate-limited", 1),
        (Fault.RESET, "refused", 2),
        (Fault.ENDLESS, "too-large", 1),
    ],
)
async def test_each_fault_has_its_kind_and_no_storm(fault: Fault, kind: str, most: int, tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        yahoo.tables["BABA"] = summary(row(60, "Example"))
        server.fail("/v10/finance/quoteSummary/*", fault)
        (outcome,) = await probe(server, tmp_path, "BABA")
        assert outcome.get("kind") == kind, outcome
        assert yahoo.asked("/v10/finance/quoteSummary/BABA") <= most
        if fault is Fault.UNAVAILABLE:
            assert outcome["retry_after"] == 12


async def test_a_body_without_bounds_is_given_up_and_the_next_call_works(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        yahoo.tables["HUGE"] = Answer(body=b" " * 6_000_000)
        yahoo.tables["BABA"] = summary(row(60, "Example"))
        huge, good = await probe(server, tmp_path, "HUGE", "BABA")
        assert huge["kind"] == "too-large"
        assert huge["words"] == "query2.finance.yahoo.com answered with more than 5,000,000 bytes."
        assert len(good["rows"]) == 1


async def test_without_a_network_or_with_a_foreign_certificate_the_reason_is_told(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        Yahoo(server)
        (closed,) = await probe(None, tmp_path, "BABA", env={"HTTPS_PROXY": "http://127.0.0.1:9"})
        assert closed["kind"] == "refused"
        import certifi

        (foreign,) = await probe(server, tmp_path, "BABA", env={"REQUESTS_CA_BUNDLE": certifi.where()})
        assert foreign["kind"] == "tls"


async def test_another_address_is_asked_in_place_of_all_of_yahoo_s(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        yahoo.tables["BABA"] = summary(row(60, "Example"))
        (outcome,) = await probe(None, tmp_path, "BABA", settings={"base_url": server.url})
        assert len(outcome["rows"]) == 1
        assert {asked.host for asked in server.asked} == {"127.0.0.1"}


async def test_recorded_tables_give_the_right_rows(tmp_path: Path, shared_data: Path) -> None:
    folder = shared_data / "yahoo" / "v10_quoteSummary"
    bodies = {f"L{number}": path for number, path in enumerate(sorted(folder.glob("*upgradeDowngradeHistory*")))}
    if not bodies:
        pytest.skip("no recorded tables here")
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        for symbol, path in bodies.items():
            yahoo.tables[symbol] = Answer(status=404 if "HTTP404" in path.name else 200, body=path.read_bytes())
        # A moment within the newest recordings; each line's own newest row decides what is expected.
        for now in (1_761_600_000, 1_740_200_000, 1_611_900_000):
            for outcome in await probe(server, tmp_path, *bodies, now=now):
                path = bodies[outcome["symbol"]]
                if "HTTP404" in path.name:
                    assert outcome["missing"] == [outcome["symbol"]], path.name
                    continue
                expected = independent_reading(json.loads(path.read_bytes()), now)
                assert [one[:6] for one in outcome["rows"]] == expected, path.name
    assert len(bodies) >= 20


def independent_reading(body: Any, now: int) -> list[list[Any]]:
    """Read the rows another way: newest 200 of the last 400 days, zero and empty as none."""
    rows = body["quoteSummary"]["result"][0]["upgradeDowngradeHistory"]["history"]
    rows = [one for one in rows if now - 400 * 86_400 <= one["epochGradeDate"] <= now + 600]
    rows.sort(key=lambda one: (-one["epochGradeDate"], one["firm"].casefold()))
    newest = [
        [
            one["epochGradeDate"],
            one["firm"],
            one["fromGrade"] or None,
            one["toGrade"] or None,
            one.get("currentPriceTarget") or None,
            one.get("priorPriceTarget") or None,
        ]
        for one in rows
    ]
    return newest[:200]


def events_page(*lines: list[Any]) -> Answer:
    names = ("econ_release", "country_code", "startdatetime", "period", "consensus_estimate", "prior_release_actual")
    document = {"columns": [{"id": name, "label": name, "type": "STRING"} for name in names], "rows": list(lines)}
    return json_body({"finance": {"result": [{"documents": [document], "total": len(lines)}], "error": None}})


async def test_economic_events_are_posted_for_page_by_page(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        Yahoo(server)
        other = ["Elsewhere", "ZA", "2025-09-18T10:00:00.000Z", "Aug", 1.0, 2.0]
        pages = [
            events_page(
                ["Fed Interest Rate\x1b[31m Decision", "US", "2025-09-17T18:00:00.000Z", "Sep", 4.25, "4.5"],
                *[other] * 99,
            ),
            events_page(["House prices", "GB", "2025-09-18T06:00:00.000Z", None, 0.0, None]),
        ]
        methods: list[str] = []

        def page(asked: Asked) -> Answer:
            methods.append(asked.method)
            assert asked.query.get("crumb") == CRUMB
            return pages[len(methods) - 1]

        server.route("/v1/finance/visualization", page)
        (told,) = await probe(server, tmp_path, "@events")
        assert methods == ["POST", "POST"]
        posted = [json.loads(asked.body) for asked in server.asked if asked.method == "POST"]
        assert [(one["entityIdType"], one["offset"]) for one in posted] == [
            ("economic_event", 0),
            ("economic_event", 100),
        ]
        assert told["events"] == [
            ["Fed Interest Rate[31m Decision", "US", "fed-decision", "2025-09-17T18:00:00+00:00", "4.25", "4.5"],
            ["House prices", "GB", None, "2025-09-18T06:00:00+00:00", None, None],
        ]
        assert told["notes"] == []


async def test_a_refused_calendar_says_why(tmp_path: Path) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as server:
        Yahoo(server)
        server.route(
            "/v1/finance/visualization", Answer(status=429, body=b"Too Many Requests", headers={"Retry-After": "90"})
        )
        limited, again = await probe(server, tmp_path, "@events", "@events")
        assert limited["kind"] == FailureKind.RATE_LIMITED
        assert limited["retry_after"] == 90
        assert again["kind"] == limited["kind"]


async def test_dividends_ahead_of_a_company_and_of_one_without(tmp_path: Path) -> None:
    day = 86_400
    ahead = {"exDividendDate": NOW // day * day + 5 * day, "dividendDate": NOW // day * day + 40 * day}
    async with LoopbackServer(ca_dir=tmp_path) as server:
        yahoo = Yahoo(server)
        yahoo.tables["BABA"] = json_body({"quoteSummary": {"result": [{"calendarEvents": ahead}], "error": None}})
        told, absent = await probe(server, tmp_path, "dividends@BABA", "dividends@^HSI")
        assert told["days"] == [["ex-dividend", "2025-09-22", "BABA"], ["dividend", "2025-10-27", "BABA"]]
        assert absent["missing"] == ["^HSI"]


def story(title: str, **more: Any) -> dict[str, Any]:
    content = {"title": title, "pubDate": "2025-09-16T12:00:00Z", "provider": {"displayName": "A desk"}} | more
    return {"id": title, "content": content}


async def test_news_of_a_company_are_posted_for_at_their_own_host_and_cleaned(tmp_path: Path) -> None:
    stream = [
        story("Alibaba\x1b[31m <b>rises</b>", clickThroughUrl=None,
              canonicalUrl={"url": "https://desk.example/1?utm_source=x"}),
        story("No link but javascript", clickThroughUrl={"url": "javascript:alert(1)"}),
        {"id": "ad", "ad": [{"id": 1}], "content": {"title": "Buy"}},
        story("", canonicalUrl={"url": "https://desk.example/2"}),
        story("From tomorrow", pubDate="2099-01-01T00:00:00Z"),
    ]  # fmt: skip
    posted: list[Any] = []

    async with LoopbackServer(ca_dir=tmp_path) as server:
        Yahoo(server)

        def page(asked: Asked) -> Answer:
            posted.append((asked.method, asked.host, asked.query.get("queryRef"), json.loads(asked.body)))
            return json_body({"data": {"tickerStream": {"stream": stream}}})

        server.route("/xhr/ncp", page)
        (told,) = await probe(server, tmp_path, "news@BABA")
        assert posted == [
            ("POST", "finance.yahoo.com", "latestNews", {"serviceConfig": {"snippetCount": 10, "s": ["BABA"]}})
        ]
        now = datetime.fromtimestamp(NOW, UTC).isoformat()
        assert told["stories"] == [
            ["Alibaba[31m rises", "https://desk.example/1?utm_source=x", "A desk", "2025-09-16T12:00:00+00:00", "BABA"],
            ["No link but javascript", None, "A desk", "2025-09-16T12:00:00+00:00", "BABA"],
            ["From tomorrow", None, "A desk", now, "BABA"],
        ]
        server.route("/xhr/ncp", Answer(status=429, body=b"Too Many Requests", headers={"Retry-After": "90"}))
        (limited,) = await probe(server, tmp_path, "news@BABA")
        assert (limited["kind"], limited["retry_after"]) == (FailureKind.RATE_LIMITED, 90)
