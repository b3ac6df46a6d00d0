"""The pen of the terminal: of a style only what differs from the last one is sent.

Textual gives each segment its whole style and takes it back behind it. In true colour that is forty bytes around the
two cells of a number, and most neighbours share the background: a scrolled list was to one half styles.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.segment import Segment
from rich.style import Style

_ATTRIBUTES = {
    "bold": "1", "dim": "2", "italic": "3", "underline": "4", "blink": "5", "blink2": "6", "reverse": "7",
    "conceal": "8", "strike": "9", "underline2": "21", "frame": "51", "encircle": "52", "overline": "53",
}  # fmt: skip
"""Codes of Rich's attributes."""

PLAIN = "\x1b[0m"
"""Back to the terminal's own style."""


class _Ink(NamedTuple):
    """A style as codes."""

    attributes: str
    colour: str
    background: str


_NONE = _Ink("", "39", "49")
"""What the terminal writes in when nothing is said."""


class Pen:
    """Writes the segments of one update. What it has written ends with ``end``."""

    __slots__ = ("_ink", "_system")

    def __init__(self, system: ColorSystem) -> None:
        self._system = system
        self._ink = _NONE

    def write(self, segments: Iterable[Segment]) -> str:
        """Return ``segments`` as the terminal is to get them where the cursor stands."""
        out: list[str] = []
        for text, style, _ in segments:
            ink = _NONE if style is None else _ink(style, self._system)
            if ink is not self._ink:
                out.append(_change(self._ink, ink))
                self._ink = ink
            if style is not None and style.link:
                out.append(f"\x1b]8;id={style.link_id};{style.link}\x1b\\{text}\x1b]8;;\x1b\\")
            else:
                out.append(text)
        return "".join(out)

    def end(self) -> str:
        """Return what gives the terminal its own style back."""
        before, self._ink = self._ink, _NONE
        return PLAIN if before != _NONE else ""


@lru_cache(1024)
def _ink(style: Style, system: ColorSystem) -> _Ink:
    return _Ink(
        ";".join(code for name, code in _ATTRIBUTES.items() if getattr(style, name)),
        _codes(style.color, system, foreground=True) or _NONE.colour,
        _codes(style.bgcolor, system, foreground=False) or _NONE.background,
    )


def _codes(colour: Color | None, system: ColorSystem, *, foreground: bool) -> str:
    return "" if colour is None else ";".join(colour.downgrade(system).get_ansi_codes(foreground))


@lru_cache(1024)
def _change(before: _Ink, after: _Ink) -> str:
    """Return what makes a pen of one style one of another."""
    if before == after:
        return ""
    if after == _NONE:
        return PLAIN
    said: list[str] = []
    if before.attributes != after.attributes:
        # Bold and faint are ended by one code together: beginning anew is shorter than telling them apart.
        said = ["0", after.attributes] if before != _NONE else [after.attributes]
        before = _NONE
    if before.colour != after.colour:
        said.append(after.colour)
    if before.background != after.background:
        said.append(after.background)
    return f"\x1b[{';'.join(code for code in said if code)}m"
