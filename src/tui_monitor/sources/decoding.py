"""JSON bodies, and how to refuse what is none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError


def decode_json(body: bytes, source: str) -> Any:
    """Return the JSON value of ``body``; raise ``SourceError`` (``MALFORMED``) with the reason if it has none.

    ``NaN`` and ``Infinity``, which JSON does not know but servers send, become ``None`` where they stand.
    """
    if not body.strip():
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with an empty body.")
    refuse_html(body, source)
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if b"NaN" in body or b"Infinity" in body:
            try:
                return json.loads(body, parse_constant=lambda _: None)
            except (ValueError, RecursionError):
                pass
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with something that is no JSON.") from error


def refuse_html(body: bytes, source: str) -> None:
    """Raise ``SourceError`` (``MALFORMED``) if ``body`` is a web page: a consent form, a portal, a denial."""
    if body[:256].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<":
        raise SourceError(FailureKind.MALFORMED, f"{source} answered with a web page instead of data.")


def table(value: object) -> Mapping[str, Any]:
    """Return ``value`` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> Sequence[Any]:
    """Return ``value`` if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else ()


def first(value: object) -> Any:
    """Return the first item of a JSON array, ``None`` if there is none."""
    return value[0] if isinstance(value, list) and value else None
