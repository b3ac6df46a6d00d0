"""The person's lists and the symbols that words on the command line mean, for every command that asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import click

from tui_monitor.cli.data_command import end
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.paths import Paths

if TYPE_CHECKING:
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.services.situation import Situation


def own_lists(universe: Universe, now: Callable[[], datetime]) -> Watchlists:
    """Return the person's watchlists, those of a fresh install where there are none; end where their file is wrong."""
    from tui_monitor.services.default_lists import default_lists
    from tui_monitor.services.watchlists import WatchlistService

    service = WatchlistService(Paths.from_environment(), now=now, default=default_lists(universe))
    if service.problem is not None:
        end(service.problem, ExitCode.CONFIG)
    return service.lists


def lists_of(told: Situation) -> Watchlists:
    """Return the person's watchlists beside what is told."""
    return own_lists(told.universe, lambda: told.now)


def named_symbols(told: Situation, words: Sequence[str]) -> tuple[str, ...]:
    """Return the symbols that codes and names mean; end where one means none."""
    if not words:
        return ()
    from tui_monitor.services.finding import Finder

    found, unknown = Finder(told.instruments).resolve(" ".join(words))
    if unknown:
        raise click.BadParameter(f"{' '.join(unknown)!r} is no symbol and no known name", param_hint="SYMBOL")
    return tuple(found)
