"""Colours: what each tone looks like in each theme, and which colour means up.

Three themes of our own. ``dark`` and ``light`` name 24-bit colours that stay apart when a terminal reduces them to
256; ``terminal`` uses the person's own sixteen colours and is taken by itself where there are no more, or where
``NO_COLOR`` is set. Direction is also carried by glyph and sign, so mono loses nothing.
"""

from __future__ import annotations

from dataclasses import replace

import msgspec
from rich.style import Style
from textual.theme import BUILTIN_THEMES, Theme

from tui_monitor.present.tone import Tone

CONVENTIONS = ("green-up", "red-up", "blue-orange", "mono")
"""The colour conventions, in the order that the key cycles through them."""


class Colours(msgspec.Struct, frozen=True):
    """The colours of one theme. Values are Rich colour names."""

    background: str
    text: str
    strong: str
    muted: str
    faint: str
    rule: str
    rule_focus: str
    accent: str
    warn: str
    error: str
    mark: str
    green: str
    red: str
    blue: str
    orange: str
    cursor: str
    cursor_blur: str
    flash: str
    demo: str
    native: bool = False
    """The colours are the terminal's own; bold and reverse carry what they cannot."""


DARK = Colours(
    background="#0f1419", text="#c9d1d9", strong="#f0f3f6", muted="#7d8794", faint="#5a6370", rule="#2f3843",
    rule_focus="#6ea8d8", accent="#8cc4f0", warn="#e3b35d", error="#f0736a", mark="#e3b35d", green="#5fbf77",
    red="#f0736a", blue="#6cb2f7", orange="#f0a04b", cursor="#24405c", cursor_blur="#1b2530", flash="#3a4657",
    demo="#d7a6f0",
)  # fmt: skip

LIGHT = Colours(
    background="#fbfbf8", text="#2b3138", strong="#0b0f14", muted="#69727d", faint="#9aa1a9", rule="#cfd4d9",
    rule_focus="#2f6fa8", accent="#1f5f99", warn="#93620a", error="#b5302a", mark="#93620a", green="#1f7a3d",
    red="#b5302a", blue="#1f5fb5", orange="#a8560a", cursor="#cfe3f5", cursor_blur="#ecefec", flash="#dfe6c8",
    demo="#7d3fa0",
)  # fmt: skip

TERMINAL = Colours(
    background="default", text="default", strong="default", muted="bright_black", faint="bright_black",
    rule="bright_black", rule_focus="default", accent="cyan", warn="yellow", error="red", mark="yellow",
    green="green", red="red", blue="blue", orange="yellow", cursor="default", cursor_blur="default",
    flash="default", demo="magenta", native=True,
)  # fmt: skip

_COLOURS = {"dark": DARK, "light": LIGHT, "terminal": TERMINAL}


def textual_theme(name: str) -> Theme:
    """Return the Textual theme behind one of our own, for the widgets that Textual draws."""
    if name == "terminal":
        return replace(BUILTIN_THEMES["ansi-dark"], name="monitor-terminal")
    colours = _COLOURS[name]
    return Theme(
        name=f"monitor-{name}", dark=name == "dark", primary=colours.accent, secondary=colours.muted,
        warning=colours.warn, error=colours.error, success=colours.green, accent=colours.accent,
        foreground=colours.text, background=colours.background, surface=colours.background,
        panel=colours.cursor_blur, boost=colours.cursor_blur,
    )  # fmt: skip


class Palette:
    """Rich styles by tone for one theme and one convention. Styles are made once and shared."""

    def __init__(self, theme: str, convention: str) -> None:
        self.theme = theme
        self.convention = convention
        colours = _COLOURS.get(theme, DARK)
        self.colours = colours
        up, down = {
            "green-up": (colours.green, colours.red),
            "red-up": (colours.red, colours.green),
            "blue-orange": (colours.blue, colours.orange),
        }.get(convention, (colours.strong, colours.strong))
        mono = convention == "mono"
        foreground = {
            Tone.PLAIN: colours.text, Tone.STRONG: colours.strong, Tone.MUTED: colours.muted,
            Tone.FAINT: colours.faint, Tone.UP: up, Tone.DOWN: down, Tone.FLAT: colours.text,
            Tone.ACCENT: colours.accent, Tone.WARN: colours.warn, Tone.ERROR: colours.error,
            Tone.TITLE: colours.strong, Tone.RULE: colours.rule, Tone.MARK: colours.mark, Tone.DEMO: colours.demo,
        }  # fmt: skip
        bold = {Tone.STRONG, Tone.TITLE, Tone.DEMO} | ({Tone.UP} if mono else set())
        self._plain = {
            tone: Style(color=foreground[tone], bgcolor=colours.background, bold=tone in bold or None) for tone in Tone
        }
        cursor, blur, flash = colours.cursor, colours.cursor_blur, colours.flash
        if colours.native:
            self._cursor = {tone: style + Style(reverse=True) for tone, style in self._plain.items()}
            self._blur = {tone: style + Style(underline=True) for tone, style in self._plain.items()}
            self._flash = {tone: style + Style(reverse=True) for tone, style in self._plain.items()}
        else:
            self._cursor = {tone: style + Style(bgcolor=cursor) for tone, style in self._plain.items()}
            # Muted text on the cursor's ground would be hard to read.
            for tone in (Tone.MUTED, Tone.FAINT):
                self._cursor[tone] = Style(color=colours.text, bgcolor=cursor)
            self._blur = {tone: style + Style(bgcolor=blur) for tone, style in self._plain.items()}
            self._flash = {tone: style + Style(bgcolor=flash) for tone, style in self._plain.items()}
        self.rule = self._plain[Tone.RULE]
        self.rule_focus = Style(color=colours.rule_focus, bgcolor=colours.background, bold=colours.native or None)

    def style(self, tone: Tone) -> Style:
        """Return the style of a tone on the plain ground."""
        return self._plain[tone]

    def on_cursor(self, tone: Tone, *, focused: bool) -> Style:
        """Return the style of a tone on the cursor's row."""
        return self._cursor[tone] if focused else self._blur[tone]

    def flashing(self, tone: Tone) -> Style:
        """Return the style of a tone in a cell that has just changed."""
        return self._flash[tone]


def next_convention(current: str) -> str:
    """Return the convention that follows ``current`` in the cycle."""
    at = CONVENTIONS.index(current) if current in CONVENTIONS else -1
    return CONVENTIONS[(at + 1) % len(CONVENTIONS)]
