"""Real answers with changed bytes and values: nothing but a result or ``SourceError``, each within 50 ms.

``TUI_MONITOR_TEST_BODIES`` in the environment sets the number of bodies a source gets (the gate: 300), and
``TUI_MONITOR_TEST_BODIES_KEPT`` a folder for those that were too much for it. Where no recorded bodies lie beside the
project only invented ones are changed.
"""

from __future__ import annotations

import json
import os
import random
import re
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import SHARED_DATA
from tests.contract.mutations import Seed, mutated, seed
from tests.contract.test_source_fuzz import GOOD, ICS, PARSERS, RSS, SLOWEST, TENCENT

from tui_monitor.domain.errors import RecordingError, SourceError
from tui_monitor.store.recording_lines import decode_line

BODIES = int(os.environ.get("TUI_MONITOR_TEST_BODIES", "300"))

LARGEST = 150_000
"""Bytes of a recorded body that is changed; a feed beyond that is read in a process of its own."""

SYMBOL = re.compile(rb'("symbol"\s*:\s*)"[^"]*"')

RECORDING = Path(__file__).parents[1] / "golden" / "recordings" / "version-1.jsonl"

READERS: dict[str, Callable[[bytes], object]] = {**PARSERS, "recordings": decode_line}

RECORDED: dict[str, tuple[str, ...]] = {
    "yahoo": ("yahoo/spark/*",),
    "yahoo-chart": ("yahoo/v8_chart/*",),
    "yahoo-chart-quote": ("yahoo/v8_chart/*",),
    "yahoo-quote": ("yahoo/v7_quote/*", "yahoo/v7_quote_old/*"),
    "yahoo-search": ("yahoo/v1_search/*",),
    "yahoo-research": ("yahoo/v10_quoteSummary/*upgradeDowngradeHistory*",),
    "tencent": ("othersources/tencent/*",),
    "tencent-daily": (),
    "feeds": ("feeds/finance/*", "feeds/finance_trimmed/*", "feeds/feedparser/*", "feeds/libs/*", "othersources/rss/*"),
    "yahoo-calendar": ("yahoo/visualization/*",),
    "yahoo-dividends": ("yahoo/v10_quoteSummary/*",),
    "yahoo-news": ("yahoo/xhr_ncp_news/*",),
    "icalendar": ("othersources/calendar/*.ics",),
    "recordings": (),
}
"""Answers that the source itself, or its host, gave."""


def seeds_of(name: str) -> list[Seed]:
    """Return the bodies that are changed for the reader ``name``."""
    bodies = [json.dumps(GOOD[name]).encode()] if name in GOOD else []
    lines = RECORDING.read_bytes().splitlines()
    bodies += {"tencent": [TENCENT], "feeds": [RSS], "icalendar": [ICS], "recordings": lines}.get(name, [])
    for folder in RECORDED[name]:
        for path in sorted(SHARED_DATA.glob(folder)):
            if path.is_file() and ".HTTP" not in path.name and 0 < path.stat().st_size <= LARGEST:
                # What nobody asked for would be passed over unread.
                bodies.append(SYMBOL.sub(rb'\g<1>"0700.HK"', path.read_bytes()))
    return [seed(body) for body in bodies]


def keep(name: str, number: int, body: bytes) -> None:
    folder = os.environ.get("TUI_MONITOR_TEST_BODIES_KEPT")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        (Path(folder) / f"{name}-{number}").write_bytes(body)


@pytest.mark.parametrize("name", READERS)
def test_a_changed_answer_is_read_or_refused_in_time(name: str) -> None:
    read, seeds = READERS[name], seeds_of(name)
    chance = random.Random(name)
    refused, slowest, wrong = 0, 0.0, []
    for number in range(BODIES):
        body = mutated(seeds, chance)
        taken: list[float] = []
        # A collection of garbage can fall into one of them, not into three.
        while not taken or (len(taken) < 3 and taken[-1] >= SLOWEST):
            started = time.process_time()
            try:
                read(body)
            except (SourceError, RecordingError) as error:
                refused += not taken
                assert len(str(error)) > 10  # noqa: PT017 - a result is right too.
            except Exception:  # noqa: BLE001 - what else is raised is what is looked for.
                keep(name, number, body)
                wrong.append(f"body {number}: {traceback.format_exc(limit=-3)}")
                break
            taken.append(time.process_time() - started)
        slowest = max(slowest, min(taken, default=0.0))
        if taken and min(taken) >= SLOWEST:
            keep(name, number, body)
            wrong.append(f"body {number} of {len(body)} bytes took {min(taken):.3f} s")
    told = f"{name}: {BODIES} bodies of {len(seeds)}, {refused} refused, the slowest {1000 * slowest:.1f} ms"
    print(told)  # noqa: T201
    assert not wrong, "\n".join([told, f"{len(wrong)} wrong", *wrong[:5]])
    assert 0 < refused < BODIES, "some are refused, and some are read"
