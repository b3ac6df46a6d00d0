"""The worker that reads feeds: answers, limits of time and memory, and its life."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.domain.instrument import Instrument, Kind
from tui_monitor.sources.feed_parsing import parse_feed
from tui_monitor.sources.feed_process import FeedReader
from tui_monitor.sources.feed_worker import Answer, Job, Setup, annotator, answer, serve, setup_of
from tui_monitor.sources.frames import LENGTH
from tui_monitor.sources.parsed_feed import FeedIdentity

NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SETUP = setup_of(
    {"7101.HK": Instrument("7101.HK", name_en="Norvane Ltd.", kind=Kind.EQUITY), "odd": "not an instrument"},
    {"topics": {"deals": {"en": ["takeover"]}}},
)


def job(title: str = "Norvane agrees to takeover", received: datetime = NOW) -> Job:
    body = f"<rss><channel><title>c</title><item><title>{title}</title><link>https://e.example/1</link></item></channel></rss>"
    return Job(body.encode(), "text/xml", FeedIdentity("E", "https://e.example/feed"), received)


LONG = Job(b"<rss><channel>" + b"<item><title>x</title></item>" * 19_000, None, FeedIdentity("E"), NOW)
"""A body that takes a tenth of a second at the least."""


@pytest.fixture
async def reader() -> AsyncIterator[FeedReader]:
    made = FeedReader(SETUP)
    yield made
    await made.aclose()


async def test_the_worker_answers_as_the_parser_does_and_ties_to_symbols_and_topics(reader: FeedReader) -> None:
    parsed = await reader.read(job())
    here = parse_feed(job().body, "text/xml", FeedIdentity("E", "https://e.example/feed"), NOW, annotator(SETUP))
    assert parsed == here
    assert parsed.entries[0].symbols == ("7101.HK",)
    assert parsed.entries[0].topics == ("deals",)
    assert parsed.entries[0].received == NOW


async def test_refusals_come_back_with_their_reason_and_the_worker_stays(reader: FeedReader) -> None:
    await reader.read(job())
    first = reader.pid
    with pytest.raises(SourceError) as caught:
        await reader.read(Job(b"<html></html>", None, FeedIdentity("E"), NOW))
    assert caught.value.kind is FailureKind.MALFORMED
    assert "web page" in str(caught.value)
    assert (await reader.read(job())).entries
    assert reader.pid == first is not None


async def test_jobs_that_come_at_once_get_their_own_answers(reader: FeedReader) -> None:
    found = await asyncio.gather(*(reader.read(job(f"story {n}")) for n in range(20)))
    assert [one.entries[0].title for one in found] == [f"story {n}" for n in range(20)]


async def test_a_job_that_is_given_up_does_not_shift_the_answers(reader: FeedReader) -> None:
    await reader.read(job())
    task = asyncio.create_task(reader.read(LONG))
    while not reader._child._turn.locked():  # noqa: ASYNC110 - the reader has no event for what only a test waits for.
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await reader.read(job("after"))).entries[0].title == "after"


async def test_a_worker_that_dies_is_told_and_replaced(reader: FeedReader) -> None:
    await reader.read(job())
    pid = reader.pid
    assert pid is not None
    task = asyncio.create_task(reader.read(LONG))
    while not reader._child._turn.locked():  # noqa: ASYNC110 - the reader has no event for what only a test waits for.
        await asyncio.sleep(0)
    os.kill(pid, 9)
    with pytest.raises(SourceError) as caught:
        await task
    assert caught.value.kind is FailureKind.INTERNAL
    assert (await reader.read(job("again"))).entries[0].title == "again"
    assert reader.pid != pid


async def test_a_body_that_takes_too_long_ends_the_worker() -> None:
    slow = FeedReader(SETUP, time_limit=0.001)
    try:
        with pytest.raises(SourceError) as caught:
            await slow.read(
                Job(b"<rss><channel>" + b"<item><title>x</title></item>" * 19_000, None, FeedIdentity("E"), NOW)
            )
        assert caught.value.kind is FailureKind.MALFORMED
        assert "0.001 s" in str(caught.value)
        assert slow.pid is None
    finally:
        await slow.aclose()


async def test_an_idle_worker_is_ended_and_a_later_job_starts_another() -> None:
    brief = FeedReader(SETUP, idle_limit=0.0)
    try:
        await brief.read(job())
        first = brief.pid
        async with asyncio.timeout(10):
            while brief.pid is not None:  # noqa: ASYNC110 - as above.
                await asyncio.sleep(0)
        assert (await brief.read(job())).entries
        assert brief.pid != first
    finally:
        await brief.aclose()
    assert brief.pid is None
    await brief.aclose()


async def test_without_processes_a_thread_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise OSError("no processes here")

    monkeypatch.setattr(asyncio, "create_subprocess_exec", refuse)
    made = FeedReader(SETUP)
    assert (await made.read(job())).entries[0].symbols == ("7101.HK",)
    with pytest.raises(SourceError, match="empty"):
        await made.read(Job(b"", None, FeedIdentity("E"), NOW))
    assert made.pid is None
    await made.aclose()


def test_a_defect_of_the_parser_is_an_answer() -> None:
    def broken(title: str, summary: str, language: str | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
        raise ZeroDivisionError(title)

    reply = answer(job(), broken)
    assert reply.parsed is None
    assert reply.kind is FailureKind.INTERNAL
    assert "ZeroDivisionError" in reply.reason


def test_frames_end_with_the_input() -> None:
    def frame(value: object) -> bytes:
        body = msgspec.msgpack.encode(value)
        return LENGTH.pack(len(body)) + body

    out = io.BytesIO()
    serve(io.BytesIO(frame(Setup()) + frame(job("one")) + frame(job("two"))[:-3]), out)
    (length,) = LENGTH.unpack(out.getvalue()[:4])
    reply = msgspec.msgpack.decode(out.getvalue()[4:], type=Answer)
    assert length == len(out.getvalue()) - 4
    assert reply.parsed is not None
    assert reply.parsed.entries[0].title == "one"
    serve(io.BytesIO(b""), out)
    serve(io.BytesIO(b"\0\0"), out)


def test_nothing_to_tie_to_costs_nothing() -> None:
    assert annotator(Setup()) is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_the_worker_imports_nothing_heavy(reader: FeedReader) -> None:
    await reader.read(job())
    lines = Path(f"/proc/{reader.pid}/status").read_text(encoding="ascii").splitlines()  # noqa: ASYNC240 - no disk.
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    assert peak < 60_000, "kB"


def test_who_sends_the_jobs_does_not_load_what_reads_them() -> None:
    program = (
        "import sys, tui_monitor.sources.feeds, tui_monitor.sources.feed_process;"
        "print(sorted({'html.entities', 'tui_monitor.sources.feed_parsing'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
