"""The HTTP client: redirects, addresses, conditions, proxies, connections, and what it counts."""

from __future__ import annotations

import asyncio
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.servers.loopback import Answer, Asked, Fault, LoopbackServer

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources import connecting
from tui_monitor.sources.refusals import retry_after
from tui_monitor.sources.transport import Transport, host_of

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)


@pytest.fixture
async def server() -> AsyncIterator[LoopbackServer]:
    async with LoopbackServer() as one:
        one.route("/good", Answer(body=b"hello", content_type="text/plain", headers={"ETag": '"v1"'}))
        yield one


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    one = Transport(user_agent="Mozilla/5.0 (compatible; test)", now=lambda: NOW)
    yield one
    await one.aclose()


async def failure(transport: Transport, url: str, *, timeout: float = 2.0) -> SourceError:
    with pytest.raises(SourceError) as caught:
        await transport.get(url, timeout=timeout)
    return caught.value


def moved(to: str, status: int = 302) -> Answer:
    return Answer(status=status, headers={"Location": to})


async def test_says_who_it_is_and_counts(server: LoopbackServer, transport: Transport) -> None:
    answer = await transport.get(server.url + "/good", params={"q": "a,b", "x": "^HSI"}, timeout=2, accept="text/plain")
    assert (answer.status, answer.body, answer.octets, answer.requests) == (200, b"hello", 5, 1)
    assert answer.permanent_url is None
    assert answer.headers["etag"] == '"v1"'
    asked = server.asked[0]
    assert asked.target == "/good?q=a,b&x=%5EHSI"
    assert asked.headers["user-agent"] == "Mozilla/5.0 (compatible; test)"
    assert asked.headers["accept"] == "text/plain"
    assert asked.headers["accept-encoding"] == "gzip, deflate"
    assert "cookie" not in asked.headers
    traffic = transport.traffic["127.0.0.1"]
    assert (traffic.requests, traffic.octets, traffic.failures) == (1, 5, 0)


async def test_keeps_its_connection_and_no_cookie(server: LoopbackServer, transport: Transport) -> None:
    server.route("/cookie", Answer(headers={"Set-Cookie": "who=you; Path=/"}))
    for path in ("/cookie", "/good", "/good"):
        await transport.get(server.url + path, timeout=2)
    assert server.connections == 1
    assert all("cookie" not in asked.headers for asked in server.asked)


async def test_a_dead_kept_connection_costs_one_repeat(server: LoopbackServer, transport: Transport) -> None:
    await transport.get(server.url + "/good", timeout=2)
    await server.stop()
    await server.start()
    answer = await transport.get(server.url + "/good", timeout=2)
    assert answer.body == b"hello"
    assert answer.requests <= 2


async def test_conditional_request(server: LoopbackServer, transport: Transport) -> None:
    server.route(
        "/feed", lambda asked: Answer(status=304 if asked.headers.get("if-none-match") == '"v1"' else 200, body=b"new")
    )
    first = await transport.get(server.url + "/feed", timeout=2, last_modified="Wed, 17 Sep 2025 03:00:00 GMT")
    again = await transport.get(server.url + "/feed", timeout=2, etag='"v1"')
    assert (first.status, first.body) == (200, b"new")
    assert (again.status, again.body) == (304, b"")
    assert server.asked[0].headers["if-modified-since"] == "Wed, 17 Sep 2025 03:00:00 GMT"
    # A validator with a line break in it would become a header of its own.
    await transport.get(server.url + "/feed", timeout=2, etag='"v1"\r\nX-Evil: 1', last_modified="ü" * 4)
    assert "if-none-match" not in server.asked[-1].headers
    assert "x-evil" not in server.asked[-1].headers


@pytest.mark.parametrize("name", ["^ir騰&w", "xn--"])
async def test_a_name_that_no_server_can_have_is_a_failure_whoever_gave_it(
    server: LoopbackServer, transport: Transport, name: str
) -> None:
    error = await failure(transport, f"https://{name}/feed")
    assert "is not found" in str(error)
    server.route("/away", moved(f"https://{name}/"))
    assert isinstance(await failure(transport, f"{server.url}/away"), SourceError)


async def test_redirects_are_followed_and_remembered_if_permanent(server: LoopbackServer, transport: Transport) -> None:
    server.route("/a", moved("/b", 301))
    server.route("/b", moved(server.url + "/good", 308))
    server.route("/c", moved("/a", 302))
    permanent = await transport.get(server.url + "/a", timeout=2)
    assert (permanent.body, permanent.url, permanent.permanent_url) == (
        b"hello",
        server.url + "/good",
        server.url + "/good",
    )
    assert permanent.requests == 3
    passing = await transport.get(server.url + "/c", timeout=2)
    assert (passing.body, passing.permanent_url, passing.requests) == (b"hello", None, 4)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("file:///etc/passwd", "no http or https"),
        ("javascript:alert(1)", "no http or https"),
        ("http://user:password@127.0.0.1/", "no http or https"),
        ("http://[::1", "no http or https"),
        ("http://169.254.169.254/latest/", "private"),
        ("http://127.0.0.1:1/", "private"),
        ("http://2130706433/", "private"),
        ("http://0x7f.1/", "private"),
        ("http://0177.0.0.1/", "private"),
        ("http://[::ffff:7f00:1]/", "private"),
        ("http://[::127.0.0.1]/", "private"),
        ("http://[::ffff:10.0.0.1]/", "private"),
        ("http://localhost:631/", "private"),
        ("http://router.lan/", "private"),
    ],
)
async def test_a_public_host_cannot_send_us_just_anywhere(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, location: str, words: str
) -> None:
    # The server plays a proxy, so that the first host is one of the internet.
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.route("/feed", moved(location))
    transport = Transport(user_agent="test", now=lambda: NOW)
    error = await failure(transport, "http://feeds.example.com/feed")
    assert error.kind is FailureKind.REDIRECT
    assert words in str(error)
    assert str(error).startswith("feeds.example.com redirects")
    assert len(server.asked) == 1
    await transport.aclose()


async def test_private_redirects_can_be_allowed(server: LoopbackServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    server.route("/feed", moved("http://router.lan/good"))
    transport = Transport(user_agent="test", now=lambda: NOW, allow_private_hosts=True)
    assert (await transport.get("http://feeds.example.com/feed", timeout=2)).body == b"hello"
    await transport.aclose()


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["::ffff:127.0.0.1", "127.0.0.1"], ["127.0.0.1", "93.184.215.14"]],
    ids=["private", "mapped", "one-of-two"],
)
async def test_a_public_name_that_leads_to_a_private_address_is_found_out(
    server: LoopbackServer, monkeypatch: pytest.MonkeyPatch, addresses: list[str]
) -> None:
    async def look_up(host: str, port: int) -> list[str]:
        return addresses

    monkeypatch.setattr(connecting, "look_up", look_up)
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.setenv("NO_PROXY", "evil.example.net")
    evil = f"http://evil.example.net:{server.port}/good"
    server.route("/feed", moved(evil))
    transport = Transport(user_agent="test", now=lambda: NOW)
    error = await failure(transport, "http://feeds.example.com/feed")
    assert error.kind is FailureKind.REDIRECT
    assert "to evil.example.net leads to a private address" in str(error)
    assert server.count("/good") == 0
    # Asked for by the person it is no redirect; and a kept connection to it opens no back door.
    assert (await transport.get(evil, timeout=2)).body == b"hello"
    assert (await failure(transport, "http://feeds.example.com/feed")).kind is FailureKind.REDIRECT
    assert server.count("/good") == 1
    await transport.aclose()


async def test_https_never_becomes_http(
    server: LoopbackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LoopbackServer(tls=True, ca_dir=tmp_path) as secure:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure.ca_file))
        secure.route("/down", moved(server.url + "/good"))
        secure.route("/same", Answer(body=b"safe"))
        server.route("/up", moved(secure.url + "/same"))
        transport = Transport(user_agent="test", now=lambda: NOW)
        error = await failure(transport, secure.url + "/down")
        assert error.kind is FailureKind.REDIRECT
        assert "from https to http" in str(error)
        assert (await transport.get(server.url + "/up", timeout=2)).body == b"safe"
        await transport.aclose()


async def test_through_a_proxy_with_a_certificate_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with LoopbackServer(ca_dir=tmp_path) as proxy:
        proxy.route("/v7/finance/spark", lambda asked: Answer(body=asked.host.encode()))
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("NO_PROXY", "direct.example.com")
        monkeypatch.setenv("CURL_CA_BUNDLE", str(proxy.ca_file))
        transport = Transport(user_agent="test", now=lambda: NOW)
        answer = await transport.get("https://query1.finance.yahoo.com/v7/finance/spark", timeout=5)
        assert answer.body == b"query1.finance.yahoo.com"
        assert (await failure(transport, "https://direct.example.com/")).kind is FailureKind.REFUSED
        await transport.aclose()


async def test_a_proxy_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://127.0.0.1:70")
    transport = Transport(user_agent="test", now=lambda: NOW)
    error = await failure(transport, "https://example.com/")
    assert error.kind is FailureKind.UNAVAILABLE
    assert "proxy" in str(error)
    await transport.aclose()


async def test_a_missing_bundle_is_told_when_the_certificate_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", str(tmp_path / "gone.pem"))
    async with LoopbackServer(tls=True) as secure:
        transport = Transport(user_agent="test", now=lambda: NOW)
        error = await failure(transport, secure.url + "/")
        assert error.kind is FailureKind.TLS
        assert "CURL_CA_BUNDLE names" in str(error)
        await transport.aclose()


def test_trust_is_added_to_the_default_and_always_verifies(tmp_path: Path) -> None:
    plain, problems = connecting.trust({})
    more, more_problems = connecting.trust({"SSL_CERT_DIR": f"{tmp_path}:{tmp_path / 'gone'}"})
    assert problems == []
    assert len(more_problems) == 1
    for context in (plain, more):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
        assert context.cert_store_stats()["x509_ca"] > 50


async def test_total_time_is_bounded(server: LoopbackServer, transport: Transport) -> None:
    loop = asyncio.get_running_loop()
    await transport.prepare()
    for fault in (Fault.SLOW_DRIP, Fault.BLACK_HOLE):
        server.fail("/good", fault)
        started = loop.time()
        assert (await failure(transport, server.url + "/good", timeout=0.3)).kind is FailureKind.TIMEOUT
        assert loop.time() - started < 2
    assert transport.traffic["127.0.0.1"].failures == 2


@pytest.mark.parametrize(
    "path", ["ftp://127.0.0.1/", "http://", "http://a b/", "nonsense", "http://user:pw@127.0.0.1/"]
)
async def test_unusable_addresses(transport: Transport, path: str) -> None:
    assert (await failure(transport, path)).kind is FailureKind.UNAVAILABLE


async def test_after_closing_nothing_is_asked(server: LoopbackServer, transport: Transport) -> None:
    await transport.get(server.url + "/good", timeout=2)
    await transport.aclose()
    await transport.aclose()
    assert (await failure(transport, server.url + "/good")).kind is FailureKind.UNAVAILABLE
    assert len(server.asked) == 1


async def test_allowed_status_is_an_answer(server: LoopbackServer, transport: Transport) -> None:
    server.route("/gone", Answer(status=404, body=b"{}"))
    answer = await transport.get(server.url + "/gone", timeout=2, allow_status=frozenset({404}))
    assert (answer.status, answer.body) == (404, b"{}")
    assert (await failure(transport, server.url + "/gone")).status == 404


async def test_secrets_do_not_travel_to_another_host(
    server: LoopbackServer, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route("/key", moved(f"http://localhost:{server.port}/good"))
    headers = {"Authorization": "secret", "X-Api-Key": "secret", "Referer": "here"}
    await transport.get(server.url + "/key", timeout=2, headers=headers)
    first, second = server.asked
    assert first.headers["authorization"] == "secret"
    assert "authorization" not in second.headers
    assert "x-api-key" not in second.headers
    assert second.headers["referer"] == "here"


async def test_many_at_once(server: LoopbackServer, transport: Transport) -> None:
    def slow(asked: Asked) -> Answer:
        return Answer(body=asked.query["n"].encode())

    server.route("/n", slow)
    answers = await asyncio.gather(
        *[transport.get(server.url + "/n", params={"n": str(n)}, timeout=5) for n in range(40)]
    )
    assert [int(answer.body) for answer in answers] == list(range(40))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("999999999", 86_400.0),
        ("Wed, 17 Sep 2025 03:21:30 GMT", 90.0),
        ("Wed, 17 Sep 2025 11:21:30 +0800", 90.0),
        ("Wed, 17 Sep 2025 03:19:00 GMT", None),
        ("Fri, 17 Sep 2055 03:19:00 GMT", 86_400.0),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("", None),
        (None, None),
        ("Wed, 99 Sep 99999 99:99:99 GMT", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_hosts_are_ascii() -> None:
    assert host_of("https://Example.COM:443/x") == "example.com"
    assert host_of("https://bücher.example/x") == "xn--bcher-kva.example"
    assert host_of("http://[::1/") == ""
    assert host_of(f"http://{'ü' * 80}/") == ""


def test_nothing_heavy_is_imported_before_the_first_request() -> None:
    code = (
        "import sys, tui_monitor.sources.registry as r, tui_monitor.sources.transport as t, datetime, pathlib;"
        "from tui_monitor.sources.api import SourceContext;"
        "tr = t.Transport(user_agent='x', now=lambda: datetime.datetime.now(datetime.UTC));"
        "r.build_sources(lambda n, s: SourceContext(settings=s, transport=tr, now=tr._now,"
        " state_dir=pathlib.Path('.')), {}, only=['yahoo-spark', 'yahoo-chart', 'tencent']);"
        "print(sorted({'httpx', 'httpcore', 'yfinance', 'pandas', 'feedparser', 'certifi'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
