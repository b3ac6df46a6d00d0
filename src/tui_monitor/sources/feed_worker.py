"""The reading of feeds in a process of its own: what runs there, and the frames that go to and fro.

A frame is four bytes of length, most significant first, and MessagePack. The first frame to the worker is a
``Setup``, every other a ``Job``; each job is answered by one ``Answer`` in order. The worker ends when its input
does. It opens no file and no connection, and gives up its right to much memory before the first byte.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from tui_monitor.analysis.mentions import MentionIndex
from tui_monitor.analysis.topics import TopicRules
from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Instrument
from tui_monitor.sources.feed_encoding import MAX_BODY
from tui_monitor.sources.frames import LENGTH
from tui_monitor.sources.parsed_feed import FeedIdentity, ParsedFeed

if TYPE_CHECKING:
    from tui_monitor.sources.feed_parsing import Annotate

MEMORY_LIMIT = 768 * 1024 * 1024
"""Bytes of address space of the worker; the largest feed that is taken needs about a fifth."""


class Setup(msgspec.Struct, frozen=True, array_like=True):
    """What headlines are tied to."""

    instruments: tuple[Instrument, ...] = ()
    topics: dict[str, Any] = {}


class Job(msgspec.Struct, frozen=True, array_like=True):
    """One body to read."""

    body: bytes
    content_type: str | None
    feed: FeedIdentity
    received: datetime
    limit: int = MAX_BODY


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What came of it: a feed, or why not."""

    parsed: ParsedFeed | None
    kind: FailureKind | None = None
    reason: str = ""


def annotator(setup: Setup) -> Annotate | None:
    """Return the function that ties a headline to symbols and topics, ``None`` if there is nothing to tie to."""
    if not setup.instruments and not setup.topics:
        return None
    mentions = MentionIndex(setup.instruments)
    rules = TopicRules.load(setup.topics)

    def annotate(title: str, summary: str, language: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return mentions.find(title), rules.topics_of(title, summary, language)

    return annotate


def answer(job: Job, annotate: Annotate | None) -> Answer:
    """Read one body. Never raises: a defect is an answer too, so that the next body is still read."""
    # Imported here: who sends the jobs need not have it.
    from tui_monitor.sources.feed_parsing import parse_feed

    try:
        parsed = parse_feed(job.body, job.content_type, job.feed, job.received, annotate, limit=job.limit)
    except SourceError as error:
        return Answer(None, error.kind, str(error))
    except MemoryError:
        return Answer(None, FailureKind.TOO_LARGE, "refused: the feed needs more memory than a feed may")
    except Exception as error:  # noqa: BLE001 - contained: the body of one feed must not cost the others theirs.
        return Answer(None, FailureKind.INTERNAL, f"the feed could not be read: {type(error).__name__}: {error}"[:300])
    return Answer(parsed)


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer frames of ``source`` on ``sink`` until ``source`` ends."""
    encode = msgspec.msgpack.Encoder().encode
    jobs = msgspec.msgpack.Decoder(Job)
    first = _frame(source)
    if first is None:
        return
    annotate = annotator(msgspec.msgpack.decode(first, type=Setup))
    while (frame := _frame(source)) is not None:
        reply = encode(answer(jobs.decode(frame), annotate))
        sink.write(LENGTH.pack(len(reply)))
        sink.write(reply)
        sink.flush()


def _frame(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def _lower_rights() -> None:
    # Behind the screen's own process when both want the same core.
    with contextlib.suppress(OSError):
        os.nice(10)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def main() -> None:
    """Run the worker over standard input and output."""
    _lower_rights()
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sys.stdout.buffer)


def setup_of(instruments: Mapping[str, Any], topics: Mapping[str, Any]) -> Setup:
    """Return the setup for the known ``instruments`` (by symbol) and the topic rules as read."""
    known = tuple(one for one in instruments.values() if isinstance(one, Instrument))
    return Setup(known, dict(topics))


if __name__ == "__main__":
    main()
