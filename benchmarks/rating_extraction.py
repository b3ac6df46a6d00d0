"""How well rating changes are read from real headlines, and how fast.

    python benchmarks/rating_extraction.py [FOLDER] [--labels FILE] [--quiet]

Scores ``devset_en.jsonl`` and ``devset_zh.jsonl`` of FOLDER (``../shared/data/headlines`` beside the repository when
left out), or any FILE of the same shape, by the labelling guide that lies with them: rows flagged ``borderline`` are
left out; ``action-ambiguous`` rows count for firm, company and grades only; of ``multi-company`` rows only whether they
are ratings counts; ``currency-inferred`` rows do not count for the currency. The fields are scored on the true ratings,
verbatim, a rating that was not seen counting as a miss in each. The texts are third parties' and stay where they are.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui_monitor.analysis.rating_text import Extraction, extract

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "headlines"
DEVELOPMENT = ("devset_en.jsonl", "devset_zh.jsonl")
GOALS = {
    "is_rating (F1)": {"en": 0.97, "zh": 0.95},
    "action": 0.95, "firm": 0.95, "company": 0.92, "to_grade": 0.95, "target": 0.97, "prior_target": 0.97,
    "currency": 0.95, "from_grade": None, "symbol": None,
}  # fmt: skip
"""What is to be reached in each language; ``None`` is measured for information."""
FIELDS = tuple(GOALS)[1:]
NOT_SCORED = {
    "action-ambiguous": ("action", "target", "prior_target", "currency"),
    "currency-inferred": ("currency",),
    "multi-company": FIELDS,
}
"""Flags of the labels and the fields that they take out."""
GOAL_RATE = 10_000
"""Headlines a second on one core."""
GOAL_WORST = 5.0
"""Milliseconds that no headline may take longer than."""


@dataclass(slots=True)
class Score:
    """Counts of one language."""

    rows: int = 0
    hits: int = 0
    false_alarms: int = 0
    unseen: int = 0
    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    asked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    misses: list[str] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall of is-rating."""
        wrong = self.false_alarms + self.unseen
        return 2 * self.hits / (2 * self.hits + wrong) if self.hits or wrong else 1.0

    def of(self, name: str) -> float:
        """The share of right answers for a field."""
        return self.right[name] / self.asked[name] if self.asked[name] else 1.0


def labelled(row: dict[str, Any], name: str) -> Any:
    return row.get("ticker" if name == "symbol" else name)


def answered(found: Extraction, name: str) -> Any:
    return getattr(found, name)


def score(rows: list[dict[str, Any]]) -> dict[str, Score]:
    """Return the counts by language."""
    scores: dict[str, Score] = {}
    for row in rows:
        flags = set(row.get("flags") or ())
        if "borderline" in flags:
            continue
        result = scores.setdefault(row["lang"], Score())
        result.rows += 1
        found = extract(row["text"])
        if not row["is_rating"]:
            if found.is_rating:
                result.false_alarms += 1
                result.misses.append(f"no rating, but read as {found.firm} / {found.company}: {row['text']}")
            continue
        result.hits += found.is_rating
        if not found.is_rating:
            result.unseen += 1
            result.misses.append(f"rating not seen: {row['text']}")
        skipped = {name for flag in flags for name in NOT_SCORED.get(flag, ())}
        for name in FIELDS:
            if name in skipped:
                continue
            want, got = labelled(row, name), answered(found, name)
            result.asked[name] += 1
            if want == got:
                result.right[name] += 1
            elif found.is_rating:
                result.misses.append(f"{name}: {got!r} instead of {want!r}: {row['text']}")
    return scores


def speed(texts: list[str]) -> tuple[float, float]:
    """Return headlines a second of processor time, and the milliseconds of the slowest one."""
    for text in texts[:20]:
        extract(text)
    rounds = max(3, 20_000 // max(1, len(texts)))
    begin = time.process_time()
    for _ in range(rounds):
        for text in texts:
            extract(text)
    rate = rounds * len(texts) / max(time.process_time() - begin, 1e-9)
    worst = 0.0
    for text in texts:
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            extract(text)
            best = min(best, time.perf_counter() - start)
        worst = max(worst, best * 1000)
    return rate, worst


def show(scores: dict[str, Score], *, quiet: bool) -> bool:
    """Print the table and the misses; return whether every goal is reached."""
    languages = sorted(scores)
    print(f"{'field':<16}" + "".join(f"{language:>22}" for language in languages) + f"{'goal':>14}")
    good = True
    for name, goal in GOALS.items():
        cells = ""
        for language in languages:
            result = scores[language]
            value = result.f1 if name.startswith("is_rating") else result.of(name)
            least = goal[language] if isinstance(goal, dict) else goal
            reached = least is None or value >= least
            good = good and reached
            count = result.rows if name.startswith("is_rating") else result.asked[name]
            cells += f"{value:>14.3f} ({count:>4}){'' if reached else ' !':<1}"
        told = "/".join(f"{goal[one]}" for one in languages if one in goal) if isinstance(goal, dict) else goal or "-"
        print(f"{name:<16}{cells}{told!s:>14}")
    for language in languages:
        if scores[language].misses and not quiet:
            print(f"\nMisses, {language}:")
            for miss in scores[language].misses:
                print(f"  {miss}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--labels", type=Path, action="append", help="a labelled file to score instead; repeatable")
    parser.add_argument("--quiet", action="store_true", help="do not list the misses")
    arguments = parser.parse_args()
    paths = arguments.labels or [arguments.folder / name for name in DEVELOPMENT]
    missing = [path for path in paths if not path.is_file()]
    if missing:
        print(f"{missing[0]} is not there: nothing to measure.", file=sys.stderr)
        return 3
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines() if line]
    good = show(score(rows), quiet=arguments.quiet)
    rate, worst = speed([row["text"] for row in rows])
    print(
        f"\n{rate:,.0f} headlines a second on one core (goal {GOAL_RATE:,}), slowest {worst:.2f} ms (goal {GOAL_WORST})"
    )
    return 0 if good and rate >= GOAL_RATE and worst <= GOAL_WORST else 1


if __name__ == "__main__":
    sys.exit(main())
