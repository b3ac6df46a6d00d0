"""What alerts cost a frame: 50 rules while all of 5,000 symbols change at once.

Prints the median and the worst of 40 looks, for rules on symbols and for the same number on every symbol of the
lists, which is looked at in parts.

    python -m benchmarks.alerts
"""

from __future__ import annotations

import sys
import time
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.tui.stage import Stage, quote
from tests.unit.alert_stage import Watched

from tui_monitor.domain.alert import AlertKind, AlertRule
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists

SYMBOLS = tuple(f"{number:04}.HK" for number in range(1, 5_001))
RULES = 50
LOOKS = 40
GOAL = 2.0
"""Milliseconds of a look."""


def measure(name: str, rules: tuple[AlertRule, ...]) -> None:
    lists = Watchlists((Watchlist(name="all", entries=tuple(Entry(symbol=symbol) for symbol in SYMBOLS)),))
    made = Watched(*rules, stage=Stage(lists=lists))
    moment = made.stage.clock.now()
    taken = []
    for look in range(LOOKS):
        moment += timedelta(seconds=1)
        made.apply(*(quote(symbol, 100.0 + look % 5, 100.0, moment) for symbol in SYMBOLS))
        begun = time.perf_counter()
        # As the keeper does twice a second: finding out what changed is part of it.
        made.look()
        taken.append((time.perf_counter() - begun) * 1000.0)
    taken = sorted(taken[1:])
    middle = taken[len(taken) // 2]
    told = f"median {middle:.2f} ms, {middle / GOAL:.2f} times the goal of {GOAL:g} ms; worst {taken[-1]:.2f} ms"
    print(f"{name}: {told}")


def main() -> None:
    one = [AlertRule(name=f"r{n}", kind=AlertKind.PRICE, symbols=(SYMBOLS[n * 90],), above=103.0) for n in range(RULES)]
    measure("50 rules on symbols", tuple(one))
    measure("50 rules on every symbol", tuple(
        AlertRule(name=f"r{n}", kind=AlertKind.PERCENT, above=3.0 + n / 100) for n in range(RULES)
    ))  # fmt: skip


if __name__ == "__main__":
    main()
