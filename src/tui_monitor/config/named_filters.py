"""Filters by name, from both files: ``[news.filters]`` of ``config.toml`` and the program's ``filters.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_monitor.config.settings import News


def named_filters(news: News, saved: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of all filters by name; a name of the settings stands before the same one of the program."""
    own = {name.casefold() for name in news.filters}
    return {**news.filters, **{name: text for name, text in saved.items() if name.casefold() not in own}}


def filter_called(name: str, news: News, saved: Mapping[str, str]) -> str | None:
    """Return the text of the filter ``name``, in any case; ``None`` where none is called so."""
    wanted = name.strip().casefold()
    return next((text for one, text in named_filters(news, saved).items() if one.casefold() == wanted), None)
