"""How long the story of an index takes: 20 years of daily closes, the floor being one pass over them.

Run: ``python benchmarks/index_story.py``. Goal: under 20 ms once the history is loaded.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date

from tui_monitor.analysis.claims import LANGUAGES
from tui_monitor.analysis.story import LivePoint, next_weekday, tell
from tui_monitor.config.history_file import parse_history
from tui_monitor.domain.series import DailyBar

YEARS = 20
RUNS = 25


def main() -> None:
    bars = invented_history()
    live = LivePoint(next_weekday(bars[-1].date), bars[-1].close * 1.042)
    text = "\n".join(["date,close", *(f"{bar.date},{bar.close}" for bar in bars)]).encode()
    floor = median(lambda: sum(bar.close for bar in bars))
    told = median(lambda: tell(bars, live, session_over=False))
    read = median(lambda: parse_history(text, name="invented", today=bars[-1].date))
    story = tell(bars, live, session_over=False)
    assert story is not None
    said = median(lambda: [claim.text(language) for claim in story.claims for language in LANGUAGES])
    print(f"{len(bars)} sessions of {YEARS} years, {len(story.claims)} claims, medians of {RUNS}")
    print(f"{'one pass over the closes (floor)':40} {floor:8.3f} ms")
    print(f"{'tell':40} {told:8.3f} ms   {told / floor:6.1f} x floor   goal < 20 ms")
    print(f"{'word all claims, three languages':40} {said:8.3f} ms")
    print(f"{'read the same from a CSV':40} {read:8.3f} ms")


def invented_history() -> tuple[DailyBar, ...]:
    chance = random.Random(20)
    bars: list[DailyBar] = []
    day, level = date(2005, 1, 3), 3_000.0
    for _ in range(YEARS * 252):
        level *= 1.0 + chance.gauss(0.0003, 0.015)
        bars.append(DailyBar(day, round(level, 2), high=round(level * 1.006, 2), low=round(level * 0.994, 2)))
        day = next_weekday(day)
    return tuple(bars)


def median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[RUNS // 2] * 1_000.0


if __name__ == "__main__":
    main()
