"""The lines of a rule's form about its manner: how far back before it fires again, how soon again, by which channels.

A line that is left empty leaves the matter to the kind or to the settings, and says what that comes to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from tui_monitor.config.alert_rules import rule_of
from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.alert import EXTREMES, AlertKind, Channel
from tui_monitor.present.entry_fields import number_text, read_number

if TYPE_CHECKING:
    from tui_monitor.present.view import View

HYSTERESIS = "hysteresis"
COOLDOWN = "cooldown"
DELIVER = "deliver"

GOES_BACK = frozenset({AlertKind.PRICE, AlertKind.PERCENT, AlertKind.POINTS, AlertKind.VOLUME}) | EXTREMES
"""Kinds that have a hysteresis."""

LONGEST = 604_800 / 60
"""Minutes of the longest cool-down: a week."""

NOWHERE = ("none", "無", "无")
"""Words for no channel at all: the rule is shown and logged."""


class DraftLine(msgspec.Struct, frozen=True):
    """One line of a form."""

    id: str
    label: str
    value: str = ""
    example: str = ""


def manner_lines(view: View, kind: AlertKind, entry: AlertEntry | None) -> list[DraftLine]:
    """Return the lines for a rule of ``kind``, with what ``entry`` has."""
    words = view.words
    rule = rule_of(AlertEntry(name=kind.value, kind=kind.value))
    stands = _stands(entry)
    lines: list[DraftLine] = []
    if kind in GOES_BACK:
        form = "price" if kind is AlertKind.PRICE else "extreme" if kind in EXTREMES else "band"
        label = words("alert.field.beyond" if kind in EXTREMES else "alert.field.hysteresis")
        example = words(f"alert.example.{form}-hysteresis", number=f"{rule.band:g}")
        lines.append(DraftLine(HYSTERESIS, label, stands[HYSTERESIS], example))
    minutes = words("alert.example.cooldown", number=f"{rule.rest / 60:g}")
    lines.append(DraftLine(COOLDOWN, words("alert.field.cooldown"), stands[COOLDOWN], minutes))
    usual = " ".join(view.settings.alerts.deliver) or words("alert.nowhere")
    ways = words("alert.example.deliver", usual=usual)
    lines.append(DraftLine(DELIVER, words("alert.field.deliver"), stands[DELIVER], ways))
    return lines


def with_manner(
    view: View, kind: AlertKind, made: AlertEntry, texts: Mapping[str, str], entry: AlertEntry | None
) -> AlertEntry | str:
    """Return ``made`` with what stands in the lines, or what is wrong with them, in a sentence.

    A line as it stood keeps exactly what ``entry`` has, which need not be a round number of minutes.
    """
    stood = _stands(entry)
    if (text := texts.get(HYSTERESIS, stood[HYSTERESIS])) != stood[HYSTERESIS]:
        label = view.words("alert.field.beyond" if kind in EXTREMES else "alert.field.hysteresis")
        number = read_number(text)
        if isinstance(number, str) or (number is not None and number < 0):
            return view.words("alert.no-number", text=text.strip(), field=label)
        made = replace(made, hysteresis=number)
    if (text := texts.get(COOLDOWN, stood[COOLDOWN])) != stood[COOLDOWN]:
        number = read_number(text)
        if isinstance(number, str) or (number is not None and not 0 <= number <= LONGEST):
            return view.words("alert.no-number", text=text.strip(), field=view.words("alert.field.cooldown"))
        made = replace(made, cooldown=None if number is None else number * 60)
    if (text := texts.get(DELIVER, stood[DELIVER])) != stood[DELIVER]:
        wanted = list(dict.fromkeys(re.split(r"[\s,，、;；]+", text.strip().lower()))) if text.strip() else []
        known = [channel.value for channel in Channel]
        if len(wanted) == 1 and wanted[0] in NOWHERE:
            return replace(made, deliver=())
        for word in wanted:
            if word not in known:
                return view.words("alert.no-channel-named", text=word, channels=", ".join(known))
        made = msgspec.convert({**msgspec.to_builtins(made), "deliver": wanted or None}, AlertEntry)
    return made


def _stands(entry: AlertEntry | None) -> dict[str, str]:
    """Return the texts of what a rule has of its own, empty for what it leaves to others."""
    if entry is None:
        return {HYSTERESIS: "", COOLDOWN: "", DELIVER: ""}
    channels = "" if entry.deliver is None else " ".join(entry.deliver) or NOWHERE[0]
    return {
        HYSTERESIS: number_text(entry.hysteresis),
        COOLDOWN: "" if entry.cooldown is None else f"{entry.cooldown / 60:g}",
        DELIVER: channels,
    }
