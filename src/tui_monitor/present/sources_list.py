"""The sources as a list, one row each, and everything about one of them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tui_monitor.engine.health import SourceHealth, State, day_of
from tui_monitor.present import numbers
from tui_monitor.present.rating_tables import tables_summary
from tui_monitor.present.rows import Align, Cell, Column, Line, Span, place
from tui_monitor.present.source_names import source_name
from tui_monitor.present.status import rank
from tui_monitor.present.times import full_time
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.present.view import View


def sources_in_order(view: View, *, feeds_only: bool) -> list[SourceHealth]:
    """Return the sources: what fails first, then quotes, ratings, histories, feeds by name."""
    chosen = (one for one in view.health.values() if not feeds_only or one.topic is Topic.HEADLINES)
    return sorted(chosen, key=rank)


def followed_words(view: View) -> str | None:
    """Return whose sources these are where another monitor asks them, ``None`` where this one does."""
    followed, process = view.followed()
    if not followed:
        return None
    if (silence := view.silence()) is not None:
        key = "sources.silent" if process is None else "sources.silent-process"
        return view.words(key, process=process, age=numbers.age(silence, view.words.language))
    if process is None:
        return view.words("sources.followed")
    return view.words("sources.followed-process", process=process)


def columns(view: View) -> tuple[Column, ...]:
    """Return the list's columns."""
    words = view.words
    return (
        Column("name", words("sources.column.name"), 12, Align.LEFT, stretch=4, maximum=26),
        Column("state", words("sources.column.state"), 9, Align.LEFT, stretch=1, maximum=12),
        Column("good", words("sources.column.good"), 5),
        Column("next", words("sources.column.next"), 7),
        Column("items", words("sources.column.items"), 5, rank=3),
        Column("language", words("sources.column.language"), 7, Align.LEFT, rank=5),
        Column("saved", words("sources.column.saved"), 6, rank=4),
        Column("why", words("sources.column.why"), 14, Align.LEFT, rank=2, stretch=9, maximum=60),
    )


def head(view: View, width: int) -> Line:
    """Return the titles of the columns."""
    titles = tuple(Cell(column.title, Tone.MUTED) for column in columns(view))
    return _placed(view, titles, width)


def row(view: View, health: SourceHealth, width: int, *, muted: bool) -> Line:
    """Return one source in a line of ``width`` cells."""
    failing = health.failure is not None and health.state is not State.UNNEEDED
    wait = health.countdown(view.monotonic())
    state = view.words(f"state.{health.state}")
    tone = Tone.WARN if failing else Tone.MUTED if health.state in {State.UNNEEDED, State.PAUSED} else Tone.PLAIN
    reason = ""
    if failing:
        reason = view.words(f"failure.{health.failure_kind}") if health.failure_kind else view.words("failure.internal")
    elif muted:
        reason = view.words("sources.muted")
    return _placed(
        view,
        (
            Cell(source_name(view, health.name), Tone.STRONG if not muted else Tone.MUTED),
            Cell(state, tone),
            Cell(_age(view, health), Tone.MUTED),
            Cell(numbers.countdown(wait) if wait is not None else view.glyphs.dash, Tone.MUTED),
            Cell(str(health.items) if health.last_good else "", Tone.PLAIN),
            Cell(health.language or "", Tone.MUTED),
            Cell(numbers.compact(float(health.octets_saved)) if health.octets_saved else "", Tone.MUTED),
            Cell(reason, Tone.WARN if failing else Tone.MUTED),
        ),
        width,
    )


def source_lines(view: View, health: SourceHealth, *, muted: bool = False, added: bool = False) -> list[Line]:
    """Return everything about one source."""
    words, dot = view.words, f" {view.glyphs.dot} "
    facts = [health.title, health.host or view.glyphs.dash]
    if health.language:
        facts.append(health.language)
    if muted:
        facts.append(words("sources.muted"))
    if added:
        facts.append(words("sources.added"))
    lines: list[Line] = [(Span(dot.join(dict.fromkeys(facts)), Tone.STRONG),)]
    good = full_time(view, health.last_good) if health.last_good else words("sources.never")
    wait = health.countdown(view.monotonic())
    text = f"{words('sources.last-good')} {good}"
    if wait is not None:
        text += f"{dot}{words('sources.next')} {numbers.countdown(wait)}"
    lines.append((Span(text, Tone.MUTED),))
    if health.last_failure is not None:
        why, tone = (words.told(health.failure), Tone.WARN) if health.failure else (None, Tone.MUTED)
        text = f"{words('sources.last-failure')} {full_time(view, health.last_failure)}"
        lines.append((Span(f"{text}{dot}{why}" if why else text, tone),))
    today = health.day == day_of(view.now())
    octets = numbers.compact(float(health.octets if today else 0))
    text = words("sources.traffic", requests=health.requests if today else 0, octets=octets, items=health.items)
    if (budget := health.budget) is not None:
        left = max(0, math.floor(budget.level(view.monotonic())))
        text += f"{dot}{words('sources.budget', left=left, most=math.floor(budget.burst))}"
    if health.saved and today:
        saved = numbers.compact(float(health.octets_saved))
        text += f"{dot}{words('sources.spared', count=health.saved, octets=saved)}"
    if health.p50 is not None and health.p99 is not None:
        text += f"{dot}{health.p50 * 1000:.0f}/{health.p99 * 1000:.0f} ms"
    lines.append((Span(text, Tone.MUTED),))
    if health.topic is Topic.RATINGS:
        lines += tables_summary(view)
    lines.extend((Span(words.told(note), Tone.MUTED),) for note in health.notes[:3])
    return lines


def _age(view: View, health: SourceHealth) -> str:
    if health.last_good is None:
        return view.glyphs.dash
    return numbers.age((view.now() - health.last_good).total_seconds(), view.language)


def _placed(view: View, fields: tuple[Cell, ...], width: int) -> Line:
    spans: list[Span] = []
    x = 0
    for one in place(columns(view), width):
        if one.x > x:
            spans.append(Span(" " * (one.x - x)))
        cell = fields[one.index]
        spans.append(Span(_fitted(cell.text, one.width, one.column.align, view.glyphs.ellipsis), cell.tone))
        x = one.x + one.width
    if x < width:
        spans.append(Span(" " * (width - x)))
    return tuple(spans)


def _fitted(text: str, width: int, align: Align, ellipsis: str) -> str:
    size = cells(text)
    if size > width:
        kept = ""
        for char in text:
            if cells(kept + char) > width - 1:
                break
            kept += char
        text, size = kept + ellipsis, cells(kept) + 1
    gap = " " * (width - size)
    return text + gap if align is Align.LEFT else gap + text
