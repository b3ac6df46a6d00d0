"""What an HTTP status other than success means, in a kind and a sentence."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from tui_monitor.domain.errors import FailureKind, SourceError

MAX_RETRY_AFTER = 86_400.0
"""Seconds that a server can make us wait at the most: one day."""

_RATE_WORDS = (b"too many requests", b"rate limit exceeded")


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for (RFC 9110, 10.2.3: seconds or a date).

    At most a day; ``None`` for nonsense, for zero and for a date that has passed.
    """
    text = (value or "").strip()
    if re.fullmatch(r"[0-9]{1,12}", text):
        seconds = float(text)
    else:
        try:
            moment = parsedate_to_datetime(text[:64])
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - now).total_seconds()
    return min(seconds, MAX_RETRY_AFTER) if seconds > 0 else None


def server_time(date: str | None, age: str | None = None) -> datetime | None:
    """Return the moment that a ``Date`` header tells, aware UTC; ``None`` for nonsense.

    An answer out of a cache is as old as its ``Age`` (RFC 9111, 5.1): the server's clock has gone on since.
    """
    try:
        moment = parsedate_to_datetime((date or "")[:64])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    seconds = int(age) if age is not None and re.fullmatch(r"[0-9]{1,7}", age.strip()) else 0
    return moment.astimezone(UTC) + timedelta(seconds=seconds)


def failure_of_status(status: int, host: str, body: bytes, retry: float | None) -> SourceError:
    """Return the error for an answer with ``status``; ``body`` is its beginning."""
    if status in {429, 999} or any(words in body.lower() for words in _RATE_WORDS):
        # Yahoo has said 999, and "Too Many Requests" with other statuses.
        kind, sentence = FailureKind.RATE_LIMITED, f"{host} says: too many requests (HTTP {status})."
    elif status in {401, 403, 407, 451}:
        kind, sentence = FailureKind.UNAUTHORISED, f"{host} refuses us (HTTP {status})."
    elif status in {404, 410}:
        kind, sentence = FailureKind.NOT_FOUND, f"{host} has nothing at this address (HTTP {status})."
    elif status == 408:
        kind, sentence = FailureKind.TIMEOUT, f"{host} waited too long for the request (HTTP 408)."
    elif status >= 500:
        kind, sentence = FailureKind.SERVER, f"{host} has a failure of its own (HTTP {status})."
    elif status >= 400:
        kind, sentence = FailureKind.MALFORMED, f"{host} does not understand the request (HTTP {status})."
    else:
        kind, sentence = FailureKind.REDIRECT, f"{host} answered with HTTP {status} and no place to go."
    return SourceError(kind, sentence, retry_after=retry, status=status)
