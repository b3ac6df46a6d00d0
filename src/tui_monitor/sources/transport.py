"""The one HTTP client of the program: pooled, limited, and honest about what went wrong.

Only this module imports httpx, on the first request and in a thread, since that takes a tenth of a second.
Every failure leaves it as a ``SourceError`` with a sentence that names the host. Limits of every request: a
total time, a size that counts after decompression, five redirects, none of them from https to http nor from
the public internet to a private address. TLS is always verified.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin, urlsplit

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.text import clean_text, safe_url
from tui_monitor.sources.addresses import is_private_name
from tui_monitor.sources.body import BodyReader
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.refusals import failure_of_status, retry_after, server_time

if TYPE_CHECKING:
    import httpx

    from tui_monitor.sources.api import Now
    from tui_monitor.sources.connecting import CarefulBackend

log = logging.getLogger(__name__)

MAX_REDIRECTS = 5
"""Redirects followed in one request."""

MAX_BYTES = 4_000_000
"""Bytes of a body, after decompression, unless a source asks for another limit."""

ERROR_BYTES = 4_096
"""Bytes that are read of the body of a failure: enough for its reason."""

KEEPALIVE = 75.0
"""Seconds that an idle connection is kept: five polls of the quotes."""

_PERMANENT = frozenset({301, 308})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_LOCATION = "tui-monitor-location"
"""Where the ``Location`` of an answer is put out of httpx's sight: it would fail over a bad one in its own way."""

_SECRET_HEADERS = frozenset({"authorization", "cookie", "x-api-key"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A complete answer: status 2xx or 304, or one that the caller allowed."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """Decompressed; empty with status 304."""
    url: str
    """The address that answered in the end."""
    permanent_url: str | None
    """``url`` if it was reached by permanent redirects only: worth remembering. ``None`` without redirect."""
    requests: int
    """Requests that went out for it, redirects and a repeat on a fresh connection included."""
    octets: int
    """Body bytes of the answer as sent, before decompression."""
    elapsed: float
    """Seconds from the first request to the last byte."""
    set_cookies: tuple[str, ...] = field(default=(), repr=False)
    """The ``Set-Cookie`` headers of the answer, one each. Secrets: they are for the caller alone, who sends them back
    in a ``Cookie`` header if it wants to; the transport keeps none."""


@dataclass(slots=True)
class Traffic:
    """What went to and came from one host since the start."""

    requests: int = 0
    octets: int = 0
    """Body bytes as sent."""
    failures: int = 0
    secure: bool = False
    """It has answered over TLS, with a certificate that was verified."""
    clock_ahead: float | None = None
    """Seconds by which our clock is ahead of the server's at its last answer, to about a second; negative: behind.
    ``None`` where it does not say what time it is."""


@dataclass(slots=True)
class _Exchange:
    """One ``get`` on its way."""

    url: str
    host: str
    headers: dict[str, str]
    timeout: float
    max_bytes: int
    allow_status: frozenset[int]
    requests: int = 0
    hops: int = 0
    permanent: bool = True
    must_be_public: bool = False
    """The present address came from a redirect that a public host gave."""


@dataclass(slots=True)
class _Engine:
    """What exists once httpx is imported."""

    client: httpx.AsyncClient
    backend: CarefulBackend
    errors: tuple[type[Exception], ...]
    """What httpx raises."""
    trust_problems: list[str]


class Transport:
    """GET requests over one pool of connections. Belongs to one event loop."""

    def __init__(self, *, user_agent: str, now: Now, allow_private_hosts: bool = False, longest: float = 120.0) -> None:
        self._user_agent = user_agent
        self.longest = longest
        """Seconds that any request gets at the most, whatever a source asks for."""
        self._now = now
        self._allow_private_hosts = allow_private_hosts
        self._engine: _Engine | None = None
        self._opening = asyncio.Lock()
        self._closed = False
        self.traffic: dict[str, Traffic] = {}
        """Requests, bytes and failures by host."""

    async def prepare(self) -> None:
        """Import and build the client in a thread, so that the first request need not wait for it."""
        await self._ready()

    async def aclose(self) -> None:
        """Close all connections. Requests after this are refused; may be called twice."""
        self._closed = True
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.client.aclose()

    async def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        etag: str | None = None,
        last_modified: str | None = None,
        timeout: float,
        max_bytes: int = MAX_BYTES,
        accept: str = "*/*",
        allow_status: frozenset[int] = frozenset(),
    ) -> Response:
        """Ask ``url`` and return the complete answer.

        ``headers`` are added to the request; of them secrets (``Cookie``, ``Authorization``) go to this host alone.
        ``timeout`` are the seconds for everything: look-up, connection, redirects and the whole body.
        ``etag`` and ``last_modified`` make the request conditional; the answer may then have status 304.
        Statuses of ``allow_status`` are returned like a success. Raises ``SourceError`` for everything else.
        """
        timeout = min(timeout, self.longest)
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(params, safe=',')}" if params else url
        host = host_of(full)
        if safe_url(full) is None or not host:
            raise SourceError(
                FailureKind.UNAVAILABLE, f"“{clean_text(url, 120)}” is not a usable http or https address."
            )
        exchange = _Exchange(
            url=full,
            host=host,
            headers=self._headers(headers, accept, etag, last_modified),
            timeout=timeout,
            max_bytes=max_bytes,
            allow_status=allow_status,
        )
        engine = await self._ready()
        try:
            async with asyncio.timeout(timeout):
                return await self._follow(engine, exchange)
        except TimeoutError:
            failure = SourceError(FailureKind.TIMEOUT, f"{exchange.host} gave no complete answer within {timeout:g} s.")
        except SourceError as error:
            failure = error
        self._traffic_of(exchange.host).failures += 1
        log.info("%s: %s", failure.kind.value, failure)
        raise failure

    def _traffic_of(self, host: str) -> Traffic:
        return self.traffic.setdefault(host, Traffic())

    def _headers(
        self, extra: Mapping[str, str] | None, accept: str, etag: str | None, last_modified: str | None
    ) -> dict[str, str]:
        made = {"User-Agent": self._user_agent, "Accept": accept, "Accept-Encoding": "gzip, deflate"}
        made.update(extra or {})
        # Both came from a server once: what is no clean header value is not sent back.
        conditions = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        return made | {
            name: value
            for name, value in conditions.items()
            if value and len(value) <= 512 and value.isascii() and value.isprintable()
        }

    async def _ready(self) -> _Engine:
        async with self._opening:
            if self._closed:
                raise SourceError(FailureKind.UNAVAILABLE, "The program is closing; nothing is asked any more.")
            if self._engine is None:
                self._engine = await in_daemon_thread(_open_engine, name="import httpx")
            return self._engine

    async def _follow(self, engine: _Engine, exchange: _Exchange) -> Response:
        loop = asyncio.get_running_loop()
        started = loop.time()
        while True:
            answer = await self._send(engine, exchange)
            self._note(exchange, answer)
            try:
                if answer.status_code not in _REDIRECTS or _LOCATION not in answer.headers:
                    reader = await self._read(exchange, answer)
                    return Response(
                        status=answer.status_code,
                        headers=dict(answer.headers),
                        body=reader.finish(),
                        url=exchange.url,
                        permanent_url=exchange.url if exchange.hops and exchange.permanent else None,
                        requests=exchange.requests,
                        octets=reader.octets,
                        elapsed=loop.time() - started,
                        set_cookies=tuple(answer.headers.get_list("set-cookie")),
                    )
                self._redirect(engine, exchange, answer.status_code, answer.headers[_LOCATION])
            except engine.errors as error:
                raise failure_of(error, exchange.host, engine.trust_problems) from error
            finally:
                await answer.aclose()

    def _note(self, exchange: _Exchange, answer: httpx.Response) -> None:
        """Remember what an answer of any status tells about the way to its host."""
        traffic = self._traffic_of(exchange.host)
        traffic.secure = traffic.secure or exchange.url.lower().startswith("https:")
        said = server_time(answer.headers.get("date"), answer.headers.get("age"))
        if said is not None:
            traffic.clock_ahead = (self._now() - said).total_seconds()

    async def _send(self, engine: _Engine, exchange: _Exchange) -> httpx.Response:
        """Send one request and return its answer, body unread; repeat once if a kept connection was dead."""
        from tui_monitor.sources.connecting import PrivateAddressError, public_host

        unusable: tuple[type[Exception], ...] = (ValueError, *engine.errors)
        attempt = 0
        while True:
            attempt += 1
            events: list[str] = []

            async def trace(event: str, _info: object, events: list[str] = events) -> None:
                events.append(event)

            try:
                request = engine.client.build_request(
                    "GET", exchange.url, headers=exchange.headers, timeout=exchange.timeout, extensions={"trace": trace}
                )
            except unusable as error:
                # A name that no server can have: typed, or where a redirect points.
                raise failure_of(error, exchange.host, engine.trust_problems) from error
            exchange.requests += 1
            self._traffic_of(exchange.host).requests += 1
            token = public_host.set(request.url.raw_host.decode("ascii") if exchange.must_be_public else None)
            try:
                return await engine.client.send(request, stream=True)
            except PrivateAddressError:
                raise SourceError(
                    FailureKind.REDIRECT,
                    f"A redirect to {exchange.host} leads to a private address; it is not followed.",
                ) from None
            except engine.errors as error:
                # A server closes idle connections when it likes; whoever reuses one in that moment gets nothing.
                reused = "http11.send_request_headers.started" in events and not any(
                    event.startswith("connection.connect") for event in events
                )
                failure = failure_of(error, exchange.host, engine.trust_problems)
                if attempt > 1 or not reused or failure.kind is not FailureKind.REFUSED:
                    raise failure from error
            finally:
                public_host.reset(token)

    async def _read(self, exchange: _Exchange, answer: httpx.Response) -> BodyReader:
        """Read the body of a success within the limits; raise the error of anything else."""
        host, status = exchange.host, answer.status_code
        good = 200 <= status < 300 or status == 304 or status in exchange.allow_status
        if not good:
            await self._refuse(exchange, answer)
        length = answer.headers.get("content-length", "")
        if length.isdecimal() and len(length) < 20 and int(length) > exchange.max_bytes:
            raise SourceError(FailureKind.TOO_LARGE, f"{host} wants to send {int(length):,} bytes.", status=status)
        reader = BodyReader(host=host, encoding=answer.headers.get("content-encoding", ""), limit=exchange.max_bytes)
        try:
            async for piece in answer.aiter_raw():
                reader.feed(piece)
        finally:
            self._traffic_of(host).octets += reader.octets
        return reader

    async def _refuse(self, exchange: _Exchange, answer: httpx.Response) -> None:
        beginning = b""
        try:
            reader = BodyReader(
                host=exchange.host, encoding=answer.headers.get("content-encoding", ""), limit=ERROR_BYTES
            )
            try:
                async for piece in answer.aiter_raw():
                    reader.feed(piece)
            finally:
                beginning = reader.so_far()
                self._traffic_of(exchange.host).octets += reader.octets
        except SourceError:
            # The status says enough; its body is only looked at for words about limits.
            pass
        raise failure_of_status(
            answer.status_code, exchange.host, beginning, retry_after(answer.headers.get("retry-after"), self._now())
        )

    def _redirect(self, engine: _Engine, exchange: _Exchange, status: int, location: str) -> None:
        """Turn ``exchange`` to where a redirect points, or refuse."""
        host = exchange.host
        try:
            target = safe_url(urljoin(exchange.url, location[:2000]))
        except ValueError:
            target = None
        target_host = host_of(target) if target else ""
        if target is None or not target_host:
            raise _not_followed(host, "to something that is no http or https address")
        if exchange.hops >= MAX_REDIRECTS:
            raise SourceError(FailureKind.REDIRECT, f"{host} redirects more than {MAX_REDIRECTS} times.", status=status)
        if exchange.url.lower().startswith("https:") and not target.lower().startswith("https:"):
            raise _not_followed(host, "from https to http")

        def private(name: str) -> bool:
            return is_private_name(name) or name in engine.backend.private_hosts

        if not self._allow_private_hosts and (exchange.must_be_public or not private(host)):
            if private(target_host):
                raise _not_followed(host, "to a private address")
            exchange.must_be_public = True
        if target_host != host:
            for name in [one for one in exchange.headers if one.lower() in _SECRET_HEADERS]:
                del exchange.headers[name]
        exchange.hops += 1
        exchange.permanent = exchange.permanent and status in _PERMANENT
        exchange.url, exchange.host = target, target_host


def host_of(url: str) -> str:
    """Return the host of ``url`` in lower case and ASCII, ``""`` if it has none or one that cannot be."""
    try:
        host = urlsplit(url).hostname or ""
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:
        return ""


def _not_followed(host: str, how: str) -> SourceError:
    return SourceError(FailureKind.REDIRECT, f"{host} redirects {how}; that is not followed.")


def failure_of(error: BaseException, host: str, trust_problems: list[str]) -> SourceError:
    """Return the ``SourceError`` for an exception of httpx."""
    import httpx

    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain and len(chain) < 10:
        chain.append(link)
        link = link.__cause__ or link.__context__
    if isinstance(error, httpx.TimeoutException):
        return SourceError(FailureKind.TIMEOUT, f"{host} did not answer in time.")
    tls = next((one for one in chain if isinstance(one, ssl.SSLError)), None)
    if isinstance(tls, ssl.SSLCertVerificationError):
        reason = clean_text(tls.verify_message, 120) or "unknown reason"
        hint = f" ({'; '.join(trust_problems)})" if trust_problems else ""
        return SourceError(FailureKind.TLS, f"{host}'s certificate is not accepted: {reason}{hint}.")
    if tls is not None and isinstance(error, httpx.ConnectError):
        return SourceError(FailureKind.TLS, f"{host} and we found no common way to encrypt.")
    if any(isinstance(one, (socket.gaierror, UnicodeError)) for one in chain):
        return SourceError(FailureKind.REFUSED, f"{host} is not found: no such name, or no network.")
    if isinstance(error, httpx.ProxyError):
        return SourceError(FailureKind.REFUSED, f"The proxy does not let us through to {host}.")
    if isinstance(error, httpx.ConnectError):
        return SourceError(FailureKind.REFUSED, f"{host} does not take the connection.")
    if isinstance(error, (httpx.InvalidURL, httpx.UnsupportedProtocol)):
        return SourceError(FailureKind.UNAVAILABLE, f"The address at {host} is not a usable one.")
    if isinstance(error, httpx.RemoteProtocolError):
        return SourceError(FailureKind.REFUSED, f"{host} broke off, or does not speak HTTP.")
    return SourceError(FailureKind.REFUSED, f"The connection to {host} broke.")


async def _hide_location(answer: httpx.Response) -> None:
    if "location" in answer.headers:
        answer.headers[_LOCATION] = answer.headers.pop("location")


def _open_engine() -> _Engine:
    """Import httpx and build the client. Runs in a thread."""
    import sys
    from http.cookiejar import DefaultCookiePolicy

    # Its command line would bring rich and pygments along, two fifths of the import; without it httpx gives a stub.
    sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
    import httpx

    from tui_monitor.sources.connecting import CarefulBackend, trust

    context, problems = trust()
    try:
        client = httpx.AsyncClient(
            verify=context,
            trust_env=True,
            follow_redirects=False,
            event_hooks={"response": [_hide_location]},
            limits=httpx.Limits(max_connections=24, max_keepalive_connections=12, keepalive_expiry=KEEPALIVE),
        )
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        # The proxy of the environment is the only thing that can be wrong here.
        raise SourceError(
            FailureKind.UNAVAILABLE,
            f"The proxy that the environment names cannot be used: {clean_text(str(error), 160)}",
        ) from error
    # No feed shall know us again by a cookie; the one source that needs one sends it with its own requests.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    backend = CarefulBackend()
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx.AsyncHTTPTransport):
            # httpx offers no way to hand over a network backend, httpcore does; httpx is pinned below 0.29.
            transport._pool._network_backend = backend
    return _Engine(client, backend, (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError), problems)
