"""How the screen looks where it runs: glyphs by the locale, the theme by what the terminal can show."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tui_monitor.present.glyphs import ASCII, UNICODE, Glyphs

if TYPE_CHECKING:
    from tui_monitor.config.settings import Display

FEW_COLOURS = frozenset({"linux", "screen", "xterm-color", "vt100", "vt220"})
"""Terminals with sixteen colours at the most, unless ``COLORTERM`` says otherwise."""


def glyphs_for(display: Display, environment: Mapping[str, str]) -> Glyphs:
    """Return the signs to draw with: those of the settings, or by the locale."""
    if display.glyphs == "auto":
        return UNICODE if speaks_utf8(environment) else ASCII
    return ASCII if display.glyphs == "ascii" else UNICODE


def theme_for(display: Display, environment: Mapping[str, str]) -> str:
    """Return the theme: the terminal's own colours where no others can be shown or none are wanted."""
    few = environment.get("TERM", "") in FEW_COLOURS and not environment.get("COLORTERM")
    return "terminal" if "NO_COLOR" in environment or few else display.theme


def speaks_utf8(environment: Mapping[str, str]) -> bool:
    """Whether the locale is UTF-8; where it says nothing, what the output is written in decides."""
    locale = environment.get("LC_ALL") or environment.get("LC_CTYPE") or environment.get("LANG") or ""
    if not locale:
        return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return "utf8" in locale.lower().replace("-", "")
