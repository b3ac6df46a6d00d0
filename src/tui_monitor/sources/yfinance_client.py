"""yfinance, kept on a short lead: Yahoo's JSON behind a cookie and a crumb, one call at a time.

yfinance knows what is tedious to write again: a browser's TLS, cookie, crumb and Europe's consent pages. What it
does that a monitor cannot bear, and what is done about it (versions 1.7, curl_cffi 0.16):

- it costs 0.7 s and 86 MB to import: imported on first use, in a process of its own (``yfinance_worker``);
- it logs to ``yfinance`` and warns, and both would write over the screen: both are silenced after the import;
- it swallows errors and answers with an empty table: the layer below its tables is called, which does not;
- a refusal makes it ask three or four times more: its session is guarded, and a 404, a 429 or a server's failure
  ends the call at the first answer;
- the words "Too Many Requests" stay behind as the crumb of every later call: a crumb that is none is dropped;
- its time-outs do not reach every request it makes: the guard sets them on each, and a deadline over all;
- it keeps its caches in a folder of its own: they are moved to the program's. Its cookies are pickled there, and a
  pickle is code: the file is removed before yfinance could read one that this process has not written;
- a cookie without an end makes it fail from then on: such a cookie is given one.

Private names of yfinance are touched in ``_drop_bad_crumb`` alone.
"""

from __future__ import annotations

import json
import logging
import os
import re
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from tui_monitor.config.paths import make_private
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.api import Now
from tui_monitor.sources.decoding import decode_json, table
from tui_monitor.sources.refusals import failure_of_status, retry_after

YAHOO = "https://query2.finance.yahoo.com"
"""Where yfinance asks for a company's tables."""

RETRY = 600.0
"""Seconds until a source of this way tries again after a failure: a try may begin a process that imports pandas."""

REQUEST_TIMEOUT = 8.0
"""Seconds for one request of a call, where nothing else is set."""

CALL_SHARE = 4.0
"""A call sends no further request after so many times the seconds of one."""

MAX_BODY = 5_000_000
"""Bytes of a body after decompression; a table of 1,000 rows takes 180,000."""

MAX_REDIRECTS = 6
"""The way through the consent pages takes four."""

_COOKIE_LIFE = 86_400
"""Seconds for which a cookie without an end is kept."""

_CRUMB = re.compile(r"[\w./-]{6,32}")
"""What a crumb looks like; recorded ones have eleven characters."""

_OPTIONAL_HOSTS = frozenset({"fc.yahoo.com", "guce.yahoo.com", "consent.yahoo.com"})
"""Hosts that give the cookie: often blocked by lists against advertising, and not always needed."""

_CHATTY_MODULES = r"^(yfinance|pandas|numpy|peewee|multitasking|bs4|curl_cffi|websockets|google|requests|urllib3)\b"


def company_question(symbol: str, module: str) -> tuple[str, dict[str, str]]:
    """Return path and parameters of a question about a company, as yfinance's own methods send it."""
    return f"/v10/finance/quoteSummary/{quote(symbol)}", {
        "modules": module,
        "corsDomain": "finance.yahoo.com",
        "formatted": "false",
        "symbol": symbol,
        "lang": "en-US",
        "region": "US",
    }


class NothingKeptError(Exception):
    """Yahoo keeps nothing of this kind for the symbol: its own 404, which is normal for most lines."""


class Reply(msgspec.Struct, frozen=True):
    """What one call brought. ``value`` is ``None`` where Yahoo keeps nothing of the kind."""

    value: Any
    requests: int
    octets: int


class YfinanceClient:
    """One yfinance session. Every method blocks and belongs into the one thread that uses it."""

    def __init__(self, cache_dir: Path, now: Now, *, base_url: str = YAHOO) -> None:
        """``base_url`` other than Yahoo's own is asked in place of every host of Yahoo's."""
        self._cache_dir = cache_dir
        self._now = now
        self._base_url = base_url.rstrip("/")
        self._data: Any = None
        self._guard: _Guard | None = None

    def load(self) -> None:
        """Import yfinance and open the session; once is enough. Raises ``SourceError`` (``UNAVAILABLE``)."""
        if self._data is not None:
            return
        _silence()
        try:
            import curl_cffi.requests
            import yfinance
            from yfinance.data import YfData
        except ImportError as error:
            raise SourceError(
                FailureKind.UNAVAILABLE, f"yfinance cannot be imported: {clean_text(str(error), 120)}."
            ) from error
        # Again: yfinance resets its warnings to be shown while it is imported.
        _silence()
        make_private(self._cache_dir)
        for left_behind in self._cache_dir.glob("cookies.db*"):
            left_behind.unlink(missing_ok=True)
        yfinance.set_tz_cache_location(str(self._cache_dir))
        yfinance.config.network.retries = 0
        bundle = os.environ.get("SSL_CERT_FILE")
        own = bundle and not (os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE"))
        session = curl_cffi.requests.Session(impersonate="chrome", **({"verify": bundle} if own else {}))
        self._guard = _Guard(session, self._now, "" if self._base_url == YAHOO else self._base_url)
        session.request = self._guard.request
        self._data = YfData(session=session)

    def get_json(
        self,
        path: str,
        params: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        *,
        timeout: float = REQUEST_TIMEOUT,
    ) -> Reply:
        """Return what Yahoo answers at ``path``; a ``body`` is posted. Raises ``SourceError``.

        ``timeout`` are the seconds of one request; a call that needs several takes ``CALL_SHARE`` times as long.
        """
        self.load()
        assert self._guard is not None
        guard = self._guard
        guard.begin(timeout)
        self._drop_bad_crumb()
        # Most of it is at one host; another one is named in full.
        address = path if path.startswith("https://") else YAHOO + path
        try:
            if body is None:
                answer = self._data.get(address, params=dict(params), timeout=timeout)
            else:
                answer = self._data.post(address, params=dict(params), body=dict(body), timeout=timeout)
            if answer.status_code >= 400:
                # A 401 is let through once, so that yfinance fetches a new crumb; this is the second.
                raise failure_of_status(answer.status_code, _host(answer.url), answer.content[:2000], None)
            return Reply(decode_json(answer.content, "Yahoo"), guard.requests, guard.octets)
        except NothingKeptError:
            return Reply(None, guard.requests, guard.octets)
        except SourceError:
            raise
        except Exception as error:
            # yfinance lets whatever its parts raise through: curl's errors, its own, those of parsing consent pages.
            raise _failure_of(error, "Yahoo") from error
        finally:
            self._drop_bad_crumb()

    def close(self) -> None:
        """Send nothing more: a call that still runs ends at its next request."""
        if self._guard is not None:
            self._guard.closed.set()

    def _drop_bad_crumb(self) -> None:
        """Forget a crumb that is none.

        yfinance keeps the body of ``getcrumb`` whatever its status, and sends it until it is told otherwise.
        """
        crumb = getattr(self._data, "_crumb", None)
        if crumb is not None and not (isinstance(crumb, str) and _CRUMB.fullmatch(crumb)):
            self._data._crumb = None


class _Guard:
    """Stands before the session's ``request``: counts, bounds and ends what yfinance would go on with."""

    def __init__(self, session: Any, now: Now, base_url: str) -> None:
        self._request: Callable[..., Any] = session.request
        self._cookies = session.cookies.jar
        self._now = now
        self._base_url = base_url
        self._timeout = REQUEST_TIMEOUT
        self._deadline = 0.0
        self.requests = 0
        self.octets = 0
        self.closed = threading.Event()

    def begin(self, timeout: float) -> None:
        """Begin a call: counters at zero, the deadline ahead."""
        self._timeout = timeout
        self.requests = 0
        self.octets = 0
        self._deadline = time.monotonic() + CALL_SHARE * timeout

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Send one request, and refuse its answer where going on makes no sense."""
        host = _host(url)
        left = self._deadline - time.monotonic()
        if self.closed.is_set() or left <= 0:
            raise SourceError(FailureKind.TIMEOUT, f"{host} was asked too often in one call; it is left for now.")
        if self._base_url:
            parts = urlsplit(url)
            url = self._base_url + parts.path + (f"?{parts.query}" if parts.query else "")
        body = _Body()
        options |= {
            "timeout": min(self._timeout, left),
            "allow_redirects": "safe",
            "max_redirects": MAX_REDIRECTS,
            "content_callback": body.take,
        }
        self.requests += 1
        try:
            answer = self._request(method, url, **options)
        except Exception as error:
            if body.overflowed:
                raise SourceError(
                    FailureKind.TOO_LARGE, f"{host} answered with more than {MAX_BODY:,} bytes."
                ) from error
            if host in _OPTIONAL_HOSTS:
                raise
            raise _failure_of(error, host) from error
        answer.content = body.whole()
        self.octets += int(getattr(answer, "download_size", 0) or len(answer.content))
        self._refuse(answer, host)
        for cookie in self._cookies:
            if cookie.expires is None:
                cookie.expires = int(time.time()) + _COOKIE_LIFE
        return answer

    def _refuse(self, answer: Any, host: str) -> None:
        status = answer.status_code
        if status < 400 and b"too many requests" not in answer.content[:200].lower():
            return
        if status == 404 and _says_not_found(answer.content):
            raise NothingKeptError
        wait = retry_after(answer.headers.get("retry-after"), self._now())
        failure = failure_of_status(status, host, answer.content[:2000], wait)
        # A cookie comes with a 404, and a refused crumb is worth a second try with a new one.
        if failure.kind is FailureKind.RATE_LIMITED or (
            host not in _OPTIONAL_HOSTS and failure.kind is not FailureKind.UNAUTHORISED
        ):
            raise failure


class _Body:
    """Takes in a body up to its limit."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0
        self.overflowed = False

    def take(self, piece: bytes) -> int:
        """Take in a piece, decompressed; any other number than its length ends the transfer."""
        self._length += len(piece)
        if self._length > MAX_BODY:
            self.overflowed = True
            return _WRITE_ERROR
        self._pieces.append(piece)
        return len(piece)

    def whole(self) -> bytes:
        """Return what came."""
        return b"".join(self._pieces)


_WRITE_ERROR = 0xFFFFFFFF
"""libcurl's CURL_WRITEFUNC_ERROR."""


def _silence() -> None:
    """Keep yfinance and what it imports from writing to the terminal."""
    logger = logging.getLogger("yfinance")
    if not any(isinstance(handler, logging.NullHandler) for handler in logger.handlers):
        logger.addHandler(logging.NullHandler())
    logger.propagate = False
    logging.getLogger("peewee").propagate = False
    warnings.filterwarnings("ignore", module=_CHATTY_MODULES)


def _says_not_found(body: bytes) -> bool:
    """Whether a 404 is Yahoo's own word that it keeps nothing, and not a page of somebody in between."""
    try:
        value = json.loads(body[:4000])
    except (ValueError, RecursionError):
        return False
    error = table(next(iter(table(value).values()), None)).get("error")
    return table(error).get("code") == "Not Found"


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or "Yahoo"
    except ValueError:
        return "Yahoo"


def _failure_of(error: Exception, host: str) -> SourceError:
    """Return the ``SourceError`` for an exception of curl_cffi or yfinance, told by name: both are imported late."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if "YFRateLimitError" in names:
        return SourceError(FailureKind.RATE_LIMITED, f"{host} says: too many requests.")
    if "Timeout" in names or "TimeoutError" in names:
        return SourceError(FailureKind.TIMEOUT, f"{host} did not answer in time.")
    if names & {"CertificateVerifyError", "SSLError"}:
        return SourceError(FailureKind.TLS, f"{host}'s certificate is not accepted, or we cannot encrypt.")
    if "TooManyRedirects" in names or "redirect" in str(error).lower():
        return SourceError(FailureKind.REDIRECT, f"{host} redirects too often, or to where we do not follow.")
    if "DNSError" in names:
        return SourceError(FailureKind.REFUSED, f"{host} is not found: no such name, or no network.")
    if "ProxyError" in names:
        return SourceError(FailureKind.REFUSED, f"The proxy does not let us through to {host}.")
    if "OSError" in names:
        return SourceError(FailureKind.REFUSED, f"{host} does not take the connection, or broke it off.")
    return SourceError(FailureKind.MALFORMED, f"{host} answered with something that yfinance cannot read.")
