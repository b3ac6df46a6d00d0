"""The sources, one after another: state, last good answer, last failure in words, next try, cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tui_monitor.domain.rating import TableState
from tui_monitor.present import numbers
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.status import rank, words_for
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.engine.health import SourceHealth
    from tui_monitor.present.view import View


def source_lines(view: View) -> list[Line]:
    """Return two lines a source, three with a failure."""
    lines: list[Line] = []
    for health in sorted(view.health.values(), key=rank):
        lines += _source(view, health)
    return lines or [(Span(view.words("sources.none"), Tone.MUTED),)]


def _tables(view: View) -> list[Line]:
    """Return how many tables have rows, are empty or are not kept at all, and how old their newest row is."""
    tables = view.store.rating_tables()
    if not tables:
        return []
    counts = Counter(table.state for table in tables)
    newest = max((table.newest for table in tables if table.newest is not None), default=None)
    age = view.glyphs.dash if newest is None else numbers.age((view.now() - newest).total_seconds(), view.language)
    text = view.words("table.summary", **{state.value: counts[state] for state in TableState}, age=age)
    return [(Span(f"  {text}", Tone.MUTED),)]


def _source(view: View, health: SourceHealth) -> list[Line]:
    words = view.words
    state = words(f"state.{health.state}")
    text, tone = words_for(view, health)
    head = f"{health.name}"
    lines: list[Line] = [
        (
            Span(head + " " * max(1, 16 - cells(head)), Tone.STRONG),
            Span(state + " " * max(1, 12 - cells(state)), tone if health.failure else Tone.PLAIN),
            Span(text.removeprefix(health.name).strip(), tone),
        )
    ]
    speed = ""
    if health.p50 is not None and health.p99 is not None:
        speed = f"  {health.p50 * 1000:.0f}/{health.p99 * 1000:.0f} ms"
    cost = words(
        "sources.cost",
        requests=health.requests,
        octets=numbers.compact(float(health.octets)),
        items=health.items,
        saved=health.saved,
    )
    lines.append((Span(f"  {health.host or '-'}  {cost}{speed}", Tone.MUTED),))
    if health.failure:
        lines.append((Span(f"  {health.failure}", Tone.WARN),))
    if health.topic is Topic.RATINGS:
        lines += _tables(view)
    lines.extend((Span(f"  {note}", Tone.MUTED),) for note in health.notes[:3])
    return lines
