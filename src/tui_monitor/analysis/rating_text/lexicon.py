"""Word lists of the extraction, out of the seed files and the modules beside."""

from __future__ import annotations

from tui_monitor.analysis.seed_files import read_seed

__all__ = ["read_seed", "words"]


def words(text: str) -> frozenset[str]:
    """Return the words of ``text`` as a set."""
    return frozenset(text.split())
