"""Addresses of stories: made absolute and safe, and reduced to what tells one story from another."""

from __future__ import annotations

import re
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from tui_monitor.domain.text import safe_url

_TRACKING = re.compile(
    r"utm_.*|\.tsrc|tsrc|guccounter|guce_.*|ncid|soc_src|soc_trk|fbclid|gclid|dclid|gbraid|wbraid|msclkid|yclid|igshid"
    r"|mc_cid|mc_eid|mkt_tok|_hsenc|_hsmi|cmpid|cmp|smid|ocid|xtor|wt\.mc_id|at_medium|at_campaign|ref_src|spm"
    r"|__twitter_impression|feedtype|partner|syndication|rss|srnd|sref|mod|ftag|cid|src|source|from|ref",
    re.IGNORECASE,
)
"""Names of parameters that say how a reader came, not what is read."""

_AMBIGUOUS = frozenset({"cid", "src", "source", "from", "ref", "mod", "partner", "cmp", "rss"})
"""Of these, names that also select content at some sites; they go only where their value is a word of tracking."""

_TRACKING_VALUE = re.compile(r".*(?:rss|feed|mw_|newsletter|twitter|facebook|social|email).*", re.IGNORECASE)
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_KEPT = "%/:=&?~#+!$,;'@()*[]"


def absolute_url(link: str, base: str | None) -> str | None:
    """Return ``link`` as a safe http(s) address of ASCII characters, resolved against ``base``, or ``None``.

    Letters beyond ASCII are percent-encoded in the path and written as IDNA in the host, so that an address
    that looks like another's does not read like it.
    """
    link = "".join(link.split()) if len(link) <= 4000 else ""
    if not link:
        return None
    if _ABSOLUTE.match(link) is None:
        if base is None:
            return None
        try:
            link = urljoin(base, link)
        except ValueError:
            return None
    if not link.isascii():
        encoded = _to_ascii(link)
        if encoded is None:
            return None
        link = encoded
    return safe_url(link)


def _to_ascii(link: str) -> str | None:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port is not None else ""
        if parts.username is not None:
            return None
        path, query = quote(parts.path, safe=_KEPT), quote(parts.query, safe=_KEPT)
        return urlunsplit((parts.scheme, host + port, path, query, ""))
    except (ValueError, UnicodeError):
        return None


def story_key(url: str) -> str | None:
    """Return what is the same for every address of one story, or ``None`` if the address names no story.

    Scheme and host in lower case, ``https`` and ``http`` alike, no default port, no ``www.``, no fragment, no
    tracking parameters, no closing slash. The front page of a site is no story.
    """
    scheme, _, rest = url.partition("://")
    rest = rest.partition("#")[0]
    address, _, query = rest.partition("?")
    host, slash, path = address.partition("/")
    host = host.lower().removeprefix("www.")
    host = host.removesuffix(":443" if scheme.lower() == "https" else ":80")
    path = path.rstrip("/")
    if query:
        query = "&".join(sorted(pair for pair in query.split("&") if pair and not _tracks(pair)))
    if not path and not query:
        return None
    return f"{host}{slash}{path}?{query}" if query else f"{host}{slash}{path}"


def _tracks(pair: str) -> bool:
    name, _, value = pair.partition("=")
    if _TRACKING.fullmatch(name) is None:
        return False
    return name.lower() not in _AMBIGUOUS or not value or _TRACKING_VALUE.fullmatch(value) is not None
