"""The glyph sets: a small, width-safe choice of Unicode, and plain ASCII for terminals without it."""

from __future__ import annotations

import msgspec


class Glyphs(msgspec.Struct, frozen=True):
    """The signs that the screen draws with; each is one cell wide."""

    up: str
    down: str
    flat: str
    target_up: str
    """A target price was raised; a grade has ``up``."""
    target_down: str
    unread: str
    marked: str
    saved: str
    """Kept by the person."""
    own: str
    """Concerns a symbol of the person's lists."""
    alert: str
    """Meant to stand out."""
    fail: str
    wait: str
    pause: str
    dot: str
    """Separates facts in a line."""
    dash: str
    """Stands for what is unknown."""
    arrow: str
    ellipsis: str
    blocks: str
    """Eight steps of a spark line, low to high."""
    bar_full: str
    bar_empty: str
    bar_mark: str
    top_left: str
    top_right: str
    bottom_left: str
    bottom_right: str
    horizontal: str
    vertical: str
    heavy_top_left: str
    heavy_top_right: str
    heavy_bottom_left: str
    heavy_bottom_right: str
    heavy_horizontal: str
    braille: bool
    """Whether lines may be drawn with braille patterns."""

    def plain(self, text: str) -> str:
        """Return ``text`` with the signs of the interface's own words in this set; Chinese stays as it is."""
        return text if self.braille or text.isascii() else text.translate(_TO_ASCII)


_TO_ASCII = str.maketrans(
    "…–—·×‘’“”→←↑↓▲▼△▽●✓╭╮╰╯─━│┃▔▁▂▃▄▅▆▇█▏▎▍▌▋▊▉▐▕",
    "~--|x''\"\"><^v+-^v*x++++--||-____####||||###||",
)
"""Signs of one cell each, and what stands for them."""

UNICODE = Glyphs(
    up="▲", down="▼", flat="=", target_up="△", target_down="▽", unread="●", marked="✓", fail="✗", wait="…", pause="‖",
    saved="★", own="◆", alert="!",
    dot="·", dash="–", arrow="→", ellipsis="…", blocks="▁▂▃▄▅▆▇█", bar_full="━", bar_empty="─", bar_mark="●",
    top_left="┌", top_right="┐", bottom_left="└", bottom_right="┘", horizontal="─", vertical="│",
    heavy_top_left="┍", heavy_top_right="┑", heavy_bottom_left="┕", heavy_bottom_right="┙",
    heavy_horizontal="━", braille=True,
)  # fmt: skip
"""For UTF-8 terminals."""

ASCII = Glyphs(
    up="+", down="-", flat="=", target_up="^", target_down="v", unread="*", marked="x", fail="!", wait=".", pause="|",
    saved="s", own="@", alert="!",
    dot="|", dash="-", arrow=">", ellipsis="~", blocks="_.-~=+*#", bar_full="=", bar_empty="-", bar_mark="o",
    top_left="+", top_right="+", bottom_left="+", bottom_right="+", horizontal="-", vertical="|",
    heavy_top_left="#", heavy_top_right="#", heavy_bottom_left="#", heavy_bottom_right="#",
    heavy_horizontal="=", braille=False,
)  # fmt: skip
"""For everything else."""
