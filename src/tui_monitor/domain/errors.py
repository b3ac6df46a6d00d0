"""The error tree. Every error carries one sentence for the person and, where there is one, a cause.

::

    MonitorError
    ├── ConfigError        a file of the person's is wrong: names file, line, key and what was expected
    ├── WatchlistError     an edit or a watchlist file is refused; nothing was changed
    ├── HistoryError       a daily history is refused: names line and reason
    ├── RecordingError     a recording cannot be read
    ├── FilterError        a filter expression is wrong (``domain.headline_filter``): has a position
    ├── StorageError       the database or a state file cannot be used
    └── SourceError        a source gave no usable answer; has a kind and perhaps a waiting time
"""

from __future__ import annotations

from enum import StrEnum

from tui_monitor.domain.told import Told


class MonitorError(Exception):
    """Base of every error that the program raises on purpose. ``str(error)`` is shown to people."""


class ConfigError(MonitorError):
    """A configuration file is wrong."""


class WatchlistError(MonitorError):
    """An edit of a watchlist, or a watchlist file, is refused. Nothing was changed."""

    def __init__(self, sentence: Told | str) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence
        """What is said of it, for a front end in another language."""


class HistoryError(MonitorError):
    """A daily history is refused; the sentence names the line and the reason."""


class RecordingError(MonitorError):
    """A recording cannot be read."""


class StorageError(MonitorError):
    """The database or a file of the state folder cannot be used."""


class FailureKind(StrEnum):
    """Why a source gave no answer. The scheduler decides the next try by it, the screen words it."""

    REFUSED = "refused"
    """The connection was refused, reset or never came to be (also: no network, no such host)."""
    TIMEOUT = "timeout"
    """No complete answer in time."""
    TLS = "tls"
    """The server's certificate was not accepted."""
    RATE_LIMITED = "rate-limited"
    """HTTP 429, or a body that says so with another status."""
    UNAUTHORISED = "unauthorised"
    """HTTP 401 or 403."""
    NOT_FOUND = "not-found"
    """HTTP 404 or 410: the address, or what was asked for, does not exist."""
    SERVER = "server"
    """HTTP 5xx."""
    REDIRECT = "redirect"
    """Too many redirects, or one to a place that is not allowed."""
    TOO_LARGE = "too-large"
    """The body passes the size limit."""
    MALFORMED = "malformed"
    """The body is not what the source promises: HTML, truncated JSON, wrong types."""
    UNAVAILABLE = "unavailable"
    """The source cannot work here at all: a library is missing, a file is absent."""
    INTERNAL = "internal"
    """A defect of the source itself, contained: the log has the traceback."""


class SourceError(MonitorError):
    """A source gave no usable answer.

    ``kind`` says why. ``retry_after`` is the number of seconds that the server asked us to wait, when it
    did. ``status`` is the HTTP status where there was one.
    """

    def __init__(
        self, kind: FailureKind, message: str, *, retry_after: float | None = None, status: int | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.retry_after = retry_after
        self.status = status
