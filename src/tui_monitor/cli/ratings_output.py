"""Rating events as records with documented, stable field names, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tui_monitor.cli.tables import Column, Field, Value, coloured, direction, records_text, table, terminal_width
from tui_monitor.present.rating_cells import (
    company,
    firm,
    grades,
    origins,
    percent_text,
    sign,
    steps_moved,
    targets,
    tone,
)
from tui_monitor.present.rating_tape import sources_of
from tui_monitor.present.rating_values import stated_for, upside
from tui_monitor.present.tone import Tone

if TYPE_CHECKING:
    from tui_monitor.domain.rating import MergedRating
    from tui_monitor.present.view import View

NAMES = (
    "time", "company", "symbol", "home_symbol", "firm", "action", "actions", "from_grade", "to_grade", "grade_step",
    "grade_change", "target", "prior_target", "currency", "upside_symbol", "upside_percent", "origins", "sources",
    "url",
)  # fmt: skip
"""Fields of a record, in their order."""


def records(view: View, events: Sequence[MergedRating]) -> list[dict[str, Any]]:
    """Return the documented fields of each event; what nobody told is ``None``."""
    return [_record(view, event) for event in events]


def render(view: View, events: Sequence[MergedRating], form: str, colours: str) -> str:
    """Return the events in a form of ``--format``, line breaks included."""
    if form != "table":
        return records_text(form, NAMES, records(view, events))
    words = view.words
    columns = (
        Column(words("column.time")),
        Column(words("column.firm"), cut=True),
        Column(words("column.company"), cut=True),
        Column(words("column.symbol"), rank=3),
        Column(""),
        Column(words("column.grades"), cut=True),
        Column(words("column.target"), cut=True),
        Column(words("column.upside"), right=True, rank=1),
        Column(words("column.source"), rank=4),
    )
    rows = [_cells(view, event) for event in events]
    return table(columns, rows, width=terminal_width(), colours=colours if coloured() else None)


def _record(view: View, event: MergedRating) -> dict[str, Any]:
    one = event.change
    above = upside(view, one)
    stated = stated_for(view, one) if above is not None else None
    return {
        "time": one.time.isoformat().replace("+00:00", "Z"),
        "company": company(view, one),
        "symbol": one.symbol,
        "home_symbol": one.home_symbol,
        "firm": one.firm,
        "action": one.action.value,
        "actions": [action.value for action in one.actions or (one.action,)],
        "from_grade": one.from_grade,
        "to_grade": one.to_grade,
        "grade_step": view.tape.step(one.to_grade),
        "grade_change": steps_moved(view, one),
        "target": one.target,
        "prior_target": one.prior_target,
        "currency": one.currency,
        "upside_symbol": stated.line if stated is not None else None,
        "upside_percent": above,
        "origins": [origin.value for origin in event.origins],
        "sources": list(sources_of(view, event)),
        "url": one.url,
    }


def _cells(view: View, event: MergedRating) -> list[Value]:
    one = event.change
    way = {Tone.UP: 1, Tone.DOWN: -1}.get(tone(view, one), 0)
    above = upside(view, one)
    return [
        f"{one.time.astimezone(view.zone):%Y-%m-%d %H:%M}",
        firm(view, one),
        company(view, one),
        one.symbol or one.home_symbol or "",
        Field(sign(view, one), way),
        Field(grades(view, one), way),
        targets(view, one),
        Field(percent_text(above) if above is not None else "", direction(above)),
        origins(view, event),
    ]
