"""The line at the bottom: each source's age or failure with the countdown to its next try, notices, hints."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import FailureKind
from tui_monitor.engine.health import SourceHealth, State
from tui_monitor.present import numbers
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.sentences import fitting
from tui_monitor.present.source_names import source_name
from tui_monitor.present.times import short_time
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import cells
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_monitor.present.view import View

RESTING = 120.0
"""Seconds between two rounds of quotes from which on the status says when the next one is."""

LEAST_UNREACHED = 3
"""Sources that must fail so that it is the network's doing and not theirs."""

_NETWORK = frozenset({FailureKind.REFUSED, FailureKind.TIMEOUT})
"""What every source says where there is no network."""

_ORDER = (
    Topic.RECORDING, Topic.QUOTES, Topic.RATINGS, Topic.HISTORY, Topic.HEADLINES, Topic.FUNDAMENTALS,
    Topic.CALENDAR,
)  # fmt: skip


def status(view: View, width: int, hints: Sequence[str]) -> Line:
    """Return the status for ``width`` cells: what fails first, then the quotes' sources, then the others.

    ``hints`` are keys with a word each, the last one the most important; they give way to failures.
    """
    # A short answer to a key passes; what stands in the way of the lists stands before what was said at the start.
    sentence = view.saying or view.problem or (_newest_notice(view) if view.notices else None)
    if sentence:
        # What a parser says of a file may come in several lines.
        return (Span(f" {fitting(' '.join(sentence.split()), width - 1)}", Tone.WARN),)
    if view.returned is not None:
        return view.returned
    sources = sorted(view.health.values(), key=rank)
    room = width - 1
    failing = any(one.failure and one.state is not State.UNNEEDED for one in sources)
    tail = _hints(hints, width // 4 if failing else width * 55 // 100)
    room -= cells(tail)
    spans: list[Span] = [Span(" ")]
    if view.followed()[0]:
        # Who is told something should know that it is another monitor's word.
        silence = view.silence()
        text = view.words("status.followed")
        if silence is not None:
            text = view.words("status.silent", cross=view.glyphs.fail, age=numbers.age(silence, view.words.language))
        spans.append(Span(text, Tone.MUTED if silence is None else Tone.WARN))
        room -= cells(text)
    if resting := _resting(view):
        if len(spans) > 1:
            resting = f"{view.glyphs.dot} {resting}".rjust(len(resting) + 3)
        spans.append(Span(resting, Tone.MUTED))
        room -= cells(resting)
    if unreached := _unreached(view, sources):
        if len(spans) > 1:
            spans.append(Span(f" {view.glyphs.dot} ", Tone.RULE))
            room -= 3
        spans.append(Span(unreached, Tone.WARN))
        room -= cells(unreached)
        sources = []
    dot = f" {view.glyphs.dot} "
    left_out = 0
    for health in sources:
        text, tone = words_for(view, health)
        if not text:
            continue
        need = cells(text) + (cells(dot) if len(spans) > 1 else 0)
        reserve = 6 if health is not sources[-1] else 0
        if need + reserve > room:
            left_out += 1
            continue
        if len(spans) > 1:
            spans.append(Span(dot, Tone.RULE))
        spans.append(Span(text, tone))
        room -= need
    if left_out and room >= 5:
        spans.append(Span(f" +{left_out}", Tone.MUTED))
        room -= cells(f" +{left_out}")
    if len(spans) == 1:
        text = view.words("status.starting")
        spans.append(Span(text, Tone.MUTED))
        room -= cells(text)
    spans.append(Span(" " * max(0, room)))
    spans.append(Span(tail, Tone.MUTED))
    return tuple(spans)


def _unreached(view: View, sources: Sequence[SourceHealth]) -> str:
    """Return that no source can be reached, and when the next one is tried: one sentence instead of a list of them."""
    asked = [one for one in sources if one.state not in {State.UNNEEDED, State.PAUSED}]
    failing = [one for one in asked if one.failure]
    if len(failing) < LEAST_UNREACHED or any(one.failure_kind not in _NETWORK for one in failing):
        return ""
    # Who was not asked yet says nothing, and who answered before all of these failed was asked before the network went.
    since = min((one.last_failure for one in failing if one.last_failure is not None), default=None)
    answered = [one.last_good for one in asked if not one.failure and one.last_good is not None]
    if answered and (since is None or max(answered) >= since):
        return ""
    text = f"{view.glyphs.fail} {view.words('status.unreached')}"
    waits = [wait for one in failing if (wait := one.countdown(view.monotonic())) is not None]
    return _with(view, text, _again(view, min(waits))) if waits else text


def _with(view: View, text: str, again: str) -> str:
    return f"{text}{', ' if view.language == 'en' else '，'}{again}"


def _newest_notice(view: View) -> str:
    """Return the last notice in one line; a file with several mistakes is told in as many."""
    return " ".join(view.words.told(view.notices[-1]).split())


def _resting(view: View) -> str:
    """Return when the quotes are asked for next, while nothing that is watched trades and that is minutes away."""
    quotes = next((one for one in view.health.values() if one.topic is Topic.QUOTES), None)
    if quotes is None or not view.after_hours or quotes.failure is not None or quotes.period < RESTING:
        return ""
    wait = quotes.countdown(view.monotonic())
    if wait is None:
        return ""
    return view.words("status.resting", time=short_time(view, view.now() + timedelta(seconds=wait)))


def _hints(hints: Sequence[str], room: int) -> str:
    """Return the last hint and as many others from the first on as fit."""
    if not hints:
        return ""
    chosen = list(hints)
    while len(chosen) > 1 and cells("  ".join(chosen)) + 3 > room:
        del chosen[-2]
    text = "  ".join(chosen)
    return f"  {text} " if cells(text) + 3 <= room else ""


def words_for(view: View, health: SourceHealth) -> tuple[str, Tone]:
    """Return a source's state in few words: ``yahoo 4s``, ``scmp ✗ 503, next try 1:12``."""
    name, words, glyphs = source_name(view, health.name), view.words, view.glyphs
    wait = health.countdown(view.monotonic())
    again = _again(view, wait) if wait is not None else ""
    if health.state is State.PAUSED:
        return f"{name} {glyphs.pause}", Tone.MUTED
    if health.failure is not None and health.state is not State.UNNEEDED:
        reason = words(f"failure.{health.failure_kind}") if health.failure_kind else words("failure.internal")
        text = f"{name} {glyphs.fail} {reason}"
        return _with(view, text, again) if again else text, Tone.WARN
    if health.state is State.UNNEEDED:
        return "", Tone.MUTED
    if health.last_good is None:
        return f"{name} {glyphs.wait}", Tone.MUTED
    if health.topic is Topic.RECORDING and getattr(view.clock, "ended", False):
        return words("replay.ended"), Tone.WARN
    if view.after_hours:
        # Feeds answer all night: who is well is named, and only the quotes say when.
        return f"{name} {short_time(view, health.last_good)}" if health.topic is Topic.QUOTES else name, Tone.MUTED
    age = numbers.coarse_age((view.now() - health.last_good).total_seconds(), view.language)
    return f"{name} {age}", Tone.MUTED


def _again(view: View, wait: float) -> str:
    """Return when a source is asked again: counted down, or by the clock after hours, when the line moves rarely."""
    if view.after_hours:
        return view.words("status.next-try-at", time=short_time(view, view.now() + timedelta(seconds=wait)))
    return view.words("status.next-try", left=numbers.coarse_countdown(wait))


def rank(health: SourceHealth) -> tuple[int, int, str]:
    """Return the place of a source in a list: what fails first, then quotes, ratings, histories, feeds."""
    failing = health.failure is not None and health.state is not State.UNNEEDED
    return (0 if failing else 1, _ORDER.index(health.topic), health.name)
