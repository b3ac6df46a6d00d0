"""The labelled development sets, where they are: third parties' headlines that are no part of the project."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT.parent / "shared" / "data" / "headlines"
sys.path.insert(0, str(ROOT / "benchmarks"))

benchmark: Any = importlib.import_module("rating_extraction")


@pytest.fixture(scope="module")
def scores() -> dict[str, Any]:
    paths = [FOLDER / name for name in benchmark.DEVELOPMENT]
    if not all(path.is_file() for path in paths):
        pytest.skip(f"{FOLDER} is not there: the labelled headlines are third parties'")
    rows = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines() if line]
    counted: dict[str, Any] = benchmark.score(rows)
    return counted


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ratings_are_told_from_the_rest(scores: dict[str, Any], language: str) -> None:
    goal = benchmark.GOALS["is_rating (F1)"]
    assert isinstance(goal, dict)
    assert scores[language].f1 >= goal[language], scores[language].misses


@pytest.mark.parametrize("name", [name for name, goal in benchmark.GOALS.items() if isinstance(goal, float)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_field_reaches_its_goal(scores: dict[str, Any], language: str, name: str) -> None:
    goal = benchmark.GOALS[name]
    assert isinstance(goal, float)
    assert scores[language].of(name) >= goal, scores[language].misses


def test_the_score_counts_what_the_guide_says() -> None:
    rows = [
        {"text": "Citi upgrades Norvane to Buy", "lang": "en", "is_rating": True, "firm": "Citi", "company": "Norvane",
         "action": "upgrade", "to_grade": "Sell"},
        {"text": "Norvane opens a plant", "lang": "en", "is_rating": True, "firm": "Citi", "company": "Norvane",
         "action": "upgrade", "to_grade": "Buy"},
        {"text": "Citi cuts Norvane to Sell", "lang": "en", "is_rating": False},
        {"text": "Citi cuts Norvane to Hold", "lang": "en", "is_rating": False, "flags": ["borderline"]},
        {"text": "花旗：諾凡目標價8.4元", "lang": "zh", "is_rating": True, "firm": "花旗", "company": "諾凡",
         "action": "initiate", "flags": ["action-ambiguous"]},
    ]  # fmt: skip
    counted = benchmark.score(rows)
    english = counted["en"]
    assert (english.rows, english.hits, english.unseen, english.false_alarms) == (3, 1, 1, 1)
    assert english.f1 == pytest.approx(0.5)
    assert english.of("firm") == 0.5
    assert english.of("to_grade") == 0.0
    assert len(english.misses) == 3
    assert counted["zh"].asked["action"] == 0
    assert counted["zh"].of("firm") == 1.0


def test_the_invented_headlines_are_all_right_by_the_same_measure() -> None:
    path = ROOT / "tests" / "golden" / "rating_headlines.jsonl"
    counted = benchmark.score([json.loads(line) for line in path.read_text("utf-8").splitlines()])
    assert [result.misses for result in counted.values()] == [[], []]
