"""One row of the table: a figure, the floor of the same run, and the goal as a ratio of the two or as a bound."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured. A row without a goal is told and not judged."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    ratio_goal: float | None = None
    """At most so many times the floor."""
    goal: float | None = None
    """At most so much, in ``unit``."""
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor it is."""
        return self.value / self.floor if self.floor else None

    @property
    def good(self) -> bool | None:
        """Whether a goal is reached: either of the two where there are two. ``None`` where there is no goal."""
        told = []
        if self.goal is not None:
            told.append(self.value <= self.goal)
        if self.ratio_goal is not None and self.ratio is not None:
            told.append(self.ratio <= self.ratio_goal)
        return any(told) if told else None

    def line(self) -> str:
        """Return the row as text."""
        floor = f"{self.floor:10.2f}" if self.floor is not None else " " * 10
        ratio = f"{self.ratio:6.2f}x" if self.ratio is not None else " " * 7
        goals = []
        if self.ratio_goal is not None:
            goals.append(f"{self.ratio_goal:g}x")
        if self.goal is not None:
            goals.append(f"{self.goal:g} {self.unit}")
        verdict = {True: "good", False: "WORSE", None: ""}[self.good]
        notes = "; ".join(part for part in (self.floor_is and f"floor: {self.floor_is}", self.note) if part)
        goal = " or ".join(goals)
        return f"{self.what:52} {self.value:9.2f} {self.unit:6} {floor} {ratio}  {goal:16} {verdict:6} {notes}"


HEAD = f"{'what':52} {'figure':>9} {'unit':6} {'floor':>10} {'ratio':>7}  {'goal':16} {'':6} notes"


def median(values: list[float]) -> float:
    """Return the middle value."""
    return sorted(values)[len(values) // 2]


def percentile(values: list[float], share: float) -> float:
    """Return the value that ``share`` of the others do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
