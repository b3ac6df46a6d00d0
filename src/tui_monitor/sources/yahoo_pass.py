"""The cookie and the crumb that Yahoo wants to see before it answers ``v7/finance/quote``.

Both are secrets of this run: kept in memory, sent to Yahoo alone, never part of a sentence, a log line or a file. A
first request to ``fc.yahoo.com`` answers 404 and sets the cookie; ``v1/test/getcrumb`` then answers with the crumb as
bare text. The same address answers "Too Many Requests" as bare text, so only what looks like a crumb is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.transport import Response, Transport, host_of

PATIENCE = 7.0
"""Seconds for each of the two requests."""

MAX_BYTES = 1_000_000
"""Bytes of an answer; a page that asks for consent takes about 100,000."""

MAX_COOKIES = 12
"""Cookies taken from one answer."""

MAX_COOKIE_LENGTH = 4_096
"""Characters of all cookies together (RFC 6265, 6.1: what every client can hold of one)."""

_CRUMB = re.compile(r"[\w./-]{6,32}", re.ASCII)

_NO_CRUMB = frozenset({"unauthorized", "forbidden", "undefined", "unavailable", "not-found", "notfound", "blocked"})
"""Words of refusal that would pass for a crumb by their look."""

_COOKIE = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64})="
    r"\"?([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{1,2048})\"?\s*"
)
"""Name and value of a cookie (RFC 6265, 4.1.1)."""

_CONSENT_HOSTS = ("consent.yahoo.com", "guce.yahoo.com")
"""Where Yahoo sends whoever has not agreed to its cookies yet: visitors from Europe, mostly."""

_ANY_STATUS = frozenset({400, 401, 403, 404, 405, 410, 500, 502, 503})
"""Statuses with which the cookie comes all the same."""


@dataclass(frozen=True, slots=True)
class Pass:
    """What a request carries to be answered. Secrets, and therefore not in its own representation."""

    crumb: str = field(repr=False)
    cookie: str = field(repr=False)
    """Value of the ``Cookie`` header."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What fetching a pass has taken."""

    requests: int = 0
    octets: int = 0


class YahooPass:
    """Fetches a pass when there is none and keeps it until it is told that it no longer holds."""

    def __init__(self, transport: Transport, base_url: str, cookie_url: str) -> None:
        self._transport = transport
        self._base_url = base_url.rstrip("/")
        self._cookie_url = cookie_url
        self._held: Pass | None = None

    async def get(self) -> tuple[Pass, Cost]:
        """Return the pass; raise ``SourceError`` with the reason if none can be had."""
        if self._held is not None:
            return self._held, Cost()
        first = await self._transport.get(
            self._cookie_url,
            timeout=PATIENCE,
            max_bytes=MAX_BYTES,
            accept="text/html,*/*",
            allow_status=_ANY_STATUS,
        )
        cookie = self._cookie_of(first)
        second = await self._transport.get(
            self._base_url + "/v1/test/getcrumb",
            headers={"Cookie": cookie},
            timeout=PATIENCE,
            max_bytes=MAX_BYTES,
            accept="text/plain,*/*",
            allow_status=frozenset({401}),
        )
        self._held = Pass(crumb_in(second, self._base_url), cookie)
        return self._held, Cost(first.requests + second.requests, first.octets + second.octets)

    def forget(self) -> None:
        """Drop the pass: Yahoo does not take it any more."""
        self._held = None

    def _cookie_of(self, answer: Response) -> str:
        host = host_of(answer.url)
        if is_consent(answer):
            raise _consent_wanted(host)
        cookie = cookie_header(answer.set_cookies, host, host_of(self._base_url))
        if not cookie:
            raise SourceError(
                FailureKind.UNAUTHORISED,
                f"{host} gave no cookie (HTTP {answer.status}), and the quotes want one; see cookie_url.",
                status=answer.status,
            )
        return cookie


def crumb_in(answer: Response, base_url: str) -> str:
    """Return the crumb that ``answer`` consists of; raise ``SourceError`` for anything else."""
    host = host_of(answer.url) or host_of(base_url)
    if is_consent(answer):
        raise _consent_wanted(host)
    text = answer.body[:200].decode("ascii", errors="replace").strip()
    if "too many requests" in text.lower():
        raise SourceError(FailureKind.RATE_LIMITED, f"{host} says: too many requests (for a crumb).", status=429)
    if answer.status != 200 or not _CRUMB.fullmatch(text) or text.lower() in _NO_CRUMB or len(answer.body) > 64:
        raise SourceError(
            FailureKind.UNAUTHORISED, f"{host} gives no crumb (HTTP {answer.status}), so it will answer no quote."
        )
    return text


def cookie_header(set_cookies: Iterable[str], from_host: str, to_host: str) -> str:
    """Return the ``Cookie`` header for ``to_host`` out of the ``Set-Cookie`` headers that ``from_host`` sent.

    A cookie goes where RFC 6265 lets it go: to its own host, or below a domain that both hosts lie in. Names and values
    with characters that have no place in a header are left out.
    """
    found: dict[str, str] = {}
    for header in list(set_cookies)[: 4 * MAX_COOKIES]:
        pair, *attributes = header[: 2 * MAX_COOKIE_LENGTH].split(";")
        match = _COOKIE.fullmatch(pair)
        if match is None or not _reaches(_attributes(attributes).get("domain", ""), from_host, to_host):
            continue
        if len(found) < MAX_COOKIES:
            found[match[1]] = match[2]
    header_value = "; ".join(f"{name}={value}" for name, value in found.items())
    return header_value if len(header_value) <= MAX_COOKIE_LENGTH else ""


def is_consent(answer: Response) -> bool:
    """Whether ``answer`` is the page that asks for consent to cookies, not what was asked for."""
    host, path = host_of(answer.url), urlsplit(answer.url).path.lower()
    return host.endswith(_CONSENT_HOSTS) or "collectconsent" in path


def _consent_wanted(host: str) -> SourceError:
    # The form is a person's to agree to, so it is not filled in here.
    return SourceError(
        FailureKind.UNAUTHORISED,
        f"{host} asks for consent to its cookies first, as it does in Europe; without it there are no ratios.",
    )


def _attributes(parts: Iterable[str]) -> Mapping[str, str]:
    pairs = (part.partition("=") for part in parts)
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs}


def _reaches(domain: str, from_host: str, to_host: str) -> bool:
    if from_host == to_host:
        return True
    bare = domain.removeprefix(".")
    # At least two labels: nobody sets a cookie for all of ``com``.
    return "." in bare and all(host == bare or host.endswith(f".{bare}") for host in (from_host, to_host))
