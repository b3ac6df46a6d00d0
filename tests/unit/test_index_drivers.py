"""The index panel's lines: who made the move, and names of peers that fit."""

from __future__ import annotations

import pytest
from tests.tui.stage import Stage

from tui_monitor.analysis.board import Board
from tui_monitor.analysis.breadth import ConstituentMove, breadth
from tui_monitor.config.seeds import load_instruments
from tui_monitor.config.settings import Market
from tui_monitor.present import index_panel
from tui_monitor.present.width import cells

NAMES = ("Alder", "Birch", "Cedar", "Date", "Elm", "Fir", "Gum")


def line(*percents: float, level: float, width: int = 78, language: str = "en", estimated: bool = True) -> str:
    """Return the line for an index of 1,000 points whose first constituents moved by ``percents``, a tenth each."""
    stage = Stage(language=language).fill()
    moves = [
        ConstituentMove(name, name, percent, 0.1, estimated)
        for name, percent in zip(NAMES, percents, strict=False)
    ]  # fmt: skip
    stage.view.board = Board(
        story=None, breadth=breadth(moves, 1000.0, level), ranking=None, valuation=None, average=None, other_pe=None,
        claims=(),
    )  # fmt: skip
    shown = ["".join(span.text for span in one) for one in index_panel.lines(stage.view, width, 12)]
    return next((one.strip() for one in shown if "Alder" in one), "")


def test_those_with_most_points_are_named_first() -> None:
    assert line(2.0, 9.0, 4.0, level=1015.0) == "Pts~ Birch +9.0  Cedar +4.0  Alder +2.0"
    assert line(2.0, 9.0, 4.0, level=1015.0, estimated=False).startswith("Pts Birch +9.0")
    assert line(2.0, 9.0, 4.0, level=1015.0, language="zh-Hant").startswith("點數~ Birch +9.0")


def test_on_a_falling_day_they_are_those_that_cost_most() -> None:
    assert line(-2.0, -9.0, 4.0, level=993.0) == "Pts~ Birch -9.0  Alder -2.0  Cedar +4.0"


def test_who_pulled_the_other_way_is_named_before_the_fourth_and_only_if_it_counts() -> None:
    assert line(9.0, 8.0, 7.0, 6.0, -5.0, level=1025.0, width=52) == "Pts~ Alder +9.0  Birch +8.0  Cedar +7.0  Elm -5.0"
    assert (
        line(9.0, 8.0, 7.0, 6.0, -0.5, level=1029.5, width=52) == "Pts~ Alder +9.0  Birch +8.0  Cedar +7.0  Date +6.0"
    )


@pytest.mark.parametrize(("width", "count"), [(15, 0), (16, 1), (29, 2), (78, 6)])
def test_only_whole_names_that_fit(width: int, count: int) -> None:
    shown = line(9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, level=1042.0, width=width)
    assert shown.count("+") == count
    assert len(shown) < width


def test_nobody_is_named_where_nobody_moved() -> None:
    assert line(0.0, 0.0, level=1000.0) == ""


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_peers_have_names_that_fit_their_strip_but_for_tickers_that_everybody_knows(language: str) -> None:
    known = load_instruments()
    for symbol in set(Market().peers) - {"^NDX"}:
        name = known[symbol].name(language)
        assert name is not None
        assert cells(name) <= index_panel.STRIP_NAME, name
