"""Alert rules, what they see and what fired: as records with documented, stable field names, and as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any

from tui_monitor.cli.headings import heading
from tui_monitor.cli.quotes_output import iso
from tui_monitor.cli.tables import Column, records_text, table, terminal_width
from tui_monitor.domain.alert import Phase
from tui_monitor.present import numbers
from tui_monitor.present.alert_lines import away, number, sentence, watched
from tui_monitor.store.alert_log import event_record

if TYPE_CHECKING:
    from tui_monitor.config.alert_rules import ListedRule
    from tui_monitor.domain.alert import AlertEvent, AlertRule, Mark
    from tui_monitor.present.words import Words
    from tui_monitor.services.alert_check import Checked
    from tui_monitor.store.alert_log import AlertState

CHECKED = (
    "rule", "kind", "symbol", "name", "side", "value", "threshold", "distance", "met", "matches", "text", "url",
    "state", "last_fired", "time", "age_seconds", "source", "origin",
)  # fmt: skip
"""Fields of ``alerts``, in their order."""

LISTED = (
    "name", "kind", "symbols", "above", "below", "span", "actions", "filter", "claim", "source", "hysteresis",
    "cooldown", "deliver", "enabled", "origin", "state", "last_fired",
)  # fmt: skip
"""Fields of ``alerts list``, in their order."""

LOGGED = (
    "time", "rule", "kind", "symbol", "name", "side", "value", "threshold", "text", "url", "quiet", "channels",
    "sentence",
)  # fmt: skip
"""Fields of ``alerts log``, in their order."""

TRIED = ("channel", "ok", "what")
"""Fields of ``alerts test``, in their order."""

OFF = "off"
"""State of a rule that is turned off."""


def checked_rows(
    found: Sequence[Checked],
    state: AlertState,
    now: datetime,
    *,
    name: Callable[[str], str],
    origin: Callable[[Checked], str],
) -> list[dict[str, Any]]:
    """Return the documented fields of what each rule sees; ``name`` is that of a symbol in the language asked for."""
    rows = []
    for one in found:
        rule = one.rule
        marks = [
            mark
            for (owner, symbol, side), mark in state.marks.items()
            if owner == rule.name and (one.side == "" or (symbol == one.symbol and side == one.side))
        ]
        where, last = _standing(rule, marks, now)
        rows.append(
            {
                "rule": rule.name,
                "kind": rule.kind.value,
                "symbol": one.symbol,
                "name": name(one.symbol) if one.symbol else None,
                "side": one.side or None,
                "value": one.value,
                "threshold": one.threshold,
                "distance": one.distance,
                "met": one.met,
                "matches": one.matches,
                "text": one.text or None,
                "url": one.url,
                "state": where,
                "last_fired": iso(last),
                "time": iso(one.moment),
                "age_seconds": round(max(0.0, (now - one.moment).total_seconds()), 3) if one.moment else None,
                "source": one.source or None,
                "origin": origin(one) if one.moment is not None else None,
            }
        )
    return rows


def render_checked(rows: Sequence[dict[str, Any]], found: Sequence[Checked], form: str, words: Words) -> str:
    """Return what each rule sees in a form of ``--format``."""
    if form != "table":
        return records_text(form, CHECKED, rows)
    language = words.language
    columns = (
        Column(heading("rule", language), cut=True),
        Column(heading("symbol", language)),
        Column(heading("name", language), cut=True, rank=5),
        Column(heading("watches", language), cut=True),
        Column(heading("now", language), right=True),
        Column(heading("to-go", language), right=True),
        Column(heading("state", language), rank=2),
        Column(heading("age", language), right=True, rank=3),
        Column(heading("source", language), rank=4),
        Column(heading("what", language), cut=True, rank=1),
    )
    cells = [
        [
            row["rule"], row["symbol"] or "", row["name"] or "", watched(words, one.rule, one.side),
            f"{one.matches}×" if one.matches is not None else number(one.rule.kind, one.value, language),
            away(words, one), words(f"alert.phase.{row['state']}"),
            numbers.age(row["age_seconds"], language) if row["age_seconds"] is not None else "",
            row["source"] or "", one.text,
        ]
        for row, one in zip(rows, found, strict=True)
    ]  # fmt: skip
    return table(columns, cells, width=terminal_width())


def listed_rows(rules: Sequence[ListedRule], state: AlertState, now: datetime) -> list[dict[str, Any]]:
    """Return the documented fields of each rule."""
    rows = []
    for one in rules:
        rule = one.rule
        where, last = _standing(rule, [mark for key, mark in state.marks.items() if key[0] == rule.name], now)
        rows.append(
            {
                "name": rule.name,
                "kind": rule.kind.value,
                "symbols": list(rule.symbols),
                "above": rule.above,
                "below": rule.below,
                "span": rule.span.value,
                "actions": sorted(rule.actions),
                "filter": rule.filter,
                "claim": rule.claim,
                "source": rule.source,
                "hysteresis": rule.hysteresis,
                "cooldown": rule.cooldown,
                "deliver": None if rule.deliver is None else [channel.value for channel in rule.deliver],
                "enabled": rule.enabled,
                "origin": "config" if one.own else "added",
                "state": where,
                "last_fired": iso(last),
            }
        )
    return rows


def render_listed(
    rows: Sequence[dict[str, Any]], rules: Sequence[ListedRule], form: str, words: Words, zone: tzinfo
) -> str:
    """Return the rules in a form of ``--format``; a table has times in ``zone``."""
    if form != "table":
        return records_text(form, LISTED, rows)
    language = words.language
    columns = (
        Column(heading("rule", language), cut=True),
        Column(heading("symbols", language), cut=True),
        Column(heading("watches", language), cut=True),
        Column(heading("state", language)),
        Column(heading("last-fired", language), rank=2),
        Column(heading("origin", language), rank=3),
    )
    cells = [
        [
            row["name"], " ".join(row["symbols"]), watched(words, one.rule), words(f"alert.phase.{row['state']}"),
            _local(datetime.fromisoformat(row["last_fired"]), zone) if row["last_fired"] else "",
            heading(row["origin"], language),
        ]
        for one, row in zip(rules, rows, strict=True)
    ]  # fmt: skip
    return table(columns, cells, width=terminal_width())


def render_log(events: Sequence[AlertEvent], form: str, words: Words, zone: tzinfo) -> str:
    """Return what fired in a form of ``--format``; a table has times in ``zone``."""
    rows = [{**event_record(event), "sentence": sentence(words, event)} for event in events]
    if form != "table":
        return records_text(form, LOGGED, rows)
    language = words.language
    columns = (
        Column(heading("time", language)),
        Column(heading("rule", language), cut=True),
        Column("", rank=2),
        Column(heading("what", language), cut=True),
    )
    cells = [
        [
            _local(event.time, zone), event.rule, words("alert.quiet") if event.quiet else "", sentence(words, event),
        ]
        for event in events
    ]  # fmt: skip
    return table(columns, cells, width=terminal_width())


def render_tried(rows: Sequence[dict[str, Any]], form: str, language: str) -> str:
    """Return what came of a sample by each channel in a form of ``--format``."""
    if form != "table":
        return records_text(form, TRIED, rows)
    columns = (
        Column(heading("channel", language)),
        Column(heading("ok", language)),
        Column(heading("what", language), cut=True),
    )
    cells = [[row["channel"], heading("yes" if row["ok"] else "no", language), row["what"]] for row in rows]
    return table(columns, cells, width=terminal_width())


def _local(moment: datetime, zone: tzinfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}"


def _standing(rule: AlertRule, marks: Sequence[Mark], now: datetime) -> tuple[str, datetime | None]:
    phases = {mark.phase(rule, now) for mark in marks}
    phase = next((each for each in (Phase.FIRED, Phase.COOLING) if each in phases), Phase.ARMED)
    last = max((mark.last for mark in marks if mark.last is not None), default=None)
    return phase.value if rule.enabled else OFF, last
