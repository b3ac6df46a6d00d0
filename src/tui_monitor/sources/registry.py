"""Finding and building the sources: names first, imports only of what is used, a bad plug-in is a warning."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from tui_monitor.domain.errors import MonitorError
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.api import ENTRY_POINT_GROUP, Source, SourceContext

log = logging.getLogger(__name__)

ONLY_BY_NAME = frozenset({"replay"})
"""Plug-ins that are built only when they are named: a recording is no live source."""


def available() -> dict[str, EntryPoint]:
    """Return the installed plug-ins by name, without importing any. The first of two with one name stands."""
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        found.setdefault(point.name, point)
    return dict(sorted(found.items()))


def build_sources(
    context_for: Callable[[str, Mapping[str, Any]], SourceContext],
    tables: Mapping[str, Mapping[str, Any]],
    *,
    only: Collection[str] | None = None,
    plug_ins: Mapping[str, EntryPoint] | None = None,
) -> tuple[list[Source], list[str]]:
    """Build the sources of every plug-in that is turned on; return them with a sentence for each that failed.

    ``context_for`` makes the context of a plug-in from its name and its table. ``tables`` are the tables
    ``[sources.NAME]``; ``enabled = false`` turns one off. ``only`` names the plug-ins to build and is the only
    way to get those of ``ONLY_BY_NAME``. ``plug_ins`` replaces what is installed.
    """
    installed = available() if plug_ins is None else plug_ins
    warnings = [
        f"[sources.{name}]: no such source is installed; there are {', '.join(installed) or 'none'}."
        for name in (*tables, *(only or ()))
        if name not in installed
    ]
    sources: list[Source] = []
    taken: set[str] = set()
    for name, point in installed.items():
        settings = tables.get(name, {})
        wanted = name not in ONLY_BY_NAME if only is None else name in only
        if not wanted or settings.get("enabled") is False:
            continue
        for source in _built(name, point, context_for, settings, warnings):
            own = source.descriptor.name
            if own in taken:
                warnings.append(f"Source {name}: a source named {own} is there already; this one is left out.")
                continue
            taken.add(own)
            sources.append(source)
    return sources, warnings


def _built(
    name: str,
    point: EntryPoint,
    context_for: Callable[[str, Mapping[str, Any]], SourceContext],
    settings: Mapping[str, Any],
    warnings: list[str],
) -> list[Source]:
    try:
        offered: list[Source] = list(point.load()(context_for(name, settings)))
        for source in offered:
            _ = source.descriptor.name
    except MonitorError as error:
        warnings.append(f"Source {name} is left out: {error}")
        return []
    except Exception as error:
        # Somebody else's code: whatever it raises, the monitor runs without it. The log keeps the traceback.
        log.exception("plug-in %s failed", name)
        warnings.append(f"Source {name} is left out: {type(error).__name__}: {clean_text(str(error), 160)}")
        return []
    return offered
