"""What alert rules see now, in lines: the answer to testing a rule on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui_monitor.domain.alert import EXTREMES, AlertKind
from tui_monitor.present import numbers
from tui_monitor.present.alert_lines import away, number, watched
from tui_monitor.present.rows import Line, Span
from tui_monitor.present.tone import Tone
from tui_monitor.present.width import wrap

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.services.alert_check import Checked

SHOWN = 40
"""Symbols of one rule that are told at the most, the nearest ones."""


def seen_lines(view: View, found: Sequence[Checked], width: int) -> list[Line]:
    """Return for each symbol what the rule looks at, the value now and how far it is from its threshold."""
    lines: list[Line] = []
    for number_, one in enumerate(found[:SHOWN]):
        if number_ and one.matches is None:
            lines.append(())
        for text, tone in _told(view, one):
            lines += [(Span(part, tone),) for part in wrap(view.glyphs.plain(text), width)]
    if len(found) > SHOWN:
        lines.append((Span(view.words("alert.seen-more", count=len(found) - SHOWN), Tone.MUTED),))
    return lines


def _told(view: View, one: Checked) -> list[tuple[str, Tone]]:
    words, rule = view.words, one.rule
    age = numbers.age((view.now() - one.moment).total_seconds(), view.language) if one.moment is not None else ""
    if one.matches is not None:
        told = [(words("alert.seen-matches", count=one.matches), Tone.PLAIN)]
        if one.text:
            told.append((f"{age}  {one.source}  {one.text}", Tone.MUTED))
        return told
    who = one.text if rule.kind is AlertKind.STALE else one.symbol or ""
    if one.symbol is not None and rule.kind is not AlertKind.CLAIM:
        who = " ".join(dict.fromkeys((one.symbol, view.name(one.symbol, view.store.quote(one.symbol)))))
    told = [(f"{who}  {watched(words, rule, one.side)}", Tone.ACCENT)]
    if one.distance is None:
        told.append((words("alert.seen-unknown"), Tone.MUTED))
        return told
    value = number(rule.kind, one.value, view.language) if one.value is not None else numbers.UNKNOWN
    threshold = number(rule.kind, one.threshold, view.language)
    told.append((words("alert.seen-value", value=value, threshold=threshold, age=age), Tone.PLAIN))
    if one.met:
        told.append((words("alert.seen-extreme" if rule.kind in EXTREMES else "alert.seen-met"), Tone.WARN))
    elif (far := away(words, one)) != "":
        told.append((words("alert.seen-away", distance=far), Tone.PLAIN))
    if one.text and rule.kind is AlertKind.CLAIM:
        told.append((one.text, Tone.MUTED))
    return told
