"""yfinance in a process of its own: what runs there, and what is asked of it.

Imported into the program it takes 90 MB for good and makes keys wait up to 80 ms meanwhile (``benchmarks``); here it
takes them for the minutes of a round. The process ends when its input does.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.frames import LENGTH
from tui_monitor.sources.worker_process import WorkerProcess
from tui_monitor.sources.yfinance_client import REQUEST_TIMEOUT, YAHOO, Reply, YfinanceClient

MODULE = "tui_monitor.sources.yfinance_worker"


class Question(msgspec.Struct, frozen=True, array_like=True):
    """One call of ``YfinanceClient.get_json``."""

    cache_dir: str
    base_url: str
    now: datetime
    """The moment that a ``Retry-After`` is measured from."""
    path: str
    params: dict[str, str]
    body: dict[str, Any] | None = None
    """What is posted; ``None`` asks with GET."""
    patience: float = REQUEST_TIMEOUT
    """Seconds for one request of the call."""


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """What came of it: a reply, or why not."""

    value: Any = None
    requests: int = 0
    octets: int = 0
    kind: FailureKind | None = None
    reason: str = ""
    retry_after: float | None = None


_QUESTIONS = msgspec.msgpack.Encoder()
_PACKER = msgspec.msgpack.Encoder()
_ANSWERS = msgspec.msgpack.Decoder(Answer)


class YfinanceProcess:
    """The client as the program sees it: the same call, awaited, outside of this process."""

    def __init__(self, cache_dir: Path, *, base_url: str = YAHOO, patience: float = REQUEST_TIMEOUT) -> None:
        self.patience = patience
        """Seconds for one request; a call may need several."""
        self._cache_dir = cache_dir
        self._base_url = base_url
        self._process = WorkerProcess(MODULE, "yfinance")

    @property
    def pid(self) -> int | None:
        """The process id, ``None`` while there is none."""
        return self._process.pid

    async def get_json(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        now: datetime,
        timeout: float,
        posted: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Return what Yahoo answers at ``path``, to what is ``posted`` if anything is. Raises ``SourceError``."""
        body_of_it = None if posted is None else dict(posted)
        question = Question(str(self._cache_dir), self._base_url, now, path, dict(params), body_of_it, self.patience)
        body = await self._process.ask(_QUESTIONS.encode(question), timeout=timeout)
        try:
            answer = _ANSWERS.decode(body)
        except (msgspec.MsgspecError, RecursionError) as error:
            raise SourceError(FailureKind.INTERNAL, "yfinance answered in another language.") from error
        if answer.kind is not None:
            raise SourceError(answer.kind, answer.reason, retry_after=answer.retry_after)
        return Reply(answer.value, answer.requests, answer.octets)

    async def aclose(self) -> None:
        """End the process. May be called twice."""
        await self._process.aclose()


class Desk:
    """Answers questions, one client for all of them."""

    def __init__(self) -> None:
        self._client: YfinanceClient | None = None
        self._now: datetime | None = None

    def answer(self, question: Question) -> Answer:
        """Answer one question. Never raises: a failure is an answer too."""
        self._now = question.now
        if self._client is None:
            self._client = YfinanceClient(Path(question.cache_dir), self._moment, base_url=question.base_url)
        try:
            reply = self._client.get_json(question.path, question.params, question.body, timeout=question.patience)
        except SourceError as error:
            return Answer(kind=error.kind, reason=str(error), retry_after=error.retry_after)
        except Exception as error:  # noqa: BLE001 - contained: one symbol must not cost the others theirs.
            return Answer(kind=FailureKind.INTERNAL, reason=f"yfinance failed: {type(error).__name__}: {error}"[:300])
        return Answer(reply.value, reply.requests, reply.octets)

    def _moment(self) -> datetime:
        assert self._now is not None
        return self._now


def serve(source: BinaryIO, sink: BinaryIO) -> None:
    """Answer frames of ``source`` on ``sink`` until ``source`` ends."""
    decode = msgspec.msgpack.Decoder(Question).decode
    desk = Desk()
    while (frame := _frame(source)) is not None:
        reply = packed(desk.answer(decode(frame)))
        sink.write(LENGTH.pack(len(reply)))
        sink.write(reply)
        sink.flush()


def packed(answer: Answer) -> bytes:
    """Return ``answer`` for a frame, whatever Yahoo's JSON held: the process must not end over it."""
    try:
        try:
            return _PACKER.encode(answer)
        except (OverflowError, UnicodeEncodeError):
            return _PACKER.encode(msgspec.structs.replace(answer, value=_packable(answer.value)))
    except RecursionError:
        return _PACKER.encode(
            Answer(kind=FailureKind.MALFORMED, reason="Yahoo answered with something that is nested without measure.")
        )


def _packable(value: Any) -> Any:
    """Return ``value`` without what MessagePack does not know: numbers beyond 64 bits, halves of characters."""
    if isinstance(value, dict):
        return {_packable(name): _packable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_packable(one) for one in value]
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return None if isinstance(value, int) and value.bit_length() > 63 else value


def _frame(source: BinaryIO) -> bytes | None:
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = source.read(length)
    return body if len(body) == length else None


def main() -> None:
    """Run the worker over standard input and output."""
    # Whatever a library prints must not get between the frames.
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # yfinance makes its caches as it likes: they are the owner's alone.
    os.umask(0o077)
    with contextlib.suppress(OSError):
        os.nice(5)
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
