"""The lists that a command begins with where none were saved: the same that the screen would show."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tui_monitor.domain.errors import ConfigError
from tui_monitor.services.default_lists import default_lists

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.domain.watchlist import Watchlists


def first_lists(paths: Paths) -> Watchlists:
    """Return the lists of a fresh install under the person's settings; under the defaults where those are wrong."""
    from tui_monitor.config.loading import load_settings
    from tui_monitor.config.seeds import load_universe
    from tui_monitor.present.words import language_of

    try:
        settings = load_settings(paths.config_file)
        universe = load_universe(settings.market.universe)
    except ConfigError:
        # Other commands name the mistake; lists can be edited all the same.
        return default_lists(language=language_of("auto", os.environ))
    return default_lists(universe, language_of(settings.display.language, os.environ))
