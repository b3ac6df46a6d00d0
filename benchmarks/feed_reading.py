"""How reading feeds disturbs the keys: 100 feeds of 1,000 items, in a thread and in the worker process.

A key is stood for by a timer of the event loop every 8 ms; its lateness is what a person would feel. Prints both
ways beside an idle loop, with the time that the round takes and the memory of each process.

    python benchmarks/feed_reading.py
"""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from tui_monitor.config.feeds_list import load_topic_rules
from tui_monitor.config.seeds import load_instruments, load_universe
from tui_monitor.sources.daemon_thread import in_daemon_thread
from tui_monitor.sources.feed_process import FeedReader
from tui_monitor.sources.feed_worker import Job, annotator, answer, setup_of
from tui_monitor.sources.parsed_feed import FeedIdentity

FEEDS = 100
ITEMS = 1_000
NOW = datetime(2026, 1, 5, tzinfo=UTC)


def feed(number: int) -> bytes:
    items = "".join(
        f"<item><title>Example {number} Holdings raises its outlook for item {one} after Tencent deal</title>"
        f"<link>https://example.com/{number}/{one}?utm_source=rss</link><guid>{number}-{one}</guid>"
        f"<pubDate>Mon, 05 Jan 2026 0{one % 10}:15:00 +0800</pubDate>"
        f"<description>&lt;p&gt;A sentence about the company and its &lt;b&gt;plans&lt;/b&gt; for the year, "
        f"number {one}.&lt;/p&gt;</description></item>"
        for one in range(ITEMS)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>Feed {number}</title>{items}</channel></rss>'.encode()
    )


async def lateness(work: Callable[[], Awaitable[None]]) -> tuple[list[float], float]:
    late: list[float] = []
    done = False

    async def keys() -> None:
        while not done:
            begin = time.perf_counter()
            await asyncio.sleep(0.008)
            late.append((time.perf_counter() - begin - 0.008) * 1000)

    task = asyncio.create_task(keys())
    begin = time.perf_counter()
    await work()
    took = time.perf_counter() - begin
    done = True
    await task
    return sorted(late), took


def show(name: str, late: list[float], took: float) -> None:
    p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
    print(f"{name:24} round {took:6.2f} s   lateness of keys p50 {p50:6.2f}  p99 {p99:6.2f}  max {late[-1]:6.2f} ms")


def show_memory(pid: int | None) -> None:
    status = Path(f"/proc/{pid}/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        print(f"worker's peak memory: {int(peak.split()[1]) // 1024} MB")


async def main() -> None:
    members = {one.instrument.symbol: one.instrument for one in load_universe().members}
    instruments = dict(load_instruments()) | members
    setup = setup_of(instruments, load_topic_rules())
    bodies = [feed(number) for number in range(FEEDS)]
    jobs = [Job(body, "application/rss+xml", FeedIdentity(f"feed {n}"), NOW) for n, body in enumerate(bodies)]
    print(f"{FEEDS} feeds, {ITEMS} items each, {sum(map(len, bodies)) / 1e6:.1f} MB")

    async def nothing() -> None:
        await asyncio.sleep(2)

    show("idle", *await lateness(nothing))

    annotate = annotator(setup)

    async def in_thread() -> None:
        for job in jobs:
            await in_daemon_thread(lambda job=job: answer(job, annotate), name="read")  # type: ignore[misc]

    show("thread", *await lateness(in_thread))
    reader = FeedReader(setup)

    async def in_process() -> None:
        for job in jobs:
            parsed = await reader.read(job)
            assert len(parsed.entries) == ITEMS

    show("worker process", *await lateness(in_process))
    show_memory(reader.pid)
    await reader.aclose()
    print(f"this process's peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    asyncio.run(main())
