"""Numbers as people read them: prices, changes, large amounts, ages and countdowns."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.present.glyphs import Glyphs

UNKNOWN = "–"
"""Stands for a number that is not known."""


def price_decimals(value: float) -> int:
    """Return the decimals that a price of this size is shown with."""
    size = abs(value)
    if size >= 10:
        return 2
    if size >= 1:
        return 3
    return 4


def price(value: float | None, *, decimals: int | None = None) -> str:
    """Return a price with thousands separators; the unknown sign for ``None``."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    places = price_decimals(value) if decimals is None else decimals
    return f"{value:,.{places}f}"


def change(value: float | None, *, decimals: int | None = None) -> str:
    """Return a change with its sign."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    places = price_decimals(value) if decimals is None else decimals
    text = f"{value:+,.{places}f}"
    return text if float(text.replace(",", "")) else f"{0:.{places}f}"


def percent(value: float | None, glyphs: Glyphs, *, decimals: int = 2) -> str:
    """Return a percent change as sign glyph and size: ``▲ 4.22``. Rounded to nothing is flat."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    size = round(abs(value), decimals)
    if size == 0:
        return f"{glyphs.flat} {0:.{decimals}f}"
    if size >= 1000:
        decimals = 0
    sign = glyphs.up if value > 0 else glyphs.down
    return f"{sign} {abs(value):.{decimals}f}"


def signed_percent(value: float | None, *, decimals: int = 1) -> str:
    """Return a percentage with its sign and the percent mark: ``+41.8 %``."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:+.{decimals}f}%"


def points(value: float | None) -> str:
    """Return index points with their sign: ``+58.1``; no decimals from a hundred on."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    text = f"{value:+,.0f}" if abs(value) >= 100 else f"{value:+.1f}"
    return text if abs(value) >= 0.05 else "0.0"


_ENGLISH_STEPS = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K"))
_CHINESE_STEPS = {
    "zh-Hant": ((1e12, "萬億"), (1e8, "億"), (1e4, "萬")),
    "zh-Hans": ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
}


def compact(value: float | None, language: str = "en") -> str:
    """Return a large amount in three digits and a unit: ``12.3B``, in Chinese ``123億``."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    size = abs(value)
    for step, unit in _CHINESE_STEPS.get(language, _ENGLISH_STEPS):
        if size >= step * 0.9995:
            scaled = value / step
            places = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
            return f"{scaled:.{places}f}{unit}"
    return f"{value:.0f}"


_AGE_UNITS = {
    "en": ("s", "m", "h", "d", "mo", "y"),
    "zh-Hant": ("秒", "分", "時", "天", "月", "年"),
    "zh-Hans": ("秒", "分", "时", "天", "月", "年"),
}


def age(seconds: float | None, language: str = "en") -> str:
    """Return an age in its largest unit: ``4s``, ``6m``, ``3h``, ``2d``. Never negative."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    units = _AGE_UNITS.get(language, _AGE_UNITS["en"])
    whole = max(0, int(seconds))
    for size, unit in (
        (365 * 86400, units[5]), (60 * 86400, units[4]), (86400, units[3]), (3600, units[2]), (60, units[1]),
    ):  # fmt: skip
        if whole >= size:
            per_unit = 30 * 86400 if unit == units[4] else size
            return f"{whole // per_unit}{unit}"
    return f"{whole}{units[0]}"


STEP = 10
"""Seconds of the steps in which an age below a minute is shown where it would tick: a digit a second for each row
is most of what an idle screen sends, and nobody decides by it."""


def coarse_age(seconds: float | None, language: str = "en") -> str:
    """Return an age as ``age`` does, below a minute in steps of ten seconds: ``<10s``, ``10s``, ``20s``."""
    if seconds is None or not math.isfinite(seconds) or seconds >= 60:
        return age(seconds, language)
    if seconds < STEP:
        return _JUST_NOW.get(language, _JUST_NOW["en"])
    return age(seconds // STEP * STEP, language)


_JUST_NOW = {"en": f"<{STEP}s", "zh-Hant": "剛剛", "zh-Hans": "刚刚"}


def hourly_age(seconds: float, language: str = "en") -> str:
    """Return an age as ``age`` does, below an hour as ``<1h``."""
    return age(seconds, language) if seconds >= 3600 else f"<{age(3600, language)}"


CALM_STEP = 20
"""Minutes of the steps in which an age below an hour is shown after hours: a screen full of fresh headlines would
send each of their ages once a minute all evening."""


def calm_age(seconds: float, language: str = "en") -> str:
    """Return an age as ``age`` does, below an hour in steps of twenty minutes: ``<20m``, ``20m``, ``40m``."""
    if seconds >= 3600:
        return age(seconds, language)
    minutes = max(0, int(seconds // 60)) // CALM_STEP * CALM_STEP
    return age(60.0 * minutes, language) if minutes else _LATELY.get(language, _LATELY["en"])


_LATELY = {"en": f"<{CALM_STEP}m", "zh-Hant": "剛剛", "zh-Hans": "刚刚"}


def coarse_countdown(seconds: float | None) -> str:
    """Return a waiting time rounded up: to ten seconds below a minute, to minutes above: ``0:50``, ``3:00``."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    step = STEP if seconds <= 60 else 60
    return countdown(math.ceil(seconds / step) * step)


def countdown(seconds: float | None) -> str:
    """Return a waiting time as a clock: ``0:42``, ``1:12``, ``2:05:09``; days where there are some."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    whole = max(0, math.ceil(seconds))
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    if days:
        return f"{days}d {hours}h"
    if hours:
        return f"{hours}:{minutes:02d}:{secs:02d}"
    return f"{minutes}:{secs:02d}"


def clock_span(seconds: float | None, language: str = "en") -> str:
    """Return a time until something, calm for a header: ``0:42``, ``2:59``, ``16h``, ``2d 16h``."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    minutes = max(0, math.ceil(seconds / 60))
    days, rest = divmod(minutes, 1440)
    hours, mins = divmod(rest, 60)
    units = _AGE_UNITS.get(language, _AGE_UNITS["en"])
    if days:
        return f"{days}{units[3]} {hours}{units[2]}"
    # From three hours on the minutes only make the line change.
    return f"{hours}{units[2]}" if hours >= 3 else f"{hours}:{mins:02d}"
