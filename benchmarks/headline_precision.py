"""How often a symbol or a topic that a headline is tied to is right, on 300 real titles that were read by hand.

The titles are third parties' and stay where they are (``../shared/data/headlines``); ``headline_sample.json`` names
them by id, says how they were chosen and what a reader accepts for each. What is found and not accepted counts as
wrong; what is not found is told apart, for precision is what is promised.

    python benchmarks/headline_precision.py
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tui_monitor.analysis.mentions import MentionIndex
from tui_monitor.analysis.topics import TopicRules
from tui_monitor.config.feeds_list import load_topic_rules
from tui_monitor.config.seeds import load_instruments

HERE = Path(__file__).resolve().parent
POOLS = HERE.parents[1] / "shared" / "data" / "headlines"
SEEN = 300
"""Characters of a title that are looked at, as of a feed's."""


def titles() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted(POOLS.glob("pool_*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found[row["id"]] = row["text"][:SEEN]
    return found


def tell(name: str, right: int, wrong: list[str], missed: int, goal: float) -> bool:
    told = right + len(wrong)
    precision = right / told if told else 0.0
    print(
        f"{name}: {told} told, {right} right: precision {precision:.3f} (goal {goal}), {missed} accepted ones not told"
    )
    for line in wrong:
        print(f"  wrong: {line}")
    return precision >= goal


def main() -> int:
    if not POOLS.is_dir():
        print(f"{POOLS} is not there: nothing to measure", file=sys.stderr)
        return 3
    sample = json.loads((HERE / "headline_sample.json").read_text(encoding="utf-8"))
    text = titles()
    mentions = MentionIndex(load_instruments().values())
    rules = TopicRules.load(load_topic_rules())
    right = {"symbols": 0, "topics": 0}
    missed = dict(right)
    wrong: dict[str, list[str]] = {"symbols": [], "topics": []}
    for item in sample["items"]:
        title = text[item["id"]]
        for kind, told in (("symbols", mentions.find(title)), ("topics", rules.topics_of(title))):
            accepted = set(item[kind])
            right[kind] += len(accepted.intersection(told))
            missed[kind] += len(accepted.difference(told))
            wrong[kind] += [f"{item['id']} {one}" for one in told if one not in accepted]
    print(f"{len(sample['items'])} titles. {sample['chosen']}")
    fine = tell("symbols", right["symbols"], wrong["symbols"], missed["symbols"], 0.98)
    fine &= tell("topics", right["topics"], wrong["topics"], missed["topics"], 0.9)
    return 0 if fine else 1


if __name__ == "__main__":
    raise SystemExit(main())
