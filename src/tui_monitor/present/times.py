"""Moments as people read them, in the zone that the person chose."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.present.view import View


def short_time(view: View, moment: datetime) -> str:
    """Return ``10:42`` for today, ``09-16`` for this year, else ``2024-``: five cells, never a wrong day."""
    local = moment.astimezone(view.zone)
    today = view.now().astimezone(view.zone)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if local.year == today.year or (today - local).days < 300:
        return f"{local:%m-%d}"
    return f"{local:%Y}"


def full_time(view: View, moment: datetime | None) -> str:
    """Return a moment to the second with its zone."""
    if moment is None:
        return view.glyphs.dash
    local = moment.astimezone(view.zone)
    return f"{local:%Y-%m-%d %H:%M:%S} {zone_name(local)}"


def zone_name(local: datetime) -> str:
    """Return the short name of a zoned moment's zone; its offset where it has none."""
    name = local.tzname() or ""
    return name if name and name[0].isalpha() else f"UTC{local:%z}"
