"""Words of an alert on their way to a terminal, tmux or a desktop: nothing in them can command any of these."""

from __future__ import annotations

from collections.abc import Mapping

from tui_monitor.domain.text import clean_text

MAX_WORDS = 240
"""Characters of what is shown by a terminal or a desktop."""

ESC = "\x1b"
BEL = "\x07"


def plain(text: str) -> str:
    """Return ``text`` as one line without anything that a terminal obeys."""
    return clean_text(text, MAX_WORDS)


def osc9(text: str) -> str:
    """Return the sequence that makes iTerm2, kitty, Windows Terminal and others notify.

    A body that begins with a digit and a semicolon is a command of ConEmu's, hence the space.
    """
    return f"{ESC}]9; {plain(text)}{BEL}"


def osc777(title: str, text: str) -> str:
    """Return the sequence that makes urxvt, foot, Ghostty, WezTerm and others notify. A semicolon parts its fields."""
    return f"{ESC}]777;notify;{plain(title).replace(';', ',')};{plain(text).replace(';', ',')}{BEL}"


def passed_through(sequence: str, environment: Mapping[str, str]) -> str:
    """Wrap a sequence for the terminal around tmux (which allows it by ``allow-passthrough``) or screen."""
    if environment.get("TMUX"):
        return f"{ESC}Ptmux;{sequence.replace(ESC, ESC + ESC)}{ESC}\\"
    if environment.get("STY"):
        return f"{ESC}P{sequence}{ESC}\\"
    return sequence


def tmux_message(text: str) -> str:
    """Return ``text`` for ``tmux display-message``: ``#(…)`` would be a command, ``%H`` a time, a last ``;`` an end.

    ``#`` is replaced and not doubled: what tmux makes of ``##(`` differs between its versions.
    """
    return plain(text).replace("#", "＃").replace("%", "%%").rstrip("; ")


def desktop_body(text: str) -> str:
    """Return ``text`` for ``notify-send``, whose body is markup."""
    from html import escape  # its table of names is of some size, and most never send to a desktop

    return escape(plain(text), quote=False)
