"""An HTTP or HTTPS server on loopback for tests: programmable by path, with every fault that a server can have.

::

    async with LoopbackServer() as server:
        server.route("/quotes", json_body({"a": 1}))
        server.fail("/feed", Fault.BLACK_HOLE)
        ...
        assert server.count("/quotes") == 1

A route matches the path without its query; a route that ends with ``*`` matches every path that begins so.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    import trustme

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request that came in."""

    method: str
    target: str
    """Path and query as sent."""
    path: str
    """Path, percent signs decoded."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes = b""

    @property
    def host(self) -> str:
        """The host that was asked for, without its port."""
        return self.headers.get("host", "").partition(":")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response to give."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


class Fault(StrEnum):
    """What can be wrong with a server."""

    EMPTY = "empty"
    TRUNCATED = "truncated"
    """Half of the good body, with a length that says it is whole."""
    CUT = "cut"
    """Half of the good body, then the connection closes before the promised length."""
    HTML = "html"
    """A web page with status 200."""
    UNAUTHORISED = "401"
    FORBIDDEN = "403"
    NOT_FOUND = "404"
    TOO_MANY = "429"
    TOO_MANY_RETRY = "429-retry"
    """429 with ``Retry-After: 30``."""
    TOO_MANY_WORDS = "429-words"
    """Status 403 whose body says "Too Many Requests"."""
    SERVER_ERROR = "500"
    UNAVAILABLE = "503"
    """503 with ``Retry-After: 12``."""
    BLACK_HOLE = "black-hole"
    """Takes the request and never answers."""
    SLOW_DRIP = "slow-drip"
    """One byte at a time, without end."""
    RESET = "reset"
    ENDLESS = "endless"
    """A body without end, as fast as it goes."""
    GZIP_BOMB = "gzip-bomb"
    """Thirty megabytes of spaces in thirty kilobytes."""
    REDIRECT_LOOP = "redirect-loop"
    REDIRECT_PRIVATE = "redirect-private"
    """To the address that clouds keep their secrets at."""
    REDIRECT_FILE = "redirect-file"


Handler = Callable[[Asked], Answer | Awaitable[Answer]]


def json_body(value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Return an answer with ``value`` as JSON."""
    return Answer(status=status, body=json.dumps(value, ensure_ascii=False).encode(), headers=headers or {})


@cache
def gzip_bomb() -> bytes:
    """Return thirty megabytes of spaces in thirty kilobytes."""
    return gzip.compress(b" " * 30_000_000, compresslevel=9)


class LoopbackServer:
    """The server. ``tls=True`` makes it HTTPS for ``localhost`` and 127.0.0.1 with a certificate of its own CA.

    It also is a proxy: ``CONNECT host:443`` is taken, TLS is spoken as that host, and the requests inside are
    answered by the same routes (``asked.host`` tells them apart). With ``HTTPS_PROXY`` and ``CURL_CA_BUNDLE``
    set to ``url`` and ``ca_file`` a whole program talks to it believing it talks to the internet.
    """

    def __init__(
        self, *, tls: bool = False, port: int = 0, ca_dir: Path | None = None, address: str = "127.0.0.1"
    ) -> None:
        """``address`` is one of 127.0.0.0/8, so that several servers are several hosts."""
        self._address = address
        self._tls = tls
        self._port = port
        self._routes: dict[str, Handler] = {}
        self._faults: dict[str, Fault] = {}
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._ca: trustme.CA | None = None
        self._ca_dir = ca_dir
        self.asked: list[Asked] = []
        """Every request that came in, in order."""
        self._arrival = asyncio.Event()
        self.connections = 0
        """Connections taken so far."""
        self.compress = False
        """Whether good answers are sent gzipped."""
        self.now_open = 0
        """Connections open at this moment."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen; the port stays the same when the server is stopped and started again."""
        context = self._context_for("localhost") if self._tls else None
        self._server = await asyncio.start_server(self._take, self._address, self._port, ssl=context)
        self._port = int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and drop every connection."""
        if self._server is not None:
            self._server.close()
        for task in list(self._connections):
            task.cancel()
        if self._connections:
            await asyncio.gather(*self._connections, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return self._port

    @property
    def url(self) -> str:
        """The beginning of its addresses, without a slash at the end."""
        return f"{'https' if self._tls else 'http'}://{self._address}:{self._port}"

    @property
    def ca_file(self) -> Path:
        """The certificate of its CA, as a file."""
        folder = self._ca_dir
        assert folder is not None, "give ca_dir"
        path = folder / "ca.pem"
        self._authority().cert_pem.write_to_path(path)
        return path

    def route(self, path: str, answer: Answer | Handler) -> None:
        """Answer ``path`` so from now on; ``path`` may end with ``*``."""
        self._routes[path] = (lambda _asked: answer) if isinstance(answer, Answer) else answer

    def fail(self, path: str, fault: Fault | None) -> None:
        """Let ``path`` fail so from now on, or work again with ``None``."""
        if fault is None:
            self._faults.pop(path, None)
        else:
            self._faults[path] = fault

    def count(self, path: str) -> int:
        """Return how many requests came for ``path`` (``*`` as with ``route``)."""
        return sum(_matches(path, asked.path) for asked in self.asked)

    async def wait_for(self, path: str, count: int = 1) -> None:
        """Wait until ``count`` requests have come for ``path``."""
        while self.count(path) < count:
            self._arrival.clear()
            await self._arrival.wait()

    # Connections

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        self.connections += 1
        self.now_open += 1
        try:
            await self._serve(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ssl.SSLError, TimeoutError):
            pass
        except asyncio.CancelledError:
            # The server stops: the connection ends here, and asyncio would otherwise log the cancellation.
            pass
        finally:
            self.now_open -= 1
            self._connections.discard(task)
            with contextlib.suppress(Exception):
                writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            asked = _read_head(head)
            if asked.method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                await writer.drain()
                await writer.start_tls(self._context_for(asked.target.rpartition(":")[0]))
                continue
            length = int(asked.headers.get("content-length", "0"))
            if length:
                asked = replace(asked, body=await reader.readexactly(length))
            self.asked.append(asked)
            self._arrival.set()
            if not await self._answer(asked, writer):
                return
            if asked.headers.get("connection", "").lower() == "close":
                return

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return whether the connection goes on."""
        handler = _best(self._routes, asked.path)
        found = handler(asked) if handler is not None else Answer(status=404, body=b"nothing here")
        answer = found if isinstance(found, Answer) else await found
        fault = _best(self._faults, asked.path)
        if fault is None:
            _write(writer, gzipped(answer) if self.compress else answer)
            await writer.drain()
            return True
        return await self._misbehave(fault, asked, answer, writer)

    async def _misbehave(self, fault: Fault, asked: Asked, good: Answer, writer: asyncio.StreamWriter) -> bool:
        half = good.body[: len(good.body) // 2]
        simple: dict[Fault, Answer] = {
            Fault.EMPTY: replace(good, body=b""),
            Fault.TRUNCATED: replace(good, body=half),
            Fault.HTML: Answer(
                body=b"<!DOCTYPE html><html><body>Access Denied</body></html>", content_type="text/html"
            ),
            Fault.UNAUTHORISED: Answer(status=401, body=b'{"finance":{"error":{"code":"Unauthorized"}}}'),
            Fault.FORBIDDEN: Answer(status=403, body=b"Forbidden"),
            Fault.NOT_FOUND: Answer(status=404, body=b"Not Found", content_type="text/plain"),
            Fault.TOO_MANY: Answer(status=429, body=b"Too Many Requests"),
            Fault.TOO_MANY_RETRY: Answer(status=429, body=b"Too Many Requests", headers={"Retry-After": "30"}),
            Fault.TOO_MANY_WORDS: Answer(status=403, body=b"Edge: Too Many Requests"),
            Fault.SERVER_ERROR: Answer(status=500, body=b"oops"),
            Fault.UNAVAILABLE: Answer(status=503, body=b"later", headers={"Retry-After": "12"}),
            Fault.GZIP_BOMB: Answer(body=gzip_bomb(), headers={"Content-Encoding": "gzip"}),
            Fault.REDIRECT_LOOP: Answer(status=302, headers={"Location": asked.target}),
            Fault.REDIRECT_PRIVATE: Answer(status=302, headers={"Location": "http://169.254.169.254/latest/"}),
            Fault.REDIRECT_FILE: Answer(status=302, headers={"Location": "file:///etc/passwd"}),
        }
        if fault in simple:
            _write(writer, simple[fault])
            await writer.drain()
            return True
        if fault is Fault.CUT:
            _write(writer, replace(good, body=half), length=len(good.body) + 10)
            await writer.drain()
        elif fault is Fault.BLACK_HOLE:
            await asyncio.Event().wait()
        elif fault is Fault.SLOW_DRIP:
            _write(writer, Answer(), length=100_000)
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.02)
        elif fault is Fault.ENDLESS:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
            # Asked each time: behind CONNECT the protocol that ``drain`` looks at does not hear of a client that left.
            while not writer.transport.is_closing():
                writer.write(b" " * 65_536)
                await writer.drain()
                await asyncio.sleep(0)
        return False

    # Certificates

    def _authority(self) -> trustme.CA:
        if self._ca is None:
            import trustme

            self._ca = trustme.CA()
        return self._ca

    def _context_for(self, host: str) -> ssl.SSLContext:
        if host not in self._contexts:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            names = ("localhost", "127.0.0.1") if host == "localhost" else (host,)
            self._authority().issue_cert(*names).configure_cert(context)
            self._contexts[host] = context
        return self._contexts[host]


def _read_head(head: bytes) -> Asked:
    lines = head.decode("latin-1").split("\r\n")
    method, target, _version = lines[0].split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:]) if name
    }
    parts = urlsplit(target)
    return Asked(
        method=method,
        target=target,
        path=unquote(parts.path),
        query={name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
        headers=headers,
    )


def _matches(pattern: str, path: str) -> bool:
    return path.startswith(pattern[:-1]) if pattern.endswith("*") else path == pattern


def _best(table: Mapping[str, T], path: str) -> T | None:
    """Return the entry of the longest pattern that matches."""
    fitting = [pattern for pattern in table if _matches(pattern, path)]
    return table[max(fitting, key=len)] if fitting else None


def _write(writer: asyncio.StreamWriter, answer: Answer, *, length: int | None = None) -> None:
    bodiless = answer.status in {204, 304}
    headers = {
        "Content-Type": answer.content_type,
        **answer.headers,
        **({} if bodiless else {"Content-Length": str(len(answer.body) if length is None else length)}),
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {answer.status} Answer\r\n{head}\r\n".encode("latin-1"))
    if not bodiless:
        writer.write(answer.body)


def gzipped(answer: Answer) -> Answer:
    """Return ``answer`` with its body compressed."""
    return replace(answer, body=gzip.compress(answer.body), headers={**answer.headers, "Content-Encoding": "gzip"})
