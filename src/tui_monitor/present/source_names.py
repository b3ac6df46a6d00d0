"""What a source is called on the screen: a provider by its name, the program's own in the person's words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.present.view import View

OURS = frozenset({"recorded", "replay"})
"""Names that the program made: of what a recording holds, and of what plays it."""


def source_name(view: View, name: str) -> str:
    """Return the name of a source in the language of the interface."""
    return view.words(f"source-name.{name}") if name in OURS else name
